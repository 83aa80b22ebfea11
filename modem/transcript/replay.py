"""A session as the modem in it: bytes from a host in, bytes and when they are due out.

No port and no clock. `StrictReplay` wants the host to say exactly what it said; `TolerantReplay`
answers what it is asked, from what was answered to the same. A silence of the host's is never
waited for: what the modem said is due so long after what it followed, divided by `time_scale`.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from modem.transcript.errors import ReplayDiffers
from modem.transcript.script import Exchange, Moment, exchanges, may_stand_for, moments, squeezed
from modem.transcript.values import Transcript

_ERROR = b"\r\nERROR\r\n"
_OK = b"\r\nOK\r\n"
_ENDS_OF_PAYLOAD = b"\x1a\x1b"
# More than that without an end is no line; a PDU has 352 digits.
_MAX_LINE = 4096


class Replay(Protocol):
    """A modem that is played."""

    def start(self, now_s: float) -> None:
        """The session begins."""

    def feed(self, data: bytes, now_s: float) -> None:
        """Bytes from the host. Raises ReplayDiffers."""

    def due(self, now_s: float) -> bytes:
        """What the modem says by now."""

    def next_due_s(self) -> float | None:
        """When it says something next."""

    @property
    def finished(self) -> bool:
        """Was all of it played?"""


@dataclass(frozen=True, slots=True)
class _Planned:
    at_s: float
    data: bytes


class _Plan:
    """What is to be said, in order of time; of an answer nothing overtakes what is before it."""

    def __init__(self, time_scale: float) -> None:
        self._planned: deque[_Planned] = deque()
        self._time_scale = time_scale

    def add(self, said: Iterable[tuple[float, bytes]], now_s: float) -> None:
        """Say these, each so many seconds of the recording after now."""
        for after_s, data in said:
            at_s = now_s + after_s / self._time_scale
            if self._planned:
                at_s = max(at_s, self._planned[-1].at_s)
            self._planned.append(_Planned(at_s, data))

    def add_freely(self, said: Iterable[tuple[float, bytes]], now_s: float) -> None:
        """The same for what stands alone: it waits for nothing else."""
        new = [_Planned(now_s + after_s / self._time_scale, data) for after_s, data in said]
        self._planned = deque(sorted((*self._planned, *new), key=lambda item: item.at_s))

    def hurry(self, now_s: float) -> None:
        """All that is planned is due now."""
        self._planned = deque(_Planned(min(item.at_s, now_s), item.data) for item in self._planned)

    def due(self, now_s: float) -> bytes:
        """What is due, taken out."""
        said = bytearray()
        while self._planned and self._planned[0].at_s <= now_s:
            said += self._planned.popleft().data
        return bytes(said)

    def next_s(self) -> float | None:
        """When the next is due."""
        return self._planned[0].at_s if self._planned else None


class StrictReplay:
    """Plays the session word for word, whatever it holds."""

    def __init__(self, transcript: Transcript, *, time_scale: float = 1.0) -> None:
        self._moments = moments(transcript)
        self._masked = transcript.header("masked") == "yes"
        self._plan = _Plan(time_scale)
        self._number = 0
        self._said = bytearray()  # what the host has said of the next moment's line

    def start(self, now_s: float) -> None:
        """What the modem says before it is asked is planned."""
        self._plan.add(self._moments[0].said, now_s)

    def feed(self, data: bytes, now_s: float) -> None:
        """Bytes of the host's; the moment that they end is played. Raises ReplayDiffers.

        A host that is faster than it was gets at once what it didn't wait for.
        """
        self._said += data
        while self._said:
            expected = self._expected()
            common = min(len(expected.host), len(self._said))
            if not common or self._said[:common] != expected.host[:common]:
                raise ReplayDiffers(
                    self._number + 1,
                    expected.at_s,
                    expected.host,
                    bytes(self._said),
                    masked=self._masked,
                )
            if common < len(expected.host):
                return
            del self._said[:common]
            self._number += 1
            self._plan.hurry(now_s)
            self._plan.add(expected.said, now_s)

    def _expected(self) -> Moment:
        if self._number + 1 < len(self._moments):
            return self._moments[self._number + 1]
        return Moment(self._moments[-1].at_s)

    def due(self, now_s: float) -> bytes:
        """What the modem says by now."""
        return self._plan.due(now_s)

    def next_due_s(self) -> float | None:
        """When it says something next."""
        return self._plan.next_s()

    @property
    def finished(self) -> bool:
        """Has the host said all that it said, and heard all?"""
        return self._number + 1 >= len(self._moments) and self._plan.next_s() is None


@dataclass(slots=True)
class _Script:
    """The exchanges, which of them were played, and where the session is."""

    exchanges: tuple[Exchange, ...]
    next: int = 0
    played: set[int] = field(default_factory=set)

    def find(self, line: bytes) -> int | None:
        """The exchange for a line: the same line, next in the session or else the last before.

        Where none is the same, one with other parameters: a number, a length, a PIN that is masked.
        """
        behind, before = range(self.next, len(self.exchanges)), reversed(range(self.next))
        order = [at for at in (*behind, *before) if not self.exchanges[at].is_payload]
        wanted = squeezed(line)
        same = (at for at in order if squeezed(self.exchanges[at].host) == wanted)
        alike = (at for at in order if may_stand_for(self.exchanges[at], line))
        return next(itertools.chain(same, alike), None)

    def play(self, number: int) -> Exchange:
        """It is played now; what the modem said of itself behind it comes only the first time."""
        exchange = self.exchanges[number]
        again = number in self.played
        self.played.add(number)
        self.next = number + 1
        return exchange.without_urcs() if again else exchange

    def payload(self) -> int | None:
        """The exchange that begins with the payload of the last one."""
        following = self.next < len(self.exchanges) and self.exchanges[self.next].is_payload
        return self.next if following else None


class TolerantReplay:
    """Answers each command as the session has it; what it doesn't have is an ERROR."""

    def __init__(self, transcript: Transcript, *, time_scale: float = 1.0) -> None:
        before, found = exchanges(transcript)
        self._before = before
        self._script = _Script(found)
        self._answers = _Plan(time_scale)
        self._urcs = _Plan(time_scale)
        self._line = bytearray()
        self._prompted = False
        self._echo = bool(found) and found[0].echo
        self.unknown: list[bytes] = []
        """Lines that the session has no answer for, the last few."""

    def start(self, now_s: float) -> None:
        """What the modem says before it is asked is planned."""
        self._urcs.add_freely(self._before, now_s)

    def feed(self, data: bytes, now_s: float) -> None:
        """Bytes of the host's; each line that they end is answered."""
        for byte in data:
            self._line.append(byte)
            ends = _ENDS_OF_PAYLOAD if self._prompted else b"\r" + _ENDS_OF_PAYLOAD
            if byte in ends or len(self._line) > _MAX_LINE:
                line = bytes(self._line)
                self._line.clear()
                self._answer(line.lstrip(b"\n"), now_s)

    def _answer(self, line: bytes, now_s: float) -> None:
        prompted, self._prompted = self._prompted, False
        if line.endswith(b"\x1b") or not line.strip(b"\r\x1a"):
            return
        at = self._script.payload() if prompted else self._script.find(line)
        if at is None and line.strip().upper() == b"AT":
            # Programs ask this to find a modem at all, ours too; it may not have been recorded.
            self._answers.add(((0.0, (line if self._echo else b"") + _OK),), now_s)
        elif at is None:
            self.unknown = [*self.unknown[-9:], line]
            self._answers.add(((0.0, (line if self._echo else b"") + _ERROR),), now_s)
        else:
            self._play(self._script.play(at), line, now_s)

    def _play(self, exchange: Exchange, line: bytes, now_s: float) -> None:
        self._echo = exchange.echo
        self._prompted = exchange.prompts and self._script.payload() is not None
        if exchange.echo:
            self._answers.add(((0.0, line),), now_s)
        self._answers.add(exchange.answer, now_s)
        self._urcs.add_freely(exchange.urcs, now_s)

    def due(self, now_s: float) -> bytes:
        """What the modem says by now; what it says unasked comes not within an answer."""
        said = self._answers.due(now_s)
        return said if self._answers.next_s() is not None else said + self._urcs.due(now_s)

    def next_due_s(self) -> float | None:
        """When it says something next."""
        answer_s, urc_s = self._answers.next_s(), self._urcs.next_s()
        return urc_s if answer_s is None else answer_s

    @property
    def finished(self) -> bool:
        """Was each exchange played, and is nothing left to say?"""
        everything = len(self._script.played) == len(self._script.exchanges)
        return everything and self.next_due_s() is None


def replay_of(transcript: Transcript, *, strict: bool, time_scale: float = 1.0) -> Replay:
    """The replay that is wanted."""
    kind = StrictReplay if strict else TolerantReplay
    return kind(transcript, time_scale=time_scale)
