"""The shim in this process: what it has noted, and what it is to let fail.

Works where the process was started with it: `environment` compiles it and says how.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.disk.images import Note, parse_notes

SOURCE = Path(__file__).with_name("shim.c")


def compiler() -> str | None:
    """Where a C compiler is."""
    return shutil.which("cc")


def environment(directory: Path) -> dict[str, str]:
    """Compile the shim into `directory`; the environment of a process that has it."""
    library = directory / "shim.so"
    command = ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([compiler() or "cc", *command, str(SOURCE), "-ldl"], check=True)
    return {**os.environ, "LD_PRELOAD": str(library), "PYTHONHASHSEED": "0"}


def unseen() -> str | None:
    """Why this process can't be watched; None where it can. A Python that has SQLite built in may
    write past the shim.
    """
    recorder = Recorder()
    with TemporaryDirectory() as directory:
        recorder.watch(Path(directory))
        connection = sqlite3.connect(Path(directory, "db"))
        connection.execute("CREATE TABLE seen (id)")
        connection.close()
        noted = {note.path for note in recorder.notes()}
        recorder.watch(None)
    if not any(path.endswith("/db") for path in noted):
        return "this Python's SQLite doesn't write by way of the C library"
    return None


class Recorder:
    """One process has one. It watches one directory at a time."""

    def __init__(self) -> None:
        self._shim = ctypes.CDLL(None)
        self._shim.shim_notes.restype = ctypes.c_void_p
        self._shim.shim_noted.restype = ctypes.c_size_t
        self._shim.shim_fail.argtypes = [ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_int]
        self._shim.shim_calls.restype = ctypes.c_long
        self._taken = 0

    def watch(self, directory: Path | None) -> None:
        """From now on this directory, from a clean sheet; None: nothing."""
        self._shim.shim_watch(None if directory is None else os.fsencode(directory))
        self._taken = 0

    def notes(self) -> Iterator[Note]:
        """What was noted since the last call."""
        size = self._shim.shim_noted()
        if size > self._taken:
            log = ctypes.string_at(self._shim.shim_notes() + self._taken, size - self._taken)
            self._taken = size
            yield from parse_notes(log)

    def fail(self, kind: str, after: int, error: int, *, lasting: bool = False) -> None:
        """Have a write ("W") or sync ("S") fail, after so many others; `lasting`: all later too."""
        self._shim.shim_fail(ord(kind), after, error, lasting)

    def work(self) -> None:
        """Nothing fails any more."""
        self._shim.shim_fail(0, 0, 0, 0)

    @property
    def failures(self) -> int:
        """How many have failed."""
        return int(self._shim.shim_failures())

    def calls(self, kind: str) -> int:
        """How many writes or syncs there were since `watch`."""
        return int(self._shim.shim_calls(ord(kind)))
