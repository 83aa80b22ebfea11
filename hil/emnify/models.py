"""What the platform speaks of, as values. No I/O here.

`from_json` reads what the API or the webhook sent; `as_json` is what the commands print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Self

from hil.emnify.errors import UnexpectedAnswer
from hil.emnify.reading import Json, inner, moment, number, text

DEFAULT_BASE = "https://cdn.emnify.net"
# Ids of `source_address_type`: documented, and the type octets of TP-OA.
INTERNATIONAL, NATIONAL, ALPHANUMERIC = 145, 161, 208
ENABLED, DISABLED = 0, 1
# Services of a policy.
SMS_MT, SMS_MO = 6, 32
SIM_ACTIVATED, SIM_SUSPENDED = 1, 2
REST_API = 1
_MT = 1


def as_json(value: object) -> Any:
    """A value as JSON: a dataclass by its fields, a time in ISO 8601 and UTC, a status by name."""
    if isinstance(value, SmsStatus):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(item) for item in value]
    return value


def identity(data: Json, what: str) -> int:
    """The id of a thing; without one nothing can be done with it."""
    found = number(data.get("id"))
    if found is None:
        raise UnexpectedAnswer(f"{what} without an id in the platform's answer")
    return found


class SmsStatus(IntEnum):
    """What became of an SMS. An id that the documents don't know is kept by its number."""

    DELIVERY_ATTEMPT_PENDING = 1
    IN_PROGRESS = 2
    BUFFERED = 3
    DELIVERED = 4
    FAILED = 5
    EXPIRED = 6
    CANCELED = 7

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member

    @classmethod
    def from_json(cls, value: object) -> SmsStatus:
        """The text is `description` in the API and `status` in the webhook (both observed)."""
        data = inner(value)
        found = number(data.get("id"))
        if found is not None:
            return cls(found)
        said = text(data.get("description") or data.get("status") or value).upper()
        return cls.__members__.get(said.replace(" ", "_"), cls(0))

    @property
    def text(self) -> str:
        """As the platform writes it."""
        return self.name.replace("_", " ")

    @property
    def final(self) -> bool:
        """Nothing more happens to the SMS."""
        return SmsStatus.DELIVERED <= self <= SmsStatus.CANCELED


@dataclass(frozen=True, slots=True)
class Device:
    """A device ("endpoint") with its SIM."""

    id: int
    name: str
    status: str
    enabled: bool
    iccid: str
    imsi: str
    msisdn: str
    imei: str
    ip_address: str
    sim_id: int | None
    sim_status: str
    policy_id: int | None
    policy: str
    tags: str

    @classmethod
    def from_json(cls, data: Json) -> Device:
        """Of a list or of a single device."""
        sim, status = inner(data.get("sim")), inner(data.get("status"))
        policy = inner(data.get("service_profile"))
        status_id = number(status.get("id"))
        return cls(
            id=identity(data, "a device"),
            name=text(data.get("name")),
            status=text(status.get("description") or status.get("id")),
            enabled=status_id == ENABLED,
            # The number that stands on the card has the check digit.
            iccid=text(sim.get("iccid_with_luhn") or sim.get("iccid")),
            imsi=text(sim.get("imsi")),
            msisdn=text(sim.get("msisdn")),
            imei=text(data.get("imei")),
            ip_address=text(data.get("ip_address")),
            sim_id=number(sim.get("id")),
            sim_status=text(inner(sim.get("status")).get("description")),
            policy_id=number(policy.get("id")),
            policy=text(policy.get("name")),
            tags=text(data.get("tags")),
        )


@dataclass(frozen=True, slots=True)
class Connectivity:
    """ATTACHED, ONLINE, OFFLINE or BLOCKED, and what the platform says beside it, as it is."""

    status: str
    location: Json | None
    pdp_context: Json | None
    services: tuple[Any, ...]

    @classmethod
    def from_json(cls, data: Json) -> Connectivity:
        """`location` is there when attached, `pdp_context` when online (documented)."""
        services = data.get("services")
        return cls(
            status=text(inner(data.get("status")).get("description")),
            location=inner(data.get("location")) or None,
            pdp_context=inner(data.get("pdp_context")) or None,
            services=tuple(services) if isinstance(services, list) else (),
        )


