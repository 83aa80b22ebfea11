"""What the platform's webhook tells: an SMS from a device, or what became of one to it. Pure.

Known from two screenshots of 2021 and older documents; which of the scalars are strings is unknown,
so both are taken. An id that is no number (a related platform has such) stays a string.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hil.emnify.models import SmsStatus
from hil.emnify.reading import Json, inner, moment, number, text

EventId = int | str
MAX_PARTS = 255
# What is remembered of each event is bounded by it.
_MAX_ID = 100
# Characters: twice the octets of a part, should they come as hex, and room.
_MAX_PART = 1000


class EventError(ValueError):
    """A body that is neither an SMS nor a receipt."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a long message this is; `identifier` is that of the message."""

    number: int
    total: int
    identifier: str


@dataclass(frozen=True, slots=True)
class MoSms:
    """An SMS from a device to a short number.

    `ids` are those of its parts, and `missing` the numbers of the parts that never came. How a
    payload that isn't GSM 7-bit arrives is unknown: it is passed on as it is, with its `dcs`.
    """

    id: EventId
    ids: tuple[EventId, ...]
    device_id: EventId
    device_name: str
    source: str
    dest: str
    text: str
    dcs: int
    submitted: datetime | None
    missing: tuple[int, ...] = ()
    part: Part | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What a repeat of the same delivery shares.

        The number of the part is in it, since whether each part has an id of its own is unknown.
        """
        return ("mo", str(self.id), self.part.number if self.part else 1)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an SMS to a device; `id` is the one that sending it gave."""

    id: EventId
    status: SmsStatus
    device_id: EventId
    device_name: str
    submitted: datetime | None
    final: datetime | None

    @property
    def key(self) -> tuple[object, ...]:
        """What a repeat shares; the status is in it, should there be receipts on the way."""
        return ("receipt", str(self.id), int(self.status))


Event = MoSms | Receipt


def parse_event(method: str, body: object) -> Event:
    """The event of a call: told by its content, and by the method where that doesn't tell.

    SMS come by POST and receipts by PATCH (documented); others relay both by POST.
    """
    if not isinstance(body, dict):
        raise EventError("wanted a JSON object")
    sms = "payload" in body or "dest_address" in body
    receipt = "status" in body or "final_date" in body
    if not sms and not receipt:
        raise EventError("neither an SMS (payload) nor a receipt (status)")
    if sms and receipt:
        receipt = method == "PATCH"
    return _receipt(body) if receipt else _sms(body)


def _sms(body: Json) -> MoSms:
    endpoint, event_id = inner(body.get("endpoint")), _event_id(body)
    payload = text(body.get("payload"))
    is_part = len(payload) <= _MAX_PART  # what is longer is no part of an SMS, and isn't held
    return MoSms(
        id=event_id,
        ids=(event_id,),
        device_id=_id(endpoint.get("id")),
        device_name=text(endpoint.get("name")),
        source=text(body.get("source_address")),
        dest=text(body.get("dest_address")),
        text=payload,
        dcs=number(body.get("dcs")) or 0,
        submitted=moment(body.get("submit_date")),
        part=_part(inner(body.get("multi_part_info"))) if is_part else None,
    )


def _receipt(body: Json) -> Receipt:
    endpoint = inner(body.get("endpoint"))
    return Receipt(
        id=_event_id(body),
        status=SmsStatus.from_json(body.get("status")),
        device_id=_id(endpoint.get("id")),
        device_name=text(endpoint.get("name")),
        submitted=moment(body.get("submit_date")),
        final=moment(body.get("final_date")),
    )


def _part(info: Json) -> Part | None:
    """None for a message of one part, and for numbers that can't be: then it is given out alone."""
    seq, total = number(info.get("partno")), number(info.get("total"))
    if seq is None or total is None or not 1 <= seq <= total or not 1 < total <= MAX_PARTS:
        return None
    identifier = text(info.get("identifier"))
    return Part(seq, total, identifier) if len(identifier) <= _MAX_ID else None


def _event_id(body: Json) -> EventId:
    found = _id(body.get("id"))
    if found == "":
        raise EventError("no id, by which a repeat could be known")
    if len(str(found)) > _MAX_ID:
        raise EventError("an id that is longer than any")
    return found


def _id(value: object) -> EventId:
    """A number where it is written as one; "007" is another id than 7."""
    found = number(value)
    return found if found is not None and str(found) == text(value) else text(value)
