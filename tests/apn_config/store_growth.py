"""What SQLite does in a store: the pages that it reads, and where it would walk over all rows."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from apn_config.store import Store
from benchmarks.stores import Answering, moment, page_reads


@dataclass(frozen=True, slots=True)
class Reads:
    """The pages read for the first message after a start, for each of those that follow, and, on
    average, for moving the -wal file's content to the database, once in some 80 messages.
    """

    first: int
    others: tuple[int, ...]
    checkpoints: float


def reads_for_messages(path: Path, count: int) -> Reads:
    """Open the store at `path`, and count what each of some messages reads."""
    page_reads()
    of_counting = -page_reads() + page_reads()
    reads, checkpoints = [], 0
    with Store.open(path, moment(0)) as store:
        answering = Answering(store)
        for number in range(count):
            before = page_reads()
            answering.ping(number)
            reads.append(page_reads() - before - of_counting)
            # Before SQLite does by itself, in the middle of a message: after 1000 pages.
            if number % 60 == 59:
                before = page_reads()
                store.truncate_wal()
                checkpoints += page_reads() - before - of_counting
    return Reads(reads[0], tuple(reads[1:]), checkpoints / count)


# --- plans --------------------------------------------------------------------------------------

# The few open rows of a growing table.
_PARTIAL = ("inbox_open", "outbox_due", "outbox_awaited", "changes_active")
# Bounded by budgets and rates of a day, by what the operator was not told yet, by the keys, and by
# their KEEP_ (guards.py).
_SMALL = ("rungs", "notices", "failures", "macs", "spent", "counters")
_EXPLAINED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


def walks(connection: sqlite3.Connection, sql: str) -> list[str]:
    """Where a statement would walk over all rows of a table that grows."""
    if _EXPLAINED.match(sql) is None:
        return []
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    return [line for line in plan if line.startswith("SCAN") and not _may_walk(line, sql, plan)]


def _may_walk(line: str, sql: str, plan: list[str]) -> bool:
    match line.split():
        case ["SCAN", "CONSTANT", "ROW"]:
            return True
        case ["SCAN", table] if table in _SMALL:
            return True
        case ["SCAN", table]:
            # Along the primary key up to a LIMIT, with nothing sorted or dropped on the way.
            ends = re.search(rf"FROM {table} ORDER BY id( DESC)? LIMIT \d+", sql)
            return ends is not None and not any("TEMP B-TREE" in each for each in plan)
        case ["SCAN", _, "USING", *rest]:
            return rest[-1] in _PARTIAL
    return False
