"""Is each worker waiting for work, or getting on with it? What the watchdog is fed by.

A worker is a piece of work under `Vitals.working`. It counts as busy unless it says, by `idle()`,
that it waits for what may never come: a message, a modem, its turn. While it is busy it has to show
progress within its limit, by `beat()` or by coming from `idle()`. Who forgets to say that it idles
is taken for stuck, not the other way round.

The parts call `idle` and `beat` for themselves and know no `Vitals`: which worker calls is known by
the context of its task, and outside of any worker both do nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Worker:
    """A worker at work: when it last got on, and in how many waits it is."""

    name: str
    limit_s: float
    moved_s: float
    waits: int = 0


_worker: ContextVar[_Worker | None] = ContextVar("worker", default=None)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A worker that is busy and hasn't got on for longer than it may."""

    name: str
    silent_s: float

    def __str__(self) -> str:
        return f"{self.name} has made no progress for {self.silent_s:.0f} s"


class Vitals:
    """The workers at work. Spans are of the loop's clock, which stands still in a sleeping device
    (CLOCK_MONOTONIC): nobody is stuck for having slept.
    """

    def __init__(self) -> None:
        self._workers: set[_Worker] = set()

    async def working(self, name: str, limit_s: float, work: Awaitable[T]) -> T:
        """Do `work` as a worker of that name, which may show nothing for `limit_s` at most."""
        worker = _Worker(name, limit_s, _now_s())
        token = _worker.set(worker)
        self._workers.add(worker)
        try:
            return await work
        finally:
            self._workers.discard(worker)
            _worker.reset(token)

    def stuck(self) -> Stuck | None:
        """Who has been silent for too long, the longest first; None while all is well."""
        now_s = _now_s()
        silent = [
            Stuck(worker.name, now_s - worker.moved_s)
            for worker in self._workers
            if not worker.waits and now_s - worker.moved_s > worker.limit_s
        ]
        return max(silent, key=lambda each: each.silent_s, default=None)


def beat() -> None:
    """The calling worker got on."""
    worker = _worker.get()
    if worker is not None:
        worker.moved_s = _now_s()


@contextmanager
def idle() -> Iterator[None]:
    """The calling worker waits for what may never come."""
    worker = _worker.get()
    if worker is None:
        yield
        return
    worker.waits += 1
    try:
        yield
    finally:
        worker.waits -= 1
        worker.moved_s = _now_s()


class Turn(asyncio.Lock):
    """A lock for which one idles: it is its holder that has to get on."""

    async def acquire(self) -> Literal[True]:
        """Wait for it."""
        with idle():
            return await super().acquire()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
