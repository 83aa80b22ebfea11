"""The queries that every message runs go by an index, however long the tables have grown.

EXPLAIN QUERY PLAN says SEARCH for an index and SCAN for a walk over rows; a walk is allowed only
over the few open rows of a partial index, or along the primary key up to a LIMIT.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apn_config.store import Database, Store, changes, device_time, guards, inbox, outbox
from apn_config.store.database import Values
from tests.apn_config.store_support import FakeClock, message

ID: Values = {"id": 1}
PLANS: dict[str, tuple[str, Values, str]] = {
    "inbox-open": (
        inbox.OPEN,
        {"state": "pending", "limit": 9},
        "SEARCH inbox USING INDEX inbox_open (state=?)",
    ),
    "inbox-parts": (
        inbox.PARTS_OF,
        {"sender": "1", "alphanumeric": 0, "reference": 1, "total": 2, "bits": 8},
        "SEARCH inbox USING INDEX inbox_open (state=? AND sender=? AND concat_reference=?)",
    ),
    "inbox-all-parts-counted": (
        inbox.COUNT_PARTS,
        {},
        "SEARCH inbox USING INDEX inbox_open (state=?)",
    ),
    "inbox-since": (
        inbox.SINCE,
        {"known": 1, "limit": 9},
        "SEARCH inbox USING INTEGER PRIMARY KEY (rowid>?)",
    ),
    "inbox-oldest": (inbox.OLDEST, {"limit": 9}, "SCAN inbox"),
    "outbox-due": (outbox.NEXT_DUE, {"now_s": 1.0}, "SCAN outbox USING INDEX outbox_due"),
    "outbox-wake": (outbox.NEXT_WAKE, {}, "SEARCH outbox USING INDEX outbox_due"),
    "outbox-pending": (outbox.PENDING, {}, "SCAN outbox USING INDEX outbox_due"),
    "outbox-of-message": (
        outbox.OF_MESSAGE,
        ID,
        "SEARCH outbox USING INDEX outbox_inbox (inbox_id=?)",
    ),
    "outbox-of-change": (
        outbox.OF_CHANGE,
        ID,
        "SEARCH outbox USING INDEX outbox_change (change_id=?)",
    ),
    "outbox-oldest": (outbox.OLDEST, {"limit": 9}, "SCAN outbox"),
    "guards-spent": (
        guards.NTH_SPENT,
        {"kind": "answer", "who": "", "after_s": 1.0, "before": 9},
        "SCAN spent",
    ),
    "guards-oldest-spent": (guards.OLDEST_SPENT, {}, "SCAN spent"),
    "changes-active": (changes.ACTIVE, {}, "SCAN changes USING INDEX changes_active"),
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    clock = FakeClock()
    with Store.open(tmp_path / "store.db", clock.now()) as store:
        yield store._database


def _plan(database: Database, sql: str, values: Values) -> list[str]:
    with database.transaction():
        return [row["detail"] for row in database.all(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.mark.parametrize(("sql", "values", "wanted"), PLANS.values(), ids=PLANS)
def test_hot_queries_use_their_index(
    database: Database, sql: str, values: Values, wanted: str
) -> None:
    first, *rest = _plan(database, sql, values)
    assert first == wanted
    assert all(line == "USE TEMP B-TREE FOR ORDER BY" for line in rest)  # of open rows


def test_the_parts_of_a_message_are_counted_by_their_index(database: Database) -> None:
    values = PLANS["inbox-parts"][1]
    # The order of the lines, and what is said of DISTINCT, differ between versions of SQLite.
    assert PLANS["inbox-parts"][2] in _plan(database, inbox.COUNT_OF, values)


def test_a_new_boot_reads_ends_of_tables_alone(database: Database) -> None:
    newest = device_time._NEWEST  # each table's last row, by its primary key, or open rows
    plan = _plan(database, newest, {})
    scans = {line for line in plan if line.startswith("SCAN ") and " INDEX " not in line}
    tables = {"inbox", "outbox", "changes", "journal", "rungs", "spent"}
    assert scans - {"SCAN CONSTANT ROW"} == {f"SCAN {table}" for table in tables}
    for table in tables:
        assert f"FROM {table} ORDER BY id DESC LIMIT 1" in newest


def test_a_settled_message_is_in_no_partial_index(tmp_path: Path) -> None:
    clock = FakeClock()
    with Store.open(tmp_path / "store.db", clock.now()) as store:
        database = store._database
        with store.transaction():
            for number in range(300):
                message_id = store.inbox.add(message(number), clock.now())
                assert message_id is not None
                store.inbox.settle(message_id, "applied", None, clock.now())
            row_id = store.outbox.add("1234", "OK", clock.now())
            store.outbox.sent(row_id, 1, clock.now())
            for index in ("inbox_open", "outbox_due"):
                table = index.partition("_")[0]
                end = "final_s" if table == "inbox" else "ended_s"
                row = database.one(
                    f"SELECT count(*) AS held FROM {table} INDEXED BY {index} WHERE {end} IS NULL"
                )
                assert row is not None
                assert row["held"] == 0
