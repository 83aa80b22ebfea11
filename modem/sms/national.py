"""Writing a text with the national language tables, and which of them are worth it.

3GPP TS 23.038 6.2.1.2. The tables are in `charsets`, reading by them in `gsm7`, headers and parts
in `compose`. No table is loaded that the text gives no reason for.
"""

from __future__ import annotations

from bisect import bisect_right
from codecs import charmap_encode
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from modem.sms.gsm7 import DEFAULT, ESCAPE, EXTENSION, UNDEFINED

# What a header with one or two tables takes in septets, if there is nothing else in it: UDHL and
# three octets for each (3GPP TS 23.040 9.2.3.24.15, 9.2.3.24.16), filled up to a septet.
_HEADER_SEPTETS = (0, 5, 8)

_SPANISH = 2  # which has no locking shift table

# By number, what the tables of languages in Latin script write and the default alphabet doesn't, or
# not without an escape.
_LATIN = {
    1: frozenset("çĞğİıŞş€"),
    _SPANISH: frozenset("ÁÍÓÚáçíóú"),
    3: frozenset("ÀÁÂÃÊÍÓÔÕÚáâãçêíóôõúªºΓΘΠΣΦΨΩ∞€\\^`|~"),
}
_KNOWN = (frozenset(DEFAULT) | set(EXTENSION.values())).union(*_LATIN.values()) - {chr(ESCAPE)}

# The blocks of the other scripts, from, to, and number of the language. Which of their characters
# can be written, the tables say.
_SCRIPTS = (
    (0x0600, 0x06FF, 13),
    (0x0900, 0x097F, 6),
    (0x0980, 0x09FF, 4),
    (0x0A00, 0x0A7F, 10),
    (0x0A80, 0x0AFF, 5),
    (0x0B00, 0x0B7F, 9),
    (0x0B80, 0x0BFF, 11),
    (0x0C00, 0x0C7F, 12),
    (0x0C80, 0x0CFF, 7),
    (0x0D00, 0x0D7F, 8),
)
_SCRIPT_STARTS = [first for first, _, _ in _SCRIPTS]

# The full stops of most languages of India. The single shift tables 5 to 11 have them; Bengali's,
# whose texts need them, doesn't. Hindi's is taken where the text gives no reason for another.
_DANDAS = frozenset("\u0964\u0965")
_HINDI = 6


class NationalText(NamedTuple):
    """A text in septets, one an octet, by tables of those numbers (0: the default's)."""

    locking: int
    single: int
    septets: bytes


def candidates(text: str) -> Iterator[NationalText]:
    """The ways to write a text with national tables, the one that takes the fewest septets first.

    The septets of the header are counted. There is one way for each locking table that is of use,
    with the single shift table that it then needs: five at most, each encoded when it is asked for.

    None if no pair of tables has all characters, or none is better than the default. Tables of
    another script than the text's aren't tried, though some would save a few septets (Bengali's
    single shift table has `¿`, which the Portuguese locking table lacks): where the receiver lacks
    such a table, it shows another character.
    """
    worthwhile = _worthwhile(text)
    if worthwhile is not None:
        for locking, single in _pairs(text, *worthwhile):
            yield NationalText(locking, single, encode(text, locking, single))


def encode(text: str, locking: int, single: int) -> bytes:
    """The septets of a text, one an octet, by tables of those numbers (0: the default's).

    A character that both tables have is written by the locking one, without an escape.
    UnicodeEncodeError names the first that neither has; LookupError if there is no such table. The
    inverse is `gsm7.decode_septets`.
    """
    return charmap_encode(text, "strict", _encoding_map(locking, single))[0]


def _worthwhile(text: str) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The locking and the single shift tables to try, or None if no pair can write the text.

    Code points alone decide. A message has one table of each kind, so that no text in three scripts
    can be written.
    """
    characters = set(text)
    scripts: set[int] = set()
    for character in characters - _KNOWN - _DANDAS:
        number = _script(ord(character))
        if number is None:
            return None
        scripts.add(number)
    if len(scripts) > 2:
        return None
    latin = [number for number, own in _LATIN.items() if not own.isdisjoint(characters)]
    singles = (*latin, *sorted(scripts))
    lockings = tuple(number for number in singles if number != _SPANISH)
    if characters.isdisjoint(_DANDAS) or _HINDI in scripts:
        return lockings, singles
    return lockings, (*singles, _HINDI)


def _script(code_point: int) -> int | None:
    """The number of the language in whose block a character stands."""
    position = bisect_right(_SCRIPT_STARTS, code_point)
    if position:
        _, last, number = _SCRIPTS[position - 1]
        if code_point <= last:
            return number
    return None


def _pairs(text: str, lockings: tuple[int, ...], singles: tuple[int, ...]) -> list[tuple[int, int]]:
    """The numbers of the pairs that can write the text, the shortest first.

    Of two that are as long, the one with the default alphabet comes first: more of it can be read
    where the tables aren't known.
    """
    counts = Counter(text)
    escaped = {number: _escaped_characters(number) for number in (0, *singles)}
    found = []
    for locking in (0, *lockings):
        missing = counts.keys() - _plain_characters(locking)
        # Whichever single shift table has them, they take two septets each: the first will do.
        single = next((number for number in escaped if missing <= escaped[number]), None)
        if single is not None and (locking or single):
            septets = len(text) + sum(counts[character] for character in missing)
            tables = (locking > 0) + (single > 0)
            found.append((septets + _HEADER_SEPTETS[tables], locking, single))
    return [(locking, single) for _, locking, single in sorted(found)]


@lru_cache(maxsize=16)
def _plain_characters(locking: int) -> frozenset[str]:
    return frozenset(_locking_table(locking)) - {chr(ESCAPE), UNDEFINED}


@lru_cache(maxsize=16)
def _escaped_characters(single: int) -> frozenset[str]:
    return frozenset(_single_table(single).values())


@lru_cache(maxsize=16)
def _encoding_map(locking: int, single: int) -> dict[int, bytes]:
    """For `charmap_encode`. Of a table's codes for the same character, the lowest is taken."""
    encoded: dict[int, bytes] = {}
    for code, character in enumerate(_locking_table(locking)):
        if code != ESCAPE and character != UNDEFINED:
            encoded.setdefault(ord(character), bytes((code,)))
    for code, character in sorted(_single_table(single).items()):
        encoded.setdefault(ord(character), bytes((ESCAPE, code)))
    return encoded


def _locking_table(number: int) -> str:
    from modem.sms import charsets  # most texts need none of its tables

    table = charsets.locking_table(number) if number else DEFAULT
    if table is None:
        raise LookupError(f"no locking shift table {number}")
    return table


def _single_table(number: int) -> dict[int, str]:
    from modem.sms import charsets  # most texts need none of its tables

    table = charsets.single_table(number) if number else EXTENSION
    if table is None:
        raise LookupError(f"no single shift table {number}")
    return table