@dataclass(frozen=True, slots=True)
class SmsRequest:
    """What is sent to a device; None is left out.

    `payload` is text, `udh` hex with its length octet first, `expiry_date` aware. What
    `dest_address` does is unknown ("callback identifier for P2A").
    """

    payload: str
    source_address: str | None = None
    source_address_type: int | None = None
    expiry_date: datetime | None = None
    udh: str | None = None
    dcs: int | None = None
    dest_address: str | None = None

    def body(self) -> dict[str, Any]:
        """The body of the call."""
        body: dict[str, Any] = {"payload": self.payload}
        if self.source_address is not None:
            body["source_address"] = self.source_address
        if self.source_address_type is not None:
            body["source_address_type"] = {"id": self.source_address_type}
        if self.expiry_date is not None:
            body["expiry_date"] = as_json(self.expiry_date)
        for key in ("udh", "dcs", "dest_address"):
            if getattr(self, key) is not None:
                body[key] = getattr(self, key)
        return body


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS in the platform's list. `gsm_map_error` is a word of the network, or empty."""

    id: int
    direction: str
    status: SmsStatus
    payload: str
    source_address: str
    dest_address: str
    submit_date: datetime | None
    delivery_date: datetime | None
    final_date: datetime | None
    expiry_date: datetime | None
    retry_date: datetime | None
    retry_count: int
    gsm_map_error: str
    dcs: int
    udh: str

    @classmethod
    def from_json(cls, data: Json) -> Sms:
        """Ids and small integers are strings in recorded replies, and numbers in the documents."""
        kind = inner(data.get("sms_type"))
        # The id of MO is unknown; its text is "MO" in the types of other clients.
        mt = number(kind.get("id")) == _MT or text(kind.get("description")).upper() == "MT"
        return cls(
            id=identity(data, "an SMS"),
            direction="MT" if mt else "MO",
            status=SmsStatus.from_json(data.get("status")),
            payload=text(data.get("payload")),
            source_address=text(data.get("source_address")),
            dest_address=text(data.get("dest_address")),
            submit_date=moment(data.get("submit_date")),
            delivery_date=moment(data.get("delivery_date")),
            final_date=moment(data.get("final_date")),
            expiry_date=moment(data.get("expiry_date")),
            retry_date=moment(data.get("retry_date")),
            retry_count=number(data.get("retry_count")) or 0,
            gsm_map_error=text(data.get("gsm_map_error")),
            dcs=number(data.get("dcs")) or 0,
            udh=text(data.get("udh")),
        )


@dataclass(frozen=True, slots=True)
class ServiceProfile:
    """A service policy, as the portal calls it: here what concerns SMS.

    `sms_mo` and `sms_mt` are services of it, not fields; None where the answer doesn't list them.
    """

    id: int
    name: str
    description: str
    sms_mo: bool | None
    sms_mt: bool | None
    sms_p2p_int: bool | None
    sms_p2p_ext: bool | None
    interface: str
    interface_id: int | None
    callback_id: int | None
    callback_url: str
    secret_id: int | None

    @classmethod
    def from_json(cls, data: Json) -> ServiceProfile:
        """Of the list or of a single one; the list may leave out the callback."""
        callback, interface = (
            inner(data.get("api_callback")),
            inner(data.get("esme_interface_type")),
        )
        services = _services(data)
        return cls(
            id=identity(data, "a service policy"),
            name=text(data.get("name")),
            description=text(data.get("description")),
            sms_mo=None if services is None else SMS_MO in services,
            sms_mt=None if services is None else SMS_MT in services,
            sms_p2p_int=_flag(data.get("sms_p2p_int")),
            sms_p2p_ext=_flag(data.get("sms_p2p_ext")),
            interface=text(interface.get("description")),
            interface_id=number(interface.get("id")),
            callback_id=number(callback.get("id")),
            callback_url=text(callback.get("url")),
            secret_id=number(inner(data.get("api_secret")).get("id")),
        )


@dataclass(frozen=True, slots=True)
class Callback:
    """A URL that webhooks may use."""

    id: int
    url: str
    purpose: str

    @classmethod
    def from_json(cls, data: Json) -> Callback:
        """An item of `api_callback`."""
        return cls(identity(data, "a callback"), text(data.get("url")), text(data.get("purpose")))


@dataclass(frozen=True, slots=True)
class Secret:
    """A webhook's key; the key itself is never given back."""

    id: int
    purpose: str

    @classmethod
    def from_json(cls, data: Json) -> Secret:
        """An item of `api_secret`."""
        return cls(identity(data, "a secret"), text(data.get("purpose")))


def _services(data: Json) -> set[int | None] | None:
    """The ids of a policy's services. Under which key they stand is not documented."""
    found = data.get("service", data.get("services"))
    return {number(inner(item).get("id")) for item in found} if isinstance(found, list) else None


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(text(value).lower())
