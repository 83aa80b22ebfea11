"""What +CNMI causes for each kind of message, and +CNMA (27.005 3.4)."""

import pytest

from tests.modem.simulator.bench import Bench, lines
from tests.modem.simulator.short_messages import (
    CTRL_Z,
    REPORT,
    class_pdu,
    standard_modem,
    texts,
    waiting_pdu,
)

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
    "mode 0, class 0": ("0,2", 0, None, "ME"),
    "mode 3, mt 1": ("3,1", None, CMTI, "ME"),
    "mode 3, mt 2": ("3,2", None, CMT, None),
    "class 2, mt 0": ("2,0", 2, None, "SM"),
    "class 2, mt 3": ("2,3", 2, CARD, "SM"),
    "class 3, mt 0": ("2,0", 3, None, "ME"),
    "class 3, mt 2": ("2,2", 3, CMT, None),
}

# The same for message waiting indications (23.038 4): groups 1100 (discard), 1101 and 1110 (store).
DISCARD, KEEP, KEEP_UCS2 = 0xC8, 0xD8, 0xE8
WAITING: dict[str, tuple[str, int, str | None, str | None]] = {
    "discard, mt 0": ("2,0", DISCARD, None, None),
    "discard, mt 1": ("2,1", DISCARD, None, None),
    "discard, mt 2": ("2,2", DISCARD, CMT, None),
    "discard, mt 3": ("2,3", DISCARD, None, None),
    "discard, mode 0": ("0,2", DISCARD, None, None),
    "store, mt 0": ("2,0", KEEP, None, "ME"),
    "store, mt 1": ("2,1", KEEP, CMTI, "ME"),
    "store, mt 2": ("2,2", KEEP, CMTI, "ME"),
    "store, mt 3": ("2,3", KEEP_UCS2, CMTI, "ME"),
    "store, mode 0": ("0,2", KEEP, None, "ME"),
}

# The same while the line is a data connection: said, and said once it is over.
RESERVED: dict[str, tuple[str, str | None, str | None]] = {
    "mode 0": ("0,1", None, "ME"),
    "mode 1": ("1,1", None, "ME"),
    "mode 1, mt 2": ("1,2", None, "ME"),
    "mode 2": ("2,1", CMTI, "ME"),
    "mode 2, mt 2": ("2,2", CMT, None),
}


def where(bench: Bench, pdu: str) -> str | None:
    """The memory that has it."""
    for name in ("ME", "SM"):
        bench.ask(f'AT+CPMS="{name}"')
        if pdu in bench.ask("AT+CMGL=4"):
            return name
    return None


def first_line(said: str) -> str:
    return (lines(said) or [""])[0]


@pytest.mark.parametrize(("cnmi", "klass", "said", "stored"), ROUTES.values(), ids=ROUTES)
def test_route(cnmi: str, klass: int | None, said: str | None, stored: str | None) -> None:
    bench = standard_modem()
    bench.ask(f"AT+CNMI={cnmi}")
    pdu = class_pdu(klass)
    bench.modem.deliver_pdu(pdu)
    first = first_line(bench.said())
    assert first.startswith(said) if said else first == ""
    assert where(bench, pdu) == stored


@pytest.mark.parametrize(("cnmi", "dcs", "said", "stored"), WAITING.values(), ids=WAITING)
def test_route_of_a_waiting_indication(
    cnmi: str, dcs: int, said: str | None, stored: str | None
) -> None:
    bench = standard_modem()
    bench.ask(f"AT+CNMI={cnmi}")
    pdu = waiting_pdu(dcs)
    bench.modem.deliver_pdu(pdu)
    first = first_line(bench.said())
    assert first.startswith(said) if said else first == ""
    assert where(bench, pdu) == stored
    assert len(bench.modem.state.subscriber.waiting) == 0


@pytest.mark.parametrize(
    ("store", "stored"), [(0x80, "ME"), (0x00, None)], ids=["store", "discard"]
)
def test_waiting_indication_in_a_header(store: int, stored: str | None) -> None:
    """3GPP TS 23.040 9.2.3.24.2: two voice messages wait."""
    bench = standard_modem()
    pdu = f"0044038121F3000462301021000000050401{2:02X}{store:02X}02"
    bench.modem.deliver_pdu(pdu)
    assert where(bench, pdu) == stored


def test_discarded_indication_needs_no_room() -> None:
    bench = standard_modem(sizes={"ME": 1, "SM": 1})
    bench.modem.deliver("123", "x")
    bench.modem.deliver_pdu(waiting_pdu(DISCARD))
    assert len(bench.modem.state.subscriber.waiting) == 0


