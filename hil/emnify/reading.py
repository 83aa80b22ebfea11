"""JSON of the platform, read leniently: its numbers may be strings, its keys may be absent.

Real replies differ from the specification in both ways (recorded calls), and those of the webhook
are known from screenshots only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]

# Longer than any id, and shorter than what int() takes long for.
_NUMBER = re.compile(r"-?[0-9]{1,40}")
_BEYOND = 10**40


def number(value: object) -> int | None:
    """7, "7"; None for all else, "1_0" and digits of other scripts among it."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    found = int(value)
    return found if abs(found) < _BEYOND else None


def text(value: object) -> str:
    """A string or a number as a string; "" for all else."""
    return str(value) if isinstance(value, (str, int, float)) else ""


def inner(value: object) -> Json:
    """An object; an empty one for all else."""
    return value if isinstance(value, Mapping) else {}


def moment(value: object) -> datetime | None:
    """A time with its zone.

    The API writes "2026-01-02T03:04:05.000+0000" (observed), its documents also "...Z"; the webhook
    "2026-01-02 03:04:05", whose zone is unknown: UTC is assumed.
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        # A time at the calendar's ends has none in another zone.
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
