"""From bytes with times to what was said: commands, their answers, URCs. What a reader is shown.

The engine decides what belongs to what, as it does for the daemon. Credentials are left out, of
recordings that nobody masked, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from modem.answers import final_text, urc_lines
from modem.at import Command, Engine, Event, Noise, Prompt, Response, Urc
from modem.commands.secrets import is_secret, redacted
from modem.commands.typed import takes_payload
from modem.errors import MisuseError
from modem.transcript.values import Note, Step, Way

# What ends a line of the host's. Ctrl-Z and ESC end a payload.
_HOST_PIECE = re.compile(rb"[^\r\n\x1a\x1b]*[\r\n\x1a\x1b]?")
_NAME = re.compile(r"[+^$#*%!][A-Z][A-Z0-9]*", re.IGNORECASE)
_MAX_HELD = 4096
# What is secret in a command, and all behind it.
_SECRET_PART = re.compile(r"(=|\*\*0[45]).*", re.DOTALL)


class Kind(Enum):
    """What somebody said."""

    COMMAND = "command"
    PAYLOAD = "payload"
    ANSWER = "answer"
    SILENCE = "silence"
    URC = "urc"
    NOISE = "noise"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was said, when its last byte was there.

    `final` is an answer's last line, `took_s` how long it took; `why` says what is wrong with
    noise. `explained` is what it means, in lines of plain text.
    """

    at_s: float
    kind: Kind
    lines: tuple[str, ...]
    final: str | None = None
    took_s: float | None = None
    why: str | None = None
    explained: tuple[str, ...] = ()

    @property
    def from_host(self) -> bool:
        """Did the host say it?"""
        return self.kind in (Kind.COMMAND, Kind.PAYLOAD)


def entries(steps: Iterable[Step]) -> Iterator[Entry]:
    """What was said, one after the other; no more is held than the answer under way."""
    reading = _Reading()
    for step in steps:
        yield from reading.take(step)
    yield from reading.finish()


