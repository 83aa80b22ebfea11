"""What all parsers share: the lines of an answer without prefix, and numbers from strangers."""

from __future__ import annotations

from modem.at.events import Response
from modem.errors import ProtocolError

_MAX_DIGITS = 12


def body(line: str, prefix: str) -> str | None:
    """What stands behind `prefix` and its colon, None where the line has another start.

    Case doesn't count: a TL-MR6400 answers `at+cmgr` with `+cmgr:`.
    """
    if line[: len(prefix)].upper() != prefix:
        return None
    rest = line[len(prefix) :].lstrip()
    return rest[1:].strip() if rest.startswith(":") else None


def bodies(response: Response, prefix: str) -> list[str]:
    """The bodies of all lines with that prefix, in order."""
    found = (body(line, prefix) for line in response.lines)
    return [text for text in found if text is not None]


def first_body(response: Response, prefix: str) -> str:
    """The body of the first such line; ProtocolError where there is none."""
    for line in response.lines:
        text = body(line, prefix)
        if text is not None:
            return text
    raise nonsense(response, f"a {prefix} line")


def first_text(response: Response, *prefixes: str) -> str:
    """The first line that isn't empty, without prefix or quotes; ProtocolError without one."""
    for line in response.lines:
        found = (body(line, prefix) for prefix in prefixes)
        text = next((item for item in found if item is not None), line)
        text = text.strip().strip('"').strip()
        if text:
            return text
    raise nonsense(response, "a line of text")


def integer(text: str | None) -> int | None:
    """A decimal number without sign, None for anything else."""
    if text is None:
        return None
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > _MAX_DIGITS:
        return None
    return int(text)


def nonsense(response: Response, wanted: str, *, show: bool = True) -> ProtocolError:
    """The error for an answer that can't be understood.

    A secret command's lines stay out of it, and with `show` False those of any.
    """
    lines = response.lines if show and not response.command.secret else ()
    return ProtocolError(response.command.shown, lines, wanted)
