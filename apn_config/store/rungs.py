"""How often each rung of the recovery ladder was used: each has a daily budget, for the radio's and
the power's switching wear some modems' flash, and a reset that doesn't help is no remedy.

Within the last 24 hours of running time: what the device was off, or ran without leaving a trace
before a power cut, doesn't count, so a budget is never refilled too early.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from apn_config.clock import Moment
from apn_config.store.database import Database
from apn_config.store.device_time import DeviceTime

WINDOW_S: Final = 86400.0


class Rung(Enum):
    """A remedy that is counted."""

    RADIO_CYCLE = "radio-cycle"
    RESET = "reset"
    POWER_CYCLE = "power-cycle"
    STORE = "store"
    """A damaged database was replaced."""


class Rungs:
    """The table of remedies. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def record(self, kind: Rung, now: Moment) -> None:
        """It is about to be used. What is out of the window is dropped."""
        now_s = self._time.running_s(now)
        self._database.change(
            "DELETE FROM rungs WHERE at_s <= :before_s", {"before_s": now_s - WINDOW_S}
        )
        self._database.insert(
            "INSERT INTO rungs (kind, at_s) VALUES (:kind, :at_s)",
            {"kind": kind.value, "at_s": now_s},
        )

    def used(self, kind: Rung, now: Moment) -> int:
        """How many fell in the window that ends now."""
        row = self._database.one(
            "SELECT count(*) AS used FROM rungs WHERE kind = :kind AND at_s > :before_s",
            {"kind": kind.value, "before_s": self._time.running_s(now) - WINDOW_S},
        )
        return 0 if row is None else int(row["used"])
