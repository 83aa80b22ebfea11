"""Inbox and outbox: identity, order, redaction, postponement, retention."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from apn_config.clock import Moment
from apn_config.model import Message, Sender
from apn_config.store import InboxState, OutboxState, Place, Report, Store, StoreMisuse
from apn_config.store.inbox import KEEP_S, PRUNE_ROWS
from tests.apn_config.store_support import SENDER, WALL, FakeClock, message, reopened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "store.db", clock.now()) as opened:
        yield opened


def _add(store: Store, clock: FakeClock, number: int, scts: datetime | None = None) -> int:
    message_id = store.inbox.add(message(number, scts=scts), clock.now())
    assert message_id is not None
    return message_id


def _state(store: Store, message_id: int) -> InboxState:
    row = store.inbox.get(message_id)
    assert row is not None
    return row.state


def test_a_message_comes_back_as_it_was_stored(store: Store, clock: FakeClock) -> None:
    scts = datetime(2024, 5, 17, 14, 0, 3, tzinfo=timezone(timedelta(hours=2)))
    with store.transaction():
        message_id = _add(store, clock, 1, scts)
    with store.transaction():
        row = store.inbox.get(message_id)
    assert row is not None
    wanted = message(1, scts=scts)
    assert (row.key, row.sender, row.pdu, row.text) == (
        wanted.key,
        wanted.sender,
        wanted.pdu,
        wanted.text,
    )
    assert (row.scts, row.scts_octets, row.received.wall) == (scts, bytes(7), WALL)
    assert row.state is InboxState.PENDING
    assert "secret" not in repr(row)
    assert "secret" not in repr(wanted)


def test_a_known_key_is_no_new_message_in_any_state(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        first = _add(store, clock, 1)
        assert store.inbox.add(message(1), clock.now()) is None
        store.inbox.settle(first, "applied", "APN em", clock.now())
        assert store.inbox.add(message(1), clock.now()) is None
        assert store.inbox.set_aside(message(1).key, "00", "bad", clock.now()) is None


T0 = datetime(2024, 5, 17, 10, tzinfo=UTC)
ORDERS: dict[str, tuple[list[int | None], list[int]]] = {
    "by-scts": ([30, 10, 20], [2, 3, 1]),
    "ties-by-arrival": ([10, 10, 10], [1, 2, 3]),
    "none-has-one": ([None, None], [1, 2]),
    "without-stands-behind-what-came-before": ([30, None, 10], [3, 1, 2]),
    "without-first-is-first": ([None, 10], [1, 2]),
}


@pytest.mark.parametrize(("seconds", "wanted"), ORDERS.values(), ids=ORDERS)
def test_order_of_judgement(
    store: Store, clock: FakeClock, seconds: list[int | None], wanted: list[int]
) -> None:
    with store.transaction():
        for number, second in enumerate(seconds):
            _add(store, clock, number, None if second is None else T0 + timedelta(seconds=second))
        assert [row.id for row in store.inbox.pending()] == wanted


def test_order_is_of_times_not_of_zones(store: Store, clock: FakeClock) -> None:
    east = timezone(timedelta(hours=9))
    with store.transaction():
        _add(store, clock, 1, datetime(2024, 5, 17, 12, tzinfo=east))  # 03:00 UTC
        _add(store, clock, 2, datetime(2024, 5, 17, 2, tzinfo=UTC))
        assert [row.id for row in store.inbox.pending()] == [2, 1]


def test_parts_become_one_message_with_the_first_ones_time(store: Store, clock: FakeClock) -> None:
    place = Place(reference=7, total=2, seq=1, bits=8)
    second = Place(reference=7, total=2, seq=2, bits=8)
    with store.transaction():
        late = store.inbox.add(
            message(2, scts=T0 + timedelta(seconds=5), place=second), clock.now()
        )
        early = store.inbox.add(message(1, scts=T0, place=place), clock.now())
        assert late is not None
        assert early is not None
        assert store.inbox.pending() == []
        assert [row.id for row in store.inbox.parts_of(SENDER, place)] == [late, early]
        assert not store.inbox.lacks_parts(SENDER, place)
        assert store.inbox.join([early, late], Message("whole text"), clock.now()) == early
        (whole,) = store.inbox.pending()
        assert (whole.id, whole.text, whole.scts) == (early, "whole text", T0)
        rest = store.inbox.get(late)
        assert rest is not None
        assert (rest.state, rest.pdu, rest.text) == (InboxState.SETTLED, None, None)
        assert store.inbox.open_parts() == []


OTHERS = {
    "reference": (SENDER, Place(8, 2, 1, 8)),
    "total": (SENDER, Place(7, 3, 1, 8)),
    "bits": (SENDER, Place(7, 2, 1, 16)),
    "sender": (Sender("4912346"), Place(7, 2, 1, 8)),
    "sender-kind": (Sender(SENDER.address, alphanumeric=True), Place(7, 2, 1, 8)),
}


@pytest.mark.parametrize(("sender", "place"), OTHERS.values(), ids=OTHERS)
def test_parts_of_other_messages(
    store: Store, clock: FakeClock, sender: Sender, place: Place
) -> None:
    with store.transaction():
        store.inbox.add(message(1, place=Place(7, 2, 1, 8)), clock.now())
        assert store.inbox.parts_of(sender, place) == []
        assert store.inbox.lacks_parts(SENDER, Place(7, 2, 2, 8))
        assert len(store.inbox.open_parts()) == 1


def test_parts_expire_without_their_body(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        part = store.inbox.add(message(1, place=Place(7, 2, 1, 8)), clock.now())
        assert part is not None
        store.inbox.expire([part], clock.now())
        row = store.inbox.get(part)
        assert row is not None
        assert (row.state, row.pdu, row.text) == (InboxState.EXPIRED, None, None)


def test_a_started_message_is_found_again_and_not_judged(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        message_id = _add(store, clock, 1)
        store.inbox.start(message_id, clock.now())
    with reopened(store, clock) as again, again.transaction():
        assert again.inbox.pending() == []
        assert [row.id for row in again.inbox.started()] == [message_id]
        again.inbox.settle(message_id, "interrupted", None, clock.now())
        assert again.inbox.started() == []


def test_a_message_done_with_at_once_leaves_what_settling_leaves(
    store: Store, clock: FakeClock
) -> None:
    with store.transaction():
        later = _add(store, clock, 1)
        store.inbox.settle(later, "answered", "PING", clock.now())
        at_once = store.inbox.add_settled(message(2), "answered", "PING", clock.now())
        assert at_once is not None
        assert store.inbox.add_settled(message(2), "answered", "PING", clock.now()) is None
        settled, known = store.inbox.get(later), store.inbox.get(at_once)
        assert settled is not None
        assert known == replace(settled, id=at_once, key=message(2).key)
        assert store.inbox.pending() == []


def test_what_cannot_be_decoded_is_kept_as_it_came(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        message_id = store.inbox.set_aside(b"key", "0791ZZ", "smsc: octet 2", clock.now())
        assert message_id is not None
        row = store.inbox.get(message_id)
        assert row is not None
        assert (row.state, row.pdu, row.verdict) == (
            InboxState.SET_ASIDE,
            "0791ZZ",
            "smsc: octet 2",
        )
        assert store.inbox.pending() == []


Move = Callable[[Store, int, Moment], object]

WRONG_MOVES: dict[str, tuple[InboxState, Move]] = {
    "start-settled": (InboxState.SETTLED, lambda s, i, now: s.inbox.start(i, now)),
    "start-twice": (InboxState.STARTED, lambda s, i, now: s.inbox.start(i, now)),
    "settle-twice": (InboxState.SETTLED, lambda s, i, now: s.inbox.settle(i, "x", None, now)),
    "expire-pending": (InboxState.PENDING, lambda s, i, now: s.inbox.expire([i], now)),
    "join-pending": (InboxState.PENDING, lambda s, i, now: s.inbox.join([i], Message("x"), now)),
}


@pytest.mark.parametrize("name", WRONG_MOVES)
def test_moves_that_no_message_makes(store: Store, clock: FakeClock, name: str) -> None:
    state, move = WRONG_MOVES[name]
    with store.transaction():
        message_id = _add(store, clock, 1)
        if state is InboxState.STARTED:
            store.inbox.start(message_id, clock.now())
        if state is InboxState.SETTLED:
            store.inbox.settle(message_id, "applied", None, clock.now())
    with pytest.raises(StoreMisuse), store.transaction():
        move(store, message_id, clock.now())
    with store.transaction():
        assert _state(store, message_id) is state


def test_keys_live_thirty_days_of_running_time(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        settled, pending = _add(store, clock, 1), _add(store, clock, 2)
        store.inbox.settle(settled, "applied", None, clock.now())
        answer = store.outbox.add("1234", "OK", clock.now(), inbox_id=settled)
        clock.wall += timedelta(days=3650)  # the wall clock decides nothing
        assert store.housekeeping(clock.advance(KEEP_S)) == 0
        assert store.housekeeping(clock.advance(1)) == 1
        assert store.inbox.get(settled) is None
        assert _state(store, pending) is InboxState.PENDING
        row = store.outbox.get(answer)
        assert row is not None
        assert row.inbox_id is None  # the answer is still due, though what it answers is gone


def test_pruning_is_bounded_and_comes_to_an_end(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        for number in range(PRUNE_ROWS + 50):
            message_id = _add(store, clock, number)
            store.inbox.settle(message_id, "stranger", None, clock.now())
        now = clock.advance(KEEP_S + 1)
        assert [store.housekeeping(now) for _ in range(3)] == [PRUNE_ROWS, 50, 0]


def test_what_failed_since_a_time_may_be_due_again(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        message_id = store.inbox.add(message(1), clock.now())
        assert message_id is not None
        add = store.outbox.add
        before, taken, withdrawn, notice = (add("1234", "OK", clock.now()) for _ in range(4))
        its_own = add("1234", "OK", clock.now(), inbox_id=message_id)
        store.outbox.fail(before, "+CMS 28", clock.now())
        clock.advance(10)
        since_s = store.time.running_s(clock.now())
        store.outbox.sent(taken, 1, clock.now())
        store.outbox.withdraw(withdrawn, clock.now())
        store.outbox.postpone(notice, 300, "+CMS 28", clock.now())
        for failed in (notice, its_own):
            store.outbox.fail(failed, "+CMS 28", clock.now())
        store.outbox.due_again(since_s, but=message_id)
        assert store.outbox.pending_count() == 1
        row = store.outbox.next_due(clock.now())
        assert row is not None
        assert (row.id, row.state, row.ended) == (notice, OutboxState.DUE, None)


def test_answers_go_out_in_order_and_once_taken_no_more(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        first = store.outbox.add("1234", "OK 1", clock.now())
        second = store.outbox.add("1234", "OK 2", clock.advance(5))
        assert store.outbox.oldest_due_age(clock.advance(5)) == 10
        due = store.outbox.next_due(clock.now())
        assert due is not None
        assert (due.id, due.recipient, due.text, due.created.wall) == (first, "1234", "OK 1", WALL)
        assert store.outbox.sent(first, 200, clock.now())
        row = store.outbox.get(first)
        assert row is not None
        assert (row.state, row.reference) == (OutboxState.SENT, 200)
        assert row.ended == store.time.stamp(clock.now())
        due = store.outbox.next_due(clock.now())
        assert due is not None
        assert due.id == second
        assert store.outbox.pending_count() == 1
        assert store.outbox.withdraw(second, clock.now())
        assert store.outbox.next_due(clock.now()) is None
        assert store.outbox.oldest_due_age(clock.now()) is None


def test_what_was_interrupted_is_still_due_with_the_same_text(
    store: Store, clock: FakeClock
) -> None:
    with store.transaction():
        row_id = store.outbox.add("1234", "#17 OK APN em", clock.now())
        before = store.outbox.next_due(clock.now())
    clock.reboot("boot-2", 5)
    with reopened(store, clock) as again, again.transaction():
        assert again.outbox.next_due(clock.now()) == before
        assert again.outbox.get(row_id) == before


def test_a_postponed_answer_waits_and_holds_up_no_other(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        first = store.outbox.add("1234", "OK 1", clock.now())
        second = store.outbox.add("1234", "OK 2", clock.now())
        assert store.outbox.next_wake(clock.now()) is None
        assert store.outbox.postpone(first, 60, "+CMS 331", clock.now())
        due = store.outbox.next_due(clock.advance(59))
        assert due is not None
        assert due.id == second
        assert store.outbox.next_wake(clock.now()) == 1
        due = store.outbox.next_due(clock.advance(1))
        assert due is not None
        assert (due.id, due.attempts, due.last_error) == (first, 1, "+CMS 331")
        assert store.outbox.next_wake(clock.advance(9)) == 0


def test_a_postponement_goes_on_over_a_boot(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        row_id = store.outbox.add("1234", "OK", clock.now())
        store.outbox.postpone(row_id, 60, "+CMS 331", clock.advance(100))
    clock.reboot("boot-2", 20)
    with reopened(store, clock) as again, again.transaction():
        assert again.outbox.next_due(clock.now()) is None
        assert again.outbox.next_wake(clock.now()) == 40
        assert again.outbox.next_due(clock.advance(40)) is not None


ENDS: dict[str, Move] = {
    "sent": lambda s, i, now: s.outbox.sent(i, 7, now),
    "fail": lambda s, i, now: s.outbox.fail(i, "too long", now),
    "withdraw": lambda s, i, now: s.outbox.withdraw(i, now),
    "expire": lambda s, i, now: s.outbox.expire(i, now),
    "postpone": lambda s, i, now: s.outbox.postpone(i, 9, "x", now),
}


@pytest.mark.parametrize("late", ENDS)
@pytest.mark.parametrize("first", [name for name in ENDS if name != "postpone"])
def test_an_answer_ends_once(store: Store, clock: FakeClock, first: str, late: str) -> None:
    with store.transaction():
        row_id = store.outbox.add("1234", "OK", clock.now())
        assert ENDS[first](store, row_id, clock.now())
        ended = store.outbox.get(row_id)
        assert not ENDS[late](store, row_id, clock.advance(1))
        assert store.outbox.get(row_id) == ended


def test_the_answers_of_a_message(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        message_id = _add(store, clock, 1)
        store.outbox.add("1234", "other", clock.now())
        answer = store.outbox.add("1234", "OK", clock.now(), inbox_id=message_id)
        assert [row.id for row in store.outbox.of_message(message_id)] == [answer]


def test_a_report_belongs_to_an_answer_that_awaits_one(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        older, newer, silent, due = (
            store.outbox.add("1234", f"OK {number}", clock.now()) for number in range(4)
        )
        for number in (older, newer):
            store.outbox.sent(number, 7, clock.now(), report=Report.AWAITED)
        store.outbox.sent(silent, 7, clock.now())
        assert [row.id for row in store.outbox.awaiting(7)] == [newer, older]
        assert store.outbox.awaiting(8) == []
        store.outbox.reported(newer, Report.AWAITED, 0x30, clock.advance(5))
        assert [row.id for row in store.outbox.awaiting(7)] == [newer, older]
        store.outbox.reported(newer, Report.DELIVERED, 0x00, clock.advance(5))
        store.outbox.reported(newer, Report.FAILED, 0x46, clock.advance(5))  # it is settled
        for number in (silent, due):
            store.outbox.reported(number, Report.DELIVERED, 0x00, clock.now())
        rows = [store.outbox.get(number) for number in (older, newer, silent, due)]
        assert [row and (row.report, row.report_status) for row in rows] == [
            (Report.AWAITED, None),
            (Report.DELIVERED, 0x00),
            (None, None),
            (None, None),
        ]
        assert rows[1] is not None
        assert rows[1].reported is not None
        assert rows[1].reported.running_s == 40
        assert [row.id for row in store.outbox.awaiting(7)] == [older]


def test_a_notice_is_taken_once(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        assert store.notices.take() == []
        store.notices.add("NOTE one")
        store.notices.add("NOTE two")
    with reopened(store, clock) as again, again.transaction():
        assert again.notices.take() == ["NOTE one", "NOTE two"]
        assert again.notices.take() == []
