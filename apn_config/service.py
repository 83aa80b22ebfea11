"""The daemon: in which order it starts, what it waits for, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Never

from apn_config.agent import Agent
from apn_config.clock import Clock, SystemClock
from apn_config.config import Config
from apn_config.control import ControlServer
from apn_config.operations import Operations
from apn_config.storage_thread import StoreThread
from apn_config.store import StoreError

logger = logging.getLogger(__name__)

# A store or a socket that can't be had may be had later: a disk is mounted, a directory made.
RETRY_S = 30.0
# How long the parts may take to end. What they leave is finished by the next start.
STOP_S = 5.0


async def serve(config: Config, clock: Clock | None = None) -> None:
    """Run the daemon until SIGTERM or SIGINT. Whatever is missing is waited for."""
    clock = clock or SystemClock()
    for warning in config.warnings:
        logger.warning("%s", warning)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    daemon = asyncio.create_task(_serve_for_ever(config, clock))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({daemon, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if daemon.done():
        daemon.result()
    daemon.cancel()
    await asyncio.wait({daemon}, timeout=STOP_S)
    if not daemon.done():
        logger.error("something doesn't end: ending without it")
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait({daemon}, timeout=STOP_S)


async def _serve_for_ever(config: Config, clock: Clock) -> Never:
    """Without a store nothing is read from the modem, so nothing can be lost: wait for it.

    A store that fails at work (a full disk, a worn card) ends everything, and all begins anew from
    what is on the disk, as after a power cut.
    """
    while True:
        try:
            await _serve(config, clock)
        except* StoreError as errors:
            logger.error("%s", _first(errors))
        await asyncio.sleep(RETRY_S)


def _first(group: BaseExceptionGroup[StoreError]) -> StoreError:
    """One error of a group; the others are of the same disk."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


async def _serve(config: Config, clock: Clock) -> None:
    db = StoreThread()
    try:
        await db.open(config.store.path, clock.now())
        agent = Agent(config, db, clock)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(agent.run())
            tasks.create_task(offer_control(config, agent))
    finally:
        await db.close()


async def offer_control(config: Config, agent: Agent) -> None:
    """Serve the control socket until cancelled.

    The daemon does its work without it, too; it is tried again now and then.
    """
    server = ControlServer(config.control.socket, Operations(agent).table)
    while True:
        try:
            await server.start()
        except OSError as error:
            logger.error("no control socket at %s: %s", config.control.socket, error)
            await asyncio.sleep(RETRY_S)
        else:
            break
    try:
        await asyncio.Event().wait()
    finally:
        await server.close()
