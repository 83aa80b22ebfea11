"""A session cut into what the host said and what the modem said to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from modem.at.results import parse_final
from modem.transcript.values import Chunk, Transcript, Way

# Seconds after the host's last byte, and what the modem said then.
Said: TypeAlias = tuple[tuple[float, bytes], ...]

_HOST_LINE = re.compile(rb"[^\r\x1a\x1b]*[\r\x1a\x1b]?")
_PROMPT = re.compile(rb"(?:^|[\r\n])> ?[\r\n]*$")
_LINE = re.compile(rb"[^\r\n]+(?=[\r\n])")
_FORM = re.compile(rb"(AT[^=?\"]*=)[^?]")


@dataclass(frozen=True, slots=True)
class Moment:
    """What the host said until the modem spoke, and all that the modem said until the host did.

    The first of a session has nothing of the host's.
    """

    at_s: float
    host: bytes = b""
    said: Said = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A line of the host's, or a payload; the answer to it, and what came unasked behind that.

    `echo` tells that the modem repeated the line, which isn't in `answer`.
    """

    host: bytes
    answer: Said
    urcs: Said
    echo: bool
    prompts: bool
    is_payload: bool

    def without_urcs(self) -> Exchange:
        """Only what was asked for."""
        return replace(self, urcs=())


def moments(transcript: Transcript) -> tuple[Moment, ...]:
    """The session by who spoke; there is one at least."""
    found = [Moment(0.0)]
    for step in transcript.steps:
        if not isinstance(step, Chunk) or not step.data:
            continue
        last = found[-1]
        if step.way is Way.FROM_MODEM:
            said = (step.at_s - last.at_s, step.data)
            found[-1] = replace(last, said=(*last.said, said))
        elif last.said or len(found) == 1:
            found.append(Moment(step.at_s, step.data))
        else:
            found[-1] = replace(last, at_s=step.at_s, host=last.host + step.data)
    return tuple(found)


def exchanges(transcript: Transcript) -> tuple[Said, tuple[Exchange, ...]]:
    """What the modem said before it was asked, and the session line by line of the host's."""
    first, *rest = moments(transcript)
    found: list[Exchange] = []
    for moment in _by_lines(rest):
        is_payload = bool(found) and found[-1].prompts
        found.append(_exchange(moment, is_payload=is_payload))
    return first.said, tuple(found)


def _by_lines(found: list[Moment]) -> Iterator[Moment]:
    """The moments anew, one a line: somebody may have typed it letter by letter, with echoes.

    Of lines that were sent at once, the last one has the answer.
    """
    begun = b""
    typed: Said = ()  # what the modem said while the line was typed
    for moment in found:
        pieces = [piece for piece in _HOST_LINE.findall(begun + moment.host) if piece]
        begun = b"" if pieces[-1].endswith((b"\r", b"\x1a", b"\x1b")) else pieces.pop()
        for piece in pieces[:-1]:
            yield Moment(moment.at_s, piece)
        if pieces:
            yield Moment(moment.at_s, pieces[-1], (*typed, *moment.said))
            typed = ()
        else:
            typed = (*typed, *((0.0, data) for _, data in moment.said))


def _exchange(moment: Moment, *, is_payload: bool) -> Exchange:
    host = moment.host.lstrip(b"\n")
    echo, said = _without_echo(moment.said, host)
    count = _answer_length(said)
    answer, urcs = said[:count], said[count:]
    return Exchange(
        host,
        answer,
        urcs,
        echo,
        prompts=_PROMPT.search(b"".join(data for _, data in said)) is not None,
        is_payload=is_payload,
    )


def _without_echo(said: Said, host: bytes) -> tuple[bool, Said]:
    """Whether the modem began with what the host said, and what it said beyond that."""
    whole = b"".join(data for _, data in said)
    # Some modems don't repeat the Ctrl-Z.
    for echo in (host, host.rstrip(b"\x1a")):
        if echo and whole.startswith(echo):
            return True, _behind(said, len(echo))
    return False, said


def _behind(said: Said, left: int) -> Said:
    """What was said without its first bytes."""
    kept: list[tuple[float, bytes]] = []
    for after_s, data in said:
        kept.append((after_s, data[left:]))
        left = max(left - len(data), 0)
    return tuple((after_s, data) for after_s, data in kept if data)


def _answer_length(said: Said) -> int:
    """How many chunks it takes to the final result or the prompt; all, where there is none."""
    heard = b""
    for number, (_, data) in enumerate(said, 1):
        heard += data
        lines = _LINE.findall(heard)
        if any(parse_final(line.decode("latin-1").strip()) for line in lines):
            return number
        if _PROMPT.search(heard):
            return number
    return len(said)


def squeezed(line: bytes) -> bytes:
    """A line as it is compared: without case, blanks and its end."""
    return re.sub(rb"\s", b"", line.strip(b"\r\n\x1a\x1b")).upper()


def may_stand_for(exchange: Exchange, line: bytes) -> bool:
    """Would its answer do for a line that sets the same to another value?

    A number, a length, a PIN that is masked: where the answer is only OK or the prompt, it would.
    """
    forms = _FORM.match(squeezed(exchange.host)), _FORM.match(squeezed(line))
    if forms[0] is None or forms[1] is None or forms[0][1] != forms[1][1]:
        return False
    answer = b"".join(data for _, data in exchange.answer)
    return exchange.prompts or answer.split() == [b"OK"]
