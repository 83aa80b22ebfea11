"""A cellular modem as its host sees it: AT commands, SMS, registration, contexts, recovery.

The names below are the package's interface. They are loaded when first used, so that the codec,
`from modem import sms`, needs neither asyncio nor a port.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.at import Command, Response
    from modem.commands.context import parse_address, same_apn
    from modem.commands.network import Domain
    from modem.device import Modem
    from modem.discovery import holders, modem_manager_running
    from modem.errors import (
        CommandRefused,
        Holder,
        LinkLost,
        MisuseError,
        ModemError,
        ModemSilent,
        NoReception,
        PortBusy,
        PortError,
        PortForbidden,
        PortMissing,
        ProtocolError,
        SimAbsent,
        SimError,
        SimLocked,
    )
    from modem.notices import (
        ContextChanged,
        MessageDirect,
        MessageStored,
        ModemEvent,
        RegistrationChanged,
        Restarted,
        SimChanged,
        StorageFull,
    )
    from modem.profiles import PROFILES, Profile, match_profile, profile_named
    from modem.recovery import KeeperPhase, KeeperState, ModemKeeper
    from modem.registration import DomainState, Registration
    from modem.start import PinSource, Setup
    from modem.values import (
        NO_AUTH,
        ContextAuth,
        ContextSettings,
        Identity,
        LiveContext,
        PdpContext,
        Signal,
        StorageState,
        StoredMessage,
    )

_HOMES: dict[str, tuple[str, ...]] = {
    "at": ("Command", "Response"),
    "commands.context": ("parse_address", "same_apn"),
    "commands.network": ("Domain",),
    "device": ("Modem",),
    "discovery": ("holders", "modem_manager_running"),
    "errors": (
        "CommandRefused",
        "Holder",
        "LinkLost",
        "MisuseError",
        "ModemError",
        "ModemSilent",
        "NoReception",
        "PortBusy",
        "PortError",
        "PortForbidden",
        "PortMissing",
        "ProtocolError",
        "SimAbsent",
        "SimError",
        "SimLocked",
    ),
    "notices": (
        "ContextChanged",
        "MessageDirect",
        "MessageStored",
        "ModemEvent",
        "RegistrationChanged",
        "Restarted",
        "SimChanged",
        "StorageFull",
    ),
    "profiles": ("PROFILES", "Profile", "match_profile", "profile_named"),
    "recovery": ("KeeperPhase", "KeeperState", "ModemKeeper"),
    "registration": ("DomainState", "Registration"),
    "start": ("PinSource", "Setup"),
    "values": (
        "NO_AUTH",
        "ContextAuth",
        "ContextSettings",
        "Identity",
        "LiveContext",
        "PdpContext",
        "Signal",
        "StorageState",
        "StoredMessage",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "NO_AUTH",
    "PROFILES",
    "Command",
    "CommandRefused",
    "ContextAuth",
    "ContextChanged",
    "ContextSettings",
    "Domain",
    "DomainState",
    "Holder",
    "Identity",
    "KeeperPhase",
    "KeeperState",
    "LinkLost",
    "LiveContext",
    "MessageDirect",
    "MessageStored",
    "MisuseError",
    "Modem",
    "ModemError",
    "ModemEvent",
    "ModemKeeper",
    "ModemSilent",
    "NoReception",
    "PdpContext",
    "PinSource",
    "PortBusy",
    "PortError",
    "PortForbidden",
    "PortMissing",
    "Profile",
    "ProtocolError",
    "Registration",
    "RegistrationChanged",
    "Response",
    "Restarted",
    "Setup",
    "Signal",
    "SimAbsent",
    "SimChanged",
    "SimError",
    "SimLocked",
    "StorageFull",
    "StorageState",
    "StoredMessage",
    "holders",
    "match_profile",
    "modem_manager_running",
    "parse_address",
    "profile_named",
    "same_apn",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
