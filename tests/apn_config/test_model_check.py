"""The table of states, checked as a model: every outcome of every step, every crash, exhaustively.

A device is what a change can touch: the modem's context, the card's record, the outbox, the
message. From each state it may crash before its action, in the middle of it, after it, or within
the step's transaction (which then never was); the action is run again, and may end otherwise than
before, since the network is free. All devices that can come of that are visited, and what is
promised is held on each, and at each end:

* every change ends, and never in more steps than the table has states;
* the APN that the record names is the one in the modem, unless nothing in it was ever verified, or
  the modem refuses it: then there is a record, by which it is put back later;
* whoever asked by SMS gets exactly one answer that holds at the end; a trial's success and its end
  are two;
* the record changes only for an APN that was verified, or that serves at the end.

`BROKEN` are tables with a fault in them, each of which the check has to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from apn_config import transaction
from apn_config.transaction import RESUME, Action, Duty, Event, Kind, Row, State, step

WANTED, FORMER, LAST_GOOD, DEFAULT = "wanted", "former", "last good", "default"
PUTS = {
    Action.APPLY: WANTED,
    Action.VERIFY: WANTED,
    Action.RESTORE: FORMER,
    Action.TRY_LAST_GOOD: LAST_GOOD,
    Action.TRY_DEFAULT: DEFAULT,
    Action.WRITE_FORMER: FORMER,
}
"""What an action leaves in the modem, at once or half-way; the others leave it alone."""
UNTOUCHED = frozenset({Event.NOTHING_TO_TRY, Event.FORMER_REFUSED})
"""Endings of an action that wrote nothing."""


@dataclass(frozen=True, slots=True)
class Device:
    """All that a change touches. `due` are answers in the outbox, `told` those the network took.

    The record is None on a card for which nothing was ever committed.
    """

    state: State = State.APPLYING
    modem: str = FORMER
    record: str | None = FORMER
    due: tuple[State, ...] = ()
    told: tuple[State, ...] = ()
    verified: bool = False
    reason: bool = False
    refused: bool = False
    login: int = 0


class Broken(AssertionError):
    """A promise that doesn't hold, and the way that led there."""


def events_of(table: tuple[Row, ...], state: State, kind: Kind) -> list[Event]:
    """Whatever the state's action may end in."""
    return [row.event for row in table if row.state is state and kind in row.kinds]


def crashed(device: Device) -> Iterator[Device]:
    """What a power cut within the state's action can leave: nothing done, or what it writes."""
    yield device
    put = PUTS.get(RESUME[device.state])
    if put is not None:
        yield replace(device, modem=put)


def ended(device: Device, event: Event, kind: Kind) -> Device:
    """The action ended so: its effect on the modem, and the step's transaction."""
    action = RESUME[device.state]
    put = PUTS.get(action)
    if put is not None and event not in UNTOUCHED:
        device = replace(device, modem=put)
    if event is Event.NETWORK_TOOK_ANSWER:
        device = replace(device, due=(), told=(*device.told, *device.due))
    taken = step(device.state, event, kind)
    verified = device.verified or event is Event.VERIFIED
    refused = event is Event.FORMER_REFUSED
    device = replace(device, state=taken.next, verified=verified, refused=refused)
    for duty in taken.duties:
        device = done(device, duty)
    return device


def done(device: Device, duty: Duty) -> Device:
    """A duty, as the store carries it out."""
    match duty:
        case Duty.QUEUE_ANSWER:
            return replace(device, due=(*device.due, device.state))
        case Duty.WITHDRAW_ANSWER:
            return replace(device, due=())
        case Duty.COMMIT_RECORD:
            return replace(device, record=WANTED)
        case Duty.COMMIT_RESCUE:
            return replace(device, record=device.modem)
        case Duty.KEEP_FORMER:
            return replace(device, record=device.record or FORMER)
        case Duty.KEEP_REASON:
            return replace(device, reason=True)
        case Duty.SWAP_LOGIN:
            return replace(device, login=device.login + 1)
        case _:
            return device  # a deadline: what it brings is one of the outcomes


def explore(kind: Kind, table: tuple[Row, ...]) -> tuple[int, set[Device]]:
    """Visit all that can become of a change; how many devices there are, and those at an end."""
    ends: set[Device] = set()
    seen: dict[Device, int] = {}
    todo = [(Device(), 0), (Device(record=None), 0)]
    while todo:
        device, steps = todo.pop()
        if seen.get(device, -1) >= steps:
            continue
        seen[device] = steps
        if steps > len(State):
            raise Broken(f"it never ends: {device}")
        hold(device, kind)
        if device.state.final:
            hold_at_the_end(device, kind)
            ends.add(device)
            continue
        todo += [(after, steps) for after in crashed(device) if after != device]
        outcomes = events_of(table, device.state, kind)
        if not outcomes:
            raise Broken(f"nothing follows: {device}")
        todo += [(ended(device, event, kind), steps + 1) for event in outcomes]
    return len(seen), ends


def hold(device: Device, kind: Kind) -> None:
    """What is promised at each moment."""
    if device.record == WANTED and not device.verified:
        raise Broken(f"committed and never verified: {device}")
    if not kind.answered and (device.due or device.told):
        raise Broken(f"an SMS that nobody asked for: {device}")
    if len(device.due) > 1:
        raise Broken(f"two answers are due at once: {device}")
    if device.login > 1:
        raise Broken(f"the login is turned round for ever: {device}")


FATES = {
    State.COMMITTED: (WANTED, WANTED),
    State.ROLLED_BACK: (FORMER, FORMER),
    State.FAILED: (FORMER, FORMER),
}
"""At an end: what the modem holds, and what the record names."""


