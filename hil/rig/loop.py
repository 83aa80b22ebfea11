"""An event loop in a thread of its own, so that tests read from top to bottom.

What is asynchronous (the modem in our hands, the REST client, the webhook) lives there, from the
begin of a run to its end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """The loop and its thread, until `close`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bench", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have it done, and wait for it; an interruption of the wait cancels it."""
        doing = self.submit(work)
        try:
            return doing.result()
        except BaseException:
            doing.cancel()
            raise

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have it done meanwhile."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def enter(self, context: AbstractAsyncContextManager[T]) -> T:
        """Enter a context that is left when the loop is closed, the last one first."""
        return self.run(self._stack.enter_async_context(context))

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Something that goes on beside the tests; it ends with the loop at the latest."""

        async def begin() -> asyncio.Task[None]:
            task = asyncio.create_task(work)
            self._stack.push_async_callback(_ended, task)
            return task

        return self.run(begin())

    def close(self) -> None:
        """Leave all contexts, and end the thread."""
        try:
            self.run(self._stack.aclose())
            self.run(self._loop.shutdown_default_executor())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
