"""The benchmark with other receivers: how it counts and tells, and a short run with ours."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks.peers_under_fire import page
from benchmarks.peers_under_fire.__main__ import method
from benchmarks.peers_under_fire.programs import PROGRAMS, Program
from benchmarks.peers_under_fire.report import Cell, Count, Kills, Result, Tried, counted, kinder
from benchmarks.peers_under_fire.trials import TROUBLES, Trouble, kill_at_random
from modem.simulator.faultfile import plan_of

SENT = ("#0 PING", "#1 PING", "#2 PING")


def program(name: str) -> Program:
    (found,) = (each for each in PROGRAMS if each.name == name)
    return found


@pytest.mark.parametrize(
    ("handed_over", "left", "waiting", "count"),
    [
        pytest.param(SENT, (), 0, Count(3, 0, 0, 0, 0), id="all"),
        pytest.param(SENT[:1], (), 0, Count(3, 2, 0, 0, 0), id="lost"),
        pytest.param((*SENT, SENT[1]), (), 0, Count(3, 0, 1, 0, 0), id="doubled"),
        pytest.param(SENT[:2], SENT[2:], 0, Count(3, 0, 0, 1, 0), id="left"),
        pytest.param(SENT, SENT[2:], 0, Count(3, 0, 0, 1, 0), id="handed over and left"),
        pytest.param(SENT[:1], SENT[1:2], 1, Count(3, 0, 0, 2, 0), id="waits at the network"),
        pytest.param((*SENT[:2], "#2 PONG"), (), 0, Count(3, 1, 0, 0, 1), id="altered"),
    ],
)
def test_what_became_of_the_messages(
    handed_over: Sequence[str], left: Sequence[str], waiting: int, count: Count
) -> None:
    assert counted(SENT, handed_over, left, waiting=waiting) == count


@pytest.mark.parametrize(
    ("ways", "name"),
    [
        ({"files": Count(9, 1, 0, 0, 0), "hook": Count(9, 0, 5, 0, 0)}, "hook"),
        ({"files": Count(9, 1, 0, 0, 0), "hook": Count(9, 1, 1, 0, 0)}, "files"),
        ({"files": Count(9, 0, 0, 0, 2), "hook": Count(9, 0, 0, 0, 1)}, "hook"),
    ],
    ids=["lost", "doubled", "altered"],
)
def test_the_kinder_way_counts(ways: Mapping[str, Count], name: str) -> None:
    assert kinder(ways) == name


@pytest.mark.parametrize(
    ("count", "stuck", "told"),
    [
        (Count(9, 0, 0, 0, 0), False, "ok"),
        (Count(9, 1, 2, 3, 4), False, "1 lost, 2 doubled, 3 left, 4 altered"),
        (Count(9, 0, 0, 9, 0), True, "stuck, 9 left"),
    ],
    ids=["ok", "all", "stuck"],
)
def test_a_cell_in_words(count: Count, stuck: bool, told: str) -> None:
    assert Cell("smstools", "nothing", 0, 0, stuck, {"hook": count}).told() == told


def test_the_page() -> None:
    whole, worse = Count(40, 0, 0, 0, 0), Count(40, 1, 2, 0, 0)
    result = Result(
        tried=[
            Tried(
                "modem-helper", "modem-helper 0.1.0", "It answers.", {"config.toml": "[modem]\n"}
            ),
            Tried("smstools", None, "To install it: apt-get install smstools", {"smsd.conf": ""}),
        ],
        kills=[Kills("modem-helper", 20, 0.5, 9.9, {"store": whole, "answers": worse})],
        cells=[Cell("modem-helper", "+CMTI lost", 7, 1, True, {"store": whole, "answers": worse})],
        machine={"cores": 2},
        command="the command",
        patience_s=30.0,
        took_s=90.0,
    )
    text = page.markdown(result, "chart.svg", method())
    for line in (
        "![Messages lost and doubled](chart.svg)",
        "| modem-helper | store | 20 | 40 | 0 | 0 | 0 | 0 | 0.50 s | 10 s |",
        "| modem-helper | answers | 20 | 40 | 1 | 2 | 0 | 0 | 0.50 s | 10 s |",
        "| what goes wrong | modem-helper |",
        "| +CMTI lost | stuck, ok |",
        "| +CMTI lost | 7 |",
        "* modem-helper, +CMTI lost: by answers 1 lost, 2 doubled.",
        "* modem-helper, +CMTI lost: ended by itself, once.",
        "[modem]",
        "not installed. To install it: apt-get install smstools",
        "Measured with `the command` in 2 minutes, on: cores 2",
    ):
        assert line in text.splitlines(), line
    assert "smsd.conf" not in text
    chart = page.svg(result)
    assert "lost, of 40" in chart
    assert "modem-helper" in chart


@pytest.mark.parametrize("each", PROGRAMS, ids=lambda each: each.name)
def test_nothing_is_left_to_fill_in(tmp_path: Path, each: Program) -> None:
    command = each.prepare(tmp_path, Path("/dev/modem"))
    written = [path.read_text() for path in tmp_path.iterdir() if path.is_file()]
    assert not [text for text in (*command, *written) if "@home@" in text or "@port@" in text]
    assert any("/dev/modem" in text for text in (*command, *written))
    assert each.handed_over(tmp_path) == {way: [] for way in each.ways}


def run_hook(home: Path, *arguments: str, **environment: str) -> None:
    subprocess.run(
        [home / "received.sh", *arguments], check=True, env={**os.environ, **environment}
    )


def test_what_gammu_smsd_hands_over(tmp_path: Path) -> None:
    gammu = program("gammu-smsd")
    gammu.prepare(tmp_path, Path("/dev/modem"))
    (tmp_path / "in" / "IN20260101_000000_00_12345_00.txt").write_text("#0 PING")
    text = "#1 $(touch no) 'PING\" \\n"
    run_hook(tmp_path, "IN", SMS_MESSAGES="2", SMS_1_TEXT="#0 PING", SMS_2_TEXT=text)
    assert gammu.handed_over(tmp_path) == {"files": ["#0 PING"], "hook": ["#0 PING", text]}


def test_what_smstools_hands_over(tmp_path: Path) -> None:
    smstools = program("smstools")
    smstools.prepare(tmp_path, Path("/dev/modem"))
    message = tmp_path / "incoming" / "GSM1.abc"
    message.write_text("From: 12345\nReceived: 26-01-01\n\n#0 PING")
    run_hook(tmp_path, "RECEIVED", str(message))
    run_hook(tmp_path, "FAILED", str(message))
    assert smstools.handed_over(tmp_path) == {"files": ["#0 PING"], "hook": ["#0 PING"]}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_the_simulator_takes_each_plan(trouble: Trouble) -> None:
    plan_of({"seed": 1, "fault": list(trouble.faults)}, "plan")


def test_ours_is_killed_and_loses_nothing() -> None:
    found = kill_at_random(PROGRAMS[0], kills=2, first_s=0.5, seed=1, patience_s=20.0)
    assert (found.program, found.kills) == ("modem-helper", 2)
    assert found.ways["store"] == Count(4, 0, 0, 0, 0)
    assert (found.ways["answers"].sent, found.ways["answers"].lost) == (4, 0)
