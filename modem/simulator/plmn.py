"""A cellular network: its operators, cells and settings, and which contexts it grants.

What becomes of one modem in it is in `cellular`; no AT command is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from modem.simulator.agenda import Agenda, Appointment
from modem.simulator.identity import PLMN
from modem.simulator.smsc import ServiceCentre

ADDRESSES = IPv4Network("10.65.0.0/16")
_FIRST_ADDRESS = 2  # .0 is the net, .1 the gateway


class Act(IntEnum):
    """Access technology (3GPP TS 27.007 7.3, <AcT>)."""

    GSM = 0
    UTRAN = 2
    EUTRAN = 7


# What a modem tries first.
ACTS_BY_PREFERENCE = (Act.EUTRAN, Act.UTRAN, Act.GSM)


class Standing(Enum):
    """A modem's registration, with its <stat> (3GPP TS 27.007 7.2).

    REGISTERED has the <stat> of roaming, the normal state of an IoT card; at home it is told as 1.
    """

    OFF = 0
    SEARCHING = 2
    DENIED = 3
    REGISTERED = 5


class Welcome(Enum):
    """What an operator is to a card, with the <stat> that a modem shows there."""

    HOME = 1
    ROAMING = 5
    FORBIDDEN = 3


class Cause(IntEnum):
    """Why a context is refused (3GPP TS 24.301 9.9.4.4)."""

    UNKNOWN_APN = 27
    UNKNOWN_PDP_TYPE = 28
    AUTHENTICATION_FAILED = 29


class Taking(Enum):
    """What became of a message that was offered to a modem."""

    TAKEN = "taken"
    FULL = "full"  # no room: it is offered again once there is
    PENDING = "pending"  # the host has yet to acknowledge it


@dataclass(frozen=True, slots=True)
class Operator:
    """A network that can be heard: MCC and MNC, its names, what it runs, what it is to the card."""

    plmn: str
    long: str
    short: str
    acts: tuple[Act, ...] = ACTS_BY_PREFERENCE
    welcome: Welcome = Welcome.ROAMING


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a modem is: the location or tracking area (16 bits), the cell (28 bits)."""

    area: int = 0x1A2B
    number: int = 0x01C3D4E5

    @property
    def area_digits(self) -> str:
        """<lac> or <tac> of +CREG=2 (27.007 7.2)."""
        return f"{self.area:04X}"

    def number_digits(self, act: Act) -> str:
        """<ci>; a cell of GSM has 16 bits."""
        return f"{self.number & 0xFFFF:04X}" if act is Act.GSM else f"{self.number:08X}"


@dataclass(frozen=True, slots=True)
class Login:
    """What a context is authenticated with; both empty when it isn't."""

    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PdpContext:
    """What a modem asks for: <PDP_type>, <APN> and the login."""

    pdp_type: str = "IP"
    apn: str = ""
    login: Login = Login()


@dataclass(frozen=True, slots=True)
class Bearer:
    """What the network granted."""

    apn: str
    address: IPv4Address

    @property
    def full_apn(self) -> str:
        """The name with the operator's part, as the network writes it (3GPP TS 23.003 9.1)."""
        return f"{self.apn}.mnc{int(PLMN[3:]):03}.mcc{PLMN[:3]}.gprs"


