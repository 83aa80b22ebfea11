"""What a console shows, as values: lines with a kind, safe for any terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from modem.commands.secrets import is_secret


class Kind(Enum):
    """What a line is; the value names its style."""

    SENT = "sent"
    ANSWER = "answer"
    OK = "ok"
    REFUSED = "refused"
    MEANING = "meaning"
    URC = "urc"
    RAW = "raw"
    NOTE = "note"
    LOSS = "loss"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Line:
    """One line to show. What isn't printable in it is written as an escape."""

    kind: Kind
    text: str


Show: TypeAlias = Callable[[Sequence[Line]], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that somebody typed, and what is to be sent at its prompt."""

    line: str
    payload: str | None = None


def lines_of(kind: Kind, *texts: str) -> list[Line]:
    """Lines of one kind, made safe; a text of several lines becomes several."""
    return [Line(kind, printable(part)) for text in texts for part in text.split("\n")]


def printable(text: str) -> str:
    """A text that can't move a cursor, nor turn the direction of what stands beside it."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


# What stands behind a name, blanks and "=" forgotten or not: a slip of the finger is secret, too.
_CREDENTIAL = re.compile(r"C?PIN|PUK|CPWD|CLCK|AUTH|PASS|PWD", re.IGNORECASE)
# Nothing but a name stands before the question mark.
_READING = re.compile(r"\s*(?:AT)?\s*[+^$#*%!]?\s*[A-Z]+2?\s*=?\s*\?\s*", re.IGNORECASE)


def is_private(line: str) -> bool:
    """Does the line hold what must not stay on the screen or in a file: a PIN, a password?"""
    if _READING.fullmatch(line):
        return False
    return is_secret(line) or _CREDENTIAL.search(line) is not None


def shown_line(line: str) -> str:
    """The line as the screen keeps it: nothing behind the command's name in a private one."""
    if not is_private(line):
        return line
    head, equals, _ = line.partition("=")
    if equals:
        return f"{head}=***"
    found = re.match(r"[^0-9\"']*", line)
    return f"{found[0] if found else ''}***"
