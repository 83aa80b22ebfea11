"""PDUs built bit by bit from 3GPP TS 23.040 and 23.038, and what each of them says.

Slow and obvious, and of its own: nothing of `modem.sms` is used here, so what is wrong there can't
be wrong here in the same way. What is random about a PDU is `generate`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Literal, NamedTuple

Kind = Literal["deliver", "submit", "status_report"]
Coding = Literal["gsm7", "8bit", "ucs2"]
Element = tuple[int, bytes]
Reading = dict[str, object]
"""What a library read: a value by the name of its field. Only fields that the library has."""

REFUSED = "refused"
"""The only field of a reading where the library raised an error: the error's name."""

ESCAPE = 0x1B
# 23.038 6.2.1, the columns of its table from left to right, each from top to bottom.
DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 23.038 6.2.1.1.
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
# 23.038 A.3.1 and A.2.1, Turkish: what differs from the two tables above.
TURKISH_LOCKING = {
    0x04: "€",
    0x07: "ı",
    0x0B: "Ğ",
    0x0C: "ğ",
    0x1C: "Ş",
    0x1D: "ş",
    0x40: "İ",
    0x60: "ç",
}
TURKISH_SINGLE = {
    0x47: "Ğ",
    0x49: "İ",
    0x53: "Ş",
    0x63: "ç",
    0x67: "ğ",
    0x69: "ı",
    0x73: "ş",
}
TURKISH = 1

# 23.040 9.2.3.24, the information elements that are built here.
CONCAT_8, PORTS_8, PORTS_16, CONCAT_16 = 0x00, 0x04, 0x05, 0x08
SINGLE_SHIFT, LOCKING_SHIFT = 0x24, 0x25

ALPHANUMERIC, INTERNATIONAL = 5, 1
_DIGITS = "0123456789*#abc"
_TYPES: dict[Kind, int] = {"deliver": 0, "submit": 1, "status_report": 2}


class Stamp(NamedTuple):
    """A time as it stands in a PDU: two-digit year, and the zone in quarters of an hour."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    quarters: int

    def octets(self) -> bytes:
        """23.040 9.2.3.11: two digits an octet, the tens low; the sign is bit 3 of the zone."""
        digits = [*self[:6], abs(self.quarters)]
        swapped = [value % 10 << 4 | value // 10 for value in digits]
        return bytes(swapped[:6]) + bytes((swapped[6] | (8 if self.quarters < 0 else 0),))

    def moment(self) -> datetime | None:
        """With its zone; None if there is no such date."""
        zone = timezone(timedelta(minutes=15 * self.quarters))
        try:
            return datetime(2000 + self.year, *self[1:6], tzinfo=zone)
        except ValueError:
            return None


class Wire(NamedTuple):
    """The fields of a PDU. `payload`: septets, one an octet, or octets, behind the header.

    `flags` are the bits of the first octet that are neither type, validity format nor UDHI;
    `validity` is TP-VP as it stands there, `left_out` how many octets of TP-UD are missing.
    """

    kind: Kind
    toa: int
    address: str
    flags: int = 0
    smsc: str = ""
    pid: int = 0
    dcs: int = 0
    stamp: Stamp = Stamp(24, 2, 29, 12, 30, 15, 0)
    discharge: Stamp = Stamp(24, 2, 29, 12, 30, 15, 0)
    status: int = 0
    reference: int = 0
    validity: bytes = b""
    elements: tuple[Element, ...] = ()
    payload: bytes = b""
    left_out: int = 0

    @property
    def named(self) -> bool:
        """Whether the address is a name."""
        return self.toa >> 4 & 7 == ALPHANUMERIC

    @property
    def coding(self) -> Coding:
        """How TP-UD is written."""
        return coding_of(self.dcs)

    @property
    def header(self) -> bytes:
        """UDHL and the elements."""
        body = b"".join(bytes((iei, len(data))) + data for iei, data in self.elements)
        return bytes((len(body),)) + body if body else b""

    def element(self, *identifiers: int) -> bytes | None:
        """What the last element of those holds: of two that exclude each other, it counts."""
        found = [data for iei, data in self.elements if iei in identifiers]
        return found[-1] if found else None


def coding_of(dcs: int) -> Coding:
    """23.038 4, without compression; what is reserved is the default alphabet's."""
    group = dcs >> 4
    if group < 8:
        codings: tuple[Coding, ...] = ("gsm7", "8bit", "ucs2", "gsm7")
        return codings[dcs >> 2 & 3]
    if group == 0xE:
        return "ucs2"
    return "8bit" if group == 0xF and dcs & 4 else "gsm7"


def class_of(dcs: int) -> int | None:
    """23.038 4: bits 1 and 0, where bit 4 of a general group or group 1111 says that they count."""
    return dcs & 3 if dcs >> 4 == 0xF or (dcs < 0x80 and dcs & 0x10) else None


def septets_of(text: str) -> bytes:
    """A text in the default alphabet, escapes included. ValueError if it has other characters."""
    codes = {char: code for code, char in EXTENSION.items()}
    septets = bytearray()
    for char in text:
        septets += bytes((ESCAPE, codes[char])) if char in codes else bytes((DEFAULT.index(char),))
    return bytes(septets)


