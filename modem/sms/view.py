"""A message as people and programs read it: the octets field by field, and the keys of the JSON.

Nothing is decoded here, and nothing is printed: `modem.cli` does that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from modem.sms.dcs import Dcs
from modem.sms.tpdu import Deliver, StatusReport, Submit
from modem.sms.udh import Concat, Iei, InformationElement, Ports
from modem.sms.validity import Validity

AnyMessage = Deliver | Submit | StatusReport
# What `json.dumps` takes.
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

_TYPES = {Deliver: "deliver", Submit: "submit", StatusReport: "status_report"}
_IE_NAMES: dict[int, str] = {
    Iei.CONCAT_8: "part of a long message",
    Iei.PORTS_8: "application ports",
    Iei.PORTS_16: "application ports",
    Iei.CONCAT_16: "part of a long message, 16-bit reference",
    Iei.SINGLE_SHIFT: "national single shift table",
    Iei.LOCKING_SHIFT: "national locking shift table",
}
# 3GPP TS 23.040 9.2.3.15, by bits 6 and 5.
_STATUS_GROUPS = (
    "completed",
    "temporary error, still trying",
    "permanent error, given up",
    "temporary error, given up",
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a PDU: where it starts, its octets, what they mean (safe for a terminal)."""

    name: str
    offset: int
    octets: bytes
    meaning: str


def escaped(text: str) -> str:
    """A text that can't move a terminal's cursor: what isn't printable is written as an escape."""
    return "".join(
        character
        if character.isprintable() and character != "\\"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def as_json(message: AnyMessage) -> dict[str, Json]:
    """The keys that `pdu decode --json` promises; null where the type has no such field."""
    is_report = isinstance(message, StatusReport)
    report = message if isinstance(message, StatusReport) else None
    parameters = (report.parameters or 0) if report else 0xFF
    data = message.data
    content: tuple[str, str | None] = (
        ("text", message.text) if data is None else ("data", data.hex().upper())
    )
    return {
        "type": _TYPES[type(message)],
        "smsc": message.smsc.number if message.smsc else None,
        "number": message.number,
        "number_type": message.address.toa,
        content[0]: content[1],
        "encoding": message.encoding.value,
        "dcs": message.dcs.value if not is_report or parameters & 2 else None,
        "pid": message.pid if not is_report or parameters & 1 else None,
        "class": message.message_class,
        "timestamp": None if isinstance(message, Submit) else _iso(message.timestamp),
        "udh": [{"iei": item.iei, "data": item.data.hex().upper()} for item in message.udh],
        "concat": _concat(message.concat),
        "ports": _ports(message.ports),
        "mr": None if isinstance(message, Deliver) else message.reference,
        "status": report.status if report else None,
        "discharge": _iso(report.discharge) if report else None,
        "validity_s": message.validity_s if isinstance(message, Submit) else None,
        "tpdu_length": message.tpdu_length,
        "warnings": list(message.warnings),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _concat(concat: Concat | None) -> Json:
    if concat is None:
        return None
    return {"ref": concat.ref, "total": concat.total, "seq": concat.seq, "bits": concat.bits}


def _ports(ports: Ports | None) -> Json:
    return None if ports is None else {"dst": ports.dst, "src": ports.src, "bits": ports.bits}


class _Cutter:
    """Cuts octets into fields, as long as there are any."""

    __slots__ = ("_octets", "_offset")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._offset = 0

    def __call__(self, name: str, count: int, meaning: str) -> Iterator[Field]:
        taken = self._octets[self._offset : self._offset + count]
        if taken:
            yield Field(name, self._offset, taken, meaning)
        self._offset += len(taken)

    def peek(self) -> int:
        """The octet that comes next, or 0."""
        return self._octets[self._offset] if self._offset < len(self._octets) else 0

    @property
    def left(self) -> int:
        return len(self._octets) - self._offset


def fields(octets: bytes, message: AnyMessage) -> tuple[Field, ...]:
    """The fields of a PDU in the order of its octets; `message` is what they were decoded to."""
    return tuple(_fields(_Cutter(octets), len(octets), message))


def _fields(cut: _Cutter, count: int, message: AnyMessage) -> Iterator[Field]:
    number = escaped(message.smsc.number) if message.smsc else "the modem's own"
    yield from cut("smsc", count - message.tpdu_length, number)
    yield from cut("first octet", 1, ", ".join(_flags(message)))
    if not isinstance(message, Deliver):
        yield from cut("mr", 1, f"reference {message.reference}")
    name = {"deliver": "oa", "submit": "da", "status_report": "ra"}[_TYPES[type(message)]]
    kind = message.address.type_of_number.name.lower()
    address_octets = 2 + (cut.peek() + 1) // 2
    yield from cut(name, address_octets, f"{escaped(message.number)} ({kind})".lstrip())
    if isinstance(message, StatusReport):
        yield from _report_fields(cut, message)
    else:
        yield from cut("pid", 1, _pid(message.pid))
        yield from cut("dcs", 1, _dcs(message.dcs))
        if isinstance(message, Deliver):
            yield from cut("scts", 7, _time(message.timestamp))
        else:
            yield from cut("vp", len(message.validity.octets), _validity(message.validity))
        yield from _user_data_fields(cut, message)
    yield from cut("behind it", cut.left, "not part of the message")


def _report_fields(cut: _Cutter, message: StatusReport) -> Iterator[Field]:
    yield from cut("scts", 7, _time(message.timestamp))
    yield from cut("dt", 7, _time(message.discharge))
    group = "reserved" if message.status & 0x80 else _STATUS_GROUPS[message.status >> 5]
    yield from cut("st", 1, group)
    if message.parameters is None:
        return
    more = cut.peek()
    yield from cut("pi", 1, "what follows")
    while more & 0x80 and cut.left:
        more = cut.peek()
        yield from cut("pi", 1, "more of it")
    if message.parameters & 1:
        yield from cut("pid", 1, _pid(message.pid))
    if message.parameters & 2:
        yield from cut("dcs", 1, _dcs(message.dcs))
    if message.parameters & 4:
        yield from _user_data_fields(cut, message)


def _user_data_fields(cut: _Cutter, message: AnyMessage) -> Iterator[Field]:
    user_data = message.user_data
    unit = "septets" if message.encoding == "gsm7" else "octets"
    yield from cut("udl", 1, f"{user_data.length} {unit}")
    header_octets = 0
    if message.udhi and user_data.octets:
        header_octets = user_data.octets[0] + 1
        yield from cut("udhl", 1, f"{header_octets - 1} octets of header")
        for index, item in enumerate(message.udh):
            meaning = _IE_NAMES.get(item.iei, "an element that isn't read")
            yield from cut(f"ie[{index}]", 2 + len(item.data), meaning + _element(item))
        if not message.udh:
            yield from cut("udh", header_octets - 1, "not used")
    kind = message.encoding.value
    content = "" if message.text is None else f': "{escaped(message.text)}"'
    yield from cut("ud", len(user_data.octets) - header_octets, kind + content)


def _element(item: InformationElement) -> str:
    """What an element's values are, where that is short to say."""
    data = item.data
    if item.iei == Iei.CONCAT_8 and len(data) == 3:
        return f": {data[2]} of {data[1]}, reference {data[0]}"
    if item.iei == Iei.CONCAT_16 and len(data) == 4:
        return f": {data[3]} of {data[2]}, reference {int.from_bytes(data[:2], 'big')}"
    if item.iei == Iei.PORTS_16 and len(data) == 4:
        dst, src = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:], "big")
        return f": to {dst}, from {src}"
    return ""


