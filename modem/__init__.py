"""A cellular modem as its host sees it: AT commands, SMS, registration, contexts, recovery.

The names below are the package's interface. They are loaded when first used, so that the codec,
`from modem import sms`, needs neither asyncio nor a port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.lazy import loader

if TYPE_CHECKING:
    from modem.answers import AtAnswer, urc_lines
    from modem.at import Command, Response
    from modem.channel import (
        AtChannel,
        ChannelError,
        Connect,
        LinkNews,
        LocalChannel,
        NeedsForce,
        OnLink,
        OnUrc,
    )
    from modem.commands.context import parse_address, same_apn
    from modem.commands.network import Domain
    from modem.commands.operators import Availability, Operator, parse_operators
    from modem.device import Modem
    from modem.discovery import (
        holders,
        ignored_by_modem_manager,
        modem_manager_running,
        running,
    )
    from modem.ending import run_until_told
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
    from modem.explain import ground
    from modem.ladder import PER_DAY, Rung, Trouble
    from modem.listening import Heard, Speech, listen_to, speak_plainly
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
    from modem.survey import CardState, Reception, Selection, Survey
    from modem.tap import Tap
    from modem.usb_roles import Role
    from modem.usb_tree import UsbDevice, UsbTty, usb_devices
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
    "channel": (
        "AtChannel",
        "ChannelError",
        "Connect",
        "LinkNews",
        "LocalChannel",
        "NeedsForce",
        "OnLink",
        "OnUrc",
    ),
    "commands.context": ("parse_address", "same_apn"),
    "commands.network": ("Domain",),
    "commands.operators": ("Availability", "Operator", "parse_operators"),
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
    "explain": ("ground",),
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
    "ending": ("run_until_told",),
    "listening": ("Heard", "Speech", "listen_to", "speak_plainly"),
    "survey": ("CardState", "Reception", "Selection", "Survey"),
    "usb_roles": ("Role",),
    "usb_tree": ("UsbDevice", "UsbTty", "usb_devices"),
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
    "Availability",
    "Budget",
    "CardState",
    "ChannelError",
    "Command",
    "CommandRefused",
    "Connect",
    "ContextAuth",
    "ContextChanged",
    "ContextSettings",
    "Domain",
    "DomainState",
    "Heard",
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
    "NeedsForce",
    "NoReception",
    "OnLink",
    "OnUrc",
    "Operator",
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
    "Reception",
    "Registration",
    "RegistrationChanged",
    "Remedy",
    "Response",
    "Restarted",
    "Role",
    "Rung",
    "Selection",
    "Setup",
    "Signal",
    "SimAbsent",
    "SimChanged",
    "SimError",
    "SimLocked",
    "Speech",
    "StorageFull",
    "StorageState",
    "StoredMessage",
    "Survey",
    "Tap",
    "Trouble",
    "UsbDevice",
    "UsbTty",
    "ground",
    "holders",
    "ignored_by_modem_manager",
    "listen_to",
    "match_profile",
    "modem_manager_running",
    "parse_address",
    "parse_operators",
    "power_switch",
    "profile_named",
    "run_until_told",
    "running",
    "same_apn",
    "speak_plainly",
    "urc_lines",
    "usb_devices",
]

__getattr__ = loader(__name__, _HOME_OF)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
