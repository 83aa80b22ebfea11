"""The benchmarks still run, and tell what they tell. What they find isn't judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figures import Spread, table
from benchmarks.machine import file_system

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 120.0


def _run(name: str, *options: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
        # No test fetches anything: what pip would have to fetch is a library that isn't there.
        env={**os.environ, "PIP_NO_INDEX": "1"},
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def _shape(value: object) -> object:
    """The keys of an object, and of the objects in it."""
    if not isinstance(value, dict):
        return None
    return {key: _shape(item) for key, item in value.items()}


def _leaves(*names: str) -> dict[str, None]:
    return dict.fromkeys(names)


MACHINE = _leaves("processor", "cores", "kernel", "python")
WHERE = {**MACHINE, "file_system": None}
LANES = ("disk", "memory", "bare")
SPREAD = _leaves("median", "p95", "max")
IDLE = _leaves(
    "cpu_ms", "waits", "preemptions", "reads", "writes", "page_faults", "rss_kib", "pss_kib"
)
STARTED = _leaves("help_ms", "first_command_ms", "rss_mib", "pss_mib")
STARTS = _leaves("python", "libraries", "dataclasses", "codec", "bare daemon", "help", "run")


@pytest.mark.parametrize(
    ("name", "options", "shape"),
    [
        pytest.param(
            "latency",
            ("--count", "3"),
            {
                "machine": MACHINE,
                "file_system": None,
                "count": None,
                "latency_ms": dict.fromkeys(LANES, SPREAD),
                "parts_ms": _leaves("program", "commit_to_disk", "modem"),
                "fdatasync_ms": SPREAD,
                "commands": _leaves(*LANES),
                "round_trips": _leaves(*LANES),
                "ratios": _leaves("disk_to_memory", "memory_to_bare", "program_to_bare"),
            },
            id="latency",
        ),
        pytest.param(
            "idle",
            ("--seconds", "1"),
            {
                "machine": MACHINE,
                "seconds": None,
                "daemon": IDLE,
                "bare_asyncio": IDLE,
                "ratios": _leaves("rss_to_bare", "pss_to_bare"),
            },
            id="idle",
        ),
        pytest.param(
            "startup",
            ("--rounds", "1"),
            {
                "machine": MACHINE,
                "rounds": None,
                "wall_ms": STARTS,
                "codec_above_dataclasses_ms": None,
                "rss_kib": STARTS,
                "import_ms": STARTS,
                "ratios": _leaves(
                    "help_to_python",
                    "help_to_libraries",
                    "run_to_python",
                    "run_to_bare_daemon",
                    "run_rss_to_bare_daemon",
                ),
            },
            id="startup",
        ),
        pytest.param(
            "startup_peers",
            ("--rounds", "1", "--settled", "1", "--only", "modem-helper"),
            {
                "machine": {**MACHINE, "load_average": None},
                "rounds": None,
                "versions": _leaves("modem-helper"),
                "figures": {"modem-helper": STARTED},
                "to_ours": {"modem-helper": STARTED},
                "missing": None,
            },
            id="startup beside others",
        ),
        pytest.param(
            "wear",
            ("--pings", "3", "--changes", "1", "--rows", "10"),
            {
                "machine": WHERE,
                "rows": None,
                "bytes": dict.fromkeys(
                    ("a PING", "an APN change", "an idle day"),
                    _leaves("written", "dirtied", "device"),
                ),
            },
            id="wear",
        ),
        pytest.param(
            "growth",
            ("--rows", "0", "10", "--messages", "3"),
            {"machine": WHERE, "stores": None},
            id="growth",
        ),
    ],
)
def test_a_benchmark_runs(
    name: str, options: tuple[str, ...], shape: object, tmp_path: Path
) -> None:
    if name in ("latency", "wear", "growth"):
        options = (*options, "--disk", str(tmp_path))
    found = json.loads(_run(name, *options, "--json"))
    assert _shape(found) == shape


def test_the_codec_is_measured_and_right() -> None:
    found = json.loads(_run("codec", "--rounds", "1", "--json"))
    ours = found["libraries"]["modem.sms"]
    assert (ours["decode"]["wrong"], ours["encode"]["wrong"]) == (0, 0)
    assert ours["encode"]["pdus_made"] == 1000
    # A library that isn't there is told, with what to do.
    assert all(
        library["missing"] or library["decode"] or library["encode"]
        for library in found["libraries"].values()
    )


def test_the_answer_waits_for_one_question_and_no_deletion(tmp_path: Path) -> None:
    """The commands between +CMTI and the answer are few by design, not by measurement."""
    found = json.loads(_run("latency", "--count", "3", "--disk", str(tmp_path), "--json"))
    assert found["commands"]["disk"] == ["AT+CMGR", "AT+CMGS"]


@pytest.mark.parametrize(
    ("values", "spread"),
    [
        pytest.param([3.0], Spread(3.0, 3.0, 3.0), id="one"),
        pytest.param([4.0, 1.0, 2.0, 3.0], Spread(2.5, 4.0, 4.0), id="unsorted"),
        pytest.param([float(n) for n in range(1, 101)], Spread(50.5, 95.0, 100.0), id="hundred"),
    ],
)
def test_spread(values: list[float], spread: Spread) -> None:
    assert Spread.of(values) == spread


def test_table() -> None:
    assert table([("", "ms"), ("long name", "1")]) == "           ms\nlong name   1"


def test_the_file_system_is_the_one_under_the_directory() -> None:
    assert file_system(Path("/proc/self")).startswith("proc on ")
