-- Version 3 of the schema, with rows of every kind, as `sqlite3 .dump` tells them. Never edited.
PRAGMA application_id = 1835298152;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE changes (
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
    , undo TEXT, trial_s REAL, kept TEXT, form TEXT) STRICT;
INSERT INTO "changes" VALUES(1,'socket',NULL,NULL,'8988303000000000001',1,'{"name":"em2","type":"ip","credentials":null}','{"name":"em","type":"ip","credentials":null}','address','failed','no-address',NULL,0,30.0,'2024-05-17T12:00:00.000+00:00',30.0,30.0,'2024-05-17T12:00:00.000+00:00',NULL,NULL,'internet',NULL);
INSERT INTO "changes" VALUES(2,'sms',2,'17','8988303000000000001',1,'{"name":"em2","type":"ip","credentials":{"auth":"chap","user":"wanted-user","password":"wanted-secret"}}','{"name":"em","type":"ip","credentials":{"auth":"pap","user":"former-user","password":"former-secret"}}','address','proving',NULL,330.0,1,30.0,'2024-05-17T12:00:00.000+00:00',130.0,NULL,NULL,'undo-secret',600.0,NULL,'{"dialect":"signed","tag":"17","echo":[],"counter":7,"key":"00112233445566aa","iccid":"8988303000000000001"}');
CREATE TABLE counters (
        key TEXT PRIMARY KEY,
        highest INTEGER,
        seen INTEGER NOT NULL,
        applied INTEGER,
        challenge TEXT
    ) STRICT, WITHOUT ROWID;
INSERT INTO "counters" VALUES('00112233445566aa',7,3,6,NULL);
INSERT INTO "counters" VALUES('ffeeddccbbaa9988',NULL,0,NULL,'ABCDEFGH');
CREATE TABLE device_time (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        boot_id TEXT NOT NULL,
        base_s REAL NOT NULL,
        seen_s REAL NOT NULL
    ) STRICT;
