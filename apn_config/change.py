"""Carries an APN change through the table of `transaction`, from any state, over any interruption.

Each step's next state and its duties are one database transaction; each action may be run twice. A
link that is lost, a modem that restarts or is mute only delays an action, up to its deadline; the
former APN is written back however long that takes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from apn_config.appliers import Applier
from apn_config.applying import Applying
from apn_config.clock import Clock
from apn_config.restoring import Restoring
from apn_config.steps import Ending, Plan, advance
from apn_config.storage_thread import StoreThread
from apn_config.store import ChangeRow, Store, StoreError, StoreMisuse
from apn_config.tools import MAY_BE_CALLED_OFF, Probe, RadioBudget, Tools
from apn_config.transaction import RESUME, Action, Event, Reason, State
from modem import Modem

logger = logging.getLogger(__name__)

# A fault in a roll-back may come of what the modem says at the moment: so many tries of an action.
FAULTS_BORNE = 3


class ChangeRunner:
    """Runs one change at a time to its end, or to the rest of a trial.

    `modem` waits for a modem that is initialised. `sending` is held while an answer is being handed
    to the network: it must not be withdrawn in that moment. `strayed` hears that the system holds
    another APN than it should.
    """

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        applier: Applier,
        plan: Plan,
        budget: RadioBudget,
        clock: Clock,
        sending: asyncio.Lock,
        answer_queued: Callable[[], None],
        strayed: Callable[[], None] = lambda: None,
        probe: Probe | None = None,
    ) -> None:
        self._db = db
        self._plan = plan
        self._clock = clock
        self._sending = sending
        self._answer_queued = answer_queued
        self._strayed = strayed
        self._tools = Tools(db, modem, applier, plan, budget, clock, probe)
        applying, restoring = Applying(self._tools), Restoring(self._tools)
        self._restoring = restoring
        self._actions: Mapping[Action, Callable[[ChangeRow], Awaitable[Ending]]] = {
            Action.APPLY: applying.apply,
            Action.VERIFY: applying.verify,
            Action.AWAIT_ANSWER: self._await_answer,
            Action.RESTORE: restoring.restore,
            Action.TRY_LAST_GOOD: restoring.try_last_good,
            Action.TRY_DEFAULT: restoring.try_default,
            Action.WRITE_FORMER: restoring.write_former,
        }

    @property
    def stirred(self) -> asyncio.Event:
        """Set by whoever hears the network or the outbox move, so that nothing waits too long."""
        return self._tools.stirred

    def call_off(self, why: Reason) -> None:
        """Have the change under way rolled back, unless it is being so."""
        self._tools.called_off = why
        self._tools.stirred.set()

    async def run(
        self, change: ChangeRow, progress: Callable[[State], None] = lambda _state: None
    ) -> ChangeRow:
        """From the state that `change` is in to a final one, or to TRIAL."""
        self._tools.begin()
        while not change.state.restful:
            progress(change.state)
            change = await self.move(change, await self._end_of(change))
        return change

    async def _end_of(self, change: ChangeRow) -> Ending:
        """What the state's action ends in. A fault of ours ends in a roll-back, too, and one in a
        roll-back in the next thing to try: a change that stays open would block all others.
        """
        faults = 0
        while True:
            try:
                return await self._actions[RESUME[change.state]](change)
            except (StoreError, StoreMisuse):
                raise
            except Exception as error:
                logger.exception("change %s: %s failed", change.id, change.state.value)
                if change.state in MAY_BE_CALLED_OFF:
                    return Ending(Event.CALLED_OFF, Reason.INTERNAL)
                faults += 1
                if faults >= FAULTS_BORNE:
                    if change.state is State.GIVING_UP:
                        return self._restoring.given_up(change)
                    return Ending(Event.RESTORE_TIMEOUT, change.reason)
                await self._tools.pause_after(error)

    async def move(
        self,
        change: ChangeRow,
        ending: Ending,
        also: Callable[[Store], None] = lambda _store: None,
    ) -> ChangeRow:
        """Write the step that `ending` makes, and what belongs to it, in one transaction."""

        def write(store: Store) -> ChangeRow:
            moved = self._write(store, change, ending)
            also(store)
            return moved

        async with self._sending:
            change = await self._db.run(write)
        fields = {"change": change.id, "tag": change.intent.form.tag, "state": change.state.value}
        logger.info("change %s: %s", change.id, change.state.value, extra={"fields": fields})
        self._answer_queued()
        if change.state.restful:
            await self._db.truncate_wal()
        if ending.event is Event.FORMER_REFUSED:
            self._strayed()
        return change

    def _write(self, store: Store, change: ChangeRow, ending: Ending) -> ChangeRow:
        """The step, unless the outbox made one meanwhile (the network took the answer)."""
        current = store.changes.get(change.id)
        assert current is not None
        if current.state is not change.state:
            return current
        advance(store, current, ending, self._plan, self._clock.now())
        moved = store.changes.get(change.id)
        assert moved is not None
        return moved

    async def _await_answer(self, change: ChangeRow) -> Ending:
        """The outbox sends it and moves the change on; here only the deadline is kept."""
        self._answer_queued()
        while (remaining_s := await self._tools.remaining_s()) > 0:
            self.stirred.clear()
            current = await self._db.run(lambda store: store.changes.get(change.id))
            if current is None or current.state is not State.PROVING:
                return Ending(Event.NETWORK_TOOK_ANSWER)
            if self._tools.called_off is not None:
                return Ending(Event.CALLED_OFF, self._tools.called_off)
            await self._tools.until_stirred(remaining_s)
        return Ending(Event.CHANNEL_TIMEOUT, Reason.TIMEOUT)
