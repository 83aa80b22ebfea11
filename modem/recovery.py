"""ModemKeeper: keeps one modem open and initialised, for ever.

Open, initialise, be ready, and begin again when the link is lost or the modem restarted, all in one
task, so that no two of them ever run beside each other. Where that doesn't help, the ladder of
`modem.ladder` is climbed. While the modem is ready nothing wakes it. What is done with the modem is
the caller's: `on_ready` and `on_event`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Never

from modem.device import Modem
from modem.errors import LinkLost, ModemError, PortMissing
from modem.ladder import LADDERS, Complaint, Trouble, trouble_of
from modem.notices import ModemEvent, Restarted, StorageFull
from modem.remedies import Budget, MemoryBudget, Remedies, Remedy
from modem.start import PinSource
from modem.usb import UsbPort, port_now, usb_port

if TYPE_CHECKING:
    from modem.power import PowerSwitch
    from modem.tap import Tap

logger = logging.getLogger(__name__)

# A USB modem that comes back shall be answered within two seconds. Looking is one stat.
LOOK_S = 0.5
# Opening a TCP port costs the other side something.
LOOK_TCP_S = 1.0
SHORTEST_PAUSE_S = 1.0
# A name that stays another device's for so long: the modem was exchanged for one of another kind.
FORGET_S = 600.0
# A modem that stays up for less than this hasn't started, and so many of such starts are a fault.
STEADY_S = 10.0
RESTARTS_IN_A_ROW = 3
# A modem that restarts so often within so long restarts again and again, be it usable in between.
RESTARTS = 6
RESTARTS_WITHIN_S = 3600.0
RESTARTS_WHY = "the modem restarts again and again; is its power supply strong enough?"
# How much of a complaint the status and the log show.
_WHY_CHARACTERS = 200


class KeeperPhase(Enum):
    """What the keeper is doing."""

    OPENING = "opening"
    INITIALISING = "initialising"
    READY = "ready"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class KeeperState:
    """For the status: `why` is the last failure, `attempts` how many there were in a row.

    `port` is the name in use, `remedies` what was done last, the oldest first.
    """

    phase: KeeperPhase
    port: str
    why: str | None = None
    attempts: int = 0
    trouble: Trouble | None = None
    remedies: tuple[Remedy, ...] = ()


class ModemKeeper:
    """Keeps the modem on `port`.

    `on_ready` is awaited after each initialisation, with the modem in hand; ModemErrors it raises
    count as failures of the modem, everything else ends `run`. `on_event` hears of all events,
    Restarted too, before the keeper acts on it. `budget` says how often the remedies may be used,
    `power` switches the modem's power, `tap` sees what passes on each of its links.
    """

    def __init__(
        self,
        port: str,
        baud: int = 115200,
        *,
        on_event: Callable[[ModemEvent], None],
        on_ready: Callable[[Modem], Awaitable[None]],
        pin_for: PinSource | None = None,
        budget: Budget | None = None,
        power: PowerSwitch | None = None,
        tap: Tap | None = None,
    ) -> None:
        self._port = port
        self._tap = tap
        self._baud = baud
        self._on_event = on_event
        self._on_ready = on_ready
        self._pin_for = pin_for
        self._remedies = Remedies(budget or MemoryBudget(), power)
        self._state = KeeperState(KeeperPhase.OPENING, port)
        self._settled = False  # all went well since the port was opened, `on_ready` too
        self._usb: UsbPort | None = None  # where a modem answered last
        self._began_s = 0.0  # the last start, or the try to open the port
        self._short_lives = 0
        self._restarts: deque[float] = deque(maxlen=RESTARTS)
        self._modem: Modem | None = None
        self._ready = asyncio.Event()
        self._failure: ModemError | None = None
        self._failed = asyncio.Event()
        self._complaint: Complaint | None = None
        self._wake = asyncio.Event()

    @property
    def state(self) -> KeeperState:
        """What it is doing now."""
        return replace(self._state, remedies=tuple(self._remedies.notes))

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

    def no_sms(self, why: str) -> None:
        """Sending failed several times in a row, for the network's reasons, though registered.

        To be called at each such failure; what is done, and how often, is the ladder's.
        """
        self._complain(Trouble.NO_SMS, f"registered, but no SMS: {why}")

    def _complain(self, trouble: Trouble, why: str) -> None:
        shown = "".join(char if char.isprintable() else "?" for char in why[:_WHY_CHARACTERS])
        self._complaint = Complaint(trouble, shown)
        self._wake.set()

    async def run(self) -> Never:
        """Keep the modem until cancelled. Errors of `on_ready` that are no ModemErrors end it."""
        while True:
            try:
                await self._live()
            except ModemError as error:
                # A link that was lost after everything had gone well is looked for at once.
                if self._settled and isinstance(error, LinkLost):
                    logger.warning("%s", error)
                    self._note_restart()
                    if self._keeps_restarting:
                        await self._remedies.climb(Trouble.REBOOTING, RESTARTS_WHY, None)
                    await self._let_it_settle()
                else:
                    await self._remedies.climb(trouble_of(error), str(error), None)
                    await self._pause(error)

    # --- while the port is open ---------------------------------------------------------------

    async def _live(self) -> Never:
        """From the open port to the failure that ends it; closes what it opened."""
        self._settled = False
        modem = await self._open()
        try:
            while True:
                await self._start(modem)
                await self._stay(modem)
                await self._let_it_settle()
        except ModemError as error:
            self._ready.clear()
            self._remedies.profile = modem.profile
            await self._remedies.climb(trouble_of(error), str(error), modem)
            raise
        finally:
            self._ready.clear()
            self._modem = None
            await modem.close()

    async def _open(self) -> Modem:
        self._began_s = asyncio.get_running_loop().time()
        self._enter(KeeperPhase.OPENING)
        port = port_now(self._port, self._usb)
        if port is None:
            raise PortMissing(
                self._port, f"{self._port} is another device now, and the modem's port isn't there"
            )
        if port != self._state.port:
            logger.warning("the modem's port is %s now, not %s", port, self._state.port)
            self._state = replace(self._state, port=port)
        modem = await Modem.open(port, baud=self._baud, on_event=self._hear, tap=self._tap)
        # Until it has said who it is, it is taken for the one that was here last.
        modem.profile = self._remedies.profile
        modem.lost.add_done_callback(self._on_lost)
        return modem

    async def _start(self, modem: Modem) -> None:
        """Initialise, then let the caller do its part."""
        self._wake.clear()
        self._complaint = None
        self._began_s = asyncio.get_running_loop().time()
        self._enter(KeeperPhase.INITIALISING)
        await modem.initialise(pin_for=self._pin_for)
        self._usb = usb_port(modem.port)
        self._modem = modem
        self._failure = None
        self._failed.clear()
        self._ready.set()
        self._enter(KeeperPhase.READY)
        try:
            await self._on_ready(modem)
        except ModemError as error:
            # While it restarts nothing else was to be expected.
            if modem.lost.done() or not modem.restarted.is_set():
                raise
            logger.info("%s", error)
        else:
            self._settled = True
            self._remedies.ready()
            self._state = KeeperState(KeeperPhase.READY, modem.port)

    async def _stay(self, modem: Modem) -> None:
        """Until the modem restarts. Raises how the link was lost, or what somebody complains of."""
        while not modem.restarted.is_set():
            complaint, self._complaint = self._complaint, None
            if complaint is not None and self._remedies.due(complaint.trouble) is not None:
                raise complaint
            await self._wake.wait()
            self._wake.clear()
        self._ready.clear()
        if modem.lost.done():
            raise modem.lost.result()
        if modem.asked_anew:
            return  # no sign of a power supply that gives way
        self._note_restart()
        if self._keeps_restarting and self._remedies.due(Trouble.REBOOTING) is not None:
            raise Complaint(Trouble.REBOOTING, RESTARTS_WHY)

    def _note_restart(self) -> None:
        now_s = asyncio.get_running_loop().time()
        self._short_lives = self._short_lives + 1 if now_s - self._began_s < STEADY_S else 0
        self._restarts.append(now_s)

    @property
    def _keeps_restarting(self) -> bool:
        times = self._restarts
        return len(times) == RESTARTS and times[-1] - times[0] < RESTARTS_WITHIN_S

    async def _let_it_settle(self) -> None:
        """Each start writes settings, some of them to flash: not to a modem that can't stay up."""
        too_many = self._short_lives - RESTARTS_IN_A_ROW
        if too_many < 0:
            return
        logger.warning("%s", RESTARTS_WHY)
        self._state = replace(
            self._state,
            phase=KeeperPhase.WAITING,
            why=RESTARTS_WHY,
            attempts=self._short_lives,
            trouble=Trouble.REBOOTING,
        )
        await asyncio.sleep(LADDERS[Trouble.REBOOTING].pause_s(too_many + 1))

    def _on_lost(self, lost: asyncio.Future[LinkLost]) -> None:
        self._ready.clear()
        self._wake.set()

    def _hear(self, event: ModemEvent) -> None:
        if isinstance(event, Restarted):
            what = "is set up again" if event.asked else "restarted"
            logger.warning("the modem %s: %s", what, event.why)
            self._ready.clear()
            self._wake.set()
        elif isinstance(event, StorageFull):
            self._complain(Trouble.STORAGE_FULL, "the storage for messages is full")
        self._on_event(event)

    # --- while it is closed -------------------------------------------------------------------

    async def _pause(self, failure: ModemError) -> None:
        why = str(failure)
        if why != self._state.why:
            logger.warning("%s", why)
        attempts = self._state.attempts + 1
        trouble = trouble_of(failure)
        self._state = KeeperState(KeeperPhase.WAITING, self._state.port, why, attempts, trouble)
        self._failure = failure
        self._failed.set()
        if isinstance(failure, PortMissing):
            await self._until_port_appears(why)
        else:
            pause_s = LADDERS[trouble].pause_s(attempts)
            if trouble is Trouble.SILENT:  # to have listened to a mute modem is a pause, too
                pause_s -= asyncio.get_running_loop().time() - self._began_s
            await asyncio.sleep(max(pause_s, SHORTEST_PAUSE_S))

    async def _until_port_appears(self, why: str) -> None:
        if "://" in self._port:
            await asyncio.sleep(LOOK_TCP_S)
            return
        loop = asyncio.get_running_loop()
        forget_s = loop.time() + FORGET_S
        while True:
            await asyncio.sleep(LOOK_S)
            if loop.time() >= forget_s:
                self._usb = None
            port = port_now(self._port, self._usb)
            if port is not None and os.path.exists(port):  # noqa: ASYNC240, PTH110 -- a stat of a device file
                return
            await self._remedies.climb(Trouble.GONE, why, None)

    def _enter(self, phase: KeeperPhase) -> None:
        """A new phase; the last failure stays visible until all went well."""
        self._state = replace(self._state, phase=phase)
