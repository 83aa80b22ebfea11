"""labgrid's coordinator and exporter on loopback, with two simulated modems behind the exporter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.station import ROOT
from tests.hil.lab.lab import BOARDS, Lab, lab, require_labgrid

pytestmark = pytest.mark.clients

# The suite takes a minute on an idle machine.
SUITE_LIMIT_S = 600.0
PROBE = str(ROOT / "tests" / "hil" / "lab" / "with_labgrid.py")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    require_labgrid()
    with lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture(params=BOARDS)
def board(running: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    """An acquired place."""
    name: str = request.param
    running.done("-p", name, "acquire")
    yield name
    running.done("-p", name, "release")


def suite_words(running: Lab, board: str) -> tuple[str, ...]:
    report = running.home / f"report-{board}"
    return ("--report", str(report), str(ROOT / "hil"))


def test_a_place_is_a_bench(running: Lab, board: str) -> None:
    found = running.pytest(board, "--noconftest", PROBE, "-k", "place_is")
    assert found.code == 0, found.output


def test_the_suite_runs_on_a_place(running: Lab, board: str) -> None:
    found = running.pytest(board, *suite_words(running, board), limit_s=SUITE_LIMIT_S)
    assert found.code == 0, found.output
    # The cable, which no power driver pulls, and the soak.
    assert "2 skipped" in found.output
    assert list(running.home.glob(f"report-{board}/*-{board}/report.html"))


def test_a_place_that_nobody_acquired_ends_the_run(running: Lab) -> None:
    found = running.pytest("board1", *suite_words(running, "board1"))
    assert found.code == 78, found.output
    assert "env.yaml: labgrid: place board1 is not acquired" in found.output
    assert "no tests ran" in found.output


def test_an_exporter_that_restarts_is_found_again(running: Lab) -> None:
    running.done("-p", "board1", "acquire")
    words = ("--noconftest", "-s", PROBE, "-k", "comes_back")
    with running.pytest_running("board1", *words) as probe:
        probe.shows("it is there")
        running.stop_exporter()
        probe.shows("it is gone")
        running.start_exporter()
        probe.ends(60.0)
        assert "1 passed" in probe.log, probe.why()
    running.done("-p", "board1", "release")