INSERT INTO "device_time" VALUES(1,'boot-1',0.0,30.0);
CREATE TABLE failures (
        who TEXT PRIMARY KEY,
        count INTEGER NOT NULL,
        since_s REAL NOT NULL,
        until_s REAL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "failures" VALUES('dialect:plain',50,60.0,3660.0);
INSERT INTO "failures" VALUES('number:4912345',2,120.0,NULL);
CREATE TABLE inbox (
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
    , started_s REAL, data BLOB, port INTEGER, form TEXT, redacted TEXT, undo TEXT) STRICT;
INSERT INTO "inbox" VALUES(1,X'0101010101010101010101010101010101010101010101010101010101010101','4912345',0,X'00000000000000','2024-05-17T10:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00','settled',NULL,'PING',NULL,NULL,NULL,NULL,'done',30.0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "inbox" VALUES(2,X'0202020202020202020202020202020202020202020202020202020202020202','4912345',0,X'00000000000000','2024-05-17T10:00:05.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00','pending','0791BB','APN em2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"dialect":"signed","tag":"17","echo":[],"counter":7,"key":"00112233445566aa","iccid":"8988303000000000001"}','[signed] APN em2',NULL);
INSERT INTO "inbox" VALUES(3,X'0303030303030303030303030303030303030303030303030303030303030303','emnify',1,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00','started','0791CC','SMSC +4917108',NULL,NULL,NULL,NULL,NULL,NULL,30.0,X'0306',2948,NULL,'SMSC SET','+4917107');
INSERT INTO "inbox" VALUES(4,X'0404040404040404040404040404040404040404040404040404040404040404','4912345',0,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00','part','0791DD','part one',7,2,1,8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "inbox" VALUES(5,X'0505050505050505050505050505050505050505050505050505050505050505','4912345',0,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00','expired',NULL,NULL,9,2,1,16,'incomplete',30.0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "inbox" VALUES(6,X'0606060606060606060606060606060606060606060606060606060606060606','',0,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00','set-aside','07ZZ',NULL,NULL,NULL,NULL,NULL,'smsc: octet 2',30.0,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE journal (
        id INTEGER PRIMARY KEY,
        at_s REAL NOT NULL,
        at_wall TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT;
INSERT INTO "journal" VALUES(1,130.0,'2024-05-17T12:01:40.000+00:00','stored','message 2','{"slot":3}');
CREATE TABLE macs (
        mac BLOB PRIMARY KEY,
        at_s REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "macs" VALUES(X'0707070707070707070707070707070707070707070707070707070707070707',130.0);
CREATE TABLE marks (
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        scts TEXT NOT NULL,
        PRIMARY KEY (kind, who)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "marks" VALUES('applied','4912345','2024-05-17T10:00:00.000+00:00');
INSERT INTO "marks" VALUES('candidate','','2024-08-15T10:00:00.000+00:00');
INSERT INTO "marks" VALUES('newest','','2024-05-17T10:00:00.000+00:00');
CREATE TABLE notices (
        id INTEGER PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT;
INSERT INTO "notices" VALUES(1,'NOTE database damaged, begun anew; kept records=1 changes=2 inbox=6 outbox=4');
CREATE TABLE outbox (
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
    , report TEXT, report_status INTEGER, reported_s REAL, reported_wall TEXT) STRICT;
INSERT INTO "outbox" VALUES(1,1,NULL,'1234','#1 OK PING','sent',0,NULL,NULL,NULL,41,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(2,1,NULL,'1234','#1 OK PING','failed',0,'+CMS 21',NULL,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(3,1,NULL,'1234','#1 OK PING','withdrawn',0,NULL,NULL,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(4,2,2,'1234','#17 OK APN em2 ip=10.65.3.4 reg=roaming rat=lte rssi=-71','due',0,NULL,NULL,NULL,NULL,130.0,'2024-05-17T12:01:40.000+00:00',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(5,1,NULL,'1234','#1 OK PING','expired',9,'+CMS ERROR: 331',NULL,NULL,NULL,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00',NULL,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(6,NULL,NULL,'1234','#2 OK PING','sent',0,NULL,NULL,NULL,42,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00','awaited',48,30.0,'2024-05-17T12:00:00.000+00:00');
INSERT INTO "outbox" VALUES(7,NULL,NULL,'1234','#3 OK PING','sent',0,NULL,NULL,NULL,43,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00','delivered',0,30.0,'2024-05-17T12:00:00.000+00:00');
INSERT INTO "outbox" VALUES(8,NULL,NULL,'1234','#4 OK PING','sent',0,NULL,NULL,NULL,44,30.0,'2024-05-17T12:00:00.000+00:00',30.0,'2024-05-17T12:00:00.000+00:00','failed',70,30.0,'2024-05-17T12:00:00.000+00:00');
CREATE TABLE pins (
        id INTEGER PRIMARY KEY,
        card TEXT NOT NULL,
        salt BLOB NOT NULL,
        hash BLOB NOT NULL,
        tried_s REAL NOT NULL,
        tried_wall TEXT NOT NULL,
        outcome TEXT NOT NULL
    ) STRICT;
INSERT INTO "pins" VALUES(1,'8988303000000000001',X'A670FDFC07537D7415B336CEF3DBEABF',X'C8ECEEA42E3EDB2C5121B8921828488058BE3416451C0C6DFF1E9F2DA04CE76D',130.0,'2024-05-17T12:01:40.000+00:00','unknown');
CREATE TABLE records (
        iccid TEXT NOT NULL,
        cid INTEGER NOT NULL,
        current TEXT NOT NULL,
        last_good TEXT,
        updated_s REAL NOT NULL,
        updated_wall TEXT NOT NULL,
        PRIMARY KEY (iccid, cid)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "records" VALUES('8988303000000000001',1,'{"name":"em","type":"ip","credentials":{"auth":"pap","user":"former-user","password":"former-secret"}}','{"name":"internet","type":"ip","credentials":{"auth":"none","user":"","password":""}}',130.0,'2024-05-17T12:01:40.000+00:00');
CREATE TABLE rungs (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        at_s REAL NOT NULL
    ) STRICT;
INSERT INTO "rungs" VALUES(1,'radio-cycle',130.0);
INSERT INTO "rungs" VALUES(2,'reset',130.0);
INSERT INTO "rungs" VALUES(3,'power-cycle',130.0);
INSERT INTO "rungs" VALUES(4,'store',130.0);
CREATE TABLE spent (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        at_s REAL NOT NULL
    ) STRICT;
INSERT INTO "spent" VALUES(1,'command','number:4912345',100.0);
INSERT INTO "spent" VALUES(2,'answer','',100.0);
CREATE INDEX inbox_open ON inbox (state, sender, concat_reference)
        WHERE final_s IS NULL;
CREATE UNIQUE INDEX changes_active ON changes ((finished_s IS NULL))
        WHERE finished_s IS NULL;
CREATE INDEX changes_inbox ON changes (inbox_id);
CREATE INDEX outbox_due ON outbox (id) WHERE ended_s IS NULL;
CREATE INDEX outbox_inbox ON outbox (inbox_id);
CREATE INDEX pins_card ON pins (card);
CREATE INDEX outbox_awaited ON outbox (reference) WHERE report = 'awaited';
CREATE INDEX outbox_change ON outbox (change_id) WHERE change_id IS NOT NULL;
COMMIT;
