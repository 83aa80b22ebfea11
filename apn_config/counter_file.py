"""The file by which a sender of signed commands counts: one number, the last that was used.

It is on the disk before the number is given out, so that no crash gives one out twice.
"""

from __future__ import annotations

import os
from pathlib import Path

from apn_config.config_reader import printable
from apn_config.dialects.signed import MAX_COUNTER
from apn_config.directory_lock import alone

_MAX_OCTETS = 64
_EXIT_NO_PERMISSION = 6


class CounterTrouble(Exception):
    """The file can't be used; the message says why and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)


def next_counter(path: Path) -> int:
    """The next number, 1 where there is no file yet. Raises CounterTrouble.

    Of two that ask at once each gets its own.
    """
    try:
        with alone(path.parent) as directory:
            counter = _last(path) + 1
            if counter > MAX_COUNTER:
                raise CounterTrouble(f"{_shown(path)}: the numbers are used up; rotate the key")
            _replace(path, counter, directory)
    except PermissionError:
        raise CounterTrouble(f"no permission on {_shown(path)}", _EXIT_NO_PERMISSION) from None
    except OSError as error:
        raise CounterTrouble(f"{_shown(path)}: {error.strerror}") from None
    return counter


def _last(path: Path) -> int:
    try:
        with path.open("rb") as file:
            octets = file.read(_MAX_OCTETS).strip()
    except FileNotFoundError:
        return 0
    # An empty file is no beginning: what was in it may be lost.
    if not octets.isdigit() or int(octets) > MAX_COUNTER:
        raise CounterTrouble(
            f"{_shown(path)}: wanted a number up to {MAX_COUNTER}, the last one that was used"
        )
    return int(octets)


def _replace(path: Path, counter: int, directory: int) -> None:
    beside = path.with_name(f".{path.name}.next")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(beside, flags, 0o600), "wb") as file:
        file.write(b"%d\n" % counter)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    os.fsync(directory)


def _shown(path: Path) -> str:
    return printable(str(path))
