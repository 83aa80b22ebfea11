"""What is typed in text mode, sent or stored (27.005 3.5), and what can't be."""

import pytest

from modem.sms import Deliver, decode_pdu
from tests.modem.simulator.bench import lines
from tests.modem.simulator.short_messages import (
    AT_EPOCH,
    CTRL_Z,
    HELLOHELLO,
    HOW_ARE_YOU,
    Second,
    typed,
    with_text_mode,
)

SCA = "0791889309000010"  # +883990000001, the network's

# CSMP, charset, what is typed -> the TPDU from TP-PID on
TYPED: dict[str, tuple[str, str, str, str]] = {
    # dreamfabric.com/sms: 0011000B916407281553F80000AA0AE8329BFD4697D9EC37
    "text": ("17,170,0,0", "GSM", "hellohello", "0000AA0AE8329BFD4697D9EC37"),
    "in UCS2": (
        "17,170,0,0",
        "UCS2",
        "00680065006C006C006F00680065006C006C006F",
        "0000AA0AE8329BFD4697D9EC37",
    ),
    "in HEX": ("17,170,0,0", "HEX", "68656c6c6f68656C6C6F", "0000AA0AE8329BFD4697D9EC37"),
    "corrected": ("17,170,0,0", "IRA", "hellp\x08ohello", "0000AA0AE8329BFD4697D9EC37"),
    "UCS-2 is typed in hex": ("17,167,0,8", "IRA", "041F0440", "0008A704041F0440"),
    "octets in hex": ("17,167,0,4", "GSM", "2A", "0004A7012A"),
    "octets in hex, in two lines": ("17,167,0,4", "GSM", "2A\r\n2B", "0004A7022A2B"),
    "protocol": ("17,167,64,0", "GSM", "A", "4000A70141"),
    "class 0": ("17,167,0,16", "GSM", "A", "0010A70141"),
    "no validity": ("1,,0,0", "GSM", "A", "00000141"),
    "absolute validity": (
        '25,"26/12/24,18:30:00+04",0,0',
        "GSM",
        "A",
        "0000622142810300400141",
    ),
    "enhanced validity": ('9,"01A70000000000",0,0', "GSM", "A", "000001A700000000000141"),
    "with a header": (
        "81,167,0,0",
        "GSM",
        "0500030702028241",
        "0000A7090500030702028241",
    ),
    "nothing": ("17,167,0,0", "GSM", "", "0000A700"),
}


@pytest.mark.parametrize(("parameters", "charset", "text", "rest"), TYPED.values(), ids=TYPED)
def test_typed(parameters: str, charset: str, text: str, rest: str) -> None:
    bench = with_text_mode()
    assert lines(bench.ask(f"AT+CSMP={parameters}")) == ["OK"]
    bench.ask(f'AT+CSCS="{charset}"')
    number = {
        "UCS2": "".join(f"{ord(digit):04X}" for digit in "+46708251358"),
        "HEX": b"+46708251358".hex(),
    }.get(charset, "+46708251358")
    assert typed(bench, f'AT+CMGS="{number}"', text) == ["+CMGS: 1", "OK"]
    first = f"{int(parameters.split(',')[0]):02X}"
    (submission,) = bench.submissions
    assert submission.pdu == f"{SCA}{first}000B916407281553F8{rest}"
    assert submission.to == "+46708251358"


# CSMP, charset, what is typed
UNWRITABLE: dict[str, tuple[str, str, bytes]] = {
    "161 characters": ("17,167,0,0", "GSM", b"x" * 161),
    "161 septets": ("17,167,0,0", "IRA", b"x" * 159 + b"{"),
    "141 octets": ("17,167,0,4", "GSM", b"2A" * 141),
    "71 characters of UCS-2": ("17,167,0,8", "UCS2", b"0041" * 71),
    "no hex": ("17,167,0,8", "GSM", b"hello"),
    "odd hex": ("17,167,0,4", "GSM", b"2A2"),
    "eighth bit in IRA": ("17,167,0,0", "IRA", "ü".encode()),
    "eighth bit in GSM": ("17,167,0,0", "GSM", b"\xfc"),
    "no character of GSM": ("17,167,0,0", "IRA", b"`"),
    "not in GSM, in UCS2": ("17,167,0,0", "UCS2", b"041F"),
    "half a character in UCS2": ("17,167,0,0", "UCS2", b"00410"),
    "half a surrogate pair": ("17,167,0,0", "UCS2", b"D83D"),
    "eighth bit in HEX": ("17,167,0,0", "HEX", b"80"),
    "a header that ends behind the text": ("81,167,0,4", "GSM", b"050003"),
    "a header, and too long": ("81,167,0,4", "GSM", b"050003070202" + b"2A" * 135),
    "blanks in hex": ("17,167,0,4", "GSM", b"2A 2B"),
    "no header": ("81,167,0,4", "GSM", b""),
}


