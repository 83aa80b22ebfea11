"""Messages both ways: memories, +CNMI and what it causes, +CNMA, +CMGS, status reports."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.profiles import EC25, GENERIC, SIM7600, Profile
from modem.simulator import Network, SimulatedModem
from modem.sms import (
    ComposeError,
    Deliver,
    StatusReport,
    compose,
    compose_deliver,
    decode_pdu,
)
from tests.modem.simulator.bench import EPOCH, Bench, lines, with_sizes


def texts(answer: str) -> list[str | None]:
    """The texts of a +CMGL answer."""
    return [decode_pdu(line).text for line in lines(answer) if not line.startswith(("+", "OK"))]


def class_pdu(message_class: int | None) -> str:
    (part,) = compose_deliver("123", "hi", timestamp=EPOCH, message_class=message_class)
    return part.pdu


# ---- reading and deleting


def test_listing_marks_as_read_and_lists_by_status() -> None:
    bench = Bench()
    pdus = bench.modem.deliver("123", "one") + bench.modem.deliver("+456", "two")
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
    bench = Bench()
    for text in ("a", "b", "c"):
        bench.modem.deliver("123", text)
    bench.ask("AT+CMGR=0;+CMGR=1")
    assert lines(bench.ask(f"AT+CMGD=0,{flag}")) == ["OK"]
    shown = ",".join(map(str, left))
    assert lines(bench.ask("AT+CMGD=?")) == [f"+CMGD: ({shown}),(0-4)", "OK"]


def test_full_storage_holds_messages_back_until_a_slot_is_free() -> None:
    bench = Bench(with_sizes(SIM7600, ME=2))
    bench.ask("AT+CNMI=2,1")
    for number in range(4):
        bench.modem.deliver("123", str(number))
    assert lines(bench.said()) == ['+CMTI: "ME",0', '+CMTI: "ME",1']
    assert bench.wait(100) == ""
    assert bench.ask("AT+CMGD=0") == '\r\nOK\r\n\r\n+CMTI: "ME",0\r\n'
    assert texts(bench.ask("AT+CMGL=4")) == ["2", "1"]
    assert lines(bench.ask("AT+CMGD=0,4")) == ["OK", '+CMTI: "ME",0']


def test_other_memory_for_new_messages_lets_them_in() -> None:
    bench = Bench(with_sizes(SIM7600, ME=1))
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
    bench = Bench()
    bench.ask('AT+CPMS="SM","SM","SM"')
    bench.modem.deliver("123", "kept")
    bench.modem.restart()
    bench.wait(20)
    bench.ask("ATE0")
    assert texts(bench.ask("AT+CMGL=4")) == []
    bench.ask('AT+CPMS="SM"')
    assert texts(bench.ask("AT+CMGL=4")) == ["kept"]


# ---- what +CNMI causes (27.005 3.4.1): setting, the message's class, what is said, where it is

CMT, CMTI, CARD = "+CMT:", '+CMTI: "ME"', '+CMTI: "SM"'
ROUTES: dict[str, tuple[str, int | None, str | None, str | None]] = {
    "mt 0": ("2,0", None, None, "ME"),
    "mt 1": ("2,1", None, CMTI, "ME"),
    "mt 2": ("2,2", None, CMT, None),
    "mt 3": ("2,3", None, CMTI, "ME"),
    "mode 1": ("1,1", None, CMTI, "ME"),
    "class 0, mt 0": ("2,0", 0, None, "ME"),
    "class 0, mt 1": ("2,1", 0, CMT, None),
    "class 0, mt 3": ("2,3", 0, CMT, None),
    "class 1, mt 2": ("2,2", 1, CMT, None),
    "class 2, mt 1": ("2,1", 2, CARD, "SM"),
    "class 2, mt 2": ("2,2", 2, CARD, "SM"),
    "class 3, mt 1": ("2,1", 3, CMTI, "ME"),
    "class 3, mt 3": ("2,3", 3, CMT, None),
    "mode 0, mt 1": ("0,1", None, None, "ME"),
    "mode 0, mt 2": ("0,2", None, None, "ME"),
}


@pytest.mark.parametrize(("cnmi", "klass", "said", "stored"), ROUTES.values(), ids=ROUTES)
def test_route(cnmi: str, klass: int | None, said: str | None, stored: str | None) -> None:
    bench = Bench()
    bench.ask(f"AT+CNMI={cnmi}")
    pdu = class_pdu(klass)
    bench.modem.deliver_pdu(pdu)
    first = (lines(bench.said()) or [""])[0]
    assert first.startswith(said) if said else first == ""
    for name in ("ME", "SM"):
        bench.ask(f'AT+CPMS="{name}"')
        assert (pdu in bench.ask("AT+CMGL=4")) == (name == stored)


def test_cmt_carries_the_message() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,2")
    (pdu,) = bench.modem.deliver("12345", "APN em")
    assert bench.said() == f"\r\n+CMT: ,22\r\n{pdu}\r\n"


@pytest.mark.parametrize(
    ("bfr", "said"), [(0, ['+CMTI: "ME",0', '+CMTI: "ME",1']), (1, [])], ids=["flush", "clear"]
)
def test_buffered_indications(bfr: int, said: list[str]) -> None:
    bench = Bench()
    bench.ask("AT+CNMI=0,1")
    bench.modem.deliver("123", "a")
    bench.modem.deliver("123", "b")
    assert bench.said() == ""
    assert lines(bench.ask(f"AT+CNMI=2,1,0,0,{bfr}")) == ["OK", *said]


def test_cmti_with_the_network_s_alias_names_the_chosen_memory() -> None:
    bench = Bench(EC25)
    bench.ask('AT+CNMI=2,1;+CPMS="MT","MT","MT"')
    bench.modem.deliver("123", "x")
    assert lines(bench.said()) == ['+CMTI: "MT",0']


def test_undecodable_message_is_stored_like_any_other() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    bench.modem.deliver_pdu("0004ff")
    assert lines(bench.said()) == ['+CMTI: "ME",0']
    assert lines(bench.ask("AT+CMGR=0")) == ["+CMGR: 0,,2", "0004FF", "OK"]


@pytest.mark.parametrize("pdu", ["", "xyz", "012"])
def test_what_is_no_hex_is_refused(pdu: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the class is the promise
        Bench().modem.deliver_pdu(pdu)


@given(st.binary(min_size=1, max_size=200))
def test_any_octets_can_be_delivered(octets: bytes) -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,2,0,1")
    bench.modem.deliver_pdu(octets.hex())
    assert bench.ask("AT+CMGL=4").endswith("\r\nOK\r\n")


# ---- +CNMA


def waiting_for_cnma() -> Bench:
    bench = Bench()
    bench.ask("AT+CSMS=1;+CNMI=2,2")
    bench.modem.deliver("123", "one")
    bench.modem.deliver("123", "two")
    return bench


def test_next_message_comes_when_the_first_is_acknowledged() -> None:
    bench = waiting_for_cnma()
    assert bench.said().count("+CMT:") == 1
    assert bench.ask("AT+CNMA").count("+CMT:") == 1
    assert lines(bench.ask("AT+CNMA=1")) == ["OK"]
    assert lines(bench.ask("AT+CNMA")) == ["+CMS ERROR: 340"]
    assert bench.wait(1000) == ""


def test_acknowledgement_with_a_pdu() -> None:
    bench = waiting_for_cnma()
    bench.said()
    assert bench.ask("AT+CNMA=1,2") == "\r\n> "
    answer = bench.send(b"0000\x1a")
    assert lines(answer)[0] == "OK"
    assert "+CMT:" in answer


def test_late_acknowledgement_stops_routing_and_the_network_tries_again() -> None:
    bench = waiting_for_cnma()
    bench.ask("AT+CNMI=2,2,0,1")
    bench.said()
    bench.wait(15.1)
    assert lines(bench.ask("AT+CNMI?")) == ["+CNMI: 2,0,0,0,0", "OK"]
    assert lines(bench.ask("AT+CNMA")) == ["+CMS ERROR: 340"]
    assert texts(bench.ask("AT+CMGL=4")) == []
    bench.wait(30)
    assert texts(bench.ask("AT+CMGL=4")) == ["one", "two"]


def test_negative_acknowledgement_brings_the_same_message_again() -> None:
    bench = waiting_for_cnma()
    first = lines(bench.said())
    assert lines(bench.ask("AT+CNMA=2")) == ["OK"]
    assert bench.wait(29) == ""
    assert lines(bench.wait(2)) == first


def test_unacknowledged_message_comes_again_after_a_restart_as_it_was() -> None:
    bench = waiting_for_cnma()
    pdu = lines(bench.said())[1]
    bench.modem.restart()
    bench.wait(30)
    bench.ask("ATE0")
    assert pdu in bench.ask("AT+CMGL=4")


def test_one_message_at_a_time_even_if_the_signal_was_gone_between() -> None:
    """A repeat that was due before the signal went doesn't come beside the one after it."""
    bench = waiting_for_cnma()
    bench.ask("AT+CNMA=2")
    bench.modem.set_coverage(False)
    bench.wait(20)
    bench.modem.set_coverage(True)
    assert bench.wait(5).count("+CMT:") == 1
    assert bench.wait(10) == ""  # the repeat was due in this span


