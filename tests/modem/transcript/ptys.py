"""A pty as the modem's real port, and a program at a pty of ours; both for tests on one loop."""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

PATIENCE_S = 5.0  # of a failing test; a passing one waits for events only


def run(scenario: Coroutine[Any, Any, None]) -> None:
    """The scenario, which may not take for ever."""

    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await scenario

    asyncio.run(bounded())


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until it is so; what is waited for is the kernel's doing."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.002)


class ModemPty:
    """The modem's end of a pty; `port` is what a host opens."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.port = os.ttyname(self.slave)
        self.heard = bytearray()

    def say(self, data: bytes) -> None:
        """The modem says it."""
        os.write(self.master, data)

    def listen(self) -> bytes:
        """All that it has heard."""
        with suppress(BlockingIOError):
            self.heard += os.read(self.master, 65536)
        return bytes(self.heard)

    def baud_code(self) -> int:
        """The speed that its port is set to, as termios has it."""
        return int(termios.tcgetattr(self.slave)[5])

    def pull(self) -> None:
        """The cable is out."""
        os.close(self.slave)
        os.close(self.master)


class Program:
    """A program that opens a port, raw as most do."""

    def __init__(self, port: str) -> None:
        self.descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.heard = bytearray()

    def say(self, data: bytes) -> None:
        """Write it."""
        os.write(self.descriptor, data)

    def listen(self) -> bytes:
        """All that it has read."""
        with suppress(BlockingIOError):
            self.heard += os.read(self.descriptor, 65536)
        return bytes(self.heard)

    def set_speed(self, code: int, *, hang_up: bool = False) -> None:
        """Set the port's speed, and whether DTR is to drop when it is closed."""
        attributes = termios.tcgetattr(self.descriptor)
        attributes[4] = attributes[5] = code
        if hang_up:
            attributes[2] |= termios.HUPCL
        termios.tcsetattr(self.descriptor, termios.TCSANOW, attributes)

    def close(self) -> None:
        """Close it."""
        os.close(self.descriptor)
