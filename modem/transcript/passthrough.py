"""Hearing what passes on a modem's port, be it with another program's help.

With a pty, whatever a program says there goes to the modem at once, and what the modem says comes
back, unchanged; the speed that the program sets is set on the port. A pty tells nobody of a break.
Who writes faster than the other side takes it has to wait, as on a port with flow control.
Without one, what the modem says unasked is heard, and nothing is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from modem.errors import LinkLost, PortError
from modem.link import Link
from modem.pty_port import PtyPort
from modem.transcript.values import Way
from modem.transport import hold_reading, open_link, set_dtr, set_speed, unsent_bytes

# How often a port that is gone is looked for, and whether a program has set another speed.
LOOK_S = 0.3
# How much may wait for either side before the other one has to, and how often that is looked at.
MAX_WAITING_BYTES = 16 * 1024
HELD_LOOK_S = 0.005
# A program that reads nothing for so long won't read soon; a note says so.
UNREAD_S = 1.0


@dataclass(frozen=True, slots=True)
class LineListener:
    """Who hears it: bytes as they pass, and what else happens, in words."""

    passes: Callable[[Way, bytes], None]
    note: Callable[[str], None]


class PassThrough:
    """Opens a modem's port and keeps it open: what goes is looked for until it is back.

    `link` makes a pty for a program, under that name.
    """

    def __init__(
        self, port: str, listener: LineListener, *, baud: int = 115200, link: Path | None = None
    ) -> None:
        self._port = port
        self._listener = listener
        self._baud = baud
        self._link_path = link
        self._pty: PtyPort | None = None
        self._modem: Link | None = None
        self._program_there = False
        self._lost = asyncio.Event()
        self._unheard = False  # it was told that nobody hears the program
        self._held: asyncio.TimerHandle | None = None
        self._unread_since_s: float | None = None
        self._unread_told = False

    async def open(self) -> None:
        """Open the port, and offer the pty. Raises PortError, MisuseError, LinkError."""
        await self._open_modem()
        if self._link_path is not None:
            try:
                self._pty = PtyPort(_Program(self), link=self._link_path, baud=self._baud)
            except BaseException:
                await self.close()
                raise

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._lost.wait()
            except TimeoutError:
                self._follow_speed()
            else:
                await self._return()

    async def close(self) -> None:
        """Take the pty away, and close the port."""
        if self._held is not None:
            self._held.cancel()
        if self._pty is not None:
            self._pty.close()
            self._pty = None
        if self._modem is not None:
            await self._modem.close()
            self._modem = None

    async def _open_modem(self) -> None:
        self._modem = await open_link(self._port, _Modem(self), baud=self._baud)

    async def _return(self) -> None:
        """Look for the port once more."""
        await asyncio.sleep(LOOK_S)
        try:
            await self._open_modem()
        except PortError:
            return
        self._lost.clear()
        self._unheard = False
        self._listener.note(f"{self._port} is back")

    def _follow_speed(self) -> None:
        """Set on the port what a program has set on the pty."""
        baud = self._pty.baud() if self._pty is not None and self._program_there else None
        if baud is None or baud == self._baud:
            return
        self._baud = baud
        if self._modem is not None:
            set_speed(self._modem, baud)
        self._listener.note(f"the program sets {baud} baud")

    def _balance(self) -> None:
        """Have a side wait while the other one doesn't take what it said."""
        if self._pty is not None:
            self._hold(self._pty)

    def _look_again(self, pty: PtyPort) -> None:
        self._held = None
        self._hold(pty)

    def _hold(self, pty: PtyPort) -> None:
        from_program = self._modem is not None and unsent_bytes(self._modem) > MAX_WAITING_BYTES
        from_modem = pty.unread_bytes > MAX_WAITING_BYTES
        self._tell_unread(from_modem)
        pty.hold_reading(from_program)
        if self._modem is not None:
            hold_reading(self._modem, from_modem)
        if (from_program or from_modem) and self._held is None:
            self._held = asyncio.get_running_loop().call_later(HELD_LOOK_S, self._look_again, pty)

    def _tell_unread(self, waits: bool) -> None:
        """Say it where the modem has to wait for a program, and when it goes on."""
        now_s = asyncio.get_running_loop().time()
        if not waits:
            if self._unread_told:
                self._listener.note("the program reads again")
            self._unread_since_s, self._unread_told = None, False
        elif self._unread_since_s is None:
            self._unread_since_s = now_s
        elif not self._unread_told and now_s - self._unread_since_s >= UNREAD_S:
            self._unread_told = True
            self._listener.note("the program doesn't read: what the modem says has to wait")

    # The modem's side

    def from_modem(self, data: bytes) -> None:
        """The modem said this."""
        if self._pty is not None:
            self._pty.write(data)
        self._listener.passes(Way.FROM_MODEM, data)
        self._balance()

    def modem_lost(self, error: LinkLost) -> None:
        """The port is gone."""
        self._modem = None
        self._lost.set()
        self._listener.note(f"{self._port} is gone: {error.reason}")

    # The program's side

    def from_program(self, data: bytes) -> None:
        """The program said this. Without a modem nobody hears it, as on a cable that hangs."""
        self._follow_speed()
        if self._modem is not None:
            self._modem.write(data)
            self._listener.passes(Way.TO_MODEM, data)
            self._balance()
        elif not self._unheard:
            self._unheard = True
            self._listener.note(f"what the program says is lost until {self._port} is back")

    def program_came(self) -> None:
        """It opened the pty: on a real port, DTR would rise."""
        self._program_there = True
        if self._modem is not None:
            set_dtr(self._modem, True)
        self._listener.note("a program opened the port")

    def program_left(self, hangs_up: bool) -> None:
        """It closed the pty."""
        self._program_there = False
        if hangs_up and self._modem is not None:
            set_dtr(self._modem, False)
        self._listener.note("the program closed the port")


class _Modem:
    """The link's user."""

    def __init__(self, middle: PassThrough) -> None:
        self.data_received = middle.from_modem
        self.link_lost = middle.modem_lost


class _Program:
    """The pty's user."""

    def __init__(self, middle: PassThrough) -> None:
        self.data_received = middle.from_program
        self.opened = middle.program_came
        self.closed = middle.program_left
