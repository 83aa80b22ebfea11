"""Messages both ways in PDU mode: memories, what comes in, +CMGS, status reports."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.profiles import EC25, GENERIC, SIM7600, Profile
from modem.simulator import Network, SimulatedModem
from modem.sms import ComposeError, Deliver, StatusReport, compose, decode_pdu
from tests.modem.simulator.bench import EPOCH, Bench, lines
from tests.modem.simulator.short_messages import (
    class_pdu,
    standard_modem,
    texts,
)

# ---- reading and deleting


def test_listing_marks_as_read_and_lists_by_status() -> None:
    bench = standard_modem()
    pdus = bench.modem.deliver("123", "one") + bench.modem.deliver("+456", "two")
    bench.said()
    length = len(pdus[0]) // 2 - 1 - int(pdus[0][:2], 16)
    assert bench.ask("AT+CMGR=0") == f"\r\n+CMGR: 0,,{length}\r\n{pdus[0]}\r\n\r\nOK\r\n"
    assert texts(bench.ask("AT+CMGL=1")) == ["one"]
    assert texts(bench.ask("AT+CMGL")) == ["two"]
    assert texts(bench.ask("AT+CMGL=0")) == []
    assert texts(bench.ask("AT+CMGL=4")) == ["one", "two"]
    assert lines(bench.ask("AT+CPMS?")) == ['+CPMS: "ME",2,23,"ME",2,23,"ME",2,23', "OK"]


FLAGS = {"0": [1, 2], "1": [2], "2": [2], "3": [2], "4": []}


@pytest.mark.parametrize(("flag", "left"), FLAGS.items(), ids=FLAGS)
def test_delete_flags(flag: str, left: list[int]) -> None:
    """Slots 0 and 1 are read, 2 isn't."""
    bench = standard_modem()
    for text in ("a", "b", "c"):
        bench.modem.deliver("123", text)
    bench.ask("AT+CMGR=0;+CMGR=1")
    assert lines(bench.ask(f"AT+CMGD=0,{flag}")) == ["OK"]
    shown = ",".join(map(str, left))
    assert lines(bench.ask("AT+CMGD=?")) == [f"+CMGD: ({shown}),(0-4)", "OK"]


def test_full_storage_holds_messages_back_until_a_slot_is_free() -> None:
    bench = standard_modem(sizes={"ME": 2, "SM": 40})
    bench.ask("AT+CNMI=2,1")
    for number in range(4):
        bench.modem.deliver("123", str(number))
    assert lines(bench.said()) == ['+CMTI: "ME",0', '+CMTI: "ME",1']
    assert bench.wait(100) == ""
    assert bench.ask("AT+CMGD=0") == '\r\nOK\r\n\r\n+CMTI: "ME",0\r\n'
    assert texts(bench.ask("AT+CMGL=4")) == ["2", "1"]
    assert lines(bench.ask("AT+CMGD=0,4")) == ["OK", '+CMTI: "ME",0']


def test_other_memory_for_new_messages_lets_them_in() -> None:
    bench = standard_modem(sizes={"ME": 1, "SM": 40})
    bench.ask("AT+CNMI=2,1")
    bench.modem.deliver("123", "one")
    bench.modem.deliver("123", "two")
    bench.said()
    assert lines(bench.ask('AT+CPMS="ME","ME","SM"')) == [
        "+CPMS: 1,1,1,1,1,40",
        "OK",
        '+CMTI: "SM",0',
    ]


def test_messages_survive_a_restart_and_the_memory_choice_does_not() -> None:
    bench = standard_modem()
    bench.ask('AT+CPMS="SM","SM","SM"')
    bench.modem.deliver("123", "kept")
    bench.modem.restart()
    bench.wait(20)
    bench.ask("ATE0")
    assert texts(bench.ask("AT+CMGL=4")) == []
    bench.ask('AT+CPMS="SM"')
    assert texts(bench.ask("AT+CMGL=4")) == ["kept"]


# ---- what comes in


def test_undecodable_message_is_stored_like_any_other() -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=2,1")
    bench.modem.deliver_pdu("0004ff")
    assert lines(bench.said()) == ['+CMTI: "ME",0']
    assert lines(bench.ask("AT+CMGR=0")) == ["+CMGR: 0,,2", "0004FF", "OK"]


