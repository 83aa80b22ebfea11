"""What the device received. A message is committed here, and only then deleted in the modem.

The unique key makes reading a message twice harmless. When a message is final its PDU and text are
redacted (it may hold a PIN word or a password); the key stays for KEEP_S, so that a late repeat is
still known.

    PART ──join──► PENDING ──settle──────────────► SETTLED
     │                └─────start──► STARTED ─settle─┘
     └──expire──► EXPIRED               (SET_ASIDE is final from the first, SETTLED may be)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from apn_config.clock import Moment
from apn_config.model import Form, Message, Sender
from apn_config.store.codec import dump_form, dump_time, load_enum, load_form, load_time
from apn_config.store.database import Database, Row, Value
from apn_config.store.device_time import DeviceTime, Stamp
from apn_config.store.errors import StoreMisuse

# Keys outlive bodies by 30 days. Running time: never shorter, by a calendar, than that.
KEEP_S: Final = 30 * 86400.0
PRUNE_ROWS: Final = 200
PENDING_ROWS: Final = 500
# Two messages of 255 parts may have one reference; a device gets some dozens of parts in a day.
OPEN_PARTS_OF_ONE: Final = 510
OPEN_PARTS: Final = 2000
SINCE_ROWS: Final = 1000
# The verdict of a part whose text is in the first part's row.
JOINED: Final = "joined"


class InboxState(Enum):
    """What became of a message."""

    PART = "part"
    """A part of a longer message; the others are awaited."""
    PENDING = "pending"
    """Whole, and to be judged."""
    STARTED = "started"
    """A verb that must not run twice has begun; never acted on again, only settled."""
    SETTLED = "settled"
    """Judged and done with; key, sender, verdict and the redacted text are left."""
    SET_ASIDE = "set-aside"
    """Couldn't be decoded; kept as it came."""
    EXPIRED = "expired"
    """A part whose others never came; its body is erased."""


