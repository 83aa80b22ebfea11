"""A clock that can be set, and values for rows, shared by the tests of the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apn_config.clock import Moment
from apn_config.model import Apn, AuthType, Credentials, Form, Message, Sender
from apn_config.store import Incoming, Intent, Place, Report, Rung, Store
from apn_config.transaction import Level, Origin, State

WALL = datetime(2024, 5, 17, 12, 0, tzinfo=UTC)
SENDER = Sender("4912345")
FORMER = Apn("em", credentials=Credentials(AuthType.PAP, "former-user", "former-secret"))
WANTED = Apn("em2", credentials=Credentials(AuthType.CHAP, "wanted-user", "wanted-secret"))
ICCID = "8988303000000000001"


@dataclass
class FakeClock:
    """Boots and time under the test's control; the wall clock can be set apart."""

    boot_id: str = "boot-1"
    boottime_s: float = 30.0
    wall: datetime = WALL

    def now(self) -> Moment:
        return Moment(self.boot_id, self.boottime_s, self.wall)

    def advance(self, seconds: float) -> Moment:
        self.boottime_s += seconds
        self.wall += timedelta(seconds=seconds)
        return self.now()

    def reboot(self, boot_id: str, boottime_s: float) -> Moment:
        """Another boot; like a Pi without network, the wall clock falls back."""
        self.boot_id, self.boottime_s, self.wall = (
            boot_id,
            boottime_s,
            datetime(2020, 1, 1, tzinfo=UTC),
        )
        return self.now()


def message(number: int, *, scts: datetime | None = None, place: Place | None = None) -> Incoming:
    """A message that differs from those of other numbers."""
    return Incoming(
        key=number.to_bytes(32, "big"),
        sender=SENDER,
        pdu=f"07919471{number:04X}",
        text=f"PIN pin-secret-{number} APN em",
        scts_octets=bytes(7),
        scts=scts,
        place=place,
    )


def intent(**fields: object) -> Intent:
    """A change from FORMER to WANTED."""
    whole = Intent(Origin.SMS, ICCID, 1, WANTED, FORMER, Level.ADDRESS)
    return replace(whole, **fields)  # type: ignore[arg-type]


def reopened(store: Store, clock: FakeClock) -> Store:
    """The same store, as the program's next start finds it."""
    store.close()
    return Store.open(store.path, clock.now())