@pytest.mark.parametrize(("cnmi", "said", "stored"), RESERVED.values(), ids=RESERVED)
def test_route_while_the_line_is_data(cnmi: str, said: str | None, stored: str | None) -> None:
    bench = standard_modem()
    bench.ask(f"AT+CNMI={cnmi}")
    assert bench.ask("ATD*99#").startswith("\r\nCONNECT")
    pdu = class_pdu(None)
    bench.modem.deliver_pdu(pdu)
    assert bench.said() == ""
    bench.wait(1.1)
    bench.send(b"+++")
    answer = lines(bench.wait(1.1))
    assert answer[0] == "OK"
    assert answer[1:2] == [] if said is None else answer[1].startswith(said)
    bench.ask("ATH")
    assert where(bench, pdu) == stored


@pytest.mark.parametrize(
    ("cnmi", "said"), [("1,1,0,1", []), ("2,1,0,1", ["+CDS: 25", REPORT])], ids=["1", "2"]
)
def test_report_while_the_line_is_data(cnmi: str, said: list[str]) -> None:
    """<mode> 1 discards, 2 waits."""
    bench = standard_modem()
    bench.ask(f"AT+CNMI={cnmi}")
    bench.ask("ATD*99#")
    bench.modem.deliver_pdu(REPORT)
    bench.wait(1.1)
    bench.send(b"+++")
    assert lines(bench.wait(1.1)) == ["OK", *said]


# CNMI, then what is said of a report, and with which CNMI afterwards
REPORTS: dict[str, tuple[str, list[str], str, list[str]]] = {
    "ds 0": ("2,1,0,0", [], "2,1,0,1", []),
    "ds 1": ("2,1,0,1", ["+CDS: 25", REPORT], "2,1,0,1", []),
    "ds 2": ("2,1,0,2", ['+CDSI: "SR",0'], "2,1,0,1", []),
    "ds 1, buffered": ("0,1,0,1", [], "2,1,0,1,0", ["+CDS: 25", REPORT]),
    "ds 1, discarded": ("0,1,0,1", [], "2,1,0,1,1", []),
    "ds 2, buffered": ("0,1,0,2", [], "1", ['+CDSI: "SR",0']),
    "ds 2, discarded": ("0,1,0,2", [], "1,1,0,2,1", []),
}


@pytest.mark.parametrize(("cnmi", "said", "then", "later"), REPORTS.values(), ids=REPORTS)
def test_report(cnmi: str, said: list[str], then: str, later: list[str]) -> None:
    bench = standard_modem()
    bench.ask(f"AT+CNMI={cnmi}")
    bench.modem.deliver_pdu(REPORT)
    assert lines(bench.said()) == said
    assert lines(bench.ask(f"AT+CNMI={then}")) == ["OK", *later]


# +CNMI= -> all lines; the modem has "(0-3),(0-3),(0-3),(0-2),(0,1)"
SET = {
    "all": ("3,3,3,2,1", ["+CNMI: 3,3,3,2,1", "OK"]),
    "cell broadcast": ("2,1,2", ["+CNMI: 2,1,2,0,0", "OK"]),
    "some": (",1,,2", ["+CNMI: 0,1,0,2,0", "OK"]),
    "mode 4": ("4", ["+CMS ERROR: 303"]),
    "ds 3": ("2,1,0,3", ["+CMS ERROR: 303"]),
    "six": ("2,1,0,0,0,0", ["+CMS ERROR: 304"]),
    "letters": ("a", ["+CMS ERROR: 304"]),
    "negative": ("-1", ["+CMS ERROR: 304"]),
}


@pytest.mark.parametrize(("value", "answer"), SET.values(), ids=SET)
def test_set(value: str, answer: list[str]) -> None:
    assert lines(standard_modem().ask(f"AT+CNMI={value};+CNMI?")) == answer


def test_oldest_indications_are_forgotten() -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=0,1")
    for _ in range(23):
        bench.modem.deliver("123", "x")
    told = [f'+CMTI: "ME",{index}' for index in range(3, 23)]
    assert lines(bench.ask("AT+CNMI=1")) == ["OK", *told]
    assert lines(bench.ask("AT+CNMI=2")) == ["OK"]


def test_cmt_carries_the_message() -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=2,2")
    (pdu,) = bench.modem.deliver("12345", "APN em")
    assert bench.said() == f"\r\n+CMT: ,22\r\n{pdu}\r\n"


