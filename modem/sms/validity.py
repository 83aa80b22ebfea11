"""TP-VP: how long the SMSC keeps trying, in its three formats. 3GPP TS 23.040 9.2.3.12."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from modem.sms.errors import ComposeError
from modem.sms.timestamp import decode_timestamp, encode_bcd, encode_timestamp

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S
WEEK_S = 7 * DAY_S


class ValidityFormat(IntEnum):
    """TP-VPF: bits 4 and 3 of the first octet."""

    ABSENT = 0
    ENHANCED = 1
    RELATIVE = 2
    ABSOLUTE = 3


OCTETS = (0, 7, 1, 7)
"""How many octets a TP-VP takes, by its format."""


class Validity(NamedTuple):
    """A validity period: `seconds` from submission, or `until` a time, or neither."""

    format: ValidityFormat
    octets: bytes = b""
    seconds: int | None = None
    until: datetime | None = None
    single_shot: bool = False

    @classmethod
    def relative(cls, seconds: int) -> Self:
        """At least so long, rounded up to what one octet can say; ComposeError if it can't."""
        value = seconds_to_relative(seconds)
        return cls(ValidityFormat.RELATIVE, bytes((value,)), relative_to_seconds(value))

    @classmethod
    def absolute(cls, until: datetime) -> Self:
        """Until a time (aware); ComposeError for one that can't be written."""
        octets = encode_timestamp(until, "until")
        return cls(ValidityFormat.ABSOLUTE, octets, until=decode_timestamp(octets))

    @classmethod
    def enhanced(cls, seconds: int | None = None, *, single_shot: bool = False) -> Self:
        """Exactly so long, less than 100 hours, or with no period; `single_shot`: tried once."""
        octets = _encode_enhanced(seconds, 0x40 if single_shot else 0)
        return cls(ValidityFormat.ENHANCED, octets, seconds, single_shot=single_shot)


# The indicator octet of an enhanced TP-VP: its form in bits 0 to 2, and what no bit means yet.
_IN_SECONDS = 2
_RESERVED_BITS = 0xB8


def relative_to_seconds(value: int) -> int:
    """The span of a relative TP-VP octet: five minutes to 63 weeks (9.2.3.12.1)."""
    if value <= 143:
        return (value + 1) * 5 * MINUTE_S
    if value <= 167:
        return 12 * HOUR_S + (value - 143) * 30 * MINUTE_S
    if value <= 196:
        return (value - 166) * DAY_S
    return (value - 192) * WEEK_S


def seconds_to_relative(seconds: int) -> int:
    """The octet of the shortest relative validity of at least so long; ComposeError if none."""
    if seconds <= 0:
        raise ComposeError("validity_s", f"wanted more than 0 s, got {seconds}")
    for value in range(256):
        if relative_to_seconds(value) >= seconds:
            return value
    raise ComposeError("validity_s", f"wanted at most 63 weeks ({63 * WEEK_S} s), got {seconds}")


def _encode_enhanced(seconds: int | None, indicator: int) -> bytes:
    """Seconds in one octet where they fit, else hours, minutes and seconds (9.2.3.12.3)."""
    if seconds is None:
        return bytes((indicator,)) + bytes(6)
    if not 0 < seconds < 100 * HOUR_S:
        raise ComposeError("seconds", f"wanted 1 to {100 * HOUR_S - 1}, got {seconds}")
    if seconds <= 0xFF:
        return bytes((indicator | 2, seconds)) + bytes(5)
    minutes, rest = divmod(seconds, MINUTE_S)
    return bytes((indicator | 3,)) + encode_bcd(*divmod(minutes, 60), rest) + bytes(3)


def decode_validity(form: int, octets: bytes) -> Validity:
    """The validity that TP-VP's octets give in a format; what makes no sense is no period."""
    if form == ValidityFormat.RELATIVE:
        return Validity(ValidityFormat.RELATIVE, octets, relative_to_seconds(octets[0]))
    if form == ValidityFormat.ABSOLUTE:
        return Validity(ValidityFormat.ABSOLUTE, octets, until=decode_timestamp(octets))
    if form == ValidityFormat.ENHANCED:
        return Validity(
            ValidityFormat.ENHANCED,
            octets,
            _enhanced_seconds(octets),
            single_shot=bool(octets[0] & 0x40),
        )
    return Validity(ValidityFormat.ABSENT)


def _value(octets: bytes) -> bytes:
    """What stands behind the indicator of an enhanced TP-VP.

    With the extension bit another indicator octet stands before it; none has been defined.
    """
    return octets[2:] if octets[0] & 0x80 else octets[1:]


def _bcd_seconds(octets: bytes) -> int | None:
    """Hours, minutes and seconds, two digits each (as in TP-SCTS); None if they are none."""
    digits = [(octet & 15, octet >> 4) for octet in octets]
    if any(tens > 9 or ones > 9 for tens, ones in digits):
        return None
    hours, minutes, seconds = (tens * 10 + ones for tens, ones in digits)
    if minutes > 59 or seconds > 59:
        return None
    return hours * HOUR_S + minutes * MINUTE_S + seconds


def _enhanced_seconds(octets: bytes) -> int | None:
    """9.2.3.12.3: the span in the form that the indicator's lowest bits name."""
    value = _value(octets)
    form = octets[0] & 7
    if form == 1:
        return relative_to_seconds(value[0])
    if form == 2:
        return value[0] or None
    return _bcd_seconds(value[:3]) if form == 3 else None


def enhanced_defect(octets: bytes) -> str | None:
    """What is wrong with an enhanced TP-VP."""
    form = octets[0] & 7
    if form > 3:
        return f"reserved validity format {form}"
    if form == 3 and _enhanced_seconds(octets) is None:
        return f"{_value(octets)[:3].hex().upper()} is no span of hours, minutes and seconds"
    return None


def reserved(octets: bytes) -> list[int]:
    """Which octets of an enhanced TP-VP hold what is reserved: bits, values, octets behind it."""
    form = octets[0] & 7
    start = len(octets) - len(_value(octets))
    used = start + (0, 1, 1, 3, 0, 0, 0, 0)[form]
    found = [0] if octets[0] & _RESERVED_BITS else []
    if form == _IN_SECONDS and not octets[start]:
        found.append(start)
    return found + [at for at in range(1, len(octets)) if not start <= at < used and octets[at]]
