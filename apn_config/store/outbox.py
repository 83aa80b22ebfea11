"""What the device owes: answers, each written in the transaction that makes it due.

At least once: a row stays DUE until the network took it, so what was interrupted while sending is
sent again, with the same text. Rows go out in the order of their ids; one that is postponed holds
up no other.

    DUE ──► SENT (its `report` may follow) | WITHDRAWN | FAILED | EXPIRED
    FAILED ──► DUE where the way was to blame that was on trial
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
# More answers than wait at one time.
LOOK_BACK_ROWS: Final = 1000


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
    EXPIRED = "expired"
    """It couldn't be sent for so long that it would be of no use any more."""


class Report(Enum):
    """What the service centre told of an answer that was sent, where it was asked to."""

    AWAITED = "awaited"
    """Nothing yet, or that it still tries."""
    DELIVERED = "delivered"
    """The recipient has it, or the centre handed it on."""
    FAILED = "failed"
    """The centre gave it up."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An answer. `attempts` counts the failed ones; `reference` is TP-MR once it is sent.

    `report` is None where no report was asked for; `report_status` is the last TP-ST (3GPP TS
    23.040 9.2.3.15), which came at `reported`.
    """

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
    report: Report | None = None
    report_status: int | None = None
    reported: Stamp | None = None


# `ended_s IS NULL` is DUE, in the words of the partial index.
NEXT_DUE: Final = """SELECT * FROM outbox WHERE ended_s IS NULL
    AND (not_before_s IS NULL OR not_before_s <= :now_s) ORDER BY id LIMIT 1"""
NEXT_WAKE: Final = "SELECT min(not_before_s) AS at_s FROM outbox WHERE ended_s IS NULL"
PENDING: Final = (
    "SELECT count(*) AS rows, min(created_s) AS oldest_s FROM outbox WHERE ended_s IS NULL"
)
OF_MESSAGE: Final = "SELECT * FROM outbox WHERE inbox_id = :id ORDER BY id"
OF_CHANGE: Final = "SELECT * FROM outbox WHERE change_id = :id ORDER BY id"
AWAITING: Final = (
    "SELECT * FROM outbox WHERE report = 'awaited' AND reference = :reference ORDER BY id DESC"
)
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
        return None if row is None else read_row(row)

    def of_message(self, inbox_id: int) -> list[OutboxRow]:
        """The answers to a message, in order, whatever their state."""
        return [read_row(row) for row in self._database.all(OF_MESSAGE, {"id": inbox_id})]

    def of_change(self, change_id: int) -> list[OutboxRow]:
        """The answers about a change, in order; the DUE one of a change in PROVING proves it."""
        return [read_row(row) for row in self._database.all(OF_CHANGE, {"id": change_id})]

    def next_due(self, now: Moment) -> OutboxRow | None:
        """The oldest answer that may be sent now."""
        row = self._database.one(NEXT_DUE, {"now_s": self._time.running_s(now)})
        return None if row is None else read_row(row)

    def next_wake(self, now: Moment) -> float | None:
        """Seconds until the first postponed answer may be sent; None where none is postponed."""
        row = self._database.one(NEXT_WAKE)
        if row is None or row["at_s"] is None:
            return None
        return max(0.0, float(row["at_s"]) - self._time.running_s(now))

    def sent(
        self, row_id: int, reference: int, now: Moment, *, report: Report | None = None
    ) -> bool:
        """The network took it, and maybe owes a report. False where it had ended before, as by a
        withdrawal on its way.
        """
        return self._end(row_id, OutboxState.SENT, now, reference=reference, report=report)

    def fail(self, row_id: int, error: str, now: Moment) -> bool:
        """It can't be sent at all. False where it had ended before."""
        return self._end(row_id, OutboxState.FAILED, now, error=error)

    def expire(self, row_id: int, now: Moment) -> bool:
        """It is too old to be sent. False where it had ended before."""
        return self._end(row_id, OutboxState.EXPIRED, now)

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

    def due_again(self, since_s: float, *, but: int) -> None:
        """What has failed since that running time is to be sent after all, but for the answers to
        the message `but`. Looks at the last LOOK_BACK_ROWS.
        """
        self._database.change(
            "UPDATE outbox SET state = 'due', ended_s = NULL, ended_wall = NULL"
            " WHERE id > (SELECT max(id) FROM outbox) - :rows AND state = 'failed'"
            " AND ended_s >= :since_s AND inbox_id IS NOT :but",
            {"rows": LOOK_BACK_ROWS, "since_s": since_s, "but": but},
        )

    def awaiting(self, reference: int) -> list[OutboxRow]:
        """The answers of that TP-MR whose report is awaited, newest first: TP-MR wraps at 256."""
        return [read_row(row) for row in self._database.all(AWAITING, {"reference": reference})]

    def reported(self, row_id: int, report: Report, status: int, now: Moment) -> None:
        """The service centre told what became of it; AWAITED where it still tries."""
        stamp = self._time.stamp(now)
        self._database.change(
            "UPDATE outbox SET report = :report, report_status = :status, reported_s = :reported_s,"
            " reported_wall = :reported_wall WHERE id = :id AND report = 'awaited'",
            {
                "id": row_id,
                "report": report.value,
                "status": status,
                "reported_s": stamp.running_s,
                "reported_wall": dump_time(stamp.wall),
            },
        )

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
        report: Report | None = None,
    ) -> bool:
        stamp = self._time.stamp(now)
        changed = self._database.change(
            "UPDATE outbox SET state = :state, reference = :reference, report = :report,"
            " last_error = coalesce(:error, last_error), not_before_s = NULL,"
            " ended_s = :ended_s, ended_wall = :ended_wall WHERE id = :id AND ended_s IS NULL",
            {
                "id": row_id,
                "state": state.value,
                "reference": reference,
                "report": report and report.value,
                "error": error,
                "ended_s": stamp.running_s,
                "ended_wall": dump_time(stamp.wall),
            },
        )
        return changed == 1


def read_row(row: Row) -> OutboxRow:
    """A row as it is kept, read strictly. Raises StoreCorrupt."""
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
        ended=_stamp(row, "ended"),
        report=None if row["report"] is None else load_enum(Report, row["report"]),
        report_status=row["report_status"],
        reported=_stamp(row, "reported"),
    )


def _stamp(row: Row, name: str) -> Stamp | None:
    running_s = row[f"{name}_s"]
    return None if running_s is None else Stamp(running_s, load_time(row[f"{name}_wall"]))