@pytest.mark.parametrize(
    ("bfr", "said"), [(0, ['+CMTI: "ME",0', '+CMTI: "ME",1']), (1, [])], ids=["flush", "clear"]
)
def test_buffered_indications(bfr: int, said: list[str]) -> None:
    bench = standard_modem()
    bench.ask("AT+CNMI=0,1")
    bench.modem.deliver("123", "a")
    bench.modem.deliver("123", "b")
    assert bench.said() == ""
    assert lines(bench.ask(f"AT+CNMI=2,1,0,0,{bfr}")) == ["OK", *said]


def test_cmti_with_the_network_s_alias_names_the_chosen_memory() -> None:
    bench = standard_modem(aliases={"MT": "ME"}, memories=(("ME", "MT"),) * 3)
    bench.ask('AT+CNMI=2,1;+CPMS="MT","MT","MT"')
    bench.modem.deliver("123", "x")
    assert lines(bench.said()) == ['+CMTI: "MT",0']


# ---- +CNMA


def waiting_for_cnma() -> Bench:
    bench = standard_modem()
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


# What is answered to +CNMA with a DELIVER-REPORT (3GPP TS 23.040 9.2.2.1a): <n>, <length>, the PDU
ACKNOWLEDGED = {
    "without an SMSC": (1, 2, "0000"),
    "with an SMSC": (1, 2, "000000"),
    "with a number": (1, 2, "07911326040000F00000"),
    "with a PID": (1, 3, "000100"),
    "a refusal": (2, 3, "00D300"),
}
SENSELESS = {
    "acceptance that refuses": (1, 3, "00D300"),
    "refusal that accepts": (2, 2, "0000"),
    "other length": (1, 3, "0000"),
    "no hex": (1, 2, "00zz"),
    "nothing": (1, 2, ""),
    "cut off": (1, 1, "00"),
    "a SUBMIT": (1, 9, "010003812143000001"),
    "PID that isn't there": (1, 2, "0001"),
}


@pytest.mark.parametrize(("n", "length", "pdu"), ACKNOWLEDGED.values(), ids=ACKNOWLEDGED)
def test_acknowledgement_with_a_pdu(n: int, length: int, pdu: str) -> None:
    bench = waiting_for_cnma()
    first = lines(bench.said())
    assert bench.ask(f"AT+CNMA={n},{length}") == "\r\n> "
    answer = lines(bench.send(pdu.encode() + CTRL_Z))
    assert answer[0] == "OK"
    assert ("+CMT:" in str(answer)) == (n == 1)
    if n == 2:
        assert lines(bench.wait(31)) == first


@pytest.mark.parametrize(("n", "length", "pdu"), SENSELESS.values(), ids=SENSELESS)
def test_senseless_acknowledgement(n: int, length: int, pdu: str) -> None:
    bench = waiting_for_cnma()
    bench.said()
    assert bench.ask(f"AT+CNMA={n},{length}") == "\r\n> "
    assert lines(bench.send(pdu.encode() + CTRL_Z)) == ["+CMS ERROR: 304"]
    assert bench.ask("AT+CNMA").count("+CMT:") == 1  # it was still waited for


def test_report_is_acknowledged_like_a_message() -> None:
    bench = standard_modem()
    bench.ask("AT+CSMS=1;+CNMI=2,1,0,1")
    bench.modem.deliver_pdu(REPORT)
    bench.modem.deliver_pdu(REPORT)
    assert lines(bench.said()) == ["+CDS: 25", REPORT]
    assert lines(bench.ask("AT+CNMA=0")) == ["OK", "+CDS: 25", REPORT]
    assert lines(bench.ask("AT+CNMA=0")) == ["OK"]
    assert lines(bench.ask("AT+CNMA=0")) == ["+CMS ERROR: 340"]


def test_class_0_that_is_only_shown_needs_no_acknowledgement() -> None:
    """27.005 3.4.1, table 3: with <mt> 1 nothing does."""
    bench = standard_modem()
    bench.ask("AT+CSMS=1;+CNMI=2,1")
    bench.modem.deliver_pdu(class_pdu(0))
    assert "+CMT:" in bench.said()
    bench.wait(100)
    assert lines(bench.ask("AT+CNMI?")) == ["+CNMI: 2,1,0,0,0", "OK"]


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
    bench = standard_modem()
    bench.ask("AT+CNMI=2,2")
    bench.modem.deliver("123", "one")
    bench.modem.deliver("123", "two")
    assert bench.said().count("+CMT:") == 2
