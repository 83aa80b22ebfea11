"""Running time over boots, and what is reckoned in it; PIN tries and the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from apn_config.clock import Moment
from apn_config.store import PinOutcome, Rung, Store, StoreMisuse
from apn_config.store import journal as journal_module
from apn_config.store.device_time import TOUCH_AFTER_S
from apn_config.store.rungs import WINDOW_S
from tests.apn_config.store_support import ICCID, FakeClock, intent, message, reopened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(tmp_path / "store.db", clock.now()) as opened:
        yield opened


def test_running_time_is_the_boots_at_first(store: Store, clock: FakeClock) -> None:
    assert store.time.running_s(clock.now()) == 30
    stamp = store.time.stamp(clock.now())
    clock.wall += timedelta(days=3650)
    assert store.time.age_s(stamp, clock.advance(12)) == 12


def test_a_restart_of_the_program_changes_nothing(store: Store, clock: FakeClock) -> None:
    clock.advance(1000)
    with reopened(store, clock) as again:
        assert again.time.running_s(clock.now()) == 1030


TRACES: dict[str, Callable[[Store, Moment], object]] = {
    "inbox": lambda s, now: s.inbox.add(message(1), now),
    "outbox": lambda s, now: s.outbox.add("1234", "OK", now),
    "change": lambda s, now: s.changes.begin(intent(), 300, now),
    "journal": lambda s, now: s.journal.add("start", "daemon", {}, now),
    "rung": lambda s, now: s.rungs.record(Rung.RESET, now),
    "touch": lambda s, now: s.housekeeping(now),
}


@pytest.mark.parametrize("leave", TRACES.values(), ids=TRACES)
def test_a_boot_goes_on_where_the_newest_trace_was_left(
    store: Store,
    clock: FakeClock,
    leave: Callable[[Store, Moment], object],
) -> None:
    with store.transaction():
        leave(store, clock.advance(TOUCH_AFTER_S))
    clock.reboot("boot-2", 11)
    with reopened(store, clock) as again:
        assert again.time.running_s(clock.now()) == 30 + TOUCH_AFTER_S + 11
    with reopened(again, clock) as third:  # the boot was written down when it was first seen
        assert third.time.running_s(clock.advance(5)) == 30 + TOUCH_AFTER_S + 16


def test_without_a_trace_a_boot_goes_on_earlier_never_later(store: Store, clock: FakeClock) -> None:
    clock.advance(5000)
    clock.reboot("boot-2", 1)
    with reopened(store, clock) as again:
        assert again.time.running_s(clock.now()) == 31


def test_boots_without_an_id_are_told_apart_by_the_clock(store: Store, clock: FakeClock) -> None:
    clock.reboot("unknown", 0)
    with reopened(store, clock) as first, first.transaction():
        first.journal.add("start", "daemon", {}, clock.advance(500))
    clock.reboot("unknown", 3)
    with reopened(first, clock) as second:
        assert second.time.running_s(clock.now()) == 30 + 500 + 3


def test_the_boot_does_not_change_under_an_open_store(store: Store, clock: FakeClock) -> None:
    clock.reboot("boot-2", 1)
    with pytest.raises(StoreMisuse, match="boot id"):
        store.time.running_s(clock.now())


def test_time_alone_is_written_once_an_hour(store: Store, clock: FakeClock) -> None:
    wal = Path(f"{store.path}-wal")
    store.truncate_wal()
    sizes = []
    for _ in range(4):
        with store.transaction():
            store.housekeeping(clock.advance(TOUCH_AFTER_S / 2))
        sizes.append(wal.stat().st_size)
    assert sizes[0] == 0
    assert sizes[0] < sizes[1] == sizes[2] < sizes[3]


def test_rungs_of_the_last_day(store: Store, clock: FakeClock) -> None:
    def used() -> list[int]:
        kinds = (Rung.RADIO_CYCLE, Rung.RESET, Rung.POWER_CYCLE)
        return [store.rungs.used(kind, clock.now()) for kind in kinds]

    with store.transaction():
        assert used() == [0, 0, 0]
        store.rungs.record(Rung.RADIO_CYCLE, clock.now())
        store.rungs.record(Rung.RADIO_CYCLE, clock.advance(3600))
        store.rungs.record(Rung.POWER_CYCLE, clock.now())
        assert used() == [2, 0, 1]
        clock.wall += timedelta(days=365)
        clock.advance(WINDOW_S - 3600 - 1)
        assert used() == [2, 0, 1]
        clock.advance(1)
        assert used() == [1, 0, 1]
        clock.advance(3600)
        assert used() == [0, 0, 0]


def test_rungs_do_not_age_while_the_device_is_off(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.rungs.record(Rung.RESET, clock.now())
    clock.reboot("boot-2", 60)
    with reopened(store, clock) as again, again.transaction():
        assert again.rungs.used(Rung.RESET, clock.now()) == 1
        assert again.rungs.used(Rung.RESET, clock.advance(WINDOW_S - 61)) == 1
        assert again.rungs.used(Rung.RESET, clock.advance(1)) == 0


def test_rungs_out_of_the_window_are_dropped(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        for kind in (Rung.RADIO_CYCLE, Rung.RESET) * 3:
            store.rungs.record(kind, clock.advance(WINDOW_S))
        assert len(store._database.all("SELECT * FROM rungs")) == 1


@pytest.mark.parametrize(
    ("outcome", "blocked"),
    [(None, True), (PinOutcome.REFUSED, True), (PinOutcome.ACCEPTED, False)],
    ids=["unknown", "refused", "accepted"],
)
def test_a_pin_is_given_twice_only_if_it_was_accepted(
    store: Store, clock: FakeClock, outcome: PinOutcome | None, blocked: bool
) -> None:
    with store.transaction():
        assert not store.pins.tried(ICCID, "1234")
        try_id = store.pins.record(ICCID, "1234", clock.now())
    if outcome is not None:
        with store.transaction():
            store.pins.outcome(try_id, outcome)
    clock.reboot("boot-2", 9)
    with reopened(store, clock) as again, again.transaction():
        assert again.pins.tried(ICCID, "1234") is blocked
        assert not again.pins.tried(ICCID, "4321")
        assert not again.pins.tried("another card", "1234")


def test_an_accepted_pin_survives_a_boot_that_was_cut_off(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.pins.outcome(store.pins.record(ICCID, "1234", clock.now()), PinOutcome.ACCEPTED)
        again = store.pins.record(ICCID, "1234", clock.now())
        assert not store.pins.tried(ICCID, "1234")
        store.pins.outcome(again, PinOutcome.REFUSED)
        assert store.pins.tried(ICCID, "1234")


def test_pins_are_salted(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.pins.record(ICCID, "1234", clock.now())
        store.pins.record("another card", "1234", clock.now())
        hashes = [bytes(row["hash"]) for row in store._database.all("SELECT hash FROM pins")]
    assert len(set(hashes)) == 2


def test_the_journal_tells_the_last_entries_newest_last(store: Store, clock: FakeClock) -> None:
    detail = {"slot": 3, "reason": None, "from": "49…"}
    with store.transaction():
        store.journal.add("start", "daemon", {}, clock.now())
        store.journal.add("stored", "message 1", detail, clock.advance(1))
        store.journal.add("sent", "answer 1", {"reference": 7}, clock.now())
        entries = store.journal.tail(2)
    assert [entry.kind for entry in entries] == ["stored", "sent"]
    assert (entries[0].subject, entries[0].detail) == ("message 1", detail)
    assert entries[0].at == store.time.stamp(clock.now())


def test_the_journal_cuts_long_texts(store: Store, clock: FakeClock) -> None:
    with store.transaction():
        store.journal.add("odd", "s" * 9999, {"line": "x" * 9999}, clock.now())
        (entry,) = store.journal.tail(1)
    assert len(entry.subject) == journal_module.TEXT_CHARS
    assert entry.detail == {"line": "x" * journal_module.TEXT_CHARS}


def test_the_journal_is_bounded(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEEP_ROWS", 20)
    monkeypatch.setattr(journal_module, "PRUNE_EVERY", 5)
    counts = []
    with store.transaction():
        for _ in range(60):
            store.journal.add("tick", "daemon", {}, clock.advance(1))
            counts.append(len(store.journal.tail(1000)))
    assert max(counts) == 24
    assert counts[-1] == 20
