"""TP-OA, TP-DA, TP-RA and the SMSC's number: addresses on the wire and as values.

3GPP TS 23.040 9.1.2.5 (address fields), 9.1.2.3 (semi-octets); 3GPP TS 24.011 8.2.5 (the SMSC's
number, whose length counts octets).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from modem.sms import gsm7
from modem.sms.errors import ComposeError
from modem.sms.semioctets import digits, from_digits

DIGITS = "0123456789*#abc"
# 23.040 9.1.2.5: an address field has at most 12 octets, 10 of them digits.
MAX_DIGITS = 20
MAX_NAME_SEPTETS = 11
FILLER = "f"
# The semi-octets A to E are the digits `*#abc`; F fills up an octet.
_SHOWN = str.maketrans("abcde", "*#abc")
_WRITTEN = str.maketrans("*#abc", "abcde")


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


class NumberingPlan(IntEnum):
    """Bits 4 to 1 of the type-of-address octet; values that aren't here are reserved."""

    UNKNOWN = 0
    ISDN = 1
    DATA = 3
    TELEX = 4
    SC_SPECIFIC_5 = 5
    SC_SPECIFIC_6 = 6
    NATIONAL = 8
    PRIVATE = 9
    ERMES = 10
    RESERVED = 15


INTERNATIONAL_TOA = 0x91
UNKNOWN_TOA = 0x81
ALPHANUMERIC_TOA = 0xD0


class Address(NamedTuple):
    """A number or a name. `value`: the digits without a `+`, or the name; `toa`: the type octet."""

    value: str
    toa: int

    @property
    def type_of_number(self) -> TypeOfNumber:
        """What kind of number it is."""
        return TypeOfNumber(self.toa >> 4 & 7)

    @property
    def numbering_plan(self) -> NumberingPlan:
        """The plan that the number belongs to; reserved ones are RESERVED."""
        try:
            return NumberingPlan(self.toa & 15)
        except ValueError:
            return NumberingPlan.RESERVED

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


def address_end(octets: bytes, at: int) -> int:
    """Where an address field that begins at `at` ends; IndexError if its length isn't there."""
    return at + 2 + (octets[at] + 1 >> 1)


def decode_address(octets: bytes, at: int) -> Address:
    """The address field that begins at `at`; all of its octets are there."""
    semi_octets, toa = octets[at], octets[at + 1]
    raw = octets[at + 2 : at + 2 + (semi_octets + 1 >> 1)]
    if toa & 0x70 == 0x50:
        return Address(gsm7.decode_septets(name_septets(semi_octets, raw))[0], toa)
    return Address(decode_digits(digits(raw)[:semi_octets]), toa)


def name_septets(semi_octets: int, raw: bytes) -> bytes:
    """The septets of a name, whose length is given in semi-octets: as many as fit into them."""
    return gsm7.unpack(raw, semi_octets * 4 // 7)


def name_length(septets: int) -> int:
    """How many semi-octets a name of so many septets fills (23.040 9.1.2.5)."""
    return (septets * 7 + 3) // 4


def decode_digits(semi_octets: str) -> str:
    """The digits that semi-octets (as hex) stand for, up to a filler if one is among them."""
    if semi_octets.isdigit():
        return semi_octets
    return semi_octets.partition(FILLER)[0].translate(_SHOWN)


def decode_smsc(octets: bytes) -> Address | None:
    """The SMSC's number before the TPDU; None where the modem has none to tell."""
    length = octets[0]
    if length == 0:
        return None
    return Address(decode_digits(digits(octets[2 : 1 + length])), octets[1])


def parse_number(text: str, field: str = "to") -> Address:
    """An address from a number as a user writes it: digits, `*#abc`, `+` when international."""
    number = text.removeprefix("+")
    if not number:
        raise ComposeError(field, "a number is wanted, there is none")
    if len(number) > MAX_DIGITS:
        raise ComposeError(field, f"{len(number)} digits, an SMS takes at most {MAX_DIGITS}")
    if not (number.isascii() and number.isdigit()):
        for position, digit in enumerate(number, start=len(text) - len(number) + 1):
            if digit not in DIGITS:
                raise ComposeError(field, f"character {position} is no digit (0-9, *, #, a, b, c)")
    return Address(number, UNKNOWN_TOA if len(number) == len(text) else INTERNATIONAL_TOA)


def parse_sender(text: str) -> Address:
    """An address from a sender: a number, a name of at most eleven septets, or nothing at all."""
    if not text:
        return Address("", UNKNOWN_TOA)
    number = text.removeprefix("+")
    if number and all(character in "0123456789*#" for character in number):
        return parse_number(text, "sender")
    septets = gsm7.gsm7_length(text)
    if septets is None:
        raise ComposeError("sender", "a name takes characters of the GSM 7-bit alphabet only")
    if septets > MAX_NAME_SEPTETS:
        raise ComposeError("sender", f"{septets} septets, a name takes at most {MAX_NAME_SEPTETS}")
    return Address(text, ALPHANUMERIC_TOA)


def _semi_octets(number: str) -> bytes:
    written = number if number.isdigit() else number.translate(_WRITTEN)
    return from_digits(written if len(written) & 1 == 0 else written + FILLER)


def encode_address(address: Address) -> bytes:
    """An address field's octets. A name's length counts the semi-octets that its septets fill."""
    value, toa = address
    if toa & 0x70 == 0x50:
        septets = gsm7.encode_septets(value)
        return bytes((name_length(len(septets)), toa)) + gsm7.pack(septets)
    return bytes((len(value), toa)) + _semi_octets(value)


def encode_smsc(address: Address | None) -> bytes:
    """The octets before the TPDU; a zero where the modem is to use the number it has."""
    if address is None:
        return b"\x00"
    number = _semi_octets(address.value)
    return bytes((len(number) + 1, address.toa)) + number
