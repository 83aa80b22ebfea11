"""However long the tables have grown, a message costs what it did at first."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from apn_config.config import ModemConfig
from apn_config.store import Store, StoreError, StoreMisuse, inbox, journal, outbox
from apn_config.store import database as database_module
from apn_config.store.database import PAGE_BYTES
from apn_config.store.inbox import PRUNE_ROWS
from benchmarks.stores import Answering, grow, moment, page_reads
from tests.apn_config.store_growth import reads_for_messages, walks
from tests.apn_config.store_support import OUTSIDE

ROWS = 50_000
DAY_S = 86400.0
MORE_READS = 6
MORE_READS_TO_SPLIT = 10
MESSAGES = 200


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with 50,000 messages and as many answers."""
    path = tmp_path_factory.mktemp("grown") / "store.db"
    grow(path, ROWS)
    return path


@pytest.fixture
def _cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is checked at its opening has all its pages in the cache; a large one isn't."""
    monkeypatch.setattr(database_module, "CHECK_BYTES", 0)
    # No page is read by an fsync.
    settings = tuple(setting.replace("FULL", "OFF") for setting in database_module._SETTINGS)
    monkeypatch.setattr(database_module, "_SETTINGS", settings)


def _compare(home: Path, grown: Path) -> None:
    grow(home / "empty.db", 0)
    empty = reads_for_messages(home / "empty.db", MESSAGES)
    found = reads_for_messages(grown, MESSAGES)
    assert found.first <= empty.first + MORE_READS
    more = [many - few for many, few in zip(found.others, empty.others, strict=True)]
    # A message in some hundred splits a page, one in some thousand the page above it, too.
    assert sum(each > MORE_READS for each in more) <= MESSAGES // 100
    assert max(more) <= MORE_READS_TO_SPLIT
    mean = [sum(each.others) / len(each.others) + each.checkpoints for each in (found, empty)]
    assert mean[0] <= mean[1] + MORE_READS
    # The counting counts: a page of the index of keys is read for most of them.
    assert sum(found.others) > MESSAGES / 2 > sum(empty.others)


@pytest.mark.usefixtures("_cold")
def test_a_message_reads_at_most_six_pages_more(tmp_path: Path, grown: Path) -> None:
    _compare(tmp_path, grown)


@pytest.mark.proof
@pytest.mark.usefixtures("_cold")
def test_a_message_reads_at_most_six_pages_more_among_a_million(tmp_path: Path) -> None:
    grow(tmp_path / "grown.db", 1_000_000)
    _compare(tmp_path, tmp_path / "grown.db")


def test_every_statement_goes_by_an_index(tmp_path: Path) -> None:
    """All that the repositories do, as SQLite saw it, in a store with rows of all kinds."""
    path = tmp_path / "store.db"
    grow(path, 1000)
    said: set[str] = set()
    with Store.open(path, moment(0)) as store:
        connection = store._database._connection
        connection.set_trace_callback(said.add)
        for work in OUTSIDE.values():
            for _ in range(2):
                with suppress(StoreMisuse, StoreError), store.transaction():
                    work(store, moment(0))
        connection.set_trace_callback(None)
        tables = {"inbox", "outbox", "changes", "records", "marks", "journal", "pins", "rungs"}
        assert {table for table in tables if any(f" {table} " in sql for sql in said)} == tables
        found = {sql: walks(connection, sql) for sql in said}
    assert {sql: lines for sql, lines in found.items() if lines} == {}


WALKS = {
    "no-index": "SELECT * FROM inbox WHERE text = 'x'",
    "sorted": "SELECT * FROM inbox ORDER BY scts LIMIT 5",
    "limit-behind-a-filter": "SELECT * FROM outbox WHERE text = 'x' ORDER BY id LIMIT 5",
    "whole-index": "SELECT inbox_id FROM outbox",
    "update": "UPDATE outbox SET attempts = 0 WHERE recipient = '1234'",
    "delete": "DELETE FROM inbox WHERE final_s < 5",
    "unlimited": "SELECT * FROM journal ORDER BY id",
}


@pytest.mark.parametrize("sql", WALKS.values(), ids=WALKS)
def test_a_walk_is_seen(tmp_path: Path, sql: str) -> None:
    Store.open(tmp_path / "store.db", moment(0)).close()
    connection = sqlite3.connect(tmp_path / "store.db")
    assert walks(connection, sql)
    connection.close()


def test_deleting_goes_by_the_indexes_of_what_refers_to_it(grown: Path) -> None:
    """Foreign keys: SQLite tells no plan of what it does to them."""
    with Store.open(grown, moment(0)) as store:
        Answering(store).ping(10_000)
        for table in ("inbox", "changes"):
            before = page_reads()
            with store.transaction():
                store._database.change(f"DELETE FROM {table} WHERE id = 25000")
            assert page_reads() - before < 20


def test_pruning_reads_what_it_deletes(grown: Path) -> None:
    with Store.open(grown, moment(0)) as store, store.transaction():
        store.housekeeping(moment(0))
        before = page_reads()
        assert store.housekeeping(moment(31 * 86400.0)) == 2 * PRUNE_ROWS
        # Each deleted key stands on a page of its own; 50,000 rows have 8,000 pages.
        assert page_reads() - before < 4 * PRUNE_ROWS


def _sizes(path: Path, days: int, per_day: int) -> list[int]:
    """Pages of the database and rows of the inbox at the end of each day."""
    every_s = DAY_S / per_day
    sizes = []
    with Store.open(path, moment(0)) as store:
        connection = store._database._connection
        connection.execute("PRAGMA synchronous = OFF")
        answering = Answering(store)
        for number in range(days * per_day):
            answering.ping(number, every_s)
            with store.transaction():
                store.housekeeping(moment(every_s * number))
            if number % per_day == per_day - 1:
                sizes.append(connection.execute("PRAGMA page_count").fetchone()[0])
    return sizes


def test_what_is_deleted_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (inbox, outbox):
        monkeypatch.setattr(module, "KEEP_S", 3 * DAY_S)
    monkeypatch.setattr(journal, "KEEP_ROWS", 200)
    sizes = _sizes(tmp_path / "store.db", days=16, per_day=40)
    assert sizes[2] > 1.4 * sizes[0]  # it grows at first
    assert max(sizes[5:]) <= 1.15 * sizes[5]


@pytest.mark.proof
def test_a_year_takes_the_room_of_a_month(tmp_path: Path) -> None:
    """100 messages a day: freed pages are used again, so nothing has to be vacuumed."""
    sizes = _sizes(tmp_path / "store.db", days=365, per_day=100)
    assert max(sizes[60:]) <= 1.05 * sizes[60]
    assert max(sizes) * PAGE_BYTES < 2 << 20


def test_a_burst_is_pruned_as_fast_as_messages_can_come() -> None:
    """A sweep every ten minutes at the slowest; the network hands over one message in 3 s or so."""
    sweeps = DAY_S / ModemConfig().sweep_s
    assert PRUNE_ROWS * sweeps >= DAY_S / 3
