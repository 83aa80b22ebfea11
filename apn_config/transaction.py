"""An APN change as a table of states. Pure: no I/O, no clock, no asyncio, no database.

The caller writes a step's next state and all its duties in one database transaction, then runs
`RESUME[state]`: the same action on entering a state and after a restart in it. Every action may be
run twice, so a crash is no event: it leaves the state that was committed last, and the action of
that state goes on from there. There is no loop in the table, so every change ends; a change that
was asked for by SMS ends with exactly one answer queued and not withdrawn.

The reasons of a refusal before anything was written (a bad APN, no budget, unknown credentials) are
no business of this module: such a change never begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How far an APN change has come. The values stand in the store and in the journal."""

    APPLYING = "applying"
    """The intent is on disk; the wanted APN may be in the modem, wholly, partly or not at all."""
    VERIFYING = "verifying"
    """The modem took the wanted APN; whether the network gives service with it isn't known yet."""
    PROVING = "proving"
    """The service is there; the network has yet to take the answer, the channel's own proof."""
    COMMITTED = "committed"
    """The wanted APN works and is the record's. Final."""
    ROLLING_BACK = "rolling-back"
    """The former APN is being put back; the modem may hold either."""
    ROLLED_BACK = "rolled-back"
    """The former APN is back, at the level of service that it had. Final."""
    FAILED = "failed"
    """The former APN is written back, but its service didn't return in time. Final."""

    @property
    def final(self) -> bool:
        """Does nothing follow?"""
        return self in (State.COMMITTED, State.ROLLED_BACK, State.FAILED)


class Event(Enum):
    """What came of the action of a state."""

    APPLIED = "applied"
    """The modem took all of the wanted APN."""
    APPLY_REFUSED = "apply-refused"
    """The modem refused a part of it, or took too long."""
    VERIFIED = "verified"
    """All levels of verification that are wanted were reached."""
    VERIFY_FAILED = "verify-failed"
    """A level wasn't reached by the deadline, or the network refused."""
    NETWORK_TOOK_ANSWER = "network-took-answer"
    """The outbox row of the answer has its message reference."""
    CHANNEL_TIMEOUT = "channel-timeout"
    """The network took no answer by the deadline."""
    RESTORED = "restored"
    """The former APN is back, at its former level."""
    RESTORE_TIMEOUT = "restore-timeout"
    """The former APN was written, its level didn't come back by the deadline."""


class Duty(Enum):
    """What is written in the same database transaction as the next state."""

    START_VERIFY_DEADLINE = "start-verify-deadline"
    START_CHANNEL_DEADLINE = "start-channel-deadline"
    START_ROLLBACK_DEADLINE = "start-rollback-deadline"
    KEEP_REASON = "keep-reason"
    """Why the wanted APN was given up; the answer will tell it."""
    QUEUE_ANSWER = "queue-answer"
    """An outbox row that tells the state entered; in PROVING the one that will tell success."""
    WITHDRAW_ANSWER = "withdraw-answer"
    """The outbox row that told success must not be sent any more."""
    COMMIT_RECORD = "commit-record"
    """The wanted APN becomes the card's current one, what was current its last good one."""


class Action(Enum):
    """What a state asks for, at once and again after a restart. All may be run twice."""

    APPLY = "apply"
    """Write the wanted APN."""
    VERIFY = "verify"
    """Read the context, write it again where the modem lost it, then verify."""
    AWAIT_ANSWER = "await-answer"
    """Let the outbox send the answer's row, the same row after a restart."""
    RESTORE = "restore"
    """Write the former APN, at least once however late, and see that its level comes back."""


class Origin(Enum):
    """Who asked for the change."""

    SMS = "sms"
    SOCKET = "socket"

    @property
    def answered(self) -> bool:
        """Is the outcome told by SMS, so that the network can prove the channel by taking it?"""
        return self is Origin.SMS


class Reason(Enum):
    """Why a wanted APN was given up, in the words of the answer."""

    NOT_REGISTERED = "not-registered"
    NOT_ATTACHED = "not-attached"
    NO_CONTEXT = "no-context"
    NO_ADDRESS = "no-address"
    APN_MISMATCH = "apn-mismatch"
    NO_DATA = "no-data"
    REFUSED = "refused"
    TIMEOUT = "timeout"


class Level(Enum):
    """The service that the former APN gave at the beginning, which a roll-back must bring back."""

    NONE = "none"
    REGISTERED = "registered"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Step:
    """The state that follows, and what is due in the same database transaction."""

    next: State
    duties: tuple[Duty, ...] = ()


