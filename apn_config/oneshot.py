"""One operation with the modem in our own hands, where no daemon holds it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from apn_config.clock import SystemClock
from apn_config.config import Config
from apn_config.control import Json
from apn_config.operations import Operations
from apn_config.service import Agent
from apn_config.storage_thread import StoreThread

# What changes nothing that must be remembered does without the store, for whoever just looks.
READING = frozenset({"status", "at", "sms.send", "sms.list", "apn.show"})


async def perform(config: Config, op: str, args: Json) -> Any:
    """Run one operation. Raises ModemError, ControlError, StoreError."""
    clock = SystemClock()
    async with _store(config, op) as (db, path):
        await db.open(path, clock.now())
        agent = Agent(config, db, clock)
        keeping = asyncio.create_task(agent.keeper.run())
        working = asyncio.ensure_future(Operations(agent).table[op](args, lambda _event: None))
        try:
            await asyncio.wait({keeping, working}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                keeping.result()
            return await working
        finally:
            for task in (working, keeping):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task


@contextlib.asynccontextmanager
async def _store(config: Config, op: str) -> AsyncIterator[tuple[StoreThread, Path]]:
    """The configured store; for an operation that only looks, one that goes away afterwards.

    Where a PIN may be given it has to be the configured one: a try must be remembered.
    """
    db = StoreThread()
    with contextlib.ExitStack() as stack:
        path = config.store.path
        if op in READING and config.modem.sim_pin_file is None and not _usable(path):
            path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "looking.db"
        try:
            yield db, path
        finally:
            await db.close()


def _usable(path: Path) -> bool:
    return path.exists() and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
