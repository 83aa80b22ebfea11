"""The card's files, locks and numbers (3GPP TS 27.007 7, 8; 31.102; ETSI TS 102 221)."""

import pytest

from modem.profiles import GENERIC
from modem.simulator.card import Card
from modem.simulator.card_files import File, find_file, plmn_octets, swapped
from modem.simulator.identity import identity
from tests.modem.simulator.bench import Bench, lines

WHO = Bench().modem.who


def _swap(digits: str) -> str:
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


# Of a generic modem with echo off and CMEE 1, and of a card without PIN: lines of the answer.
ANSWERS: dict[str, list[str]] = {
    "AT+CIMI": [WHO.imsi, "OK"],
    "AT+CCID": [f"+CCID: {WHO.iccid}", "OK"],
    "AT+CNUM": [f'+CNUM: ,"+{WHO.msisdn}",145', "OK"],  # no name, as on a BG96
    # 8.18: status words are an answer; 0x9000, 6A82 no file, 6D00 no such instruction, 6B00 wrong
    # offset, 6981 another structure, 6982 needs the issuer's key, 6Cxx that is the length
    "AT+CRSM=176,12258,0,0,10": [f'+CRSM: 144,0,"{_swap(WHO.iccid + "F")}"', "OK"],
    "AT+CRSM=176,12258,0,2,3": [f'+CRSM: 144,0,"{_swap(WHO.iccid[4:10])}"', "OK"],
    "AT+CRSM=176,12258,0,0,11": ["+CRSM: 108,10", "OK"],
    "AT+CRSM=176,12258,0,10,1": ["+CRSM: 107,0", "OK"],
    "AT+CRSM=176,28423,0,0,9": [f'+CRSM: 144,0,"08{_swap("9" + WHO.imsi)}"', "OK"],
    "AT+CRSM=176,28589,0,0,4": ['+CRSM: 144,0,"00000002"', "OK"],  # EF_AD: an MNC of two digits
    "AT+CRSM=176,28486,0,0,17": ['+CRSM: 144,0,"0153696D756C61746564FFFFFFFFFFFFFF"', "OK"],
    "AT+CRSM=176,28478,0,0,0": ["+CRSM: 106,130", "OK"],  # EF_GID1
    "AT+CRSM=176,28599,0,0,0": ["+CRSM: 105,129", "OK"],  # EF_ECC has records
    "AT+CRSM=178,28599,1,4,14": ['+CRSM: 144,0,"11F2FFFFFFFFFFFFFFFFFFFFFF00"', "OK"],
    "AT+CRSM=178,28599,2,4,14": ["+CRSM: 106,131", "OK"],
    "AT+CRSM=178,28599,1,4,9": ["+CRSM: 108,14", "OK"],
    "AT+CRSM=178,28599,1,2,14": ["+CRSM: 107,0", "OK"],
    "AT+CRSM=178,12258,1,4,10": ["+CRSM: 105,129", "OK"],
    "AT+CRSM=178,28480,1,4,28": [
        f'+CRSM: 144,0,"{"FF" * 14}0891{_swap(WHO.msisdn)}{"FF" * 3}FFFF"', "OK",
    ],
    "AT+CRSM=192,12258": ['+CRSM: 144,0,"62148202412183022FE28A01058B036F06018002000A"', "OK"],
    "AT+CRSM=192,28480": [
        '+CRSM: 144,0,"621782054221001C0183026F408A01058B036F06018002001C"', "OK",
    ],
    "AT+CRSM=192,4660": ["+CRSM: 106,130", "OK"],
    "AT+CRSM=242": ["+CRSM: 144,0", "OK"],
    'AT+CRSM=214,28486,0,0,1,"00"': ["+CRSM: 105,130", "OK"],
    "AT+CRSM=4": ["+CRSM: 109,0", "OK"],
    "AT+CRSM=x": ["+CME ERROR: 50"],
    "AT+CRSM=?": ["OK"],
    # 8.17: VERIFY PIN and UNBLOCK without a secret tell the tries (TS 102 221 11.1.9, 11.1.13)
    'AT+CSIM=10,"0020000100"': ['+CSIM: 4,"63C3"', "OK"],
    'AT+CSIM=10,"0020008100"': ['+CSIM: 4,"63C3"', "OK"],
    'AT+CSIM=10,"002C000100"': ['+CSIM: 4,"63CA"', "OK"],
    'AT+CSIM=10,"002C008100"': ['+CSIM: 4,"63CA"', "OK"],
    'AT+CSIM=10,"0020000700"': ['+CSIM: 4,"6A88"', "OK"],
    'AT+CSIM=10,"A0A4000002"': ['+CSIM: 4,"6E00"', "OK"],  # no SIM of GSM
    'AT+CSIM=10,"00FF000000"': ['+CSIM: 4,"6D00"', "OK"],
    'AT+CSIM=10,"00B000000A"': ['+CSIM: 4,"6986"', "OK"],  # no file is selected
    'AT+CSIM=14,"00A4000C02FFFF"': ['+CSIM: 4,"6A82"', "OK"],
    'AT+CSIM=14,"00A4000C022FE2";+CSIM=10,"00B000000A"': [
        '+CSIM: 4,"9000"', f'+CSIM: 24,"{_swap(WHO.iccid + "F")}9000"', "OK",
    ],
    'AT+CSIM=14,"00A40004022FE2";+CSIM=10,"00C0000016"': [
        '+CSIM: 4,"6116"', '+CSIM: 48,"62148202412183022FE28A01058B036F06018002000A9000"', "OK",
    ],
    'AT+CSIM=12,"0020000100"': ["+CME ERROR: 50"],
    'AT+CSIM=10,"00200001ZZ"': ["+CME ERROR: 50"],
    'AT+CSIM=8,"00200001"': ["+CME ERROR: 50"],
    # 7.4
    "AT+CLCK=?": ['+CLCK: ("SC","FD","PN","PU","PP","PC","PF")', "OK"],
    'AT+CLCK="SC",2': ["+CLCK: 0", "OK"],
    'AT+CLCK="FD",2': ["+CLCK: 0", "OK"],
    'AT+CLCK="PN",2': ["+CLCK: 0", "OK"],
    'AT+CLCK="AO",2': ["+CME ERROR: 4"],
    'AT+CLCK="SC",3': ["+CME ERROR: 50"],
    'AT+CLCK="SC",1': ["+CME ERROR: 50"],
    'AT+CLCK="SC",0,"1234"': ["+CME ERROR: 3"],  # it is off
    'AT+CLCK="FD",1,"5678"': ["+CME ERROR: 4"],
    'AT+CLCK="PN",1,"12345678"': ["+CME ERROR: 3"],
    # 7.5
    "AT+CPWD=?": ['+CPWD: ("SC",8),("P2",8)', "OK"],
    'AT+CPWD="SC","1234","4321"': ["+CME ERROR: 3"],  # no PIN is in use
    'AT+CPWD="AO","1234","4321"': ["+CME ERROR: 4"],
    'AT+CPWD="P2","5678","123"': ["+CME ERROR: 50"],
    'AT+CPWD="P2","5678","8765";+CPWD="P2","8765","5678"': ["OK"],
    'AT+CPWD="P2","0000","8765"': ["+CME ERROR: 16"],
    # 8.11 to 8.14
    "AT+CPBS=?": ['+CPBS: ("SM","ON")', "OK"],
    "AT+CPBS?": ['+CPBS: "SM",0,50', "OK"],
    'AT+CPBS="ON";+CPBS?;+CPBR=1,3': [
        '+CPBS: "ON",1,3', f'+CPBR: 1,"+{WHO.msisdn}",145,""', "OK",
    ],
    'AT+CPBS="ME"': ["+CME ERROR: 50"],
    "AT+CPBR=?": ["+CPBR: (1-50),20,14", "OK"],
    "AT+CPBR=1,50": ["OK"],
    "AT+CPBR=51": ["+CME ERROR: 21"],
    "AT+CPBR=0": ["+CME ERROR: 21"],
    "AT+CPBR=x": ["+CME ERROR: 50"],
    "AT+CPBF=?": ["+CPBF: 20,14", "OK"],
    'AT+CPBF="Nobody"': ["+CME ERROR: 22"],
    "AT+CPBW=?": ["+CPBW: (1-50),20,(129,145),14", "OK"],
    'AT+CPBW=2,"0123",129,"Ada";+CPBW=,"+491701",145,"Bob";+CPBW=7,"4917",145;+CPBR=1,9': [
        '+CPBR: 1,"+491701",145,"Bob"',
        '+CPBR: 2,"0123",129,"Ada"',
        '+CPBR: 7,"+4917",145,""',
        "OK",
    ],
    'AT+CPBW=2,"0123",129,"Ada";+CPBF="ad"': ['+CPBF: 2,"0123",129,"Ada"', "OK"],
    'AT+CPBW=2,"0123";+CPBW=2;+CPBR=2': ["OK"],
    'AT+CPBW=51,"0123"': ["+CME ERROR: 21"],
    'AT+CPBW=1,"01x3"': ["+CME ERROR: 27"],
    f'AT+CPBW=1,"{"1" * 21}"': ["+CME ERROR: 26"],
    'AT+CPBW=1,"1",129,"A name too long"': ["+CME ERROR: 24"],
    'AT+CSCS="UCS2";+CPBW=1,"1",129,"00C400640061";+CPBR=1': [
        '+CPBR: 1,"1",129,"00C400640061"', "OK",
    ],
    'AT+CSCS="UCS2";+CPBW=1,"1",129,"00C"': ["+CME ERROR: 25"],
}  # fmt: skip


