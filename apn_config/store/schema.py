"""The schema, as numbered migrations. A released migration is never edited: another is added.

Version n is what the first n migrations make (PRAGMA user_version). tests/apn_config/schemas/ keeps
the SQL of each released version, and the tests migrate from every one of them.

Points in time are `_s` columns: seconds of the device's running time (device_time.py), with a
`_wall` column beside where a person wants to read a date. Wall times are never compared.

`..._s IS NULL` of a row's end is what makes it open: the partial indexes on it hold the few open
rows only, so they stay small however long the tables grow, and a settled row costs no index page.
"""

from __future__ import annotations

from typing import Final

# "mdmh": tells this program's database from another's (PRAGMA application_id).
APPLICATION_ID: Final = 0x6D646D68

_VERSION_1: Final = (
    """CREATE TABLE device_time (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        boot_id TEXT NOT NULL,
        base_s REAL NOT NULL,
        seen_s REAL NOT NULL
    ) STRICT""",
    """CREATE TABLE inbox (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        sender TEXT NOT NULL,
        alphanumeric INTEGER NOT NULL,
        scts_octets BLOB,
        scts TEXT,
        received_s REAL NOT NULL,
        received_wall TEXT NOT NULL,
        state TEXT NOT NULL,
        pdu TEXT,
        text TEXT,
        concat_reference INTEGER,
        concat_total INTEGER,
        concat_seq INTEGER,
        concat_bits INTEGER,
        verdict TEXT,
        final_s REAL
    ) STRICT""",
    """CREATE INDEX inbox_open ON inbox (state, sender, concat_reference)
        WHERE final_s IS NULL""",
    """CREATE TABLE changes (
        id INTEGER PRIMARY KEY,
        origin TEXT NOT NULL,
        inbox_id INTEGER REFERENCES inbox (id) ON DELETE SET NULL,
        tag TEXT,
        iccid TEXT NOT NULL,
        cid INTEGER NOT NULL,
        wanted TEXT NOT NULL,
        former TEXT NOT NULL,
        former_level TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        deadline_s REAL,
        radio_cycles INTEGER NOT NULL,
        started_s REAL NOT NULL,
        started_wall TEXT NOT NULL,
        moved_s REAL NOT NULL,
        finished_s REAL,
        finished_wall TEXT
    ) STRICT""",
    # One change at a time, held by the database itself: the expression is 1 in every open row.
    """CREATE UNIQUE INDEX changes_active ON changes ((finished_s IS NULL))
        WHERE finished_s IS NULL""",
    "CREATE INDEX changes_inbox ON changes (inbox_id)",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        inbox_id INTEGER REFERENCES inbox (id) ON DELETE SET NULL,
        change_id INTEGER REFERENCES changes (id) ON DELETE SET NULL,
        recipient TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        last_error TEXT,
        tried_s REAL,
        not_before_s REAL,
        reference INTEGER,
        created_s REAL NOT NULL,
        created_wall TEXT NOT NULL,
        ended_s REAL,
        ended_wall TEXT
    ) STRICT""",
    "CREATE INDEX outbox_due ON outbox (id) WHERE ended_s IS NULL",
    "CREATE INDEX outbox_inbox ON outbox (inbox_id)",
    "CREATE INDEX outbox_change ON outbox (change_id)",
    """CREATE TABLE records (
        iccid TEXT NOT NULL,
        cid INTEGER NOT NULL,
        current TEXT NOT NULL,
        last_good TEXT,
        updated_s REAL NOT NULL,
        updated_wall TEXT NOT NULL,
        PRIMARY KEY (iccid, cid)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE marks (
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        scts TEXT NOT NULL,
        PRIMARY KEY (kind, who)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE journal (
        id INTEGER PRIMARY KEY,
        at_s REAL NOT NULL,
        at_wall TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE pins (
        id INTEGER PRIMARY KEY,
        card TEXT NOT NULL,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,
        tried_s REAL NOT NULL,
        tried_wall TEXT NOT NULL,
        outcome TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX pins_card ON pins (card)",
    """CREATE TABLE cycles (
        id INTEGER PRIMARY KEY,
        at_s REAL NOT NULL
    ) STRICT""",
)

_VERSION_2: Final = (
    # The applier's own text of what a roll-back restores; secret, erased when the change is final.
    "ALTER TABLE changes ADD COLUMN undo TEXT",
    "ALTER TABLE changes ADD COLUMN trial_s REAL",
    # When a verb that must not run twice began: was the host booted since?
    "ALTER TABLE inbox ADD COLUMN started_s REAL",
    # The APN in force at the end, where it is neither the wanted nor the former one.
    "ALTER TABLE changes ADD COLUMN kept TEXT",
    "ALTER TABLE outbox ADD COLUMN report TEXT",
    "ALTER TABLE outbox ADD COLUMN report_status INTEGER",
    "ALTER TABLE outbox ADD COLUMN reported_s REAL",
    "ALTER TABLE outbox ADD COLUMN reported_wall TEXT",
    "CREATE INDEX outbox_awaited ON outbox (reference) WHERE report = 'awaited'",
    # Few answers are about a change: those that aren't write no page of this index.
    "DROP INDEX outbox_change",
    "CREATE INDEX outbox_change ON outbox (change_id) WHERE change_id IS NOT NULL",
    # Each remedy that has a daily budget; a radio cycle was the only one before.
    """CREATE TABLE rungs (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        at_s REAL NOT NULL
    ) STRICT""",
    "INSERT INTO rungs (kind, at_s) SELECT 'radio-cycle', at_s FROM cycles ORDER BY id",
    "DROP TABLE cycles",
    # What the operator is still to be told of.
    """CREATE TABLE notices (
        id INTEGER PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT""",
)

_VERSION_3: Final = (
    # What a message of octets says, once its parts are joined, and where it was addressed to.
    "ALTER TABLE inbox ADD COLUMN data BLOB",
    "ALTER TABLE inbox ADD COLUMN port INTEGER",
    # How the answer is to be worded (a Form), once it was let in as a command.
    "ALTER TABLE inbox ADD COLUMN form TEXT",
    # What is left of its text when it is final.
    "ALTER TABLE inbox ADD COLUMN redacted TEXT",
    # What a verb that has begun would put back.
    "ALTER TABLE inbox ADD COLUMN undo TEXT",
    "ALTER TABLE changes ADD COLUMN form TEXT",
    # Signed commands, by the key's fingerprint: the highest counter taken, which of the ones below
    # it were (a bit each), that of the last changing command carried out, and the code that is
    # awaited where nobody knows them.
    """CREATE TABLE counters (
        key TEXT PRIMARY KEY,
        highest INTEGER,
        seen INTEGER NOT NULL,
        applied INTEGER,
        challenge TEXT
    ) STRICT, WITHOUT ROWID""",
    # MACs of OMA CP messages that were taken: the standard has no counter.
    """CREATE TABLE macs (
        mac BLOB PRIMARY KEY,
        at_s REAL NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # Wrong secrets, by who sent them; and until when none is looked at.
    """CREATE TABLE failures (
        who TEXT PRIMARY KEY,
        count INTEGER NOT NULL,
        since_s REAL NOT NULL,
        until_s REAL
    ) STRICT, WITHOUT ROWID""",
    # Commands and answers of the last day, for their rates, which keep it small: it has no index,
    # which would cost another page of the disk for each message.
    """CREATE TABLE spent (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        at_s REAL NOT NULL
    ) STRICT""",
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_VERSION_1, _VERSION_2, _VERSION_3)
VERSION: Final = len(MIGRATIONS)
