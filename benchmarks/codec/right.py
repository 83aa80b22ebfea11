"""Whether a library reads a PDU as it was meant, and writes what others read as it was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from benchmarks.codec.corpus import Received, ToSend
from benchmarks.codec.peers import Peer
from modem import sms

Read = Mapping[str, Any] | None
"""Fields of `Reading` as JSON has them; None for an error."""

_FIELDS = ("text", "data", "number", "timestamp", "message_class", "concat")


def wrong_fields(peer: Peer, meant: Received, read: Read) -> list[str]:
    """The fields that aren't as meant, of those that the library has."""
    if read is None:
        return ["error"]
    return [
        field
        for field in _FIELDS
        if field not in peer.lacks and not _is_right(peer, field, meant, read[field])
    ]


def _is_right(peer: Peer, field: str, meant: Received, value: Any) -> bool:
    wanted = getattr(meant, field)
    if field == "timestamp":
        moment = datetime.fromisoformat(value)
        same_zone = "zone" in peer.lacks or moment.utcoffset() == meant.timestamp.utcoffset()
        return moment == meant.timestamp and same_zone
    if field == "data":
        return bool(value == (wanted and wanted.hex()))
    if field == "text" and meant.data is not None and "data" in peer.lacks:
        return bool(value == meant.data.decode("latin-1"))
    return bool(value == (list(wanted) if isinstance(wanted, tuple) else wanted))


def wrong_readings(
    peer: Peer, meant: Mapping[str, Sequence[Received]], read: Mapping[str, Sequence[Read]]
) -> tuple[int, Counter[str]]:
    """How many PDUs are read wrong, and how often each field is."""
    found = [
        wrong
        for kind, each in meant.items()
        for wrong in map(wrong_fields, [peer] * len(each), each, read[kind])
        if wrong
    ]
    return len(found), Counter(field for fields in found for field in fields)


def by_us(pdu: str) -> Read:
    """What we read in a SUBMIT."""
    try:
        message = sms.decode_pdu(pdu)
    except sms.PduError:
        return None
    if not isinstance(message, sms.Submit):
        return None
    concat = message.concat
    return {
        "text": message.text,
        "data": None if message.data is None else message.data.hex(),
        "number": message.number,
        "concat": concat and [concat.ref, concat.total, concat.seq],
    }


def as_meant(meant: ToSend, parts: Sequence[Read]) -> bool:
    """Whether the PDUs of a message, as a decoder reads them, are that message."""
    read = [part for part in parts if part is not None]
    if len(read) < len(parts) or not read:
        return False
    octets = isinstance(meant.content, bytes)
    content = "".join((part["data"] if octets else part["text"]) or "" for part in read)
    wanted = meant.content.hex() if isinstance(meant.content, bytes) else meant.content
    ties = [part["concat"] for part in read]
    reference = ties[0][0] if ties[0] else None
    whole = (
        [None] if len(read) == 1 else [[reference, len(read), seq + 1] for seq in range(len(read))]
    )
    return (
        content == wanted and ties == whole and all(part["number"] == meant.number for part in read)
    )
