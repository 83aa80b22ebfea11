"""The keys of `pdu decode --json`; docs/json-schema.json describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.sms.command_type import command_meaning
from modem.sms.message import Message
from modem.sms.reports import DeliverReport
from modem.sms.tpdu import Addressed, Command, Deliver, StatusReport, Submit

if TYPE_CHECKING:
    from datetime import datetime

    from modem.sms.pdu import AnyMessage
    from modem.sms.udh import Concat, Ports

# What `json.dumps` takes.
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

# The keys of fields that not all types have, in the order of the contract; those behind
# `tpdu_length` were added to it.
_DISTINCT: dict[str, Json] = dict.fromkeys(
    ("mr", "status", "discharge", "validity_s", "tpdu_length", "warnings", "status_group",
     "status_meaning", "failure", "failure_meaning", "command_type", "command_meaning",
     "message_number", "validity_until")
)  # fmt: skip


def as_json(message: AnyMessage) -> dict[str, Json]:
    """The keys of a message, the same for all types; null where there is no such field.

    `data` stands in the place of `text` where the user data is no text.
    """
    header = message.header
    address = message.address if isinstance(message, Addressed) else None
    smsc = message.smsc
    data = message.data
    return {
        "type": message.name,
        "smsc": smsc.number if smsc else None,
        "number": address.number if address else None,
        "number_type": address.toa if address else None,
        **({"text": message.text} if data is None else {"data": data.hex().upper()}),
        "encoding": message.encoding.value,
        "dcs": message.dcs.value if message.dcs_at else None,
        "pid": message.pid if message.pid_at else None,
        "class": message.message_class,
        "timestamp": _timestamp(message),
        "udh": [{"iei": iei, "data": value.hex().upper()} for iei, value in header.elements],
        "concat": _concat(header.concat),
        "ports": _ports(header.ports),
        **_DISTINCT,
        **_distinct(message),
        "tpdu_length": message.tpdu_length,
        "warnings": list(message.warnings),
        "waiting": _waiting(message),
        "locking": message.locking if header.locking else 0,
        "single": message.single if header.single else 0,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _timestamp(message: AnyMessage) -> str | None:
    if isinstance(message, Submit | Command | DeliverReport):
        return None
    return _iso(message.timestamp)


def _concat(concat: Concat | None) -> Json:
    if concat is None:
        return None
    return {"ref": concat.ref, "total": concat.total, "seq": concat.seq, "bits": concat.bits}


def _ports(ports: Ports | None) -> Json:
    return None if ports is None else {"dst": ports.dst, "src": ports.src, "bits": ports.bits}


def _distinct(message: AnyMessage) -> dict[str, Json]:
    """The fields that the type has and others have not."""
    if isinstance(message, Deliver):
        return {}
    if isinstance(message, Submit):
        period = message.validity
        return {
            "mr": message.reference,
            "validity_s": period.seconds,
            "validity_until": _iso(period.until),
        }
    if isinstance(message, StatusReport):
        outcome = message.outcome
        return {
            "mr": message.reference,
            "status": outcome.value,
            "discharge": _iso(message.discharge),
            "status_group": outcome.group.value,
            "status_meaning": outcome.meaning,
        }
    if isinstance(message, Command):
        return {
            "mr": message.reference,
            "command_type": message.command_type,
            "command_meaning": command_meaning(message.command_type),
            "message_number": message.message_number,
        }
    cause = message.cause
    return {"failure": cause.value, "failure_meaning": cause.meaning} if cause else {}


def _waiting(message: Message) -> Json:
    """What TP-DCS, which counts nothing, and the header say of messages that wait elsewhere."""
    found: list[Json] = []
    waiting = message.dcs.waiting
    if waiting:
        found.append(
            {
                "kind": waiting.kind.value,
                "active": waiting.active,
                "count": None,
                "store": waiting.store,
            }
        )
    found += [
        {"kind": kind.value, "active": count > 0, "count": count, "store": store}
        for kind, count, store, *_ in message.indications
    ]
    return found
