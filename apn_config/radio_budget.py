"""How often the radio may be switched off and on."""

from __future__ import annotations

from apn_config.clock import Clock
from apn_config.storage_thread import StoreThread
from apn_config.store import Store


class RadioBudget:
    """How often the radio may be switched in a day: some modems write flash each time."""

    def __init__(self, db: StoreThread, clock: Clock, per_day: int) -> None:
        self._db = db
        self._clock = clock
        self._per_day = per_day

    async def left(self) -> bool:
        """May it be switched once more?"""
        now = self._clock.now()
        return await self._db.run(lambda store: store.cycles.used(now)) < self._per_day

    async def spend(self, change_id: int | None = None, *, hard: bool = True) -> bool:
        """Count a cycle that is about to be made. False where none is left, if that is `hard`."""
        now = self._clock.now()

        def count(store: Store) -> bool:
            if hard and store.cycles.used(now) >= self._per_day:
                return False
            store.cycles.record(now)
            if change_id is not None:
                store.changes.count_cycle(change_id)
            return True

        return await self._db.run(count)