def test_without_csms_nothing_has_to_be_acknowledged() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,2")
    bench.modem.deliver("123", "one")
    bench.modem.deliver("123", "two")
    assert bench.said().count("+CMT:") == 2


# ---- from the network's side


def test_one_time_stamp_for_a_submission_in_all_its_parts() -> None:
    bench = Bench()
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
    (pdu,) = Bench().modem.deliver(sender, "x")
    assert getattr(decode_pdu(pdu), "number", None) == sender


def test_message_that_no_sms_can_carry() -> None:
    with pytest.raises(ComposeError):
        Bench().modem.deliver("not a sender, by far too long", "x")


# ---- sending


def submit(bench: Bench, pdu: str, length: int) -> str:
    assert bench.ask(f"AT+CMGS={length}") == "\r\n> "
    return bench.send(pdu.encode() + b"\x1a")


def test_submission_is_numbered_and_told() -> None:
    bench = Bench()
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
    bench = Bench()
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
    bench = Bench()
    assert lines(submit(bench, payload, length)) == ["+CMS ERROR: 304"]
    assert bench.submissions == []
    assert lines(bench.ask("AT")) == ["OK"]


def test_blanks_and_lower_case_in_a_payload_are_no_fault() -> None:
    bench = Bench()
    submit(bench, PART.pdu.lower() + "\r\n", PART.tpdu_length)
    bench.wait(1)
    assert bench.submissions[0].pdu == PART.pdu


def test_without_a_service_centre() -> None:
    bench = Bench()
    bench.ask('AT+CSCA=""')
    assert lines(bench.ask("AT+CMGS=20")) == ["+CMS ERROR: 330"]


def test_registration_lost_while_sending() -> None:
    bench = Bench()
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
    bench = Bench()
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
