"""The wire between a simulated modem and its endpoints: both directions, at the speed of a line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum

from modem.simulator.core import SimulatedModem

BITS_PER_BYTE = 10  # 8N1: start, eight, stop
# How finely a paced line is drawn: well under what a serial driver's FIFO hides.
_GRAIN_S = 0.002
# What a port's driver holds; above that the host has to wait (N_TTY_BUF_SIZE).
_CONGESTED_BYTES = 4096


class Direction(Enum):
    """Which way bytes go."""

    TO_MODEM = ">>"
    FROM_MODEM = "<<"


class Pacer:
    """Passes bytes on as fast as a line of that speed does; at once when it has none."""

    def __init__(self, deliver: Callable[[bytes], None], baud: int | None) -> None:
        self._deliver = deliver
        self._byte_s = BITS_PER_BYTE / baud if baud else 0.0
        self._waiting = bytearray()
        self._since_s = 0.0  # when the byte behind the ones that are through set out
        self._timer: asyncio.TimerHandle | None = None

    @property
    def pending(self) -> int:
        """How many bytes are under way."""
        return len(self._waiting)

    def send(self, data: bytes) -> None:
        """Send bytes along."""
        if not self._byte_s:
            self._deliver(data)
            return
        if not self._waiting:
            self._since_s = max(self._since_s, asyncio.get_running_loop().time())
        self._waiting += data
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is None and self._waiting:
            grain = max(1, int(_GRAIN_S / self._byte_s))
            due_s = self._since_s + min(grain, len(self._waiting)) * self._byte_s
            self._timer = asyncio.get_running_loop().call_at(due_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        # Half a byte of slack: the loop's clock may be a hair before the deadline that it called.
        elapsed_s = asyncio.get_running_loop().time() - self._since_s + self._byte_s / 2
        through = min(len(self._waiting), int(elapsed_s / self._byte_s))
        data = bytes(self._waiting[:through])
        del self._waiting[:through]
        self._since_s += through * self._byte_s
        self._schedule()
        if data:
            self._deliver(data)


class Wire:
    """Joins one modem with the endpoints at which it can be reached; what it says reaches all.

    `on_traffic` sees the bytes as they leave the modem and as they reach it.
    """

    def __init__(self, modem: SimulatedModem, *, baud: int | None = None) -> None:
        self.modem = modem
        self.on_traffic: Callable[[Direction, bytes], None] | None = None
        self._sinks: list[Callable[[bytes], None]] = []
        self._relief: list[Callable[[], None]] = []
        self._inwards = Pacer(self._reach_modem, baud)
        self._outwards = Pacer(self._reach_hosts, baud)
        modem.on_output = self._pump

    @property
    def congested(self) -> bool:
        """Is more under way to the modem than a port's buffer holds?"""
        return self._inwards.pending >= _CONGESTED_BYTES

    def attach(self, sink: Callable[[bytes], None]) -> None:
        """Have the modem's bytes handed to `sink`, too."""
        self._sinks.append(sink)

    def detach(self, sink: Callable[[bytes], None]) -> None:
        """No more bytes for `sink`."""
        if sink in self._sinks:
            self._sinks.remove(sink)

    def receive(self, data: bytes) -> None:
        """Bytes from a host."""
        self._inwards.send(data)

    def when_relieved(self, action: Callable[[], None]) -> None:
        """Have `action` called once the wire isn't congested any more."""
        self._relief.append(action)

    def _reach_modem(self, data: bytes) -> None:
        if self.on_traffic is not None:
            self.on_traffic(Direction.TO_MODEM, data)
        self.modem.feed(data)
        if self._relief and not self.congested:
            relief, self._relief = self._relief, []
            for action in relief:
                action()

    def _pump(self) -> None:
        """Take what the modem has to say when the line is free for it."""
        while not self._outwards.pending and (data := self.modem.take_output()):
            self._outwards.send(data)

    def _reach_hosts(self, data: bytes) -> None:
        if self.on_traffic is not None:
            self.on_traffic(Direction.FROM_MODEM, data)
        for sink in tuple(self._sinks):
            sink(data)
        self._pump()
