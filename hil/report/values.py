"""A run of the suite as values, and as the JSON of `results.json`.

Times of marks and lines are seconds since their test began, `started` is the one wall-clock time.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import ClassVar

from hil.report.decoding import ResultsError, decoded

RESULTS = "results.json"
# Goes up with every change of what stands in the file: a field more is another format.
FORMAT = 1


class Outcome(Enum):
    """What became of a test. ERROR: it broke before or after its own steps, in a fixture."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"

    @property
    def bad(self) -> bool:
        """Does a run with it fail?"""
        return self in (Outcome.FAILED, Outcome.ERROR)


class Leg(Enum):
    """Where a message is on its way, in the order of the picture's lanes."""

    REST = "REST call"
    PLATFORM = "platform"
    MODEM = "modem"
    DAEMON = "daemon"
    OUTBOX = "outbox"
    WEBHOOK = "webhook"


class Way(Enum):
    """Direction of a line in a transcript; NOTE is a log line or a remark of the test."""

    TO_MODEM = "->"
    FROM_MODEM = "<-"
    NOTE = "--"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to a message: when, where, and in words."""

    at_s: float
    leg: Leg
    what: str


@dataclass(frozen=True, slots=True)
class MessageTrace:
    """One message's way. Marks may come in any order: each leg has its own observer."""

    label: str
    marks: tuple[Mark, ...]

    def in_order(self) -> tuple[Mark, ...]:
        """The marks by time; of equal times, as they were set."""
        return tuple(sorted(self.marks, key=lambda mark: mark.at_s))


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A line of the modem's traffic, or a note between."""

    at_s: float
    way: Way
    text: str


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test of a run.

    `id` is pytest's, from the file on ("test_messages.py::test_mt[160]"); `title` its docstring's
    first line; `reason` why it was skipped or the failure in one line; `detail` the long text.
    Measures are named with their unit: `mt_s`, `rssi_dbm`.
    """

    __test__: ClassVar[bool] = False  # pytest takes every Test... that a test imports for one

    id: str
    title: str
    outcome: Outcome
    duration_s: float
    reason: str = ""
    detail: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)
    messages: tuple[MessageTrace, ...] = ()
    transcript: tuple[TranscriptLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the suite on one bench.

    `modem` has manufacturer, model, revision and profile, `network` operator and rat, as far as
    they are known. `missing` says of each absent capability why, and what would give it.
    A run is `whole` if all tests were asked for and had their turn. `stopped` is why the bench
    broke in mid-run. `sms_sent` went to the device, `sms_received` came from it.
    """

    bench: str
    simulated: bool
    modem: Mapping[str, str]
    network: Mapping[str, str]
    program: str
    python: str
    host: str
    started: datetime
    duration_s: float
    sms_budget: int
    sms_sent: int
    sms_received: int
    missing: Mapping[str, str]
    whole: bool
    stopped: str | None
    tests: tuple[TestResult, ...]

    @property
    def name(self) -> str:
        """The name of its directory: `20261128T105735-BENCH`, in UTC."""
        return directory_name(self.started, self.bench)

    @property
    def sms_spent(self) -> int:
        """SMS that are billed: both directions are."""
        return self.sms_sent + self.sms_received

    @property
    def passed(self) -> bool:
        """Has something been tested, and nothing failed?"""
        counts = self.counts()
        return (
            counts[Outcome.PASSED] > 0
            and self.stopped is None
            and not any(counts[outcome] for outcome in Outcome if outcome.bad)
        )

    def counts(self) -> Counter[Outcome]:
        """How many tests ended how; an outcome that none had counts 0."""
        return Counter(test.outcome for test in self.tests)

    def to_json(self) -> str:
        """As `from_json` reads it. Pure ASCII, so that no reader's encoding spoils it."""
        fields = {"format": FORMAT} | dataclasses.asdict(self)
        return json.dumps(fields, indent=1, default=_plain, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Run:
        """Read what `to_json` wrote. Raises ResultsError for anything else, other formats too."""
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ResultsError("", f"no JSON: {error}") from None
        if not isinstance(fields, dict) or "format" not in fields:
            raise ResultsError("", "not the results of a run")
        if fields.pop("format") != FORMAT:
            raise ResultsError("format", f"another version wrote it; this one reads {FORMAT}")
        return decoded(cls, fields)


def directory_name(started: datetime, bench: str) -> str:
    """Where a run's files are: `20261128T105735-BENCH`, in UTC."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%S}-{bench}"


def load(path: Path) -> Run:
    """Read a `results.json`. Raises ResultsError."""
    try:
        return Run.from_json(path.read_bytes())
    except OSError as error:
        raise ResultsError("", f"can't be read: {error.strerror}") from None


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in results")
