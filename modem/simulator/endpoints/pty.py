"""A simulated modem on a pseudo-terminal, under a link whose name stays."""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from pathlib import Path

from modem.inotify import Opening, OpenWatcher
from modem.port_links import LinkError, make_link, remove_link
from modem.simulator.endpoints.wire import Wire

_READ_BYTES = 4096
# Kept for a client that doesn't read; what is above is lost, as on a line without flow control.
MAX_UNREAD = 1 << 18
# How often the speed is looked at during a data connection: a pty tells nobody that it was set.
SPEED_LOOK_S = 0.2
_OUTPUT_SPEED = 5  # in what tcgetattr gives


class PtyEndpoint:
    """A raw pty on which a program finds the modem, and `link`, a symbolic link to it.

    A pty has no DTR: that a client is there is seen by its opening the file (inotify). While none
    is, what the modem says is lost, as on a real port. DTR drops when the last one closes it, or
    sets the speed to B0 (tcsetattr(3)), and that ends a data connection. `plug_in` and `unplug`
    are the cable. With `only_baud` a client that has set another speed hears rubbish, and is heard
    as such.
    """

    def __init__(
        self,
        wire: Wire,
        watcher: OpenWatcher,
        *,
        link: Path | None = None,
        only_baud: int | None = None,
    ) -> None:
        self.link = link
        self._only_speed = None if only_baud is None else getattr(termios, f"B{only_baud}")
        self.port = ""  # "/dev/pts/3" while plugged in
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._master = -1
        self._slave = -1
        self._watcher = watcher
        self._watch = -1
        self._clients = 0
        self._unread = bytearray()
        self._look: asyncio.TimerHandle | None = None
        self._last_port = ""
        wire.join(self)

    def connect(self, *, renamed: bool) -> None:
        """The cable is in again. The link leads to the port whatever it is called."""
        others: list[int] = []
        while renamed and (pair := os.openpty()):
            # The kernel gives the lowest free number, which may be the one that was just given up.
            found = os.ttyname(pair[1])
            others += pair
            if found != self._last_port:
                os.close(others.pop())
                os.close(others.pop())
                break
        try:
            self.plug_in()
        finally:
            for descriptor in others:
                os.close(descriptor)

    def disconnect(self) -> None:
        """The cable is out."""
        self.unplug()

    def plug_in(self) -> None:
        """Make the pty and its link; raises LinkError, OSError."""
        self._master, self._slave = os.openpty()
        # The slave stays open here: its raw settings live as long as somebody has it open.
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._clients = 0
        try:
            self._watch = self._watcher.watch(Path(self.port), self._notice)
            if self.link is not None:
                make_link(self.link, self.port)
        except (LinkError, OSError):
            self._close()
            raise
        self._loop.add_reader(self._master, self._read)
        self._wire.attach(self._send)

    def unplug(self) -> None:
        """Take the link and the pty away; a client sees its port vanish."""
        if self._master < 0:
            return
        self._last_port = self.port
        self._wire.detach(self._send)
        if self.link is not None:
            remove_link(self.link, self.port)
        self._close()

    def _close(self) -> None:
        if self._watch >= 0:
            self._watcher.unwatch(self._watch)
            self._watch = -1
        if self._look is not None:
            self._look.cancel()
            self._look = None
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
        self._unread.clear()
        self.port = ""

    def _notice(self, opening: Opening) -> None:
        """Count who has the port open. When the last one leaves, nothing stays for the next."""
        self._clients += 1 if opening is Opening.OPENED else -1
        if self._clients <= 0:
            self._clients = 0
            if self._wire.modem.line.in_data_mode:
                self._take()  # what it wrote before it left; no next one talks to a data connection
            self._wire.hang_up(self)
            if self._slave >= 0:
                self._unread.clear()
                termios.tcflush(self._slave, termios.TCIFLUSH)

    def _read(self) -> None:
        # An open that came before these bytes has to be known before they are answered.
        self._watcher.poll()
        self._take()
        if not self._clients:
            self._wire.hang_up(self)  # no DTR: what nobody waits for doesn't stay connected

    def _take(self) -> None:
        try:
            data = os.read(self._master, _READ_BYTES)
        except BlockingIOError:
            return
        self._wire.receive(self._as_heard(data), self)
        if self._wire.congested and self._master >= 0:
            self._loop.remove_reader(self._master)
            self._wire.when_relieved(self._resume)

    def _resume(self) -> None:
        if self._master >= 0:
            self._loop.add_reader(self._master, self._read)

    def _watch_speed(self) -> None:
        """During a data connection, see whether the client sets B0, or left before it was made."""
        self._look = None
        if self._slave < 0 or not self._wire.connects(self):
            return
        if not self._clients or termios.tcgetattr(self._slave)[_OUTPUT_SPEED] == termios.B0:
            self._wire.hang_up(self)
        else:
            self._look = self._loop.call_later(SPEED_LOOK_S, self._watch_speed)

    def _send(self, data: bytes) -> None:
        if self._look is None and self._wire.connects(self):
            self._watch_speed()
        self._watcher.poll()
        if not self._clients or len(self._unread) + len(data) > MAX_UNREAD:
            return
        waiting = bool(self._unread)
        self._unread += self._as_heard(data)
        if not waiting:
            self._flush()

    def _as_heard(self, data: bytes) -> bytes:
        """The bytes, or, at another speed than the modem's, what a UART makes of them."""
        if self._only_speed is None:
            return data
        speed = termios.tcgetattr(self._slave)[_OUTPUT_SPEED]
        return data if speed == self._only_speed else bytes(byte | 0x88 for byte in data)

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
