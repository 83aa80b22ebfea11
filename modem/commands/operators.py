"""The networks in reach: what +COPS=? answers (3GPP TS 27.007 7.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from modem.at.parameters import split
from modem.commands.answer import integer
from modem.registration import RAT_NAMES

_PREFIX = "+COPS:"
_ITEM = re.compile(r'\(((?:"[^"]*"|[^()"])*)\)')
_MAX_NAME = 64
# A real list has some dozens; the line of a broken one ends somewhere.
_MAX_OPERATORS = 200


class Availability(Enum):
    """<stat> of +COPS=?."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    CURRENT = "current"
    FORBIDDEN = "forbidden"


_STATES = (
    Availability.UNKNOWN,
    Availability.AVAILABLE,
    Availability.CURRENT,
    Availability.FORBIDDEN,
)


@dataclass(frozen=True, slots=True)
class Operator:
    """A network in one technology. `plmn` is MCC and MNC, `rat` as in `Registration.rat`."""

    availability: Availability
    name: str | None
    plmn: str
    rat: str | None


def parse_operators(lines: Iterable[str]) -> tuple[Operator, ...]:
    """The networks of an answer, the one in use first. What makes no sense is left out.

    The lists behind them, of modes and formats, have no number and so are no networks.
    """
    found = list(dict.fromkeys(_operators(lines)))[:_MAX_OPERATORS]
    return tuple(sorted(found, key=lambda each: each.availability is not Availability.CURRENT))


def _operators(lines: Iterable[str]) -> Iterator[Operator]:
    for line in lines:
        if not line.upper().startswith(_PREFIX):
            continue
        for item in _ITEM.finditer(line):
            operator = _operator(split(item[1]))
            if operator is not None:
                yield operator


def _operator(fields: list[str | None]) -> Operator | None:
    stat = integer(fields[0] or "") if fields else None
    plmn = fields[3] if len(fields) > 3 else None
    if stat is None or stat >= len(_STATES) or not plmn or not _is_plmn(plmn):
        return None
    act = integer(fields[4] or "") if len(fields) > 4 else None
    name = _printable(fields[1]) or _printable(fields[2])
    return Operator(_STATES[stat], name, plmn, None if act is None else RAT_NAMES.get(act))


def _is_plmn(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in (5, 6)


def _printable(text: str | None) -> str | None:
    shown = "".join(character for character in text or "" if character.isprintable())
    return shown[:_MAX_NAME].strip() or None
