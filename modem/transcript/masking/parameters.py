"""What stands behind the name of a command or of an answer, masked; the lengths stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from modem.transcript.masking.numbers import Numbers
from modem.transcript.masking.words import LONGEST, LONGEST_ELSEWHERE, is_value

_HEX = re.compile(r"[0-9A-Fa-f]{2,}")
_UCS2_FILLER = "0078"
_NUMBER = re.compile(r"\+?[0-9*#]+")
# A field in quotes (which a modem may forget to close), or what stands between commas without.
_FIELD = re.compile(r'"([^"]*)("|$)|([^",]+)')
_WORD = re.compile(r"[^\s()\-+.,:;=?*#]+")
# Hex digits as a word of their own, a digit among them: an identity, and no name.
_HEX_WORD = re.compile(r"(?<![0-9A-Za-z])(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]+(?![0-9A-Za-z])")
# A number, which may be in groups: +49-170-123-456-7.
_GROUPS = re.compile(r"(?<![0-9A-Za-z])([0-9](?:[- ]?[0-9]){5,})(?![0-9A-Za-z])")
_SHORT = 3
_LONG_HEX = 8
_DIAL_SHORT = 5


def blot(text: str) -> str:
    """Every character an `x` or a dot, but NUL and FF."""
    return "".join(_blotted(char) for char in text)


def _blotted(char: str) -> str:
    if char in "\x00\xff":
        return char
    return "x" if " " <= char <= "~" else "."


def filled(text: str) -> str:
    """Nothing of it: hex digits for hex digits, else as `blot`."""
    if not _HEX.fullmatch(text):
        return blot(text)
    return (_UCS2_FILLER * (len(text) // 4 + 1))[: len(text)]


class Parameters:
    """The rules for parameters, with the numbers of one session."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def masked(self, text: str) -> str:
        """Values of the standard and numbers of up to three digits stay, nothing else does."""
        return _each(text, self._quoted, self._plain)

    def secret(self, text: str) -> str:
        """Stars for all that may be a user or a password, which may be "ppp" or "123", too.

        The first parameter tells what it is for: a facility ("SC"), a context.
        """
        if text.startswith("("):  # what a =? form offers
            return _each(text, _starred, lambda field: _each_word(field, _starred))
        out, end, place = "", 0, 0
        for found in _FIELD.finditer(text):
            gap = text[end : found.start()]
            place += gap.count(",")
            end = found.end()
            out += gap + _secret(found, first=not place)
        return out + text[end:]

    def pin(self, text: str) -> str:
        """Stars for all but the values of the standard (READY, SIM PIN)."""
        return _each(
            text,
            lambda field: field if is_value(field) else "*" * len(field),
            lambda field: field if is_value(field.strip()) else _stars(field),
        )

    def opened(self, name: str, text: str) -> str:
        """All stays, but for longer numbers than this command has."""
        longest = LONGEST.get(name, LONGEST_ELSEWHERE)
        least_hex = max(_LONG_HEX, longest + 1)
        # In groups: ICCID: 8988 3030 0000 1234 567. A date with its hour has ten digits.
        numbers = rf"[0-9](?:[- ]?[0-9]){{10,}}|[0-9]{{{longest + 1},}}"
        text = re.sub(numbers, lambda found: self._numbers.mask_in(found[0]), text)
        return _HEX_WORD.sub(lambda found: _without_identity(found[0], least_hex), text)

    def dialled(self, text: str) -> str:
        """What is behind ATD; service numbers of up to five digits stay."""
        if sum(char.isdecimal() for char in text) <= _DIAL_SHORT:
            return re.sub(r"[^0-9*#+;,\s]", "x", text)
        return re.sub(r"[^0-9*#+;,\s]", "x", self._numbers.mask_in(text))

    def _quoted(self, field: str) -> str:
        if is_value(field) or (field.isdecimal() and len(field) <= _SHORT):
            return field
        for coding in ("utf-16-be", "latin-1"):
            hidden = _hidden(field, coding)
            if hidden is not None:
                return self._numbers.mask_in(hidden).encode(coding).hex().upper()
        if _NUMBER.fullmatch(field) and any(char.isdecimal() for char in field):
            return self._numbers.mask_in(field)
        return filled(field)

    def _plain(self, field: str) -> str:
        parts = _GROUPS.split(field)
        parts[::2] = [_each_word(part, self._word) for part in parts[::2]]
        parts[1::2] = [self._numbers.mask_in(part) for part in parts[1::2]]
        return "".join(parts)

    def _word(self, word: str) -> str:
        if word.isdecimal():
            return word if len(word) <= _SHORT else self._numbers.mask(word)
        return filled(word)


def _without_identity(word: str, least: int) -> str:
    """A word of hex digits, unless it is a number or shorter than identities are."""
    return word if len(word) < least or word.isdecimal() else filled(word)


def _secret(field: re.Match[str], *, first: bool) -> str:
    """Stars, but for a facility, a state (READY), and a short number without quotes."""
    quoted, end, plain = field.groups()
    if plain is None:
        kept = first and len(quoted) == 2 and is_value(quoted)
        return f'"{quoted if kept else "*" * len(quoted)}{end}'
    text = plain.strip()
    short = text.isascii() and text.isdecimal() and len(text) <= (_SHORT if first else 1)
    return plain if short or (first and is_value(text)) else _stars(plain)


def _stars(text: str) -> str:
    return re.sub(r"\S", "*", text)


def _starred(word: str) -> str:
    if is_value(word) or (word.isascii() and word.isdecimal() and len(word) <= _SHORT):
        return word
    return "*" * len(word)


def _hidden(field: str, coding: str) -> str | None:
    """The number that a field's hex digits are, in a modem set to CSCS="UCS2" or "HEX"."""
    if not _HEX.fullmatch(field) or len(field) % 2 or (coding == "latin-1" and field.isdecimal()):
        return None
    text = bytes.fromhex(field).decode(coding, "replace")
    return text if _NUMBER.fullmatch(text) else None


def _each(text: str, quoted: Callable[[str], str], plain: Callable[[str], str]) -> str:
    def one(found: re.Match[str]) -> str:
        if found[3] is not None:
            return plain(found[3])
        return f'"{quoted(found[1])}{found[2]}'

    return _FIELD.sub(one, text)


def _each_word(field: str, mask: Callable[[str], str]) -> str:
    """The field by words, unless the whole of it is a value."""
    if is_value(field.strip()):
        return field
    return _WORD.sub(lambda found: mask(found[0]), field)
