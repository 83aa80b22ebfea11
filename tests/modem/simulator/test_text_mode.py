"""What text mode shows of each kind of message (27.005 3.1, 3.4)."""

from datetime import datetime, timedelta, timezone

import pytest

from modem.sms import compose_deliver, decode_pdu
from tests.modem.simulator.bench import EPOCH, lines
from tests.modem.simulator.short_messages import (
    AT_EPOCH,
    HELLOHELLO,
    HOW_ARE_YOU,
    REPORT,
    REPORT_LINE,
    standard_modem,
    typed,
    with_text_mode,
)

LONG = "".join(f"{number:04}" for number in range(50))  # 200 characters: 153 and 47
(UCS2_PART,) = compose_deliver("+49170", "Привет", timestamp=EPOCH)
(OCTETS_PART,) = compose_deliver("emnify", b"\x01\xfe*", timestamp=EPOCH)
LONG_PARTS = compose_deliver("+49170", LONG, timestamp=EPOCH, reference=7)
(NAMELESS_PART,) = compose_deliver("", "x", timestamp=EPOCH)

# PDU -> the header behind <stat>, without and with +CSDH=1, and <data>
DELIVERED: dict[str, tuple[str, str, str, str]] = {
    "a number": (
        HOW_ARE_YOU,
        '"+31641600986",,"02/08/26,19:37:41-00"',
        ',145,4,0,0,"+31624000000",145,12',
        "How are you?",
    ),
    "another type of address": (
        HELLOHELLO,
        '"27838890001",,"99/03/29,15:16:59+08"',
        ',200,4,0,0,"+27381000015",145,10',
        "hellohello",
    ),
    "UCS-2 in hex": (
        UCS2_PART.pdu,
        f'"+49170",,{AT_EPOCH}',
        ",145,4,0,8,,,6",
        "041F04400438043204350442",
    ),
    "octets in hex, from a name": (
        OCTETS_PART.pdu,
        f'"emnify",,{AT_EPOCH}',
        ",208,4,0,4,,,3",
        "01FE2A",
    ),
    "from nobody": (NAMELESS_PART.pdu, f'"",,{AT_EPOCH}', ",129,4,0,0,,,1", "x"),
    "first part of a long one": (
        LONG_PARTS[0].pdu,
        f'"+49170",,{AT_EPOCH}',
        ",145,68,0,0,,,153",
        LONG[:153],
    ),
    "second part": (
        LONG_PARTS[1].pdu,
        f'"+49170",,{AT_EPOCH}',
        ",145,68,0,0,,,47",
        LONG[153:],
    ),
    "a zone in the west": (
        "0004038121F30000623010210000290141",
        '"123",,"26/03/01,12:00:00-12"',
        ",129,4,0,0,,,1",
        "A",
    ),
}


@pytest.mark.parametrize(("pdu", "header", "details", "data"), DELIVERED.values(), ids=DELIVERED)
def test_delivered(pdu: str, header: str, details: str, data: str) -> None:
    bench = with_text_mode()
    bench.modem.deliver_pdu(pdu)
    assert bench.ask("AT+CMGR=0") == f'\r\n+CMGR: "REC UNREAD",{header}\r\n{data}\r\n\r\nOK\r\n'
    bench.ask("AT+CSDH=1")
    assert lines(bench.ask("AT+CMGR=0")) == [f'+CMGR: "REC READ",{header}{details}', data, "OK"]
    toa, length = details.split(",")[1], details.split(",")[-1]
    assert lines(bench.ask('AT+CMGL="ALL"')) == [
        f'+CMGL: 0,"REC READ",{header},{toa},{length}',
        data,
        "OK",
    ]
    bench.ask("AT+CSDH=0;+CNMI=2,2")
    bench.modem.deliver_pdu(pdu)
    assert lines(bench.said()) == [f"+CMT: {header}", data]
    bench.ask("AT+CSDH=1")
    bench.modem.deliver_pdu(pdu)
    assert lines(bench.said()) == [f"+CMT: {header}{details}", data]


