"""What happened, for people and for `journal`. The newest KEEP_ROWS or a few more are kept.

No secret may be written here, and no text of a message: the caller sees to that, since only it
knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apn_config.clock import Moment
from apn_config.store.codec import Detail, dump_detail, dump_time, load_detail, load_time
from apn_config.store.database import Database, Row
from apn_config.store.device_time import DeviceTime, Stamp

KEEP_ROWS: Final = 5000
# Deleting one old row with each new one would write one page more each time; so once in this many,
# which stand on two pages: a message that has to wait for it waits for no more.
PRUNE_EVERY: Final = 20
# A text of the network's or the modem's may be long; an entry is a line.
TEXT_CHARS: Final = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to `subject` (a message, a change, the modem, ...)."""

    id: int
    at: Stamp
    kind: str
    subject: str
    detail: Detail


class Journal:
    """The table of entries. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def add(self, kind: str, subject: str, detail: Detail, now: Moment) -> int:
        """Writes an entry; its id. Texts are cut at TEXT_CHARS."""
        stamp = self._time.stamp(now)
        entry_id = self._database.insert(
            "INSERT INTO journal (at_s, at_wall, kind, subject, detail)"
            " VALUES (:at_s, :at_wall, :kind, :subject, :detail)",
            {
                "at_s": stamp.running_s,
                "at_wall": dump_time(stamp.wall),
                "kind": kind,
                "subject": subject[:TEXT_CHARS],
                "detail": dump_detail({name: _cut(value) for name, value in detail.items()}),
            },
        )
        if entry_id % PRUNE_EVERY == 0:
            self._database.change(
                "DELETE FROM journal WHERE id <= :last", {"last": entry_id - KEEP_ROWS}
            )
        return entry_id

    def tail(self, count: int) -> list[Entry]:
        """The last entries, newest last."""
        rows = self._database.all(
            "SELECT * FROM journal ORDER BY id DESC LIMIT :count", {"count": count}
        )
        return [_entry(row) for row in reversed(rows)]

    def after(self, entry_id: int, count: int) -> list[Entry]:
        """The entries behind that one, oldest first; at most so many."""
        rows = self._database.all(
            "SELECT * FROM journal WHERE id > :after ORDER BY id LIMIT :count",
            {"after": entry_id, "count": count},
        )
        return [_entry(row) for row in rows]

    def newest_id(self) -> int:
        """The id of the last entry, 0 where there is none."""
        row = self._database.one("SELECT max(id) AS newest FROM journal")
        return 0 if row is None or row["newest"] is None else int(row["newest"])


def _entry(row: Row) -> Entry:
    return Entry(
        row["id"],
        Stamp(row["at_s"], load_time(row["at_wall"])),
        row["kind"],
        row["subject"],
        load_detail(row["detail"]),
    )


def _cut(value: str | int | None) -> str | int | None:
    return value[:TEXT_CHARS] if isinstance(value, str) else value
