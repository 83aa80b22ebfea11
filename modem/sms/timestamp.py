"""TP-SCTS, TP-DT and the absolute TP-VP: seven octets of time. 3GPP TS 23.040 9.2.3.11.

A year has two digits and is taken as one from 2000 to 2099. No clock is read here. `datetime` is
loaded when the first time is decoded: it is a seventh of what importing the codec takes, and asking
for it again costs 0.1 us.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from modem.sms.errors import ComposeError

if TYPE_CHECKING:
    from datetime import datetime, timezone

OCTETS = 7
_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_QUARTER_S = 15 * 60
# 23.040 has two digits for the quarter hours, the tens without the bit that is the sign.
_MAX_QUARTERS = 79
_NO_BCD = 255
# What an octet's two digits say, the first in its low half; 255 where either is none.
_BCD = bytes(
    (octet & 15) * 10 + (octet >> 4) if octet & 15 < 10 and octet >> 4 < 10 else _NO_BCD
    for octet in range(256)
)


@lru_cache(maxsize=256)
def _zone(octet: int) -> timezone | None:
    """The zone that an octet means; None if it isn't BCD."""
    from datetime import timedelta, timezone

    quarters = _BCD[octet & 0xF7]
    if quarters == _NO_BCD:
        return None
    return timezone(timedelta(minutes=-15 * quarters if octet & 0x08 else 15 * quarters))


def decode_timestamp(octets: bytes) -> datetime | None:
    """The time, with its zone, of seven octets; None if they are no date (see `defect`)."""
    import datetime

    year, month, day, hour, minute, second, _ = octets.translate(_BCD)
    zone = _zone(octets[6])
    if year == _NO_BCD or zone is None:
        return None
    try:
        return datetime.datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def defect(octets: bytes) -> str | None:
    """What keeps seven octets from being a date; None if they are one."""
    if decode_timestamp(octets) is not None:
        return None
    values = octets[:6].translate(_BCD)
    for name, value, octet in zip(_FIELDS, values, octets, strict=False):
        if value == _NO_BCD:
            return f"{name} octet {octet:02X} is not BCD"
    if _zone(octets[6]) is None:
        return f"time zone octet {octets[6]:02X} is not BCD"
    year, month, day, hour, minute, second = values
    return f"{year:02}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} is no date"


def encode_bcd(*values: int) -> bytes:
    """Numbers of two digits, the first digit of each in the low half of its octet."""
    return bytes(value // 10 | value % 10 << 4 for value in values)


def encode_timestamp(moment: datetime, field: str = "timestamp") -> bytes:
    """Seven octets for an aware time, whose zone is cut to whole quarters of an hour.

    A zone of more than 19 h 45 min can't be written, nor a year outside 2000 to 2099: ComposeError.
    """
    from datetime import timedelta, timezone

    offset = moment.utcoffset()
    if offset is None:
        raise ComposeError(field, "a time without a zone")
    quarters = int(offset.total_seconds() / _QUARTER_S)
    if abs(quarters) > _MAX_QUARTERS:
        raise ComposeError(field, "a zone of more than 19 h 45 min can't be written")
    try:
        local = moment.astimezone(timezone(timedelta(minutes=15 * quarters)))
    except OverflowError:
        raise ComposeError(field, "a time at the end of the calendar can't be written") from None
    if not 2000 <= local.year <= 2099:
        raise ComposeError(field, f"year {local.year}, wanted 2000 to 2099")
    values = (local.year % 100, local.month, local.day, local.hour, local.minute, local.second)
    digits = encode_bcd(*values, abs(quarters))
    sign = 0x08 if quarters < 0 else 0
    return digits[:6] + bytes((digits[6] | sign,))
