"""However many hostile messages come: each costs what the first ones did, and leaves little."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from apn_config.store.guards import KEEP_MACS, KEEP_SENDERS
from apn_config.store.inbox import OPEN_PARTS
from benchmarks.hostile_messages import (
    CONFIG,
    DIALECTS,
    PARTS,
    Result,
    hostile,
    hostile_parts,
    measure,
)

ROOT = Path(__file__).parents[2]
SAMPLE, ALL = 5_000, 100_000
# CPU time, which others on the machine hardly change.
MOST_RATIO = 2.0
# SQLite's cache is 2 MB, and is full soon.
MOST_GROWTH_KIB = 4096
# A day's commands and answers, of what is proven and of what isn't, and a key's, counted apart.
MOST_SPENT = 2 * 2 * CONFIG.answers_per_day + 20


def check(result: Result) -> None:
    assert result.ratio < MOST_RATIO, result
    most = {name: max(counts) for name, counts in result.rows.items()}
    assert most["failures"] <= KEEP_SENDERS + len(DIALECTS)
    assert most["spent"] <= MOST_SPENT
    assert most["macs"] <= KEEP_MACS
    assert 0 < most[PARTS] <= OPEN_PARTS
    assert most["counters"] == 1
    assert result.rss_kib[-1] - result.rss_kib[0] < MOST_GROWTH_KIB
    # Each kind of refusal is among them, or nothing was measured.
    assert result.verdicts.keys() >= {
        "locked-out", "let in", "verb-not-allowed", "pin-missing", "pin-wrong", "too-old",
        "mac-wrong", "signature-wrong", "setup-closed", "password-wrong", "replay",
    }  # fmt: skip
    # Whoever may do something, by stolen secrets, does it as often as the rates allow.
    assert 0 < result.verdicts["let in"] < result.messages / 5


def test_a_sample_costs_what_the_first_did(tmp_path: Path) -> None:
    check(measure(tmp_path / "store.db", SAMPLE))


@pytest.mark.proof
def test_a_hundred_thousand_cost_what_the_first_did(tmp_path: Path) -> None:
    result = measure(tmp_path / "store.db", ALL)
    check(result)
    assert max(result.rows["macs"]) > 1000
    assert max(result.rows[PARTS]) > OPEN_PARTS / 2


def test_they_are_the_same_each_time() -> None:
    assert list(hostile(100)) == list(hostile(100))
    assert list(hostile_parts(100)) == list(hostile_parts(100))


def test_the_benchmark_tells_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.hostile_messages", "--json", "--messages", "500"]
    result = subprocess.run(
        [*command, "--disk", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(result.stdout).keys() == {
        "machine", "messages", "cpu_us", "ratio", "elapsed_us", "rows", "rss_growth_kib",
        "verdicts",
    }  # fmt: skip
