"""The text of a transcript, which people read, edit and put under tests.

    # key: value     header
    >> "AT\\r"        bytes from the host
    << "\\r\\nOK\\r\\n"  bytes from the modem
    -- 0.012         a pause of so many seconds, down to a microsecond
    ## text          a note

A string has the escapes `\\r \\n \\t \\" \\\\ \\xNN`, and is printable ASCII otherwise. Blank lines
are for the eye. Nothing in a file is evaluated; what is over a limit is an error.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modem.transcript.errors import FormatError
from modem.transcript.values import Chunk, Note, Step, Transcript, Way

# With its end. A read is 4 KiB at most, 16 KiB as escapes; what was joined by hand may be longer.
MAX_LINE = 256 * 1024
MAX_LINES = 4_000_000
# Ten years: no clock here knows more, and a sum stays exact in a float.
MAX_SPAN_S = 315_360_000

_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\(?:[rnt"\\]|x[0-9A-Fa-f]{2}))*)"')
_ESCAPE = re.compile(r"\\(x..|.)")
_PAUSE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6})0*)?")
_HEADER = re.compile(r"([^\s:]+)\s*:\s*(.*)")
_MEANINGS = {"r": "\r", "n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_SPELLINGS = {ord(char): f"\\{name}" for name, char in _MEANINGS.items()}
_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above a session, such as its source."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Rest:
    """The silence behind the last step."""

    rest_s: float


def read(text: str, name: str) -> Transcript:
    """The session in a file's text; `name` is for errors. Raises FormatError."""
    headers: list[tuple[str, str]] = []
    steps: list[Step] = []
    rest_s = 0.0
    for item in read_lines(io.StringIO(text), name):
        if isinstance(item, Header):
            headers.append((item.key, item.value))
        elif isinstance(item, Rest):
            rest_s = item.rest_s
        else:
            steps.append(item)
    return Transcript(tuple(headers), tuple(steps), rest_s)


def read_lines(lines: Iterable[str], name: str) -> Iterator[Header | Step | Rest]:
    """What stands on the lines, each with its end: a long session needn't be held.

    Rest comes last, and only where there is a silence at the end. Raises FormatError. What a full
    disk or a power cut tore off, a last line without its end, is told by a note.
    """
    at = since = 0  # in microseconds, which add up exactly
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE or number > MAX_LINES:
            raise FormatError(name, number, f"{MAX_LINES} lines at most, of {MAX_LINE} characters")
        mark, _, rest = line.strip(" \t\r\n").partition(" ")
        try:
            if mark == "--":
                at += _pause(rest.strip(), name, number)
                if at > MAX_SPAN_S * _PER_S:
                    raise FormatError(name, number, "a session of ten years at most")
                continue
            item = _item(mark, rest.strip(), at / _PER_S, name, number) if mark else None
        except FormatError:
            if line.endswith("\n"):
                raise
            item = Note(at / _PER_S, "the recording breaks off within a line")
        if item is not None:
            since = since if isinstance(item, Header) else at
            yield item
    if at > since:
        yield Rest((at - since) / _PER_S)


def _item(mark: str, rest: str, at_s: float, name: str, number: int) -> Header | Step:
    if mark in (">>", "<<"):
        match = _STRING.fullmatch(rest)
        if match is None:
            wanted = r"a string in double quotes, with \r \n \t \" \\ \xNN for what is no ASCII"
            raise FormatError(name, number, wanted)
        return Chunk(at_s, Way(mark), _bytes(match[1]))
    if mark == "##":
        return Note(at_s, rest)
    if mark == "#":
        header = _HEADER.fullmatch(rest)
        if header is None:
            raise FormatError(name, number, "# key: value")
        return Header(header[1], header[2])
    raise FormatError(name, number, "a line that begins with #, >>, <<, -- or ##, and a blank")


def _bytes(escaped: str) -> bytes:
    return _ESCAPE.sub(_meant, escaped).encode("latin-1")


def _meant(found: re.Match[str]) -> str:
    name = found[1]
    return _MEANINGS[name] if len(name) == 1 else chr(int(name[1:], 16))


def _pause(text: str, name: str, number: int) -> int:
    match = _PAUSE.fullmatch(text)
    if match is None:
        raise FormatError(name, number, "seconds behind the --, such as 2 or 0.012")
    return int(match[1]) * _PER_S + int((match[2] or "").ljust(6, "0"))


def write(transcript: Transcript) -> str:
    """The text of a session; reading it gives the same again."""
    writer = Writer()
    lines = [header_line(key, value) for key, value in transcript.headers]
    lines.append("")
    for step in transcript.steps:
        lines += writer.lines(step)
    if transcript.rest_s:
        lines += writer.silence(writer.at_s + transcript.rest_s)
    return "\n".join(lines) + "\n"


def header_line(key: str, value: str) -> str:
    """A header's line; what isn't printable becomes a question mark."""
    return f"# {key}: {_printable(value)}".rstrip()


class Writer:
    """Steps to lines, one by one, with the pauses between them."""

    def __init__(self) -> None:
        self._at = 0

    @property
    def at_s(self) -> float:
        """How far it has come."""
        return self._at / _PER_S

    def lines(self, step: Step) -> list[str]:
        """The step's line, and the pause before it."""
        if isinstance(step, Chunk):
            return [*self.silence(step.at_s), f'{step.way.value} "{_escaped(step.data)}"']
        return [*self.silence(step.at_s), f"## {_printable(step.text)}".rstrip()]

    def silence(self, until_s: float) -> list[str]:
        """The pause until then; none where time stands still or runs backwards."""
        until = round(until_s * _PER_S)
        passed = until - self._at
        if passed <= 0:
            return []
        self._at = until
        return [f"-- {passed // _PER_S}.{passed % _PER_S:06d}".rstrip("0").rstrip(".")]


def _escaped(data: bytes) -> str:
    return "".join(
        _SPELLINGS.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
        for byte in data
    )


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text).strip()
