"""An APN change as a table of states. Pure: no I/O, no clock, no asyncio, no database.

The caller writes a step's next state and all its duties in one database transaction, then runs
`RESUME[state]`: the same action on entering a state and after a restart in it. Every action may be
run twice, so a crash is no event: it leaves the state that was committed last, and the action of
that state goes on from there. There is no loop in the table, so every change ends; a change that
was asked for by SMS ends with exactly one answer queued and not withdrawn.

docs/apn-change.md has the table as a picture. The reasons of a refusal before anything was written
(a bad APN, no budget, unknown credentials) are no business of this module: such a change never
begins.
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
    REAPPLYING = "reapplying"
    """As APPLYING, with user and password in the other order: the sources for the modem differ."""
    REVERIFYING = "reverifying"
    """As VERIFYING, with user and password in the other order."""
    PROVING = "proving"
    """The service is there; the network has yet to take the answer, the channel's own proof."""
    TRIAL = "trial"
    """It works, and goes back by itself unless somebody says that it is to stay."""
    COMMITTED = "committed"
    """The wanted APN works and is the record's. Final."""
    ROLLING_BACK = "rolling-back"
    """The former APN is being put back; the modem may hold either."""
    LAST_GOOD = "last-good"
    """The former APN's service didn't return: the last one that ever worked is tried."""
    DEFAULT = "default"
    """Nor did that one's: the configured default is tried."""
    GIVING_UP = "giving-up"
    """No APN has service here: the former one is written back for when there is a network again."""
    ROLLED_BACK = "rolled-back"
    """The former APN is back, at the level of service that it had. Final."""
    RESCUED = "rescued"
    """Neither the wanted nor the former APN serves, but an older one does; it is the record's now.
    Final."""
    FAILED = "failed"
    """No APN had service in time. The former one is written back, or put back as drift once it can
    be. Final."""

    @property
    def final(self) -> bool:
        """Does nothing follow?"""
        return self in _FINAL

    @property
    def restful(self) -> bool:
        """Does nothing have to be done at present?"""
        return self.final or self is State.TRIAL


_FINAL = frozenset({State.COMMITTED, State.ROLLED_BACK, State.RESCUED, State.FAILED})


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
    LOGIN_DISPUTED = "login-disputed"
    """As VERIFY_FAILED, on a modem that may want user and password in the other order."""
    NETWORK_TOOK_ANSWER = "network-took-answer"
    """The outbox row of the answer has its message reference."""
    CHANNEL_TIMEOUT = "channel-timeout"
    """The network took no answer by the deadline."""
    KEPT = "kept"
    """Somebody said that the APN on trial is to stay."""
    CALLED_OFF = "called-off"
    """The trial is over, the daemon is being stopped, or another card is in the modem."""
    RESTORED = "restored"
    """The APN that was tried last is there, at the level of service that the former one had."""
    RESTORE_TIMEOUT = "restore-timeout"
    """It was written, its level didn't come by the deadline."""
    NOTHING_TO_TRY = "nothing-to-try"
    """There is no such APN, or it was tried already."""
    FORMER_WRITTEN = "former-written"
    """The former APN is in the modem; nobody waits for its service."""
    FORMER_REFUSED = "former-refused"
    """It can't be written, however often it is tried."""


class Duty(Enum):
    """What is written in the same database transaction as the next state."""

    START_VERIFY_DEADLINE = "start-verify-deadline"
    START_CHANNEL_DEADLINE = "start-channel-deadline"
    START_TRIAL_DEADLINE = "start-trial-deadline"
    START_ROLLBACK_DEADLINE = "start-rollback-deadline"
    SWAP_LOGIN = "swap-login"
    """The intent has user and password in the other order from now on."""
    KEEP_REASON = "keep-reason"
    """Why the wanted APN was given up; the answer will tell it."""
    QUEUE_ANSWER = "queue-answer"
    """An outbox row that tells the state entered; in PROVING the one that will tell success."""
    WITHDRAW_ANSWER = "withdraw-answer"
    """The outbox row that told success must not be sent any more."""
    COMMIT_RECORD = "commit-record"
    """The wanted APN becomes the card's current one, what was current its last good one."""
    COMMIT_RESCUE = "commit-rescue"
    """The APN that was tried last becomes the card's current one."""
    KEEP_FORMER = "keep-former"
    """The former APN becomes the card's current one where there is none: drift leads back to it."""


_ANSWERS = frozenset({Duty.QUEUE_ANSWER, Duty.WITHDRAW_ANSWER})


