"""PIN, PUK and their tries."""

import pytest

from modem.simulator.card import Card
from modem.simulator.identity import identity
from tests.modem.simulator.bench import Bench, lines

# Each story: lines asked in turn, and the answer's lines.
STORIES: dict[str, list[tuple[str, list[str]]]] = {
    "right at once": [
        ("AT+CPIN?", ["+CPIN: SIM PIN", "OK"]),
        ("AT+CIMI", ["+CME ERROR: 11"]),
        ("AT+CMGL=4", ["+CMS ERROR: 311"]),
        ("AT+CMGS=20", ["+CMS ERROR: 311"]),
        ("AT+CGATT=1", ["+CME ERROR: 11"]),
        ("AT+CREG?", ["+CREG: 0,0", "OK"]),
        ('AT+CPIN="4821"', ["OK", "+CPIN: READY"]),
        ("AT+CPIN?", ["+CPIN: READY", "OK"]),
        ("AT+CREG?", ["+CREG: 0,2", "OK"]),
    ],
    "wrong, then right": [
        ("AT+CPIN=1111", ["+CME ERROR: 16"]),
        ('AT+CPINR="SIM PIN"', ["+CPINR: SIM PIN,2", "OK"]),
        ("AT+CPIN=4821", ["OK", "+CPIN: READY"]),
        ('AT+CPINR="SIM PIN"', ["+CPINR: SIM PIN,3", "OK"]),
    ],
    "no PIN at all costs no try": [
        ("AT+CPIN=12", ["+CME ERROR: 50"]),
        ("AT+CPIN=", ["+CME ERROR: 50"]),
        ("AT+CPIN=123456789", ["+CME ERROR: 50"]),
        ('AT+CPINR="SIM PIN"', ["+CPINR: SIM PIN,3", "OK"]),
    ],
    "three times wrong, then the PUK": [
        ("AT+CPIN=1111", ["+CME ERROR: 16"]),
        ("AT+CPIN=1111", ["+CME ERROR: 16"]),
        ("AT+CPIN=1111", ["+CME ERROR: 16"]),
        ("AT+CPIN?", ["+CPIN: SIM PUK", "OK"]),
        ("AT+CPIN=4821", ["+CME ERROR: 12"]),
        ("AT+CIMI", ["+CME ERROR: 12"]),
        ("AT+CMGL=4", ["+CMS ERROR: 316"]),
        ('AT+CPIN="99999999","1357"', ["+CME ERROR: 16"]),
        ('AT+CPINR="SIM PUK"', ["+CPINR: SIM PUK,9", "OK"]),
        ('AT+CPIN="12345678","1357"', ["OK", "+CPIN: READY"]),
    ],
    "the card's number needs no PIN": [
        ("AT+CCID", [f"+CCID: {identity().iccid}", "OK"]),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_story(story: list[tuple[str, list[str]]]) -> None:
    bench = Bench(pin="4821")
    bench.ask("AT+CMEE=1")
    for line, answer in story:
        assert lines(bench.ask(line)) == answer, line


def test_ten_wrong_puks_end_a_card() -> None:
    bench = Bench(pin="4821")
    bench.ask("AT+CMEE=1")
    for _ in range(3):
        bench.ask("AT+CPIN=1111")
    for _ in range(10):
        assert lines(bench.ask("AT+CPIN=11111111,2222")) == ["+CME ERROR: 16"]
    assert lines(bench.ask("AT+CPIN?")) == ["+CME ERROR: 13"]
    assert lines(bench.ask("AT+CPIN=12345678,2222")) == ["+CME ERROR: 13"]
    bench.modem.restart()
    assert "CPIN" not in bench.wait(20)


def test_restart_asks_again_and_says_the_rest_after_the_pin() -> None:
    bench = Bench(pin="4821")
    bench.ask("AT+CPIN=4821")
    bench.modem.restart()
    assert lines(bench.wait(20)) == ["RDY", "+CPIN: SIM PIN"]
    bench.ask("ATE0")
    assert lines(bench.ask("AT+CPIN=4821")) == ["OK", "+CPIN: READY", "SMS DONE", "PB DONE"]


def test_tries_survive_a_restart() -> None:
    bench = Bench(pin="4821")
    bench.ask("AT+CPIN=1111")
    bench.modem.restart()
    bench.wait(20)
    bench.ask("ATE0")
    assert "+CPINR: SIM PIN,2" in bench.ask("AT+CPINR")


def test_no_card() -> None:
    bench = Bench(has_card=False)
    bench.ask("AT+CMEE=1")
    for line in ("AT+CPIN?", "AT+CPIN=1234", "AT+CIMI", "AT+CCID", "AT+CPINR", "AT+COPS=0"):
        assert lines(bench.ask(line)) == ["+CME ERROR: 10"], line
    for line in ("AT+CMGL=4", "AT+CPMS?", "AT+CSCA?", "AT+CMGS=20"):
        assert lines(bench.ask(line)) == ["+CMS ERROR: 310"], line
    assert lines(bench.ask("AT+CREG?")) == ["+CREG: 0,0", "OK"]


# ---- the numbers


def _luhn_ok(digits: str) -> bool:
    """ISO/IEC 7812-1, checked the other way round: the whole number's sum is a multiple of ten."""
    values = [int(digit) for digit in reversed(digits)]
    doubled = [value * 2 - 9 * (value > 4) for value in values[1::2]]
    return (sum(values[::2]) + sum(doubled)) % 10 == 0


def test_numbers_have_right_check_digits_and_lengths() -> None:
    for index in range(50):
        who = identity(7, index)
        assert _luhn_ok(who.imei)
        assert _luhn_ok(who.iccid)
        assert (len(who.imei), len(who.imsi), len(who.iccid)) == (15, 15, 19)


def test_same_seed_same_numbers_and_no_two_alike() -> None:
    assert identity(1, 2) == identity(1, 2)
    everybody = [identity(seed, index) for seed in range(5) for index in range(20)]
    for number in ("imei", "imsi", "iccid", "msisdn"):
        assert len({getattr(who, number) for who in everybody}) == 100


def test_files_of_the_card() -> None:
    card = Card(identity())
    iccid = card.read_file(0x2FE2)
    assert iccid is not None
    assert "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in iccid) == card.iccid + "F"
    imsi = card.read_file(0x6F07)
    assert imsi is not None
    assert imsi[0] == 8
    assert "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in imsi[1:]) == "9" + card.imsi
    assert card.read_file(0x1234) is None
