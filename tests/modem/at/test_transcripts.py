"""Every transcript, however the bytes are cut: which events, in which order, and no line lost."""

from __future__ import annotations

import re

import pytest

from modem.at import Echo, Event, Noise, Prompt, Response, Urc
from modem.at.receivebuffer import PADDING
from tests.modem.at.expectations import (
    EXPECTED,
    Answer,
    Echoed,
    Expected,
    NotAnswered,
    Prompted,
)
from tests.modem.at.transcripts import (
    Chunker,
    StepKind,
    Transcript,
    Unanswered,
    at_random,
    byte_by_byte,
    play,
    read_all,
    whole,
)

TRANSCRIPTS = read_all()

CUTS: dict[str, Chunker] = {
    "whole": whole,
    "byte-by-byte": byte_by_byte,
    **{f"seed-{seed}": at_random(seed) for seed in range(5)},
}


def described(event: Event | Unanswered) -> Expected:
    """An event as the table has it."""
    match event:
        case Response(command, lines, final):
            code = "" if final.code is None else f" {final.code}"
            return Answer(command.text, final.kind.value + code, *lines)
        case Echo(command):
            return Echoed(command.text)
        case Prompt(command):
            return Prompted(command.text)
        case Unanswered(command):
            return NotAnswered(command.text)
        case Urc() | Noise():
            return event


def line_count(event: Event | Unanswered) -> int:
    """How many lines of the modem an event stands for."""
    match event:
        case Response(_, lines, _):
            return len(lines) + 1
        case Urc(_, _, data):
            return 1 + len(data)
        case Noise(data, _):
            return data.count(b"\n") + 1
        case Echo() | Prompt():
            return 1
        case Unanswered():
            return 0


def said(transcript: Transcript) -> bytes:
    """All that the modem said."""
    return b"".join(step.data for step in transcript.steps if step.kind is StepKind.MODEM)


def test_every_transcript_has_an_expectation() -> None:
    assert [transcript.name for transcript in TRANSCRIPTS] == sorted(EXPECTED)


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_events_of_a_session(transcript: Transcript, cut: Chunker) -> None:
    events = play(transcript, cut)

    assert [described(event) for event in events] == list(EXPECTED[transcript.name])


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_each_line_is_in_one_event(transcript: Transcript) -> None:
    prompts_apart = re.sub(rb"(?m)^> ", b">\n", said(transcript))
    lines = [line.strip(PADDING) for line in re.split(rb"[\r\n]", prompts_apart)]

    events = play(transcript, whole)

    assert sum(line_count(event) for event in events) == len([line for line in lines if line])
