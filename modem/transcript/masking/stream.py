"""Masking on a stream: chunks of both directions, cut anywhere, in order."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

from modem.transcript.masking.lines import Lines
from modem.transcript.masking.numbers import Numbers
from modem.transcript.masking.parameters import blot
from modem.transcript.values import Chunk, Note, Step, Way

# What ends a line: CR and LF, and Ctrl-Z and ESC behind a payload.
_PIECE = re.compile(rb"[\r\n\x1a\x1b]|[^\r\n\x1a\x1b]+")
_ENDS = b"\r\n\x1a\x1b"
_PROMPT = re.compile(rb"[> ]+")
# The longest line that means something: a part of a CMGL in hex; more than that isn't waited for.
MAX_LINE = 4096
# How much may wait for the end of a line, of the other direction's, too.
HOLD_BYTES = 64 * 1024
# Somebody may type a command by hand.
HOLD_S = 60.0
LEAST_DIGITS = 6
_SPEED = re.compile(r"([0-9]{6,7} baud)")  # in a note of our own


class _Held:
    """A step that isn't decided yet, and how much of it is."""

    __slots__ = ("done", "step")

    def __init__(self, step: Step) -> None:
        self.step = step
        self.done = bytearray()

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.step.data) if isinstance(self.step, Chunk) else 0

    @property
    def weight(self) -> int:
        """What it counts for among what is held: a note takes room, too."""
        return max(self.size, 1)

    @property
    def missing(self) -> int:
        """How many of them are undecided."""
        return self.size - len(self.done)

    def masked(self) -> Step:
        """The step as it may be shown."""
        if isinstance(self.step, Note):
            return self.step
        return replace(self.step, data=bytes(self.done))


class _Direction:
    """The line that one side is saying: its bytes so far, and the chunks that they are in."""

    def __init__(self) -> None:
        self.line = bytearray()
        self.waiting: deque[_Held] = deque()
        self.torn = False  # its beginning was given out already, blotted
        self.begins = True

    def give(self, masked: bytes) -> None:
        """The next bytes are decided."""
        while masked:
            held = self.waiting[0]
            count = held.missing
            held.done += masked[:count]
            masked = masked[count:]
            if not held.missing:
                self.waiting.popleft()


class Masker:
    """Masks the steps of one session.

    A step is held until all its bytes are decided, which is at the end of their lines; `flush`
    blots what is open. That also happens of itself to a line that isn't ended within `hold_s`
    of the session's time, or that 64 KiB wait for.
    """

    def __init__(self, *, hold_s: float = HOLD_S) -> None:
        self._hold_s = hold_s
        self._numbers = Numbers()
        self._lines = Lines(self._numbers)
        self._queue: deque[_Held] = deque()
        self._held_bytes = 0
        self._directions = {way: _Direction() for way in Way}

    def feed(self, step: Step) -> list[Step]:
        """Take a step; the ones that are decided now."""
        due: list[Step] = []
        if self._queue and step.at_s - self._queue[0].step.at_s > self._hold_s:
            due = self.flush()
        if isinstance(step, Note):
            step = replace(step, text=self.words(step.text))
        held = _Held(step)
        self._queue.append(held)
        self._held_bytes += held.weight
        if isinstance(step, Chunk):
            self._take(step.way, step.data, held)
        due += self._decided()
        return due + (self.flush() if self._held_bytes > HOLD_BYTES else [])

    def flush(self) -> list[Step]:
        """All that is held; lines that have no end yet are blotted, with what follows of them."""
        for direction in self._directions.values():
            if direction.line:
                self._blot(direction)
        return self._decided()

    def words(self, text: str) -> str:
        """A note or a header, in people's words, without its longer numbers."""
        parts = _SPEED.split(text)
        parts[::2] = [self._numbers.mask_in(part, least=LEAST_DIGITS) for part in parts[::2]]
        return "".join(parts)

    def _decided(self) -> list[Step]:
        due: list[Step] = []
        while self._queue and not self._queue[0].missing:
            held = self._queue.popleft()
            self._held_bytes -= held.weight
            due.append(held.masked())
        return due

    def _take(self, way: Way, data: bytes, held: _Held) -> None:
        direction = self._directions[way]
        if data:
            direction.waiting.append(held)
        for piece in _PIECE.findall(data):
            if piece in _ENDS:
                self._end(way, direction, piece)
                continue
            if way is Way.FROM_MODEM and direction.begins:
                piece = self._take_prompt(direction, piece)
            direction.line += piece
            if direction.torn or len(direction.line) > MAX_LINE:
                self._blot(direction)

    def _take_prompt(self, direction: _Direction, piece: bytes) -> bytes:
        """The piece without a prompt before it, which passes at once: somebody waits for it."""
        prompt = _PROMPT.match(piece)
        if prompt is not None:
            if b">" in prompt[0]:
                self._lines.prompt()
            direction.give(prompt[0])
            piece = piece[len(prompt[0]) :]
        direction.begins = not piece
        return piece

    def _end(self, way: Way, direction: _Direction, end: bytes) -> None:
        """The line is whole."""
        line = direction.line.decode("latin-1")
        direction.line.clear()
        if line:
            said = self._lines.host_line if way is Way.TO_MODEM else self._lines.modem_line
            direction.give(said(line).encode("latin-1"))
        if direction.torn and way is Way.TO_MODEM:
            self._lines.host_line_lost()
        if end in b"\x1a\x1b" and way is Way.TO_MODEM:
            self._lines.payload_ended()
        direction.torn, direction.begins = False, True
        direction.give(end)

    def _blot(self, direction: _Direction) -> None:
        direction.torn = True
        direction.give(blot(direction.line.decode("latin-1")).encode("latin-1"))
        direction.line.clear()
