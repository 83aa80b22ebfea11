"""The device's running time: one number that only grows, whatever the wall clock does.

A Pi has no battery for its clock and, without data, no NTP: wall times can't be compared. What can
be counted is how long the device has been running: within a boot CLOCK_BOOTTIME tells, and across
boots the store adds them up. `base_s` is what had been counted when this boot was first seen, so a
moment of this boot is `base_s` plus its seconds since the boot. Deadlines, ages and budgets are
differences of such numbers, and go on where they stood after a power cut.

At a new boot the count goes on from the newest number in the store, since nothing is written only
to tell the time (an SD card wears). What ran between that and the power cut is not counted, nor is
the time the device was off: an age is never too great, a budget or a term never over too soon.
`touch` bounds what can be missed to an hour, and to a minute while a change has a deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apn_config.clock import Moment
from apn_config.store.database import Database
from apn_config.store.errors import StoreMisuse

TOUCH_AFTER_S: Final = 3600.0

# Ids grow with time, so the newest row of a table has its greatest time; open rows are few.
_NEWEST: Final = """SELECT max(
    coalesce((SELECT seen_s FROM device_time WHERE id = 1), 0.0),
    coalesce((SELECT received_s FROM inbox ORDER BY id DESC LIMIT 1), 0.0),
    coalesce((SELECT max(started_s) FROM inbox WHERE final_s IS NULL), 0.0),
    coalesce((SELECT created_s FROM outbox ORDER BY id DESC LIMIT 1), 0.0),
    coalesce((SELECT max(tried_s) FROM outbox WHERE ended_s IS NULL), 0.0),
    coalesce((SELECT moved_s FROM changes ORDER BY id DESC LIMIT 1), 0.0),
    coalesce((SELECT at_s FROM journal ORDER BY id DESC LIMIT 1), 0.0),
    coalesce((SELECT at_s FROM rungs ORDER BY id DESC LIMIT 1), 0.0),
    coalesce((SELECT at_s FROM spent ORDER BY id DESC LIMIT 1), 0.0)) AS newest"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened: running time to reckon with, wall time to show."""

    running_s: float
    wall: datetime


class DeviceTime:
    """Turns moments into running time. Made within a transaction, once per opened store."""

    def __init__(self, database: Database, now: Moment) -> None:
        self._database = database
        self._boot_id = now.boot_id
        row = database.one("SELECT boot_id, base_s FROM device_time WHERE id = 1")
        newest = database.one(_NEWEST)
        assert newest is not None
        self._seen_s = float(newest["newest"])
        same_boot = row is not None and row["boot_id"] == now.boot_id
        # Where the kernel tells no boot id all boots look the same, until the clock runs backwards.
        if row is not None and same_boot and row["base_s"] + now.boottime_s >= self._seen_s:
            self._base_s = float(row["base_s"])
            return
        self._base_s = self._seen_s
        self._save(now)

    def running_s(self, now: Moment) -> float:
        """Seconds that the device is known to have run until `now`, a moment of this boot."""
        if now.boot_id != self._boot_id:
            raise StoreMisuse("the boot id can't change while the store is open")
        return self._base_s + now.boottime_s

    def stamp(self, now: Moment) -> Stamp:
        """`now`, as rows keep it."""
        return Stamp(self.running_s(now), now.wall)

    def age_s(self, stamp: Stamp, now: Moment) -> float:
        """Seconds of running time since `stamp`."""
        return self.running_s(now) - stamp.running_s

    def before_this_boot(self, running_s: float) -> bool:
        """Was the device booted since?"""
        return running_s <= self._base_s

    def touch(self, now: Moment, after_s: float = TOUCH_AFTER_S) -> None:
        """Writes down how long the device has run, unless it was written less than that ago."""
        if self.running_s(now) - self._seen_s >= after_s:
            self._save(now)

    def _save(self, now: Moment) -> None:
        self._seen_s = self.running_s(now)
        self._database.change(
            "INSERT OR REPLACE INTO device_time (id, boot_id, base_s, seen_s)"
            " VALUES (1, :boot_id, :base_s, :seen_s)",
            {"boot_id": self._boot_id, "base_s": self._base_s, "seen_s": self._seen_s},
        )
