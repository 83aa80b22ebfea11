"""A damaged database is set aside, and a new one begun with what could be rescued."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from apn_config.store import (
    PinOutcome,
    Rung,
    Store,
    StoreCorrupt,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreTooNew,
)
from apn_config.store import database as database_module
from apn_config.store import pins as pins_module
from apn_config.store.aside import KEEP_DAMAGED, note_damage
from apn_config.store.database import PAGE_BYTES
from apn_config.store.store import TELL_PER_DAY
from tests.apn_config.store_support import FORMER, ICCID, FakeClock, intent, message

MESSAGES = 60
NOW = FakeClock("boot-1", 5000.0).now()


@dataclass(frozen=True)
class Holdings:
    """What matters in a store: none of it may change unsaid."""

    keys: int
    pending: int
    due: int
    change: str | None
    record: str | None
    tried: bool
    cycles: int


ALL = Holdings(MESSAGES, 1, 2, "em2", "em", tried=True, cycles=1)
NOTHING = Holdings(0, 0, 0, None, None, tried=False, cycles=0)


def _fill(store: Store) -> None:
    """Messages, answers and the record are in the database file, the rest is in the -wal file."""
    with store.transaction():
        for number in range(MESSAGES):
            message_id = store.inbox.add(message(number), NOW)
            assert message_id is not None
            row_id = store.outbox.add("1234", f"#{number} OK PING", NOW, inbox_id=message_id)
            if number:
                store.inbox.settle(message_id, "answered", "PING", NOW)
            if number > 1:
                store.outbox.sent(row_id, number, NOW)
        store.records.commit(ICCID, 1, FORMER, NOW)
        store.pins.outcome(store.pins.record(ICCID, "1234", NOW), PinOutcome.REFUSED)
    store.truncate_wal()
    with store.transaction():
        store.changes.begin(intent(inbox_id=1), 300, NOW)
        store.rungs.record(Rung.RADIO_CYCLE, NOW)


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Nothing here is about a power cut in the middle of a commit, nor about guessing PINs."""
    with pytest.MonkeyPatch.context() as patched:
        settings = tuple(setting.replace("FULL", "OFF") for setting in database_module._SETTINGS)
        patched.setattr(database_module, "_SETTINGS", settings)
        patched.setattr(os, "fsync", lambda _handle: None)
        patched.setattr(pins_module, "_ITERATIONS", 1)
        yield


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a store as a kill leaves them."""
    home = tmp_path_factory.mktemp("image")
    with Store.open(home / "live" / "store.db", NOW) as store:
        _fill(store)
        shutil.copytree(home / "live", home / "killed")
    (home / "killed" / "store.db-shm").unlink()
    return home / "killed"


@pytest.fixture
def path(image: Path, tmp_path: Path) -> Path:
    shutil.copytree(image, tmp_path / "store")
    return tmp_path / "store" / "store.db"


def _holdings(store: Store) -> Holdings:
    with store.transaction():
        known = [store.inbox.add(message(number), NOW) is None for number in range(MESSAGES)]
        pending = [row for row in store.inbox.pending() if row.id <= MESSAGES]
        change = store.changes.active()
        record = store.records.get(ICCID, 1)
        return Holdings(
            sum(known),
            len(pending) - known.count(False),
            store.outbox.pending_count(),
            None if change is None else change.intent.wanted.name,
            None if record is None else record.current.name,
            store.pins.tried(ICCID, "1234"),
            store.rungs.used(Rung.RADIO_CYCLE, NOW),
        )


def _sound(store: Store) -> bool:
    """Says SQLite so, and do all references lead to rows?"""
    database = store._database
    with database.transaction():
        told = [row[0] for row in database.all("PRAGMA integrity_check")]
        return told == ["ok"] and database.all("PRAGMA foreign_key_check") == []


def _notices(store: Store) -> list[str]:
    with store.transaction():
        return [str(row["text"]) for row in store._database.all("SELECT text FROM notices")]


def _overwrite(path: Path, start: int, octets: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(octets)


def _wal(path: Path) -> Path:
    return Path(f"{path}-wal")


def _pages_of(path: Path, name: str) -> list[int]:
    """The numbers of the pages that a table or an index has."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ?", (name,)).fetchall()
    connection.close()
    return [row[0] for row in rows]


