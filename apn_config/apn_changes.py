"""Which APN change begins, which is refused, and what becomes of one that is on trial.

One change at a time: `changing` is held by whoever changes the device's settings, so a second
change waits for the first one's end; while an APN is on trial it is refused.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from apn_config import access
from apn_config.appliers import Applier, Held
from apn_config.budgets import RadioBudget
from apn_config.change import ChangeRunner
from apn_config.clock import Clock
from apn_config.merge import Refusal, merge
from apn_config.model import (
    NO_CREDENTIALS,
    Apn,
    ApnRequest,
    Command,
    Form,
    Outcome,
    Result,
)
from apn_config.steps import Ending, Plan, holds, settle, undo_text
from apn_config.storage_thread import StoreThread
from apn_config.store import UNKNOWN_CARD, ChangeRow, InboxRow, Intent, Store
from apn_config.transaction import Event, Level, Origin, Reason, State
from apn_config.verify import judge, observe
from apn_config.vitals import Turn
from modem import Modem, same_apn

logger = logging.getLogger(__name__)

Progress = Callable[[State | None], None]


class Refused(Exception):
    """A command can't be carried out; `reason` is a word of an answer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ApnChanges:
    """Begins changes and ends trials, for SMS and for the control socket."""

    def __init__(
        self,
        *,
        db: StoreThread,
        applier: Applier,
        runner: ChangeRunner,
        plan: Plan,
        budget: RadioBudget,
        clock: Clock,
    ) -> None:
        self._db = db
        self._applier = applier
        self._runner = runner
        self._plan = plan
        self._budget = budget
        self._clock = clock
        self.changing: asyncio.Lock = Turn()
        # What the network served after the last cycle for drift, by the card.
        self._in_vain: tuple[str, str | None] | None = None

    async def active(self) -> ChangeRow | None:
        """The change under way, one on trial included."""
        return await self._db.run(lambda store: store.changes.active())

    async def finish_interrupted(self) -> None:
        """Go on where the last run of the program was interrupted."""
        async with self.changing:
            change = await self.active()
            if change is not None and not change.state.restful:
                logger.warning(
                    "change %s was interrupted: going on",
                    change.id,
                    extra={"fields": {"change": change.id}},
                )
                await self._runner.run(change)

    async def by_sms(self, modem: Modem, row: InboxRow, command: Command, form: Form) -> None:
        """Carry out APN SET or APN ROLLBACK to the change's end. Raises Refused, ModemError."""
        request = command.request
        cid = None if request is None else request.cid
        if cid is not None and cid not in self._plan.apn.allowed_cids:
            raise Refused("bad-cid")
        async with self.changing:
            on_trial = await self._on_trial()
            if on_trial is not None and request is None:
                told = self._told(row, command, form, on_trial)
                await self._end_trial(on_trial, Reason.ASKED, told)
                return
            if on_trial is not None:
                raise Refused("trial")
            change = await self._begin(modem, request, row, form)
            await self._runner.run(change)

    async def by_socket(
        self, modem: Modem, request: ApnRequest | None, progress: Progress
    ) -> ChangeRow:
        """Change the APN for somebody at the control socket; None goes back to the last good one.

        `progress` hears each state, and None while another change is waited for. Raises Refused,
        ModemError.
        """
        if self.changing.locked():
            progress(None)
        async with self.changing:
            left = await self.active()
            if left is not None and left.state is State.TRIAL:
                if request is not None:
                    raise Refused("trial")
                return await self._end_trial(left, Reason.ASKED, progress=progress)
            if left is not None and left.intent.kind.answered:
                # Left by a daemon that was stopped in the middle; the answer is its to send.
                raise Refused("busy")
            if left is not None:
                await self._runner.run(left)
            change = await self._begin(modem, request)
            return await self._runner.run(change, progress)

    async def keep(
        self, row: InboxRow | None = None, command: Command | None = None, form: Form | None = None
    ) -> ChangeRow:
        """What is on trial stays; a message is answered in the same transaction. Raises Refused."""
        async with self.changing:
            on_trial = await self._on_trial()
            if on_trial is None:
                raise Refused("no-trial")
            ending = Ending(Event.KEPT)
            if row is None or command is None:
                return await self._runner.move(on_trial, ending)
            told = self._told(row, command, form or command.form, on_trial)
            return await self._runner.move(on_trial, ending, told)

    async def end_trial_if_over(self) -> float | None:
        """Roll back what was on trial for long enough; else the seconds that are left of it."""
        on_trial = await self._on_trial()
        if on_trial is None:
            return None
        async with self.changing:
            now = self._clock.now()
            left_s = await self._db.run(lambda store: store.changes.remaining_s(now))
            if left_s:
                return left_s
            on_trial = await self._on_trial()
            if on_trial is not None:
                await self._end_trial(on_trial, Reason.TRIAL_OVER)
        return None

    async def correct_drift(self, modem: Modem) -> None:
        """Put the committed APN, or the one on trial, back where the modem holds something else."""
        async with self.changing:
            cid, iccid = self._plan.apn.cid, modem.identity.iccid
            if iccid is None:
                # Another card's APN might be put on this one.
                return
            wanted = await self._meant(iccid, cid)
            unknown = await self._db.run(lambda store: store.records.get(UNKNOWN_CARD, cid))
            if wanted is None and unknown is None:
                return
            found = (await self._applier.read(modem, cid)).apn
            if unknown is not None:
                await self._adopt(iccid, cid, found)
                wanted = await self._meant(iccid, cid)
            if wanted is None:
                return
            if found.credentials is None:
                # A modem that keeps its password to itself is not written to at every start.
                wanted = replace(wanted, credentials=None)
            live = (await self._applier.serving(modem, cid, activate=False)).context.apn
            # Written and not yet in effect: somebody was interrupted between the two.
            waits = live is not None and bool(wanted.name) and not same_apn(live, wanted.name)
            if holds(found, wanted) and (not waits or self._in_vain == (iccid, live)):
                # A network that serves another APN of its own is not made to serve ours by asking.
                return
            logger.warning("the modem's APN has drifted: putting it back")
            now = self._clock.now()
            detail = {"found": found.name, "live": live, "wanted": wanted.name}
            await self._db.run(lambda store: store.journal.add("drift", str(cid), detail, now))
            if not holds(found, wanted):
                await self._applier.write(modem, cid, wanted)
            if await self._budget.spend():
                self._in_vain = (iccid, live)
                await self._applier.take_effect(modem)

    async def check_card(self, modem: Modem) -> None:
        """With another card in the modem a change that was made for the first is called off."""
        change, iccid = await self.active(), modem.identity.iccid
        if change is None or iccid is None or change.intent.iccid in (iccid, UNKNOWN_CARD):
            return
        if change.state is not State.TRIAL:
            self._runner.call_off(Reason.OTHER_SIM)
            return
        async with self.changing:
            on_trial = await self._on_trial()
            if on_trial is not None:
                await self._end_trial(on_trial, Reason.OTHER_SIM)

    # --- their parts --------------------------------------------------------------------------

    async def _adopt(self, iccid: str, cid: int, found: Apn) -> None:
        """What was committed while the card's number couldn't be read is this card's, if its modem
        holds it.
        """
        now = self._clock.now()

        def adopt(store: Store) -> None:
            unknown, known = store.records.get(UNKNOWN_CARD, cid), store.records.get(iccid, cid)
            if unknown is None or not same_apn(unknown.current.name, found.name):
                return
            if known is None or known.updated.running_s <= unknown.updated.running_s:
                store.records.commit(iccid, cid, unknown.current, now)
            store.records.remove(UNKNOWN_CARD, cid)

        await self._db.run(adopt)

    async def _meant(self, iccid: str, cid: int) -> Apn | None:
        """What the context is meant to hold while no change works on it."""
        record = await self._db.run(lambda store: store.records.get(iccid, cid))
        active = await self.active()
        if active is None:
            return None if record is None else record.current
        intent = active.intent
        on_this = active.state is State.TRIAL and (intent.iccid, intent.cid) == (iccid, cid)
        return intent.wanted if on_this else None

    async def _on_trial(self) -> ChangeRow | None:
        change = await self.active()
        return change if change is not None and change.state is State.TRIAL else None

    async def _end_trial(
        self,
        change: ChangeRow,
        why: Reason,
        also: Callable[[Store], None] = lambda _store: None,
        progress: Progress = lambda _state: None,
    ) -> ChangeRow:
        change = await self._runner.move(change, Ending(Event.CALLED_OFF, why), also)
        return await self._runner.run(change, progress)

    def _told(
        self, row: InboxRow, command: Command, form: Form, change: ChangeRow
    ) -> Callable[[Store], None]:
        """Settle and answer the message that ended a trial."""
        now = self._clock.now()
        outcome = Outcome(Result.OK, command.verb, change.intent.wanted.name)

        def write(store: Store) -> None:
            move_mark(store, row)
            settle(store, row.id, "answered", now)
            text = self._plan.voice.say(outcome, form, now.wall)
            store.outbox.add(self._plan.reply_to, text, now, inbox_id=row.id)

        return write

    async def _begin(
        self,
        modem: Modem,
        request: ApnRequest | None,
        row: InboxRow | None = None,
        form: Form = Form(),  # noqa: B008 -- frozen
    ) -> ChangeRow:
        """Snapshot, merge, and the durable intent. Raises Refused, ModemError."""
        cid = self._plan.apn.cid if request is None or request.cid is None else request.cid
        iccid = modem.identity.iccid or (await modem.read_card()).iccid or UNKNOWN_CARD
        former = await self._snapshot(modem, iccid, cid)
        seen = await observe(self._applier, modem, cid, activate=False)
        by_sms = row is not None
        intent = Intent(
            origin=Origin.SMS if by_sms else Origin.SOCKET,
            iccid=iccid,
            cid=cid,
            wanted=await self._wanted(request, former.apn, iccid, cid),
            former=former.apn,
            former_level=await self._level(seen.level, former.apn, iccid, cid, by_sms=by_sms),
            inbox_id=None if row is None else row.id,
            form=form,
            undo=undo_text(self._plan, former.undo),
            trial_s=None if request is None else request.trial_s,
        )
        wanted = intent.wanted
        serves = judge(seen, wanted.name, self._plan.apn.verify) is None
        if not (holds(former.apn, wanted) and serves) and not await self._budget.left():
            raise Refused("budget")
        return await self._db.run(lambda store: self._write_intent(store, intent, row))

    def _write_intent(self, store: Store, intent: Intent, row: InboxRow | None) -> ChangeRow:
        now = self._clock.now()
        change_id = store.changes.begin(intent, self._plan.apn.verify_timeout_s, now)
        if row is not None:
            move_mark(store, row)
        detail = {
            "apn": intent.wanted.name,
            "former": intent.former.name,
            "origin": intent.origin.value,
        }
        store.journal.add("change", str(change_id), detail, now)
        change = store.changes.get(change_id)
        assert change is not None
        return change

    async def _snapshot(self, modem: Modem, iccid: str, cid: int) -> Held:
        """What is set; where the modem keeps its credentials to itself, the store's."""
        found = await self._applier.read(modem, cid)
        if found.apn.credentials is not None:
            return found
        record = await self._db.run(lambda store: store.records.get(iccid, cid))
        known = (None if record is None else record.current, self._plan.apn.fallback)
        for apn in known:
            if apn is not None and same_apn(apn.name, found.apn.name):
                return replace(found, apn=apn)
        return found

    async def _level(
        self, seen: Level, former: Apn, iccid: str, cid: int, *, by_sms: bool
    ) -> Level:
        """What a roll-back has to bring back: what there is, or what is known to have been there.

        A modem that was started a moment ago isn't registered yet. But an APN that was committed
        had been verified, and whatever is asked by SMS came over a registration.
        """
        record = await self._db.run(lambda store: store.records.get(iccid, cid))
        known = Level.REGISTERED if by_sms else Level.NONE
        if record is not None and holds(former, record.current):
            verify = self._plan.apn.verify
            known = Level.ADDRESS if verify.reaches(Level.ADDRESS) else verify
        return seen if seen.reaches(known) else known

    async def _wanted(self, request: ApnRequest | None, former: Apn, iccid: str, cid: int) -> Apn:
        if request is None:
            record = await self._db.run(lambda store: store.records.get(iccid, cid))
            if record is None or record.last_good is None:
                raise Refused("no-former")
            if former.credentials is not None:
                return record.last_good
            if record.last_good.credentials not in (None, NO_CREDENTIALS):
                raise Refused("unknown-credentials")
            return replace(record.last_good, credentials=None)
        merged = merge(former, request)
        if isinstance(merged, Refusal):
            raise Refused(merged.reason)
        return merged


def move_mark(store: Store, row: InboxRow) -> None:
    """A changing command is carried out; an older one from the same sender, or signed by the same
    key, is stale now.
    """
    if row.form is not None and row.form.key is not None and row.form.counter is not None:
        store.counters.set_applied(row.form.key, row.form.counter)
        return
    key = access.sender_key(row.sender)
    applied = store.marks.applied(key)
    if applied is not None and not access.believable(applied, store.marks.newest()):
        applied = None
    if row.scts is not None and (applied is None or row.scts > applied):
        store.marks.set_applied(key, row.scts)