def _flags(message: AnyMessage) -> list[str]:
    """The type, and the flags that are set."""
    flags = ["SMS-" + _TYPES[type(message)].upper().replace("_", "-")]
    if not isinstance(message, Submit) and message.more_messages:
        flags.append("more messages wait")
    if isinstance(message, Deliver) and message.status_report_indication:
        flags.append("the sender gets a report")
    if isinstance(message, Submit):
        if message.status_report_request:
            flags.append("report wanted")
        if message.reject_duplicates:
            flags.append("reject duplicates")
    if message.udhi:
        flags.append("has a header")
    return flags


def _pid(pid: int) -> str:
    return "an ordinary short message" if pid == 0 else f"protocol {pid:02X}"


def _dcs(dcs: Dcs) -> str:
    words = [dcs.encoding.value]
    if dcs.message_class is not None:
        words.append(f"class {dcs.message_class}")
    if dcs.automatic_deletion:
        words.append("deleted after reading")
    if dcs.waiting:
        state = "waits" if dcs.waiting.active else "waits no more"
        words.append(f"{dcs.waiting.kind.value} {state}")
    if dcs.reserved:
        words.append("reserved value")
    return ", ".join(words)


def _time(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ") if moment else "no date"


def _validity(validity: Validity) -> str:
    if validity.until:
        return f"until {_time(validity.until)}"
    return "no period" if validity.seconds is None else f"{validity.seconds} s"
