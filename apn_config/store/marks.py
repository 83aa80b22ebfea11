"""How far the network's time has come: the marks by which a stale command is refused.

SCTS of authorised messages only, so that a stranger's message moves nothing. When a mark moves is
access.py's to say; here is only what must survive a crash.
"""

from __future__ import annotations

from datetime import datetime

from apn_config.store.codec import dump_time, load_time
from apn_config.store.database import Database

_NEWEST = "newest"
_CANDIDATE = "candidate"
_APPLIED = "applied"


class Marks:
    """The table of marks. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> datetime | None:
        """The newest SCTS of an authorised message."""
        return self._get(_NEWEST, "")

    def set_newest(self, scts: datetime) -> None:
        """Moves the mark, and drops the candidate, which is confirmed or overtaken."""
        self._set(_NEWEST, "", scts)
        self.set_candidate(None)

    def candidate(self) -> datetime | None:
        """An SCTS too far ahead of the mark to be believed before a second message confirms it."""
        return self._get(_CANDIDATE, "")

    def set_candidate(self, scts: datetime | None) -> None:
        """Sets or drops the candidate."""
        self._set(_CANDIDATE, "", scts)

    def applied(self, who: str) -> datetime | None:
        """The SCTS of the last changing command applied from a sender or key."""
        return self._get(_APPLIED, who)

    def set_applied(self, who: str, scts: datetime) -> None:
        """A changing command of that SCTS is applied; `who` is authorised, so they are few."""
        self._set(_APPLIED, who, scts)

    def _get(self, kind: str, who: str) -> datetime | None:
        row = self._database.one(
            "SELECT scts FROM marks WHERE kind = :kind AND who = :who", {"kind": kind, "who": who}
        )
        return None if row is None else load_time(row["scts"])

    def _set(self, kind: str, who: str, scts: datetime | None) -> None:
        if scts is None:
            self._database.change(
                "DELETE FROM marks WHERE kind = :kind AND who = :who", {"kind": kind, "who": who}
            )
            return
        self._database.change(
            "INSERT OR REPLACE INTO marks (kind, who, scts) VALUES (:kind, :who, :scts)",
            {"kind": kind, "who": who, "scts": dump_time(scts)},
        )
