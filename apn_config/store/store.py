"""The store as the service sees it: the repositories, and the transactions that join them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from apn_config.clock import Moment
from apn_config.store.changes import Changes
from apn_config.store.cycles import Cycles
from apn_config.store.database import Database
from apn_config.store.device_time import DeviceTime
from apn_config.store.inbox import Inbox
from apn_config.store.journal import Journal
from apn_config.store.marks import Marks
from apn_config.store.outbox import Outbox
from apn_config.store.pins import Pins
from apn_config.store.records import Records


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
        with database.transaction():
            self.time = DeviceTime(database, now)
        self.inbox = Inbox(database, self.time)
        self.outbox = Outbox(database, self.time)
        self.changes = Changes(database, self.time)
        self.records = Records(database, self.time)
        self.marks = Marks(database)
        self.journal = Journal(database, self.time)
        self.pins = Pins(database, self.time)
        self.cycles = Cycles(database, self.time)

    @classmethod
    def open(cls, path: Path, now: Moment) -> Store:
        """Opens or creates the store at `path`. Raises StoreError (errors.py) in all its kinds."""
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
