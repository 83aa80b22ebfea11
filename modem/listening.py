"""What does a port say, before anything is known of it: AT answers, positions, rubbish, nothing?

All else expects a modem that answers in words (ATV1Q0) at the right speed. Here the bytes are
looked at as they come. Nothing but `AT` and `AT+CGMI` is written, which change nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from modem.errors import LinkLost
from modem.tap import Tap, TappedLink, TappedUser
from modem.transport import open_link

# A modem answers `AT` within milliseconds; one that is busy with its start takes longer.
TURN_S = 0.7
# What the port has in its buffer from before isn't the answer.
_STALE_S = 0.05
_MAX_BYTES = 4096
_NMEA = re.compile(rb"\$(?:G[A-Z]|BD|PQ)[A-Z]{2,6},[^\r\n]*\*[0-9A-F]{2}\r?\n")
_FINAL = re.compile(rb"(?:^|[\r\n])(?:OK|ERROR|\+CM[ES] ERROR:[^\r\n]*)\r?\n")
_NUMBER = re.compile(rb"(?:^|\r|\n)[04]\r(?!\n)")
_RUBBISH_SHARE = 0.25
# By turns: a modem that keeps its results to itself (ATQ1) still tells its name.
_QUESTIONS = (b"AT\r", b"AT+CGMI\r")
# So often it has to, before that is believed of it.
_TIMES_NAMED = 2


class Speech(Enum):
    """How what is behind a port speaks."""

    WORDS = "answers in words"
    NUMBERS = "answers in numbers"
    NO_RESULTS = "gives no results"
    POSITIONS = "sends GNSS positions"
    RUBBISH = "sends rubbish"
    TEXT = "sends text that is no answer"
    NOTHING = "says nothing"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard; `echoes` where what was typed came back."""

    speech: Speech
    echoes: bool = False


def speech_of(data: bytes) -> Speech | None:
    """What these bytes are as an answer to `AT`; None while more has to come."""
    if _FINAL.search(data):
        return Speech.WORDS
    if _NMEA.search(data):
        return Speech.POSITIONS
    if _NUMBER.search(data):
        return Speech.NUMBERS
    odd = sum(byte not in b"\r\n\t" and not 32 <= byte < 127 for byte in data)
    # A break on the line reads as a NUL or two: not enough to judge by.
    return Speech.RUBBISH if odd > 2 and odd > _RUBBISH_SHARE * len(data) else None


class _Ear:
    """A link's user that keeps what comes."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.lost: LinkLost | None = None
        self.stirred = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        # The last ones: what a modem kept back until somebody listened comes before the answer.
        self.data += data
        del self.data[:-_MAX_BYTES]
        self.stirred.set()

    def link_lost(self, error: LinkLost) -> None:
        self.lost = error
        self.stirred.set()


async def listen_to(
    port: str, *, baud: int = 115200, patience_s: float = 5.0, tap: Tap | None = None
) -> Heard:
    """Ask `AT` until something is heard that tells, for so long at most.

    Raises PortError, MisuseError, LinkLost.
    """
    async with _opened(port, baud, tap) as (ear, line):
        return await _ask(ear, line, patience_s)


async def speak_plainly(port: str, *, baud: int = 115200, tap: Tap | None = None) -> None:
    """ATQ0V1E0, without waiting for anything but a moment: a modem that answers in numbers, or not
    at all, answers in words from now on.
    """
    async with _opened(port, baud, tap) as (ear, line):
        line.write(b"ATQ0V1E0\r")
        await _turn(ear, TURN_S)


@asynccontextmanager
async def _opened(port: str, baud: int, tap: Tap | None) -> AsyncIterator[tuple[_Ear, TappedLink]]:
    ear = _Ear()
    tap = tap or Tap()
    link = TappedLink(await open_link(port, TappedUser(ear, tap), baud=baud), tap)
    try:
        yield ear, link
    finally:
        await link.close()


async def _ask(ear: _Ear, line: TappedLink, patience_s: float) -> Heard:
    loop = asyncio.get_running_loop()
    give_up_s = loop.time() + patience_s
    turn_s = min(TURN_S, patience_s / (2 * _TIMES_NAMED))
    await asyncio.sleep(_STALE_S)
    verdict: Speech | None = None
    echoes = False
    said: dict[bytes, list[frozenset[bytes]]] = {question: [] for question in _QUESTIONS}
    for question in itertools.cycle(_QUESTIONS):
        ear.data.clear()
        line.write(question)
        speech = await _turn(ear, turn_s)
        verdict = speech or verdict
        echoes = echoes or question in ear.data
        if speech in (Speech.WORDS, Speech.NUMBERS):
            return Heard(speech, echoes)
        if ear.lost is not None:
            raise ear.lost
        said[question].append(_texts(bytes(ear.data)))
        if question is _QUESTIONS[-1] and loop.time() >= give_up_s:
            break
    return Heard(verdict or _silence(said), echoes)


def _silence(said: Mapping[bytes, Sequence[frozenset[bytes]]]) -> Speech:
    """What it is that gives no result, by the texts that followed each question.

    A modem that keeps its results to itself tells its name when it is asked for it, each time, and
    at no other question. What talks of its own accord, such as a login or a sensor, is no modem.
    """
    ats, names = (said[question] for question in _QUESTIONS)
    counted = Counter(itertools.chain.from_iterable(names))
    elsewhere: frozenset[bytes] = frozenset().union(*ats)
    if any(times >= _TIMES_NAMED and text not in elsewhere for text, times in counted.items()):
        return Speech.NO_RESULTS
    return Speech.TEXT if counted or elsewhere else Speech.NOTHING


def _texts(data: bytes) -> frozenset[bytes]:
    """The lines that are no echo. A maker's name never has the question in it; a printer or a shell
    that complains of what it doesn't know has.
    """
    lines = (line.strip() for line in data.splitlines())
    return frozenset(
        line for line in lines if line and line.upper() != b"AT" and b"CGMI" not in line.upper()
    )


async def _turn(ear: _Ear, span_s: float) -> Speech | None:
    """What is heard within that time, at once where it is an answer."""
    with_end = asyncio.get_running_loop().time() + span_s
    while True:
        speech = speech_of(bytes(ear.data))
        if speech in (Speech.WORDS, Speech.NUMBERS) or ear.lost is not None:
            return speech
        ear.stirred.clear()
        try:
            async with asyncio.timeout_at(with_end):
                await ear.stirred.wait()
        except TimeoutError:
            return speech_of(bytes(ear.data))
