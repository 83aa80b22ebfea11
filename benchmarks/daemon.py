"""The daemon as a user starts it: a configuration file, a process, and its orderly end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

SENDER = "12345"
SHORT_NUMBER = "1234"
END_S = 10.0
_SHOWN_CHARACTERS = 2000

_CONFIG = """\
[modem]
port = "{port}"
[reply]
to = "{short_number}"
[access]
senders = ["{sender}"]
[store]
path = "{home}/store/modem-helper.db"
[control]
socket = "{home}/control.sock"
"""


class BenchmarkError(Exception):
    """Nothing could be measured; the message says why."""


def program() -> str:
    """The installed command that belongs to this interpreter."""
    path = Path(sys.executable).with_name("modem-helper")
    if not path.exists():
        raise BenchmarkError(f"{path} isn't there; install the program: pip install -e .")
    return str(path)


def write_config(home: Path, port: str) -> Path:
    """A configuration whose files are all in `home`."""
    path = home / "config.toml"
    path.write_text(_CONFIG.format(port=port, short_number=SHORT_NUMBER, sender=SENDER, home=home))
    return path


@asynccontextmanager
async def running(*command: str, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is to last as long as the context; BenchmarkError if it ended before."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=errors, stderr=errors
        )
    try:
        yield process
        if process.returncode is not None:
            # A few lines on a local disk, when all is over.
            said = log.read_text(errors="replace")[-_SHOWN_CHARACTERS:]  # noqa: ASYNC240
            raise BenchmarkError(f"{command[0]} ended with {process.returncode}:\n{said}")
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        process.kill()
        await process.wait()
