"""What differs between modem families, as frozen data: a driver's part and a simulator's part.

A profile is matched by what the modem says of itself (+CGMI, +CGMM), never by its USB id alone. A
field that differs from the generic value names its source in `sources`, under the field's path
("driver.auth"); what nobody has evidence for keeps the generic value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class AuthCommand(Enum):
    """The command that sets a context's user and password."""

    CGAUTH = "+CGAUTH"  # 3GPP TS 27.007 10.1.31
    QICSGP = "+QICSGP"  # Quectel: one line holds APN, user, password and type


class AuthOrder(Enum):
    """Which of the two words comes first behind the authentication type."""

    USER_FIRST = "user,password"
    PASSWORD_FIRST = "password,user"  # noqa: S105 -- an order, not a password


class SourceLevel(Enum):
    """How much a source weighs."""

    MANUAL = "manual"
    TRANSCRIPT = "transcript"
    CODE = "code"
    FORUM = "forum"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was found."""

    text: str
    level: SourceLevel


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that is asked for first and written only where it differs, to spare the flash.

    `query` is answered by a line that holds `wanted` when nothing is to do; `command` sets it.
    """

    query: str
    wanted: str
    command: str


@dataclass(frozen=True, slots=True)
class DriverPart:
    """What the host has to know of a family. The defaults are the standard's."""

    boot_urcs: tuple[str, ...] = (
        "RDY",
        "*ATREADY",
        "^SYSSTART",
        "APP RDY",
        "NORMAL POWER DOWN",
        "POWERED DOWN",
    )
    storage_full_urcs: tuple[str, ...] = ("+SMS FULL", "^SMMEMFULL", '+QIND: "smsfull"')
    auth: AuthCommand = AuthCommand.CGAUTH
    auth_order: AuthOrder = AuthOrder.USER_FIRST
    attach_cid: int = 1
    radio_off: str = "AT+CFUN=4"
    radio_on: str = "AT+CFUN=1"
    reset: str | None = None
    roaming: Setting | None = None


@dataclass(frozen=True, slots=True)
class SimulatorPart:
    """How a simulated modem of the family presents itself."""

    manufacturer: str = "modem-helper"
    model: str = "SIMULATED"
    revision: str = "1.0"
    ati: tuple[str, ...] = ()
    boot_urcs: tuple[str, ...] = ("RDY", "+CPIN: READY", "SMS DONE")
    boot_s: float = 1.0
    memories: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = (
        ("SM", "ME"),
        ("SM", "ME"),
        ("SM", "ME"),
    )
    sizes: Mapping[str, int] = field(default_factory=lambda: {"SM": 40, "ME": 100})
    aliases: Mapping[str, str] = field(default_factory=dict)
    default_memory: str = "ME"
    cnmi_test: str = "(0-2),(0-3),(0,2),(0-2),(0,1)"
    prompt: bytes = b"\r\n> "
    own_contexts: Mapping[int, str] = field(default_factory=dict)  # APNs by cid, the module's own
    auth_read_back: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """A modem family: how it is recognised, and both its parts.

    `cgmi` are the manufacturer's names, compared whole and without case; `cgmm` are regular
    expressions for the model. Both empty is the generic profile, which fits whatever nothing else
    does.
    """

    name: str
    title: str
    cgmi: tuple[str, ...] = ()
    cgmm: tuple[str, ...] = ()
    driver: DriverPart = DriverPart()
    simulator: SimulatorPart = SimulatorPart()
    sources: Mapping[str, Source] = field(default_factory=dict)
