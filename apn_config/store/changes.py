"""APN changes: the intent and the snapshot, written before anything is touched, and how far it
came.

What may follow what is transaction.py's; here is only what must survive a crash. At most one change
is under way, held by a unique index. Credentials stand in a row only until its change is final.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from apn_config.clock import Moment
from apn_config.model import Apn, Form
from apn_config.store.codec import (
    dump_apn,
    dump_form,
    dump_time,
    load_apn,
    load_enum,
    load_form,
    load_time,
)
from apn_config.store.database import Database, Row
from apn_config.store.device_time import TOUCH_AFTER_S, DeviceTime, Stamp
from apn_config.store.errors import StoreMisuse
from apn_config.transaction import Kind, Level, Origin, Reason, State, kind_of

# For `history`; a change is some 300 bytes.
KEEP_ROWS: Final = 1000

# While a change has a deadline.
SHORTEST_STEP_S: Final = 60.0

# Whose change or record it is where the card's ICCID can't be read.
UNKNOWN_CARD: Final = "unknown"

ACTIVE: Final = "SELECT * FROM changes WHERE finished_s IS NULL"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a change is about to do, and what it must be able to bring back.

    `former` and `undo` are the snapshot, the latter in the applier's own words; where nobody can
    tell the former credentials they are None, and a roll-back leaves those of the modem alone.
    `trial_s` is how long an APN on trial may stay, `form` how the answer is to be worded.
    """

    origin: Origin
    iccid: str
    cid: int
    wanted: Apn
    former: Apn
    former_level: Level
    inbox_id: int | None = None
    form: Form = Form()  # noqa: RUF009 -- frozen
    undo: str | None = field(default=None, repr=False)
    trial_s: float | None = None

    @property
    def kind(self) -> Kind:
        """Which rows of the table of states the change follows."""
        return kind_of(self.origin, trial=self.trial_s is not None)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change. Once it is finished the credentials of both APNs read as None.

    `kept` is the name of the APN in force at the end where it is neither of the two.
    """

    id: int
    intent: Intent
    state: State
    reason: Reason | None
    kept: str | None
    radio_cycles: int
    started: Stamp
    finished: Stamp | None


class Changes:
    """The table of changes. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def begin(self, intent: Intent, within_s: float, now: Moment) -> int:
        """Writes the intent, in state APPLYING, to be applied within that time. Its id.

        To be committed before the modem is touched. Raises StoreMisuse where a change is under way.
        """
        if self.active() is not None:
            raise StoreMisuse("a change is under way")
        stamp = self._time.stamp(now)
        change_id = self._database.insert(
            "INSERT INTO changes (origin, inbox_id, tag, form, iccid, cid, wanted, former,"
            " former_level, undo, trial_s, state, deadline_s, radio_cycles, started_s,"
            " started_wall, moved_s)"
            " VALUES (:origin, :inbox_id, :tag, :form, :iccid, :cid, :wanted, :former,"
            " :former_level, :undo, :trial_s, :state, :deadline_s, 0, :now_s, :started_wall,"
            " :now_s)",
            {
                "origin": intent.origin.value,
                "inbox_id": intent.inbox_id,
                "tag": intent.form.tag,
                "form": dump_form(intent.form),
                "iccid": intent.iccid,
                "cid": intent.cid,
                "wanted": dump_apn(intent.wanted),
                "former": dump_apn(intent.former),
                "former_level": intent.former_level.value,
                "undo": intent.undo,
                "trial_s": intent.trial_s,
                "state": State.APPLYING.value,
                "deadline_s": stamp.running_s + within_s,
                "now_s": stamp.running_s,
                "started_wall": dump_time(stamp.wall),
            },
        )
        self._database.change(
            "DELETE FROM changes WHERE id <= :last", {"last": change_id - KEEP_ROWS}
        )
        return change_id

    def active(self) -> ChangeRow | None:
        """The change under way."""
        row = self._database.one(ACTIVE)
        return None if row is None else read_row(row)

    def get(self, change_id: int) -> ChangeRow | None:
        """The change of that id, unless it is too old."""
        row = self._database.one("SELECT * FROM changes WHERE id = :id", {"id": change_id})
        return None if row is None else read_row(row)

    def history(self, count: int) -> list[ChangeRow]:
        """The last changes, newest last, one under way included."""
        rows = self._database.all(
            "SELECT * FROM changes ORDER BY id DESC LIMIT :count", {"count": count}
        )
        return [read_row(row) for row in reversed(rows)]

    def remaining_s(self, now: Moment) -> float | None:
        """Seconds left for the state of the change under way, 0 at least; kept over a boot.

        A device that loses its power again and again must come to the deadline, too: that time goes
        by is written down each minute, for a trial each tenth of it.
        """
        row = self._database.one(ACTIVE)
        if row is None or row["deadline_s"] is None:
            return None
        on_trial = row["state"] == State.TRIAL.value
        self._time.touch(now, clock_step_s(row["trial_s"] if on_trial else None))
        return max(0.0, float(row["deadline_s"]) - self._time.running_s(now))

    def move(
        self,
        change_id: int,
        state: State,
        now: Moment,
        *,
        within_s: float | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Writes the state that a step led to. `within_s` or `reason` left out stay as they are."""
        now_s = self._time.running_s(now)
        if state.final:
            raise StoreMisuse("a change enters a final state by finish()")
        changed = self._database.change(
            "UPDATE changes SET state = :state, reason = coalesce(:reason, reason),"
            " deadline_s = coalesce(:deadline_s, deadline_s), moved_s = :now_s"
            " WHERE id = :id AND finished_s IS NULL",
            {
                "id": change_id,
                "state": state.value,
                "reason": reason and reason.value,
                "deadline_s": None if within_s is None else now_s + within_s,
                "now_s": now_s,
            },
        )
        if changed != 1:
            raise StoreMisuse(f"change {change_id} isn't under way")

    def rewrite_wanted(self, change_id: int, wanted: Apn) -> None:
        """The change goes on with other credentials of the same APN."""
        changed = self._database.change(
            "UPDATE changes SET wanted = :wanted WHERE id = :id AND finished_s IS NULL",
            {"id": change_id, "wanted": dump_apn(wanted)},
        )
        if changed != 1:
            raise StoreMisuse(f"change {change_id} isn't under way")

    def count_cycle(self, change_id: int) -> None:
        """The change is about to switch the radio off and on once more."""
        changed = self._database.change(
            "UPDATE changes SET radio_cycles = radio_cycles + 1 WHERE id = :id"
            " AND finished_s IS NULL",
            {"id": change_id},
        )
        if changed != 1:
            raise StoreMisuse(f"change {change_id} isn't under way")

    def finish(
        self,
        change_id: int,
        state: State,
        now: Moment,
        *,
        kept: str | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Writes the final state and erases the secrets; commit them to the records before."""
        row = self.get(change_id)
        if row is None or row.finished is not None or not state.final:
            raise StoreMisuse(f"change {change_id} can't become {state.value}")
        stamp = self._time.stamp(now)
        self._database.change(
            "UPDATE changes SET state = :state, wanted = :wanted, former = :former, undo = NULL,"
            " kept = :kept, reason = coalesce(:reason, reason), deadline_s = NULL,"
            " moved_s = :now_s, finished_s = :now_s, finished_wall = :wall WHERE id = :id",
            {
                "id": change_id,
                "state": state.value,
                "wanted": dump_apn(replace(row.intent.wanted, credentials=None)),
                "former": dump_apn(replace(row.intent.former, credentials=None)),
                "kept": kept,
                "reason": reason and reason.value,
                "now_s": stamp.running_s,
                "wall": dump_time(stamp.wall),
            },
        )


def clock_step_s(trial_s: float | None) -> float:
    """How often it is written down that time goes by for a change."""
    if trial_s is None:
        return SHORTEST_STEP_S
    return min(max(trial_s / 10, SHORTEST_STEP_S), TOUCH_AFTER_S)


def read_row(row: Row) -> ChangeRow:
    """A row as it is kept, read strictly. Raises StoreCorrupt."""
    finished = None
    if row["finished_s"] is not None:
        finished = Stamp(row["finished_s"], load_time(row["finished_wall"]))
    return ChangeRow(
        id=row["id"],
        intent=Intent(
            origin=load_enum(Origin, row["origin"]),
            iccid=row["iccid"],
            cid=row["cid"],
            wanted=load_apn(row["wanted"]),
            former=load_apn(row["former"]),
            former_level=load_enum(Level, row["former_level"]),
            inbox_id=row["inbox_id"],
            form=Form(tag=row["tag"]) if row["form"] is None else load_form(row["form"]),
            undo=row["undo"],
            trial_s=row["trial_s"],
        ),
        state=load_enum(State, row["state"]),
        reason=None if row["reason"] is None else load_enum(Reason, row["reason"]),
        kept=row["kept"],
        radio_cycles=row["radio_cycles"],
        started=Stamp(row["started_s"], load_time(row["started_wall"])),
        finished=finished,
    )
