"""Times taken at a simulated modem's own end of the wire, from +CMTI to AT+CMGS."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.daemon import SENDER, SHORT_NUMBER, BenchmarkError
from hil.station import Station
from modem.simulator import Submission
from modem.simulator.endpoints import Direction

T = TypeVar("T")

ANSWER_S = 30.0
# What a client does behind the deletion, such as its last commit, is over when the line has been
# silent for so long.
QUIET_S = 0.03
# A start is over when the line has been silent for that long after +CNMI was set.
START_QUIET_S = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """One message: seconds from +CMTI to AT+CMGS, the modem's share of them, and the commands."""

    total_s: float
    modem_s: float
    commands: tuple[str, ...]

    @property
    def client_s(self) -> float:
        """All but the modem's own time."""
        return self.total_s - self.modem_s


class Probe:
    """Reads the clock at a simulated modem's end of the wire."""

    def __init__(self, station: Station, client: str) -> None:
        self.answers: asyncio.Queue[Submission] = asyncio.Queue()
        self.sample: Sample | None = None
        self._client = client
        self._listens = asyncio.Event()
        self._deleting = False
        self._deleted = asyncio.Event()
        self._touched_s = 0.0
        self._modem = station.modem
        self._announced_s: float | None = None
        self._busy_since_s: float | None = None
        self._modem_s = 0.0
        self._commands: list[str] = []
        station.wire.on_traffic = self._pass
        # Behind the pty's own sink: called once the bytes have been written.
        station.wire.attach(self._written)

    async def ready(self) -> None:
        """Wait until the client has asked for +CMTI, and for what it does then."""
        await self._within(self._listens.wait(), "start")
        await self.silence(START_QUIET_S)

    async def ping(self, text: str, wanted: str | None) -> Sample:
        """Send a message to the device, wait for its answer and until all is quiet again."""
        self.sample = None
        self._deleted.clear()
        self._modem.deliver(SENDER, text)
        answer = await self._within(self.answers.get(), f"answer {text!r}")
        if answer.to != SHORT_NUMBER or (wanted is not None and answer.text != wanted):
            raise BenchmarkError(f"{text!r} was answered {answer.text!r} to {answer.to}")
        await self._within(self._deleted.wait(), f"delete {text!r}")
        await self.silence(QUIET_S)
        if self.sample is None:
            raise BenchmarkError(f"{text!r} was answered without +CMTI and AT+CMGS")
        return self.sample

    async def _within(self, what: Awaitable[T], doing: str) -> T:
        try:
            return await asyncio.wait_for(what, ANSWER_S)
        except TimeoutError:
            raise BenchmarkError(f"{self._client} didn't {doing} within {ANSWER_S:g} s") from None

    async def silence(self, span_s: float) -> None:
        """Wait until nothing has been said for so long."""
        # No event tells that nothing happens.
        while (rest_s := self._touched_s + span_s - time.perf_counter()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(rest_s)

    def _pass(self, direction: Direction, data: bytes) -> None:
        now_s = time.perf_counter()
        if direction is Direction.TO_MODEM:
            self._take(now_s, data)
        elif b"+CMTI:" in data and self._announced_s is None:
            self._announced_s = self._busy_since_s = now_s
            self._modem_s = 0.0
            self._commands.clear()

    def _take(self, now_s: float, data: bytes) -> None:
        if data.startswith(b"AT+CNMI=2"):
            self._listens.set()
        elif data.startswith(b"AT+CMGD="):
            self._deleting = True
        if self._announced_s is None:
            return
        command = data.decode("latin-1").partition("=")[0].strip()
        self._commands.append(command)
        if command == "AT+CMGS":
            self.sample = Sample(now_s - self._announced_s, self._modem_s, tuple(self._commands))
            self._announced_s = None
        else:
            self._busy_since_s = now_s

    def _written(self, _data: bytes) -> None:
        self._touched_s = time.perf_counter()
        if self._busy_since_s is not None:
            self._modem_s += self._touched_s - self._busy_since_s
            self._busy_since_s = None
        if self._deleting:
            self._deleting = False
            self._deleted.set()
