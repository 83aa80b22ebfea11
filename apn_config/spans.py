"""Spans of time as people write them: 90s, 10m, 2h, 1d. Pure."""

from __future__ import annotations

import re

_SPAN = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def parse_span(text: str) -> float | None:
    """The seconds of a span; None for what is none. Units in any case, none left out."""
    match = _SPAN.fullmatch(text.lower())
    return None if match is None else float(int(match[1]) * _SECONDS[match[2]])


def shown_span(seconds: float) -> str:
    """The span in the largest unit that leaves nothing over."""
    whole = round(seconds)
    unit = next(u for u, size in _SECONDS.items() if size == 1 or (whole and whole % size == 0))
    return f"{whole // _SECONDS[unit]}{unit}"
