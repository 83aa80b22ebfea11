"""Which PIN was given to which card: a wrong one is never given twice, not even after a restart.

A try is committed before the PIN is sent. The PIN itself isn't kept, but its salted hash is no
secret store either: a PIN has four to eight digits, and who can read this file can try them all in
a while.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from enum import Enum
from typing import Final

from apn_config.clock import Moment
from apn_config.store.codec import dump_time, load_enum
from apn_config.store.database import Database
from apn_config.store.device_time import DeviceTime

_SALT_BYTES: Final = 16
# 50 ms on a desktop, some 300 ms on a Pi 3, once a boot; more would buy little with ten thousand
# PINs.
_ITERATIONS: Final = 100_000


class PinOutcome(Enum):
    """What is known of a try."""

    UNKNOWN = "unknown"
    """It was about to be sent; whether the card got it and what it said was never written."""
    ACCEPTED = "accepted"
    """The card took it."""
    REFUSED = "refused"
    """The card said it is wrong."""


class Pins:
    """The table of tries. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def tried(self, card: str, pin: str) -> bool:
        """Was this PIN given to this card (ICCID or IMEI), and not accepted? Then never again."""
        found = self._find(card, pin)
        return found is not None and found[1] is not PinOutcome.ACCEPTED

    def record(self, card: str, pin: str, now: Moment) -> int:
        """Writes down a try, to be committed before the PIN is sent; the id for its outcome.

        A PIN that this card has accepted stays accepted: a boot that is cut off between the try and
        its outcome must not lock a good PIN out for good. Should it have been changed elsewhere,
        its refusal is recorded, and the card's own count of tries is the second guard.
        """
        found = self._find(card, pin)
        if found is not None:
            return found[0]
        stamp, salt = self._time.stamp(now), os.urandom(_SALT_BYTES)
        return self._database.insert(
            "INSERT INTO pins (card, salt, hash, tried_s, tried_wall, outcome)"
            " VALUES (:card, :salt, :hash, :tried_s, :tried_wall, :outcome)",
            {
                "card": card,
                "salt": salt,
                "hash": _hash(pin, salt),
                "tried_s": stamp.running_s,
                "tried_wall": dump_time(stamp.wall),
                "outcome": PinOutcome.UNKNOWN.value,
            },
        )

    def outcome(self, try_id: int, outcome: PinOutcome) -> None:
        """Writes what the card said. Where nothing changes, nothing is written."""
        self._database.change(
            "UPDATE pins SET outcome = :outcome WHERE id = :id AND outcome <> :outcome",
            {"id": try_id, "outcome": outcome.value},
        )

    def _find(self, card: str, pin: str) -> tuple[int, PinOutcome] | None:
        rows = self._database.all("SELECT * FROM pins WHERE card = :card", {"card": card})
        for row in rows:
            if hmac.compare_digest(row["hash"], _hash(pin, row["salt"])):
                return row["id"], load_enum(PinOutcome, row["outcome"])
        return None


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, _ITERATIONS)
