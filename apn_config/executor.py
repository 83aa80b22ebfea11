"""Carries out the commands that wait in the inbox, one at a time, each to its answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from apn_config import access, replies
from apn_config.appliers import Applier
from apn_config.change import ChangeRunner
from apn_config.clock import Clock
from apn_config.judgement import Answer, Execute, Judgement, Silence
from apn_config.merge import Refusal, merge
from apn_config.model import Apn, ApnRequest, Command, Sender, Verb
from apn_config.network_words import network_pairs
from apn_config.radio_budget import RadioBudget
from apn_config.steps import Plan, holds, settle
from apn_config.storage_thread import StoreThread
from apn_config.store import ChangeRow, InboxRow, Intent, Store, StoreError, StoreMisuse
from apn_config.transaction import Origin
from apn_config.verify import observe
from modem import MisuseError, Modem, ModemError, same_apn

logger = logging.getLogger(__name__)

# A modem that fails a command so often is told of in the answer; the queue goes on.
TRIES = 3
RETRY_S = 2.0
# SIM7600: PB DONE within 30 s of CRESET; USB modes take up to 3 min until the port is back.
REBOOT_S = 180.0
UNKNOWN_CARD = "unknown"


class Initialisations:
    """Counts how often the modem became ready, for whoever waits for the next time."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def another(self) -> None:
        """The modem is ready (again)."""
        self.count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def beyond(self, count: int) -> int:
        """Wait until there were more than `count`; how many there were."""
        while self.count <= count:
            await self._changed.wait()
        return self.count


