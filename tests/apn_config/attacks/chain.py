"""A row through the real chain: PDUs, the intake's transaction on a store on disk, the executor."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from apn_config.apn_changes import move_mark
from apn_config.batch import Batch, Counsel, Found
from apn_config.clock import Moment
from apn_config.judgement import Execute, Judgement
from apn_config.steps import settle
from apn_config.store import InboxRow, Store
from tests.apn_config.attacks.corpus import Row, history
from tests.apn_config.attacks.executing import execute
from tests.apn_config.attacks.worlds import DEVICE, KEYS, NOW, UP_S, Setting, world

BOOT = "boot-1"
OPENED = Moment(BOOT, 30.0, NOW)


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an attack: what the journal says of it, the answers that it got, and the verbs
    that were let in.
    """

    journal: tuple[str, ...]
    answers: tuple[str, ...]
    commands: tuple[str, ...]


Change = Callable[[Setting], Setting]
UNCHANGED: Change = lambda setting: setting  # noqa: E731


class _Enough(Exception):
    """All is seen; what was written is taken back."""


class Chain:
    """Devices in their worlds, for as many rows as one likes.

    All share a store: a row is a transaction that is rolled back. One that is carried out has a
    store of its own.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._worlds: dict[tuple[str, str], Setting] = {}
        self._numbers = itertools.count()
        self._empty = home / "empty.db"
        Store.open(self._empty, OPENED).close()
        self._store = Store.open(home / "store.db", OPENED)

    def close(self) -> None:
        self._store.close()

    def world(self, name: str, dialect: str) -> Setting:
        """Made once."""
        if (name, dialect) not in self._worlds:
            self._worlds[name, dialect] = world(name, dialect, self._home)
        return self._worlds[name, dialect]

    def run(self, row: Row, change: Change = UNCHANGED) -> Ended:
        """What becomes of a row on a device whose setting is changed so."""
        dialect = row.on or row.dialect
        setting = change(self.world(row.world, dialect))
        up_s = UP_S if row.up_s is None else row.up_s
        if row.executed:
            later = change(self.world(row.later or row.world, dialect))
            return self._executed(row, setting, later, Moment(BOOT, up_s, NOW))
        ended = None
        with suppress(_Enough), self._store.transaction():
            ended = _attacked(row, self._store, setting.counsel(), Moment(BOOT, up_s, NOW))[1]
            raise _Enough
        assert ended is not None
        return ended

    def _executed(self, row: Row, setting: Setting, later: Setting, now: Moment) -> Ended:
        database = self._home / f"{next(self._numbers)}.db"
        shutil.copy(self._empty, database)
        counsel = setting.counsel()
        with Store.open(database, OPENED) as store, store.transaction():
            seen, ended = _attacked(row, store, counsel, now)
        assert ended.commands, "it is let in, and stopped later"
        reached = execute(later.config, later.counsel(), database, now)
        with Store.open(database, now) as store, store.transaction():
            after = _ended(store, counsel, seen)
        assert not after.commands, "it is settled, whatever became of it"
        return replace(after, commands=ended.commands if reached else ())


def _attacked(row: Row, store: Store, counsel: Counsel, now: Moment) -> tuple[Seen, Ended]:
    """In a transaction: what came before, and then the attack."""
    if row.store != "lost":
        for key in KEYS.values():
            store.counters.enrol(key.fingerprint)
    for pdus in history(row):
        Batch(store, counsel, DEVICE, now).take([Found(pdu) for pdu in pdus])
        _carry_out(store, counsel, now)
    seen = Seen(store.inbox.newest_id(), store.journal.newest_id())
    found = [Found(pdu) for pdu in row.sent.pdus(0)]
    later = replace(now, boottime_s=now.boottime_s + row.wait_s)
    Batch(store, counsel, DEVICE, later).take(found)
    return seen, _ended(store, counsel, seen)


def _carry_out(store: Store, counsel: Counsel, now: Moment) -> None:
    """What was let in before is done: it is settled, and leaves its mark, as executor has it."""
    for message in store.inbox.pending():
        verdict = _judged(counsel, message)
        assert isinstance(verdict, Execute)
        if verdict.command.verb.changing:
            move_mark(store, replace(message, form=verdict.form))
        settle(store, message.id, "committed", now)


def _judged(counsel: Counsel, message: InboxRow) -> Judgement:
    assert message.form is not None
    return counsel.judge.again(message.message, message.sender, message.form)


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest message and entry before the attack."""

    message: int
    entry: int


def _ended(store: Store, counsel: Counsel, seen: Seen) -> Ended:
    came = store.inbox.whole_since(seen.message)
    answers = [answer.text for each in came for answer in store.outbox.of_message(each.id)]
    verdicts = [_judged(counsel, message) for message in store.inbox.pending()]
    said = [entry.detail for entry in store.journal.after(seen.entry, 20)]
    return Ended(
        tuple(str(detail.get("what", detail.get("verdict"))) for detail in said),
        tuple(answers),
        tuple(each.command.verb.value for each in verdicts if isinstance(each, Execute)),
    )
