"""The APN that each card's context is meant to have, and the one before it that worked.

By ICCID, never by IMSI (emnify's applet changes IMSIs), and by cid, since a command may name
another allowed one. These are the only credentials that the store keeps for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apn_config.clock import Moment
from apn_config.model import Apn
from apn_config.store.codec import dump_apn, dump_time, load_apn, load_time
from apn_config.store.database import Database, peek
from apn_config.store.device_time import DeviceTime, Stamp
from apn_config.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Record:
    """What was committed last. `last_good` is what APN ROLLBACK goes back to."""

    iccid: str
    cid: int
    current: Apn
    last_good: Apn | None
    updated: Stamp


def committed_apn(path: Path, iccid: str, cid: int) -> str | None:
    """The name of what was committed last, of a store that no daemon has open.

    None where nothing was, and where it can't be told: nothing is written, locked or recovered.
    """
    sql = "SELECT current FROM records WHERE iccid = :iccid AND cid = :cid"
    try:
        row = peek(path, sql, {"iccid": iccid, "cid": cid})
        return None if row is None else load_apn(str(row[0])).name
    except StoreError:
        return None


class Records:
    """The table of records. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def get(self, iccid: str, cid: int) -> Record | None:
        """The record of a card's context; None where nothing was ever committed."""
        row = self._database.one(
            "SELECT * FROM records WHERE iccid = :iccid AND cid = :cid",
            {"iccid": iccid, "cid": cid},
        )
        if row is None:
            return None
        return Record(
            iccid,
            cid,
            load_apn(row["current"]),
            None if row["last_good"] is None else load_apn(row["last_good"]),
            Stamp(row["updated_s"], load_time(row["updated_wall"])),
        )

    def remove(self, iccid: str, cid: int) -> None:
        """Forgets the record, where there is one."""
        self._database.change(
            "DELETE FROM records WHERE iccid = :iccid AND cid = :cid", {"iccid": iccid, "cid": cid}
        )

    def commit(self, iccid: str, cid: int, apn: Apn, now: Moment) -> None:
        """Makes `apn` the current one; what was current, if it differs, becomes the last good one.

        On a card without a record commit the former APN first where it had service, and it is what
        APN ROLLBACK goes back to. An equal APN changes nothing and writes nothing.
        """
        record = self.get(iccid, cid)
        if record is not None and record.current == apn:
            return
        stamp = self._time.stamp(now)
        self._database.change(
            "INSERT OR REPLACE INTO records (iccid, cid, current, last_good, updated_s,"
            " updated_wall) VALUES (:iccid, :cid, :current, :last_good, :updated_s, :updated_wall)",
            {
                "iccid": iccid,
                "cid": cid,
                "current": dump_apn(apn),
                "last_good": None if record is None else dump_apn(record.current),
                "updated_s": stamp.running_s,
                "updated_wall": dump_time(stamp.wall),
            },
        )
