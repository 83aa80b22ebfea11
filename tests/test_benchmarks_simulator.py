"""The benchmarks of the simulated modem still run. What they find isn't judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 120.0


def _run(name: str, *options: str) -> Any:
    result = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *options, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_many_modems_lose_nothing() -> None:
    first, second = _run("many_modems", "--counts", "1,5", "--seconds", "2")["runs"]
    assert (first["modems"], second["modems"]) == (1, 5)
    for run in (first, second):
        assert run["delivered"] == run["read"] == run["different"] == 2 * run["modems"]
        assert run["left"] == 0


def test_baud() -> None:
    driver = _run("baud", "--baud", "921600", "--only", "modem-helper")["clients"][0]
    assert (driver["client"], driver["read"]) == ("modem-helper", 100)
    assert driver["ratio"] >= 0.99  # less than the bytes need would mean that the line isn't paced
