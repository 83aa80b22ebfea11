"""The store as the service sees it: the repositories, and the transactions that join them."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final

from apn_config.clock import Moment
from apn_config.store.aside import note_damage, noted_damage, replace
from apn_config.store.changes import Changes
from apn_config.store.counters import Counters
from apn_config.store.database import Database
from apn_config.store.device_time import DeviceTime
from apn_config.store.errors import StoreCorrupt, StoreUnavailable
from apn_config.store.files import take_lock
from apn_config.store.guards import Guards
from apn_config.store.inbox import Inbox
from apn_config.store.journal import Journal
from apn_config.store.marks import Marks
from apn_config.store.notices import Notices
from apn_config.store.outbox import Outbox
from apn_config.store.pins import Pins
from apn_config.store.records import Records
from apn_config.store.rungs import Rung, Rungs

# How many databases in 24 hours the operator is told of, and what was saved of which tables.
TELL_PER_DAY: Final = 3
_TOLD: Final = ("records", "changes", "inbox", "outbox")


class Store:
    """An open store. Synchronous, and used by the thread that opened it alone.

    What belongs together is written in one transaction: after a crash all is there or nothing:

        with store.transaction():
            store.changes.finish(change_id, State.COMMITTED, now)
            store.records.commit(iccid, cid, apn, now)
            store.inbox.settle(message_id, "applied", redacted, now)
        store.truncate_wal()
    """

    def __init__(self, database: Database, now: Moment) -> None:
        self._database = database
        self.replaced: str | None = None
        with database.transaction():
            self.time = DeviceTime(database, now)
        self.inbox = Inbox(database, self.time)
        self.outbox = Outbox(database, self.time)
        self.changes = Changes(database, self.time)
        self.records = Records(database, self.time)
        self.marks = Marks(database)
        self.counters = Counters(database)
        self.guards = Guards(database, self.time)
        self.journal = Journal(database, self.time)
        self.pins = Pins(database, self.time)
        self.rungs = Rungs(database, self.time)
        self.notices = Notices(database)

    @classmethod
    def open(cls, path: Path, now: Moment) -> Store:
        """Opens or creates the store at `path`. Raises StoreError (errors.py) in all its kinds.

        A damaged one is set aside (aside.py) for a new one with what could be rescued; `replaced`
        says why then, the journal and a notice to the operator say it, too.
        """
        why = noted_damage(path)
        if why is None:
            try:
                return cls._open(path, now)
            except StoreCorrupt as error:
                why = error.detail
                note_damage(path, why)
        lock = take_lock(path)
        try:
            replace(path, lambda damaged, new: _begin_anew(damaged, new, why, now))
        finally:
            os.close(lock)
        store = cls._open(path, now)
        store.replaced = why
        return store

    @classmethod
    def _open(cls, path: Path, now: Moment) -> Store:
        database = Database.open(path)
        try:
            return cls(database, now)
        except BaseException:
            database.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._database.path

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written inside is durable when it ends, or nothing is. Not re-entrant."""
        return self._database.transaction()

    def housekeeping(self, now: Moment) -> int:
        """Writes down the running time (hourly at most) and deletes what is old; how many rows.

        Bounded work, to be called now and then; a result above 0 means that there may be more.
        Belongs inside a transaction of the caller.
        """
        self.time.touch(now)
        return self.outbox.prune(now) + self.inbox.prune(now)

    def truncate_wal(self) -> bool:
        """To be called after a redaction; False: try again later (Database.truncate_wal)."""
        return self._database.truncate_wal()

    def close(self) -> None:
        """Closes the store and lets another process have it."""
        self._database.close()


def _begin_anew(damaged: Path, new: Path, why: str, now: Moment) -> None:
    """A closed store at `new` with what the damaged one still holds."""
    from apn_config.store.rescue import rescue

    database = Database.open(new)
    try:
        with database.transaction():
            saved = rescue(damaged, database)
        store = Store(database, now)
        with store.transaction():
            store.journal.add("store", "replaced", {"why": why, **saved}, now)
            # On a dying disk this may happen each minute: the operator is told a few times a day.
            store.rungs.record(Rung.STORE, now)
            if store.rungs.used(Rung.STORE, now) <= TELL_PER_DAY:
                kept = " ".join(f"{name}={saved[name]}" for name in _TOLD)
                store.notices.add(f"NOTE database damaged, begun anew; kept {kept}")
        # Closing would move the log of writes, too, but says nothing where the disk is full; and
        # the file is about to be renamed, away from its log.
        if not store.truncate_wal():
            raise StoreUnavailable(new, "its log can't be emptied")
    finally:
        database.close()
