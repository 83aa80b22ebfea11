"""From the modem to the inbox: read, commit to disk, and only then delete in the modem.

Announcements are collected while a batch is being read, so that any number of them, however close
together, costs no message. What can be answered without asking the modem is judged in the same
transaction that stores the message, so such an answer waits for one commit only.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apn_config import access
from apn_config.change import settle
from apn_config.clock import Clock, Moment
from apn_config.dialects.plain import redact
from apn_config.judgement import Answer, Execute, Judgement, Silence
from apn_config.masking import masked
from apn_config.model import Sender
from apn_config.storage_thread import StoreThread
from apn_config.store import Incoming, OutboxRow, Place, Store
from apn_config.sweep import SweepPolicy
from modem import MessageDirect, MessageStored, Modem, ModemError, StoredMessage, sms

logger = logging.getLogger(__name__)

# More announcements than this at once are read by one list, which costs fewer round trips.
LIST_FROM = 8
# An announced slot that is empty may lie in another memory or be written a moment later
# (transcript cmgr-321-empty-slots): look through everything soon.
SECOND_LOOK_S = 2.0
# Between two looks at a storage that can't be read.
LONGEST_PAUSE_S = 300.0
# A part whose others don't come within a day, emnify's validity of a message, stays alone.
PARTS_WAIT_S = 24 * 3600.0
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was read: its PDU, and where it is to be deleted (None for one not stored)."""

    pdu: str
    memory: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """How the intake asks what a text means, and where answers go."""

    of: Callable[[str, Sender], Judgement]
    reply_to: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a commit left to do: the answer that is due next, whether commands wait, whether a text
    is redacted that an earlier commit wrote down, and what to log, now that it is true.
    """

    due: OutboxRow | None
    commands: bool
    redacted: bool
    log: Sequence[str]


class Intake:
    """Reads what the modem received, and keeps the sweeps that find what was not announced."""

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        clock: Clock,
        judge: Judge,
        policy: SweepPolicy,
        stored: Callable[[Taken], None],
    ) -> None:
        self._db = db
        self._modem = modem
        self._clock = clock
        self._judge = judge
        self._policy = policy
        self._stored = stored
        self._announced: set[tuple[str | None, int]] = set()
        self._direct: list[MessageDirect] = []
        self._sweep_all = False
        self._sweep_at_s: float | None = None
        self._second_look = False
        # Slots that the modem refused to empty: what is found there again is nothing new.
        self._stuck: set[tuple[str, int]] = set()
        self._wake = asyncio.Event()

    # --- what wakes it: called from the event loop, never blocks ------------------------------

    def announce(self, event: MessageStored) -> None:
        """A +CMTI. One without a readable place makes a sweep."""
        self._policy.announced()
        if event.index is None:
            self.sweep_soon()
        else:
            self._announced.add((event.memory, event.index))
            self._wake.set()

    def take_direct(self, event: MessageDirect) -> None:
        """A +CMT: the message itself."""
        self._direct.append(event)
        self._wake.set()

    def initialised(self) -> None:
        """The modem is ready (again): look through every memory."""
        self._policy.disturbed()
        self._announced.clear()
        self._sweep_all = True
        self._wake.set()

    def storage_full(self) -> None:
        """Make room at once: the network delivers what it holds back."""
        self._policy.disturbed()
        self._sweep_all = True
        self._wake.set()

    def sweep_soon(self) -> None:
        """Something was announced that can't be read where it should be: it may lie elsewhere."""
        self._second_look = True
        at_s = asyncio.get_running_loop().time() + SECOND_LOOK_S
        self._sweep_at_s = at_s if self._sweep_at_s is None else min(at_s, self._sweep_at_s)
        self._wake.set()

    # --- the loop -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            modem = await self._modem()
            try:
                await self._work(modem)
            except ModemError as error:
                # The keeper deals with the modem; what was announced is found by the sweep after
                # the next initialisation, or by this one if the modem only stumbled.
                logger.warning("messages couldn't be read: %s", error)
                self.sweep_soon()
                await asyncio.sleep(min(SECOND_LOOK_S * 2**failures, LONGEST_PAUSE_S))
                failures = min(failures + 1, 10)
            else:
                failures = 0
                await self._wait()

    async def _work(self, modem: Modem) -> None:
        self._wake.clear()
        if self._direct:
            await self._take_direct(modem)
        if self._sweep_all:
            await self._sweep(modem, every_memory=True)
            self._sweep_all = False
        elif self._announced:
            await self._read_announced(modem)
        elif self._sweep_is_due():
            await self._sweep(modem, every_memory=self._second_look)
            self._second_look = False

    async def _wait(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._sweep_at_s is None:
            self._sweep_at_s = now_s + self._policy.interval_s
        if self._announced or self._direct or self._sweep_all:
            return
        try:
            async with asyncio.timeout_at(self._sweep_at_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _sweep_is_due(self) -> bool:
        now_s = asyncio.get_running_loop().time()
        return self._sweep_at_s is not None and now_s >= self._sweep_at_s

    async def _read_announced(self, modem: Modem) -> None:
        places, self._announced = self._announced, set()
        if len(places) >= LIST_FROM:
            await self._take_stored(modem, await modem.stored_messages(every_memory=False))
            places = {place for place in places if place[0] not in (None, _selected(modem))}
        found = []
        for memory, index in sorted(places, key=lambda place: (place[0] or "", place[1])):
            message = await modem.read_message(memory, index)
            if message is None:
                self.sweep_soon()
            else:
                found.append(message)
        await self._take_stored(modem, found)

    async def _sweep(self, modem: Modem, *, every_memory: bool) -> None:
        announced, self._announced = self._announced, set()
        messages = await modem.stored_messages(every_memory=every_memory)
        self._sweep_at_s = None
        # A +CMTI that came while the list was read announces one of these.
        known = {index for _, index in announced | self._announced}
        surprises = sum(
            message.index not in known and (message.memory, message.index) not in self._stuck
            for message in messages
        )
        loop_s = asyncio.get_running_loop().time()
        if self._policy.swept(0 if every_memory else surprises, loop_s):
            pace = "often" if self._policy.fast else "slowly again"
            logger.warning("messages come unannounced: sweeping %s", pace)
        await self._take_stored(modem, messages)
        await self._db.run(self._tidy)

    def _tidy(self, store: Store) -> None:
        """Drop what is old; give up parts whose others never came."""
        now = self._clock.now()
        store.housekeeping(now)
        alone = [
            row.id
            for row in store.inbox.open_parts()
            if store.time.age_s(row.received, now) > PARTS_WAIT_S
        ]
        if alone:
            store.inbox.expire(alone, now)
            store.journal.add("message", "incomplete", {"parts": len(alone)}, now)

    async def _take_stored(self, modem: Modem, messages: Sequence[StoredMessage]) -> None:
        if not messages:
            return
        await self._commit([Found(m.pdu, m.memory, m.index) for m in messages])
        self._stuck.clear()
        for memory, indexes in places_to_empty(messages).items():
            self._stuck |= {(memory, slot) for slot in await modem.delete_messages(memory, indexes)}

    async def _take_direct(self, modem: Modem) -> None:
        while self._direct:
            await self._commit([Found(self._direct[0].pdu)])
            self._direct.pop(0)
            await modem.acknowledge()

    async def _commit(self, found: Iterable[Found]) -> None:
        now = self._clock.now()
        taken = await self._db.run(lambda store: _Batch(store, self._judge, now).take(found))
        self._stored(taken)
        # One turn of the loop: an answer that is due already goes out before the modem is kept busy
        # with deleting, which takes long where it writes flash.
        await asyncio.sleep(0)
        for line in taken.log:
            logger.info("%s", line)
        if taken.redacted:
            await self._db.truncate_wal()


def places_to_empty(messages: Iterable[StoredMessage]) -> dict[str, list[int]]:
    """Where what was read is to be deleted: each message in the first memory it was seen in.

    Some memories are aliases (MT of ME on an EC25): a second deletion would hit what has come into
    the same slot since. True doubles in another memory are found again by the next look there.
    """
    first: dict[str, str] = {}
    places: dict[str, list[int]] = {}
    for message in messages:
        if first.setdefault(message.pdu, message.memory) == message.memory:
            places.setdefault(message.memory, []).append(message.index)
    return places


def _selected(modem: Modem) -> str | None:
    return modem.setup.memory


def _word(verdict: Silence | Answer) -> str:
    """What is kept of a message that was done with at once."""
    return verdict.why if isinstance(verdict, Silence) else verdict.verdict


class _Batch:
    """One transaction: what was read together."""

    def __init__(self, store: Store, judge: Judge, now: Moment) -> None:
        self._store = store
        self._judge = judge
        self._now = now
        self._answers = self._commands = self._joined = False
        self._log: list[str] = []

    def take(self, found: Iterable[Found]) -> Taken:
        """Store all, in the order of the network's time; slots break ties."""
        decoded: list[tuple[Found, sms.Deliver]] = []
        for item in found:
            message = self._decode(item)
            if message is not None:
                decoded.append((item, message))
        decoded.sort(key=lambda pair: (pair[1].timestamp or _LAST, pair[0].index or 0))
        for item, message in decoded:
            self._take_one(item, message)
        due = self._store.outbox.next_due(self._now) if self._answers else None
        return Taken(due, self._commands, self._joined, self._log)

    def _decode(self, item: Found) -> sms.Deliver | None:
        try:
            message = sms.decode_pdu(item.pdu)
        except sms.PduError as error:
            self._set_aside(item, str(error))
            return None
        if isinstance(message, sms.Deliver):
            return message
        if isinstance(message, sms.StatusReport):
            detail = {"reference": message.reference, "status": int(message.status)}
            self._store.journal.add("report", "status report", detail, self._now)
        else:
            self._set_aside(item, "no message to this device")
        return None

    def _set_aside(self, item: Found, why: str) -> None:
        key = hashlib.sha256(item.pdu.encode()).digest()
        if self._store.inbox.set_aside(key, item.pdu, why, self._now) is not None:
            logger.warning("a message that makes no sense is set aside: %s", why)
            self._store.journal.add("message", "set aside", {"why": why}, self._now)

    def _take_one(self, item: Found, message: sms.Deliver) -> None:
        sender = Sender(message.number, message.address.alphanumeric)
        place = None
        if message.concat is not None and message.concat.total > 1:
            concat = message.concat
            place = Place(concat.ref, concat.total, concat.seq, concat.bits)
        incoming = Incoming(
            key=message.key,
            sender=sender,
            pdu=item.pdu,
            text=message.text,
            scts_octets=message.scts,
            scts=message.timestamp,
            place=place,
        )
        if place is None:
            self._take_whole(incoming)
        elif self._store.inbox.add(incoming, self._now) is None:
            self._note_repeat(sender)
        else:
            self._join(sender, place)

    def _take_whole(self, incoming: Incoming) -> None:
        """Store a message as it is to stay: one that needs no modem is settled from the first."""
        verdict = self._verdict(incoming.text, incoming.sender)
        if isinstance(verdict, Execute):
            message_id = self._store.inbox.add(incoming, self._now)
        else:
            redacted = redact(incoming.text or "")
            message_id = self._store.inbox.add_settled(
                incoming, _word(verdict), redacted, self._now
            )
        if message_id is None:
            self._note_repeat(incoming.sender)
        else:
            self._act(message_id, verdict, incoming.sender, incoming.scts)

    def _join(self, sender: Sender, place: Place) -> None:
        """Make one message of the parts, once all are there."""
        reassembler = sms.Reassembler(max_age_s=PARTS_WAIT_S)
        rows = {}
        for row in self._store.inbox.parts_of(sender, place):
            part = sms.decode_pdu(row.pdu or "")
            assert isinstance(part, sms.Deliver)
            rows[part.key] = row
            whole = reassembler.add(part, 0.0)
            if whole is not None:
                ids = [rows[part.key].id for part in whole.parts]
                message_id = self._store.inbox.join(ids, whole.text, self._now)
                first = rows[whole.parts[0].key]
                self._joined = True
                verdict = self._verdict(whole.text, sender)
                if not isinstance(verdict, Execute):
                    settle(self._store, message_id, _word(verdict), self._now)
                self._act(message_id, verdict, sender, first.scts)
                return

    def _verdict(self, text: str | None, sender: Sender) -> Judgement:
        return Silence("no text") if text is None else self._judge.of(text, sender)

    def _act(
        self, message_id: int, verdict: Judgement, sender: Sender, scts: datetime | None
    ) -> None:
        """Queue what needs no modem; a command stays pending and takes its turn."""
        if not isinstance(verdict, Silence):
            self._move_time(scts)
        if isinstance(verdict, Execute):
            self._commands = True
            self._note(message_id, sender, verdict.command.verb.value)
            return
        if isinstance(verdict, Answer):
            self._answers = True
            reply_to = self._judge.reply_to
            self._store.outbox.add(reply_to, verdict.text, self._now, inbox_id=message_id)
        self._note(message_id, sender, _word(verdict))

    def _move_time(self, scts: datetime | None) -> None:
        """An authorised message tells how far the network's time has come."""
        marks = self._store.marks
        before = access.NetworkTime(marks.newest(), marks.candidate())
        after = access.moved(before, scts)
        if after.newest is not None and after.newest != before.newest:
            marks.set_newest(after.newest)
        if after != before:
            marks.set_candidate(after.candidate)

    def _note(self, message_id: int, sender: Sender, what: str) -> None:
        self._log.append(f"message {message_id} from {masked(sender)}: {what}")
        detail = {"from": masked(sender), "what": what}
        self._store.journal.add("message", str(message_id), detail, self._now)

    def _note_repeat(self, sender: Sender) -> None:
        self._log.append(f"a message from {masked(sender)} came again: known")
