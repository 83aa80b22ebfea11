"""What has to be remembered to let commands in: wrong secrets, MACs that were taken, and how much
was spent of the rates.

Each table is bounded, whoever sends whatever. Times are running time: a restart or a power cut
shortens no lock-out, and time that the device is off doesn't count. Who is let in is admission's to
say; here is only what must survive a crash.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from apn_config.clock import Moment
from apn_config.store.database import Database, Values
from apn_config.store.device_time import DeviceTime

# Senders are free to choose for whoever forges them. Dialects, some two dozen, stand beside them.
KEEP_SENDERS: Final = 256
DIALECT: Final = "dialect:"
# Wrong secrets of a day are one attempt; mistakes that are months apart are none.
FORGET_FAILURES_S: Final = 86400.0
# An OMA CP message can be repeated for ever; 100 a day are a quarter of a year.
KEEP_MACS: Final = 10_000
# The longest span of a rate.
KEEP_SPENT_S: Final = 86400.0
# Beyond what the limits of the rates allow in an hour; without limits this bounds the table.
KEEP_SPENT_ROWS: Final = 200_000

NTH_SPENT: Final = """SELECT at_s FROM spent WHERE kind = :kind AND who = :who AND at_s > :after_s
    ORDER BY at_s DESC LIMIT 1 OFFSET :before"""
# More than are counted at once, so that the table shrinks faster than it grows.
OLDEST_SPENT: Final = "SELECT id, at_s FROM spent ORDER BY id LIMIT 10"


class Guards:
    """The tables of failures, MACs and rates. All methods belong inside a caller's transaction."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    # --- wrong secrets ----------------------------------------------------------------------------

    def locked_s(self, who: str, now: Moment) -> float:
        """For how many seconds nothing of `who` is looked at; 0 where it is."""
        row = self._database.one("SELECT until_s FROM failures WHERE who = :who", {"who": who})
        if row is None or row["until_s"] is None:
            return 0.0
        return max(0.0, float(row["until_s"]) - self._time.running_s(now))

    def failures(self, who: str, now: Moment) -> int:
        """How many wrong secrets count against `who`."""
        row = self._database.one(
            "SELECT count, since_s, until_s FROM failures WHERE who = :who", {"who": who}
        )
        now_s = self._time.running_s(now)
        if row is None or now_s - row["since_s"] >= FORGET_FAILURES_S:
            return 0
        return 0 if row["until_s"] is not None and row["until_s"] <= now_s else int(row["count"])

    def fail(self, who: str, limit: int, lock_s: float, now: Moment) -> bool:
        """Counts a wrong secret; True where that makes `limit` and locks for `lock_s`."""
        count, now_s = self.failures(who, now) + 1, self._time.running_s(now)
        if count == 1:
            self._database.change("DELETE FROM failures WHERE who = :who", {"who": who})
            self._make_room(now_s)
        locks = count >= limit
        self._database.change(
            "INSERT INTO failures (who, count, since_s, until_s)"
            " VALUES (:who, :count, :now_s, :until_s)"
            " ON CONFLICT (who) DO UPDATE SET count = :count, until_s = :until_s",
            {
                "who": who,
                "count": count,
                "now_s": now_s,
                "until_s": now_s + lock_s if locks else None,
            },
        )
        return locks

    def forgive(self, who: str, now: Moment) -> None:
        """Forgets the wrong secrets of `who`; a lock-out stays."""
        self._database.change(
            "DELETE FROM failures WHERE who = :who AND coalesce(until_s, 0) <= :now_s",
            {"who": who, "now_s": self._time.running_s(now)},
        )

    def _make_room(self, now_s: float) -> None:
        """For one more sender: those that aren't locked go first, the oldest of them before."""
        row = self._database.one(
            "SELECT count(*) AS kept FROM failures WHERE who NOT LIKE 'dialect:%'"
        )
        excess = 0 if row is None else row["kept"] - KEEP_SENDERS + 1
        if excess > 0:
            self._database.change(
                "DELETE FROM failures WHERE who IN (SELECT who FROM failures"
                " WHERE who NOT LIKE 'dialect:%'"
                " ORDER BY coalesce(until_s, 0) > :now_s, since_s LIMIT :excess)",
                {"now_s": now_s, "excess": excess},
            )

    # --- MACs -------------------------------------------------------------------------------------

    def take_mac(self, digest: bytes, now: Moment) -> bool:
        """Remembers a message by its digest; False where it was taken before."""
        taken = self._database.change(
            "INSERT INTO macs (mac, at_s) VALUES (:mac, :now_s) ON CONFLICT (mac) DO NOTHING",
            {"mac": digest, "now_s": self._time.running_s(now)},
        )
        row = self._database.one("SELECT count(*) AS kept FROM macs") if taken else None
        if row is not None and row["kept"] > KEEP_MACS:
            self._database.change(
                "DELETE FROM macs WHERE mac IN (SELECT mac FROM macs ORDER BY at_s LIMIT :excess)",
                {"excess": row["kept"] - KEEP_MACS},
            )
        return bool(taken)

    # --- rates ------------------------------------------------------------------------------------

    def has_spent(self, kind: str, who: str, count: int, within_s: float, now: Moment) -> bool:
        """Were so many of a kind counted for `who` in the time that ends now?"""
        after_s = self._time.running_s(now) - within_s
        values: Values = {"kind": kind, "who": who, "after_s": after_s, "before": count - 1}
        return self._database.one(NTH_SPENT, values) is not None

    def spent(self, kind: str, who: str, within_s: float, now: Moment) -> int:
        """How many of a kind were counted for `who` in the time that ends now."""
        row = self._database.one(
            "SELECT count(*) AS spent FROM spent"
            " WHERE kind = :kind AND who = :who AND at_s > :after_s",
            {"kind": kind, "who": who, "after_s": self._time.running_s(now) - within_s},
        )
        return 0 if row is None else int(row["spent"])

    def spend(self, kinds: Sequence[tuple[str, str]], now: Moment) -> None:
        """Counts one of each kind for whom it names. What is older than a day is dropped."""
        now_s, last = self._time.running_s(now), 0
        for kind, who in kinds:
            last = self._database.insert(
                "INSERT INTO spent (kind, who, at_s) VALUES (:kind, :who, :now_s)",
                {"kind": kind, "who": who, "now_s": now_s},
            )
        for row in self._database.all(OLDEST_SPENT):
            if row["at_s"] > now_s - KEEP_SPENT_S and row["id"] > last - KEEP_SPENT_ROWS:
                break
            self._database.change("DELETE FROM spent WHERE id = :id", {"id": row["id"]})
