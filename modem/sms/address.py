"""TP-OA, TP-DA, TP-RA and the SMSC's number: addresses on the wire and as values.

3GPP TS 23.040 9.1.2.5 (address fields), 9.1.2.3 (semi-octets); 3GPP TS 24.011 8.2.5 (the SMSC's
number, whose length counts octets).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from modem.sms import gsm7
from modem.sms.errors import ComposeError
from modem.sms.reader import Reader

DIGITS = "0123456789*#abc"
# 23.040 9.1.2.5: an address field has at most 12 octets, 10 of them digits.
MAX_DIGITS = 20
MAX_NAME_SEPTETS = 11
_FILLER = "F"
_PAIRS = tuple(
    (DIGITS + _FILLER)[octet & 15] + (DIGITS + _FILLER)[octet >> 4] for octet in range(256)
)


class TypeOfNumber(IntEnum):
    """Bits 7 to 5 of the type-of-address octet."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


INTERNATIONAL_TOA = 0x91
UNKNOWN_TOA = 0x81
ALPHANUMERIC_TOA = 0xD0


@dataclass(frozen=True, slots=True)
class Address:
    """A number or a name. `value`: the digits without a `+`, or the name; `toa`: the type octet."""

    value: str
    toa: int

    @property
    def type_of_number(self) -> TypeOfNumber:
        """What kind of number it is."""
        return TypeOfNumber(self.toa >> 4 & 7)

    @property
    def alphanumeric(self) -> bool:
        """Whether `value` is a name."""
        return self.toa & 0x70 == 0x50

    @property
    def number(self) -> str:
        """As a user writes it: with `+` when international, the name when alphanumeric."""
        if self.toa & 0x70 == 0x10 and self.value:
            return "+" + self.value
        return self.value


def read_address(reader: Reader, field: str) -> Address:
    """The address field at the reader's position."""
    start = reader.position
    semi_octets = reader.octet(field)
    toa = reader.octet(field)
    if semi_octets > MAX_DIGITS:
        reader.defect(
            field, start, f"{semi_octets} semi-octets, the most there may be is {MAX_DIGITS}"
        )
    raw = reader.take((semi_octets + 1) // 2, field)
    if toa & 0x70 == 0x50:
        return Address(_decode_name(reader, field, raw, semi_octets), toa)
    digits = "".join([_PAIRS[octet] for octet in raw])[:semi_octets]
    return Address(_without_filler(reader, field, start + 2, digits), toa)


def _decode_name(reader: Reader, field: str, raw: bytes, semi_octets: int) -> str:
    name, dangling_escape = gsm7.decode_septets(gsm7.unpack(raw, semi_octets * 4 // 7))
    if dangling_escape:
        reader.remark(field, reader.position - 1, "the name ends in an escape")
    return name


def _without_filler(reader: Reader, field: str, octet: int, digits: str) -> str:
    filler = digits.find(_FILLER)
    if filler < 0:
        return digits
    reader.defect(field, octet + filler // 2, "filler inside the number, which ends there")
    return digits[:filler]


def read_smsc(reader: Reader) -> Address | None:
    """The SMSC's number before the TPDU; None where the modem has none to tell."""
    length = reader.octet("smsc")
    if length == 0:
        return None
    toa = reader.octet("smsc")
    start = reader.position
    raw = reader.take(length - 1, "smsc")
    digits = "".join([_PAIRS[octet] for octet in raw])
    if digits.endswith(_FILLER):
        digits = digits[:-1]
    return Address(_without_filler(reader, "smsc", start, digits), toa)


def parse_number(text: str, field: str = "to") -> Address:
    """An address from a number as a user writes it: digits, `*#abc`, `+` when international."""
    digits = text.removeprefix("+")
    if not digits:
        raise ComposeError(field, "a number is wanted, there is none")
    if len(digits) > MAX_DIGITS:
        raise ComposeError(field, f"{len(digits)} digits, an SMS takes at most {MAX_DIGITS}")
    for position, digit in enumerate(digits, start=len(text) - len(digits) + 1):
        if digit not in DIGITS:
            raise ComposeError(field, f"character {position} is no digit (0-9, *, #, a, b, c)")
    return Address(digits, INTERNATIONAL_TOA if text.startswith("+") else UNKNOWN_TOA)


def parse_sender(text: str) -> Address:
    """An address from a sender: a number, a name of at most eleven septets, or nothing at all."""
    if not text:
        return Address("", UNKNOWN_TOA)
    digits = text.removeprefix("+")
    if digits and all(character in "0123456789*#" for character in digits):
        return parse_number(text, "sender")
    septets = gsm7.gsm7_length(text)
    if septets is None:
        raise ComposeError("sender", "a name takes characters of the GSM 7-bit alphabet only")
    if septets > MAX_NAME_SEPTETS:
        raise ComposeError("sender", f"{septets} septets, a name takes at most {MAX_NAME_SEPTETS}")
    return Address(text, ALPHANUMERIC_TOA)


def _semi_octets(digits: str) -> bytes:
    padded = digits if len(digits) % 2 == 0 else digits + _FILLER
    alphabet = DIGITS + _FILLER
    return bytes(
        alphabet.index(low) | alphabet.index(high) << 4
        for low, high in zip(padded[::2], padded[1::2], strict=True)
    )


def encode_address(address: Address) -> bytes:
    """An address field's octets. A name's length counts the semi-octets that its septets fill."""
    if address.alphanumeric:
        septets = gsm7.encode_septets(address.value)
        return bytes(((len(septets) * 7 + 3) // 4, address.toa)) + gsm7.pack(septets)
    return bytes((len(address.value), address.toa)) + _semi_octets(address.value)


def encode_smsc(address: Address | None) -> bytes:
    """The octets before the TPDU; a zero where the modem is to use the number it has."""
    if address is None:
        return b"\x00"
    digits = _semi_octets(address.value)
    return bytes((len(digits) + 1, address.toa)) + digits
