"""How often the radio was switched off and on: some modems write their flash each time.

Within the last 24 hours of running time: what the device was off, or ran without leaving a trace
before a power cut, doesn't count, so the budget is never refilled too early.
"""

from __future__ import annotations

from typing import Final

from apn_config.clock import Moment
from apn_config.store.database import Database
from apn_config.store.device_time import DeviceTime

WINDOW_S: Final = 86400.0


class Cycles:
    """The table of radio cycles. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def record(self, now: Moment) -> None:
        """The radio is about to be cycled. What is out of the window is dropped."""
        now_s = self._time.running_s(now)
        self._database.change(
            "DELETE FROM cycles WHERE at_s <= :before_s", {"before_s": now_s - WINDOW_S}
        )
        self._database.insert("INSERT INTO cycles (at_s) VALUES (:at_s)", {"at_s": now_s})

    def used(self, now: Moment) -> int:
        """How many fell in the window that ends now."""
        row = self._database.one(
            "SELECT count(*) AS used FROM cycles WHERE at_s > :before_s",
            {"before_s": self._time.running_s(now) - WINDOW_S},
        )
        return 0 if row is None else int(row["used"])
