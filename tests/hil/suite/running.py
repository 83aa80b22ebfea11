"""Runs chosen tests of the suite as a process, and reads what became of each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hil.report.values import RESULTS, Outcome, TestResult, load

ROOT = Path(__file__).parents[3]
PROFILE = "sim7600"
BAD = frozenset(outcome for outcome in Outcome if outcome.bad)
# Each test that fails waits for so long; a busy machine answers within a tenth of it.
PATIENCE_S = 6
_LIMIT_S = 240.0
_TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def files() -> Mapping[str, str]:
    """Each test function of the suite, and the file that it is in."""
    return {
        name: path.name
        for path in sorted((ROOT / "hil").glob("test_*.py"))
        for name in _TEST.findall(path.read_text(encoding="utf-8"))
    }


def node_id(test: str) -> str:
    """A test as pytest and the results name it: `test_modem.py::test_signal`."""
    return f"{files()[test.partition('[')[0]]}::{test}"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of the tests that were chosen, by their names, and all that pytest said."""

    tests: Mapping[str, TestResult]
    said: str

    def outcome(self, test: str) -> Outcome | None:
        """None for a test that didn't run."""
        found = self.tests.get(test)
        return None if found is None else found.outcome

    def failure(self, test: str) -> str:
        """The failure's own words, without the test's source, in which they stand anyway."""
        lines = self.tests[test].detail.splitlines()
        return "\n".join(line[1:].strip() for line in lines if line.startswith("E "))


def edit(path: Path, before: str, after: str) -> None:
    """Put a text that stands there once in another one's place."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{text.count(before)} times in {path.name}: {before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def run_tests(
    bench: Path,
    tests: Sequence[str],
    *,
    options: Sequence[str] = (),
    fault: str = "",
    tree: Path = ROOT,
) -> Ran:
    """Run them on a bench, beside whose file the report is left; `tree` has suite and product.

    `fault` is what `tests.hil.suite.onset` is to set in.
    """
    report = bench.parent / "reports"
    command = [sys.executable, "-m", "pytest", *[f"hil/{node_id(test)}" for test in tests]]
    command += ["-p", "no:cacheprovider", f"--bench={bench}", f"--report={report}", *options]
    command += ["-p", "tests.hil.suite.onset"] if fault else []
    # What pytest was told by whoever runs us is not for it.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(
        command,
        cwd=tree,
        env={**kept, "PYTHONPATH": str(tree), "HIL_FAULT": fault},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_LIMIT_S,
        check=False,
    )
    found = sorted(report.glob(f"*/{RESULTS}"))
    if not found:
        return Ran({}, done.stdout)
    results = load(found[-1]).tests
    return Ran({each.id.partition("::")[2]: each for each in results}, done.stdout)
