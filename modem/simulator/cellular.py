"""The simulated cellular network: who may attach with which APN, and what it holds for whom.

One network serves any number of modems. It behaves as an LTE network does towards a roaming IoT
card: the attach carries the default bearer, so a wrong APN in the attach context costs the
registration, and with it SMS, unless 2G or 3G is there to fall back to. No AT commands here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from modem.simulator.agenda import Agenda, Appointment
from modem.simulator.identity import PLMN

ADDRESSES = IPv4Network("10.65.0.0/16")
_FIRST_ADDRESS = 2  # .0 is the net, .1 the gateway


class Act(IntEnum):
    """Access technology (3GPP TS 27.007 7.3, <AcT>)."""

    UTRAN = 2
    EUTRAN = 7


class Standing(Enum):
    """A modem's registration, with its <stat> (3GPP TS 27.007 7.2). Roaming is the normal state."""

    OFF = 0
    SEARCHING = 2
    DENIED = 3
    REGISTERED = 5


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


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What a network accepts, and how long it takes. `time_scale` divides all its spans."""

    apns: tuple[str, ...] = ("em",)
    substitute_apn: str | None = None  # granted instead of an unknown one
    logins: Mapping[str, Login] = field(default_factory=dict)  # by APN, where one is required
    registration_s: float = 2.0
    attach_retry_s: float = 10.0  # T3411 (3GPP TS 24.301 10.2)
    attach_tries: int = 5  # 24.301 5.5.1.2.6
    back_off_s: float = 720.0  # T3402, its default
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
        """The registration or a bearer is not what it was."""
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


class Subscriber:
    """One modem's standing in the network, its bearers, and the messages that wait for it."""

    def __init__(
        self, network: Network, listener: Listener, *, attach_cid: int, lte_only: bool
    ) -> None:
        self.network = network
        self.standing = Standing.OFF
        self.act = Act.EUTRAN
        self.bearers: dict[int, Bearer] = {}
        self.waiting: deque[str] = deque()
        self.refusals = 0
        self._listener = listener
        self._attach_cid = attach_cid
        self._lte_only = lte_only
        self._covered = True
        self._wanted = False
        self._timer: Appointment | None = None
        self._back_off_until_s: float | None = None
        self._offering = False
        self._pending = False
        self._redelivery: Appointment | None = None
        self._when_settled: list[Callable[[], None]] = []

    @property
    def registered(self) -> bool:
        """Does the network serve this modem, with SMS at least?"""
        return self.standing is Standing.REGISTERED

    @property
    def covered(self) -> bool:
        """Is there a signal?"""
        return self._covered

    # ---- registration

    def start(self, *, at_once: bool = False) -> None:
        """Register, by LTE first. A back-off that runs is waited for (3GPP TS 24.301 5.5.1.2.6)."""
        self._wanted = True
        self._cancel_timer()
        now_s = self.network.agenda.now_s
        if self._back_off_until_s is not None and now_s < self._back_off_until_s:
            self._timer = self.network.agenda.after(self._back_off_until_s - now_s, self.start)
            self._settle(Standing.DENIED)
        elif at_once:
            self._attempt()
        else:
            self._search()

    def stop(self) -> None:
        """Detach: no registration, no bearer, no SMS. A back-off goes on."""
        self._wanted = False
        self._cancel_timer()
        self._settle(Standing.OFF)

    def forget_refusals(self) -> None:
        """The radio was switched off: it may try again at once (3GPP TS 24.301 5.3.7b)."""
        self.refusals = 0
        self._back_off_until_s = None

    def set_coverage(self, covered: bool) -> None:
        """Have the signal go away, or come back."""
        if covered == self._covered:
            return
        self._covered = covered
        if not self._wanted:
            return
        if covered:
            self.start()
        else:
            self._cancel_timer()
            self._change(Standing.SEARCHING)

    def when_settled(self, action: Callable[[], None]) -> None:
        """Have `action` called once the registration under way has come to an end."""
        self._when_settled.append(action)

    def _search(self) -> None:
        self._change(Standing.SEARCHING)
        if self._covered:
            self._timer = self.network.after(self.network.settings.registration_s, self._attempt)

    def _attempt(self) -> None:
        self._back_off_until_s = None
        try:
            bearer = self.network.grant(self._listener.attach_context())
        except ContextRefused:
            self._refused()
            return
        self.refusals = 0
        self.act = Act.EUTRAN
        self._settle(Standing.REGISTERED, {self._attach_cid: bearer})

    def _refused(self) -> None:
        """The attach was rejected: fall back to 3G where there is one, else try again later."""
        if not self._lte_only:
            self.act = Act.UTRAN
            self._settle(Standing.REGISTERED)
            return
        settings = self.network.settings
        self.refusals += 1
        if self.refusals < settings.attach_tries:
            self._timer = self.network.after(settings.attach_retry_s, self._search)
        else:
            self.refusals = 0
            self._timer = self.network.after(settings.back_off_s, self._search)
            self._back_off_until_s = self._timer.due_s
        self._settle(Standing.DENIED)

    def _settle(self, standing: Standing, bearers: dict[int, Bearer] | None = None) -> None:
        self._change(standing, bearers)
        settled, self._when_settled = self._when_settled, []
        for action in settled:
            action()
        self.offer()

    def _change(self, standing: Standing, bearers: dict[int, Bearer] | None = None) -> None:
        self.standing = standing
        self.bearers = bearers or {}
        if standing is not Standing.REGISTERED:
            self._pending = False
            if self._redelivery is not None:
                self._redelivery.cancel()
        self._listener.standing_changed()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ---- bearers

    def activate(self, cid: int, context: PdpContext) -> Bearer:
        """Activate a context beside those there are; raises ContextRefused."""
        bearer = self.network.grant(context)
        self.bearers[cid] = bearer
        return bearer

    def deactivate(self, cid: int) -> None:
        """Give a bearer back."""
        self.bearers.pop(cid, None)

    # ---- messages to the modem

    def deliver(self, pdu: str) -> None:
        """Take a message for the modem, and hand it over as soon as it can be reached."""
        self.waiting.append(pdu)
        self.offer()

    def offer(self) -> None:
        """Hand over what waits, in order, until the modem takes no more."""
        if self._offering:
            return
        self._offering = True
        try:
            while self.waiting and self.registered and not self._pending:
                taking = self._listener.take(self.waiting[0])
                if taking is Taking.FULL:
                    return
                if taking is Taking.PENDING:
                    self._pending = True
                else:
                    self.waiting.popleft()
        finally:
            self._offering = False

    def acknowledge(self, accepted: bool) -> None:
        """The host's word on the message that was handed over last; a refused one comes again."""
        if not self._pending:
            return
        if accepted:
            self._pending = False
            self.waiting.popleft()
            self.offer()
        else:
            span_s = self.network.settings.redelivery_s
            self._redelivery = self.network.after(span_s, self._offer_again)

    def _offer_again(self) -> None:
        self._pending = False
        self.offer()
