"""The store in a thread of its own, so that a slow disk never stalls the event loop.

Not a ThreadPoolExecutor: with its futures, locks and conditions the way there and back took 0.26 ms
in an idle process, against 0.16 ms here, and each message waits for it (two cores of a Xeon).
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from apn_config.clock import Moment
from apn_config.store import Store, StoreUnavailable
from apn_config.vitals import beat

logger = logging.getLogger(__name__)

T = TypeVar("T")

# As much as some messages take.
PROBE_BYTES = 1 << 16


class StoreThread:
    """One thread, one connection; each piece of work is one transaction.

    `wiped` is false while the log of writes may hold what was redacted.
    """

    wiped = True

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._store: Store | None = None
        # A daemon, so that whoever forgets to close it can still exit; SQLite stands that.
        self._thread = Thread(target=self._serve, name="store", daemon=True)

    async def probe(self, path: Path) -> None:
        """See whether there is room for some messages where the database is, or is to be.

        Raises StoreUnavailable.
        """
        await self._call(lambda: _probe(path))

    async def open(self, path: Path, now: Moment) -> None:
        """Open or create the database. Raises StoreError."""
        self._store = store = await self._call(lambda: Store.open(path, now))
        if store.replaced is not None:
            logger.error("the store %s was damaged (%s): a new one is begun", path, store.replaced)
        # Whoever was killed between a redaction and the end of it left the former text there.
        await self.truncate_wal()

    async def run(self, work: Callable[[Store], T]) -> T:
        """Do `work` in one transaction: when this returns, what it wrote is on the disk.

        The wait can't be cut short: work that a cancelled caller began is finished all the same,
        and whoever comes next finds its result.
        """
        store = self._store
        if store is None:
            raise RuntimeError("the store isn't open")

        def transaction() -> T:
            with store.transaction():
                return work(store)

        return await self._call(transaction)

    async def truncate_wal(self) -> None:
        """Wipe the log of former writes, after something secret was redacted.

        Where a reader outside keeps it from happening, `wiped` is false, and it is to be tried
        again later.
        """
        store = self._store
        if store is not None:
            self.wiped = await self._call(store.truncate_wal)

    async def close(self) -> None:
        """Close the database and end the thread."""
        store, self._store = self._store, None
        if store is not None:
            await self._call(store.close)
        self._jobs.put(None)

    async def _call(self, work: Callable[[], T]) -> T:
        if self._thread.ident is None:
            self._thread.start()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(partial(_do, work, done))
        try:
            return await done
        finally:
            beat()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _probe(path: Path) -> None:
    import tempfile

    if not path.parent.is_dir():
        return  # it is made when the store is
    try:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreUnavailable(path, f"{error.strerror}; look at its disk") from error


def _do(work: Callable[[], T], done: asyncio.Future[T]) -> None:
    """Do `work` in the store's thread and tell the loop that waits; it may be gone meanwhile."""
    tell: Callable[[], None]
    try:
        tell = partial(_resolve, done, work())
    except BaseException as error:  # noqa: BLE001 -- it is the caller's, whatever it is
        tell = partial(_reject, done, error)
    with suppress(RuntimeError):  # the loop is closed
        done.get_loop().call_soon_threadsafe(tell)


def _resolve(done: asyncio.Future[T], result: T) -> None:
    if not done.done():
        done.set_result(result)


def _reject(done: asyncio.Future[T], error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
