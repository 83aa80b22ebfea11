"""What was read together, as one transaction: stored, joined, judged where no modem is needed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from apn_config import access
from apn_config.admission import Admission
from apn_config.clock import Moment
from apn_config.judgement import Answer, Execute, Judge, Judgement, Silence
from apn_config.masking import masked
from apn_config.model import Device, Message, Sender
from apn_config.steps import settle
from apn_config.store import Incoming, OutboxRow, Place, Report, Store
from apn_config.voice import Voice
from modem import sms

logger = logging.getLogger(__name__)

# A part whose others don't come within a day, emnify's validity of a message, stays alone.
PARTS_WAIT_S = 24 * 3600.0
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was read: its PDU, and where it is to be deleted (None for one not stored).

    `stuck`: it was read there before, and the modem refused to delete it.
    """

    pdu: str
    memory: str | None = None
    index: int | None = None
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class Counsel:
    """Whom the intake asks what a message means and whether it is let in; who words the answers,
    and where they go.
    """

    judge: Judge
    admission: Admission
    voice: Voice
    reply_to: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a commit left to do: the answer that is due next, whether commands wait, whether a text
    is redacted that an earlier commit wrote down, and what to log, now that it is true.

    `whole` are the ids of the messages that are whole now, in the order of their judging.
    """

    due: OutboxRow | None
    commands: bool
    redacted: bool
    log: Sequence[str]
    whole: Sequence[int] = ()


def _port(message: sms.Deliver) -> int | None:
    """The port that it was addressed to."""
    ports = message.ports
    return None if ports is None else ports.dst


def _word(verdict: Silence | Answer) -> str:
    """What is kept of a message that was done with at once."""
    return verdict.why if isinstance(verdict, Silence) else verdict.verdict


class Batch:
    """One transaction: what was read together."""

    def __init__(self, store: Store, counsel: Counsel, device: Device, now: Moment) -> None:
        self._store = store
        self._counsel = counsel
        self._device = device
        self._now = now
        self._answers = self._commands = self._joined = False
        self._log: list[str] = []
        self._whole: list[int] = []

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
        return Taken(due, self._commands, self._joined, self._log, self._whole)

    def _decode(self, item: Found) -> sms.Deliver | None:
        try:
            message = sms.decode_pdu(item.pdu)
        except sms.PduError as error:
            self._set_aside(item, str(error))
            return None
        if isinstance(message, sms.Deliver):
            return message
        if isinstance(message, sms.StatusReport):
            self._take_report(message)
        else:
            self._set_aside(item, "no message to this device")
        return None

    def _take_report(self, message: sms.StatusReport) -> None:
        """What became of an answer, by TP-MR and recipient; of two such answers, of the newer."""
        number = access.sender_key(Sender(message.number))
        for row in self._store.outbox.awaiting(message.reference):
            if access.sender_key(Sender(row.recipient)) == number:
                break
        else:
            detail = {"reference": message.reference, "status": message.status}
            self._store.journal.add("report", "status report", detail, self._now)
            return
        outcome = message.outcome
        match outcome.group:
            case sms.StatusGroup.COMPLETED:
                report = Report.DELIVERED
            case sms.StatusGroup.STILL_TRYING:
                report = Report.AWAITED
            case _:
                report = Report.FAILED
        self._store.outbox.reported(row.id, report, message.status, self._now)
        self._log.append(f"answer {row.id} is reported on: {outcome.meaning}")
        told: dict[str, str | int | None] = {"report": outcome.meaning, "status": message.status}
        self._store.journal.add("answer", str(row.id), told, self._now)

    def _set_aside(self, item: Found, why: str) -> None:
        key = hashlib.sha256(item.pdu.encode()).digest()
        if self._store.inbox.set_aside(key, item.pdu, why, self._now) is not None:
            logger.warning("a message that makes no sense is set aside: %s", why)
            self._store.journal.add("message", "set aside", {"why": why}, self._now)

    def _take_one(self, item: Found, message: sms.Deliver) -> None:
        sender = Sender(message.number, message.address.alphanumeric)
        if self._store.inbox.holds(message.key):
            self._note_repeat(item, sender)
            return
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
            data=None if place else message.data,
            port=_port(message),
        )
        if place is None:
            self._take_whole(incoming)
        else:
            self._store.inbox.add(incoming, self._now)
            self._join(sender, place)
            self._drop_surplus(sender, place)

    def _take_whole(self, incoming: Incoming) -> None:
        """Store a message as it is to stay: one that needs no modem is settled from the first."""
        verdict = self._verdict(incoming.message, incoming.sender)
        redacted = self._counsel.judge.reader.redact(incoming.message)
        if isinstance(verdict, Execute):
            let_in = replace(incoming, form=verdict.form, redacted=redacted)
            message_id = self._store.inbox.add(let_in, self._now)
        else:
            message_id = self._store.inbox.add_settled(
                incoming, _word(verdict), redacted, self._now
            )
        assert message_id is not None  # its key was looked for
        self._act(message_id, verdict, incoming.sender, incoming.scts)

    def _join(self, sender: Sender, place: Place) -> None:
        """Make one message of the parts, once all are there."""
        if self._store.inbox.lacks_parts(sender, place):
            return
        reassembler = sms.Reassembler(max_age_s=PARTS_WAIT_S)
        rows = {}
        for row in self._store.inbox.parts_of(sender, place):
            part = sms.decode_pdu(row.pdu or "")
            assert isinstance(part, sms.Deliver)
            rows[part.key] = row
            whole = reassembler.add(part, 0.0)
            if whole is not None:
                first = rows[whole.parts[0].key]
                ids = [rows[part.key].id for part in whole.parts]
                port = next((each for each in map(_port, whole.parts) if each is not None), None)
                message = Message(whole.text, whole.data, port)
                self._take_joined(ids, message, sender, first.scts)
                return

    def _drop_surplus(self, sender: Sender, place: Place) -> None:
        """Parts whose others never come must not pile up until a day is over."""
        surplus = self._store.inbox.surplus_parts(sender, place)
        if surplus:
            self._store.inbox.expire(surplus, self._now)
            self._joined = True  # their text was redacted
            detail = {"parts": len(surplus)}
            self._store.journal.add("message", "incomplete", detail, self._now)

    def _take_joined(
        self, ids: Sequence[int], message: Message, sender: Sender, scts: datetime | None
    ) -> None:
        message_id = self._store.inbox.join(ids, message, self._now)
        self._joined = True
        verdict = self._verdict(message, sender)
        redacted = self._counsel.judge.reader.redact(message)
        if isinstance(verdict, Execute):
            self._store.inbox.let_in(message_id, verdict.form, redacted)
        else:
            settle(self._store, message_id, _word(verdict), self._now, redacted)
        self._act(message_id, verdict, sender, scts)

    def _verdict(self, message: Message, sender: Sender) -> Judgement:
        """What it means, and whether it is let in; what that has to remember is written here."""
        counsel = self._counsel
        judged = counsel.judge.judge(message, sender, self._device)
        return counsel.admission.admit(self._store, judged, sender, self._device, self._now)

    def _act(
        self, message_id: int, verdict: Judgement, sender: Sender, scts: datetime | None
    ) -> None:
        """Queue what needs no modem; a command stays pending and takes its turn."""
        self._whole.append(message_id)
        if not isinstance(verdict, Silence) and self._counsel.admission.tells_time(verdict):
            self._move_time(scts)
        if isinstance(verdict, Execute):
            self._commands = True
            self._note(message_id, sender, verdict.command.verb.value, verdict.rule)
            return
        if isinstance(verdict, Answer):
            self._answers = True
            text = self._counsel.voice.say(verdict.outcome, verdict.form, self._now.wall)
            reply_to = self._counsel.reply_to
            self._store.outbox.add(reply_to, text, self._now, inbox_id=message_id)
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

    def _note(self, message_id: int, sender: Sender, what: str, rule: str | None = None) -> None:
        self._log.append(f"message {message_id} from {masked(sender)}: {what}")
        detail: dict[str, str | int | None] = {"from": masked(sender), "what": what}
        if rule is not None:
            detail["rule"] = rule
        self._store.journal.add("message", str(message_id), detail, self._now)

    def _note_repeat(self, item: Found, sender: Sender) -> None:
        self._log.append(f"a message from {masked(sender)} came again: known")
        if not item.stuck:
            detail = {"from": masked(sender), "what": "known"}
            self._store.journal.add("message", "again", detail, self._now)
