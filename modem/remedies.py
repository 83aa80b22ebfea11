"""Remedies: does what the ladder says is due, within its budget, and keeps a note of it.

Which rung is next is decided in `modem.ladder`, when to look is the keeper's.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modem.errors import ModemError, ModemSilent
from modem.ladder import DAY_S, PER_DAY, Climb, Rung, Trouble
from modem.profiles import GENERIC, Profile

if TYPE_CHECKING:
    from modem.device import Modem
    from modem.power import PowerSwitch

logger = logging.getLogger(__name__)

NOTES = 20
OVERDRAWN = "not done: used as often as a day allows"
# One key for on and off (PWRKEY): a modem that stays away for so long after a press was running
# before it, and is off now. A USB modem needs half a minute to come back, slow ones a whole one.
PRESS_AGAIN_S = 90.0


class Budget(Protocol):
    """Whoever counts the rungs of `PER_DAY`, so that their limits hold over a restart, too."""

    async def spend(self, rung: Rung) -> bool:
        """May the rung be used now? It is counted before it is used, so a yes is final."""
        ...


class MemoryBudget:
    """A count for the life of the process, by the loop's clock: for tools that end soon."""

    def __init__(self, per_day: Mapping[Rung, int] = PER_DAY) -> None:
        self._per_day = per_day
        self._used: dict[Rung, deque[float]] = {rung: deque() for rung in per_day}

    async def spend(self, rung: Rung) -> bool:
        """Count it, if less than the day's share were used in the last 24 hours."""
        now_s = asyncio.get_running_loop().time()
        used = self._used[rung]
        while used and used[0] <= now_s - DAY_S:
            used.popleft()
        if len(used) >= self._per_day[rung]:
            return False
        used.append(now_s)
        return True


@dataclass(frozen=True, slots=True)
class Remedy:
    """A rung that was due: against what, when by the loop's clock, and why it wasn't done."""

    rung: Rung
    trouble: Trouble
    why: str
    at_s: float
    failed: str | None = None


class Remedies:
    """What is done for one modem. `profile` is that of the modem that was seen last.

    `power` is None where no switch is configured.
    """

    def __init__(self, budget: Budget, power: PowerSwitch | None) -> None:
        self.profile: Profile = GENERIC
        self.notes: deque[Remedy] = deque(maxlen=NOTES)
        self._budget = budget
        self._power = power
        self._climb = Climb()
        self._press_again_s: float | None = None

    def ready(self) -> None:
        """The modem could be started."""
        self._climb = self._climb.ready()
        self._press_again_s = None

    def due(self, trouble: Trouble) -> Rung | None:
        """The trouble is seen: the rung that is due now."""
        now_s = asyncio.get_running_loop().time()
        self._climb = self._climb.seen(trouble, now_s)
        due = self._climb.next_rung(trouble, self._possible())
        return None if due is None or due.at_s > now_s else due.rung

    async def climb(self, trouble: Trouble, why: str, modem: Modem | None) -> None:
        """Take the rung that is due, if it is one for now.

        The power is switched while the port is closed (`modem` None), for a name in /dev stays
        taken while it is open; all else needs the open modem.
        """
        rung = self.due(trouble)
        if rung is not None and (rung is Rung.POWER_CYCLE) == (modem is None):
            self._climb = self._climb.taken(rung, asyncio.get_running_loop().time())
            await self._take(rung, trouble, why, modem)
        elif modem is None:
            await self._press_again(trouble, why)

    def _possible(self) -> frozenset[Rung]:
        possible = {Rung.REINITIALISE, Rung.RADIO_CYCLE}
        if self.profile.driver.reset is not None:
            possible.add(Rung.RESET)
        if self._power is not None:
            possible.add(Rung.POWER_CYCLE)
        return frozenset(possible)

    async def _take(self, rung: Rung, trouble: Trouble, why: str, modem: Modem | None) -> None:
        if rung in PER_DAY and not await self._budget.spend(rung):
            self._note(Remedy(rung, trouble, why, _now_s(), OVERDRAWN))
            return
        logger.warning("%s, so: %s", why, rung.value)
        failed = None
        try:
            if modem is None:
                await self._switch_power()
            elif rung is Rung.RADIO_CYCLE:
                await modem.radio_cycle()
            elif rung is Rung.RESET:
                await _reset(modem)
            # and a start follows in any case
        except ModemError as error:
            failed = str(error)
        self._note(Remedy(rung, trouble, why, _now_s(), failed))

    async def _switch_power(self) -> None:
        assert self._power is not None
        await self._power.cycle()
        if self._power.toggles:
            self._press_again_s = _now_s() + PRESS_AGAIN_S

    async def _press_again(self, trouble: Trouble, why: str) -> None:
        """The second half of a power cycle by a key, where the first one switched the modem off."""
        if self._press_again_s is None or _now_s() < self._press_again_s:
            return
        self._press_again_s = None
        if trouble not in (Trouble.SILENT, Trouble.GONE) or self._power is None:
            return
        logger.warning("the modem stays away after the key was pressed: pressing it again")
        failed = None
        try:
            await self._power.cycle()
        except ModemError as error:
            failed = str(error)
        self._note(Remedy(Rung.POWER_CYCLE, trouble, why, _now_s(), failed))

    def _note(self, remedy: Remedy) -> None:
        if remedy.failed is not None:
            logger.warning("%s: %s", remedy.rung.value, remedy.failed)
        self.notes.append(remedy)


async def _reset(modem: Modem) -> None:
    """The family's command; to one that can't be heard, too."""
    reset = modem.profile.driver.reset
    assert reset is not None
    try:
        await modem.restart()
    except ModemSilent:
        modem.driver.write_blindly(reset)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