OUTSIDE: dict[str, Callable[[Store, Moment], object]] = {
    "inbox.add": lambda s, now: s.inbox.add(message(1), now),
    "inbox.add_settled": lambda s, now: s.inbox.add_settled(message(1), "x", "x", now),
    "inbox.set_aside": lambda s, now: s.inbox.set_aside(b"k", "00", "bad", now),
    "inbox.get": lambda s, _: s.inbox.get(1),
    "inbox.recent": lambda s, _: s.inbox.recent(1),
    "inbox.whole_since": lambda s, _: s.inbox.whole_since(0),
    "inbox.holds": lambda s, _: s.inbox.holds(b"k"),
    "inbox.count": lambda s, _: s.inbox.count(),
    "inbox.newest_id": lambda s, _: s.inbox.newest_id(),
    "inbox.pending": lambda s, _: s.inbox.pending(),
    "inbox.started": lambda s, _: s.inbox.started(),
    "inbox.open_parts": lambda s, _: s.inbox.open_parts(),
    "inbox.parts_of": lambda s, _: s.inbox.parts_of(SENDER, Place(1, 2, 1, 8)),
    "inbox.lacks_parts": lambda s, _: s.inbox.lacks_parts(SENDER, Place(1, 2, 1, 8)),
    "inbox.surplus_parts": lambda s, _: s.inbox.surplus_parts(SENDER, Place(1, 2, 1, 8)),
    "inbox.join": lambda s, now: s.inbox.join([1], Message("text"), now),
    "inbox.let_in": lambda s, now: s.inbox.let_in(1, Form(), "redacted"),
    "inbox.start": lambda s, now: s.inbox.start(1, now),
    "inbox.settle": lambda s, now: s.inbox.settle(1, "applied", None, now),
    "inbox.expire": lambda s, now: s.inbox.expire([1], now),
    "inbox.prune": lambda s, now: s.inbox.prune(now),
    "outbox.add": lambda s, now: s.outbox.add("1234", "OK", now),
    "outbox.get": lambda s, _: s.outbox.get(1),
    "outbox.of_message": lambda s, _: s.outbox.of_message(1),
    "outbox.of_change": lambda s, _: s.outbox.of_change(1),
    "outbox.next_due": lambda s, now: s.outbox.next_due(now),
    "outbox.next_wake": lambda s, now: s.outbox.next_wake(now),
    "outbox.sent": lambda s, now: s.outbox.sent(1, 7, now),
    "outbox.postpone": lambda s, now: s.outbox.postpone(1, 1, "x", now),
    "outbox.fail": lambda s, now: s.outbox.fail(1, "x", now),
    "outbox.expire": lambda s, now: s.outbox.expire(1, now),
    "outbox.awaiting": lambda s, _: s.outbox.awaiting(7),
    "outbox.reported": lambda s, now: s.outbox.reported(1, Report.DELIVERED, 0, now),
    "outbox.withdraw": lambda s, now: s.outbox.withdraw(1, now),
    "outbox.due_again": lambda s, _now: s.outbox.due_again(0, but=1),
    "outbox.pending_count": lambda s, _: s.outbox.pending_count(),
    "outbox.oldest_due_age": lambda s, now: s.outbox.oldest_due_age(now),
    "outbox.prune": lambda s, now: s.outbox.prune(now),
    "changes.begin": lambda s, now: s.changes.begin(intent(), 300, now),
    "changes.active": lambda s, _: s.changes.active(),
    "changes.get": lambda s, _: s.changes.get(1),
    "changes.history": lambda s, _: s.changes.history(1),
    "changes.remaining_s": lambda s, now: s.changes.remaining_s(now),
    "changes.move": lambda s, now: s.changes.move(1, State.VERIFYING, now),
    "changes.rewrite_wanted": lambda s, _: s.changes.rewrite_wanted(1, WANTED),
    "changes.count_cycle": lambda s, _: s.changes.count_cycle(1),
    "changes.finish": lambda s, now: s.changes.finish(1, State.COMMITTED, now),
    "records.get": lambda s, _: s.records.get(ICCID, 1),
    "records.remove": lambda s, _: s.records.remove(ICCID, 1),
    "records.commit": lambda s, now: s.records.commit(ICCID, 1, WANTED, now),
    "marks.newest": lambda s, _: s.marks.newest(),
    "marks.set_newest": lambda s, _: s.marks.set_newest(WALL),
    "marks.candidate": lambda s, _: s.marks.candidate(),
    "marks.set_candidate": lambda s, _: s.marks.set_candidate(None),
    "marks.applied": lambda s, _: s.marks.applied("1"),
    "marks.set_applied": lambda s, _: s.marks.set_applied("1", WALL),
    "counters.take": lambda s, _: s.counters.take("k", 1, changing=True),
    "counters.highest": lambda s, _: s.counters.highest("k"),
    "counters.enrol": lambda s, _: s.counters.enrol("k"),
    "counters.challenge": lambda s, _: s.counters.challenge("k"),
    "counters.sync": lambda s, _: s.counters.sync("k", "AAAAAAAA", 1),
    "counters.awaited": lambda s, _: s.counters.awaited("k"),
    "counters.applied": lambda s, _: s.counters.applied("k"),
    "counters.set_applied": lambda s, _: s.counters.set_applied("k", 1),
    "counters.of": lambda s, _: s.counters.of(["key"]),
    "counters.all": lambda s, _: s.counters.all(),
    "guards.locked_s": lambda s, now: s.guards.locked_s("number:1", now),
    "guards.failures": lambda s, now: s.guards.failures("number:1", now),
    "guards.fail": lambda s, now: s.guards.fail("number:1", 5, 60, now),
    "guards.forgive": lambda s, now: s.guards.forgive("number:1", now),
    "guards.take_mac": lambda s, now: s.guards.take_mac(bytes(32), now),
    "guards.has_spent": lambda s, now: s.guards.has_spent("answer", "", 1, 3600, now),
    "guards.spent": lambda s, now: s.guards.spent("answer", "", 3600, now),
    "guards.spend": lambda s, now: s.guards.spend([("answer", "")], now),
    "journal.add": lambda s, now: s.journal.add("start", "daemon", {}, now),
    "journal.tail": lambda s, _: s.journal.tail(1),
    "journal.after": lambda s, _: s.journal.after(0, 5),
    "journal.newest_id": lambda s, _: s.journal.newest_id(),
    "pins.tried": lambda s, _: s.pins.tried(ICCID, "1234"),
    "pins.record": lambda s, now: s.pins.record(ICCID, "1234", now),
    "notices.add": lambda s, _: s.notices.add("NOTE"),
    "notices.take": lambda s, _: s.notices.take(),
    "rungs.record": lambda s, now: s.rungs.record(Rung.RESET, now),
    "rungs.used": lambda s, now: s.rungs.used(Rung.RESET, now),
    "housekeeping": lambda s, now: s.housekeeping(now),
}
"""Every method of every repository, to be refused outside a transaction."""


def store_bytes(path: Path) -> bytes:
    """All that stands on the disk for the store, its -wal and its lock included."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))
