"""A terminal with somebody at it: a program on a pty, typed at and read from."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.clients.programs import environment
from tests.clients.station import PATIENCE_S, until

_SETSID = "/usr/bin/setsid"  # of util-linux, which is on every Linux


class Terminal:
    """What stands on the screen, and a keyboard. A reader of its own keeps the program going."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._screen = bytearray()
        self._pressed = 0  # how much stood there when a key was pressed last
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._descriptor, 4096)
            except OSError:  # EIO: the program has ended
                return
            self._screen += data

    @property
    def screen(self) -> str:
        """All that was shown."""
        return self._screen.decode(errors="replace")

    def press(self, keys: str) -> None:
        """Type; "\\r" is the return key, "\\x01" is Ctrl-A."""
        self._pressed = len(self._screen)
        os.write(self._descriptor, keys.encode())

    def see(self, text: str, limit_s: float = PATIENCE_S) -> None:
        """Wait for a text behind the last key's."""

        def seen() -> bool:
            return text in self._screen[self._pressed :].decode(errors="replace")

        until(seen, f"{text!r} on the screen", limit_s, also=lambda: self.screen)

    def join(self) -> None:
        """Wait until all is read; the program has ended."""
        self._reader.join(PATIENCE_S)


@contextmanager
def at_terminal(command: Sequence[str], home: Path) -> Iterator[Terminal]:
    """Run a program at a terminal while the block lasts, with that terminal as its own."""
    ours, theirs = os.openpty()
    try:
        with subprocess.Popen(
            [_SETSID, "--ctty", *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=home,
            env=environment(home),
        ) as process:
            os.close(theirs)
            terminal = Terminal(ours)
            try:
                yield terminal
            finally:
                _end(process)
                terminal.join()
    finally:
        os.close(ours)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a program that was told to leave; one that stays is killed."""
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
