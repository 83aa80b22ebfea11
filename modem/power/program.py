"""Running a switch's program: without a shell, for so long at most, with its output bounded."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from modem.power import PowerFailed

logger = logging.getLogger(__name__)

TIMEOUT_S = 30.0
_SHOWN_OCTETS = 400


async def run(argv: Sequence[str], advice: str) -> None:
    """Run a program until it ends well. Raises PowerFailed, which ends in `advice`.

    Its arguments may hold secrets, so neither log nor error shows them; the start of its output is
    logged where it fails.
    """
    name = os.path.basename(argv[0])  # noqa: PTH119 -- no Path needed
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise PowerFailed(f"{name} can't be run: {reason}; {advice}") from error
    try:
        async with asyncio.timeout(TIMEOUT_S):
            output, code = await _head(process), await process.wait()
    except TimeoutError:
        await _kill(process)
        raise PowerFailed(f"{name} didn't end within {TIMEOUT_S:g} s; {advice}") from None
    except asyncio.CancelledError:
        await _kill(process)
        raise
    if code != 0:
        logger.warning("%s said: %s", name, _shown(output))
        raise PowerFailed(f"{name} ended with code {code}; {advice}")


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill it and what it started, which may hold its output open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            await _head(process)
            await process.wait()


async def _head(process: asyncio.subprocess.Process) -> bytes:
    """The start of what it says; the rest is read and thrown away."""
    assert process.stdout is not None
    kept = b""
    while data := await process.stdout.read(4096):
        kept = (kept + data)[:_SHOWN_OCTETS]
    return kept


def _shown(output: bytes) -> str:
    text = " ".join(output.decode("utf-8", "replace").split())
    return "".join(char if char.isprintable() else "?" for char in text) or "nothing"
