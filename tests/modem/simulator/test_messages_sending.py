"""Sending and storing in PDU mode: +CMGS, +CMGW, +CMSS, +CMMS (27.005 4.3 to 4.5, 3.5.6)."""

import pytest

from modem.sms import SubmitReport, compose, decode_pdu
from tests.modem.simulator.bench import EPOCH, Bench, lines
from tests.modem.simulator.short_messages import (
    CTRL_Z,
    HOW_ARE_YOU,
    REPORT,
    standard_modem,
    typed,
)

(PART,) = compose("1234", "OK APN em")
(OTHER,) = compose("+883123", "x" * 100, status_report=True, validity_s=3600)


def write(bench: Bench, pdu: str, stat: int | None = None) -> list[str]:
    length = len(pdu) // 2 - 1 - int(pdu[:2], 16)
    return typed(bench, f"AT+CMGW={length}" + ("" if stat is None else f",{stat}"), pdu)


# The line, and how it is refused without a prompt
REFUSED = {
    "CMGW, no length": ("AT+CMGW", "304"),
    "CMGW, a number": ('AT+CMGW="+123"', "304"),
    "CMGW, length 0": ("AT+CMGW=0", "304"),
    "CMGW, too long": ("AT+CMGW=165", "304"),
    "CMGW, state 4": ("AT+CMGW=20,4", "304"),
    "CMGW, state by name": ('AT+CMGW=20,"STO UNSENT"', "304"),
    "CMGW, too many": ("AT+CMGW=20,2,3", "304"),
    "CMGS, too many": ("AT+CMGS=20,2", "304"),
    "CMSS, nothing": ("AT+CMSS=", "304"),
    "CMSS, no number": ("AT+CMSS=x", "304"),
    "CMSS, empty slot": ("AT+CMSS=3", "321"),
    "CMSS, outside": ("AT+CMSS=300", "321"),
    "CMMS=3": ("AT+CMMS=3", "304"),
    "CMGL by name": ('AT+CMGL="ALL"', "304"),
    "CNMA, three": ("AT+CNMA=0,1,2", "304"),
    "CNMA=3": ("AT+CNMA=3", "304"),
    "CNMA=0 with a PDU": ("AT+CNMA=0,2", "304"),
    "CNMA with a PDU for nothing": ("AT+CNMA=1,2", "340"),
}


