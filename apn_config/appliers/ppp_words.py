"""The words of pppd's and chat's files, each with the place where it stands. Pure.

pppd(8), OPTIONS FILES, for the options; sh(1) for the command in the option `connect`; chat(8) for
a chat script. Each character of a word knows where it is from, so that a part of a word that went
through two kinds of quotes can be changed where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apn_config.appliers.errors import ApplierRefused

# pppd's getword(): white space and comments between words, and what a word is made of.
_PPPD_GAP = re.compile(r"(?:\s|\\\n|#[^\n]*)*", re.ASCII)
_PPPD_WORD = re.compile(
    r"""(?:\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[^\s"'\\#])+""", re.ASCII
)
_PPPD_PIECE = re.compile(r"\\([0-7]{1,3}|x[0-9A-Fa-f]{0,2}|[\s\S])|([\s\S])")
_PPPD_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "s": " ", "t": "\t"}
# Of the shell's language only what needs no shell to be understood.
_SHELL_GAP = re.compile(r"[ \t]*")
_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"\\$`]*"|[A-Za-z0-9_@%+=:,./-])+""")
_CHAT_GAP = re.compile(r"[ \t]*")
_CHAT_WORD = re.compile(
    r""""(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^ \t"'][^ \t]*)"""
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text. Octets are read as Latin-1, so that each comes back as it was."""

    path: Path
    text: str = field(repr=False)

    def refusal(self, at: int, why: str) -> ApplierRefused:
        """The error for what stands at `at`."""
        return ApplierRefused(f"{self.path}, line {self.text.count(chr(10), 0, at) + 1}: {why}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes; `places` are where its characters stand, or the escapes that
    stand for them. `start` and `end` are where it begins and ends with its quotes.
    """

    text: str
    places: tuple[int, ...] = field(repr=False)
    start: int
    end: int

    def behind(self, count: int) -> Word:
        """The word without its first characters."""
        return Word(self.text[count:], self.places[count:], self.start, self.end)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to stand instead of the characters from `start` to `end`."""

    start: int
    end: int
    text: str = field(repr=False)


def edited(text: str, edits: list[Edit]) -> str:
    """The text with the edits made; all else is as it was."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def pppd_words(source: Source) -> Iterator[Word]:
    """The words of an options file. Raises ApplierRefused."""
    text, at = source.text, 0
    while (at := _end(_PPPD_GAP, text, at)) < len(text):
        match = _PPPD_WORD.match(text, at)
        if match is None:
            raise source.refusal(at, "a quote or a backslash has nothing behind it")
        at = match.end()
        yield _unquoted(match)


def shell_words(source: Source, command: Word) -> Iterator[Word]:
    """The words of a plain shell command. Raises ApplierRefused for one that isn't plain."""
    text, at = command.text, 0
    while (at := _end(_SHELL_GAP, text, at)) < len(text):
        match = _SHELL_WORD.match(text, at)
        if match is None:
            raise source.refusal(
                command.start, f"{text[at]!r} makes this command more than a call of chat"
            )
        at = match.end()
        quote, kept = "", []
        for index in range(match.start(), match.end()):
            if text[index] == quote:
                quote = ""
            elif not quote and text[index] in "\"'":
                quote = text[index]
            else:
                kept.append(index)
        places = tuple(command.places[index] for index in kept)
        yield Word("".join(text[index] for index in kept), places, command.start, command.end)


def chat_words(source: Source) -> Iterator[Word]:
    """The strings of a chat script, as they stand within their quotes. Raises ApplierRefused."""
    start = 0
    for line in source.text.split("\n"):
        at = len(line) if line.startswith("#") else 0
        while (at := _end(_CHAT_GAP, line, at)) < len(line):
            match = _CHAT_WORD.match(line, at)
            if match is None:
                raise source.refusal(start + at, "a quote has no end on its line")
            at = match.end()
            kind = match.lastgroup or "bare"
            begin, end = start + match.start(kind), start + match.end(kind)
            yield Word(match[kind], tuple(range(begin, end)), begin, end)
        start += len(line) + 1


def _end(gap: re.Pattern[str], text: str, at: int) -> int:
    match = gap.match(text, at)
    assert match is not None  # a gap may be empty
    return match.end()


def _unquoted(match: re.Match[str]) -> Word:
    """As pppd's getword() reads it: escapes hold in both kinds of quotes."""
    quote, text, places = "", "", []
    for piece in _PPPD_PIECE.finditer(match[0]):
        code, character = piece[1], piece[2]
        if character is not None and character == quote:
            quote = ""
            continue
        if character is not None and not quote and character in "\"'":
            quote = character
            continue
        if code == "\n":
            continue
        text += _escaped(code) if character is None else character
        places.append(match.start() + piece.start())
    return Word(text, tuple(places), match.start(), match.end())


def _escaped(code: str) -> str:
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] == "x":
        return chr(int(code[1:] or "0", 16))
    return _PPPD_ESCAPES.get(code, code)