_PARTS: Final = frozenset({InboxState.PART, InboxState.EXPIRED})
_FINAL: Final = frozenset({InboxState.SETTLED, InboxState.SET_ASIDE, InboxState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs (3GPP TS 23.040 9.2.3.24.1); `bits` is the width of the reference."""

    reference: int
    total: int
    seq: int
    bits: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A decoded message as it came. `scts` is None where its octets make no date.

    `form` and `redacted` are given where it was let in as a command: how its answer is to be
    worded, and what is left of its text once it is final.
    """

    key: bytes
    sender: Sender
    pdu: str | None = field(repr=False)
    text: str | None = field(repr=False)
    scts_octets: bytes | None = None
    scts: datetime | None = None
    place: Place | None = None
    data: bytes | None = field(default=None, repr=False)
    port: int | None = None
    form: Form | None = None
    redacted: str | None = None

    @property
    def message(self) -> Message:
        """What it says."""
        return Message(self.text, self.data, self.port)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored message. `pdu` is None and `text` redacted once it is final, unless set aside.

    `started_s` is the running time at which a verb that must not run twice began, `undo` what it
    would put back. `form` and `redacted`: see `Incoming`.
    """

    id: int
    key: bytes
    sender: Sender
    scts_octets: bytes | None
    scts: datetime | None
    received: Stamp
    state: InboxState
    pdu: str | None = field(repr=False)
    text: str | None = field(repr=False)
    place: Place | None
    verdict: str | None
    started_s: float | None
    data: bytes | None = field(default=None, repr=False)
    port: int | None = None
    form: Form | None = None
    redacted: str | None = None
    undo: str | None = None

    @property
    def message(self) -> Message:
        """What it says."""
        return Message(self.text, self.data, self.port)


_INSERT: Final = """INSERT INTO inbox (key, sender, alphanumeric, scts_octets, scts, received_s,
    received_wall, state, pdu, text, concat_reference, concat_total, concat_seq, concat_bits,
    verdict, final_s, data, port, form, redacted)
    VALUES (:key, :sender, :alphanumeric, :scts_octets, :scts, :received_s, :received_wall, :state,
    :pdu, :text, :reference, :total, :seq, :bits, :verdict, :final_s,
    :data, :port, :form, :redacted)
    ON CONFLICT (key) DO NOTHING RETURNING id"""

# `final_s IS NULL` names the partial index of the open rows, which holds nothing else.
OPEN: Final = (
    "SELECT * FROM inbox WHERE final_s IS NULL AND state = :state ORDER BY id LIMIT :limit"
)
PARTS_OF: Final = """SELECT * FROM inbox WHERE final_s IS NULL AND state = 'part'
    AND sender = :sender AND alphanumeric = :alphanumeric AND concat_reference = :reference
    AND concat_total = :total AND concat_bits = :bits ORDER BY id"""
COUNT_OF: Final = """SELECT count(DISTINCT concat_seq) AS seqs, count(*) AS kept FROM inbox
    WHERE final_s IS NULL AND state = 'part' AND sender = :sender AND alphanumeric = :alphanumeric
    AND concat_reference = :reference AND concat_total = :total AND concat_bits = :bits"""
# What waits beyond these, the oldest first.
PARTS_BEYOND: Final = """SELECT id FROM inbox WHERE final_s IS NULL AND state = 'part'
    AND sender = :sender AND alphanumeric = :alphanumeric AND concat_reference = :reference
    AND concat_total = :total AND concat_bits = :bits ORDER BY id DESC LIMIT -1 OFFSET :keep"""
COUNT_PARTS: Final = """SELECT count(*) AS kept FROM inbox
    WHERE final_s IS NULL AND state = 'part'"""
ALL_PARTS_BEYOND: Final = """SELECT id FROM inbox WHERE final_s IS NULL AND state = 'part'
    ORDER BY id DESC LIMIT -1 OFFSET :keep"""
SINCE: Final = "SELECT * FROM inbox WHERE id > :known ORDER BY id LIMIT :limit"
# References come again: of messages with the same one the last is meant.
FIRST_BEFORE: Final = """SELECT * FROM inbox WHERE id <= :known AND verdict IS NOT 'joined'
    AND state NOT IN ('part', 'expired')
    AND sender = :sender AND alphanumeric = :alphanumeric AND concat_reference = :reference
    AND concat_total = :total AND concat_bits = :bits ORDER BY id DESC LIMIT 1"""
OLDEST: Final = "SELECT id, final_s FROM inbox ORDER BY id LIMIT :limit"


class Inbox:
    """The table of received messages. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database, time: DeviceTime) -> None:
        self._database = database
        self._time = time

    def add(self, message: Incoming, now: Moment) -> int | None:
        """Stores a message: a part as PART, a whole one as PENDING. None if its key is known."""
        state = InboxState.PENDING if message.place is None else InboxState.PART
        return self._insert(message, state, now)

    def add_settled(
        self, message: Incoming, verdict: str, redacted_text: str, now: Moment
    ) -> int | None:
        """Stores a whole message that was judged already, as `settle` would leave it."""
        bare = replace(message, pdu=None, text=redacted_text, data=None)
        return self._insert(bare, InboxState.SETTLED, now, verdict)

    def set_aside(self, key: bytes, pdu: str, error: str, now: Moment) -> int | None:
        """Keeps what couldn't be decoded as it came. Its id; None if its key is known."""
        message = Incoming(key, Sender(""), pdu, None)
        return self._insert(message, InboxState.SET_ASIDE, now, verdict=error)

    def get(self, message_id: int) -> InboxRow | None:
        """The message of that id, unless it was pruned."""
        row = self._database.one("SELECT * FROM inbox WHERE id = :id", {"id": message_id})
        return None if row is None else read_row(row)

    def recent(self, count: int) -> list[InboxRow]:
        """The last messages, newest last."""
        rows = self._database.all(
            "SELECT * FROM inbox ORDER BY id DESC LIMIT :count", {"count": count}
        )
        return [read_row(row) for row in reversed(rows)]

    def whole_since(self, known: int) -> list[InboxRow]:
        """The whole messages of which at least a part came after the row of that id, oldest first.

        At most SINCE_ROWS are looked at. The id of a joined one is that of its first part.
        """
        rows = self._rows(SINCE, {"known": known, "limit": SINCE_ROWS})
        whole = {row.id: row for row in rows if row.verdict != JOINED and row.state not in _PARTS}
        joined = {_message_of(row.sender, row.place) for row in rows if row.verdict == JOINED}
        joined -= {_message_of(row.sender, row.place) for row in whole.values()}
        for message in joined:
            first = self._rows(FIRST_BEFORE, {"known": known, **dict(message)})
            whole |= {row.id: row for row in first}
        return [whole[each] for each in sorted(whole)]

    def holds(self, key: bytes) -> bool:
        """Was a message of that key stored, whatever became of it?"""
        return self._database.one("SELECT id FROM inbox WHERE key = :key", {"key": key}) is not None

    def count(self) -> int:
        """How many messages are kept, by their ids: the oldest are deleted first."""
        row = self._database.one(
            "SELECT (SELECT max(id) FROM inbox) - (SELECT min(id) FROM inbox) + 1 AS kept"
        )
        return 0 if row is None or row["kept"] is None else int(row["kept"])

    def newest_id(self) -> int:
        """How many messages were ever stored: the id of the last one, 0 where there is none."""
        row = self._database.one("SELECT max(id) AS newest FROM inbox")
        return 0 if row is None or row["newest"] is None else int(row["newest"])

    def pending(self) -> list[InboxRow]:
        """What is to be judged, in SCTS order, ties by arrival; at most PENDING_ROWS at once.

        A message without SCTS stands behind all that arrived before it: no order by time would be
        worth more than that of arrival.
        """
        return _in_order(self._open(InboxState.PENDING, PENDING_ROWS))

    def started(self) -> list[InboxRow]:
        """What had begun and not ended when the program stopped; to be answered, never acted on."""
        return self._open(InboxState.STARTED, PENDING_ROWS)

    def open_parts(self) -> list[InboxRow]:
        """All parts that wait for others, in the order of arrival."""
        return self._open(InboxState.PART, -1)

    def parts_of(self, sender: Sender, place: Place) -> list[InboxRow]:
        """The parts that wait and belong to the same message as one from `sender` at `place`."""
        return self._rows(PARTS_OF, dict(_message_of(sender, place)))

    def lacks_parts(self, sender: Sender, place: Place) -> bool:
        """Is there a part of that message of which none waits? Cheap, where `parts_of` isn't."""
        row = self._database.one(COUNT_OF, dict(_message_of(sender, place)))
        return row is None or row["seqs"] < place.total

    def surplus_parts(self, sender: Sender, place: Place) -> list[int]:
        """The oldest parts where too many wait: of the message of one at `place`, or in all.

        Whoever likes to may send parts of messages that never become whole. A quarter goes at once,
        so that they are seldom sorted.
        """
        of_it = dict(_message_of(sender, place))
        surplus = self._beyond(COUNT_OF, PARTS_BEYOND, of_it, OPEN_PARTS_OF_ONE)
        return sorted(surplus | self._beyond(COUNT_PARTS, ALL_PARTS_BEYOND, {}, OPEN_PARTS))

    def _beyond(self, count: str, beyond: str, values: dict[str, Value], most: int) -> set[int]:
        row = self._database.one(count, values)
        if row is None or row["kept"] <= most:
            return set()
        rows = self._database.all(beyond, {**values, "keep": most - most // 4})
        return {int(each["id"]) for each in rows}

    def join(self, part_ids: Sequence[int], whole: Message, now: Moment) -> int:
        """Makes one message of parts in their order: the first becomes PENDING, the rest SETTLED.

        The first part's SCTS is the message's. Returns the id of the whole, which says `whole`.
        """
        first, *others = part_ids
        for part_id in others:
            self._finish(part_id, {InboxState.PART}, InboxState.SETTLED, JOINED, None, now)
        self._one_changed(
            "UPDATE inbox SET state = 'pending', text = :text, data = :data, port = :port"
            " WHERE id = :id AND state = 'part'",
            {"id": first, "text": whole.text, "data": whole.data, "port": whole.port},
        )
        return first

    def let_in(self, message_id: int, form: Form, redacted: str) -> None:
        """A message that was joined is a command: see `Incoming`."""
        self._one_changed(
            "UPDATE inbox SET form = :form, redacted = :redacted"
            " WHERE id = :id AND state = 'pending'",
            {"id": message_id, "form": dump_form(form), "redacted": redacted},
        )

    def start(self, message_id: int, now: Moment, undo: str | None = None) -> None:
        """A verb that must not run twice begins; to be committed before it does anything.

        `undo` is what it would put back; it is forgotten when the message is settled.
        """
        self._one_changed(
            "UPDATE inbox SET state = 'started', started_s = :now_s, undo = :undo"
            " WHERE id = :id AND state = 'pending'",
            {"id": message_id, "now_s": self._time.running_s(now), "undo": undo},
        )

    def settle(self, message_id: int, verdict: str, redacted_text: str | None, now: Moment) -> None:
        """The message is done with: its PDU and its octets are erased, its text replaced by one
        without secrets.
        """
        live = {InboxState.PENDING, InboxState.STARTED}
        self._finish(message_id, live, InboxState.SETTLED, verdict, redacted_text, now)

    def expire(self, part_ids: Iterable[int], now: Moment) -> None:
        """The message of these parts will never be whole: their bodies are erased."""
        for part_id in part_ids:
            self._finish(part_id, {InboxState.PART}, InboxState.EXPIRED, "incomplete", None, now)

    def prune(self, now: Moment) -> int:
        """Deletes final messages older than KEEP_S; how many. Looks at PRUNE_ROWS at most.

        Ids grow with time, so the oldest rows stand first and no index by age is needed.
        """
        before_s = self._time.running_s(now) - KEEP_S
        rows = self._database.all(OLDEST, {"limit": PRUNE_ROWS})
        old = [
            row["id"] for row in rows if row["final_s"] is not None and row["final_s"] < before_s
        ]
        for message_id in old:
            self._database.change("DELETE FROM inbox WHERE id = :id", {"id": message_id})
        return len(old)

    def _insert(
        self, message: Incoming, state: InboxState, now: Moment, verdict: str | None = None
    ) -> int | None:
        stamp, place = self._time.stamp(now), message.place
        reference, total, seq, bits = (None,) * 4
        if place is not None:
            reference, total, seq, bits = place.reference, place.total, place.seq, place.bits
        rows = self._database.all(
            _INSERT,
            {
                "key": message.key,
                "sender": message.sender.address,
                "alphanumeric": message.sender.alphanumeric,
                "scts_octets": message.scts_octets,
                "scts": None if message.scts is None else dump_time(message.scts),
                "received_s": stamp.running_s,
                "received_wall": dump_time(stamp.wall),
                "state": state.value,
                "pdu": message.pdu,
                "text": message.text,
                "reference": reference,
                "total": total,
                "seq": seq,
                "bits": bits,
                "verdict": verdict,
                "final_s": stamp.running_s if state in _FINAL else None,
                "data": message.data,
                "port": message.port,
                "form": None if message.form is None else dump_form(message.form),
                "redacted": message.redacted,
            },
        )
        return int(rows[0]["id"]) if rows else None

    def _open(self, state: InboxState, limit: int) -> list[InboxRow]:
        return self._rows(OPEN, {"state": state.value, "limit": limit})

    def _rows(self, sql: str, values: dict[str, Value]) -> list[InboxRow]:
        return [read_row(row) for row in self._database.all(sql, values)]

    def _finish(
        self,
        message_id: int,
        live: set[InboxState],
        state: InboxState,
        verdict: str,
        text: str | None,
        now: Moment,
    ) -> None:
        row = self.get(message_id)
        if row is None or row.state not in live:
            raise StoreMisuse(f"message {message_id} can't become {state.value}")
        self._one_changed(
            "UPDATE inbox SET state = :state, verdict = :verdict, text = :text, pdu = NULL,"
            " data = NULL, undo = NULL, final_s = :final_s WHERE id = :id",
            {
                "id": message_id,
                "state": state.value,
                "verdict": verdict,
                "text": text,
                "final_s": self._time.running_s(now),
            },
        )

    def _one_changed(self, sql: str, values: dict[str, Value]) -> None:
        if self._database.change(sql, values) != 1:
            raise StoreMisuse(f"message {values['id']!r} isn't in the state for this")


def _message_of(sender: Sender, place: Place | None) -> tuple[tuple[str, Value], ...]:
    """What the parts of a message have in common; nothing where there is no place."""
    if place is None:
        return ()
    return (
        ("sender", sender.address),
        ("alphanumeric", sender.alphanumeric),
        ("reference", place.reference),
        ("total", place.total),
        ("bits", place.bits),
    )


def _in_order(rows: Iterable[InboxRow]) -> list[InboxRow]:
    """Rows in the order of arrival, put in the order of judgement."""
    newest = datetime.min.replace(tzinfo=UTC)
    keyed: list[tuple[datetime, int, InboxRow]] = []
    for row in rows:
        newest = max(newest, row.scts or newest)
        keyed.append((row.scts or newest, row.id, row))
    return [row for _, _, row in sorted(keyed, key=lambda entry: entry[:2])]


def read_row(row: Row) -> InboxRow:
    """A row as it is kept, read strictly. Raises StoreCorrupt."""
    place = None
    if row["concat_reference"] is not None:
        place = Place(
            row["concat_reference"], row["concat_total"], row["concat_seq"], row["concat_bits"]
        )
    return InboxRow(
        id=row["id"],
        key=row["key"],
        sender=Sender(row["sender"], bool(row["alphanumeric"])),
        scts_octets=row["scts_octets"],
        scts=None if row["scts"] is None else load_time(row["scts"]),
        received=Stamp(row["received_s"], load_time(row["received_wall"])),
        state=load_enum(InboxState, row["state"]),
        pdu=row["pdu"],
        text=row["text"],
        place=place,
        verdict=row["verdict"],
        started_s=row["started_s"],
        data=row["data"],
        port=row["port"],
        form=None if row["form"] is None else load_form(row["form"]),
        redacted=row["redacted"],
        undo=row["undo"],
    )
