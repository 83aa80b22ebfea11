"""Running another program: without a shell, for a bounded time, with bounded output.

What it started and left behind in its session is ended with it. Nothing here logs what it printed,
which may hold secrets.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from apn_config.appliers.errors import ApplierRefused, ApplierUnavailable

# What is printed beyond is read and dropped: a program that may not print would hang.
MAX_OUTPUT_OCTETS = 1 << 16
# What is left in the pipes of a program that ended is there at once. A process that made itself a
# session of its own may hold a pipe open for ever.
_DRAIN_S = 0.5
CLEAN_ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/",
}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: its exit code, or minus the signal that ended it, and what it said."""

    code: int
    output: str = field(repr=False)
    errors: str = field(repr=False)


async def run_program(
    command: Sequence[str],
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    keep_open: Sequence[int] = (),
) -> Finished:
    """Run it to its end. `environment` is added to a clean one, `keep_open` are descriptors.

    ApplierRefused where it can't be started, ApplierUnavailable where it isn't done in time; then,
    and when cancelled, it and all it started are killed.
    """
    loop = asyncio.get_running_loop()
    try:
        transport, protocol = await loop.subprocess_exec(
            _Collector,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            env={**CLEAN_ENVIRONMENT, **(environment or {})},
            cwd="/",
            start_new_session=True,
            pass_fds=tuple(keep_open),
        )
    except OSError as error:
        raise ApplierRefused(f"{command[0]} can't be started: {error.strerror}") from None
    try:
        async with asyncio.timeout(timeout_s):
            await protocol.ended.wait()
    except TimeoutError:
        raise ApplierUnavailable(f"{command[0]} wasn't done within {timeout_s:g} s") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(transport.get_pid(), signal.SIGKILL)
        await _drain(protocol)
        transport.close()
    return protocol.finished(cast("int", transport.get_returncode()))


async def _drain(protocol: _Collector) -> None:
    """Wait for the end that a kill brings, and for the rest of what was printed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            await protocol.ended.wait()
            await protocol.silent.wait()


class _Collector(asyncio.SubprocessProtocol):
    """Keeps the beginning of what a program prints."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.silent = asyncio.Event()
        self._said = {1: bytearray(), 2: bytearray()}
        self._open = {1, 2}

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        kept = self._said[fd]
        kept += data[: MAX_OUTPUT_OCTETS - len(kept)]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._open.discard(fd)
        if not self._open:
            self.silent.set()

    def process_exited(self) -> None:
        self.ended.set()

    def finished(self, code: int) -> Finished:
        output, errors = (self._said[fd].decode("utf-8", "replace") for fd in (1, 2))
        return Finished(code, output, errors)
