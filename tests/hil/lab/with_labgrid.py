"""Run by labgrid's own Python under labgrid's pytest plugin: what the suite gets of a place."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hil.bench import Bench, Capability
from hil.lab import bench_of
from hil.power import switch_of
from hil.rig.children import ROOT, environment
from tests.clients.station import until
from tests.hil.lab.lab import BOARDS

LIMIT_S = 50.0


@pytest.fixture
def place(pytestconfig: pytest.Config) -> Iterator[Bench]:
    with bench_of(pytestconfig) as found:
        yield found


def profile_at(port: str | None) -> str | None:
    """The modem's family, as `info` finds it; None where it finds no modem."""
    assert port is not None
    command = [sys.executable, "-m", "cli", "info", "--port", port, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment())
    if done.returncode == 8:  # no answer, or a lost link
        return None
    assert done.returncode == 0, done.stderr
    found: str = json.loads(done.stdout)["modem"]["profile"]
    return found


def test_a_place_is_a_bench(place: Bench) -> None:
    assert place.has(Capability.POWER)
    assert not place.has(Capability.CABLE)
    assert place.has(Capability.SMS)
    profile = BOARDS[place.name]
    assert profile_at(place.modem.port) == profile
    assert place.power is not None
    asyncio.run(switch_of(place.power).cycle())
    assert profile_at(place.modem.port) == profile


def test_a_board_comes_back(place: Bench) -> None:
    """Behind the same port of ours, though the exporter gives it another one."""

    def is_there() -> bool:
        return profile_at(place.modem.port) is not None

    assert is_there()
    sys.stdout.write("it is there\n")
    until(lambda: not is_there(), "the exporter is gone", LIMIT_S)
    sys.stdout.write("it is gone\n")
    until(is_there, "the board is back", LIMIT_S)