def _spoil(name: str) -> Callable[[Path], None]:
    """Overwrite all that a table or an index has, but for its root."""

    def damage(path: Path) -> None:
        pages = _pages_of(path, name)
        assert len(pages) > 1
        for page in pages[1:]:
            _overwrite(path, (page - 1) * PAGE_BYTES, b"\xa5" * PAGE_BYTES)

    return damage


def _lose_a_key(path: Path) -> None:
    """An index that holds one row less than its table: no page is damaged."""
    connection = sqlite3.connect(path)
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'outbox_inbox'")
    _declare_index(connection, f"{sql[0]} WHERE inbox_id < 0")
    connection.execute(
        "INSERT INTO outbox SELECT 999, inbox_id, change_id, recipient, text, state,"
        " attempts, last_error, tried_s, not_before_s, reference, created_s, created_wall, ended_s,"
        " ended_wall, report, report_status, reported_s, reported_wall FROM outbox WHERE id = 9"
    )
    connection.commit()
    _declare_index(connection, sql[0])
    connection.close()


def _declare_index(connection: sqlite3.Connection, sql: str) -> None:
    """Have SQLite believe that the index is another one."""
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'outbox_inbox'", (sql,))
    connection.execute("PRAGMA writable_schema = RESET")
    connection.commit()


def _misname_a_column(path: Path) -> None:
    octets = path.read_bytes()
    assert octets.count(b"last_error TEXT") == 1
    path.write_bytes(octets.replace(b"last_error TEXT", b"lost_error TEXT"))


DAMAGES: dict[str, tuple[Callable[[Path], object], Holdings]] = {
    "beginning-overwritten": (lambda path: _overwrite(path, 0, b"\xff" * 100), NOTHING),
    "all-zeros": (lambda path: path.write_bytes(bytes(path.stat().st_size)), NOTHING),
    "all-garbage": (lambda path: path.write_bytes(random.Random(1).randbytes(30_000)), NOTHING),
    "cut-to-nothing": (lambda path: path.write_bytes(b""), NOTHING),
    "cut-within-the-header": (lambda path: os.truncate(path, 50), NOTHING),
    "a-name-in-the-schema": (_misname_a_column, ALL),
    "an-index": (_spoil("sqlite_autoindex_inbox_1"), ALL),
    "an-index-that-differs": (_lose_a_key, ALL),
    "the-outbox": (_spoil("outbox"), Holdings(MESSAGES, 1, 0, "em2", "em", tried=True, cycles=1)),
    "the-inbox": (_spoil("inbox"), Holdings(0, 0, 2, "em2", "em", tried=True, cycles=1)),
}