class Refused(Exception):
    """A command can't be carried out; `reason` is a word of an answer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Executor:
    """The one worker that touches the device's settings, for SMS and for the control socket."""

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        applier: Applier,
        runner: ChangeRunner,
        plan: Plan,
        budget: RadioBudget,
        max_age_h: float,
        clock: Clock,
        judge: Callable[[str, Sender], Judgement],
        initialisations: Initialisations,
        answer_queued: Callable[[], None],
    ) -> None:
        self._db = db
        self._modem = modem
        self._applier = applier
        self._runner = runner
        self._plan = plan
        self._budget = budget
        self._max_age_h = max_age_h
        self._clock = clock
        self._judge = judge
        self._initialisations = initialisations
        self._answer_queued = answer_queued
        self._wake = asyncio.Event()
        # Held while the device's settings are being changed, by whoever changes them.
        self.changing = asyncio.Lock()
        self._verbs: Mapping[Verb, Callable[[Modem, Command], Awaitable[str]]] = {
            Verb.APN_READ: self._read_apn,
            Verb.STATUS: self._status,
        }

    def wake(self) -> None:
        """A message may be pending."""
        self._wake.set()

    async def run(self) -> None:
        """Finish what was under way, then carry out what is pending, until cancelled."""
        await self._finish_interrupted()
        while True:
            self._wake.clear()
            pending = await self._db.run(lambda store: store.inbox.pending())
            for row in pending:
                await self._carry_out(row)
            if not pending:
                await self._wake.wait()

    # --- after a restart ----------------------------------------------------------------------

    async def _finish_interrupted(self) -> None:
        async with self.changing:
            change = await self._db.run(lambda store: store.changes.active())
            if change is not None:
                logger.warning("change %s was interrupted: going on", change.id)
                await self._runner.run(change)
        for row in await self._db.run(lambda store: store.inbox.started()):
            await self._settle_started(row)

    async def _settle_started(self, row: InboxRow) -> None:
        """A reboot that had begun is never begun again: done if the host was rebooted, too."""
        verdict = self._judge(row.text or "", row.sender)
        tag = verdict.command.tag if isinstance(verdict, Execute) else None
        if await self._db.run(lambda store: store.time.before_this_boot(row.received)):
            await self._answer(row, replies.ok("REBOOT MODEM", (), tag), "done")
        else:
            await self._answer(row, replies.err(None, "interrupted", tag=tag), "interrupted")

    # --- one message --------------------------------------------------------------------------

    async def _carry_out(self, row: InboxRow) -> None:
        verdict = self._judge(row.text or "", row.sender)
        if isinstance(verdict, Silence):
            # The configuration changed since the message was stored.
            now = self._clock.now()
            await self._db.run(lambda store: settle(store, row.id, verdict.why, now))
            await self._db.truncate_wal()
        elif isinstance(verdict, Answer):
            await self._answer(row, verdict.text, verdict.verdict)
        else:
            await self._execute_safely(row, verdict.command)
            if verdict.command.secret:
                # The log of writes still holds the text as it came.
                await self._db.truncate_wal()

    async def _execute_safely(self, row: InboxRow, command: Command) -> None:
        """A message that a bug trips over must not stop the daemon at each start."""
        try:
            await self._execute(row, command)
        except (StoreError, StoreMisuse):
            raise
        except Exception:
            logger.exception("%s failed", command.verb.value)
            await self._answer(row, replies.err(None, "internal", tag=command.tag), "internal")

    async def _execute(self, row: InboxRow, command: Command) -> None:
        tries = 0
        while True:
            modem = await self._modem()
            try:
                await self._once(modem, row, command)
            except Refused as refusal:
                text = replies.err(None, refusal.reason, tag=command.tag)
                await self._answer(row, text, refusal.reason)
            except MisuseError as error:
                logger.warning("%s: %s", command.verb.value, error)
                text = replies.err(None, "unsupported", tag=command.tag)
                await self._answer(row, text, "unsupported")
            except ModemError as error:
                tries += 1
                logger.warning("%s: %s", command.verb.value, error)
                if tries < TRIES:
                    await asyncio.sleep(RETRY_S)
                    continue
                text = replies.err(None, "modem-error", tag=command.tag)
                await self._answer(row, text, "modem-error")
            return

    async def _once(self, modem: Modem, row: InboxRow, command: Command) -> None:
        if command.verb.changing:
            await self._refuse_stale(row, command)
        if command.verb in (Verb.APN_SET, Verb.APN_ROLLBACK):
            async with self.changing:
                await self._runner.run(await self._begin_by_sms(modem, row, command))
        elif not command.verb.repeatable:
            async with self.changing:
                await self._reboot(modem, row, command)
        else:
            await self._answer(row, await self._verbs[command.verb](modem, command), "answered")

    async def _answer(self, row: InboxRow, text: str, verdict: str) -> None:
        """Settle the message and queue its answer, in one transaction."""
        now = self._clock.now()

        def write(store: Store) -> None:
            settle(store, row.id, verdict, now)
            store.outbox.add(self._plan.reply_to, text, now, inbox_id=row.id)
            store.journal.add("command", str(row.id), {"verdict": verdict}, now)

        await self._db.run(write)
        self._answer_queued()

    async def _refuse_stale(self, row: InboxRow, command: Command) -> None:
        if command.verb is Verb.APN_ROLLBACK:
            return
        key = access.sender_key(row.sender)

        def judge(store: Store) -> bool:
            return access.is_stale(
                row.scts,
                applied=store.marks.applied(key),
                newest=store.marks.newest(),
                max_age_h=self._max_age_h,
            )

        stale = await self._db.run(judge)
        if stale:
            raise Refused("stale")

    # --- verbs --------------------------------------------------------------------------------

    async def _read_apn(self, modem: Modem, command: Command) -> str:
        cid = self._plan.apn.cid
        apn = await self._applier.read(modem, cid)
        seen = await observe(modem, cid, activate=False)
        pairs = [("ip", seen.context.address)] if seen.context.address else []
        pairs += network_pairs(seen.registration, await modem.signal())
        return replies.ok(f"APN {replies.value(apn.name)}", pairs, command.tag)

    async def _status(self, modem: Modem, command: Command) -> str:
        cid = self._plan.apn.cid
        apn = await self._applier.read(modem, cid)
        seen = await observe(modem, cid, activate=False)
        pairs = network_pairs(seen.registration, await modem.signal())
        pairs.append(("apn", apn.name))
        if seen.context.address:
            pairs.append(("ip", seen.context.address))
        operator = await modem.operator()
        if operator:
            pairs.append(("op", operator))
        return replies.ok("STATUS", pairs, command.tag)

    async def _reboot(self, modem: Modem, row: InboxRow, command: Command) -> None:
        """At most once: that it has begun is on the disk before the modem is told."""
        if modem.profile.driver.reset is None:
            raise Refused("unsupported")
        if not await self._budget.left():
            raise Refused("budget")
        now = self._clock.now()

        def begin(store: Store) -> None:
            store.inbox.start(row.id)
            store.cycles.record(now)
            _move_mark(store, row)

        await self._db.run(begin)
        before = self._initialisations.count
        try:
            await modem.restart()
            async with asyncio.timeout(REBOOT_S):
                await self._initialisations.beyond(before)
        except (ModemError, TimeoutError) as error:
            logger.warning("REBOOT MODEM: %s", error)
            await self._answer(row, replies.err(None, "no-answer", tag=command.tag), "no-answer")
            return
        await self._answer(row, replies.ok("REBOOT MODEM", (), command.tag), "done")

    # --- APN changes --------------------------------------------------------------------------

    async def _begin_by_sms(self, modem: Modem, row: InboxRow, command: Command) -> ChangeRow:
        request = command.request
        cid = None if request is None else request.cid
        if cid is not None and cid not in self._plan.apn.allowed_cids:
            raise Refused("bad-cid")
        return await self._begin(
            modem,
            request,
            origin=Origin.SMS,
            inbox_id=row.id,
            tag=command.tag,
            mark=row,
        )

    async def set_apn(self, modem: Modem, request: ApnRequest | None) -> ChangeRow:
        """Change the APN for somebody at the control socket; None goes back to the last good one.

        Raises Refused, ModemError.
        """
        async with self.changing:
            left = await self._db.run(lambda store: store.changes.active())
            if left is not None and left.intent.origin.answered:
                # Left by a daemon that was stopped in the middle; the answer is its to send.
                raise Refused("busy")
            if left is not None:
                await self._runner.run(left)
            return await self._runner.run(await self._begin(modem, request, origin=Origin.SOCKET))

    async def correct_drift(self, modem: Modem) -> None:
        """Put the committed APN back where the modem holds something else."""
        async with self.changing:
            cid, iccid = self._plan.apn.cid, modem.identity.iccid
            if iccid is None:
                # Another card's APN might be put on this one.
                return
            record = await self._db.run(lambda store: store.records.get(iccid, cid))
            active = await self._db.run(lambda store: store.changes.active())
            if record is None or active is not None:
                return
            found, wanted = await self._applier.read(modem, cid), record.current
            if found.credentials is None:
                # A modem that keeps its password to itself is not written to at every start.
                wanted = replace(wanted, credentials=None)
            live = (await modem.live_context(cid)).apn
            # Written and not yet in effect: somebody was interrupted between the two.
            waits = live is not None and not same_apn(live, wanted.name)
            if holds(found, wanted) and not waits:
                return
            logger.warning("the modem's APN has drifted: putting it back")
            now = self._clock.now()
            detail = {"found": found.name, "live": live, "wanted": wanted.name}
            await self._db.run(lambda store: store.journal.add("drift", str(cid), detail, now))
            if not holds(found, wanted):
                await self._applier.write(modem, cid, wanted)
            if await self._budget.spend():
                await self._applier.take_effect(modem)

    async def _begin(
        self,
        modem: Modem,
        request: ApnRequest | None,
        *,
        origin: Origin,
        inbox_id: int | None = None,
        tag: str | None = None,
        mark: InboxRow | None = None,
    ) -> ChangeRow:
        """Snapshot, merge, and the durable intent. Raises Refused, ModemError."""
        cid = self._plan.apn.cid if request is None or request.cid is None else request.cid
        iccid = modem.identity.iccid or UNKNOWN_CARD
        former = await self._snapshot(modem, iccid, cid)
        level = (await observe(modem, cid, activate=False)).level
        wanted = await self._wanted(request, former, iccid, cid)
        if not await self._budget.left():
            raise Refused("budget")
        intent = Intent(origin, iccid, cid, wanted, former, level, inbox_id, tag)
        now = self._clock.now()

        def begin(store: Store) -> ChangeRow:
            change_id = store.changes.begin(intent, self._plan.apn.verify_timeout_s, now)
            if mark is not None:
                _move_mark(store, mark)
            detail = {"apn": wanted.name, "former": former.name, "origin": origin.value}
            store.journal.add("change", str(change_id), detail, now)
            change = store.changes.get(change_id)
            assert change is not None
            return change

        return await self._db.run(begin)

    async def _snapshot(self, modem: Modem, iccid: str, cid: int) -> Apn:
        """What the context holds; where the modem keeps its credentials to itself, the store's."""
        found = await self._applier.read(modem, cid)
        if found.credentials is not None:
            return found
        record = await self._db.run(lambda store: store.records.get(iccid, cid))
        if record is not None and same_apn(record.current.name, found.name):
            return record.current
        fallback = self._plan.apn.fallback
        if fallback is not None and same_apn(fallback.name, found.name):
            return fallback
        return found

    async def _wanted(self, request: ApnRequest | None, former: Apn, iccid: str, cid: int) -> Apn:
        if request is None:
            record = await self._db.run(lambda store: store.records.get(iccid, cid))
            if record is None or record.last_good is None:
                raise Refused("no-former")
            return record.last_good
        merged = merge(former, request)
        if isinstance(merged, Refusal):
            raise Refused(merged.reason)
        return merged


def _move_mark(store: Store, row: InboxRow) -> None:
    """A changing command is carried out; an older one from the same sender is stale now."""
    key = access.sender_key(row.sender)
    applied = store.marks.applied(key)
    if applied is not None and not access.believable(applied, store.marks.newest()):
        applied = None
    if row.scts is not None and (applied is None or row.scts > applied):
        store.marks.set_applied(key, row.scts)
