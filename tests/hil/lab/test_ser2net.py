"""The real ser2net between the simulated modem and the program: `tcp://`, as in a lab."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.simulated_bench import simulated_bench
from tests.clients.programs import program, run
from tests.clients.station import ROOT
from tests.e2e.bench import Bench, until
from tests.hil.lab.ser2net import free_port, ser2net

pytestmark = pytest.mark.clients

# The suite takes a minute on an idle machine.
SUITE_LIMIT_S = 600.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A simulated modem whose programs are told to find it at ser2net."""
    program("ser2net", "ser2net")
    made = Bench(tmp_path)
    apns = ("--start-apn", "em", "--apn", "em", "--apn", "other")
    made.simulate(*apns, "--control", str(tmp_path / "control"))
    try:
        yield made
    finally:
        made.close()


def test_a_command_is_answered_and_ser2net_may_be_restarted(bench: Bench, tmp_path: Path) -> None:
    port = free_port()
    bench.write_config(f"tcp://127.0.0.1:{port}")
    with ser2net(tmp_path / "ser2net", bench.link, port):
        found = bench.json("info", "--port", f"tcp://127.0.0.1:{port}", config=False)
        assert found["modem"]["profile"] == "sim7600"
        bench.run()
        bench.inject("#1 APN other")
        bench.answer("#1 OK APN other")
        # Before that the daemon doesn't know whether the network took the answer.
        bench.until_row("SELECT 1 FROM changes WHERE state = 'committed'")
    # It is gone: a lost link, and nothing that hangs.
    until(lambda: bench.phase() != "ready", "the daemon sees it", also=bench.logs)
    bench.inject("#2 APN em")
    with ser2net(tmp_path / "ser2net", bench.link, port):
        bench.answer("#2 OK APN em")
        bench.inject("#3 PING")
        bench.answer("#3 OK")
    assert len(bench.answers()) == 3


def test_a_modem_that_leaves_and_comes_back_is_found_again(bench: Bench, tmp_path: Path) -> None:
    port = free_port()
    bench.write_config(f"tcp://127.0.0.1:{port}")
    with ser2net(tmp_path / "ser2net", bench.link, port):
        bench.run()
        sim_control(bench, "unplug")
        until(lambda: bench.phase() != "ready", "the daemon sees it", also=bench.logs)
        sim_control(bench, "plug")
        until(lambda: bench.phase() == "ready", "the daemon has it again", also=bench.logs)


def test_a_second_program_is_turned_away(bench: Bench, tmp_path: Path) -> None:
    port = free_port()
    bench.write_config(f"tcp://127.0.0.1:{port}")
    with ser2net(tmp_path / "ser2net", bench.link, port):
        bench.run()
        code, _, errors = bench.do("info", "--port", f"tcp://127.0.0.1:{port}", config=False)
        assert (code, "is gone" in errors) == (8, True), errors
        bench.inject("#1 PING")
        bench.answer("#1 OK")


def test_the_suite_runs_over_it(tmp_path: Path) -> None:
    program("ser2net", "ser2net")
    port = free_port()
    with (
        simulated_bench("sim7600", tmp_path) as file,
        ser2net(tmp_path / "ser2net", tmp_path / "modem0", port),
    ):
        written = file.read_text()
        device = f'port = "{tmp_path}/modem0"'
        assert device in written
        file.write_text(written.replace(device, f'port = "tcp://127.0.0.1:{port}"'))
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs"]
        command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(ROOT / "hil")]
        command += ["--bench", str(file), "--report", str(tmp_path / "reports")]
        found = run(command, tmp_path, limit_s=SUITE_LIMIT_S)
    assert found.code == 0, found.output
    assert f"port: tcp://127.0.0.1:{port}" in found.output
    assert "1 skipped" in found.output  # the soak


def sim_control(bench: Bench, *words: str) -> None:
    code, _, errors = bench.do("sim-control", bench.home / "control", *words, config=False)
    assert code == 0, errors
