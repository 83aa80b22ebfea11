"""What is remembered against guessing, repeating and flooding: on the disk, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apn_config.store import Store
from apn_config.store import guards as guards_module
from apn_config.store.aside import note_damage
from apn_config.store.guards import FORGET_FAILURES_S, KEEP_MACS, KEEP_SENDERS
from tests.apn_config.store_support import FakeClock, reopened

LIMIT, LOCK_S = 5, 3600.0
WHO = "number:4912345"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "store.db", clock.now()) as opened:
        yield opened


def rows(store: Store, table: str) -> int:
    row = store._database.one(f"SELECT count(*) AS kept FROM {table}")
    assert row is not None
    return int(row["kept"])


def fail(store: Store, clock: FakeClock, times: int = 1, who: str = WHO) -> list[bool]:
    with store.transaction():
        return [store.guards.fail(who, LIMIT, LOCK_S, clock.now()) for _ in range(times)]


def locked_s(store: Store, clock: FakeClock, who: str = WHO) -> float:
    with store.transaction():
        return store.guards.locked_s(who, clock.now())


# --- wrong secrets --------------------------------------------------------------------------------


def test_the_last_one_locks(store: Store, clock: FakeClock) -> None:
    assert fail(store, clock, LIMIT - 1) == [False] * (LIMIT - 1)
    assert locked_s(store, clock) == 0
    assert fail(store, clock) == [True]
    assert locked_s(store, clock) == LOCK_S
    assert locked_s(store, clock, "number:other") == 0
    clock.advance(LOCK_S - 1)
    assert locked_s(store, clock) == 1
    clock.advance(1)
    assert locked_s(store, clock) == 0


def test_after_it_the_count_begins_anew(store: Store, clock: FakeClock) -> None:
    fail(store, clock, LIMIT)
    clock.advance(LOCK_S)
    assert fail(store, clock, LIMIT - 1) == [False] * (LIMIT - 1)
    assert fail(store, clock) == [True]


def test_a_lock_out_survives_a_restart_and_a_power_cut(store: Store, clock: FakeClock) -> None:
    fail(store, clock, LIMIT)
    clock.advance(600)
    store = reopened(store, clock)
    assert locked_s(store, clock) == LOCK_S - 600
    # Nothing was written in those ten minutes, so that they don't count after a power cut.
    clock.reboot("boot-2", 20)
    store = reopened(store, clock)
    assert locked_s(store, clock) == LOCK_S - 20
    store.close()


def test_a_wall_clock_that_jumps_changes_nothing(store: Store, clock: FakeClock) -> None:
    fail(store, clock, LIMIT)
    clock.wall = clock.wall.replace(year=2035)
    assert locked_s(store, clock) == LOCK_S


def test_failures_are_forgiven_and_a_lock_out_isnt(store: Store, clock: FakeClock) -> None:
    fail(store, clock, LIMIT - 1)
    with store.transaction():
        store.guards.forgive(WHO, clock.now())
        assert store.guards.failures(WHO, clock.now()) == 0
    fail(store, clock, LIMIT)
    with store.transaction():
        store.guards.forgive(WHO, clock.now())
    assert locked_s(store, clock) == LOCK_S


def test_failures_of_long_ago_are_forgotten(store: Store, clock: FakeClock) -> None:
    fail(store, clock, LIMIT - 1)
    clock.advance(FORGET_FAILURES_S - 1)
    with store.transaction():
        assert store.guards.failures(WHO, clock.now()) == LIMIT - 1
    clock.advance(1)
    assert fail(store, clock, LIMIT - 1) == [False] * (LIMIT - 1)


def test_senders_are_bounded_and_the_oldest_unlocked_goes_first(
    store: Store, clock: FakeClock
) -> None:
    fail(store, clock, LIMIT, "number:locked")
    fail(store, clock, LIMIT, "dialect:plain")
    fail(store, clock, 1, "dialect:coban")
    for number in range(KEEP_SENDERS + 50):
        clock.advance(0.5)
        fail(store, clock, 1, f"number:{number}")
    with store.transaction():
        assert rows(store, "failures") == KEEP_SENDERS + 2
        assert store.guards.failures("dialect:coban", clock.now()) == 1
        assert store.guards.locked_s("number:locked", clock.now()) > 0
        assert store.guards.locked_s("dialect:plain", clock.now()) > 0
        assert store.guards.failures("number:50", clock.now()) == 0
        assert store.guards.failures("number:51", clock.now()) == 1


def test_where_all_are_locked_the_oldest_goes(store: Store, clock: FakeClock) -> None:
    for number in range(KEEP_SENDERS + 1):
        clock.advance(0.5)
        fail(store, clock, LIMIT, f"number:{number}")
    with store.transaction():
        assert rows(store, "failures") == KEEP_SENDERS
    assert locked_s(store, clock, "number:0") == 0
    assert locked_s(store, clock, "number:1") > 0


# --- damage ---------------------------------------------------------------------------------------


def test_all_but_counters_are_kept_where_the_database_is_replaced(
    store: Store, clock: FakeClock
) -> None:
    """Counters might be old, and a message be taken again; a SYNC tells them."""
    fail(store, clock, LIMIT)
    with store.transaction():
        store.guards.take_mac(b"one", clock.now())
        store.guards.spend((("answer", ""),), clock.now())
        store.counters.enrol("key")
        store.counters.take("key", 7, changing=True)
    store.close()
    note_damage(store.path, "a test")
    store = Store.open(store.path, clock.now())
    assert store.replaced == "a test"
    assert locked_s(store, clock) == LOCK_S
    with store.transaction():
        assert not store.guards.take_mac(b"one", clock.now())
        assert store.guards.spent("answer", "", 3600, clock.now()) == 1
        assert store.counters.highest("key") is None
    store.close()


# --- MACs -----------------------------------------------------------------------------------------


def test_a_mac_is_taken_once(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        assert store.guards.take_mac(b"one", clock.now())
        assert store.guards.take_mac(b"two", clock.now())
    store = reopened(store, clock)
    with store.transaction():
        assert not store.guards.take_mac(b"one", clock.now())
    store.close()


def test_the_newest_macs_are_kept(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards_module, "KEEP_MACS", 100)
    assert KEEP_MACS == 10_000
    with store.transaction():
        for number in range(150):
            assert store.guards.take_mac(number.to_bytes(32, "big"), clock.advance(1))
        assert rows(store, "macs") == 100
        assert not store.guards.take_mac((50).to_bytes(32, "big"), clock.now())
        assert store.guards.take_mac((49).to_bytes(32, "big"), clock.now())


# --- rates ----------------------------------------------------------------------------------------

ONE = (("command", WHO), ("answer", ""))


def test_what_is_spent_is_counted_by_kind_and_sender(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        for _ in range(3):
            store.guards.spend(ONE, clock.advance(60))
        store.guards.spend((("command", "number:2"), ("answer", "")), clock.advance(60))
        now = clock.now()
        assert store.guards.spent("command", WHO, 3600, now) == 3
        assert store.guards.spent("answer", "", 3600, now) == 4
        assert store.guards.spent("answer", WHO, 3600, now) == 0
        # The one of 180 s ago is out of a window of 180 s.
        assert store.guards.spent("command", WHO, 180, now) == 2
        assert store.guards.has_spent("command", WHO, 3, 3600, now)
        assert not store.guards.has_spent("command", WHO, 4, 3600, now)
        assert not store.guards.has_spent("command", WHO, 3, 180, now)


def test_what_is_spent_survives_a_power_cut(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.guards.spend(ONE, clock.now())
    clock.reboot("boot-2", 20)
    store = reopened(store, clock)
    with store.transaction():
        assert store.guards.spent("answer", "", 3600, clock.now()) == 1
        assert store.guards.spent("answer", "", 3600, clock.advance(3600)) == 0
    store.close()


def test_what_is_older_than_a_day_is_dropped(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        for _ in range(100):
            store.guards.spend(ONE, clock.advance(1))
        clock.advance(86400)
        for _ in range(25):
            store.guards.spend(ONE, clock.advance(1))
        assert rows(store, "spent") == 50


def test_without_limits_the_rows_are_bounded(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards_module, "KEEP_SPENT_ROWS", 100)
    with store.transaction():
        for _ in range(300):
            store.guards.spend(ONE, clock.advance(1))
        assert rows(store, "spent") == 100
