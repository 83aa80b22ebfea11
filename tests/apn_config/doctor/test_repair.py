"""`--fix`: what it mends is mended, what it may not touch stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.doctor.catalogue import FAULTS
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


def test_what_the_modem_refuses_is_said_to_be_there_still(tmp_path: Path) -> None:
    with clinic(tmp_path) as made:
        made.say(b"ATE1")
        made.refuse("ATE0")
        examined, repairs = made.repaired()
    echo = next(each for each in repairs if each.finding.id == "echo")
    assert (echo.sent, echo.mended) == (("ATE0",), False)
    assert "echo" in told(examined)
