"""The daemon: what it is made of, in which order it starts, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable

from apn_config.appliers import Applier
from apn_config.appliers.at import AtApplier
from apn_config.change import ChangeRunner, Plan
from apn_config.clock import Clock, SystemClock
from apn_config.config import Config
from apn_config.control import ControlServer
from apn_config.executor import Executor, Initialisations
from apn_config.intake import Intake, Judge
from apn_config.judgement import Judgement, judge_text
from apn_config.model import Sender
from apn_config.operations import Operations
from apn_config.outgoing import Outgoing
from apn_config.pin import PinGuard
from apn_config.storage_thread import StoreThread
from apn_config.store import StoreError
from apn_config.sweep import SweepPolicy
from modem import (
    ContextChanged,
    MessageDirect,
    MessageStored,
    Modem,
    ModemError,
    ModemEvent,
    ModemKeeper,
    RegistrationChanged,
    StorageFull,
)

logger = logging.getLogger(__name__)

# A store or a socket that can't be had may be had later: a disk is mounted, a directory made.
RETRY_S = 30.0


class Agent:
    """The parts that share one modem and one store. `db` is open before any of them runs."""

    def __init__(self, config: Config, db: StoreThread, clock: Clock) -> None:
        self.config = config
        self.db = db
        self.clock = clock
        self.applier: Applier = AtApplier()
        self.sending = asyncio.Lock()
        self.sweeps = SweepPolicy(config.modem.sweep_s)
        self._initialisations = Initialisations()
        self.keeper = ModemKeeper(
            config.require_port(),
            config.modem.baud,
            on_event=self._hear,
            on_ready=self._ready,
            pin_for=PinGuard(config, db, clock),
        )
        self._build()

    def _build(self) -> None:
        config, db, clock = self.config, self.db, self.clock
        plan = Plan(config.apn, config.reply.to or "", config.recovery.radio_cycles_per_day)
        self.outgoing = Outgoing(
            db=db,
            modem=self.keeper.modem,
            clock=clock,
            plan=plan,
            sending=self.sending,
            sent=lambda: self.runner.stirred.set(),
        )
        self.runner = ChangeRunner(
            db=db,
            modem=self.keeper.modem,
            applier=self.applier,
            plan=plan,
            clock=clock,
            sending=self.sending,
            answer_queued=self.outgoing.wake,
        )
        self.executor = Executor(
            db=db,
            modem=self.keeper.modem,
            applier=self.applier,
            runner=self.runner,
            plan=plan,
            max_age_h=config.access.max_age_h if config.access else 0,
            clock=clock,
            judge=self._judge(),
            initialisations=self._initialisations,
            answer_queued=self.outgoing.wake,
        )
        self.intake = Intake(
            db=db,
            modem=self.keeper.modem,
            clock=clock,
            judge=Judge(self._judge(), config.reply.to or ""),
            policy=self.sweeps,
            stored=self._stored,
        )

    def _judge(self) -> Callable[[str, Sender], Judgement]:
        access, pin_word = self.config.access, self.config.pin_word()
        return lambda text, sender: judge_text(text, sender, access, pin_word)

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.keeper.run())
            tasks.create_task(self.intake.run())
            tasks.create_task(self.executor.run())
            tasks.create_task(self.outgoing.run())
            tasks.create_task(self._watch_drift())

    def _stored(self) -> None:
        self.outgoing.wake()
        self.executor.wake()

    def _hear(self, event: ModemEvent) -> None:
        """What the modem says unasked; called in the order of its words, never blocks."""
        match event:
            case MessageStored():
                self.intake.announce(event)
            case MessageDirect():
                self.intake.take_direct(event)
            case StorageFull():
                self.intake.storage_full()
            case RegistrationChanged() | ContextChanged():
                self.runner.stirred.set()
                self.outgoing.wake()
            case _:
                logger.debug("%s", event)

    async def _ready(self, _modem: Modem) -> None:
        self._initialisations.another()
        self.intake.initialised()
        self.outgoing.wake()
        self.runner.stirred.set()

    async def _watch_drift(self) -> None:
        """After each initialisation, see that the modem holds what was committed."""
        seen = 0
        while self.config.apn.enforce:
            seen = await self._initialisations.beyond(seen)
            try:
                await self.executor.correct_drift(await self.keeper.modem())
            except ModemError as error:
                # The next initialisation looks again.
                logger.warning("the modem's APN couldn't be compared: %s", error)


async def serve(config: Config, clock: Clock | None = None) -> None:
    """Run the daemon until SIGTERM or SIGINT. Whatever is missing is waited for."""
    clock = clock or SystemClock()
    for warning in config.warnings:
        logger.warning("%s", warning)
    main = asyncio.current_task()
    assert main is not None
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    daemon = asyncio.create_task(_serve(config, clock))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({daemon, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if daemon.done():
        daemon.result()
    daemon.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await daemon


async def _serve(config: Config, clock: Clock) -> None:
    db = StoreThread()
    await _open_store(db, config, clock)
    try:
        agent = Agent(config, db, clock)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(agent.run())
            tasks.create_task(offer_control(config, agent))
    finally:
        await db.close()


async def _open_store(db: StoreThread, config: Config, clock: Clock) -> None:
    """Without a store nothing is read from the modem, so nothing can be lost: wait for it."""
    while True:
        try:
            await db.open(config.store.path, clock.now())
        except StoreError as error:
            logger.error("%s", error)
            await asyncio.sleep(RETRY_S)
        else:
            return


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
