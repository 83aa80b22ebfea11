"""The file itself: modes, durability, locking, and every way it can be unusable."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from apn_config.store import (
    Database,
    Store,
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
from apn_config.store import database as database_module
from tests.apn_config.store_support import OUTSIDE, FakeClock, message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lib" / "modem-helper" / "modem-helper.db"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(path, clock.now()) as opened:
        yield opened


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _add(store: Store, clock: FakeClock, number: int) -> None:
    with store.transaction():
        store.inbox.add(message(number), clock.now())


def _count(store: Store) -> int:
    with store.transaction():
        return len(store.inbox.recent(1000))


def test_only_the_owner_may_read(store: Store, clock: FakeClock) -> None:
    _add(store, clock, 1)
    names = {file.name: _mode(file) for file in store.path.parent.iterdir()}
    assert names == {f"modem-helper.db{end}": 0o600 for end in ("", "-wal", "-shm", ".lock")}
    assert _mode(store.path.parent) == 0o700


def test_a_looser_file_is_tightened_and_a_directory_that_was_there_is_left(
    path: Path, clock: FakeClock
) -> None:
    path.parent.mkdir(parents=True, mode=0o755)
    path.parent.chmod(0o755)
    Store.open(path, clock.now()).close()
    path.chmod(0o644)
    with Store.open(path, clock.now()):
        assert _mode(path) == 0o600
        assert _mode(Path(f"{path}-wal")) == 0o600
        assert _mode(path.parent) == 0o755


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("page_size", database_module.PAGE_BYTES),
        ("busy_timeout", database_module.BUSY_TIMEOUT_MS),
    ],
)
def test_settings_hold(path: Path, pragma: str, value: str | int) -> None:
    database = Database.open(path)
    with database.transaction():
        row = database.one(f"PRAGMA {pragma}")
    database.close()
    assert row is not None
    assert row[0] == value


def test_creation_syncs_file_and_directories(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def recording(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    monkeypatch.setattr(os, "fsync", recording)
    Database.open(path).close()
    top = path.parents[2]
    assert synced == [top, path.parents[1], path, path.parent, path.parent]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_is_raised_inside_leaves_nothing(
    store: Store, clock: FakeClock, error: type[BaseException]
) -> None:
    def fails() -> None:
        with store.transaction():
            store.inbox.add(message(1), clock.now())
            store.outbox.add("1234", "OK", clock.now())
            raise error

    with pytest.raises(error):
        fails()
    assert _count(store) == 0
    with store.transaction():
        assert store.outbox.pending_count() == 0


def test_transactions_do_not_nest(store: Store) -> None:
    with store.transaction(), pytest.raises(StoreMisuse, match="nest"), store.transaction():
        pass


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_works_outside_a_transaction(store: Store, clock: FakeClock, name: str) -> None:
    with pytest.raises(StoreMisuse, match="outside a transaction"):
        OUTSIDE[name](store, clock.now())


def test_every_repository_method_is_in_that_table(store: Store) -> None:
    parts = {name for name, part in vars(store).items() if hasattr(part, "_database")}
    names = {
        f"{part}.{name}"
        for part in parts - {"time"}
        for name, member in vars(type(getattr(store, part))).items()
        if not name.startswith("_") and callable(member)
    }
    assert names - {"pins.outcome"} == OUTSIDE.keys() - {"housekeeping"}


def test_another_thread_is_refused(store: Store) -> None:
    raised: list[BaseException] = []

    def use() -> None:
        try:
            with store.transaction():
                pass
        except StoreMisuse as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_images_of_the_disk_hold_what_was_committed_and_nothing_else(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    image = tmp_path / "image"
    _add(store, clock, 1)
    with store.transaction():
        store.inbox.add(message(2), clock.now())
        shutil.copytree(store.path.parent, image)
    with Store.open(image / store.path.name, clock.now()) as copy:
        assert _count(copy) == 1
    assert _count(store) == 2


def test_one_process_at_a_time(store: Store, clock: FakeClock) -> None:
    with pytest.raises(StoreLocked, match=f"process {os.getpid()} holds it") as caught:
        Store.open(store.path, clock.now())
    assert caught.value.pid == os.getpid()
    assert caught.value.exit_code == 1
    store.close()
    Store.open(store.path, clock.now()).close()


def test_a_full_disk_leaves_nothing_even_if_the_error_is_swallowed(
    store: Store, clock: FakeClock
) -> None:
    connection = store._database._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")

    def fills() -> None:
        with store.transaction():
            for number in range(200):
                try:
                    store.inbox.add(message(number), clock.now())
                except StoreFull:
                    continue

    with pytest.raises(StoreFull, match="free some"):
        fills()
    assert _count(store) == 0
    connection.execute("PRAGMA max_page_count = 100000")
    _add(store, clock, 1)
    assert _count(store) == 1


def test_a_newer_schema_is_refused_and_left_alone(store: Store, clock: FakeClock) -> None:
    store.close()
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = store.path.read_bytes()
    for _ in range(2):  # the second would say locked, had the first kept the lock
        with pytest.raises(StoreTooNew, match="version 99, this program knows") as caught:
            Store.open(store.path, clock.now())
        assert caught.value.found == 99
    assert store.path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(path: Path, clock: FakeClock) -> None:
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE holidays (day TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreForeign, match="another program"):
        Store.open(path, clock.now())
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [0, 1], ids=["empty-file", "one-page-of-wal-mode"])
def test_a_creation_that_was_interrupted_is_finished(
    path: Path, clock: FakeClock, size: int
) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    if size:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
    with Store.open(path, clock.now()) as store:
        _add(store, clock, 1)
        assert _count(store) == 1


def test_a_file_that_is_no_database(path: Path, clock: FakeClock) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database at all" * 100)
    path.chmod(0o644)
    with pytest.raises(StoreForeign, match="another program's"):
        Store.open(path, clock.now())
    # Somebody's file is left as it is.
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_a_store_that_is_deleted_while_in_use_takes_nothing_more(
    store: Store, clock: FakeClock
) -> None:
    for file in store.path.parent.iterdir():
        file.unlink()
    with pytest.raises(StoreUnavailable, match="deleted"), store.transaction():
        _add(store, clock, 1)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_that_is_removed_or_replaced_beside_its_lock(
    store: Store, clock: FakeClock, replaced: bool
) -> None:
    for name in (store.path, Path(f"{store.path}-wal")):
        copy = name.read_bytes()
        name.unlink()
        if replaced:
            name.write_bytes(copy)
    with pytest.raises(StoreUnavailable, match="replaced"), store.transaction():
        _add(store, clock, 1)


def test_a_reader_outside_delays_the_truncation(store: Store, clock: FakeClock) -> None:
    _add(store, clock, 1)
    store._database._connection.execute("PRAGMA busy_timeout = 0")
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM inbox").fetchone()
    _add(store, clock, 2)
    assert not store.truncate_wal()
    reader.close()
    assert store.truncate_wal()
    assert Path(f"{store.path}-wal").stat().st_size == 0


def test_the_wal_is_not_truncated_inside_a_transaction(store: Store) -> None:
    with store.transaction(), pytest.raises(StoreMisuse):
        store.truncate_wal()


OS_ERRORS = {
    "permission": (errno.EACCES, StoreForbidden, 6),
    "not-owner": (errno.EPERM, StoreForbidden, 6),
    "read-only": (errno.EROFS, StoreReadOnly, 1),
    "full": (errno.ENOSPC, StoreFull, 1),
    "quota": (errno.EDQUOT, StoreFull, 1),
    "io": (errno.EIO, StoreUnavailable, 1),
}


@pytest.mark.parametrize(("number", "kind", "exit_code"), OS_ERRORS.values(), ids=OS_ERRORS)
def test_errors_of_the_file_system(
    path: Path,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[StoreError],
    exit_code: int,
) -> None:
    def fails(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StoreError) as caught:
        Store.open(path, clock.now())
    assert type(caught.value) is kind
    assert caught.value.exit_code == exit_code
    assert str(path) in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; run as a user")
def test_a_directory_that_may_not_be_written(path: Path, clock: FakeClock) -> None:
    path.parent.mkdir(parents=True, mode=0o500)
    with pytest.raises(StoreForbidden):
        Store.open(path, clock.now())


def test_a_path_below_a_file(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        Store.open(tmp_path / "file" / "store.db", clock.now())


SQLITE_ERRORS = {
    "full": (sqlite3.SQLITE_FULL, StoreFull),
    "read-only": (sqlite3.SQLITE_READONLY_DBMOVED, StoreReadOnly),
    "read-only-directory": (sqlite3.SQLITE_READONLY_DIRECTORY, StoreForbidden),
    "permission": (sqlite3.SQLITE_PERM, StoreForbidden),
    "busy": (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreLocked),
    "corrupt": (sqlite3.SQLITE_CORRUPT_INDEX, StoreCorrupt),
    "no-database": (sqlite3.SQLITE_NOTADB, StoreCorrupt),
    "io": (sqlite3.SQLITE_IOERR_FSYNC, StoreUnavailable),
    "cannot-open": (sqlite3.SQLITE_CANTOPEN, StoreUnavailable),
}


@pytest.mark.parametrize(("code", "kind"), SQLITE_ERRORS.values(), ids=SQLITE_ERRORS)
def test_errors_of_sqlite(tmp_path: Path, code: int, kind: type[StoreError]) -> None:
    error = sqlite3.OperationalError("as sqlite words it")
    error.sqlite_errorcode = code
    assert type(database_module._from_sqlite(error, tmp_path / "store.db")) is kind


def test_a_broken_constraint_is_the_callers_bug(store: Store, clock: FakeClock) -> None:
    with pytest.raises(StoreMisuse, match="FOREIGN KEY"), store.transaction():
        store.outbox.add("1234", "OK", clock.now(), inbox_id=17)