@pytest.mark.parametrize(("parameters", "charset", "text"), UNWRITABLE.values(), ids=UNWRITABLE)
def test_unwritable(parameters: str, charset: str, text: bytes) -> None:
    bench = with_text_mode()
    bench.ask(f"AT+CSMP={parameters}")
    bench.ask(f'AT+CSCS="{charset}"')
    number = {"UCS2": "003100320033", "HEX": "313233"}.get(charset, "123")
    assert typed(bench, f'AT+CMGS="{number}"', text) == ["+CMS ERROR: 305"]
    assert typed(bench, f'AT+CMGW="{number}"', text) == ["+CMS ERROR: 305"]
    assert bench.submissions == []
    assert lines(bench.ask("AT+CPMS?"))[0].startswith('+CPMS: "ME",0,')


# <da>[,<toda>] -> TP-DA
NUMBERS = {
    '"123"': "0381 21F3",
    '"+123"': "0391 21F3",
    '"123",145': "0391 21F3",
    '"123",161': "03A1 21F3",
    '"+123",145': "0391 21F3",
    '"*100#"': "0581 1A00FB",
    "123": "0381 21F3",
}


@pytest.mark.parametrize(("number", "address"), NUMBERS.items(), ids=NUMBERS)
def test_recipient(number: str, address: str) -> None:
    bench = with_text_mode()
    typed(bench, f"AT+CMGS={number}", "A")
    tpdu = bench.submissions[0].pdu.removeprefix(SCA)
    assert tpdu.removeprefix("1100").startswith(address.replace(" ", ""))


def test_each_line_of_a_text_is_prompted_for() -> None:
    bench = with_text_mode()
    bench.ask("ATE1")
    bench.ask('AT+CMGW="123"')
    assert bench.send(b"one\rtwo\r") == "one\r\r\n> two\r\r\n> "
    assert lines(bench.send(b"three" + CTRL_Z))[-2:] == ["+CMGW: 0", "OK"]
    assert "one\rtwo\rthree" in bench.ask("AT+CMGR=0")


def test_escape_leaves_nothing_behind() -> None:
    bench = with_text_mode()
    bench.ask('AT+CMGW="123"')
    assert lines(bench.send(b"never mind\x1b")) == ["OK"]
    assert lines(bench.ask('AT+CMGL="ALL"')) == ["OK"]


# ---- drafts


def test_draft_is_written_shown_and_sent() -> None:
    bench = with_text_mode()
    bench.ask("AT+CSDH=1")
    assert typed(bench, 'AT+CMGW="+46708251358"', "hellohello") == ["+CMGW: 0", "OK"]
    assert lines(bench.ask("AT+CMGR=0")) == [
        '+CMGR: "STO UNSENT","+46708251358",,145,17,0,0,167,"+883990000001",145,10',
        "hellohello",
        "OK",
    ]
    assert lines(bench.ask('AT+CMGL="ALL"')) == [
        '+CMGL: 0,"STO UNSENT","+46708251358",,,145,10',
        "hellohello",
        "OK",
    ]
    assert lines(bench.ask("AT+CMSS=0") + bench.wait(0.3)) == ["+CMSS: 1", "OK"]
    assert lines(bench.ask("AT+CSDH=0;+CMGR=0"))[0] == '+CMGR: "STO SENT","+46708251358",'
    assert [sms.to for sms in bench.submissions] == ["+46708251358"]


# What the draft was written with -> what is shown for <vp>
DRAFT_VALIDITIES = {
    "relative": ("17,11", "11"),
    "absolute": ('25,"26/12/24,18:30:00+04"', '"26/12/24,18:30:00+04"'),
    "enhanced": ('9,"01A70000000000"', '"01A70000000000"'),
    "none": ("1", ""),
}


