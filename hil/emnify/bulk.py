"""One thing done to many devices: some at a time, stopped when too many fail.

A device is tried once. What its failure means stands in its result; what wasn't tried is listed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from hil.emnify.errors import EmnifyError, MaybeSent, PartlySent, UnexpectedAnswer

_LOG = logging.getLogger(__name__)

# The platform's pace is slower than eight calls at a time need.
_CONCURRENCY = 8
# Before so many were tried, a share says nothing.
_MIN_TRIED = 10
_NO_PERMISSION = 6


class Outcome(Enum):
    """What became of one device's SMS."""

    SENT = "sent"  # taken by the platform; the receipt tells of the delivery
    FAILED = "failed"  # not taken
    PARTLY = "partly sent"
    MAYBE = "maybe sent"  # no answer: look before it is repeated
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Result:
    """One device's outcome, with the ids of the SMS that were taken."""

    device: int
    outcome: Outcome
    ids: tuple[int, ...] = ()
    error: EmnifyError | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: more than `max_failures` (a share) of at least `min_tried` devices failed."""

    max_failures: float = 0.2
    min_tried: int = _MIN_TRIED

    def reached(self, failed: int, tried: int) -> bool:
        """Is it time to stop?"""
        return tried >= self.min_tried and failed > self.max_failures * tried


Send = Callable[[int], Awaitable[tuple[int, ...]]]


class Stopping:
    """How a bulk is ended before its time: first nothing new is begun, then nothing waited for."""

    def __init__(self) -> None:
        self.asked = False
        self.given_up = asyncio.Event()

    def ask(self) -> None:
        """Once, and once more."""
        if self.asked:
            self.given_up.set()
        self.asked = True


async def send_to_all(
    devices: Sequence[int],
    send: Send,
    *,
    limits: Limits | None = None,
    progress: Callable[[Result], None] = lambda _result: None,
    stopping: Stopping | None = None,
    concurrency: int = _CONCURRENCY,
) -> tuple[Result, ...]:
    """The results in the order of the devices, each of them once.

    What is under way when it is asked to stop comes to its end, or else may have been sent.
    """
    stopping = stopping or Stopping()
    chosen = tuple(dict.fromkeys(devices))
    stop_at = limits or Limits()
    waiting = iter(chosen)
    results: dict[int, Result] = {}
    failed = 0
    stopped = False

    async def worker() -> None:
        nonlocal failed, stopped
        while not (stopped or stopping.asked) and (device := next(waiting, None)) is not None:
            results[device] = _interrupted(device)  # until it is known
            result = results[device] = await _sent(device, send)
            failed += result.outcome is not Outcome.SENT
            stopped = stopped or _hopeless(result) or stop_at.reached(failed, len(results))
            progress(result)

    workers = [asyncio.ensure_future(worker()) for _ in range(min(concurrency, len(chosen)))]
    await _ended(workers, stopping.given_up)
    return tuple(results.get(device, Result(device, Outcome.NOT_TRIED)) for device in chosen)


async def _ended(workers: Sequence[asyncio.Future[None]], given_up: asyncio.Event) -> None:
    """Wait for the end of all of them, or until they are given up. Raises what one raised."""
    waiting = asyncio.ensure_future(given_up.wait())
    together = asyncio.gather(*workers)
    try:
        await asyncio.wait((together, waiting), return_when=asyncio.FIRST_COMPLETED)
        if together.done():
            together.result()
    finally:
        waiting.cancel()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, waiting, together, return_exceptions=True)


def _interrupted(device: int) -> Result:
    error = MaybeSent(device, UnexpectedAnswer("it was interrupted"))
    return Result(device, Outcome.MAYBE, (), error)


async def _sent(device: int, send: Send) -> Result:
    try:
        return Result(device, Outcome.SENT, await send(device))
    except PartlySent as error:
        return Result(device, Outcome.PARTLY, error.ids, error)
    except MaybeSent as error:
        return Result(device, Outcome.MAYBE, (), error)
    except EmnifyError as error:
        return Result(device, Outcome.FAILED, (), error)
    except Exception as error:  # noqa: BLE001 -- said in the result
        # A fault of ours at one device is no reason to lose sight of the others.
        _LOG.exception("device %d", device)
        return Result(device, Outcome.MAYBE, (), MaybeSent(device, UnexpectedAnswer(repr(error))))


def _hopeless(result: Result) -> bool:
    """A token that isn't valid isn't so for the next device either."""
    return result.error is not None and result.error.exit_code == _NO_PERMISSION
