"""The benchmarks of the simulated modem still run. What they find isn't judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 120.0


def _run(name: str, *options: str) -> Any:
    return json.loads(_output(name, *options, "--json"))


def _output(name: str, *options: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def test_many_modems_lose_nothing() -> None:
    first, second = _run("many_modems", "--counts", "1,5", "--seconds", "2")["runs"]
    assert (first["modems"], second["modems"]) == (1, 5)
    for run in (first, second):
        assert run["delivered"] == run["read"] == run["different"] == 2 * run["modems"]
        assert run["left"] == 0


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "table"])
def test_a_peer_that_is_not_there_is_said(as_json: bool) -> None:
    options = ("--only", "python-gsmmodem-new", "--gsmmodem", "/nonexistent/python")
    if as_json:
        peer = {"client": "python-gsmmodem-new", "installed": False}
        assert _run("baud", *options)["clients"] == [peer]
    else:
        assert "python-gsmmodem-new not installed" in " ".join(_output("baud", *options).split())


def test_baud() -> None:
    driver = _run("baud", "--baud", "921600", "--only", "modem-helper")["clients"][0]
    assert (driver["client"], driver["read"]) == ("modem-helper", 100)
    assert driver["ratio"] >= 0.99  # less than the bytes need would mean that the line isn't paced


def test_a_fleet_loses_and_doubles_nothing() -> None:
    (run,) = _run("fleet", "--counts", "4", "--time-scale", "50")["runs"]
    assert (run["devices"], run["answers"], run["receipts"]) == (4, 4, 4)
    assert (run["wrong"], run["lost"], run["doubled"]) == (0, 0, 0)
    assert run["webhook_calls"] >= 8