class ContextRefused(Exception):
    """The network refuses a context."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        super().__init__(cause.name)


OPERATORS = (
    Operator("00101", "Simulated Network", "Simulated"),
    Operator("00102", "Forbidden Network", "Forbidden", (Act.GSM,), Welcome.FORBIDDEN),
)


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What a network accepts, and how long it takes. `time_scale` divides all its spans."""

    apns: tuple[str, ...] = ("em",)
    substitute_apn: str | None = None  # granted instead of an unknown one
    logins: Mapping[str, Login] = field(default_factory=dict)  # by APN, where one is required
    operators: tuple[Operator, ...] = OPERATORS
    cell: Cell = Cell()
    zone_quarters: int = 0  # the local time's distance from UTC, in quarters of an hour
    registration_s: float = 2.0
    scan_s: float = 20.0  # +COPS=?; a real one takes from 20 s to 3 min
    attach_retry_s: float = 10.0  # T3411 (3GPP TS 24.301 10.2)
    attach_tries: int = 5  # 24.301 5.5.1.2.6
    back_off_s: float = 720.0  # T3402, its default
    refresh_s: float = 2.0  # while a card starts again after a REFRESH
    ussd_s: float = 0.5
    submit_s: float = 0.2
    redelivery_s: float = 30.0  # after a message that the modem had not acknowledged
    smsc: str = "+883990000001"
    time_scale: float = 1.0


class Listener(Protocol):
    """What the network needs of a modem."""

    def attach_context(self) -> PdpContext:
        """The context that the LTE attach carries, as it is defined now."""
        ...

    def standing_changed(self) -> None:
        """The registration, the cell or a bearer is not what it was."""
        ...

    def packet_event(self, event: str) -> None:
        """A context or the attach has changed, in the words of +CGEV (3GPP TS 27.007 10.1.19)."""
        ...

    def take(self, pdu: str) -> Taking:
        """Accept a message (SMSC and TPDU, hex)."""
        ...


class Network:
    """The network. `clock` tells seconds from any origin; `epoch` is the wall time at its zero."""

    def __init__(
        self,
        settings: NetworkSettings | None = None,
        *,
        clock: Callable[[], float],
        epoch: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    ) -> None:
        self.settings = settings or NetworkSettings()
        self.agenda = Agenda(clock)
        self._epoch = epoch
        self._addresses = _FIRST_ADDRESS
        self._references = 0
        self.smsc = ServiceCentre(self)

    def wall(self) -> datetime:
        """The network's time of day."""
        return self._epoch + timedelta(seconds=self.agenda.now_s)

    def after(self, span_s: float, action: Callable[[], None]) -> Appointment:
        """Have something happen after one of the network's spans."""
        return self.agenda.after(span_s / self.settings.time_scale, action)

    def next_reference(self) -> int:
        """A number for the parts of a long message (3GPP TS 23.040 9.2.3.24.1)."""
        self._references = (self._references + 1) % 256
        return self._references

    def operator(self, plmn: str | None) -> Operator | None:
        """The operator of that number; for None the one that a modem chooses for itself.

        That is home where it can be heard, else one that welcomes the card, else a forbidden one.
        """
        heard = self.settings.operators
        if plmn is not None:
            return next((operator for operator in heard if operator.plmn == plmn), None)
        ranks = (Welcome.HOME, Welcome.ROAMING, Welcome.FORBIDDEN)
        return min(heard, key=lambda operator: ranks.index(operator.welcome), default=None)

    def grant(self, context: PdpContext) -> Bearer:
        """A bearer for that context; raises ContextRefused. An empty APN asks for the default."""
        if context.pdp_type == "IPV6":  # this network has IPv4 only; IPV4V6 gets that
            raise ContextRefused(Cause.UNKNOWN_PDP_TYPE)
        name = self._accepted_name(context.apn)
        if name is None:
            raise ContextRefused(Cause.UNKNOWN_APN)
        wanted = self.settings.logins.get(name)
        if wanted is not None and context.login != wanted:
            raise ContextRefused(Cause.AUTHENTICATION_FAILED)
        return Bearer(name, self._next_address())

    def _accepted_name(self, apn: str) -> str | None:
        if not apn and self.settings.apns:
            return self.settings.apns[0]
        for known in self.settings.apns:
            if known.casefold() == apn.casefold():
                return known
        return self.settings.substitute_apn

    def _next_address(self) -> IPv4Address:
        address = ADDRESSES[self._addresses]
        self._addresses += 1
        if self._addresses >= ADDRESSES.num_addresses - 1:
            self._addresses = _FIRST_ADDRESS
        return address
