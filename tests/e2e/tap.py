"""A tap on the line between the daemon and the simulated modem: sees, holds and alters bytes.

The daemon opens a pty of the tap's own; the other end is the simulated modem's. What passes is
watched from outside both, so that a test can act at the moment a byte goes by.
"""

from __future__ import annotations

import os
import re
import selectors
import termios
import threading
import tty
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_READ_BYTES = 4096


class Way(Enum):
    """Which way bytes go."""

    TO_MODEM = "to the modem"
    FROM_MODEM = "from the modem"


class Then(Enum):
    """What becomes of the bytes of a trap."""

    PASS = "they go on, then the action runs"
    HOLD = "the action runs; they and all behind them, both ways, stay until `release`"
    PASS_THEN_HOLD = "they go on, all behind them, both ways, stay; then the action runs"


@dataclass(frozen=True, slots=True)
class Trap:
    """Springs once, when `pattern` has gone by."""

    way: Way
    pattern: re.Pattern[bytes]
    then: Then
    action: Callable[[], None]


class Tap:
    """Joins the simulated modem's port with a pty under `link`, byte by byte."""

    def __init__(self, port: str, link: Path) -> None:
        self._modem = os.open(port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._modem)
        # The slave stays open here, so that the line outlives a killed daemon.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._link = link
        link.symlink_to(os.ttyname(self._slave))
        self.seen: dict[Way, bytearray] = {way: bytearray() for way in Way}
        self.alter: Callable[[bytes], bytes] | None = None
        """Changes what comes from the modem, a read at a time."""
        self.error: BaseException | None = None
        self._holding = False
        self._traps: list[tuple[Trap, int]] = []
        self._lock = threading.RLock()
        self._stop, self._stopper = os.pipe()
        self._thread = threading.Thread(target=self._run, name="tap", daemon=True)
        self._thread.start()

    # --- what a test does ---------------------------------------------------------------------

    def trap(
        self,
        way: Way,
        pattern: bytes,
        action: Callable[[], None] = lambda: None,
        then: Then = Then.PASS,
    ) -> threading.Event:
        """Have `action` run, once, when `pattern` goes by; the event is set when it has run."""
        sprung = threading.Event()

        def act() -> None:
            action()
            sprung.set()

        with self._lock:
            trap = Trap(way, re.compile(pattern), then, act)
            self._traps.append((trap, len(self.seen[way])))
        return sprung

    def release(self) -> None:
        """Let bytes pass again. What was held is lost, as with a power cut of the host."""
        with self._lock:
            self._holding = False
            termios.tcflush(self._slave, termios.TCIFLUSH)

    def commands(self, pattern: bytes) -> list[bytes]:
        """All that reached the modem so far and looks like that."""
        with self._lock:
            return re.findall(pattern, bytes(self.seen[Way.TO_MODEM]))

    def say(self, data: bytes) -> None:
        """Say something to the daemon in the modem's name."""
        os.write(self._master, data)

    def close(self) -> None:
        """Take the line away."""
        os.write(self._stopper, b"x")
        self._thread.join()
        self._link.unlink(missing_ok=True)
        for descriptor in (self._modem, self._master, self._slave, self._stop, self._stopper):
            os.close(descriptor)
        if self.error is not None:
            raise self.error

    # --- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._carry()
        except BaseException as error:  # noqa: BLE001 -- raised by close()
            self.error = error

    def _carry(self) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor in (self._modem, self._master, self._stop):
                selector.register(descriptor, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == self._stop:
                        return
                    try:
                        data = os.read(key.fd, _READ_BYTES)
                    except OSError:  # the modem is gone: nothing more comes from it
                        selector.unregister(key.fd)
                        continue
                    if key.fd == self._master:
                        self._take(Way.TO_MODEM, data, self._modem)
                    else:
                        self._take(Way.FROM_MODEM, data, self._master)

    def _take(self, way: Way, data: bytes, to: int) -> None:
        with self._lock:
            if self._holding:
                return
            if way is Way.FROM_MODEM and self.alter is not None:
                data = self.alter(data)
            sprung = self._sprung(way, data)
            if sprung is None:
                self._pass(way, data, to)
                return
            trap, end = sprung
            if trap.then is Then.HOLD:
                self._holding = True
            else:
                self._pass(way, data[:end], to)
                self._holding = trap.then is Then.PASS_THEN_HOLD
            trap.action()
            if trap.then is Then.PASS and end < len(data):
                self._take(way, data[end:], to)

    def _sprung(self, way: Way, data: bytes) -> tuple[Trap, int] | None:
        """The first trap that these bytes complete, and where its pattern ends in them."""
        stream = bytes(self.seen[way]) + data
        for entry in self._traps:
            trap, since = entry
            found = trap.pattern.search(stream, since) if trap.way is way else None
            if found is not None:
                self._traps.remove(entry)
                return trap, max(0, found.end() - len(self.seen[way]))
        return None

    def _pass(self, way: Way, data: bytes, to: int) -> None:
        self.seen[way] += data
        if data:
            os.write(to, data)
