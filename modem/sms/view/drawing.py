"""The fields of a message as aligned lines, and below them its content and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING

from modem.sms.layout import counted
from modem.sms.view.fields import Field, fields
from modem.sms.view.words import escaped, type_words

if TYPE_CHECKING:
    from modem.sms.pdu import AnyMessage

_OCTETS_A_LINE = 8
# Offset, name, and octets or bits.
_COLUMNS = "{:>4}  {:<13} {:<23}  {}"
_MEANING_AT = len(_COLUMNS.format("", "", "", ""))
_LEAST_MEANING = 24


def draw(message: AnyMessage, width: int = 100) -> Iterator[str]:
    """The lines; meanings are wrapped at `width`, the content and warnings are not.

    All are safe for a terminal.
    """
    octets = counted(len(message.octets))
    yield f"{type_words(message)}: {octets}, tpdu_length {message.tpdu_length}"
    for field in fields(message):
        yield from _lines(field, max(width - _MEANING_AT, _LEAST_MEANING))
    if message.text is not None:
        yield f'text: "{escaped(message.text)}"'
    elif message.data is not None:
        yield f"data: {message.data.hex().upper()}"
    for warning in message.warnings:
        yield f"warning: {warning}"


def _lines(field: Field, width: int) -> Iterator[str]:
    from textwrap import wrap  # loads `re`

    octets = [
        field.octets[start : start + _OCTETS_A_LINE].hex(" ").upper()
        for start in range(0, len(field.octets), _OCTETS_A_LINE)
    ]
    meanings = [field.meaning] if len(field.meaning) <= width else wrap(field.meaning, width)
    offset: int | str = "" if field.bits else field.offset
    name = field.name
    for row, meaning in zip_longest(octets or [field.bits], meanings, fillvalue=""):
        yield _COLUMNS.format(offset, name, row, meaning).rstrip()
        offset = name = ""