@pytest.mark.parametrize(("damage", "rescued"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_database_is_set_aside(
    path: Path, damage: Callable[[Path], object], rescued: Holdings
) -> None:
    damage(path)
    with Store.open(path, NOW) as store:
        assert store.replaced
        assert _sound(store)
        (notice,) = _notices(store)
        assert notice.startswith("NOTE database damaged, begun anew; kept records=")
        with store.transaction():
            entry = store.journal.tail(1)[0]
        assert (entry.kind, entry.subject, entry.detail["why"]) == (
            "store",
            "replaced",
            store.replaced,
        )
        assert _holdings(store) == rescued
    aside = Path(f"{path}.damaged-1")
    assert aside.stat().st_mode & 0o777 == 0o600
    assert {file.name for file in path.parent.iterdir()} >= {"store.db", "store.db.lock"}
    assert not any(path.parent.glob("*.new*"))
    with Store.open(path, NOW) as again:  # it is over
        assert again.replaced is None
        assert len(_notices(again)) == 1


def test_what_the_wal_of_one_that_is_cut_to_nothing_held_is_kept(path: Path) -> None:
    path.write_bytes(b"")
    wal = _wal(path).read_bytes()
    Store.open(path, NOW).close()
    assert Path(f"{path}.damaged-1-wal").read_bytes() == wal


def test_a_sound_one_is_left_as_it_is(path: Path) -> None:
    with Store.open(path, NOW) as store:
        assert store.replaced is None
        assert _holdings(store) == ALL
        assert _notices(store) == []
    assert not any(path.parent.glob("*damaged*"))


WALS: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda wal: random.Random(2).randbytes(len(wal)),
    "zeros": lambda wal: bytes(len(wal)),
    "header-overwritten": lambda wal: b"\xff" * 32 + wal[32:],
    "cut-in-the-last-frame": lambda wal: wal[:-1000],
    "gone": lambda wal: b"",
}


@pytest.mark.parametrize("spoil", WALS.values(), ids=WALS)
def test_a_wal_that_makes_no_sense_holds_nothing(
    path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    """Its checksums tell: as after a power cut, the database is as it was before."""
    _wal(path).write_bytes(spoil(_wal(path).read_bytes()))
    with Store.open(path, NOW) as store:
        assert store.replaced is None
        assert _sound(store)
        found = _holdings(store)
    assert (found.keys, found.pending, found.due, found.record) == (MESSAGES, 1, 2, "em")


def test_wherever_it_is_cut_it_opens_again(image: Path, tmp_path: Path) -> None:
    whole = (image / "store.db").read_bytes()
    for size in range(0, len(whole), PAGE_BYTES * 3 // 2):
        home = tmp_path / str(size)
        shutil.copytree(image, home)
        os.truncate(home / "store.db", size)
        with Store.open(home / "store.db", NOW) as store:
            assert store.replaced, f"cut to {size} octets and not noticed"
            assert _sound(store)


def _spoil_at_random(image: Path, home: Path, seed: int) -> None:
    """One place of the database is overwritten: all that was there is rescued, or it is said."""
    rng = random.Random(seed)
    shutil.copytree(image, home)
    path = home / "store.db"
    if rng.random() < 0.5:
        _wal(path).unlink()
    size = path.stat().st_size
    start, length = rng.randrange(size), rng.choice((1, 2, 4, 40, 512, PAGE_BYTES, 4 * PAGE_BYTES))
    octets = rng.choice((bytes, rng.randbytes, lambda count: b"\xff" * count))(length)
    _overwrite(path, start, octets[: size - start])
    try:
        holdings = _held_after_two_starts(path)
        assert Path(f"{path}.damaged-1").exists() or holdings.keys == MESSAGES
    except (StoreForeign, StoreTooNew):
        # The octets of the header that tell whose it is: then it must not be touched.
        assert start < 100
        assert not any(home.glob("*damaged*"))


def _held_after_two_starts(path: Path) -> Holdings:
    """The first one may find the damage at work."""
    for _ in range(2):
        with suppress(StoreCorrupt), Store.open(path, NOW) as store:
            assert _sound(store)
            return _holdings(store)
    raise AssertionError("damaged still")


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_overwritten_it_opens_again(image: Path, tmp_path: Path, seed: int) -> None:
    _spoil_at_random(image, tmp_path / "store", seed)


@pytest.mark.proof
@pytest.mark.parametrize("block", range(20))
def test_whatever_is_overwritten_it_opens_again_at_length(
    image: Path, tmp_path: Path, block: int
) -> None:
    for seed in range(1000 + block * 250, 1250 + block * 250):
        _spoil_at_random(image, tmp_path / str(seed), seed)
        shutil.rmtree(tmp_path / str(seed))


class _PowerCut(BaseException):
    pass


def _cut_power_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Raise at the step-th call that changes the directory or makes something durable."""
    count = 0

    def guarded(call: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                raise _PowerCut
            return call(*args, **options)

        return counted

    for owner, name in ((Path, "rename"), (Path, "unlink"), (os, "fsync"), (os, "write")):
        monkeypatch.setattr(owner, name, guarded(getattr(owner, name)))


def test_a_power_cut_while_it_is_replaced_does_no_harm(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    while True:
        steps += 1
        home = tmp_path / str(steps)
        shutil.copytree(image, home)
        path = home / "store.db"
        _spoil("sqlite_autoindex_inbox_1")(path)
        with monkeypatch.context() as patched:
            _cut_power_at(patched, steps)
            try:
                Store.open(path, NOW).close()
            except _PowerCut:
                cut = True
            else:
                cut = False
        with Store.open(path, NOW) as store:
            assert _sound(store), f"after step {steps}"
            assert len(_notices(store)) == 1, f"after step {steps}"
            assert _holdings(store) == ALL, f"after step {steps}"
        left = sorted(file.name for file in home.iterdir() if "damaged" in file.name)
        assert left[0] == "store.db.damaged-1", f"after step {steps}"
        assert set(left) <= {f"store.db.damaged-1{end}" for end in ("", "-wal", "-shm")}
        if not cut:
            break
    assert steps > 15


def test_each_move_is_durable_before_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What isn't synced may be there or not after a power cut, in any order."""
    done: list[str] = []
    rename, fsync = Path.rename, os.fsync

    def renamed(source: Path, target: Path | str) -> Path:
        done.append(f"{source.name} -> {Path(target).name}")
        return rename(source, target)

    def synced(handle: int) -> None:
        done.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        fsync(handle)

    _spoil("sqlite_autoindex_inbox_1")(path)
    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(os, "fsync", synced)
    Store.open(path, NOW).close()
    moves = [step for step in done if "store.db.new" not in step or "->" in step]
    assert moves[:3] == [
        "sync store.db.damaged.new",
        "store.db.damaged.new -> store.db.damaged",
        "sync store",
    ]
    first = moves.index("store.db -> store.db.damaged-1")
    assert moves[first - 1 : first + 2] == ["sync store", moves[first], "sync store"]
    last = moves.index("store.db.new -> store.db")
    assert all("-> store.db.damaged-1-" in step for step in moves[first + 2 : last - 1])
    assert moves[last - 1 : last + 2] == ["sync store", moves[last], "sync store"]


def test_the_first_finding_is_the_one_that_is_told(path: Path) -> None:
    note_damage(path, "first")
    note_damage(path, "second")
    with Store.open(path, NOW) as store:
        assert store.replaced == "first"
        assert _holdings(store) == ALL


@pytest.mark.parametrize(
    "note", [b"", b"\0\xff" * 50, b"../x y", b"1" * 5000], ids=["empty", "garbage", "path", "long"]
)
def test_a_note_that_is_damaged_is_one_nevertheless(path: Path, note: bytes) -> None:
    Path(f"{path}.damaged").write_bytes(note)
    with Store.open(path, NOW) as store:
        assert store.replaced == "its note is damaged, too"
        assert _holdings(store) == ALL
    assert Path(f"{path}.damaged-1").exists()


def _damage_at_work(path: Path, sql: str) -> None:
    """A row that this program can't have written: no page is damaged."""
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.close()


AT_WORK = {
    "a-state": ("state = 'dancing-secret'", "a OutboxState in it makes no sense"),
    "a-text": ("text = CAST(x'ff' || '-secret' AS TEXT)", "a text in it isn't UTF-8"),
}


@pytest.mark.parametrize(("nonsense", "why"), AT_WORK.values(), ids=AT_WORK)
def test_damage_that_is_found_at_work_is_mended_by_the_next_start(
    path: Path, nonsense: str, why: str
) -> None:
    _damage_at_work(path, f"UPDATE outbox SET {nonsense} WHERE id = 1")
    with Store.open(path, NOW) as store:
        assert store.replaced is None
        with pytest.raises(StoreCorrupt) as caught, store.transaction():
            store.outbox.next_due(NOW)
        assert "secret" not in str(caught.value)
    with Store.open(path, NOW) as store:
        assert store.replaced == why
        assert _holdings(store) == Holdings(MESSAGES, 1, 1, "em2", "em", tried=True, cycles=1)


NONSENSE = {
    "inbox-state": "UPDATE inbox SET state = 'x'",
    "inbox-time": "UPDATE inbox SET received_wall = 'yesterday'",
    "inbox-future": "UPDATE inbox SET received_s = 1e300",
    "inbox-infinite": "UPDATE inbox SET final_s = 9e999",
    "inbox-text": "UPDATE inbox SET text = CAST(x'ff41' AS TEXT)",
    "outbox-state": "UPDATE outbox SET state = 'x'",
    "outbox-before-time": "UPDATE outbox SET created_s = -1",
    "change": "UPDATE changes SET wanted = '{}'",
    "record": "UPDATE records SET current = 'null'",
    "mark": "INSERT INTO marks VALUES ('newest', '', 'soon')",
    "pin": "UPDATE pins SET outcome = 'x'",
    "rung": "UPDATE rungs SET kind = 'x'",
    "journal": "INSERT INTO journal VALUES (1, 1, '2024-05-17T12:00:00+00:00', 'a', 'b', '[]')",
    "device-time": "UPDATE device_time SET base_s = 9e999, seen_s = 9e999",
}


@pytest.mark.parametrize("sql", NONSENSE.values(), ids=NONSENSE)
def test_a_row_that_makes_no_sense_is_not_rescued(path: Path, sql: str) -> None:
    _damage_at_work(path, sql)
    _lose_a_key(path)
    with Store.open(path, NOW) as store:
        assert store.replaced
        assert _sound(store)
        with store.transaction():  # each of these reads what it finds strictly
            store.inbox.recent(1000)
            store.outbox.next_due(NOW)
            store.changes.history(100)
            store.records.get(ICCID, 1)
            store.marks.newest()
            store.journal.tail(100)
        assert store.time.running_s(NOW) <= 10_000


def test_one_row_costs_few_others(path: Path) -> None:
    """A text that is none, twice, and one that is longer than any; what stands between is read."""
    for number in (10, 20):
        _damage_at_work(path, f"UPDATE inbox SET text = CAST(x'ff' AS TEXT) WHERE id = {number}")
    _damage_at_work(path, "UPDATE outbox SET text = printf('%.*c', 2000000, 'x') WHERE id = 30")
    _lose_a_key(path)
    with Store.open(path, NOW) as store, store.transaction():
        assert store.replaced
        found = {row.id for row in store.inbox.recent(1000)}
        assert found == set(range(1, MESSAGES + 1)) - {10, 20}
        lost = [number for number in range(1, MESSAGES + 1) if store.outbox.get(number) is None]
        assert 30 in lost
        assert set(lost) <= {29, 30, 31}  # Python reads one row ahead
        answer = store.outbox.get(20)
        assert answer is not None
        assert answer.inbox_id is None


def test_an_older_schema_is_rescued_too(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    source = Path(__file__).parent / "schemas" / "v1.sql"
    connection = sqlite3.connect(path)
    connection.executescript(source.read_text())
    _declare_index(connection, "CREATE INDEX outbox_inbox ON outbox (attempts)")
    connection.close()
    with Store.open(path, NOW) as store, store.transaction():
        assert store.replaced
        record, active = store.records.get(ICCID, 1), store.changes.active()
        assert record is not None
        assert active is not None
        assert (record.current.name, active.id, len(store.inbox.recent(99))) == ("em", 2, 6)


@pytest.mark.parametrize(
    ("pragma", "kind"),
    [("user_version = 99", StoreTooNew), ("application_id = 7", StoreForeign)],
    ids=["too-new", "foreign"],
)
def test_what_is_not_ours_is_never_set_aside(
    path: Path, pragma: str, kind: type[StoreError]
) -> None:
    _damage_at_work(path, f"PRAGMA {pragma}")
    _lose_a_key(path)
    before = path.read_bytes()
    with pytest.raises(kind):
        Store.open(path, NOW)
    assert path.read_bytes() == before
    assert not any(path.parent.glob("*damaged*"))


def test_few_of_them_are_kept_and_told_of(path: Path) -> None:
    for _ in range(6):
        _overwrite(path, 0, b"\xff" * 16)
        Store.open(path, NOW).close()
    kept = sorted(file.name for file in path.parent.glob("*.damaged-*"))
    assert [name for name in kept if name[-1].isdigit()] == [
        f"store.db.damaged-{number}" for number in range(7 - KEEP_DAMAGED, 7)
    ]


def test_a_disk_that_damages_it_again_and_again_makes_few_messages(path: Path) -> None:
    for _ in range(6):
        _spoil("sqlite_autoindex_inbox_1")(path)
        Store.open(path, NOW).close()
    with Store.open(path, NOW) as store:
        assert len(_notices(store)) == TELL_PER_DAY
        assert _holdings(store) == ALL


def test_without_room_the_damaged_one_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _spoil("sqlite_autoindex_inbox_1")(path)
    with monkeypatch.context() as patched:
        settings = (*database_module._SETTINGS, "PRAGMA max_page_count = 30")
        patched.setattr(database_module, "_SETTINGS", settings)
        for _ in range(2):
            with pytest.raises(StoreFull):
                Store.open(path, NOW)
    assert not Path(f"{path}.damaged-1").exists()
    with Store.open(path, NOW) as store:
        assert _holdings(store) == ALL


def test_a_large_one_is_not_read_through(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "CHECK_BYTES", 1000)
    _spoil("sqlite_autoindex_inbox_1")(path)
    with Store.open(path, NOW) as store:  # found when it is read
        assert store.replaced is None
        with pytest.raises(StoreCorrupt):
            _holdings(store)
    with Store.open(path, NOW) as store:
        assert store.replaced
        assert _holdings(store) == ALL


def test_a_secret_of_the_damaged_one_is_told_to_nobody(path: Path) -> None:
    _spoil("outbox")(path)
    with Store.open(path, NOW) as store:
        told = f"{store.replaced} {_notices(store)}"
        with store.transaction():
            told += str(store.journal.tail(10))
    assert "secret" not in told
