"""A run from its first look at the bench to its report: what is around the tests.

Whatever ends it, the APN that was there is put back and the report is written: an error, Ctrl-C,
SIGTERM, SIGHUP. Only then does the next signal count again.
"""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from _pytest.junitxml import xml_key

from apn_config.config_reader import ConfigError
from hil.bench import Bench, load
from hil.checks import Examined, Finding, examine
from hil.emnify.errors import EmnifyError
from hil.report.summary import new_directory
from hil.results import Results
from hil.rig.rig import Rig
from hil.simulated_bench import LAB, SIMULATED, profile_of, simulated_bench
from modem import ModemError

RIG = pytest.StashKey[Rig]()
# A socket's path has 107 octets at most (unix(7)), of which a test's daemon takes thirty.
_MAX_HOME = 60
_FORBIDDEN = 6
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Running:
    """The run of one pytest session."""

    def __init__(self, config: pytest.Config, costs: Callable[[Bench], int]) -> None:
        """`costs` tells how many SMS the tests that are to run may cost on a bench."""
        self._config = config
        self._costs = costs
        self._name: str = config.getoption("bench")
        self._tell: Path | None = config.getoption("ended")

    @contextmanager
    def around_tests(self) -> Iterator[Results]:
        """Look at the bench, hand over its results while the tests run, and put things back."""
        started = datetime.now(UTC)
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_directory())))
            bench = stack.enter_context(self._bench(home))
            directory = stack.enter_context(self._report(started, bench))
            rig = self._rig(bench, home)
            examined = self._examined(rig)
            self._open(rig)
            self._tell_costs(rig)
            self._junit_into(directory)
            simulated = self._name.partition(":")[0] == SIMULATED
            results = Results(rig, examined, started, directory, simulated=simulated)
            self._config.stash[RIG] = rig
            self._config.pluginmanager.register(results, "hil-results")
            with _endings_as_ctrl_c():
                try:
                    yield results
                finally:
                    with _undisturbed():
                        self._end(rig, results, directory)

    def _end(self, rig: Rig, results: Results, directory: Path) -> None:
        if results.interrupted:
            self._say("ending: the APN is put back")
        try:
            if not rig.put_back():
                self._tell_parent(directory=str(directory), exit_code=1)
            rig.close()
        finally:
            results.write()

    # --- before the first test ----------------------------------------------------------------

    @contextmanager
    def _bench(self, home: Path) -> Iterator[Bench]:
        """The bench that the option names."""
        with ExitStack() as stack:
            try:
                if self._name.partition(":")[0] == SIMULATED:
                    made = simulated_bench(profile_of(self._name), home)
                    found = load(stack.enter_context(made))
                elif self._name == LAB:
                    from hil.lab import bench_of

                    found = stack.enter_context(bench_of(self._config))
                else:
                    found = load(Path(self._name))
            except ConfigError as error:
                self._stop(str(error), error.exit_code)
            yield found

    @contextmanager
    def _report(self, started: datetime, bench: Bench) -> Iterator[Path]:
        """The run's own directory; one that nothing came into is taken away again."""
        reports: Path = self._config.getoption("report")
        try:
            directory = new_directory(reports, started, bench.name)
        except OSError as error:
            words = f"--report: {reports} can't be used: {error.strerror}"
            self._stop(words, _FORBIDDEN if isinstance(error, PermissionError) else 1)
        self._tell_parent(directory=str(directory))
        try:
            yield directory
        finally:
            if not any(directory.iterdir()):
                directory.rmdir()

    def _rig(self, bench: Bench, home: Path) -> Rig:
        try:
            rig = Rig(bench, home)
        except ConfigError as error:
            self._stop(f"the bench isn't fit: {error}", error.exit_code)
        done = rig.finish_former_run()
        if done is not None:
            self._say(f"  warning  APN: {done}")
        return rig

    def _examined(self, rig: Rig) -> Examined:
        """Is the bench fit? Else the run ends here, with one message that says what to do."""
        examined = asyncio.run(examine(rig.bench, self._show))
        failure = examined.first_failure()
        if failure is not None:
            rig.close()
            self._stop(f"the bench isn't fit: {failure.message}", failure.exit_code)
        return examined

    def _open(self, rig: Rig) -> None:
        try:
            rig.open()
        except (ModemError, EmnifyError, ConfigError) as error:
            rig.close()
            self._stop(f"the bench isn't fit: {error}", error.exit_code)

        if rig.warning is not None:
            self._say(f"  warning  APN: {rig.warning}")

    def _tell_costs(self, rig: Rig) -> None:
        """Each SMS is billed."""
        costs, limit = self._costs(rig.bench), rig.budget.limit
        self._say(f"  SMS      up to {costs} of the {limit} that [budget] sms allows")
        if costs > limit:
            self._say("           so the last tests will be skipped")

    def _junit_into(self, directory: Path) -> None:
        """`hil run` has pytest's own report beside ours."""
        junit = self._config.stash.get(xml_key, None)
        if junit is not None and self._tell is not None:
            junit.logfile = str(directory / "junit.xml")

    # --- words --------------------------------------------------------------------------------

    def _show(self, finding: Finding) -> None:
        self._say(f"  {finding.verdict.value:8} {finding.message}")

    def _say(self, text: str) -> None:
        from apn_config.config_reader import printable

        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and reporter.verbosity >= 0:
            reporter.write_line(printable(text))

    def _stop(self, message: str, exit_code: int) -> NoReturn:
        from apn_config.config_reader import printable

        self._tell_parent(exit_code=exit_code)
        pytest.exit(printable(message), returncode=exit_code)

    def _tell_parent(self, **words: Any) -> None:
        """`hil run` hears what pytest's exit code doesn't tell."""
        if self._tell is not None:
            self._tell.write_text(json.dumps(words), encoding="utf-8")


def _directory() -> str | None:
    """Where the run's own files go, the sockets of its daemons among them."""
    return None if len(tempfile.gettempdir()) <= _MAX_HOME else "/tmp"  # noqa: S108


@contextmanager
def _endings_as_ctrl_c() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end the run as Ctrl-C does."""
    with _handled(signal.default_int_handler, *_ENDINGS[1:]):
        yield


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing ends it now: it takes seconds, and a device may be stranded else."""
    with _handled(signal.SIG_IGN, *_ENDINGS):
        yield


@contextmanager
def _handled(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield
        return
    former = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)
