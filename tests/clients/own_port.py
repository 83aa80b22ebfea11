"""What an applier works with, in a test with programs of others: the daemon's own AT port.

A simulated modem has one AT line, and ModemManager is at it, so this one is a stand-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from apn_config.appliers import Applier, Held, Service
from apn_config.model import Apn
from modem import CommandRefused, Identity, LiveContext, Modem
from tests.clients.station import until


@dataclass(frozen=True)
class OwnPort:
    """Tells who the modem is, that it is attached, and what its contexts have."""

    identity: Identity
    live: LiveContext | None = None

    async def attached(self) -> bool:
        """Always."""
        return True

    async def live_context(self, cid: int) -> LiveContext:
        """The same for any context."""
        if self.live is None:
            raise CommandRefused("AT+CGCONTRDP", "CME", 30)
        return self.live


class Driven:
    """An applier with its modem, each call in a loop of its own: nothing is kept between them."""

    def __init__(
        self, applier: Applier, imei: str, live: LiveContext | None = None, iccid: str | None = None
    ) -> None:
        identity = Identity("Maker", "Model", "1", imei, iccid=iccid)
        self._applier = applier
        self._modem = cast(Modem, OwnPort(identity, live))

    def read(self) -> Held:
        """What is set."""
        return asyncio.run(self._applier.read(self._modem, 1))

    def write(self, apn: Apn) -> None:
        """Set it."""
        asyncio.run(self._applier.write(self._modem, 1, apn))

    def restore(self, held: Held) -> None:
        """Bring it back."""
        asyncio.run(self._applier.restore(self._modem, 1, held))

    def take_effect(self) -> None:
        """Have it seen."""
        asyncio.run(self._applier.take_effect(self._modem))

    def serving(self, *, activate: bool = True) -> Service:
        """What service there is."""
        return asyncio.run(self._applier.serving(self._modem, 1, activate=activate))

    def until_serving(self, wanted: Callable[[Service], bool]) -> Service:
        """Look until the service is as wanted."""
        until(lambda: wanted(self.serving()), "the service that is wanted")
        return self.serving(activate=False)
