"""Parameter lists: what stands behind the colon of an answer and behind the `=` of a command.

Pure text work (ITU-T V.250 5.4.2, 3GPP TS 27.007 4.2); what the fields mean belongs to the callers.
Nothing here raises on a modem's text, however broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modem.errors import MisuseError

# A range is the modem's word; "(0-4294967295)" must not cost memory. No list of 27.005 or 27.007
# that a caller reads value by value is longer than this (cid, memory index).
MAX_RANGE_VALUES = 4096

# A string ends at the first quote with a comma or the end behind it, so that a stray quote inside
# (operator names) doesn't tear the list.
_CLOSING = re.compile(r'"(?=\s*(?:,|$))')
_CLOSING_IN_GROUP = re.compile(r'"(?=\s*[,)])')
_NUMBERS = re.compile(r"(\d{1,10})(?:\s*-\s*(\d{1,10}))?", re.ASCII)


def split(text: str) -> list[str | None]:
    """The fields of a parameter list, blanks around them taken off.

    A quoted string comes without its quotes, so `""` is the empty string, and a field that is
    absent is None; a list in parentheses comes as it stands. A quote that is never closed or stands
    in the middle of a field is a character like any other. A blank text has no fields.
    """
    return [_unquote(piece) for piece in _pieces(text)]


def quote(text: str) -> str:
    """The text as a string constant (ITU-T V.250 5.4.2.2).

    MisuseError for what would end the string or the command line, or isn't in the alphabet: quotes,
    control characters, anything beyond ASCII. The error names the position, never the text.
    """
    for position, character in enumerate(text):
        if character == '"' or not " " <= character <= "~":
            raise MisuseError(
                f"character {position + 1} (U+{ord(character):04X}) can't stand in an AT string"
            )
    return f'"{text}"'


def parse_ranges(text: str) -> list[frozenset[int]]:
    """The values of each parameter in the answer to a test command: "(0-2),(0,3)", "1-24", "()".

    What isn't a number is left out. A parameter keeps the lowest `MAX_RANGE_VALUES` of a range.
    """
    return [_range_values(piece) for piece in _pieces(text)]


def parse_string_lists(text: str) -> list[list[str]]:
    """The strings of each parameter: `("SM","ME"),("SM")`; `"ME","SM"` are two lists of one.

    Quotes may be missing or unbalanced (`(ME","SR")`, in gammu's tests).
    """
    lists: list[list[str]] = []
    for piece in _pieces(text):
        inner = piece[1:].removesuffix(")") if piece.startswith("(") else piece
        names = (name.strip(' \t"') for name in inner.split(","))
        lists.append([name for name in names if name])
    return lists


def _pieces(text: str) -> Iterator[str]:
    """The text between the commas that part fields, stripped, quotes and parentheses left on."""
    text = text.strip()
    if not text:
        return
    start = 0
    while True:
        end = _field_end(text, start)
        yield text[start:end].strip()
        if end >= len(text):
            return
        start = end + 1


def _field_end(text: str, start: int) -> int:
    """Where the comma behind the field at `start` stands, or the end of the text."""
    at = start
    while at < len(text) and text[at] in " \t":
        at += 1
    if text.startswith('"', at):
        closing = _CLOSING.search(text, at + 1)
        at = closing.end() if closing else at
    elif text.startswith("(", at):
        at = _group_end(text, at)
    comma = text.find(",", at)
    return len(text) if comma < 0 else comma


def _group_end(text: str, start: int) -> int:
    """Behind the parenthesis that closes the one at `start`; the end of the text when none does."""
    depth = 0
    at = start
    begins_item = False
    while at < len(text):
        character = text[at]
        opens = begins_item and character == '"'
        closing = _CLOSING_IN_GROUP.search(text, at + 1) if opens else None
        if closing:
            at = closing.end()
            begins_item = False
            continue
        depth += {"(": 1, ")": -1}.get(character, 0)
        at += 1
        if depth == 0:
            return at
        if character not in " \t":
            begins_item = character in "(,"
    return at


def _unquote(piece: str) -> str | None:
    if not piece:
        return None
    if len(piece) >= 2 and piece.startswith('"') and piece.endswith('"'):
        return piece[1:-1]
    return piece


def _range_values(piece: str) -> frozenset[int]:
    values: set[int] = set()
    for item in piece.strip("() \t").split(","):
        match = _NUMBERS.fullmatch(item.strip())
        room = MAX_RANGE_VALUES - len(values)
        if match is None or room <= 0:
            continue
        low = int(match[1])
        high = int(match[2] or low)
        values.update(range(low, min(high + 1, low + room)))
    return frozenset(values)
