"""Stores with as many rows as wanted, and what the daemon does with them for one message."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apn_config.access import Access, Secrets
from apn_config.admission import Admission
from apn_config.batch import Batch, Counsel, Found
from apn_config.clock import Moment
from apn_config.config import AccessConfig
from apn_config.judgement import Judge
from apn_config.model import Device
from apn_config.reader import Reader
from apn_config.store import Store
from apn_config.voice import Voice
from modem.sms import compose_deliver

SENDER = "4912345"
WALL = datetime(2026, 2, 1, tzinfo=UTC)
_ROWS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
_FILL = (
    _ROWS + " INSERT INTO inbox (key, sender, alphanumeric, scts_octets, scts, received_s,"
    " received_wall, state, text, verdict, final_s) SELECT sha256(i), '4912345', 0,"
    " x'62101000000000', '2026-01-01T00:00:00.000+00:00', i * 1e-3,"
    " '2026-01-01T00:00:00.000+00:00', 'settled', '#17 PING', 'answered', i * 1e-3 FROM n",
    _ROWS + " INSERT INTO outbox (inbox_id, recipient, text, state, attempts, reference, created_s,"
    " created_wall, ended_s, ended_wall) SELECT i, '1234', '#17 OK PING reg=roaming rat=lte',"
    " 'sent', 0, i % 256, i * 1e-3, '2026-01-01T00:00:00.000+00:00', i * 1e-3,"
    " '2026-01-01T00:00:00.000+00:00' FROM n",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < min(:rows, 5000))"
    " INSERT INTO journal (at_s, at_wall, kind, subject, detail) SELECT i * 1e-3,"
    " '2026-01-01T00:00:00.000+00:00', 'message', '' || i, '{\"what\":\"answered\"}' FROM n",
)


def moment(seconds: float) -> Moment:
    """A moment of the one boot that these stores see; all rows are older than the first."""
    return Moment("boot-1", 5000.0 + seconds, WALL + timedelta(seconds=seconds))


def grow(path: Path, rows: int) -> None:
    """A new store with so many answered messages, of which none is old enough to be deleted."""
    Store.open(path, moment(0)).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    connection.create_function("sha256", 1, lambda i: hashlib.sha256(b"%d" % i).digest())
    connection.execute("BEGIN")
    for statement in _FILL if rows else ():
        connection.execute(statement, {"rows": rows})
    connection.execute("COMMIT")
    connection.close()


class Answering:
    """The daemon's transactions for a PING, without modem and threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        # A message a minute is more than the rates allow by default.
        access = AccessConfig(senders=(SENDER,), commands_per_day=0, answers_per_day=0)
        judge = Judge(Reader(), Access(access, Secrets()))
        self._counsel = Counsel(judge, Admission(access, Secrets()), Voice(), "1234")

    def ping(self, number: int, every_s: float = 60.0) -> None:
        """One of the messages that come each `every_s`: stored, answered, the answer taken."""
        seconds = every_s * number
        store, now = self.store, moment(seconds)
        text = f"#{number % 1000} PING"
        (part,) = compose_deliver(SENDER, text, timestamp=WALL + timedelta(seconds=seconds))
        with store.transaction():
            taken = Batch(store, self._counsel, Device(), now).take([Found(part.pdu, "ME", 1)])
        assert taken.due is not None
        with store.transaction():
            store.outbox.sent(taken.due.id, number % 256, now)
            store.journal.add("answer", str(taken.due.id), {"reference": number % 256}, now)


def page_reads() -> int:
    """How often this thread has read from a file so far (proc_pid_io(5), syscr).

    SQLite reads a page with one pread; what it finds in its cache it doesn't read. This reading
    counts, too.
    """
    with Path("/proc/thread-self/io").open() as file:
        return int(dict(line.split(": ") for line in file)["syscr"])
