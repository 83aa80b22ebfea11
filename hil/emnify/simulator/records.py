"""What the platform keeps: devices with their SIMs, and SMS with their life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum

from hil.emnify.simulator.policy import Policy, Usage
from hil.station import Station
from modem.simulator import Identity, Subscriber
from modem.simulator.agenda import Appointment

# SMS that are kept for a device; a final one makes room.
KEPT_SMS = 1000


class DeviceStatus(IntEnum):
    """`GET /api/v1/endpoint/status`."""

    ENABLED = 0
    DISABLED = 1
    DELETED = 2

    @property
    def words(self) -> str:
        """The description in the API."""
        return self.name.title()


class SimStatus(IntEnum):
    """What a SIM may be (SDK, constants)."""

    ISSUED = 0
    ACTIVATED = 1
    SUSPENDED = 2
    DELETED = 3
    FACTORY_TEST = 4

    @property
    def words(self) -> str:
        """The description in the API."""
        return self.name.replace("_", " ").title()


class SmsStatus(IntEnum):
    """The states of an SMS; `words` is how the API writes them."""

    PENDING = 1
    IN_PROGRESS = 2
    BUFFERED = 3
    DELIVERED = 4
    FAILED = 5
    EXPIRED = 6
    CANCELED = 7

    @property
    def words(self) -> str:
        """The description in the API."""
        return (
            "DELIVERY ATTEMPT PENDING" if self is SmsStatus.PENDING else self.name.replace("_", " ")
        )

    @property
    def final(self) -> bool:
        """Nothing comes behind it."""
        return self >= SmsStatus.DELIVERED


class Direction(Enum):
    """To the device or from it."""

    MT = "MT"
    MO = "MO"


class Via(Enum):
    """By which way an MT SMS came to the platform; None stands with an MO one."""

    REST = "REST"
    PORTAL = "portal"
    AUTOMATION = "automation"
    P2P = "P2P"


class Connectivity(Enum):
    """A device's state in the network."""

    ATTACHED = "ATTACHED"
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    BLOCKED = "BLOCKED"


@dataclass(slots=True)
class Sim:
    """A SIM card, and where it is."""

    id: int
    who: Identity
    status: SimStatus = SimStatus.ACTIVATED
    device: Device | None = None
    station: Station | None = None

    @property
    def subscriber(self) -> Subscriber | None:
        """The card in the network."""
        return self.station.modem.state.subscriber if self.station else None


@dataclass(slots=True)
class Device:
    """An "endpoint". One without a SIM is a name only."""

    id: int
    name: str
    policy: Policy
    created: datetime
    updated: datetime
    tags: str = ""
    imei_lock: bool = False
    status: DeviceStatus = DeviceStatus.ENABLED
    sim: Sim | None = None
    usage: Usage = field(default_factory=Usage)
    messages: dict[int, Sms] = field(default_factory=dict)

    @property
    def subscriber(self) -> Subscriber | None:
        """Its card in the network."""
        return self.sim.subscriber if self.sim else None

    @property
    def ip_address(self) -> str | None:
        """That of its data session."""
        bearers = self.subscriber.bearers.values() if self.subscriber else ()
        return next((str(bearer.address) for bearer in bearers), None)

    @property
    def blocked(self) -> bool:
        """The network doesn't let it in."""
        active = self.sim is not None and self.sim.status is SimStatus.ACTIVATED
        return self.status is not DeviceStatus.ENABLED or not active

    @property
    def connectivity(self) -> Connectivity:
        """As `GET /api/v1/endpoint/{id}/connectivity` tells it."""
        subscriber = self.subscriber
        if self.blocked:
            return Connectivity.BLOCKED
        if subscriber is None or not subscriber.registered:
            return Connectivity.OFFLINE
        return Connectivity.ONLINE if subscriber.bearers else Connectivity.ATTACHED

    def keep(self, sms: Sms) -> None:
        """Remember one more; the oldest final one goes where there is no room."""
        if len(self.messages) >= KEPT_SMS:
            done = next((each.id for each in self.messages.values() if each.status.final), None)
            if done is not None:
                del self.messages[done]
        self.messages[sms.id] = sms

    def open_messages(self) -> Iterable[Sms]:
        """Those whose end is not known yet, in the order of their submission."""
        return [sms for sms in self.messages.values() if not sms.status.final]


@dataclass(frozen=True, slots=True)
class Part:
    """A long message's part; a single one is 1 of 1, and its identifier its own id."""

    number: int
    total: int
    identifier: str


@dataclass(slots=True)
class Sms:
    """One SMS.

    `payload` is its text, for 8-bit data its octets in hex; `pdu` the DELIVER of an MT one, the
    SUBMIT of an MO one. `note` says in words why it came to nothing; `look_due`, that
    it will be looked at again.
    """

    id: int
    device: Device
    direction: Direction
    payload: str
    source: str
    source_type: int
    dest: str | None
    submitted: datetime
    expires: datetime
    part: Part
    via: Via | None = None
    dcs: int = 0
    pid: int = 0
    udh: str = ""
    pdu: str = ""
    status: SmsStatus = SmsStatus.PENDING
    final: datetime | None = None
    last_attempt: datetime | None = None
    retry: datetime | None = None
    retries: int = 0
    note: str | None = None
    look_due: bool = False
    timers: list[Appointment] = field(default_factory=list)

    def withdraw_timers(self) -> None:
        """Nothing is to happen with it any more."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
