"""One operation with the modem in our own hands, where no daemon holds it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from apn_config.agent import Agent
from apn_config.clock import SystemClock
from apn_config.config import Config
from apn_config.control import ControlError, Emit, Json, Operation
from apn_config.operations import Operations
from apn_config.status import Standing, ready_modem
from apn_config.storage_thread import StoreThread

# A modem that was just switched on is mute for half a minute; somebody waits for it at a terminal.
SAY_AFTER_S = 3.0
WAITING = "Waiting for the modem; one that is just starting takes up to a minute ..."

# What changes nothing that must be remembered does without the store, for whoever just looks.
READING = frozenset(
    {
        "status",
        "at",
        "watch",
        "sms.send",
        "sms.list",
        "sms.read",
        "sms.delete",
        "apn.show",
        "network.scan",
        "network.select",
    }
)
# What stands in the store is read without any modem.
STORED = frozenset({"journal", "apn.history"})


async def perform(
    config: Config,
    op: str,
    args: Json,
    emit: Emit = lambda _event: None,
    *,
    elsewhere: bool = False,
) -> Any:
    """Run one operation. Raises ModemError, ControlError, StoreError.

    `elsewhere` tells that the modem isn't the configured one: its store belongs to the daemon's.
    """
    if args.get("for") is not None:
        raise ControlError("a trial is ended by the daemon: start `modem-helper run` first")
    clock = SystemClock()
    stored = op in STORED or "id" in args
    async with _store(config, op, elsewhere=elsewhere, stored=stored) as (db, path):
        await db.open(path, clock.now())
        agent = Agent(config, db, clock)
        if stored:
            return await _operation(agent, op)(args, emit)
        keeping = asyncio.create_task(agent.keeper.run())
        working = asyncio.create_task(_with_modem(agent, op, args, emit))
        try:
            # The keeper ends only by an error that no waiting mends (a port that can't be one).
            await asyncio.wait({keeping, working}, return_when=asyncio.FIRST_COMPLETED)
            return await (working if working.done() else keeping)
        finally:
            keeping.cancel()
            working.cancel()
            await asyncio.gather(keeping, working, return_exceptions=True)


async def _with_modem(agent: Agent, op: str, args: Json, emit: Emit) -> Any:
    """The operation, as soon as the modem is ready; its first failure is the end."""
    loop = asyncio.get_running_loop()
    patience = loop.call_later(SAY_AFTER_S, _say, WAITING)
    try:
        await ready_modem(agent.keeper)
    finally:
        patience.cancel()
    return await _operation(agent, op)(args, emit)


def _operation(agent: Agent, op: str) -> Operation:
    now = agent.clock.now()
    standing = Standing(agent.config, now, now)
    return Operations(lambda: agent, standing, agent.clock, alone=True).table[op]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@contextlib.asynccontextmanager
async def _store(
    config: Config, op: str, *, elsewhere: bool, stored: bool
) -> AsyncIterator[tuple[StoreThread, Path]]:
    """The configured store; for an operation that only looks, one that goes away afterwards.

    Where a PIN may be given it has to be the configured one: a try must be remembered.
    """
    db = StoreThread()
    with contextlib.ExitStack() as stack:
        path = config.store.path
        looks = op in READING and config.modem.sim_pin_file is None
        beside = looks and (elsewhere or not _usable(path))
        # Nothing is made by reading what isn't there.
        if not path.exists() if stored else beside:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "looking.db"
        try:
            yield db, path
        finally:
            await db.close()


def _usable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