@pytest.mark.parametrize("pdu", ["", "xyz", "012"])
def test_what_is_no_hex_is_refused(pdu: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the class is the promise
        standard_modem().modem.deliver_pdu(pdu)


@given(st.binary(min_size=1, max_size=200))
def test_any_octets_can_be_delivered(octets: bytes) -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=2,2,0,1")
    bench.modem.deliver_pdu(octets.hex())
    assert bench.ask("AT+CMGL=4").endswith("\r\nOK\r\n")


# ---- from the network's side


def test_one_time_stamp_for_a_submission_in_all_its_parts() -> None:
    bench = standard_modem()
    bench.wait(90)
    pdus = bench.modem.deliver("123", "x" * 200)
    decoded = [decode_pdu(pdu) for pdu in pdus]
    assert len(decoded) == 2
    for message in decoded:
        assert isinstance(message, Deliver)
        assert message.timestamp == EPOCH + timedelta(seconds=90)
    assert {message.concat.ref for message in decoded if message.concat} == {1}


@pytest.mark.parametrize("sender", ["12345", "+883123", "emnify", ""])
def test_senders(sender: str) -> None:
    (pdu,) = standard_modem().modem.deliver(sender, "x")
    message = decode_pdu(pdu)
    assert isinstance(message, Deliver)
    assert message.number == sender


def test_message_that_no_sms_can_carry() -> None:
    with pytest.raises(ComposeError):
        standard_modem().modem.deliver("not a sender, by far too long", "x")


# ---- sending


def submit(bench: Bench, pdu: str, length: int) -> str:
    assert bench.ask(f"AT+CMGS={length}") == "\r\n> "
    return bench.send(pdu.encode() + b"\x1a")


def test_submission_is_numbered_and_told() -> None:
    bench = standard_modem()
    parts = compose("+883123", "x" * 200, reference=7)
    answers = []
    for part in parts:
        assert submit(bench, part.pdu, part.tpdu_length) == ""
        answers += lines(bench.wait(0.3))
    assert answers == ["+CMGS: 1", "OK", "+CMGS: 2", "OK"]
    assert [(sms.to, sms.text, sms.reference) for sms in bench.submissions] == [
        ("+883123", parts[0].text, 1),
        ("+883123", parts[1].text, 2),
    ]
    assert [sms.pdu for sms in bench.submissions] == [part.pdu for part in parts]
    assert bench.submissions[0].time == EPOCH + timedelta(seconds=0.2)


def test_reference_wraps() -> None:
    bench = standard_modem()
    (part,) = compose("1234", "x")
    for _ in range(257):
        submit(bench, part.pdu, part.tpdu_length)
        bench.wait(1)
    assert [sms.reference for sms in bench.submissions][-3:] == [255, 0, 1]


(PART,) = compose("1234", "OK APN em")
BAD_PAYLOADS = {
    "no hex": ("hello", PART.tpdu_length),
    "odd digits": (PART.pdu[:-1], PART.tpdu_length),
    "nothing": ("", PART.tpdu_length),
    "length too small": (PART.pdu, PART.tpdu_length - 1),
    "length too great": (PART.pdu, PART.tpdu_length + 1),
    "a DELIVER": (class_pdu(None), 20),
    "much too long": ("00" * 5000, 20),
}


@pytest.mark.parametrize(("payload", "length"), BAD_PAYLOADS.values(), ids=BAD_PAYLOADS)
def test_bad_payload(payload: str, length: int) -> None:
    bench = standard_modem()
    assert lines(submit(bench, payload, length)) == ["+CMS ERROR: 304"]
    assert bench.submissions == []
    assert lines(bench.ask("AT")) == ["OK"]


def test_blanks_and_lower_case_in_a_payload_are_no_fault() -> None:
    bench = standard_modem()
    submit(bench, PART.pdu.lower() + "\r\n", PART.tpdu_length)
    bench.wait(1)
    assert bench.submissions[0].pdu == PART.pdu


def test_without_a_service_centre() -> None:
    bench = standard_modem()
    bench.ask('AT+CSCA=""')
    assert lines(bench.ask("AT+CMGS=20")) == ["+CMS ERROR: 330"]


def test_registration_lost_while_sending() -> None:
    bench = standard_modem()
    submit(bench, PART.pdu, PART.tpdu_length)
    bench.modem.set_coverage(False)
    assert lines(bench.wait(1)) == ["+CMS ERROR: 331"]
    assert bench.submissions == []


REPORTS = {
    "ds 0": ("2,1,0,0", []),
    "ds 1": ("2,1,0,1", ["+CDS: 22"]),
    "ds 2": ("2,1,0,2", ['+CDSI: "SR",0']),
}


@pytest.mark.parametrize(("cnmi", "said"), REPORTS.values(), ids=REPORTS)
def test_status_report(cnmi: str, said: list[str]) -> None:
    bench = standard_modem()
    bench.ask(f"AT+CNMI={cnmi}")
    (part,) = compose("+883123", "x", status_report=True)
    submit(bench, part.pdu, part.tpdu_length)
    bench.wait(0.3)
    got = lines(bench.wait(2))
    assert got[:1] == said
    if said and "SR" in said[0]:
        bench.ask('AT+CPMS="SR"')
        got = lines(bench.ask("AT+CMGR=0"))
    if said:
        report = decode_pdu(got[1])
        assert isinstance(report, StatusReport)
        assert (report.reference, report.status, report.number) == (1, 0, "+883123")


# ---- several modems


def test_one_network_serves_many_modems() -> None:
    now = [0.0]
    network = Network(clock=lambda: now[0], epoch=datetime(2026, 1, 1, tzinfo=UTC))
    modems = [SimulatedModem(network, profile, start_apn="em") for profile in PROFILES_OF_THREE]
    for number, modem in enumerate(modems):
        modem.feed(b"ATE0+CNMI=2,1\r")
        modem.take_output()
        modem.deliver("123", str(number))
    assert [modem.take_output() for modem in modems] == [b'\r\n+CMTI: "ME",0\r\n'] * 3
    addresses = {str(modem.state.subscriber.bearers[1].address) for modem in modems}
    assert addresses == {"10.65.0.2", "10.65.0.3", "10.65.0.4"}


PROFILES_OF_THREE: tuple[Profile, ...] = (GENERIC, SIM7600, EC25)
