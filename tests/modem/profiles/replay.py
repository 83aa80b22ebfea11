"""Plays the host's part of a transcript to a simulated modem, and says what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from modem.profiles import Profile
from tests.modem.at.transcripts import StepKind, Transcript
from tests.modem.simulator.bench import Bench

# What is another in every session, by name.
PLACEHOLDERS: dict[str, str] = {
    "imei": r"\b\d{15}\b",
    "reference": r"(?<=\+CMGS: )\d+",
    "signal": r"(?<=\+CSQ: )\d+,\d+",
    "strength": r"(?<=\^RSSI:)\d+",
    "operator": r'(?<=\+COPS: 0,0,)"[^"]+"',
    "index": r'(?<=\+CMTI: "SM",)\d+|(?<=\+CDSI: "SR",)\d+',
    "full": r'(?<="SM",)(\d+),\1\b',
    "subscriber": r'(?<=\+CNUM: ,)"\+?\d+",\d+',
}

Act = Callable[[Bench], object]


@dataclass(frozen=True, slots=True)
class Scene:
    """What was the case when a transcript begins, and what happens in it.

    `events` come before the moment of that number, and `said` is what the host really says in it,
    where the transcript has dots. A moment lasts as long as the transcript says, and `settle_s` at
    least: the network's answer to a submission comes in it.
    """

    profile: str
    before: Act | None = None
    events: Mapping[int, Act] = field(default_factory=dict)
    said: Mapping[int, bytes] = field(default_factory=dict)
    pin: str | None = None
    has_card: bool = True
    echo: bool = True
    settle_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Moment:
    """What the host says, and all that the modem says until the host speaks again.

    The first one has nothing of the host's.
    """

    number: int
    host: bytes
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


@dataclass(slots=True)
class _Heard:
    host: bytes
    modem: bytes = b""
    pause_s: float = 0.0


def replay(transcript: Transcript, scene: Scene, profile: Profile) -> list[Moment]:
    """Each moment as the transcript has it and as the simulated modem plays it."""
    bench = Bench(profile, echo=scene.echo, pin=scene.pin, has_card=scene.has_card)
    if scene.before is not None:
        scene.before(bench)
    bench.said()
    verbatim = dict(transcript.headers)["framing"] == "verbatim"
    moments: list[Moment] = []
    for number, heard in enumerate(_moments(transcript)):
        ours = _played(bench, scene, number, heard)
        theirs = heard.modem.decode("latin-1")
        cut = _bytewise if verbatim else _linewise
        moments.append(Moment(number, heard.host, cut(theirs), cut(ours)))
    return moments


def _moments(transcript: Transcript) -> list[_Heard]:
    found = [_Heard(b"")]
    for step in transcript.steps:
        if step.kind is StepKind.HOST:
            found.append(_Heard(step.data))
        elif step.kind is StepKind.MODEM:
            found[-1].modem += step.data
        else:
            found[-1].pause_s += step.pause_s
    return found


def _played(bench: Bench, scene: Scene, number: int, heard: _Heard) -> str:
    act = scene.events.get(number)
    if act is not None:
        act(bench)
    said = bench.send(scene.said.get(number, heard.host)) if heard.host else bench.said()
    return said + bench.wait(max(heard.pause_s, scene.settle_s))


def _linewise(text: str) -> tuple[str, ...]:
    """The lines with something on them; where the source shows lines, their ends are not its."""
    return tuple(_anonymous(line) for line in re.split(r"[\r\n]+", text) if line)


def _bytewise(text: str) -> tuple[str, ...]:
    """Everything, line ends included."""
    return tuple(_anonymous(line) for line in text.splitlines(keepends=True))


def _anonymous(line: str) -> str:
    for name, expression in PLACEHOLDERS.items():
        line = re.sub(expression, f"<{name}>", line)
    return line
