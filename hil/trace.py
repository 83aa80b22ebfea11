"""The traffic of simulated modems for a reader: times, directions, control characters shown.

Nothing is masked: a simulated modem has no secret but those that somebody typed to it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from modem.simulator import Direction

# What comes in single bytes is one line of the trace, as long as it doesn't stop for longer.
PATIENCE_S = 0.2
_MAX_LINE = 1024
_ARROWS = {Direction.TO_MODEM: ">>", Direction.FROM_MODEM: "<<"}
_NAMES = {0x0D: "<CR>", 0x0A: "<LF>", 0x1A: "<^Z>", 0x1B: "<ESC>", 0x7F: "<DEL>"}
# Where a line of the trace may end: the host's lines with a CR or a Ctrl-Z, the modem's with LF.
_ENDS = {Direction.TO_MODEM: b"\r\x1a\x1b", Direction.FROM_MODEM: b"\n"}


def shown(data: bytes) -> str:
    """Bytes as text: ASCII as it is, all else by name or in hex."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F else _NAMES.get(byte, f"<{byte:02X}>") for byte in data
    )


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of a trace: seconds since its zero, ">>" host, "<<" modem or "**" note, the text."""

    time_s: float
    way: str
    text: str


class Trace:
    """One modem's lines, each given to `take`; `since_s` is time zero."""

    def __init__(self, take: Callable[[TraceLine], None], since_s: float) -> None:
        self._take = take
        self._since_s = since_s
        self._loop = asyncio.get_running_loop()
        self._way = Direction.TO_MODEM
        self._line = bytearray()
        self._began_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def traffic(self, way: Direction, data: bytes) -> None:
        """Bytes that leave the modem or reach it."""
        if way is not self._way:
            self.flush()
            self._way = way
        if not self._line:
            self._began_s = self._loop.time()
        self._line += data
        if data[-1] in _ENDS[way] or len(self._line) >= _MAX_LINE:
            self.flush()
        elif self._timer is None:
            self._timer = self._loop.call_later(PATIENCE_S, self.flush)

    def note(self, text: str) -> None:
        """Something else that happened."""
        self.flush()
        self._put(self._loop.time(), "**", text)

    def flush(self) -> None:
        """Give out what was begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._line:
            line = bytes(self._line)
            self._line.clear()
            self._put(self._began_s, _ARROWS[self._way], shown(line))

    def _put(self, time_s: float, way: str, text: str) -> None:
        self._take(TraceLine(time_s - self._since_s, way, text))


class TraceFile:
    """Writes the lines of modem `number` to `out`, as long as that can be written to."""

    def __init__(self, out: TextIO, number: int) -> None:
        self._out = out
        self._number = number
        self._broken = False

    def __call__(self, line: TraceLine) -> None:
        """Write one."""
        if self._broken:
            return
        try:
            self._out.write(f"{line.time_s:12.6f} {self._number} {line.way} {line.text}\n")
            self._out.flush()
        except OSError as error:  # the reader is gone, or the disk is full: the modem goes on
            self._broken = True
            sys.stderr.write(f"the trace of modem {self._number} ends here: {error}\n")
