"""The national language tables: 3GPP TS 23.038 Annex A, by their number in the header (6.2.1.2.4).

One module a language, data only, loaded when a message names it. `LOCKING` takes the place of the
default alphabet: 128 characters in the order of their codes, the escape at 0x1B. `SINGLE` takes the
place of the extension table. A code of a locking table that stands for nothing is U+FFFD, which is
shown and never encoded; of a single shift table, it isn't there. 0x0D isn't either: A.2 keeps it
for a control character, and what is shown then is the carriage return of the locking table.

The parentheses of the locking tables 4 to 13 stand the other way round than in ASCII.

The cells are Android's (GsmAlphabet.java, V9.1.1 of the standard), compared with gsmcodecs 1.0.0
(V18.0.0) and, where these differ, with CyberChef (V16.0.0) and warthog618/sms. What is misprinted
in the standard is noted at the table.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from importlib import import_module
from types import ModuleType


class Language(IntEnum):
    """The national language identifiers (6.2.1.2.4); others are reserved."""

    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3
    BENGALI = 4
    GUJARATI = 5
    HINDI = 6
    KANNADA = 7
    MALAYALAM = 8
    ORIYA = 9
    PUNJABI = 10
    TAMIL = 11
    TELUGU = 12
    URDU = 13


# The number comes from an octet of a message.
@lru_cache(maxsize=256)
def _module(number: int) -> ModuleType | None:
    try:
        name = Language(number).name.lower()
    except ValueError:
        return None
    return import_module(f"{__name__}.{name}")


def locking_table(number: int) -> str | None:
    """The 128 characters of a locking shift table; None if there is none of that number."""
    module = _module(number)
    table: str | None = module.LOCKING if module else None
    return table


def single_table(number: int) -> dict[int, str] | None:
    """The characters of a single shift table by their code; None if there is none of that number.

    The table is the one that all share: not to be changed.
    """
    module = _module(number)
    table: dict[int, str] | None = module.SINGLE if module else None
    return table