def text_of(septets: bytes, *, locking: int = 0, single: int = 0) -> str:
    """23.038 6.2.1 and 6.2.1.1: an escape before nothing is nothing, a second one a space.

    What the extension table lacks is shown as the main table has it.
    """
    table = dict(enumerate(DEFAULT)) | (TURKISH_LOCKING if locking == TURKISH else {})
    extension = EXTENSION | (TURKISH_SINGLE if single == TURKISH else {})
    text = ""
    codes = iter(septets)
    for code in codes:
        if code != ESCAPE:
            text += table[code]
        elif (escaped := next(codes, None)) is not None:
            text += " " if escaped == ESCAPE else extension.get(escaped, table[escaped])
    return text


def packed(septets: bytes, bits_before: int = 0) -> bytes:
    """23.038 6.1.2.1: each septet's lowest bit first, into each octet's lowest bit first."""
    bits = "0" * bits_before + "".join(f"{septet:07b}"[::-1] for septet in septets)
    octets = [bits[start : start + 8] for start in range(0, len(bits), 8)]
    return bytes(int(octet[::-1], 2) for octet in octets)


def pdu(wire: Wire) -> bytes:
    """The octets, those of the SMSC first: 23.040 9.2.2.1, 9.2.2.2, 9.2.2.3."""
    formats = {0: 0, 1: 2, 7: 3}
    first = _TYPES[wire.kind] | wire.flags | (0x40 if wire.elements else 0)
    first |= formats[len(wire.validity)] << 3
    head = _smsc(wire.smsc) + bytes((first,))
    address = _address(wire.toa, wire.address)
    if wire.kind == "status_report":
        stamps = wire.stamp.octets() + wire.discharge.octets()
        return head + bytes((wire.reference,)) + address + stamps + bytes((wire.status,))
    scheme = bytes((wire.pid, wire.dcs))
    if wire.kind == "submit":
        return head + bytes((wire.reference,)) + address + scheme + wire.validity + user_data(wire)
    return head + address + scheme + wire.stamp.octets() + user_data(wire)


def user_data(wire: Wire) -> bytes:
    """TP-UDL and TP-UD, 23.040 9.2.3.16 and 9.2.3.24."""
    header = wire.header
    if wire.coding != "gsm7":
        whole = header + wire.payload
        return bytes((len(whole),)) + whole[: len(whole) - wire.left_out]
    # The header is filled up with zero bits to a whole number of septets, which TP-UDL counts.
    before = -(-len(header) * 8 // 7)
    body = header + packed(wire.payload, 7 * before)[len(header) :]
    return bytes((before + len(wire.payload),)) + body[: len(body) - wire.left_out]


def _smsc(digits: str) -> bytes:
    """24.011 8.2.5: here the length counts octets."""
    if not digits:
        return b"\0"
    octets = b"\x91" + _semi_octets(digits)
    return bytes((len(octets),)) + octets


def _address(toa: int, address: str) -> bytes:
    """23.040 9.1.2.5: the length counts the semi-octets that are used."""
    if toa >> 4 & 7 != ALPHANUMERIC:
        return bytes((len(address), toa)) + _semi_octets(address)
    septets = septets_of(address)
    return bytes((-(-len(septets) * 7 // 4), toa)) + packed(septets)


def _semi_octets(digits: str) -> bytes:
    values = [_DIGITS.index(digit) for digit in digits] + [15] * (len(digits) % 2)
    return bytes(high << 4 | low for low, high in zip(values[::2], values[1::2], strict=True))


def said(wire: Wire) -> Reading:
    """What the PDU says, by the standard."""
    plus = "+" if wire.toa >> 4 & 7 == INTERNATIONAL and wire.address else ""
    found: Reading = {
        "kind": wire.kind,
        "smsc": f"+{wire.smsc}" if wire.smsc else "",
        "number": plus + wire.address,
        "toa": wire.toa,
        "flags": wire.flags,
    }
    if wire.kind != "submit":
        found["timestamp"] = wire.stamp.moment()
    if wire.kind != "deliver":
        found["reference"] = wire.reference
    if wire.kind == "status_report":
        return found | {"status": wire.status, "discharge": wire.discharge.moment()}
    return found | {"pid": wire.pid, "dcs": wire.dcs, "class": class_of(wire.dcs), **_content(wire)}


def _content(wire: Wire) -> Reading:
    found: Reading = {"header": wire.header, "concat": _concat(wire), "text": None, "data": None}
    if wire.coding == "8bit":
        found["data"] = wire.payload[: len(wire.payload) - wire.left_out]
    elif wire.coding == "ucs2":
        there = wire.payload[: len(wire.payload) - wire.left_out]
        found["text"] = there[: len(there) & ~1].decode("utf-16-be", "replace")
    else:
        locking, single = wire.element(LOCKING_SHIFT), wire.element(SINGLE_SHIFT)
        # A septet is there if all its bits are.
        bits = 8 * (len(user_data(wire)) - 1) - 7 * -(-len(wire.header) * 8 // 7)
        septets = wire.payload[: max(bits, 0) // 7]
        found["text"] = text_of(
            septets, locking=locking[0] if locking else 0, single=single[0] if single else 0
        )
    return found


def _concat(wire: Wire) -> tuple[int, int, int] | None:
    element = wire.element(CONCAT_8, CONCAT_16)
    if element is None:
        return None
    return int.from_bytes(element[:-2], "big"), element[-2], element[-1]
