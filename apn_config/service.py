"""The daemon: in which order it starts, what it waits for, how it reloads, and how it ends.

The control socket is there as long as the process is. The store and the agent on it have lives:
one ends with the store's failing or with a new configuration, and the next one begins from what is
on the disk, as after a power cut. Between two lives nothing is read from the modem, so nothing can
be lost.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Never

from apn_config.agent import ACTION_LIMIT_S, Agent, action_limit_s
from apn_config.appliers import ApplierError
from apn_config.clock import Clock, SystemClock
from apn_config.config import Config, ConfigError
from apn_config.control import ControlError, Emit, Json, Operation, offer_control
from apn_config.notify import Notifier
from apn_config.operations import ATTENDED, Operations
from apn_config.status import Stage, Standing, status_line
from apn_config.storage_thread import StoreThread
from apn_config.store import ChangeRow, StoreError
from apn_config.supervision import Supervision
from apn_config.vitals import Vitals, beat, idle
from modem import KeeperPhase, ModemError, ModemKeeper, Registration

logger = logging.getLogger(__name__)

# A store that can't be had may be had later: a disk is mounted, room is made.
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0
# A store that has held for so long has recovered.
STEADY_S = 600.0
# How long the parts may take to end. What they leave is finished by the next start.
STOP_S = 5.0
# An answer that is being handed to the network is let through; else it is sent again.
SENDING_S = 10.0
# How often it is looked whether a new configuration can wait for what is under way.
LOOK_S = 5.0
# A disk that answers at all does so within seconds, a worn SD card within tens of them.
STORE_LIMIT_S = 120.0
# A large store is read through when it is opened.
OPEN_LIMIT_S = 900.0
# A modem that starts five times within one initialisation, each with all its time-outs.
# What its power switch takes comes on top.
KEEPER_LIMIT_S = 900.0
# Asking wakes a modem that sleeps.
REGISTRATION_S = 300.0
STORE = "the store"
CLOSED = "it is being opened"
AT_REST = frozenset({KeeperPhase.READY, KeeperPhase.WAITING})


async def serve(
    config: Config,
    read_config: Callable[[], Config],
    *,
    clock: Clock | None = None,
    notifier: Notifier | None = None,
) -> None:
    """Run the daemon until SIGTERM or SIGINT. Whatever is missing is waited for.

    A second one of them ends it at once. `read_config` is called at SIGHUP. Raises ConfigError for
    what can only be mended in the configuration.
    """
    notifier = notifier or Notifier()
    daemon = Daemon(config, read_config, clock or SystemClock(), notifier)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, daemon.stop)
    loop.add_signal_handler(signal.SIGINT, daemon.stop)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    running = asyncio.create_task(daemon.run())
    stop = asyncio.create_task(daemon.wound_down())
    await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if running.done():
        running.result()
    running.cancel()
    await asyncio.wait({running}, timeout=STOP_S)
    if not running.done():
        logger.error("something doesn't end: ending without it")
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait({running}, timeout=STOP_S)
    notifier.close()


class _Renewed(Exception):
    """A new configuration takes the place of the present one."""


class Daemon:
    """One daemon."""

    def __init__(
        self, config: Config, read_config: Callable[[], Config], clock: Clock, notifier: Notifier
    ) -> None:
        self._clock = clock
        self._read_config = read_config
        self._check(config)
        self._standing = Standing(config, clock.now(), clock.now(), store_why=CLOSED)
        self._vitals = Vitals()
        self._supervision = Supervision(notifier, self._vitals, self._line)
        self._agent: Agent | None = None
        self._change: ChangeRow | None = None
        self._registration: Registration | None = None
        self._listens = self._begun = False
        self._next_config: Config | None = None
        self._renewal = asyncio.Event()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._moved = asyncio.Event()
        self._calls: set[asyncio.Future[Any]] = set()
        self._trouble: asyncio.Future[StoreError] | None = None
        operations = Operations(lambda: self._agent, self._standing, clock)
        self._table: Mapping[str, Operation] = {
            name: partial(self._operate, name, operation)
            for name, operation in operations.table.items()
        }

    # --- signals ------------------------------------------------------------------------------

    def stop(self) -> None:
        """End; asked a second time, at once."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    def reload(self) -> None:
        """Read the configuration again. A faulty one changes nothing, and is told."""
        if self._standing.stage is Stage.STOPPING:
            return
        self._supervision.reloading()
        try:
            config = self._read_config()
            self._check(config)
        except (ConfigError, ApplierError) as error:
            self._standing.config_error = str(error)
            logger.error("the configuration stays as it was: %s", error)
            self._be_ready()
            return
        self._next_config = config
        self._standing.config_error = None
        self._standing.stage = Stage.RELOADING
        self._renewal.set()

    def _check(self, config: Config) -> None:
        """Raises what an agent of this configuration would: ConfigError, ApplierError."""
        Agent(config, StoreThread(), self._clock)

    async def wound_down(self) -> None:
        """Wait until the daemon is to end, and until nothing is under way that should be ended."""
        await self._stop.wait()
        self._standing.stage = Stage.STOPPING
        logger.info("ending")
        self._supervision.stopping()
        winding = asyncio.create_task(self._wind_down())
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({winding, hurry}, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not winding.cancel():
            winding.result()

    async def _wind_down(self) -> None:
        agent = self._agent
        if agent is None:
            return
        await agent.wind_down(self._standing.config.apn.stop_timeout_s)
        with suppress(TimeoutError):
            async with asyncio.timeout(SENDING_S):
                async with agent.sending:
                    return

    # --- what runs ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._supervision.run())
            tasks.create_task(self._offer_control())
            tasks.create_task(self._live_on())

    async def _live_on(self) -> Never:
        """One life after the other. Without a store there is none: it is waited for."""
        self._tell_warnings()
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began_s = loop.time()
            try:
                await _lived(self._live(again=failures > 0))
            except* _Renewed:
                pass
            except* StoreError as errors:
                self._standing.store_why = str(_first(errors))
                logger.error("%s", self._standing.store_why)
            except* (ConfigError, ApplierError) as errors:
                # A secret file that was there at the start has gone since.
                self._standing.store_why = f"it isn't used before this is mended: {_first(errors)}"
                logger.error("%s", _first(errors))
            if not self._renewal.is_set():
                failures = 1 if loop.time() - began_s > STEADY_S else failures + 1
                await self._pause(
                    min(FIRST_RETRY_S * 2.0 ** min(failures - 1, 10), LONGEST_RETRY_S)
                )
            self._take_config()

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for a configuration that may mend it."""
        self._supervision.tell()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._renewal.wait()

    async def _live(self, *, again: bool) -> None:
        """One agent on one open store. Raises _Renewed, StoreError, ConfigError, ApplierError."""
        config = self._standing.config
        db = StoreThread()
        self._trouble = asyncio.get_running_loop().create_future()
        try:
            if again:
                # It may open and take nothing. A modem isn't set up for that: it writes its flash.
                await self._vitals.working(STORE, STORE_LIMIT_S, db.probe(config.store.path))
            opening = db.open(config.store.path, self._clock.now())
            await self._vitals.working(STORE, OPEN_LIMIT_S, opening)
            await db.run(self._standing.tally.begin)
            self._agent = Agent(config, db, self._clock, self._vitals, self._standing.tally)
            self._standing.store_why = None
            self._be_ready()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._agent.run())
                tasks.create_task(self._await_renewal(self._agent))
                tasks.create_task(_raise(self._trouble))
                if (every_s := self._supervision.every_s) is not None:
                    tasks.create_task(self._look_at_store(db, every_s))
                    tasks.create_task(self._look_at_keeper(self._agent.keeper, every_s))
                    tasks.create_task(self._look_at_network(self._agent.keeper))
        finally:
            self._agent = self._change = self._registration = None
            self._standing.store_why = CLOSED
            await self._end_calls()
            await self._vitals.working(STORE, STORE_LIMIT_S, db.close())

    def _be_ready(self) -> None:
        """The manager is told once there are store and socket, whether or not there is a modem: one
        by USB appears half a minute after boot.
        """
        self._begun = self._begun or (self._listens and self._standing.store_why is None)
        if self._begun and self._standing.stage is Stage.RUNNING:
            self._supervision.ready()

    # --- another configuration ----------------------------------------------------------------

    async def _await_renewal(self, agent: Agent) -> Never:
        """End the agent for a new configuration, at a moment when nothing is cut off by that.

        A change that waits for its modem is cut off: its port may be what was wrong. One on trial
        is brought back by whoever applied it, so another applier waits for its end.
        """
        await self._renewal.wait()
        while agent.keeper.state.phase is KeeperPhase.READY:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S), agent.changes.changing, agent.sending:
                    if not self._other_applier(agent) or await agent.changes.active() is None:
                        break
                with idle():
                    await asyncio.sleep(LOOK_S)
        raise _Renewed

    def _other_applier(self, agent: Agent) -> bool:
        """Will the next configuration give the APN to the system in another way?"""
        if self._next_config is None:
            return False
        present, following = agent.config.apn, self._next_config.apn
        return any(
            getattr(present, key) != getattr(following, key)
            for key in ("applier", "connection", "ppp", "script")
        )

    def _take_config(self) -> None:
        """What was read takes effect."""
        config, self._next_config = self._next_config, None
        self._renewal.clear()
        if config is None:
            return
        standing = self._standing
        if config.control != standing.config.control:
            self._moved.set()
        standing.config, standing.loaded = config, self._clock.now()
        if standing.stage is Stage.RELOADING:
            standing.stage = Stage.RUNNING
        logger.info("the configuration has taken effect")
        self._tell_warnings()
        self._be_ready()

    def _tell_warnings(self) -> None:
        for warning in self._standing.config.warnings:
            logger.warning("%s", warning)

    # --- what the watchdog is fed by ----------------------------------------------------------

    async def _look_at_store(self, db: StoreThread, every_s: float) -> None:
        """A store that answers lives; what it answers is for the manager to show."""

        async def look() -> Never:
            while True:
                self._change = await db.run(lambda store: store.changes.active())
                with idle():
                    await asyncio.sleep(every_s)

        await self._vitals.working(STORE, STORE_LIMIT_S, look())

    async def _look_at_keeper(self, keeper: ModemKeeper, every_s: float) -> None:
        """A keeper that opens or initialises its modem has to come to an end of it."""

        async def look() -> Never:
            seen = None
            while True:
                if keeper.state != seen or keeper.state.phase in AT_REST:
                    beat()
                seen = keeper.state
                await asyncio.sleep(every_s)

        power = self._standing.config.recovery.power
        off_s = 0.0 if power is None else float(power.parameters.get("off_s", 0.0))
        await self._vitals.working("the modem's keeper", KEEPER_LIMIT_S + off_s, look())

    async def _look_at_network(self, keeper: ModemKeeper) -> None:
        """Where the modem is registered, for the manager to show."""

        async def look() -> Never:
            while True:
                with idle():
                    modem = await keeper.modem()
                with suppress(ModemError):  # the keeper's trouble
                    self._registration = await modem.registration()
                with idle():
                    await asyncio.sleep(REGISTRATION_S)

        await self._vitals.working("the look at the network", ACTION_LIMIT_S, look())

    def _line(self) -> str:
        return status_line(self._standing, self._agent, self._change, self._registration)

    # --- the control socket -------------------------------------------------------------------

    async def _offer_control(self) -> Never:
        while True:
            self._moved.clear()
            path = self._standing.config.control.socket
            await offer_control(path, self._table, self._moved, self._listening, attended=ATTENDED)

    def _listening(self) -> None:
        self._listens = True
        self._be_ready()

    async def _operate(self, name: str, operation: Operation, args: Json, emit: Emit) -> Any:
        """An operation, as one of the workers; it ends with the life that it began in.

        A store that fails it is a store that fails: the next life goes on with what it left.
        """
        if self._standing.stage is Stage.STOPPING and name != "status":
            raise ControlError("the daemon is ending")
        limit_s = action_limit_s(self._standing.config)
        work = self._vitals.working(f"operation {name}", limit_s, operation(args, emit))
        call = asyncio.ensure_future(work)
        self._calls.add(call)
        try:
            await asyncio.wait({call})
        finally:
            self._calls.discard(call)
            call.cancel()
        if call.cancelled():
            raise ControlError("the daemon began anew in the middle of it; ask again")
        error = call.exception()
        if isinstance(error, StoreError) and self._trouble and not self._trouble.done():
            self._trouble.set_result(error)
        return call.result()

    async def _end_calls(self) -> None:
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)


async def _raise(trouble: asyncio.Future[StoreError]) -> Never:
    raise await trouble


async def _lived(life: Coroutine[Any, Any, None]) -> None:
    """Await it in a task of its own: a task group that fails in the moment in which it is cancelled
    tells of the failure alone (before Python 3.13, gh-116720), and the end would go unheard.
    """
    task = asyncio.create_task(life)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        await asyncio.wait({task})
    task.result()


def _first(group: BaseExceptionGroup[Exception]) -> BaseException:
    """One error of a group; the others are of the same disk."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