def test_modem_that_shows_headers() -> None:
    """27.005 3.1, <data>: with a user data header, all of it in hex."""
    bench = with_text_mode(header_in_text=True)
    bench.modem.deliver_pdu(LONG_PARTS[1].pdu)
    message = decode_pdu(LONG_PARTS[1].pdu)
    assert lines(bench.ask("AT+CMGR=0"))[1] == message.ud.hex().upper()
    assert message.ud.startswith(b"\x05\x00\x03\x07\x02\x02")


def test_modem_with_an_alpha_in_quotes() -> None:
    """SIM800 and SIM7670G: "" where there is no name, in both modes."""
    bench = with_text_mode(empty_alpha='""')
    bench.modem.deliver_pdu(HOW_ARE_YOU)
    header = '+CMGR: "REC UNREAD","+31641600986","","02/08/26,19:37:41-00"'
    assert lines(bench.ask("AT+CMGR=0"))[0] == header
    assert lines(bench.ask("AT+CMGF=0;+CMGR=0"))[0] == '+CMGR: 1,"",30'


def test_status_report_is_one_line() -> None:
    bench = with_text_mode()
    bench.ask("AT+CNMI=2,0,0,2")
    bench.modem.deliver_pdu(REPORT)
    assert bench.said() == '\r\n+CDSI: "SR",0\r\n'
    bench.ask('AT+CPMS="SR"')
    assert bench.ask("AT+CMGR=0") == f'\r\n+CMGR: "REC UNREAD",{REPORT_LINE}\r\n\r\nOK\r\n'
    assert lines(bench.ask('AT+CMGL="ALL"')) == [f'+CMGL: 0,"REC READ",{REPORT_LINE}', "OK"]
    bench.ask("AT+CNMI=2,0,0,1")
    bench.modem.deliver_pdu(REPORT)
    assert bench.said() == f"\r\n+CDS: {REPORT_LINE}\r\n"


def test_list_by_state_and_what_is_read_then() -> None:
    bench = with_text_mode()
    for _ in range(3):
        bench.modem.deliver_pdu(HOW_ARE_YOU)
    bench.ask("AT+CMGR=1")
    typed(bench, 'AT+CMGW="123"', "draft")

    def indices(state: str) -> list[str]:
        return [line.split(",")[0] for line in lines(bench.ask(f"AT+CMGL{state}"))[:-1:2]]

    assert indices('="REC READ"') == ["+CMGL: 1"]
    assert indices('="STO UNSENT"') == ["+CMGL: 3"]
    assert indices('="STO SENT"') == []
    assert indices("") == ["+CMGL: 0", "+CMGL: 2"]
    assert indices('="REC UNREAD"') == []
    assert indices('="ALL"') == ["+CMGL: 0", "+CMGL: 1", "+CMGL: 2", "+CMGL: 3"]


def test_both_modes_show_the_same_store() -> None:
    bench = with_text_mode()
    bench.modem.deliver_pdu(HOW_ARE_YOU)
    typed(bench, 'AT+CMGW="123"', "draft")
    bench.ask("AT+CMGF=0")
    answer = lines(bench.ask("AT+CMGL=4"))
    assert answer[:3] == ["+CMGL: 0,0,,30", HOW_ARE_YOU, "+CMGL: 1,2,,15"]
    assert lines(bench.ask("AT+CMGF=1;+CMGR=0"))[0].startswith('+CMGR: "REC READ",')


def test_what_can_not_be_decoded_is_shown_as_it_came() -> None:
    bench = with_text_mode()
    bench.modem.deliver_pdu("0004ff")
    assert lines(bench.ask("AT+CMGR=0")) == ['+CMGR: "REC UNREAD","",,""', "0004FF", "OK"]


def test_indications_are_in_the_form_of_the_moment_when_they_are_given() -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=0,0,0,1")
    bench.modem.deliver_pdu(REPORT)
    bench.ask("AT+CMGF=1")
    assert lines(bench.ask("AT+CNMI=2")) == ["OK", f"+CDS: {REPORT_LINE}"]


# ---- lines that real modems have shown

EAST = timezone(timedelta(hours=1))
FAR_EAST = timezone(timedelta(hours=3))
NUMBER, CENTRE = "+883123456789", "+883990000001"


