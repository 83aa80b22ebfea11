"""The actions that bring a wanted APN into effect and see whether it serves."""

from __future__ import annotations

import logging

from apn_config.appliers import ApplierError
from apn_config.clock import Moment
from apn_config.model import Outcome, Result, Verb
from apn_config.network_words import network_pairs
from apn_config.spans import shown_span
from apn_config.steps import Ending, holds
from apn_config.store import ChangeRow
from apn_config.tools import FIRST_LOOK_S, LONGEST_LOOK_S, REFUSALS, Tools
from apn_config.transaction import Event, Level, Reason, State
from apn_config.verify import Observation, judge
from modem import Modem, ModemError

logger = logging.getLogger(__name__)

# A roaming card is denied by one network and taken by the next, so a refusal counts only when it
# has lasted this part of the time for verification (30 s of the default 300).
REFUSED_FOR = 0.1
# At the least, of however little time is left when it begins: a modem may have to register first.
LATE_LOOK_S = 30.0


class Applying:
    """Writes the wanted APN, and verifies it."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def apply(self, change: ChangeRow) -> Ending:
        """Write the wanted APN and have the network see it.

        Nothing is to do only where the wanted APN was there before and serves: what an interrupted
        run has written may not have taken effect yet.
        """
        tools, intent = self._tools, change.intent
        while (remaining_s := await tools.remaining_s()) > 0:
            try:
                modem = await tools.modem_for(change, remaining_s)
                if tools.called_off is not None:
                    return Ending(Event.CALLED_OFF, tools.called_off)
                if not await tools.is_set(modem, intent.cid, intent.wanted):
                    await tools.applier.write(modem, intent.cid, intent.wanted)
                elif holds(intent.former, intent.wanted) and await self._serves(modem, change):
                    return Ending(Event.APPLIED)
                if not await tools.switch_radio(modem, change):
                    return Ending(Event.APPLY_REFUSED, Reason.BUDGET)
            except REFUSALS as error:
                logger.warning(
                    "change %s: %s", change.id, error, extra={"fields": {"change": change.id}}
                )
                return Ending(Event.APPLY_REFUSED, Reason.REFUSED)
            except (ModemError, ApplierError, TimeoutError) as error:
                await tools.pause_after(error)
                continue
            return Ending(Event.APPLIED)
        return Ending(Event.APPLY_REFUSED, Reason.TIMEOUT)

    async def verify(self, change: ChangeRow) -> Ending:
        """Look until everything is there, the network's refusal is final, or time is up."""
        tools = self._tools
        watch = _Watch(tools.plan.apn.verify_timeout_s * REFUSED_FOR)
        missing = Reason.TIMEOUT
        began, late_s = tools.clock.now(), min(LATE_LOOK_S, tools.plan.apn.verify_timeout_s)
        # What was interrupted beyond its deadline is looked at all the same: it may well serve.
        while (
            remaining_s := max(await tools.remaining_s(), late_s - began.age_s(tools.clock.now()))
        ) > 0:
            try:
                modem = await tools.modem_for(change, remaining_s)
                if tools.called_off is not None:
                    return Ending(Event.CALLED_OFF, tools.called_off)
                if not watch.checked:
                    if not await self._write_again_if_lost(modem, change):
                        return Ending(Event.VERIFY_FAILED, Reason.BUDGET)
                    watch.checked = True
                seen, found = await self._judged(modem, change)
                if found is None:
                    return Ending(Event.VERIFIED, answer=await self._success(modem, change, seen))
                missing = found
                refusal = watch.refusal(seen, found, tools.clock.now())
                if refusal is not None and (watch.cycled or not await self._cycle(modem, change)):
                    return self._failed(modem, change, refusal)
                if refusal is not None:
                    watch.cycle_begins()
            except (ModemError, ApplierError, TimeoutError) as error:
                watch.checked = False
                await tools.pause_after(error)
                continue
            await tools.pause(min(watch.next_look_s(), remaining_s))
        return Ending(Event.VERIFY_FAILED, missing)

    async def _cycle(self, modem: Modem, change: ChangeRow) -> bool:
        return await self._tools.switch_radio(modem, change)

    async def _judged(self, modem: Modem, change: ChangeRow) -> tuple[Observation, Reason | None]:
        """What service there is, and what is missing; the probe is the last to be asked."""
        seen = await self._tools.look(modem, change)
        level = self._tools.plan.apn.verify
        missing = judge(seen, change.intent.wanted.name, level)
        if missing is None and level is Level.DATA and self._tools.probe is not None:
            why = await self._tools.probe()
            if why is not None:
                logger.info(
                    "change %s: no data passes: %s",
                    change.id,
                    why,
                    extra={"fields": {"change": change.id}},
                )
                return seen, Reason.NO_DATA
        return seen, missing

    def _failed(self, modem: Modem, change: ChangeRow, refusal: Reason) -> Ending:
        """The network's no may be one to a login whose words stood in the wrong order."""
        credentials = change.intent.wanted.credentials
        disputed = (
            self._tools.plan.apn.applier == "at"
            and modem.profile.driver.auth_order_disputed
            and change.state is State.VERIFYING
            and refusal is Reason.REFUSED
            and credentials is not None
            and credentials.user != credentials.password
        )
        return Ending(Event.LOGIN_DISPUTED if disputed else Event.VERIFY_FAILED, refusal)

    async def _serves(self, modem: Modem, change: ChangeRow) -> bool:
        return (await self._judged(modem, change))[1] is None

    async def _write_again_if_lost(self, modem: Modem, change: ChangeRow) -> bool:
        """A modem that restarted under the change may have forgotten its context.

        False where it has, and no radio cycle is left.
        """
        tools, intent = self._tools, change.intent
        if not await tools.is_set(modem, intent.cid, intent.wanted, surely=False):
            await tools.applier.write(modem, intent.cid, intent.wanted)
            return await tools.switch_radio(modem, change)
        return True

    async def _success(self, modem: Modem, change: ChangeRow, seen: Observation) -> Outcome:
        intent = change.intent
        pairs = [] if intent.trial_s is None else [("for", shown_span(intent.trial_s))]
        pairs += [("ip", seen.context.address)] if seen.context.address else []
        pairs += network_pairs(seen.registration, await modem.signal())
        return Outcome(Result.OK, Verb.APN_SET, intent.wanted.name, tuple(pairs))


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
        """The radio was switched: the network is asked anew."""
        self.cycled = True
        self._since = None
        self._look_s = FIRST_LOOK_S

    def next_look_s(self) -> float:
        """How long until the next look: longer each time."""
        look_s, self._look_s = self._look_s, min(self._look_s * 1.6, LONGEST_LOOK_S)
        return look_s