class NoSuchStep(RuntimeError):
    """The table has no such step: a bug of the caller, for it isn't the state's action that ran."""

    def __init__(self, state: State, event: Event, origin: Origin) -> None:
        self.state = state
        self.event = event
        self.origin = origin
        super().__init__(
            f"a change by {origin.value} in state {state.value} knows no event {event.value}"
        )


Table = Mapping[tuple[State, Event], Step]

# A change that is answered by SMS. The answer is queued before the commit: the network's taking it
# is the last proof, so success is told in a message that is withdrawn if it can't be sent.
TABLE: Table = {
    (State.APPLYING, Event.APPLIED): Step(State.VERIFYING, (Duty.START_VERIFY_DEADLINE,)),
    (State.APPLYING, Event.APPLY_REFUSED): Step(
        State.ROLLING_BACK, (Duty.KEEP_REASON, Duty.START_ROLLBACK_DEADLINE)
    ),
    (State.VERIFYING, Event.VERIFIED): Step(
        State.PROVING, (Duty.QUEUE_ANSWER, Duty.START_CHANNEL_DEADLINE)
    ),
    (State.VERIFYING, Event.VERIFY_FAILED): Step(
        State.ROLLING_BACK, (Duty.KEEP_REASON, Duty.START_ROLLBACK_DEADLINE)
    ),
    (State.PROVING, Event.NETWORK_TOOK_ANSWER): Step(State.COMMITTED, (Duty.COMMIT_RECORD,)),
    (State.PROVING, Event.CHANNEL_TIMEOUT): Step(
        State.ROLLING_BACK,
        (Duty.WITHDRAW_ANSWER, Duty.KEEP_REASON, Duty.START_ROLLBACK_DEADLINE),
    ),
    (State.ROLLING_BACK, Event.RESTORED): Step(State.ROLLED_BACK, (Duty.QUEUE_ANSWER,)),
    (State.ROLLING_BACK, Event.RESTORE_TIMEOUT): Step(State.FAILED, (Duty.QUEUE_ANSWER,)),
}

# A change that no SMS answers: committed on verification alone, and nothing for the outbox.
QUIET_TABLE: Table = {
    (State.APPLYING, Event.APPLIED): Step(State.VERIFYING, (Duty.START_VERIFY_DEADLINE,)),
    (State.APPLYING, Event.APPLY_REFUSED): Step(
        State.ROLLING_BACK, (Duty.KEEP_REASON, Duty.START_ROLLBACK_DEADLINE)
    ),
    (State.VERIFYING, Event.VERIFIED): Step(State.COMMITTED, (Duty.COMMIT_RECORD,)),
    (State.VERIFYING, Event.VERIFY_FAILED): Step(
        State.ROLLING_BACK, (Duty.KEEP_REASON, Duty.START_ROLLBACK_DEADLINE)
    ),
    (State.ROLLING_BACK, Event.RESTORED): Step(State.ROLLED_BACK),
    (State.ROLLING_BACK, Event.RESTORE_TIMEOUT): Step(State.FAILED),
}

RESUME: Mapping[State, Action] = {
    State.APPLYING: Action.APPLY,
    State.VERIFYING: Action.VERIFY,
    State.PROVING: Action.AWAIT_ANSWER,
    State.ROLLING_BACK: Action.RESTORE,
}

# What an action can end in. The tests hold it against both tables.
OUTCOMES: Mapping[Action, frozenset[Event]] = {
    Action.APPLY: frozenset({Event.APPLIED, Event.APPLY_REFUSED}),
    Action.VERIFY: frozenset({Event.VERIFIED, Event.VERIFY_FAILED}),
    Action.AWAIT_ANSWER: frozenset({Event.NETWORK_TOOK_ANSWER, Event.CHANNEL_TIMEOUT}),
    Action.RESTORE: frozenset({Event.RESTORED, Event.RESTORE_TIMEOUT}),
}


def table_of(origin: Origin) -> Table:
    """The table that a change of this origin follows."""
    return TABLE if origin.answered else QUIET_TABLE


def step(state: State, event: Event, origin: Origin) -> Step:
    """What follows when the action of `state` ended in `event`. Raises NoSuchStep."""
    try:
        return table_of(origin)[state, event]
    except KeyError:
        raise NoSuchStep(state, event, origin) from None
