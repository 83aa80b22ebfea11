"""The database file: opening, locking, migrating, transactions. The only file that knows sqlite3.

Durable means: WAL with synchronous=FULL (each commit is one fsync of the -wal file), the file and
its directory synced at creation. Nothing is left behind: secure_delete overwrites what is deleted
or redacted, and `truncate_wal` drops the older copies in the -wal file. No table is known here.

Every statement runs inside `transaction()`; a statement outside is a bug and raises StoreMisuse, so
nothing is ever committed by the way.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

from apn_config.store import schema
from apn_config.store.errors import (
    StoreCorrupt,
    StoreError,
    StoreForbidden,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreMisuse,
    StoreReadOnly,
    StoreTooNew,
    StoreUnavailable,
)

Row: TypeAlias = sqlite3.Row
Value: TypeAlias = str | int | float | bytes | None
Values: TypeAlias = Mapping[str, Value]

# Only an outsider (sqlite3 on the command line) can make us wait; the daemon must not for long.
BUSY_TIMEOUT_MS: Final = 5000

# Smaller pages spare the SD card: a message stored, judged, answered and sent wrote 78 kB with
# pages of 4096 bytes, 50 kB with 2048, 37 kB with 1024 (ext4, a store of 3,000 messages). With 1024
# a long message no longer fits a page, and the trees get deeper.
PAGE_BYTES: Final = 2048

# Set on every connection: but for the page size, which only a new file takes, none is kept in it.
_SETTINGS: Final = (
    f"PRAGMA page_size = {PAGE_BYTES}",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
)

# How each SQLite file begins (sqlite.org/fileformat2, 1.3).
_MAGIC = b"SQLite format 3\0"


class Database:
    """One open database. Used by one thread, the one that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._failure: StoreError | None = None

    @classmethod
    def open(cls, path: Path) -> Database:
        """Opens or creates the database and brings its schema to the present version.

        The directory is made with mode 0700 if it isn't there, the files have 0600. One process at
        a time: a lock file beside it is held until `close`. Raises every kind of StoreError.
        """
        with _os_errors_told(path):
            _make_directory(path.parent)
            _check_file(path)
            lock = _take_lock(path)
        try:
            with _os_errors_told(path):
                _create_file(path)
            with _sqlite_errors_told(path):
                connection = sqlite3.connect(path, isolation_level=None)
            database = cls(path, connection, lock)
        except BaseException:
            os.close(lock)
            raise
        try:
            database._prepare()
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Closes the file and gives the lock back. What no transaction committed is gone."""
        with suppress(sqlite3.Error):
            # A checkpoint that fails here leaves the -wal file, from which the next start reads.
            self._connection.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE ... COMMIT; whatever is raised inside rolls all of it back.

        Not re-entrant. A StoreError inside fails the whole even where the caller catches it: SQLite
        may have rolled back already (full disk), and half a transaction must not be committed.
        """
        if self._connection.in_transaction:
            raise StoreMisuse("transactions don't nest")
        if os.fstat(self._lock).st_nlink == 0:
            # Its directory was removed: what is written now would be nowhere.
            raise StoreUnavailable(self.path, "it was deleted while in use")
        with _sqlite_errors_told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            if self._failure is not None:
                raise self._failure
            with _sqlite_errors_told(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._failure = None

    def all(self, sql: str, values: Values | None = None) -> list[Row]:
        """The rows of a query."""
        return self._run(sql, values)[0]

    def one(self, sql: str, values: Values | None = None) -> Row | None:
        """The first row of a query."""
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def insert(self, sql: str, values: Values) -> int:
        """Inserts one row; its id."""
        identity = self._run(sql, values)[1].lastrowid
        assert identity is not None
        return identity

    def change(self, sql: str, values: Values | None = None) -> int:
        """Runs any other statement; how many rows it changed."""
        return self._run(sql, values)[1].rowcount

    def truncate_wal(self) -> bool:
        """Moves the -wal file's content to the database and cuts it to nothing.

        After a redaction this removes the older copies of what was redacted. False where a reader
        outside kept it from happening: try again later. Not inside a transaction.
        """
        if self._connection.in_transaction:
            raise StoreMisuse("the WAL can't be truncated inside a transaction")
        with _sqlite_errors_told(self.path):
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def _run(self, sql: str, values: Values | None) -> tuple[list[Row], sqlite3.Cursor]:
        if not self._connection.in_transaction:
            # After a failure SQLite may have rolled back; this statement alone would be committed.
            raise self._failure or StoreMisuse("the store is used outside a transaction")
        try:
            with _sqlite_errors_told(self.path):
                cursor = self._connection.execute(sql, values or {})
                return cursor.fetchall(), cursor
        except StoreError as error:
            self._failure = error
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # the error that led here is the one to tell
                self._connection.execute("ROLLBACK")

    def _prepare(self) -> None:
        with _sqlite_errors_told(self.path):
            self._connection.row_factory = sqlite3.Row
            for setting in _SETTINGS:
                self._connection.execute(setting)
            version = self._version()
            mode = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreUnavailable(self.path, "its file system allows no WAL; use a local disk")
        self._migrate(version)
        if not version:  # new, or its making was interrupted
            self.truncate_wal()
            with _os_errors_told(self.path):
                _sync(self.path.parent)

    def _version(self) -> int:
        """The version of the schema; 0 where there is none yet. Nothing has been written so far."""
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        owner: int = self._connection.execute("PRAGMA application_id").fetchone()[0]
        tables: int = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner != schema.APPLICATION_ID and (version or tables):
            raise StoreForeign(self.path)
        if version > schema.VERSION:
            raise StoreTooNew(self.path, version, schema.VERSION)
        return version

    def _migrate(self, version: int) -> None:
        for number, statements in enumerate(schema.MIGRATIONS[version:], version + 1):
            with self.transaction():
                for statement in statements:
                    self.change(statement)
                self.change(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                self.change(f"PRAGMA user_version = {number}")


def _make_directory(directory: Path) -> None:
    """Makes the directory and syncs its parent. One that is there is left as it is."""
    if directory.is_dir():
        return
    _make_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    _sync(directory.parent)


def _take_lock(path: Path) -> int:
    """The file descriptor that holds the lock. The kernel frees it however the process ends."""
    name = Path(f"{path}.lock")
    lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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


def _check_file(path: Path) -> None:
    """A file that is somebody else's is neither locked nor given another mode."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except FileNotFoundError:
        return
    if head not in (b"", _MAGIC):
        raise StoreForeign(path)


def _create_file(path: Path) -> None:
    """Creates the file before SQLite does, so that it never has another mode.

    SQLite gives its -wal and -shm files the mode of the database.
    """
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
    _sync(path.parent)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _os_errors_told(path: Path) -> Iterator[None]:
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


@contextmanager
def _sqlite_errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError) as error:
        raise StoreMisuse(str(error)) from error
    except sqlite3.Error as error:
        raise _from_sqlite(error, path) from error


def _from_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    # The low octet is the primary code, the rest its variant (sqlite.org/rescode.html).
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code in (sqlite3.SQLITE_READONLY_DIRECTORY, sqlite3.SQLITE_IOERR_ACCESS):
        return StoreForbidden(path)
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return StoreFull(path)
        case sqlite3.SQLITE_READONLY:
            return StoreReadOnly(path)
        case sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StoreForbidden(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreLocked(path)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreCorrupt(path, str(error))
        case sqlite3.SQLITE_CANTOPEN if not os.access(path.parent, os.W_OK | os.X_OK):
            return StoreForbidden(path)
    return StoreUnavailable(path, f"{error}; look at the disk and at the kernel's log")
