"""TP-SCTS, TP-DT and the absolute TP-VP: seven octets of time. 3GPP TS 23.040 9.2.3.11.

A year has two digits and is taken as one from 2000 to 2099. No clock is read here.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

from modem.sms.errors import ComposeError
from modem.sms.reader import Reader

OCTETS = 7
_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_QUARTER_S = 15 * 60
# 23.040 has two digits for the quarter hours, the tens without the bit that is the sign.
_MAX_QUARTERS = 79


@lru_cache(maxsize=256)
def _zone(quarters: int) -> timezone:
    return timezone(timedelta(minutes=15 * quarters))


def _bcd(octet: int) -> int:
    """The two digits of an octet, the first in its low half; -1 if either is none."""
    tens, ones = octet & 15, octet >> 4
    return tens * 10 + ones if tens < 10 and ones < 10 else -1


def parse_timestamp(octets: bytes) -> datetime:
    """The time, with its zone, of seven octets; ValueError says what is wrong with them."""
    values = [_bcd(octet) for octet in octets[:6]]
    if min(values) < 0:
        wrong = next(index for index, value in enumerate(values) if value < 0)
        raise ValueError(f"{_FIELDS[wrong]} octet {octets[wrong]:02X} is not BCD")
    zone = octets[6]
    quarters = _bcd(zone & 0xF7)
    if quarters < 0:
        raise ValueError(f"time zone octet {zone:02X} is not BCD")
    year, month, day, hour, minute, second = values
    if zone & 0x08:
        quarters = -quarters
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=_zone(quarters))
    except ValueError:
        shown = f"{year:02}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
        raise ValueError(f"{shown} is no date") from None


def read_timestamp(reader: Reader, field: str) -> datetime | None:
    """The time at the reader's position; None, with a warning, if it is no date."""
    start = reader.position
    octets = reader.take(OCTETS, field)
    try:
        return parse_timestamp(octets)
    except ValueError as error:
        reader.defect(field, start, str(error))
        return None


def encode_timestamp(moment: datetime, field: str = "timestamp") -> bytes:
    """Seven octets for an aware time, whose zone is cut to whole quarters of an hour.

    A zone of more than 19 h 45 min can't be written, nor a year outside 2000 to 2099: ComposeError.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ComposeError(field, "a time without a zone")
    quarters = int(offset.total_seconds() / _QUARTER_S)
    if abs(quarters) > _MAX_QUARTERS:
        raise ComposeError(field, "a zone of more than 19 h 45 min can't be written")
    local = moment.astimezone(_zone(quarters))
    if not 2000 <= local.year <= 2099:
        raise ComposeError(field, f"year {local.year}, wanted 2000 to 2099")
    values = (local.year % 100, local.month, local.day, local.hour, local.minute, local.second)
    digits = bytes(value // 10 | value % 10 << 4 for value in (*values, abs(quarters)))
    sign = 0x08 if quarters < 0 else 0
    return digits[:6] + bytes((digits[6] | sign,))
