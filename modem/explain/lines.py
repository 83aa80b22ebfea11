"""Command lines as somebody types them: taken apart without ever refusing one.

A modem refuses a line that is no command line (ITU-T V.250 5.2); here it still has to be explained,
completed while it is half written, and judged by the worst that a lenient modem may make of it. So
whatever can't be understood is passed over, and the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a command is put (3GPP TS 27.007 4.1)."""

    RUN = ""
    SET = "="
    READ = "?"
    TEST = "=?"


@dataclass(frozen=True, slots=True)
class Request:
    """One command of a line: its name in upper case, its form, and what stands behind the `=`.

    A basic command has its number in `text` ("E" with "0"), a dial string does so, too.
    """

    name: str
    form: Form
    text: str = ""

    @property
    def reads(self) -> bool:
        """Does it only ask: `?` or `=?`? Those that act at once do so whatever follows them."""
        return self.form in (Form.READ, Form.TEST) and self.name not in _ACT_AT_ONCE


# Answer, dial, go online, reset (V.250 6.1.1, 6.1.2, 6.3.1, 6.3.5, 6.3.7), and &W of old.
_ACT_AT_ONCE = frozenset({"A", "D", "O", "Z", "&F", "&W"})
# V.250 5.4.1, and the signs that vendors use in the place of the `+`: Option's `AT_OWANCALL`,
# Infineon's `AT@`, Rockwell's `AT-SDR`.
_EXTENDED = re.compile(r"[+^$#*%!_@-][A-Za-z][A-Za-z0-9!%./:_-]*")
# With `&` or the `\` of `\Q3` a letter is another command than without.
_BASIC = re.compile(r"([Ss]\d{1,3}|[&\\]?[A-Za-z])")
_BASIC_VALUE = re.compile(r"(=\?|\?|=?\d*)")
_MARK = re.compile(r"[+^$#*%!_@-]")


def without_at(line: str) -> str:
    """The line behind its AT, blanks outside of quotes taken out (V.250 5.2.1)."""
    line = line.strip()
    if line[:2].upper() == "AT":
        line = line[2:]
    # An odd piece stands within quotes.
    pieces = line.split('"')
    return '"'.join(
        piece if at % 2 else re.sub(r"\s", "", piece) for at, piece in enumerate(pieces)
    )


def requests(line: str) -> tuple[Request, ...]:
    """The commands of a line, with or without its AT, in any case."""
    return tuple(_requests(without_at(line)))


def possible_requests(line: str) -> tuple[Request, ...]:
    """The commands that any modem may find in a line, for who judges it by the worst of them.

    One that makes nothing of quotes sees what stands behind an unclosed one, too.
    """
    found = requests(line)
    return (*found, *requests(line.replace('"', ""))) if line.count('"') % 2 else found


def _requests(rest: str) -> Iterator[Request]:
    while rest:
        extended = _EXTENDED.match(rest)
        basic = None if extended else _BASIC.match(rest)
        if extended:
            request, rest = _extended(extended.group(), rest[extended.end() :])
        elif basic:
            request, rest = _basic(basic.group(), rest[basic.end() :])
        else:
            rest = rest[1:]
            continue
        yield request


def _extended(name: str, tail: str) -> tuple[Request, str]:
    end = end_of_command(tail)
    body, rest = tail[:end], tail[end + 1 :]
    name = name.upper()
    if body == "=?":
        return Request(name, Form.TEST), rest
    if body.startswith("="):
        return Request(name, Form.SET, body[1:]), rest
    if body.startswith("?"):
        return Request(name, Form.READ), rest
    # Something else behind the name: as if a `;` had been left out.
    return Request(name, Form.RUN), f"{body};{rest}" if body else rest


def _basic(name: str, tail: str) -> tuple[Request, str]:
    name = name.upper()
    if name == "D":  # the dial string takes the rest, up to a `;` (V.250 6.3.1)
        end = end_of_command(tail)
        return Request(name, Form.RUN, tail[:end]), tail[end + 1 :]
    if len(name) > 1 and name[0] == "S":
        name = f"S{int(name[1:])}"  # S003 is S3
    match = _BASIC_VALUE.match(tail)
    value = match.group() if match else ""
    rest = tail[len(value) :]
    if value in ("?", "=?"):
        return Request(name, Form(value)), rest
    form = Form.SET if value.startswith("=") else Form.RUN
    return Request(name, form, value.removeprefix("=")), rest


def end_of_command(text: str) -> int:
    """The place of the first `;` outside of quotes, or the end."""
    quoted = False
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            return place
    return len(text)


def last_command(text: str) -> str:
    """What stands behind the last `;` outside of quotes: the command that is being typed."""
    while (end := end_of_command(text)) < len(text):
        text = text[end + 1 :]
    return text


def marked(text: str) -> bool:
    """Does it begin like an extended command?"""
    return _MARK.match(text) is not None
