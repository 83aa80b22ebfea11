"""Ending what runs until it is told to: Ctrl-C and SIGTERM, in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


def run_until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end, or until Ctrl-C or SIGTERM, which is no error: it is cancelled then."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        working = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, working.cancel)
        with suppress(asyncio.CancelledError):
            await working

    asyncio.run(main())
