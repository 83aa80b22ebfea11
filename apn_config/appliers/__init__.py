"""Ways in which an APN gets into the system: one file each, all with the shape of `Applier`."""

from __future__ import annotations

from typing import Protocol

from apn_config.model import Apn
from modem import Modem


class Applier(Protocol):
    """Reads and writes the APN of one context.

    Every method may raise the errors of the modem; the change that calls them decides what follows.
    """

    async def read(self, modem: Modem, cid: int) -> Apn:
        """What the context is set to now; an empty name where it isn't defined."""
        ...

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """Set the context. It takes effect with `take_effect`, not before."""
        ...

    async def take_effect(self, modem: Modem) -> None:
        """Make the network see what was written. Costs one radio cycle."""
        ...
