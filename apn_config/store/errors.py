"""What can go wrong with the store, as one tree.

StoreError
├── StoreUnavailable    it can't be read or written now; it may go on later
│   ├── StoreFull       no room on the disk, or over the quota
│   ├── StoreReadOnly   the file system takes no writes
│   └── StoreForbidden  no permission on the file or its directory
├── StoreCorrupt        it holds what this program never wrote
├── StoreForeign        it is another program's database
├── StoreLocked         another process holds it
└── StoreTooNew         a newer version of this program wrote it

StoreMisuse (a RuntimeError) is a bug of the caller. No message holds a value from a row.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class StoreError(Exception):
    """The base of all troubles with the store.

    Raised by a commit it tells that nothing can be relied on: the rows are gone unless the disk
    kept them in spite of its error. Either way they are all there or none is.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, path: Path | None, what: str) -> None:
        self.path = path
        self.what = what
        super().__init__(f"the store {path}: {what}" if path else f"the store: {what}")


class StoreUnavailable(StoreError):
    """The store can't be read or written at present."""


class StoreFull(StoreUnavailable):
    """There is no room for it."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, "no room left on its disk; free some, the program then goes on")


class StoreReadOnly(StoreUnavailable):
    """Its file system takes no writes."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(
            path,
            "it can't be written; mount its file system read-write (a worn SD card locks itself)",
        )


class StoreForbidden(StoreUnavailable):
    """This user may not use it."""

    exit_code = 6

    def __init__(self, path: Path | None) -> None:
        super().__init__(
            path, "no permission; it and its directory must belong to the user that runs this"
        )


class StoreCorrupt(StoreError):
    """The file is damaged."""

    def __init__(self, path: Path | None, detail: str) -> None:
        self.detail = detail
        super().__init__(
            path, f"it is damaged ({detail}); the next start sets it aside and begins a new one"
        )


class StoreForeign(StoreError):
    """The file is a sound database, but not one of this program's."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is another program's file; set another path")


class StoreLocked(StoreError):
    """Another process holds the store; `pid` is what that process wrote into the lock file."""

    def __init__(self, path: Path | None, pid: int | None = None) -> None:
        self.pid = pid
        holder = "another process" if pid is None else f"process {pid}"
        super().__init__(path, f"{holder} holds it; is the daemon running?")


class StoreTooNew(StoreError):
    """A newer version of this program has written the store."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            path,
            f"its schema has version {found}, this program knows {known};"
            " install the newer program again, or set another path",
        )


class StoreMisuse(RuntimeError):
    """The caller broke a rule of the store: a bug, not a state of the disk."""
