"""TP-UDH: the information elements before the text, and those that the codec understands.

3GPP TS 23.040 9.2.3.24. Every element is kept; of one that is repeated, or of two that exclude each
other, the last holds; one whose values make no sense is ignored, as the standard wants.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from modem.sms.dcs import WaitingKind


class Iei(IntEnum):
    """The information element identifiers that are understood here."""

    CONCAT_8 = 0x00
    SPECIAL_INDICATION = 0x01
    PORTS_8 = 0x04
    PORTS_16 = 0x05
    CONCAT_16 = 0x08
    SINGLE_SHIFT = 0x24
    LOCKING_SHIFT = 0x25


_CONCAT_8, _CONCAT_16 = _CONCAT = Iei.CONCAT_8.value, Iei.CONCAT_16.value
_PORTS = Iei.PORTS_8.value, Iei.PORTS_16.value


class InformationElement(NamedTuple):
    """One element of a user data header, as it came."""

    iei: int
    data: bytes


class Concat(NamedTuple):
    """Which part of a message this is: `seq` from 1 to `total`; `bits`: the reference's size."""

    ref: int
    total: int
    seq: int
    bits: int = 8


class Ports(NamedTuple):
    """Application ports (WAP push: 2948); `bits` is their size, 8 or 16."""

    dst: int
    src: int
    bits: int = 16


class SpecialIndication(NamedTuple):
    """A special SMS message indication (9.2.3.24.2): so many messages of a kind wait elsewhere.

    `profile`, 1 to 4, is the multiple subscriber profile, `store` whether this message is worth
    keeping, `extended` the kind's second number: with OTHER, 1 means a video message.
    """

    kind: WaitingKind
    messages: int
    store: bool
    profile: int = 1
    extended: int = 0


class Header(NamedTuple):
    """The elements of a header and what those say that are understood; shifts are table numbers."""

    elements: tuple[InformationElement, ...] = ()
    concat: Concat | None = None
    ports: Ports | None = None
    locking: int = 0
    single: int = 0


NO_HEADER = Header()
_WAITING = tuple(WaitingKind)


def decode_header(octets: bytes, start: int, end: int) -> Header:
    """The header whose elements stand from `start` to `end`.

    If the last element doesn't end where the header does, the whole header is ignored (9.2.3.24).
    """
    elements: list[InformationElement] = []
    concat: Concat | None = None
    ports: Ports | None = None
    locking = single = 0
    while start < end:
        value = start + 2
        after = value + octets[start + 1] if value <= end else end + 1
        if after > end:
            return NO_HEADER
        iei = octets[start]
        data = octets[value:after]
        elements.append(InformationElement(iei, data))
        if iei in _CONCAT:
            concat = decode_concat(iei, data) or concat
        elif iei in _PORTS:
            ports = decode_ports(iei, data) or ports
        elif iei == Iei.LOCKING_SHIFT and len(data) == 1:
            locking = data[0]
        elif iei == Iei.SINGLE_SHIFT and len(data) == 1:
            single = data[0]
        start = after
    return Header(tuple(elements), concat, ports, locking, single)


def decode_concat(iei: int, data: bytes) -> Concat | None:
    """Which part of which message (9.2.3.24.1, 9.2.3.24.8); None if that makes no sense."""
    if iei == _CONCAT_8 and len(data) == 3:
        ref, total, seq = data
        bits = 8
    elif iei == _CONCAT_16 and len(data) == 4:
        high, low, total, seq = data
        ref = high << 8 | low
        bits = 16
    else:
        return None
    return Concat(ref, total, seq, bits) if 1 <= seq <= total else None


def decode_ports(iei: int, data: bytes) -> Ports | None:
    """The application ports (9.2.3.24.3, 9.2.3.24.4); None if the element has another length."""
    size = 1 if iei == Iei.PORTS_8 else 2
    if len(data) != 2 * size:
        return None
    return Ports(
        int.from_bytes(data[:size], "big"), int.from_bytes(data[size:], "big"), bits=8 * size
    )


def decode_indication(data: bytes) -> SpecialIndication | None:
    """What a special SMS message indication says; None if it has another length."""
    if len(data) != 2:
        return None
    kind, count = data
    return SpecialIndication(
        _WAITING[kind & 3],
        count,
        store=bool(kind & 0x80),
        profile=(kind >> 5 & 3) + 1,
        extended=kind >> 2 & 7,
    )


def makes_sense(element: InformationElement) -> bool:
    """Whether an element that is understood here has the length and the values it should have."""
    iei, data = element
    if iei in (Iei.CONCAT_8, Iei.CONCAT_16):
        return decode_concat(iei, data) is not None
    if iei in (Iei.PORTS_8, Iei.PORTS_16):
        return decode_ports(iei, data) is not None
    if iei == Iei.SPECIAL_INDICATION:
        return decode_indication(data) is not None
    return iei not in (Iei.SINGLE_SHIFT, Iei.LOCKING_SHIFT) or len(data) == 1


def concat_element(concat: Concat) -> InformationElement:
    """The element that says which part this is."""
    size = concat.bits // 8
    data = concat.ref.to_bytes(size, "big") + bytes((concat.total, concat.seq))
    return InformationElement(_CONCAT_8 if size == 1 else _CONCAT_16, data)


def ports_element(ports: Ports) -> InformationElement:
    """The element that addresses an application."""
    size = ports.bits // 8
    data = ports.dst.to_bytes(size, "big") + ports.src.to_bytes(size, "big")
    return InformationElement(Iei.PORTS_8.value if size == 1 else Iei.PORTS_16.value, data)


def indication_element(indication: SpecialIndication) -> InformationElement:
    """The element that says what waits."""
    kind = (
        (0x80 if indication.store else 0)
        | indication.profile - 1 << 5
        | indication.extended << 2
        | _WAITING.index(indication.kind)
    )
    return InformationElement(Iei.SPECIAL_INDICATION.value, bytes((kind, indication.messages)))


def shift_element(iei: Iei, language: int) -> InformationElement:
    """The element that names a national language table."""
    return InformationElement(iei.value, bytes((language,)))


def encode_elements(elements: tuple[InformationElement, ...]) -> bytes:
    """The elements of a header, without UDHL."""
    return b"".join([bytes((iei, len(data))) + data for iei, data in elements])


def encode_header(elements: tuple[InformationElement, ...]) -> bytes:
    """UDHL and the elements; nothing at all where there are none."""
    body = encode_elements(elements)
    return bytes((len(body),)) + body if body else b""
