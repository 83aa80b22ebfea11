"""What a test leaves for the report: the traffic, the times of messages, measures.

Times are of the monotonic clock; they become seconds since the test's start. Lines come from
several threads. Nothing leaves here unmasked.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

from hil.report.values import Leg, Mark, MessageTrace, TranscriptLine, Way
from hil.rig.masking import Masker

# A test of an hour would fill a page of a hundred megabytes: its begin and its end are kept.
KEPT_LINES = 4000
_SHOWN_CHARS = 400
_WAYS = {"-> ": Way.TO_MODEM, "<- ": Way.FROM_MODEM}


@dataclass(slots=True)
class Trace:
    """One message on its way; marks may be set by any thread, in any order."""

    label: str
    marks: list[tuple[float, Leg, str]] = field(default_factory=list)

    def mark(self, leg: Leg, what: str, at: float | None = None) -> None:
        """It was there, now or at a time of the monotonic clock."""
        self.marks.append((time.monotonic() if at is None else at, leg, what))


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that a test left."""

    measures: dict[str, float]
    messages: tuple[MessageTrace, ...]
    transcript: tuple[TranscriptLine, ...]


class Recorder:
    """Takes what happens in the test under way."""

    def __init__(self, masked: Masker) -> None:
        self._masked = masked
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self.began = time.monotonic()
        self._measures: dict[str, float] = {}
        self._traces: list[Trace] = []
        self._lines: list[TranscriptLine] = []
        self._left_out = 0

    def begin(self) -> None:
        """A test begins."""
        with self._lock:
            self._begin()

    def end(self) -> Recorded:
        """It ended: what it left."""
        with self._lock:
            if self._left_out:
                words = f"{self._left_out} lines before these are left out"
                self._lines.insert(KEPT_LINES // 2, TranscriptLine(0.0, Way.NOTE, words))
            return Recorded(
                dict(self._measures),
                tuple(self._message(trace) for trace in self._traces),
                tuple(self._lines),
            )

    def _message(self, trace: Trace) -> MessageTrace:
        marks = tuple(
            Mark(round(at - self.began, 6), leg, self._masked(what)[:_SHOWN_CHARS])
            for at, leg, what in sorted(trace.marks, key=lambda mark: mark[0])
        )
        return MessageTrace(self._masked(trace.label)[:_SHOWN_CHARS], marks)

    def measure(self, name: str, value: float) -> None:
        """A number with its unit at the end of its name."""
        with self._lock:
            self._measures[name] = value

    def message(self, label: str) -> Trace:
        """A message sets out."""
        trace = Trace(label)
        with self._lock:
            self._traces.append(trace)
        return trace

    def note(self, text: str, at: float | None = None) -> None:
        """A line of the transcript that isn't traffic."""
        self._line(Way.NOTE, text, at)

    def traffic(self, text: str, at: float | None = None) -> None:
        """A line of `modem.driver`'s log, which hides what is secret; any other is a note."""
        way = _WAYS.get(text[:3])
        if way is None:
            self.note(text, at)
        else:
            self._line(way, text[3:], at)

    def _line(self, way: Way, text: str, at: float | None) -> None:
        shown = self._masked(text)[:_SHOWN_CHARS]
        with self._lock:
            at_s = (time.monotonic() if at is None else at) - self.began
            self._lines.append(TranscriptLine(round(at_s, 6), way, shown))
            if len(self._lines) > KEPT_LINES:
                del self._lines[KEPT_LINES // 2]
                self._left_out += 1


class TrafficHandler(logging.Handler):
    """Gives the driver's log lines to the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.DEBUG)
        self._recorder = recorder

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        self._recorder.traffic(record.getMessage())
