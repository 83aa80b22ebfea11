"""Carries out the commands that wait in the inbox, one at a time, each to its answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from apn_config import access, replies
from apn_config.apn_changes import ApnChanges, Refused, move_mark
from apn_config.appliers import Applier, ApplierError, ApplierRefused
from apn_config.budgets import RadioBudget
from apn_config.clock import Clock
from apn_config.judgement import Answer, Execute, Judgement, Silence
from apn_config.model import Command, Sender, Verb
from apn_config.network_words import network_pairs
from apn_config.steps import Plan, settle
from apn_config.storage_thread import StoreThread
from apn_config.store import InboxRow, Rung, Store, StoreError, StoreMisuse, clock_step_s
from apn_config.verify import observe
from apn_config.vitals import idle
from modem import MisuseError, Modem, ModemError

logger = logging.getLogger(__name__)

# A modem that fails a command so often is told of in the answer; the queue goes on.
TRIES = 3
RETRY_S = 2.0
# SIM7600: PB DONE within 30 s of CRESET; USB modes take up to 3 min until the port is back.
REBOOT_S = 180.0
# From the command for it until the modem goes away, or says that it boots.
BOOT_HEARD_S = 10.0
# What an answer tells of the past, newest first; what doesn't fit is left out.
HISTORY_ROWS = 10


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


class Executor:
    """The one worker that touches the device's settings, for SMS and for the control socket."""

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        applier: Applier,
        changes: ApnChanges,
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
        self._changes = changes
        self._plan = plan
        self._budget = budget
        self._max_age_h = max_age_h
        self._clock = clock
        self._judge = judge
        self._initialisations = initialisations
        self._answer_queued = answer_queued
        self._wake = asyncio.Event()
        self._closing = False
        self._verbs: Mapping[Verb, Callable[[Modem, Command], Awaitable[str]]] = {
            Verb.APN_READ: self._read_apn,
            Verb.APN_HISTORY: self._history,
            Verb.STATUS: self._status,
        }

    def wake(self) -> None:
        """A message may be pending."""
        self._wake.set()

    def close(self) -> None:
        """Begin nothing more; what is under way goes on."""
        self._closing = True

    async def run(self) -> None:
        """Finish what was under way, then carry out what is pending, until cancelled."""
        await self._changes.finish_interrupted()
        for row in await self._db.run(lambda store: store.inbox.started()):
            await self._settle_started(row)
        while True:
            self._wake.clear()
            trial_s = await self._changes.end_trial_if_over()
            pending = await self._db.run(lambda store: store.inbox.pending())
            for row in pending:
                if self._closing:
                    return
                await self._carry_out(row)
            if not pending:
                # That a trial's time goes by is written down each step of it.
                await self._wait(None if trial_s is None else min(trial_s, clock_step_s(trial_s)))

    async def _wait(self, limit_s: float | None) -> None:
        with suppress(TimeoutError), idle():
            async with asyncio.timeout(limit_s):
                await self._wake.wait()

    # --- after a restart ----------------------------------------------------------------------

    async def _settle_started(self, row: InboxRow) -> None:
        """A reboot that had begun is never begun again.

        It is done if the host was rebooted since, or the modem is just rebooting.
        """
        verdict = self._judge(row.text or "", row.sender)
        tag = verdict.command.tag if isinstance(verdict, Execute) else None
        began_s = row.received.running_s if row.started_s is None else row.started_s
        rebooted = await self._db.run(lambda store: store.time.before_this_boot(began_s))
        if rebooted or await self._boots(began_s):
            await self._answer(row, replies.ok("REBOOT MODEM", (), tag), "done")
        else:
            await self._answer(row, replies.err(None, "interrupted", tag=tag), "interrupted")

    async def _boots(self, began_s: float) -> bool:
        """Does the modem say that it boots, or go away for that, so soon after it was told?"""
        modem = await self._modem()
        now = self._clock.now()
        age_s = await self._db.run(lambda store: store.time.running_s(now)) - began_s
        if not modem.booted and age_s < BOOT_HEARD_S:
            with suppress(TimeoutError):
                async with asyncio.timeout(BOOT_HEARD_S - age_s):
                    await modem.restarted.wait()
        return modem.booted or modem.restarted.is_set()

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
            except (MisuseError, ApplierRefused) as error:
                logger.warning("%s: %s", command.verb.value, error)
                text = replies.err(None, "unsupported", tag=command.tag)
                await self._answer(row, text, "unsupported")
            except (ModemError, ApplierError) as error:
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
            await self._changes.by_sms(modem, row, command)
        elif command.verb is Verb.APN_KEEP:
            await self._changes.keep(row, command)
        elif not command.verb.repeatable:
            async with self._changes.changing:
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
        apn = (await self._applier.read(modem, cid)).apn
        seen = await observe(self._applier, modem, cid, activate=False)
        pairs = [("ip", seen.context.address)] if seen.context.address else []
        pairs += network_pairs(seen.registration, await modem.signal())
        return replies.ok(f"APN {replies.value(apn.name)}", pairs, command.tag)

    async def _status(self, modem: Modem, command: Command) -> str:
        cid = self._plan.apn.cid
        apn = (await self._applier.read(modem, cid)).apn
        seen = await observe(self._applier, modem, cid, activate=False)
        pairs = network_pairs(seen.registration, await modem.signal())
        pairs.append(("apn", apn.name))
        if seen.context.address:
            pairs.append(("ip", seen.context.address))
        operator = await modem.operator()
        if operator:
            pairs.append(("op", operator))
        return replies.ok("STATUS", pairs, command.tag)

    async def _history(self, _modem: Modem, command: Command) -> str:
        """The last changes, newest first, each by the name that was wanted and its outcome."""
        rows = await self._db.run(lambda store: store.changes.history(HISTORY_ROWS))
        pairs = [(row.intent.wanted.name, row.state.value) for row in reversed(rows)]
        return replies.ok("APN HISTORY", pairs, command.tag)

    async def _reboot(self, modem: Modem, row: InboxRow, command: Command) -> None:
        """At most once: that it has begun is on the disk before the modem is told."""
        if modem.profile.driver.reset is None:
            raise Refused("unsupported")
        if not await self._budget.left():
            raise Refused("budget")
        now = self._clock.now()

        def begin(store: Store) -> None:
            store.inbox.start(row.id, now)
            store.rungs.record(Rung.RADIO_CYCLE, now)
            move_mark(store, row)

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
