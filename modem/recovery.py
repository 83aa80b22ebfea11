"""ModemKeeper: keeps one modem open and initialised, for ever.

Open, initialise, be ready, and begin again when the link is lost or the modem restarted, all in one
task, so that no two of them ever run beside each other. While the modem is ready nothing wakes it.
What is done with the modem is the caller's: `on_ready` and `on_event`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Never

from modem.device import Modem
from modem.errors import LinkLost, ModemError, PortMissing, SimError
from modem.notices import ModemEvent, Restarted
from modem.start import PinSource

logger = logging.getLogger(__name__)

# A USB modem that comes back shall be answered within two seconds. Looking is one stat.
LOOK_S = 0.5
# Opening a TCP port costs the other side something.
LOOK_TCP_S = 1.0
# Any other failure: a port that somebody holds, a modem that is mute.
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# A modem that stays up for less than this hasn't started, and so many of such starts are a fault.
STEADY_S = 10.0
RESTARTS_IN_A_ROW = 3
# A card that is locked or absent needs somebody's hands.
CARD_PAUSE_S = 30.0


class KeeperPhase(Enum):
    """What the keeper is doing."""

    OPENING = "opening"
    INITIALISING = "initialising"
    READY = "ready"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class KeeperState:
    """For the status: `why` is the last failure, `attempts` how many there were in a row."""

    phase: KeeperPhase
    port: str
    why: str | None = None
    attempts: int = 0


class ModemKeeper:
    """Keeps the modem on `port`.

    `on_ready` is awaited after each initialisation, with the modem in hand; ModemErrors it raises
    count as failures of the modem, everything else ends `run`. `on_event` hears of all events,
    Restarted too, before the keeper acts on it.
    """

    def __init__(
        self,
        port: str,
        baud: int = 115200,
        *,
        on_event: Callable[[ModemEvent], None],
        on_ready: Callable[[Modem], Awaitable[None]],
        pin_for: PinSource | None = None,
    ) -> None:
        self._port = port
        self._baud = baud
        self._on_event = on_event
        self._on_ready = on_ready
        self._pin_for = pin_for
        self._state = KeeperState(KeeperPhase.OPENING, port)
        self._settled = False  # all went well since the port was opened, `on_ready` too
        self._modem: Modem | None = None
        self._ready = asyncio.Event()
        self._failure: ModemError | None = None
        self._failed = asyncio.Event()
        self._wake = asyncio.Event()

    @property
    def state(self) -> KeeperState:
        """What it is doing now."""
        return self._state

    async def modem(self) -> Modem:
        """The modem, once it is ready."""
        while self._modem is None or not self._ready.is_set():
            await self._ready.wait()
        return self._modem

    async def failure(self) -> ModemError:
        """What keeps the modem from being ready, once something does."""
        while self._failure is None:
            await self._failed.wait()
        return self._failure

    async def run(self) -> Never:
        """Keep the modem until cancelled. Errors of `on_ready` that are no ModemErrors end it."""
        while True:
            try:
                await self._live()
            except ModemError as error:
                # A link that was lost after everything had gone well is looked for at once.
                if self._settled and isinstance(error, LinkLost):
                    logger.warning("%s", error)
                else:
                    await self._pause(error)

    async def _live(self) -> Never:
        """From the open port to the failure that ends it; closes what it opened."""
        self._settled = False
        self._enter(KeeperPhase.OPENING)
        modem = await Modem.open(self._port, baud=self._baud, on_event=self._hear)
        modem.lost.add_done_callback(self._on_lost)
        loop = asyncio.get_running_loop()
        in_a_row = 0
        try:
            while True:
                began_s = loop.time()
                await self._start(modem)
                await self._wake.wait()
                self._ready.clear()
                if modem.lost.done():
                    raise modem.lost.result()
                in_a_row = in_a_row + 1 if loop.time() - began_s < STEADY_S else 0
                if in_a_row >= RESTARTS_IN_A_ROW:
                    await self._let_it_settle(in_a_row)
        finally:
            self._ready.clear()
            self._modem = None
            await modem.close()

    async def _let_it_settle(self, in_a_row: int) -> None:
        """Each start writes settings, some of them to flash: not to a modem that can't stay up."""
        why = "the modem restarts again and again; is its power supply strong enough?"
        logger.warning("%s", why)
        self._state = KeeperState(KeeperPhase.WAITING, self._port, why, in_a_row)
        await asyncio.sleep(min(2.0 ** (in_a_row - RESTARTS_IN_A_ROW), LONGEST_PAUSE_S))

    async def _start(self, modem: Modem) -> None:
        """Initialise, then let the caller do its part."""
        self._wake.clear()
        self._enter(KeeperPhase.INITIALISING)
        await modem.initialise(pin_for=self._pin_for)
        self._modem = modem
        self._failure = None
        self._failed.clear()
        self._ready.set()
        self._enter(KeeperPhase.READY)
        try:
            await self._on_ready(modem)
        except ModemError as error:
            # While it restarts or is gone nothing else was to be expected.
            if not self._wake.is_set():
                raise
            logger.info("%s", error)
        else:
            self._settled = True
            self._state = KeeperState(KeeperPhase.READY, self._port)

    def _on_lost(self, lost: asyncio.Future[LinkLost]) -> None:
        self._ready.clear()
        self._wake.set()

    def _hear(self, event: ModemEvent) -> None:
        if isinstance(event, Restarted):
            logger.warning("the modem restarted: %s", event.why)
            self._ready.clear()
            self._wake.set()
        self._on_event(event)

    async def _pause(self, failure: ModemError) -> None:
        why = str(failure)
        if why != self._state.why:
            logger.warning("%s", why)
        attempts = self._state.attempts + 1
        self._state = KeeperState(KeeperPhase.WAITING, self._port, why, attempts)
        self._failure = failure
        self._failed.set()
        if isinstance(failure, PortMissing):
            await self._until_port_appears()
        elif isinstance(failure, SimError):
            await asyncio.sleep(CARD_PAUSE_S)
        else:
            # Beyond ten doublings the limit holds anyway.
            await asyncio.sleep(min(FIRST_PAUSE_S * 2 ** min(attempts - 1, 10), LONGEST_PAUSE_S))

    async def _until_port_appears(self) -> None:
        if "://" in self._port:
            await asyncio.sleep(LOOK_TCP_S)
            return
        while True:
            await asyncio.sleep(LOOK_S)
            if os.path.exists(self._port):  # noqa: ASYNC240, PTH110 -- a stat of a device file
                return

    def _enter(self, phase: KeeperPhase) -> None:
        """A new phase; the last failure stays visible until all went well."""
        self._state = replace(self._state, phase=phase)
