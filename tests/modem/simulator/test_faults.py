"""Faults: when each happens, and what a host then sees. The clock is the test's."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.simulator import Action, Direction, Fault, FaultError, FaultPlan
from modem.simulator.faults import ACTIONS, refusal
from modem.sms import compose
from tests.modem.simulator.bench import Bench, lines

OK = "\r\nOK\r\n"
OUT = Direction.FROM_MODEM
IN = Direction.TO_MODEM


def bench(*faults: Fault, seed: int = 0) -> Bench:
    """A bench whose modem has announcements on, and then these faults."""
    made = Bench()
    made.ask("AT+CMEE=1;+CNMI=2,1;+CREG=0")
    made.modem.set_faults(FaultPlan(faults, seed))
    return made


def happened(made: Bench) -> dict[str, object]:
    counts = made.modem.report()["faults"]
    assert isinstance(counts, dict)
    return counts


def struck(made: Bench, commands: Iterable[str]) -> list[bool]:
    """For each command, was it refused?"""
    return ["ERROR" in made.ask(command) for command in commands]


# ---- when

WHEN: dict[str, tuple[dict[str, object], list[str], list[bool]]] = {
    "always": ({}, ["AT", "AT+CSQ"], [True, True]),
    "a prefix": ({"prefix": "AT+CSQ"}, ["AT", "AT+CSQ", "at+csq"], [False, True, True]),
    "a prefix without AT": ({"prefix": "+cs"}, ["AT+CSQ", "AT+CMEE?"], [True, False]),
    "a pattern": ({"pattern": r"\+C.Q$"}, ["AT+CSQ", "AT+CSQ=?", "AT"], [True, False, False]),
    "the second": ({"nth": 2}, ["AT"] * 4, [False, True, False, False]),
    "the second that fits": (
        {"nth": 2, "prefix": "AT+CSQ"},
        ["AT+CSQ", "AT", "AT+CSQ"],
        [False, False, True],
    ),
    "every third": ({"every": 3}, ["AT"] * 6, [False, False, True] * 2),
    "twice at most": ({"times": 2}, ["AT"] * 4, [True, True, False, False]),
    "every second, once": ({"every": 2, "times": 1}, ["AT"] * 4, [False, True, False, False]),
    "never, by lot": ({"probability": 0.0}, ["AT"] * 4, [False] * 4),
}


@pytest.mark.parametrize(("conditions", "commands", "refused"), WHEN.values(), ids=WHEN)
def test_when(conditions: dict[str, object], commands: list[str], refused: list[bool]) -> None:
    made = bench(Fault(Action.REFUSE, **conditions))  # type: ignore[arg-type]
    assert struck(made, commands) == refused
    assert happened(made) == {"1-refuse": sum(refused)}


def test_within_a_span_of_time() -> None:
    made = bench(Fault(Action.REFUSE, after_s=10, for_s=5, prefix="AT"))
    found = []
    for _ in range(5):
        found += struck(made, ["AT"])
        made.wait(4)
    assert found == [False, False, False, True, False]  # at 0, 4, 8, 12 and 16 s


def test_by_lot_is_the_same_for_the_same_seed_and_about_as_often_as_said() -> None:
    def run(seed: int) -> list[bool]:
        return struck(bench(Fault(Action.REFUSE, probability=0.3), seed=seed), ["AT"] * 200)

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert 40 <= sum(run(7)) <= 80


def test_a_fault_more_changes_nothing_in_the_lots_of_the_others() -> None:
    by_lot = Fault(Action.REFUSE, name="lot", probability=0.5)
    alone = bench(by_lot)
    second = bench(by_lot, Fault(Action.URC_BURST, probability=0.5))
    assert struck(alone, ["AT"] * 50) == struck(second, ["AT"] * 50)


def test_faults_are_told_counted_and_replaced() -> None:
    made = bench(Fault(Action.REFUSE, name="first", nth=1), Fault(Action.NO_FINAL, nth=2))
    told: list[str] = []
    made.modem.on_fault = told.append
    assert [made.ask("AT") for _ in range(3)] == ["\r\n+CME ERROR: 14\r\n", "", OK]
    assert told == ["first", "2-no-final"]
    assert happened(made) == {"first": 1, "2-no-final": 1}
    made.modem.set_faults(FaultPlan())
    assert made.ask("AT") == OK
    assert happened(made) == {}


# ---- answers

CODES = {
    "CME 14": ["ERROR", "+CME ERROR: 14", "+CME ERROR: SIM busy"],
    "CMS 314": ["+CMS ERROR: 314", "+CMS ERROR: 314", "+CMS ERROR: (U)SIM busy"],
    "CMS 500": ["+CMS ERROR: 500", "+CMS ERROR: 500", "+CMS ERROR: unknown error"],
    "CME 999": ["ERROR", "+CME ERROR: 999", "+CME ERROR: 999"],
    "NO CARRIER": ["NO CARRIER"] * 3,
    "ERROR": ["ERROR"] * 3,
}


@pytest.mark.parametrize(("code", "texts"), CODES.items(), ids=CODES)
def test_codes(code: str, texts: list[str]) -> None:
    assert [refusal(code).text(cmee) for cmee in range(3)] == texts


def test_a_refused_line_is_not_carried_out() -> None:
    made = bench(Fault(Action.REFUSE, code="CMS 500", nth=1))
    assert made.ask("AT+CMEE=2") == "\r\n+CMS ERROR: 500\r\n"
    assert made.ask("AT+CMEE?") == "\r\n+CMEE: 1\r\n" + OK


def test_a_line_without_its_final_result_is_carried_out() -> None:
    made = bench(Fault(Action.NO_FINAL, nth=1))
    assert made.ask("AT+CMEE?;+CMEE=2") == "\r\n+CMEE: 1\r\n"
    assert made.ask("AT+CMEE?") == "\r\n+CMEE: 2\r\n" + OK


def test_a_message_is_sent_whose_answer_is_lost() -> None:
    made = bench(Fault(Action.NO_ANSWER, prefix="AT+CMGS"))
    (part,) = compose("1234", "hello")
    assert made.ask(f"AT+CMGS={part.tpdu_length}") == "\r\n> "
    made.send(part.pdu.encode() + b"\x1a")
    assert made.wait(5) == ""
    assert [sent.text for sent in made.submissions] == ["hello"]
    assert made.ask("AT") == OK


def test_a_prompt_that_never_comes() -> None:
    made = bench(Fault(Action.NO_PROMPT))
    (part,) = compose("1234", "hello")
    assert made.ask(f"AT+CMGS={part.tpdu_length}") == ""
    assert made.wait(60) == ""
    assert made.send(b"\x1b") == OK  # it had been waiting all the time
    assert made.ask("AT") == OK


def test_a_late_final_result_keeps_what_is_typed_ahead_waiting() -> None:
    made = bench(Fault(Action.LATE_FINAL, seconds=3, nth=1))
    assert made.ask("AT+CMEE?") == "\r\n+CMEE: 1\r\n"
    assert made.ask("AT+CMEE=2") == ""
    assert made.wait(2.9) == ""
    assert made.wait(0.2) == OK + OK


def test_a_late_final_result_is_swallowed_by_a_restart() -> None:
    made = bench(Fault(Action.LATE_FINAL, seconds=3, nth=1))
    made.ask("AT")
    made.modem.restart()
    assert "OK" not in made.wait(60)


def test_urcs_stand_right_before_the_final_result() -> None:
    made = bench(Fault(Action.URC_BURST, lines=("+CREG: 1", "RING"), nth=1))
    assert lines(made.ask("AT+CMEE?")) == ["+CMEE: 1", "+CREG: 1", "RING", "OK"]


def test_the_echo_is_on_again() -> None:
    made = bench(Fault(Action.ECHO, nth=2))
    assert made.ask("AT") == OK
    assert made.ask("AT") == OK  # the line was typed before
    assert made.ask("AT") == "AT\r" + OK


# ---- the whole modem


def test_reboot_instead_of_an_answer() -> None:
    made = bench(Fault(Action.REBOOT, prefix="AT+CMGD", nth=2))
    assert made.ask("AT+CMGD=1") == OK
    assert made.ask("AT+CMGD=1") == ""
    assert made.ask("AT") == ""
    assert "RDY" in made.wait(60)


def test_silence_answers_in_one_burst_when_it_is_over() -> None:
    made = bench(Fault(Action.SILENT, seconds=20, nth=2))
    assert made.ask("AT") == OK
    assert made.ask("AT+CMEE?") == ""
    made.modem.deliver("123", "meanwhile")
    assert made.ask("AT+CMEE=2") == ""
    assert made.wait(19.9) == ""
    assert lines(made.wait(0.2)) == ["+CMEE: 1", "OK", '+CMTI: "ME",0', "OK"]
    assert made.ask("AT") == OK


def test_a_port_that_goes_and_comes_back() -> None:
    made = bench(Fault(Action.UNPLUG, seconds=5, renamed=True, nth=1))
    told: list[tuple[bool, bool]] = []
    made.modem.on_port = lambda plugged, renamed: told.append((plugged, renamed))
    made.ask("AT")
    assert made.modem.report()["plugged"] is False
    made.wait(4.9)
    assert told == [(False, False)]
    made.wait(0.2)
    assert told == [(False, False), (True, True)]
    assert made.modem.report()["plugged"] is True


def test_a_cable_that_somebody_put_in_stays_in() -> None:
    made = bench(Fault(Action.UNPLUG, seconds=5, nth=1))
    made.ask("AT")
    made.modem.plug()
    made.modem.unplug()
    made.wait(10)
    assert made.modem.plugged is False


def test_storage_full_of_drafts() -> None:
    made = bench(Fault(Action.STORAGE_FULL, seconds=30, nth=1))
    made.modem.deliver("123", "before")
    made.said()
    made.ask("AT")
    counts = made.ask("AT+CPMS?").split(":")[1].split(",")
    assert counts[1] == counts[2]
    made.modem.deliver("123", "waits")
    assert "+CMTI" not in made.wait(29)
    assert '+CMTI: "ME",1' in lines(made.wait(2))
    assert made.ask("AT+CMGL=4").count("+CMGL:") == 2


BY_TIME = {
    "reboot": (Fault(Action.REBOOT, after_s=10), "RDY"),
    "URCs": (Fault(Action.URC_BURST, lines=("RING",), after_s=10), "RING"),
}


@pytest.mark.parametrize(("fault", "word"), BY_TIME.values(), ids=BY_TIME)
def test_by_time_alone(fault: Fault, word: str) -> None:
    made = bench(fault)
    assert made.ask("AT") == OK
    assert made.wait(9) == ""
    assert word in made.wait(60)
    assert list(happened(made).values()) == [1]


def test_a_plan_that_was_replaced_does_nothing_more() -> None:
    made = bench(Fault(Action.REBOOT, after_s=10))
    made.modem.set_faults(FaultPlan())
    made.wait(60)
    assert made.ask("AT") == OK


# ---- URCs and messages


@pytest.mark.parametrize(
    ("action", "told"), [(Action.URC_TWICE, 2), (Action.URC_LOST, 0)], ids=["twice", "not at all"]
)
def test_announcements(action: Action, told: int) -> None:
    made = bench(Fault(action, nth=2))
    counts = []
    for text in ("one", "two", "three"):
        made.modem.deliver("123", text)
        counts.append(made.said().count("+CMTI"))
    assert counts == [1, told, 1]
    assert made.ask("AT+CMGL=4").count("+CMGL:") == 3


def test_other_urcs_are_spared_unless_they_are_named() -> None:
    made = bench(Fault(Action.URC_LOST, prefix="+CREG"))
    made.ask("AT+CREG=1")
    made.modem.set_coverage(False)
    assert made.said() == ""
    made.modem.deliver("123", "x")
    made.modem.set_coverage(True)
    assert "+CMTI" in made.wait(60)


def test_a_duplicate_is_the_same_message_once_more() -> None:
    made = bench(Fault(Action.DUPLICATE, seconds=2, nth=1))
    (pdu,) = made.modem.deliver("123", "x")
    made.wait(1)
    assert made.ask("AT+CMGL=4").count(pdu) == 1
    made.wait(2)
    assert made.ask("AT+CMGL=4").count(pdu) == 2
    made.wait(60)
    assert made.ask("AT+CMGL=4").count(pdu) == 2


def test_a_duplicate_of_a_message_that_the_host_acknowledges() -> None:
    made = bench(Fault(Action.DUPLICATE, seconds=2, nth=1))
    made.ask("AT+CSMS=1;+CNMI=2,2")
    (pdu,) = made.modem.deliver("123", "x")
    assert made.said().count(pdu) == 1
    assert made.wait(5) == ""  # it isn't taken before it is acknowledged
    made.ask("AT+CNMA")
    assert made.wait(1) == ""
    assert made.wait(2).count(pdu) == 1
    made.ask("AT+CNMA")
    assert made.wait(60) == ""


def test_the_sms_centre_still_hears_of_what_was_taken() -> None:
    made = bench(Fault(Action.DUPLICATE, seconds=2, nth=1))
    pdu = made.modem.deliver("123", "x")[0]
    assert made.network.smsc.redeliver(made.modem.who.msisdn) == pdu


# ---- plans that can't be

FAULTY: dict[str, tuple[Action, dict[str, object], str]] = {
    "seconds for what has none": (Action.ECHO, {"seconds": 1.0}, "seconds: echo has none"),
    "a direction for what has none": (Action.REBOOT, {"direction": IN}, "direction: reboot"),
    "both counts": (Action.DROP, {"nth": 1, "every": 2}, "every: wanted either"),
    "a count below 1": (Action.DROP, {"times": -1}, "times: wanted a number from 1"),
    "no probability": (Action.DROP, {"probability": 1.5}, "probability: wanted"),
    "no time": (Action.DROP, {"after_s": float("nan")}, "after_s: wanted seconds"),
    "no octets": (Action.DROP, {"octets": 0}, "octets: wanted a number from 1"),
    "no code": (Action.REFUSE, {"code": "14"}, 'code: wanted "CME 14"'),
    "no pattern": (Action.REFUSE, {"pattern": "("}, "pattern: no regular expression"),
}


@pytest.mark.parametrize(("action", "keys", "message"), FAULTY.values(), ids=FAULTY)
def test_faults_that_can_t_be(action: Action, keys: dict[str, object], message: str) -> None:
    with pytest.raises(FaultError, match=message.replace("(", r"\(")):
        Fault(action, **keys)  # type: ignore[arg-type]


# ---- anything at all


def faults_of_any_kind() -> st.SearchStrategy[Fault]:
    def build(action: Action, every: int, probability: float, inwards: bool) -> Fault:
        by_direction = ACTIONS[action].occasion is None
        direction = (IN if inwards else OUT) if by_direction else None
        return Fault(action, every=every, probability=probability, direction=direction)

    return st.builds(
        build, st.sampled_from(Action), st.integers(1, 4), st.floats(0.1, 1.0), st.booleans()
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(faults_of_any_kind(), max_size=5), st.integers())
def test_a_modem_outlives_all_faults_and_is_well_without_them(
    faults: list[Fault], seed: int
) -> None:
    made = bench(*faults, seed=seed)
    for number in range(8):
        made.modem.deliver("123", str(number))
        made.ask("AT+CMGL=4")
        made.ask("AT+CMGS=12")
        made.send(b"0001000481214300000141\x1a")
        made.wait(7)
    made.modem.set_faults(FaultPlan())
    made.modem.plug()
    made.wait(300)
    made.send(b"\x1b\r")
    made.ask("ATE0")
    made.wait(300)
    assert made.ask("AT") == OK
