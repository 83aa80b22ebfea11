"""A text as words with their positions, with what phones do to blanks and quotes undone. Pure.

One character of the text stays one character here, so a position is the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass

# White space of phones and messengers, and the invisible marks that they leave. Right-to-left marks
# are not among them: they are refused wherever they stand, as they make a text look like another.
_BLANKS = (
    " \t\r\n\v\f\u0085\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_DOUBLE_QUOTES = frozenset('"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033')
_SINGLE_QUOTES = frozenset("'\u2018\u2019\u201a\u201b\u2032")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a part of one: its characters as they came, and where they begin, from 1.

    `quoted` tells that the value stood in double quotes, which are not part of it.
    """

    text: str
    at: int
    quoted: bool = False

    @property
    def upper(self) -> str:
        """For comparing with a verb; "" for a quoted word or one with look-alike letters."""
        return self.text.upper() if self.text.isascii() and not self.quoted else ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of the form key=value. `key` is in lower case, `whole` is both as one word."""

    key: str
    value: Word
    whole: Word

    @property
    def at(self) -> int:
        """Where it begins, from 1."""
        return self.whole.at


def words_of(text: str) -> list[Word | Pair]:
    """The words of a text. A quote that is not closed is a character like any other."""
    found: list[Word | Pair] = []
    index = 0
    while index < len(text):
        if text[index] in _BLANKS:
            index += 1
            continue
        word, index = _next(text, index)
        found.append(word)
    return found


def _next(text: str, start: int) -> tuple[Word | Pair, int]:
    """The word that begins at `start`, and the index behind it."""
    quoted = _quoted(text, start)
    if quoted is not None:
        return quoted
    index = start
    while index < len(text) and text[index] not in _BLANKS:
        if text[index] == "=" and index > start:
            value, end = _quoted(text, index + 1) or _plain(text, index + 1)
            whole = Word(_straight(text[start:end]), start + 1)
            return Pair(_straight(text[start:index]).lower(), value, whole), end
        index += 1
    return Word(_straight(text[start:index]), start + 1), index


def _plain(text: str, start: int) -> tuple[Word, int]:
    """A value without quotes. An empty one stands where its equals sign does: it has no place."""
    end = start
    while end < len(text) and text[end] not in _BLANKS:
        end += 1
    return Word(_straight(text[start:end]), start + 1 if end > start else start), end


def _quoted(text: str, start: int) -> tuple[Word, int] | None:
    """A value in double quotes that is closed before a blank, a final # or the end."""
    if start >= len(text) or text[start] not in _DOUBLE_QUOTES:
        return None
    for end in range(start + 1, len(text)):
        if text[end] in _DOUBLE_QUOTES and _ends_word(text, end + 1):
            return Word(_blanks_plain(text[start + 1 : end]), start + 2, quoted=True), end + 1
    return None


def _ends_word(text: str, index: int) -> bool:
    if index >= len(text) or text[index] in _BLANKS:
        return True
    return text[index] == "#" and not text[index + 1 :].strip(_BLANKS)


def _straight(text: str) -> str:
    return "".join('"' if c in _DOUBLE_QUOTES else "'" if c in _SINGLE_QUOTES else c for c in text)


def _blanks_plain(text: str) -> str:
    """Inside quotes a phone's blank is a blank; a line end stays, for whoever checks to refuse."""
    return "".join(" " if c in "\u00a0\u202f\u2007" else c for c in _straight(text))
