"""How often a day the radio, the module and its power may be switched: it wears some modems' flash.

Counted in the store, so that the limits hold over a restart of this program, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from apn_config.clock import Clock
from apn_config.config_recovery import RecoveryConfig
from apn_config.storage_thread import StoreThread
from apn_config.store import Rung, Store
from modem import Rung as Remedy


def per_day(config: RecoveryConfig) -> Mapping[Rung, int]:
    """The budget of each remedy that has one."""
    return {
        Rung.RADIO_CYCLE: config.radio_cycles_per_day,
        Rung.RESET: config.resets_per_day,
        Rung.POWER_CYCLE: config.power_cycles_per_day,
    }


class RadioBudget:
    """The radio cycles of APN changes, from the same budget as the ladder's."""

    def __init__(self, db: StoreThread, clock: Clock, per_day: int) -> None:
        self._db = db
        self._clock = clock
        self._per_day = per_day

    async def left(self) -> bool:
        """May it be switched once more?"""
        now = self._clock.now()
        used = await self._db.run(lambda store: store.rungs.used(Rung.RADIO_CYCLE, now))
        return used < self._per_day

    async def spend(self, change_id: int | None = None, *, hard: bool = True) -> bool:
        """Count a cycle that is about to be made. False where none is left, if that is `hard`."""
        now = self._clock.now()

        def count(store: Store) -> bool:
            if hard and store.rungs.used(Rung.RADIO_CYCLE, now) >= self._per_day:
                return False
            store.rungs.record(Rung.RADIO_CYCLE, now)
            if change_id is not None:
                store.changes.count_cycle(change_id)
            return True

        return await self._db.run(count)


class RecoveryBudget:
    """What the ladder of recovery may do, for `modem.ModemKeeper`."""

    def __init__(self, db: StoreThread, clock: Clock, config: RecoveryConfig) -> None:
        self._db = db
        self._clock = clock
        self._per_day = per_day(config)

    async def spend(self, rung: Remedy) -> bool:
        """Count it, if the day's share isn't used up; a yes is final."""
        kind, now = Rung(rung.value), self._clock.now()

        def count(store: Store) -> bool:
            if store.rungs.used(kind, now) >= self._per_day[kind]:
                return False
            store.rungs.record(kind, now)
            detail = {"rung": kind.value}
            store.journal.add("recovery", "the modem", detail, now)
            return True

        return await self._db.run(count)