@pytest.mark.parametrize(("line", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(line: str, code: str) -> None:
    bench = standard_modem()
    assert lines(bench.ask(line)) == [f"+CMS ERROR: {code}"]
    assert lines(bench.ask("AT")) == ["OK"]


# What is written as what state -> taken?
WRITTEN = {
    "a draft": (PART.pdu, None, True),
    "a sent one": (PART.pdu, 3, True),
    "one received": (HOW_ARE_YOU, 0, True),
    "one received and read": (HOW_ARE_YOU, 1, True),
    "a report": (REPORT, 1, True),
    "a received one as a draft": (HOW_ARE_YOU, 2, False),
    "a draft as received": (PART.pdu, 0, False),
    "no message": ("00FFFFFF", 2, False),
}


@pytest.mark.parametrize(("pdu", "stat", "taken"), WRITTEN.values(), ids=WRITTEN)
def test_written(pdu: str, stat: int | None, taken: bool) -> None:
    bench = standard_modem()
    if not taken:
        assert write(bench, pdu, stat) == ["+CMS ERROR: 304"]
        assert lines(bench.ask("AT+CMGL=4")) == ["OK"]
        return
    assert write(bench, pdu, stat) == ["+CMGW: 0", "OK"]
    shown = 2 if stat is None else stat
    length = len(pdu) // 2 - 1 - int(pdu[:2], 16)
    assert lines(bench.ask("AT+CMGL=4")) == [f"+CMGL: 0,{shown},,{length}", pdu, "OK"]


@pytest.mark.parametrize("length", [PART.tpdu_length - 1, PART.tpdu_length + 1])
def test_length_that_is_wrong(length: int) -> None:
    bench = standard_modem()
    assert typed(bench, f"AT+CMGW={length}", PART.pdu) == ["+CMS ERROR: 304"]
    assert typed(bench, f"AT+CMGS={length}", PART.pdu) == ["+CMS ERROR: 304"]


def test_written_into_the_second_memory() -> None:
    bench = standard_modem()
    bench.ask('AT+CPMS="ME","SM"')
    assert write(bench, PART.pdu) == ["+CMGW: 0", "OK"]
    assert lines(bench.ask("AT+CPMS?")) == ['+CPMS: "ME",0,23,"SM",1,40,"ME",0,23', "OK"]
    assert lines(bench.ask("AT+CMGL=4")) == ["OK"]
    assert lines(bench.ask("AT+CMSS=0") + bench.wait(1)) == ["+CMSS: 1", "OK"]


def test_full_memory_takes_no_draft() -> None:
    bench = standard_modem(sizes={"ME": 1, "SM": 1})
    assert write(bench, PART.pdu) == ["+CMGW: 0", "OK"]
    assert write(bench, PART.pdu) == ["+CMS ERROR: 322"]


def test_stored_message_is_sent_and_then_called_sent() -> None:
    bench = standard_modem()
    write(bench, OTHER.pdu)
    assert bench.ask("AT+CMSS=0") == ""
    assert bench.wait(0.3) == "\r\n+CMSS: 1\r\n\r\nOK\r\n"
    assert [sms.pdu for sms in bench.submissions] == [OTHER.pdu]
    assert lines(bench.ask("AT+CMGR=0"))[0] == f"+CMGR: 3,,{OTHER.tpdu_length}"
    assert lines(bench.ask("AT+CMSS=0") + bench.wait(1)) == ["+CMSS: 2", "OK"]


def test_stored_message_goes_to_another_number() -> None:
    bench = standard_modem()
    write(bench, OTHER.pdu)
    assert lines(bench.ask('AT+CMSS=0,"12345",129') + bench.wait(1)) == ["+CMSS: 1", "OK"]
    (submission,) = bench.submissions
    assert (submission.to, submission.text) == ("12345", "x" * 100)
    # TP-DA of 12345 in place of that of +883123, and nothing else (3GPP TS 23.040 9.1.2.5)
    assert submission.pdu == OTHER.pdu.replace("0691881332", "05812143F5")


def test_what_was_received_is_not_sent() -> None:
    bench = standard_modem()
    bench.modem.deliver_pdu(HOW_ARE_YOU)
    assert lines(bench.ask("AT+CMSS=0")) == ["+CMS ERROR: 302"]


def test_refused_message_stays_unsent() -> None:
    bench = standard_modem()
    write(bench, PART.pdu)
    bench.network.smsc.refuse(38, count=1)
    assert lines(bench.ask("AT+CMSS=0") + bench.wait(1)) == ["+CMS ERROR: 38"]
    assert lines(bench.ask("AT+CMGR=0"))[0].startswith("+CMGR: 2,")
    assert lines(bench.ask("AT+CMSS=0") + bench.wait(1)) == ["+CMSS: 2", "OK"]


@pytest.mark.parametrize(
    ("before", "code"), [("AT+CFUN=4", "331"), ('AT+CSCA=""', "330")], ids=["radio off", "no SMSC"]
)
def test_without_a_way_to_send(before: str, code: str) -> None:
    bench = standard_modem()
    write(bench, PART.pdu)
    bench.ask(before)
    for line in (f"AT+CMGS={PART.tpdu_length}", "AT+CMSS=0"):
        assert lines(bench.ask(line)) == [f"+CMS ERROR: {code}"]
    bench.ask("AT+CMGF=1")
    assert lines(bench.ask('AT+CMGS="123"')) == [f"+CMS ERROR: {code}"]


def test_acknowledgement_of_the_network_with_service_1() -> None:
    """<ackpdu>: the SUBMIT-REPORT without an SMSC, in quotes (27.005 4.3)."""
    bench = standard_modem()
    bench.ask("AT+CSMS=1")
    answer = typed(bench, f"AT+CMGS={PART.tpdu_length}", PART.pdu)
    # TP-MTI 01, TP-PI 00, TP-SCTS 26/03/01 12:00:00+00 (3GPP TS 23.040 9.2.2.2a)
    assert answer == ['+CMGS: 1,"010062301021000000"', "OK"]
    report = decode_pdu("010062301021000000", has_smsc=False)
    assert isinstance(report, SubmitReport)
    assert report.timestamp == EPOCH


def test_link_is_held_open_for_a_while() -> None:
    bench = standard_modem()
    bench.ask("AT+CMMS=1")
    bench.wait(4)
    assert lines(bench.ask("AT+CMMS?")) == ["+CMMS: 1", "OK"]
    typed(bench, f"AT+CMGS={PART.tpdu_length}", PART.pdu)
    bench.wait(4)
    assert lines(bench.ask("AT+CMMS?")) == ["+CMMS: 1", "OK"]
    bench.wait(2)
    assert lines(bench.ask("AT+CMMS?")) == ["+CMMS: 0", "OK"]
    bench.ask("AT+CMMS=2")
    bench.wait(100)
    assert lines(bench.ask("AT+CMMS?")) == ["+CMMS: 2", "OK"]


def test_prompt_that_is_given_up() -> None:
    bench = standard_modem()
    bench.ask(f"AT+CMGW={PART.tpdu_length}")
    assert lines(bench.send(PART.pdu.encode() + b"\x1b")) == ["OK"]
    bench.ask(f"AT+CMGW={PART.tpdu_length}")
    bench.send(b"")
    assert lines(bench.send(CTRL_Z)) == ["+CMS ERROR: 304"]
    assert lines(bench.ask("AT+CMGL=4")) == ["OK"]
