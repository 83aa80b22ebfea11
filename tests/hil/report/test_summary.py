"""The terminal's lines, the row for the README, and words for numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hil.report.compare import compare
from hil.report.summary import LINES_MOST, summary, tried_on_row, write
from hil.report.values import Outcome, Run, load
from hil.report.words import measure_name, measured, span, verdict
from tests.hil.report import samples

REPORT = Path("hil-reports/20261128T110211-pi-sim7600/report.html")
WHY = "the modem left and did not come back within 180 s"


def test_a_run_that_passed() -> None:
    assert summary(samples.former(), None, REPORT) == [
        "All 13 tests passed; 2 skipped.",
        f"missing   {samples.MISSING['power']}",
        f"missing   {samples.MISSING['cable']}",
        "SMS       63 of 150 (34 to the device, 29 from it)",
        f"report    {REPORT}",
    ]


def test_a_run_that_did_not() -> None:
    comparison = compare(samples.later(), samples.former())
    lines = summary(samples.later(), comparison, REPORT)
    assert lines[:-4] == [
        f"The bench broke during the run: {WHY}. 10 of 16 tests had passed; 4 skipped.",
        "failed    test_messages.py::test_unicode: AssertionError: 'gr??e ??' is not what was sent",
        f"failed    test_daemon.py::test_burst: the bench broke: {WHY}",
        "changed   firmware: LE20B03SIM7600M22 -> LE20B04SIM7600M22",
        "changed   test_messages.py::test_unicode: passed -> failed",
        "changed   test_daemon.py::test_burst: passed -> error",
        f"changed   test_daemon.py::test_coverage: skipped now: the bench broke: {WHY}",
        f"changed   test_end.py::test_apn_is_back: skipped now: the bench broke: {WHY}",
        "slower    test_messages.py::test_mt[160]: MT 1.70 s -> 6.40 s",
        "slower    test_modem.py::test_registration: registration 8.70 s -> 24.1 s",
        "weaker    test_modem.py::test_signal: RSSI -71 dBm -> -93 dBm",
        "new       test_daemon.py::test_ping",
    ]


def test_lines_are_few_and_safe() -> None:
    bad = replace(samples.former().tests[0], outcome=Outcome.FAILED, reason="\x1b[2J\r\ntwo\nlines")
    tests = tuple(replace(bad, id=f"test_{number}") for number in range(LINES_MOST + 3))
    lines = summary(replace(samples.former(), tests=tests), None, REPORT)
    assert sum(line.startswith("failed") for line in lines) == LINES_MOST + 1
    assert f"failed    test_0: {bad.reason.encode('unicode_escape').decode()}" in lines
    assert "failed    ... and 3 more" in lines
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("run", "row"),
    [
        pytest.param(
            samples.former(),
            "| SIMCOM INCORPORATED SIMCOM_SIM7600E-H | LE20B03SIM7600M22 | Telekom.de (lte) "
            "| 13 of 15 tests, 2 skipped: power, cable; 2026-11-27 |",
            id="real",
        ),
        pytest.param(
            samples.simulated(),
            "| simulated, ec25 | - | simulated | 1 of 1 test; 2026-11-27 |",
            id="simulated",
        ),
        pytest.param(
            replace(samples.later(), missing={}, network={}, modem={"model": "a|b\n<i>`[x](y)"}),
            r"| a\|b\\n&lt;i>\`\[x\](y) | - | unknown network "
            "| 10 of 16 tests, 2 failed, 4 skipped, the bench broke; 2026-11-28 |",
            id="hostile",
        ),
    ],
)
def test_tried_on(run: Run, row: str) -> None:
    assert tried_on_row(run) == row


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (replace(samples.former(), tests=()), "Nothing was tested."),
        (samples.simulated(), "1 test passed."),
        (replace(samples.later(), stopped=None), "2 of 16 tests failed; 4 skipped."),
        (
            replace(samples.former(), stopped="gone."),
            "The bench broke during the run: gone. 13 of 15 tests had passed; 2 skipped.",
        ),
    ],
)
def test_verdicts(run: Run, sentence: str) -> None:
    assert verdict(run) == sentence


def test_write_leaves_both_files(tmp_path: Path) -> None:
    former, run = samples.former(), samples.later()
    written = write(run, tmp_path / "reports" / run.name, former)
    assert written == tmp_path / "reports" / "20261128T110211-pi-sim7600" / "report.html"
    assert load(written.with_name("results.json")) == run
    assert "Became slower" in written.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 ms"),
        (0.0124, "12 ms"),
        (0.9996, "1.00 s"),
        (1.236, "1.24 s"),
        (9.996, "10.0 s"),
        (99.94, "99.9 s"),
        (99.96, "1 min 40 s"),
        (203.4, "3 min 23 s"),
        (3599.9, "1 h 0 min"),
        (7320.0, "2 h 2 min"),
        (-0.5, "-500 ms"),
    ],
)
def test_spans(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("mt_s", 1.2, "MT 1.20 s"),
        ("registration_s", 20.0, "registration 20.0 s"),
        ("rssi_dbm", -71.0, "RSSI -71 dBm"),
        ("lost_sms", 0.0, "lost 0 SMS"),
        ("retries", 3.0, "retries 3"),
        ("s", 3.0, "s 3.00 s"),
    ],
)
def test_measures(name: str, value: float, words: str) -> None:
    assert f"{measure_name(name)} {measured(name, value)}" == words
