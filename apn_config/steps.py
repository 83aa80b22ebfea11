"""One step of an APN change as one transaction: the next state and all that is due with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from apn_config.clock import Moment
from apn_config.config import ApnConfig
from apn_config.model import Apn, Outcome
from apn_config.store import ChangeRow, InboxState, Intent, Store
from apn_config.transaction import Duty, Event, Level, Reason, Step, step
from apn_config.voice import Voice
from modem import same_apn


@dataclass(frozen=True, slots=True)
class Ending:
    """What an action ended in, and what the next step's duties need.

    `rescue` is the APN that gives service where neither the wanted nor the former one does, `iccid`
    the card that it serves.
    """

    event: Event
    reason: Reason | None = None
    answer: Outcome | None = None
    rescue: Apn | None = None
    iccid: str | None = None


def advance(store: Store, change: ChangeRow, ending: Ending, plan: Plan, now: Moment) -> None:
    """Write the step that `ending` makes: the next state and all its duties.

    Inside a transaction of the caller, who may write more that belongs to the same step.
    """
    intent = change.intent
    taken = step(change.state, ending.event, intent.kind)
    if Duty.WITHDRAW_ANSWER in taken.duties:
        for row in store.outbox.of_change(change.id):
            store.outbox.withdraw(row.id, now)
    if Duty.QUEUE_ANSWER in taken.duties:
        assert ending.answer is not None
        text = plan.voice.say(ending.answer, intent.form, now.wall)
        store.outbox.add(plan.reply_to, text, now, inbox_id=intent.inbox_id, change_id=change.id)
    if Duty.COMMIT_RECORD in taken.duties:
        _commit_record(store, intent, now)
    if Duty.COMMIT_RESCUE in taken.duties and ending.iccid in (None, intent.iccid):
        # Another card's service is no matter of this one's record.
        assert ending.rescue is not None
        store.records.commit(intent.iccid, intent.cid, ending.rescue, now)
    if Duty.KEEP_FORMER in taken.duties and store.records.get(intent.iccid, intent.cid) is None:
        store.records.commit(intent.iccid, intent.cid, intent.former, now)
    if Duty.SWAP_LOGIN in taken.duties:
        store.changes.rewrite_wanted(change.id, swapped(intent.wanted))
    store.journal.add("change", str(change.id), _journal_detail(change, taken, ending), now)
    reason = ending.reason if Duty.KEEP_REASON in taken.duties else None
    if taken.next.final:
        kept = None if ending.rescue is None else ending.rescue.name
        store.changes.finish(change.id, taken.next, now, kept=kept, reason=reason)
    else:
        within_s = plan.deadline_s(taken, intent)
        store.changes.move(change.id, taken.next, now, within_s=within_s, reason=reason)
    if taken.next.restful and intent.inbox_id is not None:
        settle(store, intent.inbox_id, taken.next.value, now)


def _commit_record(store: Store, intent: Intent, now: Moment) -> None:
    """The wanted APN becomes the card's. What stood there before is good only if it served."""
    if store.records.get(intent.iccid, intent.cid) is None and (
        intent.former_level.reaches(Level.ADDRESS)
    ):
        store.records.commit(intent.iccid, intent.cid, intent.former, now)
    store.records.commit(intent.iccid, intent.cid, intent.wanted, now)


def swapped(apn: Apn) -> Apn:
    """The same APN, with user and password given to the modem in the other order."""
    assert apn.credentials is not None
    credentials = replace(apn.credentials, swapped=not apn.credentials.swapped)
    return replace(apn, credentials=credentials)


def undo_text(plan: Plan, undo: str | None) -> str:
    """What an applier wants to have for a roll-back, with whose it is."""
    return plan.apn.applier if undo is None else f"{plan.apn.applier}:{undo}"


def applier_of(intent: Intent) -> str | None:
    """Whose change it is; None for one of a version that had one applier."""
    return None if intent.undo is None else intent.undo.partition(":")[0]


def undo_of(intent: Intent) -> str | None:
    """What that applier wants to have."""
    _, told, undo = (intent.undo or "").partition(":")
    return undo if told else None


def settle(
    store: Store, inbox_id: int, verdict: str, now: Moment, redacted: str | None = None
) -> None:
    """Be done with a message: what is left of it holds no secret.

    `redacted` is that, where it wasn't written down when the message came.
    """
    message = store.inbox.get(inbox_id)
    if message is not None and message.state in (InboxState.PENDING, InboxState.STARTED):
        # One of a version that kept no redacted text; it may hold a secret anywhere.
        length = f"[{len(message.text or '')} characters]"
        left = message.redacted if redacted is None else redacted
        store.inbox.settle(inbox_id, verdict, length if left is None else left, now)


def holds(found: Apn, wanted: Apn) -> bool:
    """Is what a context holds what is wanted? Unknown credentials are to stay as they are."""
    same = same_apn(found.name, wanted.name) and found.type is wanted.type
    return same and wanted.credentials in (None, found.credentials)


def _journal_detail(change: ChangeRow, taken: Step, ending: Ending) -> dict[str, str | int | None]:
    return {
        "from": change.state.value,
        "to": taken.next.value,
        "apn": change.intent.wanted.name,
        "former": change.intent.former.name,
        "reason": None if ending.reason is None else ending.reason.value,
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """The deadlines, where answers go, and who words them."""

    apn: ApnConfig
    reply_to: str
    voice: Voice = field(default_factory=Voice)

    def deadline_s(self, taken: Step, intent: Intent) -> float | None:
        """The deadline that a step starts, in seconds from now; None where it starts none."""
        for duty, seconds in (
            (Duty.START_VERIFY_DEADLINE, self.apn.verify_timeout_s),
            (Duty.START_CHANNEL_DEADLINE, self.apn.channel_timeout_s),
            (Duty.START_TRIAL_DEADLINE, intent.trial_s),
            (Duty.START_ROLLBACK_DEADLINE, self.apn.rollback_timeout_s),
        ):
            if duty in taken.duties:
                return seconds
        return None