class _Reading:
    def __init__(self) -> None:
        self._engine = Engine()
        self._host = bytearray()
        self._at_s = 0.0
        self._asked_s = 0.0
        self._prompted = False
        self._payload = ""

    def take(self, step: Step) -> Iterator[Entry]:
        self._at_s = step.at_s
        if isinstance(step, Note):
            yield Entry(step.at_s, Kind.NOTE, (step.text,))
        elif step.way is Way.FROM_MODEM:
            self._engine.feed(step.data)
            yield from self._heard()
        else:
            for piece in _HOST_PIECE.findall(step.data):
                yield from self._say(piece)

    def finish(self) -> Iterator[Entry]:
        if self._host:
            yield self._odd(bytes(self._host), "a line without its end")
        yield from self._give_up("no answer")

    def _say(self, piece: bytes) -> Iterator[Entry]:
        self._host += piece
        if len(self._host) > _MAX_HELD:
            yield self._odd(bytes(self._host), "no line for a modem")
            self._host.clear()
        elif piece[-1:] in (b"\r", b"\n", b"\x1a", b"\x1b") and piece:
            yield from self._end(piece[-1:])

    def _end(self, end: bytes) -> Iterator[Entry]:
        """A line of the host's is whole, or a payload, of which a CR ends only a line."""
        if self._prompted and end in b"\r\n":
            return
        text = self._host.strip(b"\r\n\x1a").decode("latin-1")
        self._host.clear()
        if end == b"\x1b":
            self._prompted = False
            text = _without_secret(text.strip("\x1b"))
            yield Entry(self._at_s, Kind.PAYLOAD, (*((text,) if text else ()), "ESC"))
        elif self._prompted:
            yield self._say_payload(text)
        elif text.strip():
            yield from self._ask(text)

    def _say_payload(self, text: str) -> Entry:
        self._prompted = False
        self._payload = text
        self._asked_s = self._at_s
        self._engine.payload()
        lines = tuple(re.split(r"\r\n?|\n", text))
        return Entry(self._at_s, Kind.PAYLOAD, lines, explained=_payload_words(text))

    def _ask(self, line: str) -> Iterator[Entry]:
        yield from self._give_up("no answer")
        payload = b"" if takes_payload(line) else None
        names = tuple(dict.fromkeys(name.upper() for name in _NAME.findall(line)))
        command = Command(line, names, bare=True, payload=payload, secret=is_secret(line))
        try:
            self._engine.send(command)
        except MisuseError:
            yield self._odd(line.encode("latin-1"), "no line for a modem")
            return
        self._asked_s = self._at_s
        self._payload = ""
        yield Entry(self._at_s, Kind.COMMAND, (_without_secret(line).strip(),))

    def _give_up(self, why: str) -> Iterator[Entry]:
        command = self._engine.pending
        if command is None:
            return
        self._prompted = False
        self._engine.cancel()
        yield from self._heard()
        took_s = self._at_s - self._asked_s
        shown = _without_secret(command.text)
        yield Entry(self._at_s, Kind.SILENCE, (shown,), took_s=took_s, why=why)

    def _heard(self) -> Iterator[Entry]:
        while (event := self._engine.next_event()) is not None:
            yield from self._entry(event)

    def _entry(self, event: Event) -> Iterator[Entry]:
        if isinstance(event, Response):
            self._prompted = False
            yield self._answer(event)
        elif isinstance(event, Urc):
            lines = urc_lines(event)
            shown = tuple(map(_without_secret, lines))
            yield Entry(self._at_s, Kind.URC, shown, explained=_urc_words(lines))
        elif isinstance(event, Prompt):
            self._prompted = True
        elif isinstance(event, Noise) and not self._is_echo(event.data):
            yield self._odd(event.data, event.why)

    def _answer(self, response: Response) -> Entry:
        command, final = response.command, final_text(response.final)
        lines = [line for line in response.lines if not self._is_echo(line.encode("latin-1"))]
        explained = _answer_words(command.shown, lines, final)
        hide = redacted if command.secret else _without_secret  # it may be another's, and late
        lines = [hide(line) for line in lines]
        took_s = self._at_s - self._asked_s
        return Entry(self._at_s, Kind.ANSWER, tuple(lines), final, took_s, explained=explained)

    def _is_echo(self, line: bytes) -> bool:
        """Is it the payload, repeated by the modem? Of a text each line is, and has a prompt."""
        if line == b">":
            return bool(self._payload)
        text = line.decode("latin-1").strip("> \x1a")
        return bool(text) and text in re.split(r"\r\n?|\n", self._payload)

    def _odd(self, data: bytes, why: str) -> Entry:
        lines = data.decode("latin-1").split("\n") if data else ()
        return Entry(self._at_s, Kind.NOISE, tuple(map(_without_secret, lines)), why=why)


def _without_secret(line: str) -> str:
    """A line, whole or not, of a command or of an answer, without what may be a credential."""
    name, colon, _ = line.partition(":")
    return redacted(line) if colon and is_secret(f"AT{name}?") else _without_command(line)


def _without_command(line: str) -> str:
    return _SECRET_PART.sub(r"\1***", line, count=1) if is_secret(line) else line


# What the lines mean. Loaded when the first one is explained.


def _answer_words(line: str, lines: Sequence[str], final: str) -> tuple[str, ...]:
    from modem.explain import explain

    return tuple(part for text in explain(line, lines, final) for part in text.split("\n"))


def _urc_words(lines: tuple[str, ...]) -> tuple[str, ...]:
    from modem.explain import explain_urc

    return tuple(part for text in explain_urc(lines) for part in text.split("\n"))


def _payload_words(text: str) -> tuple[str, ...]:
    """A PDU in words; a text says enough itself."""
    from modem import sms
    from modem.explain.messages import pdu

    try:
        sms.decode_pdu(text, from_device=True)
    except sms.PduError:
        return ()
    return (pdu(text, from_device=True).line,)
