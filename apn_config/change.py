"""Carries an APN change through the table of `transaction`, from any state, over any interruption.

Each step's next state and its duties are one database transaction; each action may be run twice. A
link that is lost, a modem that restarts or is mute only delays an action, up to its deadline; the
former APN is written back however long that takes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from apn_config import replies
from apn_config.appliers import Applier
from apn_config.clock import Clock, Moment
from apn_config.model import Apn
from apn_config.network_words import network_pairs
from apn_config.radio_budget import RadioBudget
from apn_config.steps import Ending, Plan, advance, holds
from apn_config.storage_thread import StoreThread
from apn_config.store import ChangeRow, Store
from apn_config.transaction import (
    RESUME,
    Action,
    Event,
    Level,
    Origin,
    Reason,
    State,
)
from apn_config.verify import Observation, judge, observe
from modem import CommandRefused, MisuseError, Modem, ModemError

logger = logging.getLogger(__name__)

# Looking costs some commands of a few milliseconds each; a registration takes seconds.
FIRST_LOOK_S = 0.1
LONGEST_LOOK_S = 2.0
# A roaming card is denied by one network and taken by the next, so a refusal counts only when it
# has lasted this part of the time for verification (30 s of the default 300).
REFUSED_FOR = 0.1
_LEVELS = (Level.NONE, Level.REGISTERED, Level.ADDRESS)


class ChangeRunner:
    """Runs one change at a time to its end.

    `modem` waits for a modem that is initialised. `stirred` is set by whoever hears the network or
    the outbox move, so that nothing waits longer than it has to. `sending` is held while an answer
    is being handed to the network: it must not be withdrawn in that moment.
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
    ) -> None:
        self._db = db
        self._modem = modem
        self._applier = applier
        self._plan = plan
        self._budget = budget
        self._clock = clock
        self._sending = sending
        self._answer_queued = answer_queued
        self.stirred = asyncio.Event()

    async def run(self, change: ChangeRow) -> ChangeRow:
        """From the state that `change` is in to a final one."""
        actions = {
            Action.APPLY: self._apply,
            Action.VERIFY: self._verify,
            Action.AWAIT_ANSWER: self._await_answer,
            Action.RESTORE: self._restore,
        }
        while not change.state.final:
            ending = await actions[RESUME[change.state]](change)
            change = await self._advance(change, ending)
        return change

    async def _advance(self, change: ChangeRow, ending: Ending) -> ChangeRow:
        async with self._sending:
            change = await self._db.run(lambda store: self._write(store, change, ending))
        logger.info("change %s: %s", change.id, change.state.value)
        self._answer_queued()
        if change.state.final:
            await self._db.truncate_wal()
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

    # --- actions ------------------------------------------------------------------------------

    async def _apply(self, change: ChangeRow) -> Ending:
        """Write the wanted APN and have the network see it.

        Nothing is to do only where the wanted APN was there before and serves: what an interrupted
        run has written may not have taken effect yet.
        """
        intent = change.intent
        while await self._remaining_s() > 0:
            try:
                modem = await self._modem_within(await self._remaining_s())
                if not await self._holds(modem, intent.cid, intent.wanted):
                    await self._applier.write(modem, intent.cid, intent.wanted)
                elif holds(intent.former, intent.wanted) and await self._serves(modem, change):
                    return Ending(Event.APPLIED)
                await self._switch_radio(modem, change)
            except (CommandRefused, MisuseError) as error:
                logger.warning("change %s: %s", change.id, error)
                return Ending(Event.APPLY_REFUSED, Reason.REFUSED)
            except (ModemError, TimeoutError) as error:
                await self._pause_after(error)
                continue
            return Ending(Event.APPLIED)
        return Ending(Event.APPLY_REFUSED, Reason.TIMEOUT)

    async def _verify(self, change: ChangeRow) -> Ending:
        """Look until everything is there, the network's refusal is final, or time is up."""
        watch = _Watch(self._plan.apn.verify_timeout_s * REFUSED_FOR)
        missing = Reason.TIMEOUT
        while (remaining_s := await self._remaining_s()) > 0:
            try:
                modem = await self._modem_within(remaining_s)
                if not watch.checked:
                    await self._write_again_if_lost(modem, change)
                    watch.checked = True
                seen = await self._look(modem, change)
                found = judge(seen, change.intent.wanted.name)
                if found is None:
                    return Ending(Event.VERIFIED, answer=await self._success(modem, change, seen))
                missing = found
                refusal = watch.refusal(seen, found, self._clock.now())
                if refusal is not None and watch.cycled:
                    return Ending(Event.VERIFY_FAILED, refusal)
                if refusal is not None:
                    watch.cycle_begins()
                    if not await self._switch_radio(modem, change):
                        return Ending(Event.VERIFY_FAILED, refusal)
            except (ModemError, TimeoutError) as error:
                watch.checked = False
                await self._pause_after(error)
                continue
            await self._pause(min(watch.next_look_s(), remaining_s))
        return Ending(Event.VERIFY_FAILED, missing)

    async def _await_answer(self, change: ChangeRow) -> Ending:
        """The outbox sends it and moves the change on; here only the deadline is kept."""
        self._answer_queued()
        while (remaining_s := await self._remaining_s()) > 0:
            self.stirred.clear()
            current = await self._db.run(lambda store: store.changes.get(change.id))
            if current is None or current.state is not State.PROVING:
                return Ending(Event.NETWORK_TOOK_ANSWER)
            await self._until_stirred(remaining_s)
        return Ending(Event.CHANNEL_TIMEOUT, Reason.TIMEOUT, None)

    async def _restore(self, change: ChangeRow) -> Ending:
        """Write the former APN and wait for the service that it gave.

        The radio is switched once more when half of the time is over. A modem that isn't there is
        waited for beyond the deadline, so that the former APN is written; one that refuses isn't.
        """
        written = cycled = refused = False
        cycle_again_below_s = self._plan.apn.rollback_timeout_s / 2
        while True:
            remaining_s = await self._remaining_s()
            if remaining_s <= 0 and (refused or (written and cycled)):
                return self._failure(change, Event.RESTORE_TIMEOUT)
            try:
                modem = await self._modem()
                if not written:
                    await self._write_former(modem, change)
                    written = True
                if not cycled or remaining_s < cycle_again_below_s:
                    cycle_again_below_s = -1.0 if cycled else cycle_again_below_s
                    await self._switch_radio(modem, change)
                    cycled = True
                seen = await self._look(modem, change)
                if _LEVELS.index(seen.level) >= _LEVELS.index(change.intent.former_level):
                    return self._failure(change, Event.RESTORED)
            except ModemError as error:
                refused = isinstance(error, CommandRefused | MisuseError)
                await self._pause_after(error)
                continue
            await self._pause(LONGEST_LOOK_S if remaining_s > LONGEST_LOOK_S else FIRST_LOOK_S)

    async def _write_former(self, modem: Modem, change: ChangeRow) -> None:
        if not await self._holds(modem, change.intent.cid, change.intent.former):
            await self._applier.write(modem, change.intent.cid, change.intent.former)

    # --- their parts --------------------------------------------------------------------------

    async def _look(self, modem: Modem, change: ChangeRow) -> Observation:
        """What service there is; the context is asked for where the network waits for that."""
        activate = (
            change.state is not State.ROLLING_BACK or change.intent.former_level is Level.ADDRESS
        )
        return await observe(modem, change.intent.cid, activate=activate)

    async def _serves(self, modem: Modem, change: ChangeRow) -> bool:
        return judge(await self._look(modem, change), change.intent.wanted.name) is None

    async def _holds(self, modem: Modem, cid: int, apn: Apn) -> bool:
        return holds(await self._applier.read(modem, cid), apn)

    async def _write_again_if_lost(self, modem: Modem, change: ChangeRow) -> None:
        """A modem that restarted under the change may have forgotten its context."""
        if not await self._holds(modem, change.intent.cid, change.intent.wanted):
            await self._applier.write(modem, change.intent.cid, change.intent.wanted)
            await self._switch_radio(modem, change)

    async def _switch_radio(self, modem: Modem, change: ChangeRow) -> bool:
        """One radio cycle, counted before it is made. False, and none, where the budget is spent;
        but a roll-back has none: a device that is stranded wears no flash any more.
        """
        hard = change.state is not State.ROLLING_BACK
        if not await self._budget.spend(change.id, hard=hard):
            logger.warning("change %s: no radio cycle is left for today", change.id)
            return False
        await self._applier.take_effect(modem)
        return True

    async def _success(self, modem: Modem, change: ChangeRow, seen: Observation) -> str:
        signal = await modem.signal()
        pairs = [("ip", seen.context.address)] if seen.context.address else []
        pairs += network_pairs(seen.registration, signal)
        return replies.ok(
            f"APN {replies.value(change.intent.wanted.name)}", pairs, change.intent.tag
        )

    def _failure(self, change: ChangeRow, event: Event) -> Ending:
        reason = change.reason or Reason.TIMEOUT
        text = replies.rollback(
            change.intent.wanted.name, change.intent.former.name, reason.value, change.intent.tag
        )
        return Ending(event, reason, text if change.intent.origin is Origin.SMS else None)

    async def _remaining_s(self) -> float:
        now = self._clock.now()
        return await self._db.run(lambda store: store.changes.remaining_s(now)) or 0.0

    async def _modem_within(self, seconds: float) -> Modem:
        async with asyncio.timeout(seconds):
            return await self._modem()

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until something stirs from now on."""
        self.stirred.clear()
        await self._until_stirred(seconds)

    async def _until_stirred(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self.stirred.wait()
        except TimeoutError:
            pass

    async def _pause_after(self, error: Exception) -> None:
        logger.info("the change waits: %s", error)
        await asyncio.sleep(LONGEST_LOOK_S if isinstance(error, ModemError) else 0)


class _Watch:
    """What one verification has seen so far."""

    def __init__(self, refused_for_s: float) -> None:
        self.cycled = False
        self.checked = False
        self._refused_for_s = refused_for_s
        self._since: Moment | None = None
        self._look_s = FIRST_LOOK_S

    def refusal(self, seen: Observation, found: Reason, now: Moment) -> Reason | None:
        """The network's no, once it has lasted; another APN than the one asked for is one.

        A modem that searches again between two refusals hasn't been taken by anybody.
        """
        if not seen.refused and found is not Reason.APN_MISMATCH:
            if seen.registration.registered:
                self._since = None
            return None
        self._since = self._since or now
        if self._since.age_s(now) < self._refused_for_s:
            return None
        return Reason.APN_MISMATCH if found is Reason.APN_MISMATCH else Reason.REFUSED

    def cycle_begins(self) -> None:
        """The radio is switched: the network is asked anew."""
        self.cycled = True
        self._since = None
        self._look_s = FIRST_LOOK_S

    def next_look_s(self) -> float:
        """How long until the next look: longer each time."""
        look_s, self._look_s = self._look_s, min(self._look_s * 1.6, LONGEST_LOOK_S)
        return look_s
