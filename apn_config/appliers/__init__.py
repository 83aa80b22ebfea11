"""Ways in which an APN gets into the system: one file each, all with the shape of `Applier`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from apn_config.appliers.errors import ApplierError, ApplierRefused, ApplierUnavailable
from apn_config.model import Apn
from modem import LiveContext, Modem

if TYPE_CHECKING:
    from apn_config.config_apn import ApnConfig

__all__ = [
    "Applier",
    "ApplierError",
    "ApplierRefused",
    "ApplierUnavailable",
    "Held",
    "Service",
    "applier_for",
]


@dataclass(frozen=True, slots=True)
class Held:
    """What the system is set to: the APN, and whatever else a roll-back has to bring back.

    `apn` has an empty name where nothing is set. `undo` is the applier's own text (files, a
    connection's settings); it may hold passwords.
    """

    apn: Apn
    undo: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """What packet service there is; `refused` tells that the network said no to the context."""

    attached: bool
    context: LiveContext
    refused: bool = False


class Applier(Protocol):
    """Reads, writes and brings back the APN of one context.

    Each method may be cut off anywhere and run again. Raises the modem's errors and ApplierError;
    the change that calls them decides what follows.
    """

    async def read(self, modem: Modem, cid: int) -> Held:
        """What is set now."""
        ...

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """Set the APN. It takes effect with `take_effect`, not before."""
        ...

    async def restore(self, modem: Modem, cid: int, held: Held) -> None:
        """Bring back what `read` gave, whatever became of it since."""
        ...

    async def take_effect(self, modem: Modem) -> None:
        """Make the network see what was written. Costs one radio cycle."""
        ...

    async def serving(self, modem: Modem, cid: int, *, activate: bool) -> Service:
        """What service there is; with `activate`, asked for where the network waits for that."""
        ...


def applier_for(config: ApnConfig) -> Applier:
    """The configured one. Only its own file is loaded. Raises ApplierRefused."""
    match config.applier:
        case "networkmanager":
            from apn_config.appliers.networkmanager import NetworkManagerApplier

            return NetworkManagerApplier(config.connection)
        case "modemmanager":
            from apn_config.appliers.modemmanager import ModemManagerApplier

            return ModemManagerApplier()
        case "ppp":
            from apn_config.appliers.ppp import PppApplier

            if config.ppp is None:
                raise ApplierRefused("there is no section [apn.ppp]")
            return PppApplier(config.ppp)
        case "script":
            from apn_config.appliers.script import ScriptApplier

            if config.script is None:
                raise ApplierRefused("there is no section [apn.script]")
            return ScriptApplier(config.script)
    from apn_config.appliers.at import AtApplier

    return AtApplier()
