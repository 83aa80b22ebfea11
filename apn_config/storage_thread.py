"""The store in a thread of its own, so that a slow disk never stalls the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from apn_config.clock import Moment
from apn_config.store import Store

T = TypeVar("T")


class StoreThread:
    """One thread, one connection; each piece of work is one transaction."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None

    async def open(self, path: Path, now: Moment) -> None:
        """Open or create the database. Raises StoreError."""
        self._store = await self._call(lambda: Store.open(path, now))

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
        """Wipe the log of former writes, after something secret was redacted."""
        store = self._store
        if store is not None:
            await self._call(store.truncate_wal)

    async def close(self) -> None:
        """Close the database and end the thread."""
        store, self._store = self._store, None
        if store is not None:
            await self._call(store.close)
        self._executor.shutdown(wait=False)

    async def _call(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)
