"""Plays the sessions of tests/transcripts to an engine."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from modem.at import Command, Engine, Event
from modem.transcript import format as text_format
from modem.transcript.values import Chunk

DIRECTORY = Path(__file__).parents[2] / "transcripts"

Chunker: TypeAlias = Callable[[bytes], Iterator[bytes]]


class StepKind(Enum):
    """Who does something in a step."""

    HOST = ">>"
    MODEM = "<<"
    PAUSE = "--"


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes from one side, or a pause."""

    kind: StepKind
    data: bytes = b""
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """A session; `headers` are in the order of the file."""

    name: str
    headers: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The host went on, or the session ended, with no final result to this command."""

    command: Command


def read(path: Path) -> Transcript:
    """A transcript file, without its notes; FormatError names the line that isn't one."""
    session = text_format.read(path.read_text("utf-8"), path.name)
    steps: list[Step] = []
    at_s = 0.0
    for step in (step for step in session.steps if isinstance(step, Chunk)):
        if step.at_s > at_s:
            steps.append(Step(StepKind.PAUSE, pause_s=round(step.at_s - at_s, 6)))
        at_s = step.at_s
        steps.append(Step(StepKind(step.way.value), step.data))
    if session.rest_s:
        steps.append(Step(StepKind.PAUSE, pause_s=session.rest_s))
    return Transcript(path.stem, session.headers, tuple(steps))


def read_all() -> list[Transcript]:
    """All transcripts, by name."""
    return [read(path) for path in sorted(DIRECTORY.glob("*.txt"))]


def whole(data: bytes) -> Iterator[bytes]:
    """All in one read."""
    yield data


def byte_by_byte(data: bytes) -> Iterator[bytes]:
    """A read for each byte."""
    for value in data:
        yield bytes((value,))


def at_random(seed: int) -> Chunker:
    """Reads of 0 to 9 bytes."""
    source = random.Random(seed)

    def chunks(data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            length = source.randrange(10)
            yield data[at : at + length]
            at += length

    return chunks


def drain(engine: Engine) -> list[Event]:
    """The events there are."""
    events: list[Event] = []
    while (event := engine.next_event()) is not None:
        events.append(event)
    return events


# Commands whose set form is answered by an information line
_ANSWERED_WHEN_SET = ("+CMGL", "+CMGR", "+CMGS", "+CPMS")


def command_for(line: str, payload: bytes | None) -> Command:
    """The command as `modem.commands` would build it: which lines belong to its answer."""
    match = re.fullmatch(r"AT([+^*][A-Z0-9]+)(=(?!\?))?.*", line, re.IGNORECASE)
    if match is None:
        return Command(line, payload=payload)
    name = match[1].upper()
    prefixes = (name,) if match[2] is None or name in _ANSWERED_WHEN_SET else ()
    return Command(line, prefixes, bare=name == "+CGMR", payload=payload)


def play(transcript: Transcript, chunker: Chunker) -> list[Event | Unanswered]:
    """What the engine reports of a session in which the host says what it said.

    The host gives up what has no answer when it says the next thing.
    """
    engine = Engine()
    events: list[Event | Unanswered] = []
    said = bytearray()

    def listen() -> None:
        for chunk in chunker(bytes(said)):
            engine.feed(chunk)
            events.extend(drain(engine))
        said.clear()

    host = [step.data for step in transcript.steps if step.kind is StepKind.HOST]
    for step in transcript.steps:
        if step.kind is StepKind.MODEM:
            said += step.data
        elif step.kind is StepKind.HOST:
            listen()
            host.pop(0)
            if step.data.endswith(b"\x1a"):
                assert engine.payload() == step.data
                continue
            _give_up(engine, events)
            payload = host[0][:-1] if host and host[0].endswith(b"\x1a") else None
            line = step.data.decode("ascii").removesuffix("\r")
            assert engine.send(command_for(line, payload)) == step.data
    listen()
    _give_up(engine, events)
    return events


def _give_up(engine: Engine, events: list[Event | Unanswered]) -> None:
    if engine.pending is not None:
        events.append(Unanswered(engine.pending))
        engine.cancel()
        events.extend(drain(engine))