def in_ucs2(text: str) -> str:
    return "".join(f"{ord(character):04X}" for character in text)


def delivered(text: str, time: datetime) -> str:
    """The first part."""
    return compose_deliver(NUMBER, text, timestamp=time, smsc=CENTRE)[0].pdu


SIM800_TIME = datetime(2020, 12, 16, 19, 3, 40, tzinfo=EAST)
SIM7670_TIME = datetime(2026, 8, 25, 16, 59, 23, tzinfo=FAR_EAST)
_SIM7670 = f'"{in_ucs2(NUMBER)}","","26/08/25,16:59:23+12"'
_SIM7670_CENTRE = f'"{in_ucs2(CENTRE)}",145'

# By where they were seen: +CSDH, the PDU, the command, and the lines of its answer. Numbers and, in
# the long one, letters are others than there.
SEEN: dict[str, tuple[int, str, str, list[str]]] = {
    # tests/transcripts/sim800-urcs-before-cmgr.txt
    "SIM800": (
        0,
        delivered("Arrêter", SIM800_TIME),
        "AT+CMGR=0",
        [
            f'+CMGR: "REC UNREAD","{in_ucs2(NUMBER)}","","20/12/16,19:03:40+04"',
            "00410072007200EA007400650072",
        ],
    ),
    # A SIM7670G-MNGV, 2374B03SIM767XM5A_M: a public note on its text mode, of August 2026
    "SIM7670G, UCS-2": (
        1,
        delivered("Смска", SIM7670_TIME),
        "AT+CMGR=0",
        [
            f'+CMGR: "REC UNREAD",{_SIM7670},145,4,0,8,{_SIM7670_CENTRE},5',
            "0421043C0441043A0430",
        ],
    ),
    "SIM7670G, default alphabet": (
        1,
        delivered("Hello test 123", SIM7670_TIME),
        "AT+CMGR=0",
        [
            f'+CMGR: "REC UNREAD",{_SIM7670},145,4,0,0,{_SIM7670_CENTRE},14',
            "00480065006C006C006F002000740065007300740020003100320033",
        ],
    ),
    "SIM7670G, listed": (
        1,
        delivered("Смска", SIM7670_TIME),
        'AT+CMGL="ALL"',
        [f'+CMGL: 0,"REC UNREAD",{_SIM7670},145,5', "0421043C0441043A0430"],
    ),
    "SIM7670G, listed without details": (
        0,
        delivered("Смска", SIM7670_TIME),
        'AT+CMGL="ALL"',
        [f'+CMGL: 0,"REC UNREAD",{_SIM7670}', "0421043C0441043A0430"],
    ),
    "SIM7670G, a part of a long one": (
        1,
        delivered("К" * 150, SIM7670_TIME),
        "AT+CMGR=0",
        [
            f'+CMGR: "REC UNREAD",{_SIM7670},145,68,0,8,{_SIM7670_CENTRE},67',
            "041A" * 67,
        ],
    ),
}


@pytest.mark.parametrize(("details", "pdu", "line", "answer"), SEEN.values(), ids=SEEN)
def test_as_seen(details: int, pdu: str, line: str, answer: list[str]) -> None:
    bench = with_text_mode(empty_alpha='""')
    bench.modem.deliver_pdu(pdu)
    bench.ask(f'AT+CSDH={details};+CSCS="UCS2"')
    assert lines(bench.ask(line)) == [*answer, "OK"]


def test_report_as_seen() -> None:
    """tests/transcripts/gammu-cdsi-text-mode-report.txt; the PDU is by hand."""
    bench = with_text_mode()
    bench.ask('AT+CNMI=2,1,0,2;+CPMS="SR"')
    bench.modem.deliver_pdu("000615098121436587F9222110703385402221107033954000")
    bench.said()
    assert lines(bench.ask("AT+CMGR=0")) == [
        '+CMGR: "REC UNREAD",6,21,"123456789",129,"22/12/01,07:33:58+04","22/12/01,07:33:59+04",0',
        "OK",
    ]
