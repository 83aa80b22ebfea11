"""Carries out the commands that wait in the inbox, one at a time, each to its answer."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from apn_config import access
from apn_config.apn_changes import ApnChanges, Refused
from apn_config.appliers import ApplierError, ApplierRefused
from apn_config.judgement import Answer, Judge, Judgement, Silence
from apn_config.model import Command, Device, Form, Outcome, Result, Verb
from apn_config.store import InboxRow, Store, StoreError, StoreMisuse, clock_step_s
from apn_config.verbs import ONCE, READING, verb_to_undo
from apn_config.verbs.place import Place
from apn_config.vitals import idle
from modem import MisuseError, ModemError

logger = logging.getLogger(__name__)

# A modem that fails a command so often is told of in the answer; the queue goes on.
TRIES = 3
RETRY_S = 2.0


class Executor:
    """The one worker that touches the device's settings, for SMS and for the control socket."""

    def __init__(
        self,
        *,
        place: Place,
        changes: ApnChanges,
        max_age_h: float,
        judge: Judge,
    ) -> None:
        self._place = place
        self._db = place.db
        self._changes = changes
        self._max_age_h = max_age_h
        self._judge = judge
        self._wake = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """A message may be pending."""
        self._wake.set()

    def close(self) -> None:
        """Begin nothing more; what is under way goes on."""
        self._closing = True
        self._place.closing.set()
        self._place.stirred.set()

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

    async def _settle_started(self, row: InboxRow) -> None:
        """What must not run twice and had begun when the program stopped is never begun again.

        It was allowed then, and its end needs nobody's permission.
        """
        parsed = self._judge.reader.read_as(row.message, (row.form or Form()).dialect)
        if isinstance(parsed, Command) and parsed.verb in ONCE:
            verb: Verb | None = parsed.verb
            row = replace(row, form=row.form or parsed.form)
        else:
            # The configuration knows it no more. What it would put back tells what it was.
            verb = verb_to_undo(row.undo)
        if verb is not None:
            await ONCE[verb].after_restart(self._place, row)
            return
        outcome = Outcome(Result.ERR, reason="interrupted")
        await self._place.answer_instead(row, outcome, "interrupted")

    # --- one message --------------------------------------------------------------------------

    def _judged(self, row: InboxRow) -> Judgement:
        """What is to be done with it; of one that an older version stored nothing was proven."""
        if row.form is None:
            return self._judge.judge(row.message, row.sender, Device())
        return self._judge.again(row.message, row.sender, row.form)

    async def _carry_out(self, row: InboxRow) -> None:
        verdict = self._judged(row)
        if isinstance(verdict, Silence):
            # The configuration changed since the message was stored.
            await self._place.settle(row, verdict.why)
            await self._db.truncate_wal()
            return
        row = replace(row, form=verdict.form)
        if isinstance(verdict, Answer):
            await self._answer(row, verdict.outcome, verdict.verdict)
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
            await self._refuse(row, command.verb, "internal")

    async def _execute(self, row: InboxRow, command: Command) -> None:
        tries = 0
        while True:
            try:
                await self._once(row, command)
            except Refused as refusal:
                await self._refuse(row, command.verb, refusal.reason)
            except (MisuseError, ApplierRefused) as error:
                logger.warning("%s: %s", command.verb.value, error)
                await self._refuse(row, command.verb, "unsupported")
            except (ModemError, ApplierError) as error:
                tries += 1
                logger.warning("%s: %s", command.verb.value, error)
                if tries < TRIES:
                    await asyncio.sleep(RETRY_S)
                    continue
                await self._refuse(row, command.verb, "modem-error")
            return

    async def _once(self, row: InboxRow, command: Command) -> None:
        verb, form = command.verb, row.form or command.form
        if verb.changing:
            await self._refuse_stale(row, command)
        if verb is Verb.APN_KEEP:
            await self._changes.keep(row, command, form)
        elif verb in ONCE:
            await ONCE[verb].run(self._place, row, command)
        elif verb in (Verb.APN_SET, Verb.APN_ROLLBACK):
            await self._changes.by_sms(await self._place.modem(), row, command, form)
        else:
            outcome = await READING[verb](self._place, await self._place.modem(), command)
            await self._answer(row, outcome, "answered")

    async def _answer(self, row: InboxRow, outcome: Outcome, verdict: str) -> None:
        await self._place.answer(row, outcome, verdict)

    async def _refuse(self, row: InboxRow, verb: Verb, reason: str) -> None:
        await self._answer(row, Outcome(Result.ERR, verb, reason=reason), reason)

    async def _refuse_stale(self, row: InboxRow, command: Command) -> None:
        """Raises Refused for what is older than the last one carried out: by the network's time, or
        by its counter where it is signed. `APN ROLLBACK` never is by time.
        """
        form = row.form or command.form
        if form.counter is not None:
            if await self._db.run(lambda store: _overtaken(store, form)):
                raise Refused("stale")
            return
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

        if await self._db.run(judge):
            raise Refused("stale")


def _overtaken(store: Store, form: Form) -> bool:
    """Was a later signed command of the same key carried out already?"""
    applied = None if form.key is None else store.counters.applied(form.key)
    return applied is not None and form.counter is not None and form.counter < applied
