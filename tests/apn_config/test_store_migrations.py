"""Every released schema becomes the present one, with its rows.

`schemas/vN.sql` is what version N's program left behind: schema and rows. They are never edited; a
new version adds a file.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from apn_config.model import Form
from apn_config.store import InboxState, OutboxState, Report, Rung, Store, StoreError
from apn_config.store import schema as schema_module
from apn_config.transaction import State
from tests.apn_config.store_support import ICCID, FakeClock

SCHEMAS = sorted(
    (Path(__file__).parent / "schemas").glob("v*.sql"), key=lambda file: int(file.stem[1:])
)


def _schema(path: Path) -> list[tuple[str, str, str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    connection.close()
    return sorted((kind, name, re.sub(r"\s+", " ", sql)) for kind, name, sql in rows)


def _load(source: Path, path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(source.read_text())
    connection.close()


def _fresh(path: Path) -> list[tuple[str, str, str]]:
    Store.open(path, FakeClock().now()).close()
    return _schema(path)


def test_each_released_version_is_kept() -> None:
    assert [file.stem for file in SCHEMAS] == [
        f"v{number}" for number in range(1, schema_module.VERSION + 1)
    ]


@pytest.mark.parametrize("source", SCHEMAS, ids=lambda file: file.stem)
def test_a_released_schema_becomes_the_present_one(source: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    _load(source, old)
    with Store.open(old, FakeClock().now()) as store, store.transaction():
        row = store._database.one("PRAGMA user_version")
        assert row is not None
        assert row[0] == schema_module.VERSION
        assert store._database.all("PRAGMA foreign_key_check") == []
        assert [row[0] for row in store._database.all("PRAGMA integrity_check")] == ["ok"]
    assert _schema(old) == _fresh(tmp_path / "new.db")


@pytest.mark.parametrize("source", SCHEMAS, ids=lambda file: file.stem)
def test_its_rows_are_read(source: Path, tmp_path: Path) -> None:
    _load(source, tmp_path / "old.db")
    clock = FakeClock("another boot", 10)
    with Store.open(tmp_path / "old.db", clock.now()) as store, store.transaction():
        assert {row.state for row in store.inbox.recent(99)} == set(InboxState)
        assert [row.text for row in store.inbox.pending()] == ["APN em2"]
        due = store.outbox.next_due(clock.now())
        assert due is not None
        assert due.text == "#17 OK APN em2 ip=10.65.3.4 reg=roaming rat=lte rssi=-71"
        ended = {row.state for row in store.outbox.of_message(1)}
        assert ended >= {OutboxState.SENT, OutboxState.FAILED, OutboxState.WITHDRAWN}
        active = store.changes.active()
        assert active is not None
        assert (active.state, active.intent.wanted.name) == (State.PROVING, "em2")
        assert store.changes.remaining_s(clock.now()) == 190
        record = store.records.get(ICCID, 1)
        assert record is not None
        assert record.last_good is not None
        assert (record.current.name, record.last_good.name) == ("em", "internet")
        assert store.marks.newest() == store.marks.applied("4912345")
        assert [entry.kind for entry in store.journal.tail(9)] == ["stored"]
        assert store.pins.tried(ICCID, "1234")
        assert store.rungs.used(Rung.RADIO_CYCLE, clock.now()) == 1


def test_what_version_2_added_is_read(tmp_path: Path) -> None:
    _load(SCHEMAS[1], tmp_path / "old.db")
    clock = FakeClock("another boot", 10)
    with Store.open(tmp_path / "old.db", clock.now()) as store, store.transaction():
        assert {row.state for row in store.outbox.of_message(1)} == set(OutboxState) - {
            OutboxState.DUE
        }
        assert [row.report_status for row in store.outbox.awaiting(42)] == [0x30]
        reports = {store.outbox.get(number) for number in range(5, 9)}
        assert {row.report for row in reports if row is not None} == {None, *Report}
        assert [store.rungs.used(kind, clock.now()) for kind in Rung] == [1] * len(Rung)
        active, before = store.changes.active(), store.changes.get(1)
        assert active is not None
        assert before is not None
        assert (active.intent.undo, active.intent.trial_s) == ("undo-secret", 600)
        assert before.kept == "internet"
        (notice,) = store.notices.take()
        assert notice.startswith("NOTE database damaged")


def test_what_version_3_added_is_read(tmp_path: Path) -> None:
    _load(SCHEMAS[2], tmp_path / "old.db")
    clock = FakeClock("another boot", 10)
    now = clock.now()
    with Store.open(tmp_path / "old.db", now) as store, store.transaction():
        form = Form("signed", "17", counter=7, key="00112233445566aa", iccid=ICCID)
        (pending,) = store.inbox.pending()
        assert (pending.form, pending.redacted) == (form, "[signed] APN em2")
        (started,) = store.inbox.started()
        assert (started.data, started.port, started.undo) == (b"\x03\x06", 2948, "+4917107")
        active = store.changes.active()
        assert active is not None
        assert active.intent.form == form
        assert store.counters.highest("00112233445566aa") == 7
        assert store.counters.applied("00112233445566aa") == 6
        assert store.counters.awaited("ffeeddccbbaa9988")
        guards = store.guards
        assert not guards.take_mac(b"\x07" * 32, now)
        assert guards.failures("number:4912345", now) == 2
        # Of its hour, 70 s had gone by when the old boot ended, and 10 s since this one began.
        assert guards.locked_s("dialect:plain", now) == 3660 - 130 - 10
        assert guards.spent("command", "number:4912345", 3600, now) == 1
        assert guards.has_spent("answer", "", 1, 3600, now)


def test_a_migration_that_fails_leaves_the_former_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    before = _fresh(path)
    bad = ("ALTER TABLE inbox ADD COLUMN spare BLOB", "ALTER TABLE nowhere ADD COLUMN x TEXT")
    with monkeypatch.context() as patched:
        patched.setattr(schema_module, "MIGRATIONS", (*schema_module.MIGRATIONS, bad))
        patched.setattr(schema_module, "VERSION", schema_module.VERSION + 1)
        with pytest.raises(StoreError):
            Store.open(path, FakeClock().now())
    assert _schema(path) == before
    Store.open(path, FakeClock().now()).close()


def test_a_further_migration_runs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    _fresh(path)
    more = ("ALTER TABLE inbox ADD COLUMN spare BLOB",)
    monkeypatch.setattr(schema_module, "MIGRATIONS", (*schema_module.MIGRATIONS, more))
    monkeypatch.setattr(schema_module, "VERSION", schema_module.VERSION + 1)
    for _ in range(2):  # the second opening would fail on the column that is there
        Store.open(path, FakeClock().now()).close()