@pytest.mark.parametrize(("parameters", "shown"), DRAFT_VALIDITIES.values(), ids=DRAFT_VALIDITIES)
def test_validity_of_a_draft(parameters: str, shown: str) -> None:
    bench = with_text_mode()
    bench.ask(f"AT+CSMP={parameters};+CSDH=1")
    typed(bench, 'AT+CMGW="123"', "x")
    fo = parameters.split(",")[0]
    header = f'+CMGR: "STO UNSENT","123",,129,{fo},0,0,{shown},"+883990000001",145,1'
    assert lines(bench.ask("AT+CMGR=0"))[0] == header


def test_draft_without_a_number_is_sent_to_one_that_is_given() -> None:
    bench = with_text_mode()
    assert typed(bench, "AT+CMGW", "hi") == ["+CMGW: 0", "OK"]
    assert lines(bench.ask('AT+CMSS=0,"+123"') + bench.wait(0.3)) == ["+CMSS: 1", "OK"]
    assert [(sms.to, sms.text) for sms in bench.submissions] == [("+123", "hi")]


def test_message_stored_as_received() -> None:
    bench = with_text_mode()
    assert typed(bench, 'AT+CMGW="+123",145,"REC READ"', "hi") == ["+CMGW: 0", "OK"]
    assert lines(bench.ask("AT+CMGR=0")) == [
        f'+CMGR: "REC READ","+123",,{AT_EPOCH}',
        "hi",
        "OK",
    ]
    assert lines(bench.ask("AT+CMSS=0")) == ["+CMS ERROR: 302"]
    assert lines(bench.ask("AT+CMGF=0;+CMGL=1"))[0] == "+CMGL: 0,1,,17"


def test_full_memory_takes_no_draft() -> None:
    bench = with_text_mode(sizes={"ME": 1, "SM": 1})
    typed(bench, 'AT+CMGW="1"', "a")
    assert typed(bench, 'AT+CMGW="1"', "b") == ["+CMS ERROR: 322"]


def test_acknowledgement_of_the_network_with_service_1() -> None:
    bench = with_text_mode()
    bench.ask("AT+CSMS=1")
    assert typed(bench, 'AT+CMGS="123"', "x") == ['+CMGS: 1,"26/03/01,12:00:00+00"', "OK"]
    typed(bench, 'AT+CMGW="123"', "x")
    assert lines(bench.ask("AT+CMSS=0") + bench.wait(0.3))[0].startswith('+CMSS: 2,"26/03/01,')


def test_delivery_report_asked_for_by_csmp() -> None:
    bench = with_text_mode()
    bench.ask("AT+CSMP=49,167,0,0;+CNMI=2,1,0,1")
    typed(bench, 'AT+CMGS="+33661234567"', "x")
    assert lines(bench.wait(2)) == [
        '+CDS: 6,1,"+33661234567",145,"26/03/01,12:00:00+00","26/03/01,12:00:01+00",0'
    ]


def test_acknowledged_in_text_mode() -> None:
    bench = with_text_mode()
    bench.ask("AT+CSMS=1;+CNMI=2,2")
    bench.modem.deliver_pdu(HOW_ARE_YOU)
    bench.modem.deliver_pdu(HELLOHELLO)
    assert bench.said().count("+CMT:") == 1
    assert lines(bench.ask("AT+CNMA"))[:2] == [
        "OK",
        '+CMT: "27838890001",,"99/03/29,15:16:59+08"',
    ]
    assert lines(bench.ask("AT+CNMA")) == ["OK"]


def test_text_from_another_modem() -> None:
    bench = with_text_mode()
    other = Second(bench)
    other.ask("AT+CMGF=1;+CNMI=2,2")
    typed(bench, f'AT+CMGS="{other.number}"', "hello")
    header, text = lines(other.said())
    assert header == f'+CMT: "+{bench.modem.who.msisdn}",,{AT_EPOCH}'
    assert text == "hello"


def test_message_made_of_a_text_is_a_deliver() -> None:
    bench = with_text_mode()
    typed(bench, 'AT+CMGW="+123",145,"REC UNREAD"', "hi")
    message = decode_pdu(lines(bench.ask("AT+CMGF=0;+CMGR=0"))[1])
    assert isinstance(message, Deliver)
    assert message.warnings == ()
