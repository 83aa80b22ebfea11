"""What a damaged database still holds, row by row, into another one.

Each table is read from its end, and where that stops, from its begin: what is lost is what stands
between. A row counts only if it is of the right types and its repository can read it; what belongs
to a row that is lost goes on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from apn_config.store import changes, inbox, outbox
from apn_config.store.codec import load_apn, load_detail, load_enum, load_time
from apn_config.store.database import Damaged, Database, Row, Value
from apn_config.store.errors import StoreCorrupt, StoreMisuse
from apn_config.store.pins import PinOutcome
from apn_config.store.rungs import Rung

# The newest of each table; retention keeps a device that gets hundreds of messages a day below it.
RESCUE_ROWS: Final = 20_000
# A number of seconds beyond this, three centuries, is none that this program wrote.
_LONGEST_S: Final = 1e10


def _record(row: Row) -> None:
    load_apn(row["current"])
    if row["last_good"] is not None:
        load_apn(row["last_good"])
    load_time(row["updated_wall"])


def _entry(row: Row) -> None:
    load_time(row["at_wall"])
    load_detail(row["detail"])


# What each table's rows have to be, beyond the types of their columns, and by what they are sorted.
_TABLES: Final[Mapping[str, tuple[str, Callable[[Row], object]]]] = {
    "device_time": ("rowid", lambda row: None),
    "inbox": ("rowid", inbox.read_row),
    "changes": ("rowid", changes.read_row),
    "outbox": ("rowid", outbox.read_row),
    "records": ("iccid, cid", _record),
    "marks": ("kind, who", lambda row: load_time(row["scts"])),
    "pins": ("rowid", lambda row: load_enum(PinOutcome, row["outcome"])),
    "rungs": ("rowid", lambda row: load_enum(Rung, row["kind"])),
    "notices": ("rowid", lambda row: None),
    # Not the counters of signed commands: what was taken may be lost, so a SYNC has to tell.
    "macs": ("mac", lambda row: None),
    "failures": ("who", lambda row: None),
    "spent": ("rowid", lambda row: None),
    "journal": ("rowid", _entry),
}


def rescue(source: Path, target: Database) -> dict[str, int]:
    """Copies what is sound; how many rows of each table. Inside a transaction on `target`."""
    saved = dict.fromkeys(_TABLES, 0)
    if not source.stat().st_size:
        return saved  # SQLite would drop its -wal file, which somebody may want to look at
    target.change("PRAGMA defer_foreign_keys = ON")
    with Damaged.open(source) as damaged:
        for table in _TABLES:
            saved[table] = _rescue_table(damaged, table, target)
    for table, column, parent in (
        ("changes", "inbox_id", "inbox"),
        ("outbox", "inbox_id", "inbox"),
        ("outbox", "change_id", "changes"),
    ):
        target.change(
            f"UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL"  # noqa: S608
            f" AND {column} NOT IN (SELECT id FROM {parent})"
        )
    return saved


def _rescue_table(damaged: Damaged, table: str, target: Database) -> int:
    key, _ = _TABLES[table]
    known = {row["name"] for row in target.all(f"PRAGMA table_info({table})")}
    count = 0
    for order in ("DESC", "ASC"):
        with suppress(StoreCorrupt):
            columns = [name for name in damaged.columns(table) if name in known]
            sort = ", ".join(f"{name} {order}" for name in key.split(", "))
            for row in damaged.rows(table, columns, sort, RESCUE_ROWS):
                count += _keep(row, table, target)
            break
    return count


def _keep(row: Mapping[str, Value], table: str, target: Database) -> bool:
    """One row, if it is sound and not there yet."""
    for name, value in row.items():
        if name.endswith("_s") and isinstance(value, float) and not 0 <= value < _LONGEST_S:
            return False
    target.change("SAVEPOINT row")
    kept = False
    with suppress(StoreCorrupt, StoreMisuse, ValueError, TypeError):
        written = target.one(
            f"INSERT OR IGNORE INTO {table} ({', '.join(row)})"  # noqa: S608 -- our own names
            f" VALUES ({', '.join(f':{name}' for name in row)}) RETURNING *",
            row,
        )
        if written is not None:
            _TABLES[table][1](written)
            kept = True
    if not kept:
        target.change("ROLLBACK TO row")
    target.change("RELEASE row")
    return kept
