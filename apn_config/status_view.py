"""The status as a picture that is looked at for a while, and as a line. Pure.

What came from the modem or an SMS is made harmless, and no line is wider than asked for.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterable, Sequence

from apn_config.control import Json
from apn_config.display import incoming_line, info_news, safe, signal_rows, table

LEVELS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"
# The range of +CSQ (3GPP TS 27.007 8.5).
WEAKEST_DBM, STRONGEST_DBM = -113, -51
# As many looks as are wider than any terminal that it is drawn in.
MOST_LOOKS = 400


class SignalHistory:
    """The signal at each look, None where it wasn't known."""

    def __init__(self) -> None:
        self._seen: deque[int | None] = deque(maxlen=MOST_LOOKS)

    def add(self, rssi_dbm: int | None) -> None:
        """One look."""
        self._seen.append(rssi_dbm)

    def lines(self, width: int) -> list[str]:
        """The curve, the newest on the right, and its range; nothing before the second look."""
        shown = list(self._seen)[-width:]
        known = [each for each in shown if each is not None]
        if len(shown) < 2 or not known:
            return []
        return [sparkline(shown), f"{min(known)} to {max(known)} dBm, {len(shown)} looks"]


# A context without an APN of its own.
NO_APN = "the network's default"


def sparkline(values: Iterable[int | None]) -> str:
    """A character a value."""
    return "".join(UNKNOWN if value is None else _level(value) for value in values)


def _level(dbm: int) -> str:
    share = (dbm - WEAKEST_DBM) / (STRONGEST_DBM - WEAKEST_DBM)
    return LEVELS[max(0, min(len(LEVELS) - 1, int(share * len(LEVELS))))]


def picture(
    status: Json, messages: Sequence[Json], history: SignalHistory, columns: int
) -> list[str]:
    """All of it, the messages newest last."""
    rows = _rows(status)
    indent = max(len(name) for name, _ in rows) + 2
    # The signal stands last, so that its curve is below it.
    lines = [*table(rows), *(" " * indent + each for each in history.lines(columns - indent))]
    news = list(info_news(status))
    lines += ["", *news] if news else []
    if messages:
        lines += ["", "Last messages:", *map(_message_line, messages)]
    return [clipped(line, columns) for line in lines]


def _rows(status: Json) -> list[tuple[str, object]]:
    link, modem = status["link"], status["modem"]
    doing = link["phase"] if link["why"] is None else f"{link['phase']}: {link['why']}"
    rows: list[tuple[str, object]] = [
        ("daemon", f"{status['daemon']['stage']}, {uptime(status['daemon']['uptime_s'])}"),
        ("link", f"{doing} ({link['port']})"),
    ]
    if modem is not None:
        rows.append(("network", _network(modem)))
        rows += [
            ("APN", _context(each)) for each in modem["contexts"] if each["apn"] or each["active"]
        ]
        rows += signal_rows(modem)[::-1]
    return rows


def _network(modem: Json) -> str:
    named = [modem["operator"] or "no operator", modem["registration"], modem["rat"]]
    return ", ".join(str(each) for each in named if each)


def _context(context: Json) -> str:
    state = context["address"] or ("active" if context["active"] else "not active")
    return f"{context['apn'] or NO_APN} (context {context['cid']}, {state})"


def _message_line(message: Json) -> str:
    return f"  {incoming_line(message)}"


def line(status: Json) -> str:
    """The same in a line, for a log."""
    link, modem, outbox = status["link"], status["modem"], status["outbox"]
    parts = [link["phase"] if link["why"] is None else f"{link['phase']}: {link['why']}"]
    if modem is not None:
        signal = modem["rssi_dbm"]
        parts += [_network(modem), "signal unknown" if signal is None else f"{signal} dBm"]
        parts += [each["apn"] or NO_APN for each in modem["contexts"] if each["active"]]
    if outbox is not None and outbox["pending"]:
        parts.append(f"{outbox['pending']} answers wait")
    return safe("; ".join(map(str, parts)))


def uptime(seconds: float) -> str:
    """Up for how long, in the two largest units."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return f"up {days} d {hours % 24} h"
    if hours:
        return f"up {hours} h {minutes % 60} min"
    return f"up {minutes} min {int(seconds % 60)} s"


def clipped(text: str, columns: int) -> str:
    """The text, cut to so many columns of a terminal; wide characters take two, marks none."""
    taken = 0
    for position, character in enumerate(text):
        taken += _columns(character)
        if taken > columns:
            return text[:position]
    return text


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
