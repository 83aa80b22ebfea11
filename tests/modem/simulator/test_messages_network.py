"""The SMS centre: refusals, reports, modems that write to each other, what comes again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.simulator import NetworkSettings
from modem.sms import Deliver, Part, Reassembler, StatusReport, Whole, compose, decode_pdu
from tests.modem.simulator.bench import EPOCH, Bench, lines
from tests.modem.simulator.short_messages import (
    REPORT,
    STANDARD,
    Second,
    standard_modem,
    texts,
    typed,
)

(REPORTED,) = compose("+883123", "x", status_report=True)


def send(bench: Bench, part: Part) -> list[str]:
    """Submit in PDU mode."""
    return typed(bench, f"AT+CMGS={part.tpdu_length}", part.pdu)


def statuses(said: str) -> list[int]:
    """TP-ST of the reports in +CDS."""
    reports = [decode_pdu(line) for line in lines(said) if not line.startswith("+")]
    return [report.status for report in reports if isinstance(report, StatusReport)]


# ---- refusals


@pytest.mark.parametrize("code", [21, 27, 38, 50, 208, 500, 512])
def test_refusal_has_the_code_that_was_chosen(code: int) -> None:
    bench = standard_modem()
    bench.network.smsc.refuse(code)
    for _ in range(3):
        assert send(bench, REPORTED) == [f"+CMS ERROR: {code}"]
    assert bench.submissions == []
    bench.network.smsc.relent()
    assert send(bench, REPORTED) == ["+CMGS: 4", "OK"]  # TP-MR counts what was tried


@pytest.mark.parametrize(
    ("code", "name"),
    [(27, "destination out of service"), (38, "network out of order"), (512, "unknown error")],
)
def test_refusal_by_name(code: int, name: str) -> None:
    bench = standard_modem()
    bench.ask("AT+CMEE=2")
    bench.network.smsc.refuse(code)
    assert send(bench, REPORTED) == [f"+CMS ERROR: {name}"]


def test_next_two_are_refused() -> None:
    bench = standard_modem()
    bench.network.smsc.refuse(38, count=2)
    codes = [send(bench, REPORTED)[0] for _ in range(4)]
    assert codes == ["+CMS ERROR: 38", "+CMS ERROR: 38", "+CMGS: 3", "+CMGS: 4"]


@pytest.mark.parametrize("number", ["+883123", "883123"])
def test_one_number_is_refused(number: str) -> None:
    bench = standard_modem()
    bench.network.smsc.refuse(27, to=number)
    (other,) = compose("123", "x")
    assert send(bench, REPORTED) == ["+CMS ERROR: 27"]
    assert send(bench, other) == ["+CMGS: 2", "OK"]
    bench.network.smsc.refuse(500)
    assert send(bench, other) == ["+CMS ERROR: 500"]
    assert send(bench, REPORTED) == ["+CMS ERROR: 27"]


@pytest.mark.parametrize(("code", "count"), [(0, 1), (70000, 1), (38, 0)])
def test_refusal_that_can_not_be(code: int, count: int) -> None:
    with pytest.raises(ValueError, match="wanted"):
        standard_modem().network.smsc.refuse(code, count=count)


# ---- reports

OUTCOMES = {
    "delivered": ((0x00,), [0x00]),
    "tried again, then delivered": ((0x20, 0x00), [0x20, 0x00]),
    "expired": ((0x46,), [0x46]),
    "lost": ((), []),
}


@pytest.mark.parametrize(("planned", "reported"), OUTCOMES.values(), ids=OUTCOMES)
def test_reports_as_planned(planned: tuple[int, ...], reported: list[int]) -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=2,1,0,1")
    bench.network.smsc.report(*planned, count=1)
    send(bench, REPORTED)
    assert statuses(bench.wait(10)) == reported
    send(bench, REPORTED)
    assert statuses(bench.wait(10)) == [0x00]


def test_reports_come_when_they_are_wanted() -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=2,1,0,1")
    bench.network.smsc.report_s = 30.0
    bench.network.smsc.report(0x20, 0x46)
    send(bench, REPORTED)
    assert bench.wait(29) == ""
    assert statuses(bench.wait(1)) == [0x20]
    assert bench.wait(29) == ""
    assert statuses(bench.wait(1)) == [0x46]


def test_nothing_is_reported_that_nobody_asked_for() -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=2,1,0,1")
    bench.network.smsc.report(0x46)
    (part,) = compose("+883123", "x")
    send(bench, part)
    assert bench.wait(100) == ""


def test_status_that_can_not_be() -> None:
    with pytest.raises(ValueError, match="wanted"):
        standard_modem().network.smsc.report(256)


def test_modem_without_a_memory_for_reports_stores_them_among_the_messages() -> None:
    bench = standard_modem(sizes={"ME": 23, "SM": 40}, memories=(("ME", "SM"),) * 3)
    bench.ask("AT+CNMI=2,1,0,2")
    bench.modem.deliver_pdu(REPORT)
    assert lines(bench.said()) == ['+CDSI: "ME",0']
    assert lines(bench.ask("AT+CMGR=0")) == ["+CMGR: 0,,25", REPORT, "OK"]


def test_modem_that_announces_reports_in_another_place() -> None:
    bench = standard_modem(report_announced_in="SM")
    bench.ask("AT+CNMI=2,1,0,2")
    bench.modem.deliver_pdu(REPORT)
    bench.modem.deliver_pdu(REPORT)
    assert lines(bench.said()) == ['+CDSI: "SM",0', '+CDSI: "SM",0']
    assert lines(bench.ask('AT+CPMS="SR"')) == ["+CPMS: 2,3,0,23,0,23", "OK"]


def test_oldest_report_makes_room() -> None:
    bench = standard_modem()
    bench.ask('AT+CNMI=2,1,0,2;+CPMS="SR"')
    for reference in range(5):
        bench.modem.deliver_pdu(REPORT.replace("0628", f"06{reference:02X}", 1))
    said = [line.rpartition(",")[2] for line in lines(bench.said())]
    assert said == ["0", "1", "2", "0", "1"]
    pdus = [decode_pdu(line) for line in lines(bench.ask("AT+CMGL=4")) if line[0] == "0"]
    assert [pdu.reference for pdu in pdus if isinstance(pdu, StatusReport)] == [3, 4, 2]


# ---- from modem to modem


def test_message_arrives_with_the_sender_s_number() -> None:
    bench = standard_modem()
    other = Second(bench)
    other.ask("AT+CNMI=2,1")
    (part,) = compose(other.number, "hello", message_class=1, validity_s=3600)
    assert send(bench, part) == ["+CMGS: 1", "OK"]
    assert lines(other.said()) == ['+CMTI: "ME",0']
    message = decode_pdu(lines(other.ask("AT+CMGR=0"))[1])
    assert isinstance(message, Deliver)
    assert (message.number, message.text) == (f"+{bench.modem.who.msisdn}", "hello")
    assert message.smsc is not None
    assert message.smsc.number == NetworkSettings().smsc
    assert (message.dcs.value, message.pid) == (0x11, 0)
    assert message.timestamp == EPOCH
    assert message.warnings == ()


@pytest.mark.parametrize("to", ["own", "unknown", "other"])
def test_where_it_arrives(to: str) -> None:
    bench = standard_modem()
    other, third = Second(bench, 1), Second(bench, 2)
    numbers = {"own": f"+{bench.modem.who.msisdn}", "unknown": "+4917012345", "other": other.number}
    (part,) = compose(numbers[to], "hello")
    send(bench, part)
    stored = [texts(modem.ask("AT+CMGL=4")) for modem in (bench, other, third)]
    assert stored == [
        ["hello"] if to == "own" else [],
        ["hello"] if to == "other" else [],
        [],
    ]


CONTENTS = {
    "long": "0123456789" * 40,
    "unicode": "Привет 😀 " * 40,
    "octets": bytes(range(256)),
    "national": "şğı" * 60,
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_all_parts_arrive_as_they_were(content: str | bytes) -> None:
    bench = standard_modem()
    other = Second(bench)
    parts = compose(other.number, content, reference=0x1234)
    assert len(parts) > 1
    for part in parts:
        send(bench, part)
    reassembler = Reassembler()
    arrived = [line for line in lines(other.ask("AT+CMGL=4")) if not line.startswith(("+", "OK"))]
    for part, pdu in zip(parts, arrived, strict=True):
        sent, got = decode_pdu(part.pdu, from_device=True), decode_pdu(pdu)
        assert isinstance(got, Deliver)
        assert (got.ud, got.udl, got.udh) == (sent.ud, sent.udl, sent.udh)
        whole = reassembler.add(got, 0.0)
    assert isinstance(whole, Whole)
    assert whole.text == content if isinstance(content, str) else whole.data == content


@settings(deadline=None)
@given(st.binary(max_size=139), st.integers(0, 255), st.integers(0, 255), st.booleans())
def test_user_data_arrives_octet_by_octet(ud: bytes, dcs: int, pid: int, headed: bool) -> None:
    """Whatever it is, as long as it is a SUBMIT."""
    bench = standard_modem()
    other = Second(bench)
    address = bytes((len(other.number) - 1, 0x91)) + bytes.fromhex(_swapped(other.number[1:]))
    septets = dcs < 0x40 and dcs & 0x2C == 0
    length = len(ud) * 8 // 7 if septets else len(ud)
    first = 0x41 if headed else 0x01
    tpdu = bytes((first, 0)) + address + bytes((pid, dcs, length)) + ud
    answer = typed(bench, f"AT+CMGS={len(tpdu)}", "00" + tpdu.hex())
    if answer != ["+CMGS: 1", "OK"]:
        assert headed  # its header doesn't fit into it
        return
    other.ask("AT+CNMI=2,2")
    (pdu,) = bench.network.smsc._last.values()
    assert pdu.endswith((bytes((pid, dcs)) + _EPOCH_OCTETS + bytes((length,)) + ud).hex().upper())


_EPOCH_OCTETS = bytes.fromhex("62301021000000")


def _swapped(digits: str) -> str:
    even = digits + "F" * (len(digits) % 2)
    return "".join(even[at + 1] + even[at] for at in range(0, len(even), 2))


def test_arrival_is_reported_when_the_other_modem_has_it() -> None:
    bench = standard_modem()
    other = Second(bench)
    bench.ask("AT+CNMI=2,1,0,1")
    other.modem.set_coverage(False)
    (part,) = compose(other.number, "x", status_report=True)
    send(bench, part)
    assert bench.wait(1000) == ""
    other.modem.set_coverage(True)
    said = bench.wait(10)
    assert statuses(said) == [0x00]
    report = decode_pdu(lines(said)[1])
    assert isinstance(report, StatusReport)
    assert (report.reference, report.number) == (1, other.number)
    assert report.timestamp == EPOCH
    assert report.discharge is not None
    assert report.discharge > EPOCH + timedelta(seconds=1000)


def test_message_to_a_full_modem_waits_and_goes_on() -> None:
    bench = standard_modem()
    part = replace(STANDARD.simulator, sizes={"ME": 1, "SM": 1}, storage_full="+FULL: {memory}")
    other = Second(bench, profile=replace(STANDARD, simulator=part))
    other.ask("AT+CNMI=2,1")
    bench.ask("AT+CNMI=2,1,0,1")
    for text in ("a", "b", "c"):
        (sms,) = compose(other.number, text, status_report=True)
        send(bench, sms)
    assert lines(other.said()) == ['+CMTI: "ME",0', "+FULL: ME"]
    assert statuses(bench.wait(100)) == [0x00]
    for text in ("a", "b", "c"):
        assert texts(other.ask("AT+CMGL=4")) == [text]
        other.ask("AT+CMGD=0")
    assert statuses(bench.wait(100)) == [0x00, 0x00]


def test_message_expires_and_that_is_reported() -> None:
    bench = standard_modem()
    other = Second(bench)
    bench.ask("AT+CNMI=2,1,0,1")
    other.modem.set_coverage(False)
    (part,) = compose(other.number, "late", status_report=True, validity_s=3600)
    send(bench, part)
    assert bench.wait(3590) == ""
    assert statuses(bench.wait(20)) == [0x46]
    other.modem.set_coverage(True)
    bench.wait(10)
    assert texts(other.ask("AT+CMGL=4")) == []


def test_message_expires_at_a_time() -> None:
    bench = standard_modem()
    other = Second(bench)
    other.modem.set_coverage(False)
    bench.ask('AT+CMGF=1;+CSMP=25,"26/03/01,13:00:00+00"')
    typed(bench, f'AT+CMGS="{other.number}"', "late")
    bench.wait(3590)
    assert len(other.modem.state.subscriber.waiting) == 1
    bench.wait(10)
    assert len(other.modem.state.subscriber.waiting) == 0


def test_message_that_arrived_in_time_does_not_expire() -> None:
    bench = standard_modem()
    other = Second(bench)
    bench.ask("AT+CNMI=2,1,0,1")
    (part,) = compose(other.number, "x", status_report=True, validity_s=3600)
    send(bench, part)
    assert statuses(bench.wait(5000)) == [0x00]
    assert texts(other.ask("AT+CMGL=4")) == ["x"]


def test_message_that_the_host_has_before_it_does_not_expire() -> None:
    bench = standard_modem()
    other = Second(bench)
    other.ask("AT+CSMS=1;+CNMI=2,2")
    bench.ask('AT+CMGF=1;+CNMI=2,1,0,1;+CSMP=57,"26/03/01,12:00:05+00"')
    typed(bench, f'AT+CMGS="{other.number}"', "x")
    assert "+CMT:" in other.said()
    assert bench.wait(8) == ""
    assert lines(other.ask("AT+CNMA")) == ["OK"]
    assert lines(bench.wait(2))[0].endswith(",0")  # delivered


def test_planned_outcome_of_a_message_that_arrives() -> None:
    bench = standard_modem()
    other = Second(bench)
    bench.ask("AT+CNMI=2,1,0,1")
    bench.network.smsc.report(0x45, to=other.number)
    (part,) = compose(other.number, "x", status_report=True)
    send(bench, part)
    assert statuses(bench.wait(10)) == [0x45]
    assert texts(other.ask("AT+CMGL=4")) == ["x"]


def test_refused_message_arrives_nowhere() -> None:
    bench = standard_modem()
    other = Second(bench)
    bench.network.smsc.refuse(21, to=other.number)
    (part,) = compose(other.number, "x")
    send(bench, part)
    assert texts(other.ask("AT+CMGL=4")) == []


# ---- what comes again


def test_redelivered_message_is_the_same() -> None:
    bench = standard_modem()
    number = bench.modem.who.msisdn
    bench.modem.deliver("123", "one")
    (pdu,) = bench.modem.deliver("123", "two")
    bench.wait(100)
    assert bench.network.smsc.redeliver(number) == pdu
    assert bench.network.smsc.redeliver(f"+{number}") == pdu
    assert texts(bench.ask("AT+CMGL=4")) == ["one", "two", "two", "two"]
    assert lines(bench.ask("AT+CMGL=4")).count(pdu) == 3


def test_nothing_to_redeliver() -> None:
    bench = standard_modem()
    with pytest.raises(LookupError):
        bench.network.smsc.redeliver(bench.modem.who.msisdn)
    with pytest.raises(LookupError):
        bench.network.smsc.redeliver("+123")


def test_modem_that_stores_twice() -> None:
    """An A7670E-LASE did so (LilyGo-Modem-Series issue 155)."""
    bench = standard_modem(stored_twice=True, sizes={"ME": 3, "SM": 1})
    bench.ask("AT+CNMI=2,1")
    (pdu,) = bench.modem.deliver("123", "x")
    assert lines(bench.said()) == ['+CMTI: "ME",0', '+CMTI: "ME",1']
    bench.modem.deliver("123", "y")
    assert lines(bench.said()) == ['+CMTI: "ME",2']
    assert lines(bench.ask("AT+CMGL=4")).count(pdu) == 2


def test_full_storage_is_told_once_each_time() -> None:
    bench = standard_modem(storage_full='+QIND: "smsfull","{memory}"', sizes={"ME": 1, "SM": 1})
    for _ in range(3):
        bench.modem.deliver("123", "x")
    told = ['+QIND: "smsfull","ME"']
    assert lines(bench.said()) == told
    assert lines(bench.ask("AT+CMGD=0")) == ["OK", *told]
