"""The table of states, row by row. What follows from the whole of it is in test_model_check.py."""

from __future__ import annotations

from itertools import product

import pytest

from apn_config.transaction import (
    RESUME,
    TABLE,
    Duty,
    Event,
    Kind,
    NoSuchStep,
    Origin,
    State,
    kind_of,
    step,
)

OPEN = [state for state in State if not state.final]
CASES = list(product(State, Event, Kind))


def rows_of(kind: Kind) -> dict[tuple[State, Event], State]:
    """What follows what in a change of that kind."""
    return {(row.state, row.event): row.next for row in TABLE if kind in row.kinds}


def _id(case: tuple[State, Event, Kind]) -> str:
    return "-".join(part.value for part in case)


@pytest.mark.parametrize(("state", "event", "kind"), CASES, ids=map(_id, CASES))
def test_each_event_is_in_the_table_or_refused(state: State, event: Event, kind: Kind) -> None:
    follows = rows_of(kind).get((state, event))
    if follows is not None:
        assert step(state, event, kind).next is follows
        return
    with pytest.raises(NoSuchStep, match=event.value) as caught:
        step(state, event, kind)
    assert (caught.value.state, caught.value.event, caught.value.kind) == (state, event, kind)


def test_no_two_rows_are_for_the_same() -> None:
    keys = [(row.state, row.event, kind) for row in TABLE for kind in row.kinds]
    assert len(keys) == len(set(keys))


ANSWERED = {
    "applying applied": "verifying",
    "applying apply-refused": "rolling-back",
    "applying called-off": "rolling-back",
    "verifying verified": "proving",
    "verifying verify-failed": "rolling-back",
    "verifying called-off": "rolling-back",
    "verifying login-disputed": "reapplying",
    "reapplying applied": "reverifying",
    "reapplying apply-refused": "rolling-back",
    "reapplying called-off": "rolling-back",
    "reverifying verified": "proving",
    "reverifying verify-failed": "rolling-back",
    "reverifying called-off": "rolling-back",
    "proving network-took-answer": "committed",
    "proving channel-timeout": "rolling-back",
    "proving called-off": "rolling-back",
    "rolling-back restored": "rolled-back",
    "rolling-back restore-timeout": "last-good",
    "last-good restored": "rescued",
    "last-good restore-timeout": "default",
    "last-good nothing-to-try": "default",
    "default restored": "rescued",
    "default restore-timeout": "giving-up",
    "default nothing-to-try": "giving-up",
    "giving-up former-written": "failed",
    "giving-up former-refused": "failed",
}
TRIAL = {"trial kept": "committed", "trial called-off": "rolling-back"}
QUIET = {key: follows for key, follows in ANSWERED.items() if not key.startswith("proving")}


@pytest.mark.parametrize(
    ("kind", "follows"),
    [
        (Kind.ANSWERED, ANSWERED),
        (Kind.ANSWERED_TRIAL, {**ANSWERED, **TRIAL, "proving network-took-answer": "trial"}),
        (
            Kind.QUIET,
            {**QUIET, "verifying verified": "committed", "reverifying verified": "committed"},
        ),
        (
            Kind.QUIET_TRIAL,
            {**QUIET, **TRIAL, "verifying verified": "trial", "reverifying verified": "trial"},
        ),
    ],
    ids=[kind.value for kind in Kind],
)
def test_what_follows_what(kind: Kind, follows: dict[str, str]) -> None:
    """Written out once more, so that an edit of the table is seen."""
    found = {f"{s.value} {e.value}": after.value for (s, e), after in rows_of(kind).items()}
    assert found == follows


DUTIES = {
    Duty.START_VERIFY_DEADLINE: "applied login-disputed",
    Duty.START_CHANNEL_DEADLINE: "verified",
    Duty.START_TRIAL_DEADLINE: "verified network-took-answer",
    Duty.SWAP_LOGIN: "login-disputed",
    Duty.KEEP_REASON: "apply-refused verify-failed called-off channel-timeout former-refused",
    Duty.QUEUE_ANSWER: "verified restored former-written former-refused",
    Duty.WITHDRAW_ANSWER: "channel-timeout called-off",
    Duty.COMMIT_RECORD: "verified network-took-answer kept",
    Duty.COMMIT_RESCUE: "restored",
    Duty.KEEP_FORMER: "former-refused",
}


@pytest.mark.parametrize(("duty", "events"), DUTIES.items(), ids=[duty.value for duty in DUTIES])
def test_duties_by_their_events(duty: Duty, events: str) -> None:
    found = {row.event.value for row in TABLE if duty in row.duties}
    assert found == set(events.split())


def test_a_quiet_change_writes_nothing_for_the_outbox() -> None:
    for kind in (Kind.QUIET, Kind.QUIET_TRIAL):
        for state, event in rows_of(kind):
            duties = step(state, event, kind).duties
            assert not {Duty.QUEUE_ANSWER, Duty.WITHDRAW_ANSWER} & set(duties)


@pytest.mark.parametrize("trial", [False, True])
def test_only_sms_is_answered_by_sms(trial: bool) -> None:
    for origin in Origin:
        kind = kind_of(origin, trial=trial)
        assert kind.answered is (origin is Origin.SMS)
        assert kind.trial is trial


def test_each_open_state_and_no_other_has_an_action() -> None:
    assert list(RESUME) == OPEN


@pytest.mark.parametrize("kind", Kind)
def test_nothing_leads_out_of_a_final_state(kind: Kind) -> None:
    for (state, _), follows in rows_of(kind).items():
        assert not state.final
        assert follows.final or follows in RESUME
