"""Which counters of signed commands were taken, by the key's fingerprint.

What makes one command worth one execution, so it is written before anything is done. Which key it
is and whether the signature is right has been found out before.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from apn_config.store.database import Database, Row

# Commands that overtook each other, or came again after the next: so many below the highest are
# known singly, a bit each, the lowest bit for the one just below.
WINDOW: Final = 32
_ALL_SEEN: Final = (1 << WINDOW) - 1
# One wrong message must not use the numbers up: this is a hundredth of them, and as seconds three
# years, so that whoever counts by the Unix time may be silent for that long.
MAX_JUMP: Final = 100_000_000
# Where a new key may begin, at half of all numbers: Unix time comes there in the year 2128.
MAX_FIRST: Final = 5_000_000_000
# 40 bits. The code tells only that a message is new; that it may do something its MAC proves.
_CODE_OCTETS: Final = 5
_LISTED: Final = 100
_ROWS: Final = "SELECT key, highest, applied, challenge IS NOT NULL AS awaits_code FROM counters"


class Took(Enum):
    """What became of a counter. Only after TAKEN may the command be carried out."""

    TAKEN = "taken"
    REPLAYED = "replayed"
    TOO_OLD = "too-old"
    """Below the window: nobody knows whether it was taken."""
    STALE = "stale"
    """Not taken before, but others above it were, and it would change something. It is used up."""
    TOO_FAR = "too-far"
    """Further ahead than MAX_JUMP; `challenge` is the way out."""
    UNKNOWN = "unknown"
    """Nobody knows what was taken: the key was never enrolled, or the store was lost."""


@dataclass(frozen=True, slots=True)
class CounterRow:
    """What is known of a key's counters. `highest` is 0 until one is taken, None: unknown."""

    key: str
    highest: int | None
    applied: int | None
    awaits_code: bool


class Counters:
    """The table of counters. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, key: str, counter: int, *, changing: bool) -> Took:
        """Uses a counter up. One of a `changing` command has to be above all that were taken."""
        row = self._known(key)
        if row is None:
            return Took.UNKNOWN
        highest, seen = row
        if counter > highest:
            if counter > (highest + MAX_JUMP if highest else MAX_FIRST):
                return Took.TOO_FAR
            self._set(key, counter, _moved(seen, counter - highest))
            return Took.TAKEN
        behind = highest - counter
        if behind > WINDOW or counter < 1:
            return Took.TOO_OLD
        bit = 1 << behind >> 1
        if not bit or seen & bit:
            return Took.REPLAYED
        self._set(key, highest, seen | bit)
        return Took.STALE if changing else Took.TAKEN

    def highest(self, key: str) -> int | None:
        """The highest one taken: 0 for a new key that wasn't used yet, None where it's unknown."""
        row = self._known(key)
        return None if row is None else row[0]

    def enrol(self, key: str) -> bool:
        """Lets a key that was never used begin; False where something is known of it already.

        Never for one that may have been used before: all that it ever signed could be said again.
        """
        values = {"key": key}
        return bool(
            self._database.change(
                "INSERT INTO counters (key, highest, seen) VALUES (:key, 0, 0)"
                " ON CONFLICT (key) DO UPDATE SET highest = 0, seen = 0, challenge = NULL"
                " WHERE highest IS NULL",
                values,
            )
        )

    def challenge(self, key: str) -> str:
        """The code that a SYNC has to bring: the one that is awaited already, or a new one."""
        self._database.change(
            "INSERT INTO counters (key, seen, challenge) VALUES (:key, 0, :code)"
            " ON CONFLICT (key) DO UPDATE SET challenge = coalesce(challenge, :code)",
            {"key": key, "code": b32encode(secrets.token_bytes(_CODE_OCTETS)).decode("ascii")},
        )
        row = self._database.one("SELECT challenge FROM counters WHERE key = :key", {"key": key})
        assert row is not None
        return str(row["challenge"])

    def sync(self, key: str, code: str, counter: int) -> bool:
        """Sets the counter with the code that was asked for, once.

        None below it is taken any more: they may all have been. Nor does it ever go back.
        """
        row = self._database.one(
            "SELECT highest, challenge FROM counters WHERE key = :key", {"key": key}
        )
        if row is None or row["challenge"] is None:
            return False
        if not hmac.compare_digest(code.upper().encode(), row["challenge"].encode()):
            return False
        if row["highest"] is not None and counter <= row["highest"]:
            return False
        self._set(key, counter, _ALL_SEEN)
        self._database.change("UPDATE counters SET challenge = NULL WHERE key = :key", {"key": key})
        return True

    def awaited(self, key: str) -> bool:
        """Is a code awaited?"""
        return (
            self._database.one(
                "SELECT 1 FROM counters WHERE key = :key AND challenge IS NOT NULL", {"key": key}
            )
            is not None
        )

    def applied(self, key: str) -> int | None:
        """The counter of the last changing command that was carried out."""
        row = self._database.one("SELECT applied FROM counters WHERE key = :key", {"key": key})
        return None if row is None else row["applied"]

    def set_applied(self, key: str, counter: int) -> None:
        """A changing command of that counter is carried out; its counter was taken before."""
        self._database.change(
            "UPDATE counters SET applied = :counter WHERE key = :key",
            {"key": key, "counter": counter},
        )

    def all(self) -> list[CounterRow]:
        """What is known of keys, those that aren't used any more included; 100 of them at most."""
        rows = self._database.all(f"{_ROWS} ORDER BY key LIMIT :limit", {"limit": _LISTED})
        return [_counter_row(row) for row in rows]

    def of(self, keys: Iterable[str]) -> list[CounterRow]:
        """What is known of these keys; nothing of one that was never heard of."""
        rows = [self._database.one(f"{_ROWS} WHERE key = :key", {"key": key}) for key in keys]
        return [_counter_row(row) for row in rows if row is not None]

    def _known(self, key: str) -> tuple[int, int] | None:
        row = self._database.one(
            "SELECT highest, seen FROM counters WHERE key = :key AND highest IS NOT NULL",
            {"key": key},
        )
        return None if row is None else (row["highest"], row["seen"])

    def _set(self, key: str, highest: int, seen: int) -> None:
        self._database.change(
            "UPDATE counters SET highest = :highest, seen = :seen WHERE key = :key",
            {"key": key, "highest": highest, "seen": seen},
        )


def _counter_row(row: Row) -> CounterRow:
    return CounterRow(row["key"], row["highest"], row["applied"], bool(row["awaits_code"]))


def _moved(seen: int, by: int) -> int:
    """The bits of the window once the highest is `by` higher; the former highest was taken."""
    return 0 if by > WINDOW else (seen << by | 1 << by - 1) & _ALL_SEEN
