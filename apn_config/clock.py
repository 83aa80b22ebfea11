"""The clocks of a device that may have no right time: spans that survive sleep, and wall time for
show.

Deadlines run on CLOCK_BOOTTIME together with the boot's id; wall time is displayed and never
compared.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: seconds since the boot of that id, and what the wall clock said."""

    boot_id: str
    boottime_s: float
    wall: datetime

    def age_s(self, now: Moment) -> float:
        """Seconds from here to `now`; from an earlier boot, those since this boot."""
        if now.boot_id == self.boot_id:
            return now.boottime_s - self.boottime_s
        return now.boottime_s


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> Moment:
        """The present moment."""
        ...


class SystemClock:
    """The kernel's clocks. The boot's id is read once: it can't change while a process lives."""

    def __init__(self, boot_id_file: Path = BOOT_ID) -> None:
        try:
            self._boot_id = boot_id_file.read_text().strip()
        except OSError:
            self._boot_id = "unknown"

    def now(self) -> Moment:
        """The present moment."""
        return Moment(self._boot_id, time.clock_gettime(time.CLOCK_BOOTTIME), datetime.now(tz=UTC))


def wall_clock_synced() -> bool:
    """Does the kernel call its clock synchronised (adjtimex(2))? Without NTP it doesn't."""
    import ctypes

    # struct timex is 208 octets on every Linux ABI; the call fills it, its result says it all.
    buffer = ctypes.create_string_buffer(256)
    time_error = 5
    result = ctypes.CDLL(None).adjtimex(buffer)
    return result not in (-1, time_error)
