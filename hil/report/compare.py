"""What is different from the former run on the same bench; pure but for `former_run`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from hil.report.decoding import ResultsError
from hil.report.values import RESULTS, Outcome, Run, TestResult, load

# Two runs are two samples, and an SMS's latency has a long tail: half as much again is everyday,
# the double is worth a look. Without an amount, 20 ms against 45 ms would be news.
FACTOR = 2.0
MEASURE_S = 0.5
# A test waits in polls of 2 s (`platform.poll_s`), so it ends up to one earlier or later.
DURATION_S = 2.0
# Between two runs a standing modem's level moves by some dB; ten are another place or antenna.
LEVEL_DB = 10.0


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A test that ended otherwise; `reason` is the one of now."""

    id: str
    was: Outcome
    now: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Shift:
    """A number that moved: measure `name` of a test, `duration_s` for the test itself."""

    id: str
    name: str
    was: float
    now: float
    worse: bool

    @property
    def word(self) -> str:
        """In one word: slower or faster, weaker or stronger."""
        if self.name.endswith("_s"):
            return "slower" if self.worse else "faster"
        return "weaker" if self.worse else "stronger"


@dataclass(frozen=True, slots=True)
class FactChange:
    """Something about bench or program that may explain the rest."""

    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside the former one."""

    former: Run
    facts: tuple[FactChange, ...]
    outcomes: tuple[OutcomeChange, ...]
    shifts: tuple[Shift, ...]
    new: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def changed(self) -> tuple[OutcomeChange, ...]:
        """Tests that ran both times and ended otherwise."""
        return tuple(c for c in self.outcomes if Outcome.SKIPPED not in (c.was, c.now))

    @property
    def skips_came(self) -> tuple[OutcomeChange, ...]:
        """Tests that ran then and are skipped now."""
        return tuple(c for c in self.outcomes if c.now is Outcome.SKIPPED)

    @property
    def skips_went(self) -> tuple[OutcomeChange, ...]:
        """Tests that were skipped then and ran now."""
        return tuple(c for c in self.outcomes if c.was is Outcome.SKIPPED)

    @property
    def worse(self) -> tuple[Shift, ...]:
        """What became slower or weaker, the worst first."""
        return tuple(shift for shift in self.shifts if shift.worse)

    @property
    def better(self) -> tuple[Shift, ...]:
        """What became faster or stronger."""
        return tuple(shift for shift in self.shifts if not shift.worse)

    @property
    def nothing(self) -> bool:
        """Is all as it was?"""
        return not (self.facts or self.outcomes or self.shifts or self.new or self.vanished)


def compare(run: Run, former: Run) -> Comparison:
    """Set a run beside the former one; tests are the same where their ids are."""
    now = {test.id: test for test in run.tests}
    was = {test.id: test for test in former.tests}
    both = [(was[name], now[name]) for name in now if name in was]
    return Comparison(
        former=former,
        facts=tuple(_facts(former, run)),
        outcomes=tuple(
            OutcomeChange(new.id, old.outcome, new.outcome, new.reason)
            for old, new in both
            if old.outcome is not new.outcome
        ),
        shifts=tuple(
            sorted((shift for pair in both for shift in _shifts(*pair)), key=_size, reverse=True)
        ),
        new=tuple(name for name in now if name not in was) if former.whole else (),
        vanished=tuple(name for name in was if name not in now) if run.whole else (),
    )


def former_run(directory: Path, run: Run) -> Run | None:
    """The latest whole run before this one, of the same bench, among the reports of a directory.

    What can't be read, such as the results of another version, is passed over.
    """
    for folder in sorted(directory.glob(f"*-{escape(run.bench)}"), reverse=True):
        try:
            former = load(folder / RESULTS)
        except ResultsError:
            continue
        if former.bench == run.bench and former.whole and former.started < run.started:
            return former
    return None


def _facts(was: Run, now: Run) -> Iterator[FactChange]:
    for name, key in (("modem", "model"), ("firmware", "revision"), ("profile", "profile")):
        yield from _fact(name, was.modem.get(key, ""), now.modem.get(key, ""))
    for key in ("operator", "rat"):
        yield from _fact(key, was.network.get(key, ""), now.network.get(key, ""))
    yield from _fact("program", was.program, now.program)
    yield from _fact("python", was.python, now.python)
    yield from _fact("host", was.host, now.host)


def _fact(name: str, was: str, now: str) -> Iterator[FactChange]:
    # A run that stopped early knows less; that is no change.
    if was and now and was != now:
        yield FactChange(name, was, now)


def _shifts(was: TestResult, now: TestResult) -> Iterator[Shift]:
    """What of a test moved: its measures, or where these don't say so, its duration."""
    measures = tuple(_measures(was, now))
    yield from measures
    # A test that failed lasted as long as its patience.
    passed = was.outcome is Outcome.PASSED is now.outcome
    if passed and _differ(was.duration_s, now.duration_s, DURATION_S):
        slower = now.duration_s > was.duration_s
        if not any(shift.worse is slower for shift in measures):
            yield Shift(now.id, "duration_s", was.duration_s, now.duration_s, worse=slower)


def _measures(was: TestResult, now: TestResult) -> Iterator[Shift]:
    for name, value in now.measures.items():
        former = was.measures.get(name)
        if former is None:
            continue
        if name.endswith("_s") and _differ(former, value, MEASURE_S):
            yield Shift(now.id, name, former, value, worse=value > former)
        if name.endswith("_dbm") and abs(value - former) >= LEVEL_DB:
            yield Shift(now.id, name, former, value, worse=value < former)


def _differ(one: float, other: float, amount: float) -> bool:
    low, high = sorted((one, other))
    return high - low >= amount and high >= FACTOR * low


def _size(shift: Shift) -> float:
    """How far beyond what makes it worth telling."""
    if not shift.name.endswith("_s"):
        return abs(shift.now - shift.was) / LEVEL_DB
    low, high = sorted((shift.was, shift.now))
    return high / low / FACTOR if low > 0 else float("inf")
