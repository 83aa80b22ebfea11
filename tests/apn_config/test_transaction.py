"""The table of states, held exhaustively: every state by every event, every path, every crash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from apn_config.transaction import (
    OUTCOMES,
    QUIET_TABLE,
    RESUME,
    TABLE,
    Duty,
    Event,
    NoSuchStep,
    Origin,
    State,
    step,
    table_of,
)

OPEN = [state for state in State if not state.final]
CASES = list(product(State, Event, Origin))


def _id(case: tuple[State, Event, Origin]) -> str:
    return "-".join(part.value for part in case)


@pytest.mark.parametrize(("state", "event", "origin"), CASES, ids=map(_id, CASES))
def test_each_event_is_in_the_table_or_refused(state: State, event: Event, origin: Origin) -> None:
    known = table_of(origin).get((state, event))
    if known is not None:
        assert step(state, event, origin) is known
        return
    with pytest.raises(NoSuchStep, match=event.value) as caught:
        step(state, event, origin)
    assert (caught.value.state, caught.value.event, caught.value.origin) == (state, event, origin)


def test_what_follows_what() -> None:
    """Written out once more, so that an edit of the tables is seen."""
    steps = {f"{state.value} {event.value}": s.next.value for (state, event), s in TABLE.items()}
    assert steps == {
        "applying applied": "verifying",
        "applying apply-refused": "rolling-back",
        "verifying verified": "proving",
        "verifying verify-failed": "rolling-back",
        "proving network-took-answer": "committed",
        "proving channel-timeout": "rolling-back",
        "rolling-back restored": "rolled-back",
        "rolling-back restore-timeout": "failed",
    }


def test_a_quiet_change_differs_by_the_proof_and_the_answer_alone() -> None:
    answer = {Duty.QUEUE_ANSWER, Duty.WITHDRAW_ANSWER}
    for (state, event), quiet in QUIET_TABLE.items():
        loud = TABLE[state, event]
        if loud.next is State.PROVING:
            proven = TABLE[State.PROVING, Event.NETWORK_TOOK_ANSWER]
            assert quiet == proven
        else:
            assert quiet.next is loud.next
            assert quiet.duties == tuple(duty for duty in loud.duties if duty not in answer)
        assert not answer & set(quiet.duties)
    assert {key for key in TABLE if key not in QUIET_TABLE} == {
        key for key in TABLE if key[0] is State.PROVING
    }


def test_only_sms_is_answered_by_sms() -> None:
    assert [origin for origin in Origin if origin.answered] == [Origin.SMS]


def test_each_open_state_and_no_other_has_an_action() -> None:
    assert list(RESUME) == OPEN


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("state", OPEN)
def test_the_table_knows_all_outcomes_of_a_states_action_and_no_others(
    state: State, origin: Origin
) -> None:
    events = {event for known, event in table_of(origin) if known is state}
    if state is State.PROVING and not origin.answered:
        assert events == set()  # never entered
    else:
        assert events == OUTCOMES[RESUME[state]]


@pytest.mark.parametrize("origin", Origin)
def test_nothing_leads_out_of_a_final_state_or_into_an_unknown_one(origin: Origin) -> None:
    for (state, _), taken in table_of(origin).items():
        assert not state.final
        assert taken.next.final or taken.next in RESUME


@dataclass
class Device:
    """What a change leaves in the modem, the store and the outbox."""

    modem: str = "former"
    record: str = "former"
    due: int = 0
    withdrawn: int = 0
    sent: int = 0

    def perform(self, state: State, *, fully: bool) -> None:
        """The action's effect on the modem; a crash may come before it or after."""
        if fully and state is State.APPLYING:
            self.modem = "wanted"
        if fully and state is State.ROLLING_BACK:
            self.modem = "former"

    def carry_out(self, event: Event, duties: tuple[Duty, ...]) -> None:
        if event is Event.NETWORK_TOOK_ANSWER:
            self.due, self.sent = self.due - 1, self.sent + 1
        for duty in duties:
            match duty:
                case Duty.QUEUE_ANSWER:
                    self.due += 1
                case Duty.WITHDRAW_ANSWER:
                    self.due, self.withdrawn = self.due - 1, self.withdrawn + 1
                case Duty.COMMIT_RECORD:
                    self.record = "wanted"
                case _:
                    pass  # deadlines and the reason


Path = tuple[tuple[State, Event, str], ...]
CRASHES = ("none", "before the act", "after the act")


def _paths(origin: Origin, state: State = State.APPLYING) -> Iterator[Path]:
    """All ways through a table, each state's action cut off by a crash before it ends, or not."""
    if state.final:
        yield ()
        return
    for event, crash in product(sorted(OUTCOMES[RESUME[state]], key=lambda e: e.value), CRASHES):
        for rest in _paths(origin, step(state, event, origin).next):
            yield ((state, event, crash), *rest)


def _run(origin: Origin, path: Path) -> tuple[State, Device]:
    device, state = Device(), State.APPLYING
    for expected, event, crash in path:
        assert state is expected
        if crash != "none":
            device.perform(state, fully=crash == "after the act")
            # The restart finds the committed state alone, and runs its action again.
        device.perform(state, fully=True)
        taken = step(state, event, origin)
        device.carry_out(event, taken.duties)
        state = taken.next
    return state, device


@pytest.mark.parametrize("origin", Origin)
def test_every_path_with_every_crash_ends_consistent(origin: Origin) -> None:
    finals = set()
    for path in _paths(origin):
        state, device = _run(origin, path)
        finals.add(state)
        kept = "wanted" if state is State.COMMITTED else "former"
        assert (device.modem, device.record) == (kept, kept), path
        assert device.due + device.sent == int(origin.answered), path
        assert device.due >= 0, path
    assert finals == {state for state in State if state.final}


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("state", OPEN)
def test_every_state_that_waits_was_given_a_deadline_of_its_own(
    state: State, origin: Origin
) -> None:
    wanted = {
        State.VERIFYING: Duty.START_VERIFY_DEADLINE,
        State.PROVING: Duty.START_CHANNEL_DEADLINE,
        State.ROLLING_BACK: Duty.START_ROLLBACK_DEADLINE,
    }
    for taken in table_of(origin).values():
        if taken.next is state:
            assert wanted[state] in taken.duties


def test_success_is_told_before_the_commit_and_failure_after_the_former_apn_was_written() -> None:
    for (state, _), taken in TABLE.items():
        queues = Duty.QUEUE_ANSWER in taken.duties
        assert queues == (taken.next in (State.PROVING, State.ROLLED_BACK, State.FAILED))
        assert (Duty.WITHDRAW_ANSWER in taken.duties) == (
            state is State.PROVING and taken.next is State.ROLLING_BACK
        )
