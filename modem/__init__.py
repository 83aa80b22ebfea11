"""A cellular modem as its host sees it: AT commands, SMS, registration, contexts, recovery.

The names below are the package's interface. They are loaded when first used, so that the codec,
`from modem import sms`, needs neither asyncio nor a port.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.answers import AtAnswer, urc_lines
    from modem.at import Command, Response
    from modem.channel import AtChannel, LinkNews, LocalChannel
    from modem.commands.context import parse_address, same_apn
    from modem.commands.network import Domain
    from modem.device import Modem
    from modem.discovery import (
        holders,
        ignored_by_modem_manager,
        modem_manager_running,
        running,
    )
    from modem.errors import (
        CommandRefused,
        Holder,
        LinkLost,
        MisuseError,
        ModemError,
        ModemSilent,
        ModemUnsteady,
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
    from modem.ladder import PER_DAY, Rung, Trouble
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
    from modem.power import PowerFailed, PowerSwitch, power_switch
    from modem.profiles import PROFILES, Profile, match_profile, profile_named
    from modem.recovery import KeeperPhase, KeeperState, ModemKeeper
    from modem.registration import DomainState, Registration
    from modem.remedies import Budget, MemoryBudget, Remedy
    from modem.start import PinSource, Setup
    from modem.tap import Tap
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
    "answers": ("AtAnswer", "urc_lines"),
    "at": ("Command", "Response"),
    "channel": ("AtChannel", "LinkNews", "LocalChannel"),
    "commands.context": ("parse_address", "same_apn"),
    "commands.network": ("Domain",),
    "device": ("Modem",),
    "discovery": ("holders", "ignored_by_modem_manager", "modem_manager_running", "running"),
    "errors": (
        "CommandRefused",
        "Holder",
        "LinkLost",
        "MisuseError",
        "ModemError",
        "ModemSilent",
        "ModemUnsteady",
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
    "ladder": ("PER_DAY", "Rung", "Trouble"),
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
    "power": ("PowerFailed", "PowerSwitch", "power_switch"),
    "profiles": ("PROFILES", "Profile", "match_profile", "profile_named"),
    "recovery": ("KeeperPhase", "KeeperState", "ModemKeeper"),
    "registration": ("DomainState", "Registration"),
    "remedies": ("Budget", "MemoryBudget", "Remedy"),
    "start": ("PinSource", "Setup"),
    "tap": ("Tap",),
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
    "PER_DAY",
    "PROFILES",
    "AtAnswer",
    "AtChannel",
    "Budget",
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
    "LinkNews",
    "LiveContext",
    "LocalChannel",
    "MemoryBudget",
    "MessageDirect",
    "MessageStored",
    "MisuseError",
    "Modem",
    "ModemError",
    "ModemEvent",
    "ModemKeeper",
    "ModemSilent",
    "ModemUnsteady",
    "NoReception",
    "PdpContext",
    "PinSource",
    "PortBusy",
    "PortError",
    "PortForbidden",
    "PortMissing",
    "PowerFailed",
    "PowerSwitch",
    "Profile",
    "ProtocolError",
    "Registration",
    "RegistrationChanged",
    "Remedy",
    "Response",
    "Restarted",
    "Rung",
    "Setup",
    "Signal",
    "SimAbsent",
    "SimChanged",
    "SimError",
    "SimLocked",
    "StorageFull",
    "StorageState",
    "StoredMessage",
    "Tap",
    "Trouble",
    "holders",
    "ignored_by_modem_manager",
    "match_profile",
    "modem_manager_running",
    "parse_address",
    "power_switch",
    "profile_named",
    "running",
    "same_apn",
    "urc_lines",
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
