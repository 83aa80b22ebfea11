"""The database's files: made, locked, looked at. What is in them is database.py's."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from apn_config.store.errors import (
    StoreCorrupt,
    StoreError,
    StoreForbidden,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnavailable,
)

# How each SQLite file begins (sqlite.org/fileformat2, 1.3).
_MAGIC: Final = b"SQLite format 3\0"


def make_directory(directory: Path) -> None:
    """Makes the directory and syncs its parent. One that is there is left as it is.

    Raises OSError.
    """
    if directory.is_dir():
        return
    make_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    sync_directory(directory.parent)


def take_lock(path: Path) -> int:
    """The file descriptor that holds the lock. The kernel frees it however the process ends.

    Raises StoreError; StoreLocked where another process has it.
    """
    with os_errors_told(path):
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            os.write(lock, str(os.getpid()).encode())
        except BlockingIOError:
            written = os.read(lock, 20)
            os.close(lock)
            raise StoreLocked(path, int(written) if written.isdigit() else None) from None
        except BaseException:
            os.close(lock)
            raise
        return lock


def check(path: Path) -> None:
    """A file that is somebody else's is neither locked nor given another mode: StoreForeign.

    Where a lock file stands beside it this program has had its database there: StoreCorrupt.
    Raises every other StoreError, too.
    """
    with os_errors_told(path):
        try:
            with path.open("rb") as file:
                head = file.read(len(_MAGIC))
        except FileNotFoundError:
            return
        if head not in (b"", _MAGIC):
            if Path(f"{path}.lock").exists():
                raise StoreCorrupt(path, "its beginning is overwritten")
            raise StoreForeign(path)
        wal = Path(f"{path}-wal")
        if not head and wal.exists() and wal.stat().st_size:
            # SQLite would take it for a new one, and drop what the -wal file holds.
            raise StoreCorrupt(path, "it is cut to nothing")


def create(path: Path) -> None:
    """Creates the file before SQLite does, so that it never has another mode.

    SQLite gives its -wal and -shm files the mode of the database. Raises StoreError.
    """
    with os_errors_told(path):
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                if name.exists() and name.stat().st_mode & 0o077:
                    name.chmod(0o600)
            return
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_directory(path.parent)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file that is, for as long as it is open; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def sync_directory(directory: Path) -> None:
    """What was created, renamed or removed in it becomes durable. Raises OSError."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def trouble_with_disk(path: Path) -> StoreUnavailable | None:
    """What is wrong with the file system that an I/O error came from, if it is plain to see."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return None
    if disk.f_flag & os.ST_RDONLY:
        return StoreReadOnly(path)
    return None if disk.f_bavail else StoreFull(path)


@contextmanager
def os_errors_told(path: Path) -> Iterator[None]:
    """What the system says, as a StoreError about `path`."""
    try:
        yield
    except OSError as error:
        raise _from_os(error, path) from error


def _from_os(error: OSError, path: Path) -> StoreError:
    match error.errno:
        case errno.EACCES | errno.EPERM:
            return StoreForbidden(path)
        case errno.EROFS:
            return StoreReadOnly(path)
        case errno.ENOSPC | errno.EDQUOT:
            return StoreFull(path)
    return StoreUnavailable(path, f"{error.strerror}; look at the disk and at the path")
