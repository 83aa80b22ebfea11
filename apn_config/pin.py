"""The SIM's PIN: given once, and never again unless the card took it.

Three wrong PINs lock a card for good as far as a device in the field is concerned. So a try is on
the disk before it is sent, by card and salted hash, and neither a restart nor a crash repeats it.
"""

from __future__ import annotations

from apn_config.clock import Clock
from apn_config.config import Config
from apn_config.storage_thread import StoreThread
from apn_config.store import PinOutcome
from modem import SimLocked

# With one try left nobody but a person with the PUK at hand may risk it.
LEAST_TRIES = 2
WANTED = "SIM PIN"


class PinGuard:
    """A modem's `PinSource` that remembers."""

    def __init__(self, config: Config, db: StoreThread, clock: Clock) -> None:
        self._config = config
        self._db = db
        self._clock = clock
        self._try_id: int | None = None

    async def __call__(self, card: str, tries_left: int | None) -> str:
        """The PIN for this card. Raises SimLocked where there is none or it must not be tried."""
        pin = self._config.sim_pin()
        if pin is None:
            raise SimLocked(WANTED, "the SIM wants its PIN; set [modem] sim_pin_file")
        if tries_left is not None and tries_left < LEAST_TRIES:
            message = f"the SIM has {tries_left} try left for its PIN, so none is made"
            raise SimLocked(WANTED, message)
        now = self._clock.now()
        tried = await self._db.run(lambda store: store.pins.tried(card, pin))
        if tried:
            message = (
                "this PIN was given to this SIM before and wasn't accepted, so it isn't tried"
                " again; put another one into [modem] sim_pin_file"
            )
            raise SimLocked(WANTED, message)
        self._try_id = await self._db.run(lambda store: store.pins.record(card, pin, now))
        return pin

    async def accepted(self) -> None:
        """The card took what it was given: it may be given again."""
        await self._write(PinOutcome.ACCEPTED)

    async def refused(self) -> None:
        """The card said no: even a PIN that it took before isn't given again."""
        await self._write(PinOutcome.REFUSED)

    async def _write(self, outcome: PinOutcome) -> None:
        try_id, self._try_id = self._try_id, None
        if try_id is not None:
            await self._db.run(lambda store: store.pins.outcome(try_id, outcome))
