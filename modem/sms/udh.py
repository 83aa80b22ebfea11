"""TP-UDH: the information elements before the text, and those that the codec understands.

3GPP TS 23.040 9.2.3.24. Every element is kept; of one that is repeated, or of two that exclude each
other, the last holds; one whose values make no sense is ignored, as the standard wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from modem.sms.reader import Reader


class Iei(IntEnum):
    """The information element identifiers that are understood here."""

    CONCAT_8 = 0x00
    PORTS_8 = 0x04
    PORTS_16 = 0x05
    CONCAT_16 = 0x08
    SINGLE_SHIFT = 0x24
    LOCKING_SHIFT = 0x25


@dataclass(frozen=True, slots=True)
class InformationElement:
    """One element of a user data header, as it came."""

    iei: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of a message this is: `seq` from 1 to `total`; `bits`: the reference's size."""

    ref: int
    total: int
    seq: int
    bits: int = 8


@dataclass(frozen=True, slots=True)
class Ports:
    """Application ports (WAP push: 2948); `bits` is their size, 8 or 16."""

    dst: int
    src: int
    bits: int = 16


@dataclass(frozen=True, slots=True)
class Header:
    """The elements of a header and what those say that are understood; shifts are table numbers."""

    elements: tuple[InformationElement, ...] = ()
    concat: Concat | None = None
    ports: Ports | None = None
    locking: int = 0
    single: int = 0


NO_HEADER = Header()


def read_header(reader: Reader, start: int, octets: bytes) -> Header:
    """The header in `octets` (without UDHL), which stand at `start` of the PDU.

    If the last element doesn't end where the header does, the whole header is ignored (9.2.3.24).
    """
    elements: list[InformationElement] = []
    position = 0
    while position < len(octets):
        left = len(octets) - position - 2
        wanted = octets[position + 1] if left >= 0 else 1
        if left < wanted:
            path = f"udh.ie[{len(elements)}]"
            reader.defect(
                path,
                start + position,
                f"wanted {wanted} octets, {max(left, 0)} left; no element is used",
            )
            return NO_HEADER
        elements.append(
            InformationElement(octets[position], octets[position + 2 : position + 2 + wanted])
        )
        position += 2 + wanted
    return _understand(reader, start, elements)


def _understand(reader: Reader, start: int, elements: list[InformationElement]) -> Header:
    concat: Concat | None = None
    ports: Ports | None = None
    locking = single = 0
    for index, element in enumerate(elements):
        iei, data = element.iei, element.data
        understood = True
        if iei in (Iei.CONCAT_8, Iei.CONCAT_16):
            found = _concat(iei, data)
            concat, understood = found or concat, found is not None
        elif iei in (Iei.PORTS_8, Iei.PORTS_16):
            size = 1 if iei == Iei.PORTS_8 else 2
            understood = len(data) == 2 * size
            if understood:
                dst, src = int.from_bytes(data[:size], "big"), int.from_bytes(data[size:], "big")
                ports = Ports(dst, src, 8 * size)
        elif iei == Iei.LOCKING_SHIFT and (understood := len(data) == 1):
            locking = data[0]
        elif iei == Iei.SINGLE_SHIFT and (understood := len(data) == 1):
            single = data[0]
        if not understood:
            reader.remark(f"udh.ie[{index}]", start, f"element {iei:02X} makes no sense, not used")
        start += 2 + len(data)
    return Header(tuple(elements), concat, ports, locking, single)


def _concat(iei: int, data: bytes) -> Concat | None:
    size = 1 if iei == Iei.CONCAT_8 else 2
    if len(data) != size + 2:
        return None
    total, seq = data[size], data[size + 1]
    if not 1 <= seq <= total:
        return None
    return Concat(int.from_bytes(data[:size], "big"), total, seq, 8 * size)


def concat_element(concat: Concat) -> InformationElement:
    """The element that says which part this is."""
    size = concat.bits // 8
    data = concat.ref.to_bytes(size, "big") + bytes((concat.total, concat.seq))
    return InformationElement(Iei.CONCAT_8 if size == 1 else Iei.CONCAT_16, data)


def ports_element(ports: Ports) -> InformationElement:
    """The element that addresses an application."""
    size = ports.bits // 8
    data = ports.dst.to_bytes(size, "big") + ports.src.to_bytes(size, "big")
    return InformationElement(Iei.PORTS_8 if size == 1 else Iei.PORTS_16, data)


def encode_header(elements: tuple[InformationElement, ...]) -> bytes:
    """UDHL and the elements; nothing at all where there are none."""
    if not elements:
        return b""
    body = b"".join(bytes((item.iei, len(item.data))) + item.data for item in elements)
    return bytes((len(body),)) + body
