"""Files of other programs: read whole, and put back or changed so that a power cut leaves no half.

Nothing here knows what stands in them.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from apn_config.appliers.errors import ApplierError, ApplierRefused, ApplierUnavailable

_T = TypeVar("_T")

# A peers file or a chat script has some dozens of lines.
MAX_OCTETS = 1 << 16
_OPEN_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_OPEN_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What passes without anybody's help: somebody frees space, the card comes back.
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


@dataclass(frozen=True, slots=True)
class FileCopy:
    """A file as it was: what stood in it, whose it was, who could read it."""

    path: Path
    octets: bytes = field(repr=False)
    mode: int
    owner: int
    group: int


def read_copy(path: Path) -> FileCopy:
    """The file, links followed. Raises ApplierError."""
    try:
        number = os.open(path, _OPEN_READ)
        with os.fdopen(number, "rb") as file:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                raise ApplierRefused(f"{path}: this is no regular file")
            octets = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise _failure(path, "read", error) from None
    if len(octets) > MAX_OCTETS:
        raise ApplierRefused(f"{path}: wanted a file of at most {MAX_OCTETS} octets, got more")
    return FileCopy(path, octets, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def write_copy(copy: FileCopy) -> None:
    """Have the file be as the copy says, at once or not at all. Raises ApplierError.

    A link stays, and what it points to is replaced. A file that nobody may write, and one on a
    read-only file system, is left alone. The temporary file of a run that was cut off is removed.
    """
    try:
        # A link is resolved here, since the rename would replace the link itself.
        path = copy.path.resolve()
        _refuse_read_only(path)
        temporary = path.with_name(f".{path.name}.modem-helper")
        temporary.unlink(missing_ok=True)
        if not _is_as_in(path, copy):
            _replace(path, temporary, copy)
        _sync_directory(path.parent)
    except OSError as error:
        raise _failure(copy.path, "written", error) from None
    except RuntimeError:  # how pathlib says that links go in a circle
        raise ApplierRefused(f"{copy.path}: the link points to itself") from None


def dump(copies: tuple[FileCopy, ...]) -> str:
    """The copies as text, for the store."""
    return json.dumps(
        [
            {
                "path": str(copy.path),
                "octets": base64.b64encode(copy.octets).decode(),
                "mode": copy.mode,
                "owner": copy.owner,
                "group": copy.group,
            }
            for copy in copies
        ]
    )


def load(text: str) -> tuple[FileCopy, ...]:
    """The reverse of `dump`. ApplierRefused for a text that isn't from there."""
    try:
        return tuple(
            FileCopy(
                path=Path(item["path"]),
                octets=base64.b64decode(item["octets"]),
                mode=int(item["mode"]),
                owner=int(item["owner"]),
                group=int(item["group"]),
            )
            for item in json.loads(text)
        )
    except (ValueError, KeyError, TypeError):
        # From None: the error would quote the text, which may hold a password.
        raise ApplierRefused("the files that were kept for a roll-back can't be read") from None


async def in_thread(work: Callable[[], _T]) -> _T:
    """Run `work` beside the loop, and wait for its end even when cancelled.

    Otherwise a write that nobody waits for any more could come after the roll-back's.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # it is seen, so that asyncio doesn't complain of it
        raise


def _refuse_read_only(path: Path) -> None:
    """A rename needs no right to the file itself, so its owner's wish has to be asked for."""
    with suppress(FileNotFoundError):
        if not path.stat().st_mode & 0o222:
            raise ApplierRefused(f"{path}: the file is read-only; chmod u+w allows the change")


def _is_as_in(path: Path, copy: FileCopy) -> bool:
    """Is nothing to be done? Each write wears a card's flash."""
    try:
        found = read_copy(path)
    except ApplierError:
        return False
    return (found.octets, found.mode, found.owner, found.group) == (
        copy.octets,
        copy.mode,
        copy.owner,
        copy.group,
    )


def _replace(path: Path, temporary: Path, copy: FileCopy) -> None:
    number = os.open(temporary, _OPEN_NEW, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(copy.octets)
            file.flush()
            status = os.fstat(number)
            if (status.st_uid, status.st_gid) != (copy.owner, copy.group):
                os.fchown(number, copy.owner, copy.group)
            os.fchmod(number, copy.mode)
            os.fsync(number)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _sync_directory(directory: Path) -> None:
    """Make the rename last; also one that was cut off right behind it."""
    number = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _failure(path: Path, what: str, error: OSError) -> ApplierError:
    kind = ApplierUnavailable if error.errno in _PASSING else ApplierRefused
    hint = "; does the daemon run as a user who may?" if isinstance(error, PermissionError) else ""
    return kind(f"{path}: the file can't be {what}: {error.strerror}{hint}")
