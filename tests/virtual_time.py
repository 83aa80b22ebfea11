"""An asyncio loop whose clock jumps to the next timer when nothing is ready: tests without sleeps.

`run(coro)` drives a coroutine on such a loop and returns its result. `loop.time()`, `call_later`,
`asyncio.sleep` and `asyncio.timeout` follow the virtual clock, so an hour of deadlines takes
milliseconds, in the same order on every machine.

File descriptors are watched, and whatever is ready goes first; but the clock jumps as soon as no
descriptor is ready, without waiting for one. So the loop is for in-memory links. Work in threads
and bytes from other processes take real time, which this clock doesn't count: only where no timer
is pending does the loop wait for them. A wait that nothing can end is an error, never a hang.

An exception in a callback fails the test, although asyncio would only log it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

# Where no timer is pending, only a thread or a descriptor can wake the loop. It gets this much real
# time before the wait is called a deadlock.
DEADLOCK_S = 5.0


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that moves the clock instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(DEADLOCK_S)
            if not ready:
                raise RuntimeError("deadlock: no timer is pending, and nothing became ready")
            return ready
        ready = super().select(0)
        if not ready:
            self.now_s += max(0.0, timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A selector loop on a virtual clock; `failures` are the exceptions that callbacks raised."""

    def __init__(self) -> None:
        self._clock = _JumpingSelector()
        super().__init__(self._clock)
        self.failures: list[Exception] = []
        self.set_exception_handler(_note_failure)

    def time(self) -> float:
        """Seconds on the virtual clock."""
        return self._clock.now_s

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Without the time-out of Python 3.12 and later: the clock would jump over it."""
        await super().shutdown_default_executor()


def _note_failure(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    assert isinstance(loop, VirtualTimeLoop)
    error = context.get("exception")
    loop.failures.append(
        error if isinstance(error, Exception) else RuntimeError(str(context.get("message")))
    )


def run(coro: Coroutine[Any, Any, T]) -> T:
    """Run `coro` on a new virtual-time loop; raise what it raises, or what a callback raised."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        result = runner.run(coro)
        loop = runner.get_loop()
        assert isinstance(loop, VirtualTimeLoop)
        if loop.failures:
            raise ExceptionGroup("callbacks failed", loop.failures)
        return result
