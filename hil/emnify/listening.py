"""Where the servers of this package listen. What they serve is theirs."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from hil.emnify.errors import EmnifyError

# How long calls under way are waited for at the end. One that never ends may hold up nothing.
_GOODBYE_S = 0.5
_USAGE, _FORBIDDEN, _BUSY = 2, 6, 7


class ListenError(EmnifyError):
    """An address can't be had."""

    def __init__(self, host: str, port: int, error: OSError | UnicodeError) -> None:
        code = error.errno if isinstance(error, OSError) else None
        codes = {errno.EADDRINUSE: _BUSY, errno.EACCES: _FORBIDDEN}
        self.exit_code = codes.get(code or 0, _USAGE)
        # A number below zero is getaddrinfo's, which has its own words.
        words = os.strerror(code) if code and code > 0 else getattr(error, "strerror", "")
        words = words or "is no address"
        reason = "is in use" if self.exit_code == _BUSY else words
        super().__init__(f"{host}:{port} {reason}")


@asynccontextmanager
async def listening_at(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve an application; its base URL, without a slash. Port 0 is any. Raises ListenError."""
    # A body that isn't as compressed as it says breaks aiohttp's own reading: taken as it is.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GOODBYE_S, auto_decompress=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, UnicodeError) as error:
            raise ListenError(host, port, error) from error
        bound, number = runner.addresses[0][:2]
        yield f"http://[{bound}]:{number}" if ":" in bound else f"http://{bound}:{number}"
    finally:
        await runner.cleanup()
