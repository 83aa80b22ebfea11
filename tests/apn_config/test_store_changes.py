"""Changes, records and marks: what an APN change leaves on disk at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from apn_config.model import Apn, Form, PdpType
from apn_config.store import Store, StoreMisuse
from apn_config.store import changes as changes_module
from apn_config.transaction import Origin, Reason, State
from tests.apn_config.store_support import (
    FORMER,
    ICCID,
    WALL,
    WANTED,
    FakeClock,
    intent,
    message,
    reopened,
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "store.db", clock.now()) as opened:
        yield opened


def test_intent_and_snapshot_come_back_after_a_crash(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        inbox_id = store.inbox.add(message(1), clock.now())
        whole = intent(
            inbox_id=inbox_id, form=Form(tag="17"), former=replace(FORMER, credentials=None)
        )
        change_id = store.changes.begin(whole, 300, clock.now())
    with reopened(store, clock) as again, again.transaction():
        active = again.changes.active()
        assert active is not None
        assert (active.id, active.intent, active.state) == (change_id, whole, State.APPLYING)
        assert (active.reason, active.radio_cycles, active.finished) == (None, 0, None)
        assert active.started.wall == WALL


def test_one_change_at_a_time(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.changes.begin(intent(), 300, clock.now())
        with pytest.raises(StoreMisuse, match="under way"):
            store.changes.begin(intent(origin=Origin.SOCKET), 300, clock.now())


def test_the_database_itself_holds_one_change_at_a_time(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        change_id = store.changes.begin(intent(), 300, clock.now())
    columns = (
        "origin, iccid, cid, wanted, former, former_level, state, radio_cycles, started_s,"
        " started_wall, moved_s"
    )
    with pytest.raises(StoreMisuse, match="UNIQUE"), store.transaction():
        store._database.change(f"INSERT INTO changes ({columns}) SELECT {columns} FROM changes")
    with store.transaction():
        store.changes.finish(change_id, State.COMMITTED, clock.now())
        second = store.changes.begin(intent(), 300, clock.now())
        store.changes.finish(second, State.FAILED, clock.now())
        assert [row.id for row in store.changes.history(9)] == [change_id, second]


def test_steps_keep_what_they_do_not_set(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        change_id = store.changes.begin(intent(), 300, clock.now())
        assert store.changes.remaining_s(clock.advance(10)) == 290
        store.changes.move(change_id, State.VERIFYING, clock.now())
        assert store.changes.remaining_s(clock.now()) == 290
        store.changes.move(
            change_id,
            State.ROLLING_BACK,
            clock.now(),
            within_s=600,
            reason=Reason.NO_ADDRESS,
        )
        store.changes.count_cycle(change_id)
        store.changes.move(change_id, State.ROLLING_BACK, clock.advance(100))
        active = store.changes.active()
        assert active is not None
        assert (active.reason, active.radio_cycles) == (Reason.NO_ADDRESS, 1)
        assert store.changes.remaining_s(clock.now()) == 500
        assert store.changes.remaining_s(clock.advance(501)) == 0


def test_a_deadline_goes_on_over_a_boot_whatever_the_wall_clock_says(
    store: Store, clock: FakeClock
) -> None:
    with store.transaction():
        store.changes.begin(intent(), 300, clock.now())
        store.journal.add("apply", "change 1", {}, clock.advance(100))
    clock.reboot("boot-2", 40)
    with reopened(store, clock) as again, again.transaction():
        assert again.changes.remaining_s(clock.now()) == 160
        assert again.changes.remaining_s(clock.advance(60)) == 100


def test_a_change_has_no_time_left_where_none_is_under_way(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        assert store.changes.remaining_s(clock.now()) is None


@pytest.mark.parametrize("state", [state for state in State if state.final])
def test_a_final_change_holds_no_credentials(store: Store, clock: FakeClock, state: State) -> None:
    with store.transaction():
        change_id = store.changes.begin(intent(), 300, clock.now())
        store.changes.finish(change_id, state, clock.advance(5))
        assert store.changes.active() is None
        (row,) = store.changes.history(1)
        assert row.state is state
        assert row.finished == store.time.stamp(clock.now())
        assert row.intent.wanted == Apn("em2", credentials=None)
        assert row.intent.former == Apn("em", credentials=None)


def _finished(store: Store, clock: FakeClock) -> int:
    change_id = store.changes.begin(intent(), 300, clock.now())
    store.changes.finish(change_id, State.COMMITTED, clock.now())
    return change_id


def test_moves_that_no_change_makes(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        change_id = _finished(store, clock)
        with pytest.raises(StoreMisuse):
            store.changes.move(change_id, State.VERIFYING, clock.now())
        with pytest.raises(StoreMisuse):
            store.changes.finish(change_id, State.ROLLED_BACK, clock.now())
        with pytest.raises(StoreMisuse):
            store.changes.count_cycle(change_id)
        active = store.changes.begin(intent(), 300, clock.now())
        with pytest.raises(StoreMisuse, match="finish"):
            store.changes.move(active, State.COMMITTED, clock.now())
        with pytest.raises(StoreMisuse):
            store.changes.finish(active, State.VERIFYING, clock.now())


def test_history_is_bounded(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_module, "KEEP_ROWS", 3)
    with store.transaction():
        ids = [_finished(store, clock) for _ in range(5)]
        assert [row.id for row in store.changes.history(99)] == ids[-3:]
        assert [row.id for row in store.changes.history(2)] == ids[-2:]


def test_the_answers_of_a_change(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        change_id = store.changes.begin(intent(), 300, clock.now())
        answer = store.outbox.add("1234", "OK", clock.now(), change_id=change_id)
        assert [row.id for row in store.outbox.of_change(change_id)] == [answer]


def test_commits_keep_the_current_and_the_last_good_alone(store: Store, clock: FakeClock) -> None:
    third = Apn("internet")
    with store.transaction():
        assert store.records.get(ICCID, 1) is None
        store.records.commit(ICCID, 1, FORMER, clock.now())
        record = store.records.get(ICCID, 1)
        assert record is not None
        assert (record.current, record.last_good) == (FORMER, None)
        store.records.commit(ICCID, 1, WANTED, clock.now())
        store.records.commit(ICCID, 1, third, clock.advance(7))
    with reopened(store, clock) as again, again.transaction():
        record = again.records.get(ICCID, 1)
        assert record is not None
        assert (record.current, record.last_good) == (third, WANTED)
        assert record.updated == again.time.stamp(clock.now())
        again.records.commit(ICCID, 1, WANTED, clock.now())  # APN ROLLBACK
        record = again.records.get(ICCID, 1)
        assert record is not None
        assert (record.current, record.last_good) == (WANTED, third)


def test_the_same_apn_again_is_no_new_record(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.records.commit(ICCID, 1, FORMER, clock.now())
        store.records.commit(ICCID, 1, WANTED, clock.now())
        before = store.records.get(ICCID, 1)
        store.records.commit(ICCID, 1, WANTED, clock.advance(5))
        assert store.records.get(ICCID, 1) == before


DIFFERENCES = {
    "name": replace(FORMER, name="em2"),
    "type": replace(FORMER, type=PdpType.IPV4V6),
    "credentials": replace(FORMER, credentials=None),
}


@pytest.mark.parametrize("apn", DIFFERENCES.values(), ids=DIFFERENCES)
def test_what_makes_a_difference(store: Store, clock: FakeClock, apn: Apn) -> None:
    with store.transaction():
        store.records.commit(ICCID, 1, FORMER, clock.now())
        store.records.commit(ICCID, 1, apn, clock.now())
        record = store.records.get(ICCID, 1)
        assert record is not None
        assert (record.current, record.last_good) == (apn, FORMER)


def test_cards_and_contexts_have_records_of_their_own(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.records.commit(ICCID, 1, FORMER, clock.now())
        assert store.records.get(ICCID, 2) is None
        assert store.records.get("8988303000000000002", 1) is None


def test_marks(store: Store, clock: FakeClock) -> None:
    later = WALL + timedelta(days=400)
    with store.transaction():
        assert (store.marks.newest(), store.marks.candidate()) == (None, None)
        store.marks.set_newest(WALL)
        store.marks.set_candidate(later)
        store.marks.set_applied("4912345", WALL)
        store.marks.set_applied("4912345", later)
        store.marks.set_applied("emnify", WALL)
    with reopened(store, clock) as again, again.transaction():
        assert (again.marks.newest(), again.marks.candidate()) == (WALL, later)
        assert again.marks.applied("4912345") == later
        assert again.marks.applied("emnify") == WALL
        assert again.marks.applied("stranger") is None
        again.marks.set_newest(later)
        assert (again.marks.newest(), again.marks.candidate()) == (later, None)
