"""Command lines (ITU-T V.250 5.2): what a line asks for, command by command. No state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a command is put (3GPP TS 27.007 4.1)."""

    RUN = ""  # +CSQ, E0, &F
    SET = "="  # +CREG=2, S0=0
    READ = "?"  # +CREG?
    TEST = "=?"  # +CREG=?


@dataclass(frozen=True, slots=True)
class Request:
    """One command of a line: its name in upper case, its form, and what stands behind the `=`.

    A basic command keeps its number in `text` ("E" with "0"); a dial string does so, too.
    """

    name: str
    form: Form
    text: str = ""


class BadLine(Exception):
    """A line that is no command line; the modem answers ERROR."""


# V.250 5.4.1: an extended command begins with `+`; modem makers use the other signs likewise.
_EXTENDED = re.compile(r"[+$^*#%!][A-Za-z][A-Za-z0-9!%./:_-]*")
_BASIC = re.compile(r"(&?[A-Za-z])")
_REGISTER = re.compile(r"[Ss](\d{1,3})")


def parse_line(line: str) -> tuple[Request, ...]:
    """The commands of a line, without its "AT"; raises BadLine.

    Blanks outside of quotes mean nothing (V.250 5.2.1). Between commands a `;` ends an extended
    one; basic ones need none, and may stand before an extended one.
    """
    rest = _without_blanks(line)
    requests: list[Request] = []
    while rest:
        if rest[0] == ";":
            rest = rest[1:]
            continue
        request, rest = _extended(rest) if rest[0] in "+$^*#%!" else _basic(rest)
        requests.append(request)
    return tuple(requests)


def _without_blanks(line: str) -> str:
    parts = line.split('"')
    # An odd piece stands inside quotes.
    return '"'.join(part if odd % 2 else part.replace(" ", "") for odd, part in enumerate(parts))


def _extended(rest: str) -> tuple[Request, str]:
    match = _EXTENDED.match(rest)
    if match is None:
        raise BadLine(rest)
    tail = rest[match.end() :]
    end = _end_of_command(tail)
    body, rest = tail[:end], tail[end + 1 :]
    name = match.group().upper()
    for form in (Form.TEST, Form.READ, Form.RUN):
        if body == form.value:
            return Request(name, form), rest
    if body.startswith("="):
        return Request(name, Form.SET, body[1:]), rest
    raise BadLine(body)


def _end_of_command(text: str) -> int:
    """The place of the first `;` outside of quotes, or the end."""
    quoted = False
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            return place
    return len(text)


def _basic(rest: str) -> tuple[Request, str]:
    register = _REGISTER.match(rest)
    match = register or _BASIC.match(rest)
    if match is None:
        raise BadLine(rest)
    name, tail = match.group().upper(), rest[match.end() :]
    if name == "D":  # the dial string takes the rest of the line (V.250 6.3.1)
        return Request(name, Form.RUN, tail), ""
    if tail.startswith("?"):
        return Request(name, Form.READ), tail[1:]
    if register is not None and tail.startswith("=?"):
        return Request(name, Form.TEST), tail[2:]
    assigned = register is not None and tail.startswith("=")
    digits = re.match(r"\d*", tail[1:] if assigned else tail)
    number = digits.group() if digits else ""
    if assigned:
        return Request(name, Form.SET, number), tail[1 + len(number) :]
    return Request(name, Form.RUN, number), tail[len(number) :]
