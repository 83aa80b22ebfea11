"""Runs the suite of this package by pytest, in a process of its own.

A run that is interrupted has to put the modem's APN back, so the process gets the time for it: it
is a session of its own, which Ctrl-C doesn't reach, and is told to end by one SIGINT.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from hil.report.decoding import ResultsError
from hil.report.values import RESULTS, Run, load
from hil.simulated_bench import LAB, SIMULATED

_SUITE = Path(__file__).parent
_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130
# pytest's codes: well, failures, wrong usage, no test; all else is a failure.
_NO_TEST = 5
_CODES = {0: 0, 1: _FAILED, 4: _USAGE, _NO_TEST: _USAGE}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended; `directory` has its results, None where it made none."""

    exit_code: int
    directory: Path | None

    def run(self) -> Run | None:
        """Its results; None where there are none that can be read."""
        try:
            return None if self.directory is None else load(self.directory / RESULTS)
        except ResultsError:
            return None


def pytest_is_installed() -> bool:
    """Is there what runs the suite?"""
    return find_spec("pytest") is not None


def run_suite(
    bench: str, report: Path, *, soak: str | None, tests: str | None, to_stderr: bool
) -> Ended:
    """Run it to its end. Raises OSError where the report's directory can't be used."""
    report = report.absolute()
    report.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        told = Path(home) / "ended.json"
        arguments = ["--bench", _absolute(bench), "--report", str(report)]
        # A run that makes a directory has its junit.xml there.
        arguments += [f"--junitxml={home}/junit.xml", f"--ended={told}"]
        arguments += ["--soak", soak] if soak is not None else []
        arguments += ["-k", tests] if tests is not None else []
        code, interrupted = _run(arguments, to_stderr=to_stderr)
        words = json.loads(told.read_bytes()) if told.exists() else {}
        directory = _directory(words)
    if code == _NO_TEST:
        sys.stderr.write(f"no test has a name that matches -k {tests}\n")
    if "exit_code" not in words and interrupted and code != 0:
        return Ended(_INTERRUPTED, directory)
    return Ended(words.get("exit_code", _CODES.get(code, _FAILED)), directory)


def _directory(words: dict[str, Any]) -> Path | None:
    """The run's directory; None where the run made none, or nothing came into it."""
    directory = Path(words["directory"]) if "directory" in words else None
    return directory if directory is not None and directory.is_dir() else None


def _absolute(bench: str) -> str:
    """The path of a file, which is seen from elsewhere; what isn't one has a name alone."""
    is_name = bench.partition(":")[0] == SIMULATED or bench == LAB
    return bench if is_name else str(Path(bench).absolute())


def _run(arguments: Sequence[str], *, to_stderr: bool) -> tuple[int, bool]:
    """pytest's code, and whether it was told to end."""
    # No configuration, cache or root of whatever project lies around the package: installed, it is
    # in a directory that may belong to root, in a project of somebody else's.
    command = [sys.executable, "-m", "pytest", str(_SUITE), "-c", os.devnull]
    command += [f"--rootdir={_SUITE.parent}", f"--confcutdir={_SUITE}", "-p", "no:cacheprovider"]
    command += ["--import-mode=importlib", "-v", "-rs", "--no-header"]
    path = os.pathsep.join(filter(None, [str(_SUITE.parent), os.environ.get("PYTHONPATH", "")]))
    with _Ending() as ending:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter, no shell
            [*command, *arguments],
            cwd=_SUITE.parent,  # pytest shows the names of files as they are from there
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno() if to_stderr else None,
            env={**_environment(arguments), "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
            start_new_session=True,
        )
        ending.watch(process)
        return process.wait(), ending.told


def _environment(arguments: Sequence[str]) -> dict[str, str]:
    """The user's own, without what steers every pytest of theirs."""
    theirs = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONOPTIMIZE")
    kept = {name: value for name, value in os.environ.items() if name not in theirs}
    # In a lab labgrid is a plugin.
    return kept if LAB in arguments else {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


class _Ending:
    """Within it, whatever would end us tells the suite to end, and is waited for."""

    def __init__(self) -> None:
        self.told = False
        self._process: subprocess.Popen[bytes] | None = None
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._former = {number: signal.signal(number, self._end) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """The suite runs; it is told at once where the signal came before."""
        self._process = process
        if self.told:
            process.send_signal(signal.SIGINT)

    def _end(self, _number: int, _frame: object) -> None:
        if self.told:  # somebody is impatient; the suite is at it
            return
        self.told = True
        sys.stderr.write("\nEnding: the modem's APN is put back. This takes a moment.\n")
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
