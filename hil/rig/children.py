"""Processes of the program itself, started for a run and ended with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent


def start(
    arguments: Sequence[str], home: Path, *, stdout: int, stderr: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Run `modem-helper` with these arguments in that directory.

    Ctrl-C is for the suite, which ends it in order. Where the suite is killed, the kernel tells it
    to end: a daemon that stays would hold the modem, in the middle of a change perhaps.
    """
    # Of util-linux, which every Debian has; without it only a killed run is a nuisance.
    setpriv = shutil.which("setpriv")
    tied = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv is not None else []
    return subprocess.Popen(  # noqa: S603 -- our own program
        [*tied, sys.executable, "-m", "cli", *arguments],
        cwd=home,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def environment() -> dict[str, str]:
    """What a process of ours is started with, so that it finds the same program."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