@pytest.mark.parametrize(("line", "answer"), ANSWERS.items(), ids=ANSWERS)
def test_answer(line: str, answer: list[str]) -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


def test_phone_book_is_full_at_some_time() -> None:
    bench = Bench(GENERIC)
    bench.ask("AT+CMEE=1")
    for _ in range(50):
        assert lines(bench.ask('AT+CPBW=,"0123"')) == ["OK"]
    assert lines(bench.ask('AT+CPBW=,"0123"')) == ["+CME ERROR: 20"]


def test_phone_book_is_the_cards() -> None:
    bench = Bench(GENERIC)
    bench.ask('AT+CPBW=1,"0123";+CPBS="ON"')
    bench.modem.restart()
    bench.wait(10)
    assert '+CPBR: 1,"0123",129,""' in bench.ask("AT+CPBR=1")


# ---- files behind a PIN: those that have to be readable before it stay so (TS 102 221 13)

LOCKED_FILES = {"ICCID": (12258, "144,0"), "AD": (28589, "144,0"), "IMSI": (28423, "105,130")}


@pytest.mark.parametrize(("number", "status"), LOCKED_FILES.values(), ids=LOCKED_FILES)
def test_file_of_a_locked_card(number: int, status: str) -> None:
    bench = Bench(GENERIC, pin="4821")
    assert lines(bench.ask(f"AT+CRSM=176,{number},0,0,0"))[0].startswith(f"+CRSM: {status}")


