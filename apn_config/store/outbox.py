"""What the device owes: answers, each written in the transaction that makes it due.

At least once: a row stays DUE until the network took it, so what was interrupted while sending is
sent again, with the same text. Rows go out in the order of their ids; one that is postponed holds
up no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from apn_config.clock import Moment
from apn_config.store.codec import dump_time, load_enum, load_time
from apn_config.store.database import Database, Row
from apn_config.store.device_time import DeviceTime, Stamp

KEEP_S: Final = 30 * 86400.0
PRUNE_ROWS: Final = 200


class OutboxState(Enum):
    """What became of an answer."""

    DUE = "due"
    """To be sent, now or once its wait is over; may have been on its way when power failed."""
    SENT = "sent"
    """The network took it."""
    WITHDRAWN = "withdrawn"
    """What it told is no longer true; it wasn't sent, or the network never said so."""
    FAILED = "failed"
    """It can't be sent, ever."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An answer. `attempts` counts the failed ones; `reference` is TP-MR once it is sent."""

    id: int
    inbox_id: int | None
    change_id: int | None
    recipient: str
    text: str
    state: OutboxState
    attempts: int
    last_error: str | None
    reference: int | None
    created: Stamp
    ended: Stamp | None


# `ended_s IS NULL` is DUE, in the words of the partial index.
NEXT_DUE: Final = """SELECT * FROM outbox WHERE ended_s IS NULL
    AND (not_before_s IS NULL OR not_before_s <= :now_s) ORDER BY id LIMIT 1"""
NEXT_WAKE: Final = "SELECT min(not_before_s) AS at_s FROM outbox WHERE ended_s IS NULL"
PENDING: Final = (
    "SELECT count(*) AS rows, min(created_s) AS oldest_s FROM outbox WHERE ended_s IS NULL"
)
OF_MESSAGE: Final = "SELECT * FROM outbox WHERE inbox_id = :id ORDER BY id"
OF_CHANGE: Final = "SELECT * FROM outbox WHERE change_id = :id ORDER BY id"
OLDEST: Final = "SELECT id, ended_s FROM outbox ORDER BY id LIMIT :limit"


class Outbox:
    """The table of answers. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def add(
        self,
        recipient: str,
        text: str,
        now: Moment,
        *,
        inbox_id: int | None = None,
        change_id: int | None = None,
    ) -> int:
        """An answer becomes due: to a message, about a change, or neither. Its id."""
        stamp = self._time.stamp(now)
        return self._database.insert(
            "INSERT INTO outbox (inbox_id, change_id, recipient, text, state, attempts, created_s,"
            " created_wall) VALUES (:inbox_id, :change_id, :recipient, :text, 'due', 0, :created_s,"
            " :created_wall)",
            {
                "inbox_id": inbox_id,
                "change_id": change_id,
                "recipient": recipient,
                "text": text,
                "created_s": stamp.running_s,
                "created_wall": dump_time(stamp.wall),
            },
        )

    def get(self, row_id: int) -> OutboxRow | None:
        """The answer of that id, unless it was pruned."""
        row = self._database.one("SELECT * FROM outbox WHERE id = :id", {"id": row_id})
        return None if row is None else _read(row)

    def of_message(self, inbox_id: int) -> list[OutboxRow]:
        """The answers to a message, in order, whatever their state."""
        return [_read(row) for row in self._database.all(OF_MESSAGE, {"id": inbox_id})]

    def of_change(self, change_id: int) -> list[OutboxRow]:
        """The answers about a change, in order; the DUE one of a change in PROVING proves it."""
        return [_read(row) for row in self._database.all(OF_CHANGE, {"id": change_id})]

    def next_due(self, now: Moment) -> OutboxRow | None:
        """The oldest answer that may be sent now."""
        row = self._database.one(NEXT_DUE, {"now_s": self._time.running_s(now)})
        return None if row is None else _read(row)

    def next_wake(self, now: Moment) -> float | None:
        """Seconds until the first postponed answer may be sent; None where none is postponed."""
        row = self._database.one(NEXT_WAKE)
        if row is None or row["at_s"] is None:
            return None
        return max(0.0, float(row["at_s"]) - self._time.running_s(now))

    def sent(self, row_id: int, reference: int, now: Moment) -> bool:
        """The network took it. False where it had ended before, as by a withdrawal on its way."""
        return self._end(row_id, OutboxState.SENT, now, reference=reference)

    def fail(self, row_id: int, error: str, now: Moment) -> bool:
        """It can't be sent at all. False where it had ended before."""
        return self._end(row_id, OutboxState.FAILED, now, error=error)

    def withdraw(self, row_id: int, now: Moment) -> bool:
        """It must not be sent any more. False where it had ended before."""
        return self._end(row_id, OutboxState.WITHDRAWN, now)

    def postpone(self, row_id: int, wait_s: float, error: str, now: Moment) -> bool:
        """An attempt failed; the next may come after `wait_s`. False where it had ended before."""
        now_s = self._time.running_s(now)
        changed = self._database.change(
            "UPDATE outbox SET attempts = attempts + 1, last_error = :error, tried_s = :now_s,"
            " not_before_s = :not_before_s WHERE id = :id AND ended_s IS NULL",
            {"id": row_id, "error": error, "now_s": now_s, "not_before_s": now_s + wait_s},
        )
        return changed == 1

    def pending_count(self) -> int:
        """How many answers are due, postponed ones included."""
        row = self._database.one(PENDING)
        return 0 if row is None else int(row["rows"])

    def oldest_due_age(self, now: Moment) -> float | None:
        """Seconds that the oldest due answer has waited; None where none is due."""
        row = self._database.one(PENDING)
        if row is None or row["oldest_s"] is None:
            return None
        return self._time.running_s(now) - float(row["oldest_s"])

    def prune(self, now: Moment) -> int:
        """Deletes ended answers older than KEEP_S; how many. Looks at PRUNE_ROWS at most."""
        before_s = self._time.running_s(now) - KEEP_S
        rows = self._database.all(OLDEST, {"limit": PRUNE_ROWS})
        old = [
            row["id"] for row in rows if row["ended_s"] is not None and row["ended_s"] < before_s
        ]
        for row_id in old:
            self._database.change("DELETE FROM outbox WHERE id = :id", {"id": row_id})
        return len(old)

    def _end(
        self,
        row_id: int,
        state: OutboxState,
        now: Moment,
        *,
        reference: int | None = None,
        error: str | None = None,
    ) -> bool:
        stamp = self._time.stamp(now)
        changed = self._database.change(
            "UPDATE outbox SET state = :state, reference = :reference,"
            " last_error = coalesce(:error, last_error), not_before_s = NULL,"
            " ended_s = :ended_s, ended_wall = :ended_wall WHERE id = :id AND ended_s IS NULL",
            {
                "id": row_id,
                "state": state.value,
                "reference": reference,
                "error": error,
                "ended_s": stamp.running_s,
                "ended_wall": dump_time(stamp.wall),
            },
        )
        return changed == 1


def _read(row: Row) -> OutboxRow:
    ended = None
    if row["ended_s"] is not None:
        ended = Stamp(row["ended_s"], load_time(row["ended_wall"]))
    return OutboxRow(
        id=row["id"],
        inbox_id=row["inbox_id"],
        change_id=row["change_id"],
        recipient=row["recipient"],
        text=row["text"],
        state=load_enum(OutboxState, row["state"]),
        attempts=row["attempts"],
        last_error=row["last_error"],
        reference=row["reference"],
        created=Stamp(row["created_s"], load_time(row["created_wall"])),
        ended=ended,
    )
