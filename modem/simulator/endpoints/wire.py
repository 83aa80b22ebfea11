"""The wire between a simulated modem and its endpoints: both directions, at the speed of a line."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from modem.simulator.core import SimulatedModem
from modem.simulator.faults import Direction as Direction

BITS_PER_BYTE = 10  # 8N1: start, eight, stop
# How finely a paced line is drawn: well under what a serial driver's FIFO hides.
_GRAIN_S = 0.002
# What a port's driver holds; above that the host has to wait (N_TTY_BUF_SIZE).
_CONGESTED_BYTES = 4096


class Pacer:
    """Passes bytes on as fast as a line of that speed does; at once when it has none.

    A byte arrives when its last bit does, and bytes that are sent together follow each other
    without a gap, however late the loop is: what it missed comes with the next tick.
    """

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


class Port(Protocol):
    """An endpoint, as the cable between it and the modem sees it."""

    def connect(self, *, renamed: bool) -> None:
        """The cable is in again; `renamed`: the port's name isn't to be the one it had."""
        ...

    def disconnect(self) -> None:
        """The cable is out: the port is gone."""
        ...


class Wire:
    """Joins one modem with the endpoints at which it can be reached; what it says reaches all.

    A data connection is that of the port which dialled: the DTR of no other one ends it.
    `on_traffic` sees the bytes as they leave the modem and as they reach it.
    """

    def __init__(self, modem: SimulatedModem, *, baud: int | None = None) -> None:
        self.modem = modem
        self.on_traffic: Callable[[Direction, bytes], None] | None = None
        self._sinks: list[Callable[[bytes], None]] = []
        self._ports: list[Port] = []
        self._relief: list[Callable[[], None]] = []
        # What is under way to the modem: whose, and how many bytes; None where its DTR drops.
        self._sent: deque[tuple[Port, int | None]] = deque()
        self._caller: Port | None = None  # whose command line is the last that could dial
        self._pumping = False
        self._inwards = Pacer(self._reach_modem, baud)
        self._outwards = Pacer(self._reach_hosts, baud)
        modem.on_output = self._pump
        modem.on_port = self._move_cable

    @property
    def congested(self) -> bool:
        """Is more under way to the modem than a port's buffer holds?"""
        return self._inwards.pending >= _CONGESTED_BYTES

    def join(self, port: Port) -> None:
        """Have `port` come and go with the modem's cable."""
        self._ports.append(port)

    def leave(self, port: Port) -> None:
        """It no longer does."""
        if port in self._ports:
            self._ports.remove(port)

    def attach(self, sink: Callable[[bytes], None]) -> None:
        """Have the modem's bytes handed to `sink`, too."""
        self._sinks.append(sink)

    def detach(self, sink: Callable[[bytes], None]) -> None:
        """No more bytes for `sink`."""
        if sink in self._sinks:
            self._sinks.remove(sink)

    def connects(self, port: Port) -> bool:
        """Are the bytes data now, on a connection that was dialled at `port`?"""
        return self.modem.line.in_data_mode and self._caller is port

    def receive(self, data: bytes, port: Port) -> None:
        """Bytes from a host at `port`."""
        self._sent.append((port, len(data)))
        self._inwards.send(data)

    def hang_up(self, port: Port) -> None:
        """The host at `port` dropped DTR, behind the bytes that it has sent."""
        if self._sent:
            self._sent.append((port, None))
        else:
            self._drop(port)

    def when_relieved(self, action: Callable[[], None]) -> None:
        """Have `action` called once the wire isn't congested any more."""
        self._relief.append(action)

    def _move_cable(self, plugged: bool, renamed: bool) -> None:
        for port in tuple(self._ports):
            if plugged:
                port.connect(renamed=renamed)
            else:
                port.disconnect()

    def _reach_modem(self, data: bytes) -> None:
        if self.on_traffic is not None:
            self.on_traffic(Direction.TO_MODEM, data)
        rest = data
        while self._sent and (rest or self._sent[0][1] is None):
            port, count = self._sent.popleft()
            if count is None:
                self._drop(port)
                continue
            if count > len(rest):
                self._sent.appendleft((port, count - len(rest)))
            arrived, rest = rest[:count], rest[count:]
            self._feed(arrived, port)
        if self._relief and not self.congested:
            relief, self._relief = self._relief, []
            for action in relief:
                action()

    def _feed(self, data: bytes, port: Port) -> None:
        if self.modem.state.call is None and not self.modem.line.answering:
            self._caller = port
        self.modem.feed(data)

    def _drop(self, port: Port) -> None:
        if self._caller is port:
            self.modem.hang_up()

    def _pump(self) -> None:
        """Take what the modem has to say when the line is free for it.

        What a port's hearing of it makes the modem say (a hang-up) comes behind, at every port.
        """
        if self._pumping:
            return
        self._pumping = True
        try:
            while not self._outwards.pending and (data := self.modem.take_output()):
                self._outwards.send(data)
        finally:
            self._pumping = False

    def _reach_hosts(self, data: bytes) -> None:
        if self.on_traffic is not None:
            self.on_traffic(Direction.FROM_MODEM, data)
        for sink in tuple(self._sinks):
            sink(data)
        self._pump()
