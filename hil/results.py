"""Collects what becomes of each test, and writes the report at the end of a run."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Generator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from _pytest._code.code import ExceptionRepr, ReprFileLocation

from apn_config.config_reader import printable
from hil.bench import Capability
from hil.checks import Examined, ModemFacts
from hil.report.compare import compare, former_run
from hil.report.page import PAGE
from hil.report.summary import summary, tried_on_row, write
from hil.report.values import Outcome, Run, TestResult
from hil.rig.rig import Rig

_SHOWN_REASON = 400
# A bench's file doesn't tell that its modem is none, and a report must.
SIMULATED_OPERATOR = "Simulated Network"


class Results:
    """A plugin of pytest's for the time of the run."""

    def __init__(
        self,
        rig: Rig,
        examined: Examined,
        started: datetime,
        directory: Path,
        *,
        simulated: bool,
    ) -> None:
        self._rig = rig
        self._examined = examined
        self._started = started
        self._directory = directory
        operator = examined.modem.operator if examined.modem is not None else None
        self._simulated = simulated or operator == SIMULATED_OPERATOR
        self._began = time.monotonic()
        self._tests: list[TestResult] = []
        self._reports: list[pytest.TestReport] = []
        self._written: list[str] = []
        self.asked: int | None = None
        self.interrupted = False
        self.unwritten = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """One test from its set-up to its tear-down."""
        rig = self._rig
        rig.recorder.begin()
        rig.budget.begin(0)
        self._reports = []
        before = len(self._tests)
        try:
            outcome = yield
            found = _outcome(self._reports)
            self._add(item, found, _reason(self._reports))
            if found.bad and rig.broken is None:
                rig.look()
        except (KeyboardInterrupt, pytest.exit.Exception):
            self.interrupted = True
            if len(self._tests) == before:
                self._add(item, Outcome.ERROR, "it was interrupted")
            raise
        return outcome

    def _add(self, item: pytest.Item, outcome: Outcome, reason: str) -> None:
        found = self._rig.recorder.end()
        self._tests.append(
            TestResult(
                id=_id(item),
                title=_title(item),
                outcome=outcome,
                duration_s=sum(report.duration for report in self._reports),
                reason=self._rig.masked(reason),
                detail=self._rig.masked(_detail(self._reports)),
                measures=found.measures,
                messages=found.messages,
                transcript=found.transcript,
            )
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What pytest shows and writes into its own files has no secret in it either.

        What was logged is in the transcript, masked, and nowhere else.
        """
        report = yield
        report.sections = []
        mask_failure(report.longrepr, lambda line: printable(self._rig.masked(line)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of the test under way."""
        self._reports.append(report)

    def write(self) -> None:
        """The report, in the run's own directory; what can't be written is said in the end."""
        run = self._run()
        former = former_run(self._directory.parent, run)
        comparison = None if former is None else compare(run, former)
        page = self._directory / PAGE
        self._written = summary(run, comparison, page)
        try:
            write(run, self._directory, former)
        except OSError as error:
            self.unwritten = True
            self._written.append(f"the report couldn't be written: {error.strerror}")
        self._written += ["", "For the README's table of what was tried on:", tried_on_row(run)]

    def _run(self) -> Run:
        rig, examined = self._rig, self._examined
        return Run(
            bench=rig.bench.name,
            simulated=self._simulated,
            modem=_modem(examined.modem),
            network=_network(examined.modem),
            program=_version(),
            python=platform.python_version(),
            host=f"{platform.system()} {platform.release()} {platform.machine()}",
            started=self._started,
            duration_s=time.monotonic() - self._began,
            sms_budget=rig.budget.limit,
            sms_sent=rig.budget.to_device,
            sms_received=rig.budget.from_device,
            missing={
                each.value: missing
                for each in Capability
                if (missing := rig.bench.missing(each)) is not None
            },
            whole=self.asked == len(self._tests) and not self.interrupted,
            stopped=None if rig.broken is None else rig.masked(rig.broken),
            tests=tuple(self._tests),
        )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What there is to know at the end."""
        if self._written:
            terminalreporter.section("bench")
            for line in self._written:
                terminalreporter.write_line(line)


def mask_failure(shown: object, masked: Callable[[str], str]) -> None:
    """Mask a failure as pytest holds it, line by line: its tracebacks, its message."""
    if not isinstance(shown, ExceptionRepr):
        return
    for traceback, crash in _parts(shown):
        for entry in getattr(traceback, "reprentries", ()):
            entry.lines = [masked(line) for line in entry.lines]
            values = getattr(entry, "reprlocals", None)
            if values is not None:
                values.lines = [masked(line) for line in values.lines]
            arguments = getattr(entry, "reprfuncargs", None)
            if arguments is not None:
                arguments.args = [(name, masked(value)) for name, value in arguments.args]
        if crash is not None:
            crash.message = "\n".join(map(masked, crash.message.splitlines()))


def _parts(shown: ExceptionRepr) -> list[tuple[object, ReprFileLocation | None]]:
    """Its tracebacks, the one that was caused by another and that other."""
    chain = getattr(shown, "chain", None)
    if chain is None:
        return [(shown.reprtraceback, shown.reprcrash)]
    return [(traceback, crash) for traceback, crash, _ in chain]


def _id(item: pytest.Item) -> str:
    """The file's name and the test's: what is before is another on each machine."""
    _, _, rest = item.nodeid.rpartition("/")
    return rest


def _title(item: pytest.Item) -> str:
    documentation = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return documentation.strip().partition("\n")[0]


def _outcome(reports: list[pytest.TestReport]) -> Outcome:
    if any(report.failed and report.when == "call" for report in reports):
        return Outcome.FAILED
    if any(report.failed for report in reports):
        return Outcome.ERROR
    if any(report.skipped for report in reports):
        return Outcome.SKIPPED
    return Outcome.PASSED


def _reason(reports: list[pytest.TestReport]) -> str:
    """Of a failure the exception's line, of a skip why."""
    for report in reports:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            text = str(crash.message if crash is not None else report.longrepr)
            return text.partition("\n")[0][:_SHOWN_REASON]
        if report.skipped and isinstance(report.longrepr, tuple):
            return report.longrepr[2].removeprefix("Skipped: ")[:_SHOWN_REASON]
    return ""


def _detail(reports: list[pytest.TestReport]) -> str:
    return "\n".join(report.longreprtext for report in reports if report.failed)


def _modem(facts: ModemFacts | None) -> dict[str, str]:
    if facts is None:
        return {}
    who = facts.identity
    return {
        "manufacturer": who.manufacturer,
        "model": who.model,
        "revision": who.revision,
        "profile": facts.profile,
    }


def _network(facts: ModemFacts | None) -> dict[str, str]:
    if facts is None:
        return {}
    return {"operator": facts.operator or "", "rat": facts.rat or ""}


def _version() -> str:
    try:
        return version("modem-helper")
    except PackageNotFoundError:
        return "unknown"
