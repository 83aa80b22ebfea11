"""PIN, PUK and their tries."""

from dataclasses import replace

import pytest

from modem.profiles import GENERIC
from modem.simulator.answers import CmeRefusal
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
    "switched off": [
        ("AT+CPIN=4821", ["OK", "+CPIN: READY"]),
        ('AT+CLCK="SC",2', ["+CLCK: 1", "OK"]),
        ('AT+CLCK="SC",1,"4821"', ["+CME ERROR: 3"]),
        ('AT+CLCK="SC",0,"4822"', ["+CME ERROR: 16"]),
        ('AT+CPINR="SIM PIN"', ["+CPINR: SIM PIN,2", "OK"]),
        ('AT+CLCK="SC",0,"4821"', ["OK"]),
        ('AT+CLCK="SC",2', ["+CLCK: 0", "OK"]),
        ('AT+CPINR="SIM PIN"', ["+CPINR: SIM PIN,3", "OK"]),
    ],
    "changed": [
        ("AT+CPIN=4821", ["OK", "+CPIN: READY"]),
        ('AT+CPWD="SC","4821","1234567"', ["OK"]),
        ('AT+CPWD="SC","4821","1111"', ["+CME ERROR: 16"]),
        ('AT+CPWD="SC","1234567","1111"', ["OK"]),
    ],
    "locked by a wrong word in use": [
        ("AT+CPIN=4821", ["OK", "+CPIN: READY"]),
        ('AT+CLCK="SC",0,"1111"', ["+CME ERROR: 16"]),
        ('AT+CPWD="SC","1111","2222"', ["+CME ERROR: 16"]),
        ('AT+CLCK="SC",0,"1111"', ["+CME ERROR: 16"]),
        ("AT+CPIN?", ["+CPIN: SIM PUK", "OK"]),
        ('AT+CLCK="SC",2', ["+CME ERROR: 12"]),
        ("AT+CREG?", ["+CREG: 0,0", "OK"]),
    ],
    "PIN2 has tries of its own": [
        ("AT+CPIN=4821", ["OK", "+CPIN: READY"]),
        ('AT+CPWD="P2","1111","2222"', ["+CME ERROR: 16"]),
        ('AT+CPINR="SIM PIN*"', ["+CPINR: SIM PIN,3", "+CPINR: SIM PIN2,2", "OK"]),
        ('AT+CPWD="P2","1111","2222"', ["+CME ERROR: 16"]),
        ('AT+CPWD="P2","1111","2222"', ["+CME ERROR: 16"]),
        ('AT+CPWD="P2","5678","2222"', ["+CME ERROR: 18"]),
        ('AT+CSIM=42,"002C008110303030303030303032323232FFFFFFFF"', ['+CSIM: 4,"63C9"', "OK"]),
        ('AT+CSIM=42,"002C008110383736353433323132323232FFFFFFFF"', ['+CSIM: 4,"9000"', "OK"]),
        ('AT+CPWD="P2","2222","5678"', ["OK"]),
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
    assert lines(bench.ask("AT+CPIN=4821")) == ["OK", "+CPIN: READY"]
    assert lines(bench.wait(10)) == ["SMS DONE", "PB DONE"]


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


# ---- switched off and on


@pytest.mark.parametrize("enabled", [True, False])
def test_pin_is_asked_for_only_while_it_is_switched_on(enabled: bool) -> None:
    bench = Bench(pin="4821" if not enabled else None)
    if enabled:
        bench.ask('AT+CLCK="SC",1,"1234"')
    else:
        bench.ask("AT+CPIN=4821")
        bench.ask('AT+CLCK="SC",0,"4821"')
    assert lines(bench.ask("AT+CPIN?")) == ["+CPIN: READY", "OK"]  # now it stays as it is
    bench.modem.restart()
    bench.wait(30)
    bench.ask("ATE0")
    assert lines(bench.ask("AT+CPIN?")) == [f"+CPIN: {'SIM PIN' if enabled else 'READY'}", "OK"]


def test_card_that_takes_its_time_is_busy() -> None:
    """As a Quectel of the M series, whose log of 2014 has SIM busy while it starts."""
    bench = Bench(replace(GENERIC, simulator=replace(GENERIC.simulator, sim_busy_s=6.0)))
    bench.modem.restart()
    bench.wait(2)
    bench.ask("ATE0;+CMEE=1")
    for line in ("AT+CPIN?", "AT+CIMI", "AT+CRSM=176,12258", "AT+CPBR=1", "AT+COPS=0"):
        assert lines(bench.ask(line)) == ["+CME ERROR: 14"], line
    assert lines(bench.ask("AT+CMGL=4")) == ["+CMS ERROR: 314"]
    bench.wait(4.1)
    assert lines(bench.ask("AT+CPIN?;+CREG?")) == ["+CPIN: READY", "+CREG: 0,2", "OK"]


MINIMUM = {
    "with the card": (False, None, ["+CPIN: READY", "OK"], []),
    "without the card": (True, None, ["+CME ERROR: 13"], ["+CPIN: READY", "SMS DONE"]),
    "and a PIN": (True, "4821", ["+CME ERROR: 13"], ["+CPIN: SIM PIN"]),
}


@pytest.mark.parametrize(("card_off", "pin", "cpin", "said"), MINIMUM.values(), ids=MINIMUM)
def test_minimum_functionality(
    card_off: bool, pin: str | None, cpin: list[str], said: list[str]
) -> None:
    """EC2x manual, +CFUN and +CPIN: 13 while <fun> is 0, and the card's lines again after it."""
    part = replace(GENERIC.simulator, card_off_in_minimum=card_off)
    bench = Bench(replace(GENERIC, simulator=part), pin=pin)
    bench.ask("AT+CMEE=1;+CPIN=4821")
    assert lines(bench.ask("AT+CFUN=0")) == ["OK"]
    assert lines(bench.ask("AT+CPIN?")) == cpin
    assert lines(bench.ask("AT+CFUN=1") + bench.wait(5)) == ["OK", *said]
    assert lines(bench.ask("AT+CREG?")) == [f"+CREG: 0,{0 if pin else 5}", "OK"]


# ---- REFRESH


def test_card_changes_its_imsi_by_itself() -> None:
    bench = Bench(GENERIC)
    before = bench.modem.who.imsi
    bench.ask("AT+CMEE=1;+CREG=1")
    bench.modem.state.refresh_card(imsi="295050000000001")
    assert lines(bench.said()) == ["+CREG: 0", "+CPIN: NOT READY"]
    for line in ("AT+CIMI", "AT+CPIN?", "AT+CGATT=1"):
        assert lines(bench.ask(line)) == ["+CME ERROR: 14"], line
    assert lines(bench.wait(2.1)) == ["+CPIN: READY", "SMS DONE", "+CREG: 2"]
    assert lines(bench.ask("AT+CIMI")) == ["295050000000001", "OK"]
    assert before != "295050000000001"
    assert lines(bench.wait(2.1)) == ["+CREG: 5"]
    assert lines(bench.ask("AT+CRSM=176,28423,0,0,9")) == [
        '+CRSM: 144,0,"082959500000000010"',
        "OK",
    ]


def test_refresh_asks_for_the_pin_again() -> None:
    bench = Bench(GENERIC, pin="4821")
    bench.ask("AT+CPIN=4821")
    bench.wait(5)
    bench.modem.state.refresh_card()
    assert lines(bench.said()) == ["+CPIN: NOT READY"]
    assert lines(bench.wait(5)) == ["+CPIN: SIM PIN"]
    assert lines(bench.ask("AT+CPIN=4821")) == ["OK", "+CPIN: READY", "SMS DONE"]


def test_refresh_with_the_radio_off_registers_nobody() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CFUN=4;+CREG=1")
    bench.modem.state.refresh_card(imsi="295050000000001")
    assert lines(bench.wait(10)) == ["+CPIN: NOT READY", "+CPIN: READY", "SMS DONE"]


def test_refresh_needs_a_card() -> None:
    with pytest.raises(CmeRefusal):
        Bench(GENERIC, has_card=False).modem.state.refresh_card()
