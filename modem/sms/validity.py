"""TP-VP: how long the SMSC keeps trying, in its three formats. 3GPP TS 23.040 9.2.3.12."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from modem.sms.errors import ComposeError
from modem.sms.reader import Reader
from modem.sms.timestamp import parse_timestamp

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


@dataclass(frozen=True, slots=True)
class Validity:
    """A validity period: `seconds` from submission, or `until` a time, or neither."""

    format: ValidityFormat
    octets: bytes = b""
    seconds: int | None = None
    until: datetime | None = None
    single_shot: bool = False


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


def read_validity(reader: Reader, form: ValidityFormat) -> Validity:
    """The validity at the reader's position, in the format that the first octet names."""
    start = reader.position
    if form is ValidityFormat.ABSENT:
        return Validity(form)
    if form is ValidityFormat.RELATIVE:
        octets = reader.take(1, "vp")
        return Validity(form, octets, relative_to_seconds(octets[0]))
    octets = reader.take(7, "vp")
    if form is ValidityFormat.ABSOLUTE:
        try:
            return Validity(form, octets, until=parse_timestamp(octets))
        except ValueError as error:
            reader.defect("vp", start, str(error))
            return Validity(form, octets)
    return _enhanced(reader, start, octets)


def _enhanced(reader: Reader, start: int, octets: bytes) -> Validity:
    """9.2.3.12.3: an indicator octet, then a span in the form that its lowest bits name."""
    indicator = octets[0]
    seconds: int | None = None
    # With the extension bit another indicator octet stands before the span; none has been defined.
    value = octets[2:] if indicator & 0x80 else octets[1:]
    form = indicator & 7
    if form == 1:
        seconds = relative_to_seconds(value[0])
    elif form == 2:
        seconds = value[0] or None
    elif form == 3:
        digits = [(octet & 15, octet >> 4) for octet in value[:3]]
        if all(tens < 10 and ones < 10 for tens, ones in digits):
            hours, minutes, rest = (tens * 10 + ones for tens, ones in digits)
            seconds = hours * HOUR_S + minutes * MINUTE_S + rest
        else:
            reader.defect("vp", start + 1, f"{value[:3].hex().upper()} is not BCD")
    elif form > 3:
        reader.defect("vp", start, f"reserved validity format {form}")
    return Validity(ValidityFormat.ENHANCED, octets, seconds, single_shot=bool(indicator & 0x40))