@pytest.mark.parametrize("line", ['AT+CLCK="SC",2', "AT+CPBR=1", 'AT+CPWD="SC","4821","1111"'])
def test_what_needs_an_open_card(line: str) -> None:
    bench = Bench(GENERIC, pin="4821")
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == ["+CME ERROR: 11"]


def test_pin_given_by_an_instruction_opens_the_card() -> None:
    bench = Bench(GENERIC, pin="4821")
    assert lines(bench.ask('AT+CSIM=26,"0020000108FFFFFFFFFFFFFFFF"')) == ['+CSIM: 4,"63C2"', "OK"]
    right = '"002000010834383231FFFFFFFF"'
    assert lines(bench.ask(f"AT+CSIM=26,{right}"))[0] == '+CSIM: 4,"9000"'
    assert lines(bench.ask("AT+CPIN?")) == ["+CPIN: READY", "OK"]


def test_instructions_end_the_tries_too() -> None:
    bench = Bench(GENERIC, pin="4821")
    for left in ("63C2", "63C1", "6983", "6983"):
        wrong = '"002000010831313131FFFFFFFF"'
        assert lines(bench.ask(f"AT+CSIM=26,{wrong}"))[0] == f'+CSIM: 4,"{left}"'
    assert lines(bench.ask("AT+CPIN?")) == ["+CPIN: SIM PUK", "OK"]
    unblock = '"002C0001103132333435363738' + '35353535FFFFFFFF"'
    assert lines(bench.ask(f"AT+CSIM=42,{unblock}"))[0] == '+CSIM: 4,"9000"'
    assert lines(bench.ask("AT+CPIN?")) == ["+CPIN: READY", "OK"]


# ---- the files themselves


def _file(card: Card, number: int) -> File:
    file = find_file(card, number)
    assert isinstance(file, File)
    return file


def test_number_files_hold_the_identity() -> None:
    card = Card(identity())
    iccid = _file(card, 0x2FE2).content
    assert "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in iccid) == card.iccid + "F"
    imsi = _file(card, 0x6F07).content
    assert imsi[0] == 8
    assert "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in imsi[1:]) == "9" + card.imsi


def test_service_table_has_a_bit_for_each_service() -> None:
    """31.102 4.2.8, service n in bit (n-1) mod 8 of octet (n-1) div 8: 10, 11, 12, 19, 21, 27."""
    assert _file(Card(identity()), 0x6F38).content.hex() == "000e140400000000"


def test_sms_parameters_hold_the_service_centre() -> None:
    card = Card(identity())
    card.smsc = "+883990000001"
    record = _file(card, 0x6F42).content
    assert len(record) == 40
    assert record[12] == 0xFD  # 31.102 4.2.27: only the service centre is there
    assert record[25:37].hex() == "079188930900001 0".replace(" ", "") + "ff" * 4


NUMBERS = {"two digits": ("26201", "62f210"), "three": ("310410", "130014")}


@pytest.mark.parametrize(("plmn", "octets"), NUMBERS.values(), ids=NUMBERS)
def test_operator_in_three_octets(plmn: str, octets: str) -> None:
    """24.008 10.5.1.13: MCC 2 and 1, MNC 3 and MCC 3, MNC 2 and 1."""
    assert plmn_octets(plmn).hex() == octets


def test_digits_are_swapped_and_filled() -> None:
    assert swapped("12345").hex() == "2143f5"