class Action(Enum):
    """What a state asks for, at once and again after a restart. All may be run twice."""

    APPLY = "apply"
    """Write the wanted APN."""
    VERIFY = "verify"
    """Read the context, write it again where the modem lost it, then verify."""
    AWAIT_ANSWER = "await-answer"
    """Let the outbox send the answer's row, the same row after a restart."""
    AWAIT_WORD = "await-word"
    """Nothing, until somebody keeps the APN, or the trial is over."""
    RESTORE = "restore"
    """Write the former APN, at least once however late, and see that its level comes back."""
    TRY_LAST_GOOD = "try-last-good"
    """The same with the last APN that ever worked."""
    TRY_DEFAULT = "try-default"
    """The same with the configured default."""
    WRITE_FORMER = "write-former"
    """Write the former APN, however late, unless it is refused again and again."""


class Origin(Enum):
    """Who asked for the change."""

    SMS = "sms"
    SOCKET = "socket"


class Kind(Enum):
    """Which rows of the table a change follows.

    Whether its outcome is told by SMS, so that the network can prove the channel by taking it, and
    whether it is on trial.
    """

    ANSWERED = "answered"
    ANSWERED_TRIAL = "answered-trial"
    QUIET = "quiet"
    QUIET_TRIAL = "quiet-trial"

    @property
    def answered(self) -> bool:
        """Is the outcome told by SMS?"""
        return self in (Kind.ANSWERED, Kind.ANSWERED_TRIAL)

    @property
    def trial(self) -> bool:
        """Does it go back by itself?"""
        return self in (Kind.ANSWERED_TRIAL, Kind.QUIET_TRIAL)


def kind_of(origin: Origin, *, trial: bool) -> Kind:
    """The kind of a change."""
    if origin is Origin.SMS:
        return Kind.ANSWERED_TRIAL if trial else Kind.ANSWERED
    return Kind.QUIET_TRIAL if trial else Kind.QUIET


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
    TRIAL_OVER = "trial-over"
    ASKED = "asked"
    """Somebody ended the trial."""
    STOPPED = "stopped"
    """The daemon was being stopped."""
    OTHER_SIM = "other-sim"
    BUDGET = "budget"
    """No radio cycle was left to make it take effect."""
    INTERNAL = "internal"
    """This program tripped over a fault of its own."""
    NOT_RESTORED = "not-restored"
    """And the former one can't be written back."""


class Level(Enum):
    """How much service there is, from nothing to data that passes; each includes those before.

    What a new APN has to reach, and what the former gave, which a roll-back must bring back.
    """

    NONE = "none"
    REGISTERED = "registered"
    ATTACHED = "attached"
    CONTEXT = "context"
    ADDRESS = "address"
    DATA = "data"

    def reaches(self, wanted: Level) -> bool:
        """Is this as much as is wanted?"""
        return _LEVELS.index(self) >= _LEVELS.index(wanted)


_LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Step:
    """The state that follows, and what is due in the same database transaction."""

    next: State
    duties: tuple[Duty, ...] = ()


