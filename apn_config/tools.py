"""What the actions of a change work with: the modem, the applier, the budget, and time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from apn_config.appliers import Applier, ApplierError, ApplierRefused, applier_for
from apn_config.budgets import RadioBudget
from apn_config.clock import Clock
from apn_config.model import Apn
from apn_config.steps import Plan, applier_of, holds
from apn_config.storage_thread import StoreThread
from apn_config.store import UNKNOWN_CARD, ChangeRow, Intent
from apn_config.transaction import Reason, State
from apn_config.verify import Observation, observe
from apn_config.vitals import beat, idle
from modem import CommandRefused, MisuseError, Modem

__all__ = ["FIRST_LOOK_S", "LONGEST_LOOK_S", "REFUSALS", "Probe", "RadioBudget", "Tools"]

logger = logging.getLogger(__name__)

# Looking costs some commands of a few milliseconds each; a registration takes seconds.
FIRST_LOOK_S = 0.1
LONGEST_LOOK_S = 2.0
# What is left of a span may be a rounding error, which no clock ever gets over.
SHORTEST_PAUSE_S = 1e-3
# Another try of the same is answered in the same way.
REFUSALS = (CommandRefused, MisuseError, ApplierRefused)

# Does data pass? What is in the way, in words for the log; None where nothing is.
Probe: TypeAlias = Callable[[], Awaitable[str | None]]


class Tools:
    """One set for all actions, which run one at a time.

    `called_off` says why a change that isn't being rolled back yet is to be.
    """

    def __init__(
        self,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        applier: Applier,
        plan: Plan,
        budget: RadioBudget,
        clock: Clock,
        probe: Probe | None,
    ) -> None:
        self.db = db
        self.modem = modem
        self.applier = applier
        self.plan = plan
        self.clock = clock
        self.probe = probe
        self.called_off: Reason | None = None
        self.stirred = asyncio.Event()
        self._budget = budget

    def begin(self) -> None:
        """Another change begins, or goes on."""
        if self.called_off is not Reason.STOPPED:
            self.called_off = None

    def applier_for(self, intent: Intent) -> Applier:
        """Whoever made the change brings back what was there; the configuration may be another now.

        Where its section isn't there any more, the one that is configured does.
        """
        name, apn = applier_of(intent), self.plan.apn
        if name in (None, apn.applier):
            return self.applier
        try:
            return applier_for(replace(apn, applier=name))
        except ApplierError as error:
            logger.warning("what applier %s changed can't be brought back by it: %s", name, error)
            return self.applier

    async def modem_for(self, change: ChangeRow, within_s: float | None = None) -> Modem:
        """The modem, once it is there; with another card in it the change is called off.

        TimeoutError after `within_s`.
        """
        async with asyncio.timeout(within_s):
            modem = await self.modem()
        iccid = modem.identity.iccid
        if iccid not in (None, change.intent.iccid) and change.intent.iccid != UNKNOWN_CARD:
            self.called_off = self.called_off or Reason.OTHER_SIM
        return modem

    async def look(self, modem: Modem, change: ChangeRow, *, activate: bool = True) -> Observation:
        """What service there is now."""
        return await observe(self.applier, modem, change.intent.cid, activate=activate)

    async def is_set(self, modem: Modem, cid: int, apn: Apn, *, surely: bool = True) -> bool:
        """Does the system hold that APN? Where nobody can tell the credentials, not `surely`."""
        found = (await self.applier.read(modem, cid)).apn
        if found.credentials is None and not surely:
            found = replace(found, credentials=apn.credentials)
        return holds(found, apn)

    async def switch_radio(self, modem: Modem, change: ChangeRow) -> bool:
        """One radio cycle, counted before it is made. False, and none, where the budget is spent;
        but a roll-back has none: a device that is stranded wears no flash any more.
        """
        if not await self._budget.spend(change.id, hard=change.state in MAY_BE_CALLED_OFF):
            logger.warning(
                "change %s: no radio cycle is left for today",
                change.id,
                extra={"fields": {"change": change.id}},
            )
            return False
        await self.applier.take_effect(modem)
        return True

    async def remaining_s(self) -> float:
        """Seconds left for the state of the change under way."""
        beat()
        now = self.clock.now()
        return await self.db.run(lambda store: store.changes.remaining_s(now)) or 0.0

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until something stirs from now on."""
        self.stirred.clear()
        await self.until_stirred(seconds)

    async def until_stirred(self, seconds: float) -> None:
        """Wait so long, or until something has stirred."""
        with suppress(TimeoutError), idle():
            async with asyncio.timeout(max(seconds, SHORTEST_PAUSE_S)):
                await self.stirred.wait()

    async def pause_after(self, error: Exception) -> None:
        """Wait before the same is tried again."""
        logger.info("the change waits: %s", error)
        await asyncio.sleep(0 if isinstance(error, TimeoutError) else LONGEST_LOOK_S)


MAY_BE_CALLED_OFF = frozenset(
    {State.APPLYING, State.VERIFYING, State.REAPPLYING, State.REVERIFYING, State.PROVING}
)
