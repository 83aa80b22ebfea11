"""A pty that another program uses as its modem's port: what it writes, when it opens and closes.

A pty has no DTR and no break. That the last program closed it is seen by inotify, the speed that it
set is asked of the kernel.
"""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from pathlib import Path
from typing import Protocol

from modem.inotify import Opening, OpenWatcher
from modem.port_links import LinkError, make_link, remove_link

_READ_BYTES = 4096
# Kept for a program that doesn't read, more than any session has; what is above is lost.
MAX_UNREAD = 1 << 24
_CFLAG, _INPUT_SPEED, _OUTPUT_SPEED = 2, 4, 5  # in what tcgetattr gives
_BAUDS = {
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name.startswith("B") and name[1:].isdecimal()
}


class PtyUser(Protocol):
    """Who is behind the port."""

    def data_received(self, data: bytes) -> None:
        """Bytes of the program's."""

    def opened(self) -> None:
        """A program opened the port that nobody had open."""

    def closed(self, hangs_up: bool) -> None:
        """The last one closed it; `hangs_up` tells that DTR drops on a real port (HUPCL)."""


class PtyPort:
    """A raw pty and, if wanted, a link to it. What nobody reads, since none has it open, is lost.

    Raises LinkError, OSError when made.
    """

    def __init__(self, user: PtyUser, *, link: Path | None = None, baud: int = 115200) -> None:
        self._user = user
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._clients = 0
        self._unread = bytearray()
        self._watcher = OpenWatcher()
        self._master, self._slave = os.openpty()
        # The slave stays open here: its raw settings live as long as somebody has it open.
        tty.setraw(self._slave)
        self._set_baud(baud)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        try:
            self._watcher.watch(Path(self.port), self._notice)
            if link is not None:
                make_link(link, self.port)
        except (LinkError, OSError):
            self._close()
            raise
        self._loop.add_reader(self._master, self._read)

    @property
    def name(self) -> str:
        """What a program is to open."""
        return self.port if self._link is None else str(self._link)

    def baud(self) -> int | None:
        """The speed that the program has set; None for B0 and for none of the standard's."""
        return _BAUDS.get(termios.tcgetattr(self._slave)[_OUTPUT_SPEED]) or None

    def _set_baud(self, baud: int) -> None:
        """What a program that sets none finds."""
        speed = next((code for code, number in _BAUDS.items() if number == baud), None)
        if speed is not None:
            attributes = termios.tcgetattr(self._slave)
            attributes[_INPUT_SPEED] = attributes[_OUTPUT_SPEED] = speed
            termios.tcsetattr(self._slave, termios.TCSANOW, attributes)

    def write(self, data: bytes) -> None:
        """Bytes for the program."""
        self._watcher.poll()
        if not self._clients or len(self._unread) + len(data) > MAX_UNREAD:
            return
        waiting = bool(self._unread)
        self._unread += data
        if not waiting:
            self._flush()

    @property
    def unread_bytes(self) -> int:
        """How much of what was written the program hasn't read, and the kernel has no room for."""
        return len(self._unread)

    def hold_reading(self, hold: bool) -> None:
        """Read nothing more from the program, whose writes wait soon, or go on."""
        if hold:
            self._loop.remove_reader(self._master)
        else:
            self._loop.add_reader(self._master, self._read)

    def close(self) -> None:
        """Take the port and its link away."""
        if self._link is not None:
            remove_link(self._link, self.port)
        self._close()

    def _close(self) -> None:
        self._watcher.close()
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
        os.close(self._slave)
        os.close(self._master)

    def _notice(self, opening: Opening) -> None:
        """Count who has it open. When the last one leaves, nothing stays for the next."""
        before, self._clients = self._clients, max(self._clients + _CHANGE[opening], 0)
        if not before and self._clients:
            self._user.opened()
        elif before and not self._clients:
            # What it wrote before it left may be told after this; were it taken now, what the next
            # one has written already would be taken for its words.
            self._unread.clear()
            hangs_up = bool(termios.tcgetattr(self._slave)[_CFLAG] & termios.HUPCL)
            termios.tcflush(self._slave, termios.TCIFLUSH)
            self._user.closed(hangs_up)

    def _read(self) -> None:
        # An open that came before these bytes has to be known before they are passed on.
        self._watcher.poll()
        self._take()

    def _take(self) -> None:
        try:
            data = os.read(self._master, _READ_BYTES)
        except BlockingIOError:
            return
        self._user.data_received(data)

    def _flush(self) -> None:
        try:
            written = os.write(self._master, self._unread)
        except BlockingIOError:
            written = 0
        del self._unread[:written]
        if self._unread:
            self._loop.add_writer(self._master, self._flush)
        else:
            self._loop.remove_writer(self._master)


_CHANGE = {Opening.OPENED: 1, Opening.CLOSED: -1}