class NoSuchStep(RuntimeError):
    """The table has no such step: a bug of the caller, for it isn't the state's action that ran."""

    def __init__(self, state: State, event: Event, kind: Kind) -> None:
        self.state = state
        self.event = event
        self.kind = kind
        super().__init__(
            f"a change ({kind.value}) in state {state.value} knows no event {event.value}"
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; `kinds` are those that it is for."""

    state: State
    event: Event
    next: State
    duties: tuple[Duty, ...] = ()
    kinds: tuple[Kind, ...] = tuple(Kind)


_GIVE_UP = (Duty.KEEP_REASON, Duty.START_ROLLBACK_DEADLINE)
_RESCUE = (Duty.COMMIT_RESCUE, Duty.QUEUE_ANSWER)
_OF_ANSWERED = (Kind.ANSWERED, Kind.ANSWERED_TRIAL)
_OF_TRIALS = (Kind.ANSWERED_TRIAL, Kind.QUIET_TRIAL)

# The answer is queued before the commit: the network's taking it is the last proof, so success is
# told in a message that is withdrawn if it can't be sent. Where no SMS answers, the duties that
# concern answers fall away, and verification alone commits.
TABLE: tuple[Row, ...] = (
    Row(State.APPLYING, Event.APPLIED, State.VERIFYING, (Duty.START_VERIFY_DEADLINE,)),
    Row(State.APPLYING, Event.APPLY_REFUSED, State.ROLLING_BACK, _GIVE_UP),
    Row(State.APPLYING, Event.CALLED_OFF, State.ROLLING_BACK, _GIVE_UP),
    *(
        row
        for state in (State.VERIFYING, State.REVERIFYING)
        for row in (
            Row(
                state,
                Event.VERIFIED,
                State.PROVING,
                (Duty.QUEUE_ANSWER, Duty.START_CHANNEL_DEADLINE),
                _OF_ANSWERED,
            ),
            Row(state, Event.VERIFIED, State.COMMITTED, (Duty.COMMIT_RECORD,), (Kind.QUIET,)),
            Row(
                state,
                Event.VERIFIED,
                State.TRIAL,
                (Duty.START_TRIAL_DEADLINE,),
                (Kind.QUIET_TRIAL,),
            ),
            Row(state, Event.VERIFY_FAILED, State.ROLLING_BACK, _GIVE_UP),
            Row(state, Event.CALLED_OFF, State.ROLLING_BACK, _GIVE_UP),
        )
    ),
    Row(
        State.VERIFYING,
        Event.LOGIN_DISPUTED,
        State.REAPPLYING,
        (Duty.SWAP_LOGIN, Duty.START_VERIFY_DEADLINE),
    ),
    Row(State.REAPPLYING, Event.APPLIED, State.REVERIFYING, (Duty.START_VERIFY_DEADLINE,)),
    Row(State.REAPPLYING, Event.APPLY_REFUSED, State.ROLLING_BACK, _GIVE_UP),
    Row(State.REAPPLYING, Event.CALLED_OFF, State.ROLLING_BACK, _GIVE_UP),
    Row(
        State.PROVING,
        Event.NETWORK_TOOK_ANSWER,
        State.COMMITTED,
        (Duty.COMMIT_RECORD,),
        (Kind.ANSWERED,),
    ),
    Row(
        State.PROVING,
        Event.NETWORK_TOOK_ANSWER,
        State.TRIAL,
        (Duty.START_TRIAL_DEADLINE,),
        (Kind.ANSWERED_TRIAL,),
    ),
    *(
        Row(
            State.PROVING,
            event,
            State.ROLLING_BACK,
            (Duty.WITHDRAW_ANSWER, *_GIVE_UP),
            _OF_ANSWERED,
        )
        for event in (Event.CHANNEL_TIMEOUT, Event.CALLED_OFF)
    ),
    Row(State.TRIAL, Event.KEPT, State.COMMITTED, (Duty.COMMIT_RECORD,), _OF_TRIALS),
    Row(State.TRIAL, Event.CALLED_OFF, State.ROLLING_BACK, _GIVE_UP, _OF_TRIALS),
    Row(State.ROLLING_BACK, Event.RESTORED, State.ROLLED_BACK, (Duty.QUEUE_ANSWER,)),
    Row(
        State.ROLLING_BACK,
        Event.RESTORE_TIMEOUT,
        State.LAST_GOOD,
        (Duty.START_ROLLBACK_DEADLINE,),
    ),
    Row(State.LAST_GOOD, Event.RESTORED, State.RESCUED, _RESCUE),
    *(
        Row(State.LAST_GOOD, event, State.DEFAULT, (Duty.START_ROLLBACK_DEADLINE,))
        for event in (Event.RESTORE_TIMEOUT, Event.NOTHING_TO_TRY)
    ),
    Row(State.DEFAULT, Event.RESTORED, State.RESCUED, _RESCUE),
    *(
        Row(State.DEFAULT, event, State.GIVING_UP)
        for event in (Event.RESTORE_TIMEOUT, Event.NOTHING_TO_TRY)
    ),
    Row(State.GIVING_UP, Event.FORMER_WRITTEN, State.FAILED, (Duty.QUEUE_ANSWER,)),
    Row(
        State.GIVING_UP,
        Event.FORMER_REFUSED,
        State.FAILED,
        (Duty.KEEP_FORMER, Duty.KEEP_REASON, Duty.QUEUE_ANSWER),
    ),
)

RESUME: Mapping[State, Action] = {
    State.APPLYING: Action.APPLY,
    State.VERIFYING: Action.VERIFY,
    State.REAPPLYING: Action.APPLY,
    State.REVERIFYING: Action.VERIFY,
    State.PROVING: Action.AWAIT_ANSWER,
    State.TRIAL: Action.AWAIT_WORD,
    State.ROLLING_BACK: Action.RESTORE,
    State.LAST_GOOD: Action.TRY_LAST_GOOD,
    State.DEFAULT: Action.TRY_DEFAULT,
    State.GIVING_UP: Action.WRITE_FORMER,
}


def step(state: State, event: Event, kind: Kind) -> Step:
    """What follows when the action of `state` ended in `event`. Raises NoSuchStep."""
    for row in TABLE:
        if row.state is state and row.event is event and kind in row.kinds:
            duties = row.duties
            if not kind.answered:
                duties = tuple(duty for duty in duties if duty not in _ANSWERS)
            return Step(row.next, duties)
    raise NoSuchStep(state, event, kind)