def hold_at_the_end(device: Device, kind: Kind) -> None:
    """What is promised once nothing follows."""
    fate = FATES.get(device.state)
    if device.refused and device.record != FORMER:
        raise Broken(f"nothing leads back to the former APN: {device}")
    if fate is not None and not device.refused:
        held, named = fate
        never = device.record is None and named == FORMER
        if device.modem != held or (device.record != named and not never):
            raise Broken(f"the modem holds {device.modem}, the record {device.record}: {device}")
    if device.state is State.RESCUED and (
        device.modem != device.record or device.modem not in (LAST_GOOD, DEFAULT)
    ):
        raise Broken(f"the rescue is not what the record names: {device}")
    if device.state is not State.COMMITTED and not device.reason:
        raise Broken(f"given up for no reason: {device}")
    answers = [*device.told, *device.due]
    last = State.PROVING if device.state is State.COMMITTED else device.state
    if kind.answered and answers[-1:] != [last]:
        raise Broken(f"the last answer doesn't tell the end: {device}")
    if kind is Kind.ANSWERED and len(answers) != 1:
        raise Broken(f"{len(answers)} answers: {device}")
    if kind is Kind.ANSWERED_TRIAL and len(answers) > 2:
        raise Broken(f"{len(answers)} answers: {device}")


@pytest.mark.parametrize("kind", Kind)
def test_every_crash_by_every_outcome(kind: Kind) -> None:
    visited, ends = explore(kind, transaction.TABLE)
    assert visited > 25
    assert {device.state for device in ends} == {
        State.COMMITTED,
        State.ROLLED_BACK,
        State.RESCUED,
        State.FAILED,
    }


@pytest.mark.parametrize("kind", Kind)
def test_every_state_can_be_entered(kind: Kind) -> None:
    """No row is for nothing, but a trial's and the channel's proof where there is none."""
    entered = {State.APPLYING} | {row.next for row in transaction.TABLE if kind in row.kinds}
    absent = set() if kind.answered else {State.PROVING}
    absent |= set() if kind.trial else {State.TRIAL}
    assert entered == set(State) - absent


def changed(state: State, event: Event, **changes: object) -> tuple[Row, ...]:
    """The table with one of its rows changed, for all kinds that it is for."""
    rows = tuple(
        replace(row, **changes) if (row.state, row.event) == (state, event) else row  # type: ignore[arg-type]
        for row in transaction.TABLE
    )
    assert rows != transaction.TABLE
    return rows


S, E, D = State, Event, Duty
BROKEN: dict[str, tuple[Kind, tuple[Row, ...]]] = {
    "committed before it is verified": (
        Kind.QUIET,
        changed(S.APPLYING, E.APPLIED, next=S.COMMITTED, duties=(D.COMMIT_RECORD,)),
    ),
    "committed without its record": (
        Kind.ANSWERED,
        changed(S.PROVING, E.NETWORK_TOOK_ANSWER, duties=()),
    ),
    "no roll-back": (Kind.QUIET, changed(S.VERIFYING, E.VERIFY_FAILED, next=S.ROLLED_BACK)),
    "an answer that isn't withdrawn": (
        Kind.ANSWERED,
        changed(S.PROVING, E.CHANNEL_TIMEOUT, duties=(D.KEEP_REASON, D.START_ROLLBACK_DEADLINE)),
    ),
    "no answer to a roll-back": (Kind.ANSWERED, changed(S.ROLLING_BACK, E.RESTORED, duties=())),
    "an answer when nothing is proven": (
        Kind.ANSWERED,
        changed(S.VERIFYING, E.VERIFIED, next=S.COMMITTED, duties=(D.COMMIT_RECORD,)),
    ),
    "two answers": (
        Kind.ANSWERED,
        changed(S.ROLLING_BACK, E.RESTORED, duties=(D.QUEUE_ANSWER, D.QUEUE_ANSWER)),
    ),
    "a loop": (Kind.QUIET, changed(S.DEFAULT, E.RESTORE_TIMEOUT, next=S.ROLLING_BACK)),
    "the login is tried both ways again and again": (
        Kind.QUIET,
        changed(S.VERIFYING, E.LOGIN_DISPUTED, next=S.APPLYING),
    ),
    "left with the default that doesn't serve": (
        Kind.QUIET,
        changed(S.DEFAULT, E.RESTORE_TIMEOUT, next=S.FAILED),
    ),
    "a rescue that the record doesn't name": (
        Kind.ANSWERED,
        changed(S.LAST_GOOD, E.RESTORED, duties=(D.QUEUE_ANSWER,)),
    ),
    "a trial that commits by itself": (
        Kind.ANSWERED_TRIAL,
        changed(S.TRIAL, E.CALLED_OFF, next=S.COMMITTED, duties=()),
    ),
    "given up for no reason": (
        Kind.QUIET,
        changed(S.APPLYING, E.APPLY_REFUSED, duties=(D.START_ROLLBACK_DEADLINE,)),
    ),
    "what can't be written back is forgotten": (
        Kind.QUIET,
        changed(S.GIVING_UP, E.FORMER_REFUSED, duties=()),
    ),
    "a state that nothing leads out of": (
        Kind.QUIET,
        tuple(row for row in transaction.TABLE if row.state is not S.GIVING_UP),
    ),
}


@pytest.mark.parametrize(("kind", "table"), BROKEN.values(), ids=BROKEN)
def test_the_check_finds_what_is_broken(
    kind: Kind, table: tuple[Row, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "TABLE", table)
    with pytest.raises(Broken):
        explore(kind, table)
