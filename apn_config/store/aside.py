"""A damaged database is set aside, and another put in its place; a crash in between does no harm.

NAME.damaged, the note, holds a number n and why: there is damage, and it is to become
NAME.damaged-n. It is written when the damage is found and removed when another database stands in
its place, so the next start knows how far that came: until NAME.damaged-n is there the damaged one
is where it was, and all begins anew; afterwards only the rest of the moves is left. The other one
is whole, and on the disk, before anything moves.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from apn_config.store.files import os_errors_told, sync_directory

# What may stand beside a database; -journal only while a new one is being made.
_BESIDE: Final = ("-wal", "-shm", "-journal")
# They are for whoever wants to know why. Each may be as large as the live one, and may hold the
# secrets that were in it.
KEEP_DAMAGED: Final = 3


def note_damage(path: Path, why: str) -> None:
    """Writes down that the next opening is to replace the database. Raises StoreError."""
    note = Path(f"{path}.damaged")
    with os_errors_told(path):
        if note.exists():
            return
        _write(Path(f"{note}.new"), f"{1 + max(_numbers(path), default=0)} {why}")
        Path(f"{note}.new").rename(note)
        sync_directory(path.parent)


def noted_damage(path: Path) -> str | None:
    """Why the database is to be replaced; None where it isn't. Raises StoreError."""
    with os_errors_told(path):
        try:
            why = _read_note(path)[1]
        except FileNotFoundError:
            return None
    return "".join(each if each.isprintable() else "?" for each in why)


def replace(path: Path, build: Callable[[Path, Path], None]) -> None:
    """Sets the database aside that the note is about; in its place comes what `build` makes.

    `build` gets the damaged path and the one at which to make a database, durably, and to close
    it. The caller holds the lock. May be cut off anywhere and run again. Raises StoreError.
    """
    with os_errors_told(path):
        number, _ = _read_note(path)
        aside, new = Path(f"{path}.damaged-{number}"), Path(f"{path}.new")
        if path.exists() and not aside.exists():
            _remove(new)
            build(path, new)
            Path(f"{new}.lock").unlink(missing_ok=True)
            path.rename(aside)
            sync_directory(path.parent)
        if not path.exists():
            # A -wal file that the other one found beside it would be taken for its own.
            for end in _BESIDE:
                with suppress(FileNotFoundError):
                    Path(f"{path}{end}").rename(f"{aside}{end}")
            sync_directory(path.parent)
            with suppress(FileNotFoundError):
                new.rename(path)
            sync_directory(path.parent)
        Path(f"{path}.damaged").unlink()
        for old in sorted(_numbers(path))[:-KEEP_DAMAGED]:
            _remove(Path(f"{path}.damaged-{old}"))


def _read_note(path: Path) -> tuple[int, str]:
    number, _, why = Path(f"{path}.damaged").read_text(errors="replace").partition(" ")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return 1 + max(_numbers(path), default=0), "its note is damaged, too"
    return int(number), why


def _numbers(path: Path) -> list[int]:
    """Of the databases that were set aside."""
    start = f"{path.name}.damaged-"
    ends = (
        each.name.removeprefix(start)
        for each in path.parent.iterdir()
        if each.name.startswith(start)
    )
    return [int(end) for end in ends if end.isascii() and end.isdecimal()]


def _remove(path: Path) -> None:
    for end in ("", *_BESIDE):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
