"""The answers to test forms (`=?`): which values each parameter may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from modem.explain.words import MAX_LINE

# As many values of a range as a person picks from; a longer one stays a range, "0-255".
MAX_SPELLED = 16
# The modem's words: a list of a thousand values or parameters is nobody's to complete.
_MAX_PARAMETERS = 32
_MAX_VALUES = 64
_MAX_TEXT = 40

_RANGE = re.compile(r"(\d{1,10})\s*-\s*(\d{1,10})", re.ASCII)


def offered_values(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The values by parameter, as they are typed; of several lines, those of all.

    What isn't a list of values is left out, however odd the answer is.
    """
    found: list[dict[str, None]] = []
    for line in (line[:MAX_LINE] for line in lines):
        head, colon, text = line.partition(":")
        if not colon:
            continue
        if head.strip().upper() == "+COPS":
            parameters = _of_networks(line)
        else:
            parameters = [list(_values(piece)) for piece in _pieces(text)]
        for place, values in enumerate(parameters[:_MAX_PARAMETERS]):
            if place == len(found):
                found.append({})
            found[place].update(dict.fromkeys(values))
    return tuple(tuple(values)[:_MAX_VALUES] for values in found)


def _of_networks(line: str) -> list[list[str]]:
    """+COPS=?: modes and formats stand behind the networks, whose numbers are values, too."""
    from modem.commands.operators import parse_operators

    _, behind, tail = line.rpartition(",,")
    lists = [list(_values(piece)) for piece in _pieces(tail)] if behind else []
    modes, formats = [*lists, [], []][:2]
    return [modes, formats, [f'"{each.plmn}"' for each in parse_operators([line])]]


def _pieces(text: str) -> Iterator[str]:
    """What stands between the commas outside of quotes and parentheses."""
    depth, quoted, start = 0, False, 0
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif not quoted:
            depth = max(depth + {"(": 1, ")": -1}.get(character, 0), 0)
            if character == "," and not depth:
                yield text[start:place].strip()
                start = place + 1
    yield text[start:].strip()


def _values(piece: str) -> Iterator[str]:
    """The values of a parameter: `(0,2-4)`, `("SM","ME")`, `"IP"`, `1-24`, `()`."""
    inner = piece[1:].removesuffix(")") if piece.startswith("(") else piece
    for item in _pieces(inner):
        match = _RANGE.fullmatch(item)
        if match is None:
            if item and len(item) <= _MAX_TEXT and item.isascii() and item.isprintable():
                yield item
            continue
        low, high = int(match[1]), int(match[2])
        # "00-010203" is no range of numbers.
        if str(low) != match[1] or not low <= high < low + MAX_SPELLED:
            yield f"{match[1]}-{match[2]}"
        else:
            yield from map(str, range(low, high + 1))
