"""`--fix`: what it mends is mended, what it may not touch stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.doctor import Finding, Topic, Verdict
from apn_config.doctor import faults_modem as faults
from apn_config.doctor.catalogue import FAULTS
from apn_config.doctor.findings import Fault
from apn_config.doctor.repair import _is_gone
from modem import LocalChannel, PortMissing
from tests.apn_config.doctor.cases import CASES, Case
from tests.apn_config.doctor.clinic import clinic, told

MENDED = {fault.id for fault in FAULTS if fault.mends}
FIXABLE = [case for case in CASES if case.fault in MENDED]
# Settings that only somebody else may change: whose network, whose card, whose messages.
KEPT = {
    case.name: case
    for case in CASES
    if case.fault in ("manual-network", "left-network", "apn-other", "sim-pin", "storage-tight")
}


def test_all_that_is_said_to_be_mended_is_tried_here() -> None:
    assert {case.fault for case in FIXABLE} == MENDED


@pytest.mark.parametrize("case", FIXABLE, ids=[case.name for case in FIXABLE])
def test_it_is_mended(case: Case, tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        case.set_up(made)
        assert case.fault in told(made.examined())
        examined, repairs = made.repaired()
        assert case.fault not in told(examined)
        assert [each.mended for each in repairs if each.finding.id == case.fault] == [True]
        assert case.fault not in told(made.examined()), "it stays so"


@pytest.mark.parametrize("case", KEPT.values(), ids=list(KEPT))
def test_what_may_not_be_touched_stays(case: Case, tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        case.set_up(made)
        before = made.modem.simulator.run(lambda: subject(made.state))
        examined, repairs = made.repaired()
        assert case.fault in told(examined)
        assert case.fault not in {each.finding.id for each in repairs}
        assert made.modem.simulator.run(lambda: subject(made.state)) == before


def subject(state: object) -> str:
    """What belongs to others: the card's tries, the network that was chosen, contexts, messages."""
    card, memories = state.card, state.memories  # type: ignore[attr-defined]
    return repr(
        (
            card.pin1.tries,
            state.subscriber.chosen,  # type: ignore[attr-defined]
            state.deregistered,  # type: ignore[attr-defined]
            state.contexts,  # type: ignore[attr-defined]
            [memories[name].used for name in ("ME", "SM")],
        )
    )


MODEM = Finding(Topic.MODEM, Verdict.OK, "a modem")


@pytest.mark.parametrize(
    ("again", "gone"),
    [
        pytest.param([MODEM], True, id="it isn't found any more"),
        pytest.param([MODEM, faults.RADIO_OFF], False, id="it is there"),
        pytest.param([faults.NO_ANSWER], False, id="nothing answers"),
        pytest.param([Finding(Topic.MODEM, Verdict.SKIPPED, "")], False, id="not looked at"),
        pytest.param([MODEM, faults.UNSTEADY], False, id="it stopped answering"),
        pytest.param([MODEM, faults.PORT_MISSING], False, id="the port is gone"),
    ],
)
def test_mended_is_what_was_looked_at_again(again: list[Finding | Fault], gone: bool) -> None:
    off = found(faults.RADIO_OFF)
    seen = [found(each) if isinstance(each, Fault) else each for each in again]
    assert _is_gone(off, seen) is gone


def found(fault: Fault) -> Finding:
    return Finding(fault.topic, fault.verdict, "so it is", fault)


def test_a_repair_that_fails_leaves_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(LocalChannel):
        async def open(self) -> None:
            raise PortMissing(self.port, "it is gone")

    with clinic(tmp_path) as made:
        made.say(b"AT+CFUN=4")
        monkeypatch.setattr("apn_config.doctor.repair.LocalChannel", Gone)
        examined, repairs = made.repaired()
    assert "radio-off" in told(examined)
    radio = next(each for each in repairs if each.finding.id == "radio-off")
    assert (radio.sent, radio.mended) == ((), False)


def test_what_the_modem_refuses_is_said_to_be_there_still(tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        made.say(b"ATE1")
        made.refuse("ATE0")
        examined, repairs = made.repaired()
    echo = next(each for each in repairs if each.finding.id == "echo")
    assert (echo.sent, echo.mended) == (("ATE0",), False)
    assert "echo" in told(examined)
