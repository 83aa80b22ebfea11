"""Service profiles ("device policies" in the portal), and what a device has used of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# "at most eight digits" in the older documents, seven in the newer ones.
SHORT_DIGITS = 8
# Ids of services (emnify's API, ServiceProfiles).
SMS_MT = 6
SMS_MO = 32
SERVICES = {SMS_MT: "SMS MT", SMS_MO: "SMS MO", 38: "Data", 0: "USSD", 3: "Voice"}
# Those that a policy of the simulated platform can do something about.
SWITCHABLE = (SMS_MT, SMS_MO)
# Messages a month, by the id of the limit. The real list is not documented.
TRAFFIC_LIMITS = {1: 10, 2: 25, 3: 50, 4: 100, 5: 250, 6: 500, 7: 1000}
INTERFACES = {1: "RestAPI", 2: "SMPP"}
REST_INTERFACE = 1
# "5 per device per 24 h by default", "resets 24 h after the first" (system events, limits).
P2P_MO_CAP = 5
P2P_MO_SPAN = timedelta(hours=24)
# "a device can receive only six SMS per minute in P2P mode" (portal, SMS).
P2P_MT_CAP = 6
P2P_MT_SPAN = timedelta(minutes=1)

FLAGS = {
    "allowed_3g": True,
    "allowed_4g": True,
    "allowed_nb_iot": True,
    "allowed_nb_iot_geo": False,
    "apply_data_quota": False,
    "apply_sms_quota": False,
    "retail": False,
    "sms_p2p_int": True,
    "sms_p2p_ext": True,
    "prepaid": False,
    "nipdp": False,
}


@dataclass(slots=True)
class Policy:
    """A service profile. `limits` are messages a month by service; `callback` and `secret` ids."""

    id: int
    name: str
    description: str = ""
    flags: dict[str, bool] = field(default_factory=lambda: dict(FLAGS))
    services: set[int] = field(default_factory=lambda: {SMS_MT, SMS_MO, 38})
    limits: dict[int, int] = field(default_factory=dict)
    interface: int = REST_INTERFACE
    callback: int | None = None
    secret: int | None = None

    @property
    def may_send(self) -> bool:
        """SMS MO. A quota that applies and isn't assigned denies SMS; none can be assigned here."""
        return SMS_MO in self.services and not self.flags["apply_sms_quota"]

    @property
    def may_receive(self) -> bool:
        """SMS MT, likewise."""
        return SMS_MT in self.services and not self.flags["apply_sms_quota"]

    @property
    def p2p_inside(self) -> bool:
        """SMS between devices of the organisation."""
        return self.flags["sms_p2p_int"]

    @property
    def p2p_outside(self) -> bool:
        """SMS with numbers of others."""
        return self.flags["sms_p2p_ext"]


@dataclass(frozen=True, slots=True)
class Callback:
    """A webhook's URL, as an object that policies choose."""

    id: int
    url: str
    purpose: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Secret:
    """A key for the JWT that goes with each call of a webhook. It is never read back."""

    id: int
    secret: str = field(repr=False)
    purpose: str = ""


@dataclass(slots=True)
class Usage:
    """What a device has sent and received, as far as limits go by it."""

    month: tuple[int, int] = (0, 0)
    counts: dict[int, int] = field(default_factory=dict)
    p2p_since: datetime | None = None
    p2p_sent: int = 0
    p2p_received: deque[datetime] = field(default_factory=deque)

    def this_month(self, service: int, now: datetime) -> int:
        """Messages of the month; it begins at midnight UTC on the 1st."""
        if self.month != (now.year, now.month):
            self.month, self.counts = (now.year, now.month), {}
        return self.counts.get(service, 0)

    def count(self, service: int, now: datetime) -> None:
        """One message more."""
        self.counts[service] = self.this_month(service, now) + 1

    def exhausted(self, policy: Policy, service: int, now: datetime) -> bool:
        """Whether the policy's limit of the month is used up."""
        limit = policy.limits.get(service)
        return limit is not None and self.this_month(service, now) >= limit

    def may_send_p2p(self, now: datetime) -> bool:
        """Counts a message to another SIM; False where it is one too many."""
        if self.p2p_since is None or now - self.p2p_since >= P2P_MO_SPAN:
            self.p2p_since, self.p2p_sent = now, 0
        self.p2p_sent += 1
        return self.p2p_sent <= P2P_MO_CAP

    def may_receive_p2p(self, now: datetime) -> bool:
        """The same for a message from another SIM."""
        while self.p2p_received and now - self.p2p_received[0] >= P2P_MT_SPAN:
            self.p2p_received.popleft()
        if len(self.p2p_received) >= P2P_MT_CAP:
            return False
        self.p2p_received.append(now)
        return True
