"""The database file: opening, checking, locking, migrating, transactions. The only file that knows
sqlite3.

Durable means: WAL with synchronous=FULL (each commit is one fsync of the -wal file), the file and
its directory synced at creation. Nothing is left behind: secure_delete overwrites what is deleted
or redacted, and `truncate_wal` drops the older copies in the -wal file. No table is known here.

Every statement runs inside `transaction()`; a statement outside is a bug and raises StoreMisuse, so
nothing is ever committed by the way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias

from apn_config.store import files, schema
from apn_config.store.aside import note_damage
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

# Smaller pages spare the SD card: a PING that is stored, answered and sent had 49 kB brought to the
# disk with pages of 4096 bytes, 33 kB with 2048, 24 kB with 1024 (benchmarks/wear.py on ext4, with
# 3,000 messages). With 1024 a long message no longer fits a page, and the trees get deeper.
PAGE_BYTES: Final = 2048

# A file up to this size is checked whole at each opening, its indexes too: one that has lost a key
# would take a repeated message for a new one. On one core of a Xeon that takes 0.3 ms empty, 5 ms
# with 3,000 messages (1.4 MB; quick_check, which leaves the indexes out, 3 ms), 40 ms with 20,000
# (8 MB), 3.6 s with a million (390 MB), and on an SD card the time to read it. Retention keeps a
# device that gets hundreds of messages a day below it; beyond it damage is found when it is read.
CHECK_BYTES: Final = 16 << 20

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

# Nothing that this program writes is a tenth as long; damage may claim any length.
_LONGEST_CELL: Final = 1 << 20

_NO_TEXT: Final = "a text in it isn't UTF-8"

# Of what SQLite says of the damage; it names pages, tables and indexes, never a value.
DETAIL_CHARS: Final = 120


class Database:
    """One open database. Used by one thread, the one that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._identity = files.identity(path)
        self._failure: StoreError | None = None

    @classmethod
    def open(cls, path: Path) -> Database:
        """Opens or creates the database and brings its schema to the present version.

        The directory is made with mode 0700 if it isn't there, the files have 0600. One process at
        a time: a lock file beside it is held until `close`. Raises every kind of StoreError.
        """
        with files.os_errors_told(path):
            files.make_directory(path.parent)
        files.check(path)
        lock = files.take_lock(path)
        try:
            files.create(path)
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
        may have rolled back already (full disk), and half a transaction must not be committed. A
        StoreCorrupt, of SQLite's or of a row that makes no sense, is noted for the next opening.
        """
        try:
            with self._transaction():
                yield
        except StoreCorrupt as error:
            with suppress(StoreError):  # a disk that takes no note; the damage is found again
                note_damage(self.path, error.detail)
            raise

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._connection.in_transaction:
            raise StoreMisuse("transactions don't nest")
        if os.fstat(self._lock).st_nlink == 0 or files.identity(self.path) != self._identity:
            # What is written now would be nowhere.
            raise StoreUnavailable(self.path, "it was deleted or replaced while in use")
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
        if version:
            self._check(version)
        self._migrate(version)
        if not version:  # new, or its making was interrupted
            self.truncate_wal()
            with files.os_errors_told(self.path):
                files.sync_directory(self.path.parent)

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

    def _check(self, version: int) -> None:
        with _sqlite_errors_told(self.path):
            found = _read_schema(self._connection)
        if not _schema_of(version) <= found:
            raise StoreCorrupt(self.path, f"its schema isn't that of version {version}")
        if self.path.stat().st_size > CHECK_BYTES:
            return
        with _sqlite_errors_told(self.path):
            says = self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if says != "ok":
            raise StoreCorrupt(self.path, says.replace("\n", " ")[:DETAIL_CHARS])

    def _migrate(self, version: int) -> None:
        for number, statements in enumerate(schema.MIGRATIONS[version:], version + 1):
            with self.transaction():
                for statement in statements:
                    self.change(statement)
                self.change(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                self.change(f"PRAGMA user_version = {number}")


def peek(path: Path, sql: str, values: Values) -> tuple[Value, ...] | None:
    """The first row of a query, without a lock or a trace. Raises StoreError.

    For a file that nobody has open. Where a -wal file holds more than it does there is no row.
    """
    with files.os_errors_told(path):
        wal = path.with_name(f"{path.name}-wal")
        if not path.exists() or (wal.exists() and wal.stat().st_size):
            return None
    with _sqlite_errors_told(path):
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            row: tuple[Value, ...] | None = connection.execute(sql, values).fetchone()
            return row


def _schema_of(version: int) -> set[tuple[Value, ...]]:
    """What the migrations up to that version make."""
    connection = sqlite3.connect(":memory:")
    try:
        for statement in chain.from_iterable(schema.MIGRATIONS[:version]):
            connection.execute(statement)
        return _read_schema(connection)
    finally:
        connection.close()


def _read_schema(connection: sqlite3.Connection) -> set[tuple[Value, ...]]:
    """Tables, columns and indexes: not their text, which versions of SQLite may write otherwise."""
    rows = connection.execute(
        "SELECT parts.type, parts.name, columns.name, columns.type, columns.[notnull], columns.pk"
        " FROM sqlite_master AS parts LEFT JOIN pragma_table_info(parts.name) AS columns"
    )
    return {tuple(row) for row in rows}


class Damaged:
    """A damaged database, read as far as it goes. Nothing is written to it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Damaged]:
        """The database at `path`, with what its -wal file holds."""
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
            # What isn't UTF-8 can't be written again, so such a row is dropped alone.
            connection.text_factory = lambda octets: octets.decode("utf-8", "surrogateescape")
            yield cls(path, connection)
        finally:
            connection.close()

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns. Raises StoreCorrupt."""
        return [row[1] for row in self._read(f"PRAGMA table_info({table})")]

    def rows(
        self, table: str, columns: Sequence[str], sort: str, limit: int
    ) -> Iterator[dict[str, Value]]:
        """The rows of a table, until there are no more or StoreCorrupt is raised."""
        names = ", ".join(columns)  # of our own schema, like `table` and `sort`
        sql = f"SELECT {names} FROM {table} NOT INDEXED ORDER BY {sort} LIMIT {limit}"  # noqa: S608
        return (dict(zip(columns, row, strict=True)) for row in self._read(sql))

    def _read(self, sql: str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(sql)
        except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
            # Damage may claim that a row takes more memory than there is.
            raise StoreCorrupt(self._path, str(error)) from error


@contextmanager
def _sqlite_errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError) as error:
        raise StoreMisuse(str(error)) from error
    except UnicodeDecodeError:
        raise StoreCorrupt(path, _NO_TEXT) from None
    except sqlite3.Error as error:
        if not hasattr(error, "sqlite_errorcode"):
            # Not SQLite's but Python's: a text that is no UTF-8, which its message quotes.
            raise StoreCorrupt(path, _NO_TEXT) from None
        raise _from_sqlite(error, path) from error


def _from_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    # The low octet is the primary code, the rest its variant (sqlite.org/rescode.html).
    code = error.sqlite_errorcode
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
            # What stands in brackets is quoted from the damaged schema.
            return StoreCorrupt(path, str(error).partition(" (")[0])
        case sqlite3.SQLITE_CANTOPEN if not os.access(path.parent, os.W_OK | os.X_OK):
            return StoreForbidden(path)
        case sqlite3.SQLITE_IOERR if (trouble := files.trouble_with_disk(path)) is not None:
            return trouble
    return StoreUnavailable(path, f"{error}; look at the disk and at the kernel's log")
