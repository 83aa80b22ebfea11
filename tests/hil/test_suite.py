"""The suite as a process, on simulated benches: green on two of them, and what stops it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apn_config.control import ControlClient
from hil.bench import load
from hil.emnify.client import Client
from hil.emnify.models import SMS_MT
from hil.report.summary import new_directory
from hil.rig.children import environment
from hil.simulated_bench import simulated_bench
from modem import holders
from tests.clients.station import ask

ROOT = Path(__file__).parent.parent.parent
# A whole run takes 30 to 45 s on an idle machine.
PATIENCE_S = 170.0
PROFILE = "sim7600"


def command(bench: Path | str, report: Path, *options: str) -> list[str]:
    """The suite on a bench."""
    base = [sys.executable, "-m", "pytest", "hil", "-v", "-p", "no:cacheprovider"]
    return [*base, f"--bench={bench}", f"--report={report}", *options]


def run(bench: Path | str, report: Path, *options: str) -> tuple[int, str]:
    """Exit code, and all that it printed."""
    done = subprocess.run(
        command(bench, report, *options),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout


def results(report: Path) -> dict[str, Any]:
    """The values of the one run there was."""
    (path,) = report.glob("*/results.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def outcomes(report: Path) -> dict[str, str]:
    """What became of each test."""
    return {test["id"]: test["outcome"] for test in results(report)["tests"]}


def edited(path: Path, before: str, after: str) -> None:
    """Another line in a bench's file."""
    text = path.read_text()
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Path]:
    """A simulated bench whose answers are polled for: its file."""
    home = tmp_path / "bench"
    home.mkdir()
    with simulated_bench(PROFILE, home, webhook=False) as path:
        yield path


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Where runs leave their reports."""
    return tmp_path / "reports"


def test_green_on_a_bench_with_a_webhook(report: Path) -> None:
    code, output = run("simulated:ec25", report)
    assert code == 0, output
    found = outcomes(report)
    assert set(found.values()) == {"passed", "skipped"}
    assert [test for test, outcome in found.items() if outcome == "skipped"] == [
        "test_soak.py::test_soak"
    ]
    assert "All " in output


def test_green_on_a_bench_that_polls_with_a_short_soak(bench: Path, report: Path) -> None:
    edited(bench, "binary = true", "binary = true\n[budget]\nsms = 250")
    code, output = run(bench, report, "--soak", "3s", "--junitxml", str(report / "junit.xml"))
    assert code == 0, output
    assert set(outcomes(report).values()) == {"passed"}
    _assert_nothing_leaks(bench, report, output)


def _assert_nothing_leaks(bench: Path, report: Path, output: str) -> None:
    """No secret and no number of the card in anything that a run leaves."""
    state = control(bench, "state")["modems"][0]
    secrets = [(bench.parent / "token").read_text().strip(), "sesame-4821"]
    secrets += [state[key] for key in ("imei", "imsi", "iccid")]
    files = [path.read_text() for path in report.rglob("*") if path.is_file()]
    assert len(files) == 3
    for secret in secrets:
        assert not any(secret in text for text in (*files, output)), secret


def control(bench: Path, op: str, **args: Any) -> Any:
    """An operation of the simulated bench's own control socket."""
    client = ControlClient.connect(bench.parent / "control")
    assert client is not None
    try:
        return client.call(op, args)
    finally:
        client.close()


# --- benches that aren't fit ----------------------------------------------------------------------


def _no_modem(bench: Path) -> None:
    edited(bench, f'port = "{bench.parent}/modem0"', 'port = "/dev/ttyNOSUCH"')


def _typo(bench: Path) -> None:
    edited(bench, "short_number", "short_numbr")


def _wrong_token(bench: Path) -> None:
    (bench.parent / "token").write_text("not a token\n")


def _no_coverage(bench: Path) -> None:
    edited(bench, "patience_s = 20", "patience_s = 0.5")
    control(bench, "coverage", on=False)


def _webhook_elsewhere(bench: Path) -> None:
    lines = '[webhook]\nlisten = "127.0.0.1:0"\nurl = "http://127.0.0.1:9/"\n[power]'
    edited(bench, "[power]", lines)


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        pytest.param(_no_modem, 3, "/dev/ttyNOSUCH", id="no modem"),
        pytest.param(_typo, 78, "platform.short_numbr: unknown key; did you mean", id="typo"),
        pytest.param(_wrong_token, 6, "token", id="wrong token"),
        pytest.param(_no_coverage, 1, "network", id="no coverage"),
        pytest.param(_webhook_elsewhere, 1, "http://127.0.0.1:9/", id="webhook not reachable"),
    ],
)
def test_a_bench_that_is_not_fit_ends_the_run_with_one_message(
    spoil: Callable[[Path], None], code: int, words: str, bench: Path, report: Path
) -> None:
    spoil(bench)
    found, output = run(bench, report)
    assert found == code, output
    said = [line for line in output.splitlines() if "Exit:" in line]
    assert len(said) == 1, output
    assert words in said[0]
    assert "PASSED" not in output
    assert "FAILED" not in output


def test_a_modem_that_another_program_holds(bench: Path, report: Path) -> None:
    port = os.open(bench.parent / "modem0", os.O_RDWR | os.O_NOCTTY)
    try:
        code, output = run(bench, report)
    finally:
        os.close(port)
    assert code == 7, output
    assert f"(pid {os.getpid()})" in output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param((), "give --bench FILE", id="no bench"),
        pytest.param(("--bench=simulated", "--soak=soon"), "--soak", id="no span"),
        pytest.param(("--bench=simulated", "-n2"), "leave out -n", id="several at once"),
    ],
)
def test_options_that_make_no_sense(options: tuple[str, ...], words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "hil", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 4
    assert words in done.stderr


def test_what_strangers_write_is_nobody_s_business(bench: Path, report: Path) -> None:
    secret = "the code of your bank"
    with running(bench, report, "-k", "test_text_to_the_device or sender_and_time") as process:
        said = until_said(process, "SMS      up to")
        while process.poll() is None:
            control(bench, "deliver", **{"from": "Bank", "text": secret})
            time.sleep(0.05)
        assert process.stdout is not None
        said += process.stdout.read()
        assert process.wait(PATIENCE_S) == 0, said
    assert set(outcomes(report).values()) == {"passed"}
    files = [path.read_text() for path in report.rglob("*") if path.is_file()]
    assert not any(secret in text for text in (*files, said))


# --- what a bench lacks, and what it may cost -----------------------------------------------------


def test_what_the_bench_lacks_is_a_skip_that_says_what_would_help(
    bench: Path, report: Path
) -> None:
    edited(bench, 'other = "other"\n', "")
    edited(bench, "patience_s = 20", 'patience_s = 20\nlacks = ["power"]')
    code, output = run(bench, report, "-k", "another_apn or power_up or restored")
    assert code == 0, output
    reasons = {test["id"]: test["reason"] for test in results(report)["tests"]}
    assert "[apn] other" in reasons["test_apn.py::test_another_apn_and_back"]
    assert "[bench] lacks" in reasons["test_modem.py::test_registration_from_power_up"]


def test_the_budget_is_kept(bench: Path, report: Path) -> None:
    edited(bench, "binary = true", "binary = true\n[budget]\nsms = 3")
    code, output = run(bench, report, "-k", "test_ping or test_status or burst")
    assert code == 0, output
    found = results(report)
    assert found["sms_sent"] + found["sms_received"] == 2
    skipped = [test["reason"] for test in found["tests"] if test["outcome"] == "skipped"]
    assert len(skipped) == 2
    assert all("[budget] sms = 3" in reason for reason in skipped)


# --- in the middle of a run -----------------------------------------------------------------------


@contextmanager
def running(bench: Path, report: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """The suite, while the block lasts; its output is a pipe."""
    with subprocess.Popen(
        command(bench, report, *options),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_interruptible,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _interruptible() -> None:
    """A shell that puts something into the background has it ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def until_said(process: subprocess.Popen[str], words: str) -> str:
    """Read its output until that is in it; what was read."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it never said {words!r}:\n{said}")


def test_a_bench_that_breaks_down_is_broken_once(bench: Path, report: Path) -> None:
    edited(bench, "patience_s = 20", "patience_s = 2")
    with running(bench, report, "-k", "test_commands or restored") as process:
        until_said(process, "test_ping PASSED")
        control(bench, "unplug")
        assert process.stdout is not None
        output = process.stdout.read()
        assert process.wait(PATIENCE_S) == 1, output
    found = results(report)
    bad = [test for test in found["tests"] if test["outcome"] in ("failed", "error")]
    skipped = [test for test in found["tests"] if test["outcome"] == "skipped"]
    # The test that met it, and the APN that couldn't be looked at in the end.
    assert [test["id"] for test in bad][-1] == "test_restored.py::test_the_apn_is_as_it_was"
    assert len(bad) == 2, output
    assert len(skipped) >= 4
    assert all("the bench broke down: " in test["reason"] for test in skipped)
    assert "modem0" in found["stopped"]
    assert "the APN em in context 1 couldn't be put back" in found["stopped"]


def test_a_policy_that_is_closed_in_mid_run_is_met_once(bench: Path, report: Path) -> None:
    edited(bench, "patience_s = 20", "patience_s = 2")
    with running(bench, report, "-k", "test_commands") as process:
        until_said(process, "test_ping PASSED")
        asyncio.run(_close_policy(bench))
        assert process.stdout is not None
        output = process.stdout.read()
        assert process.wait(PATIENCE_S) == 1, output
    found = results(report)
    assert [test["outcome"] for test in found["tests"][1:]].count("failed") == 1, output
    assert "policy" in found["stopped"]


async def _close_policy(bench: Path) -> None:
    found = load(bench).platform
    assert found is not None
    async with Client(found.token(), found.api) as client:
        device = await client.device(found.device)
        assert device.policy_id is not None
        await client.set_service(device.policy_id, SMS_MT, on=False)


def _context_apn(bench: Path) -> str:
    apn: str = control(bench, "state")["modems"][0]["contexts"]["1"]["apn"]
    return apn


@contextmanager
def changing(bench: Path, report: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has just written another APN."""
    with running(bench, report, "-k", "another_apn or nobody_knows") as process:
        until_said(process, "bench:")
        deadline = time.monotonic() + PATIENCE_S
        while _context_apn(bench) == "em":
            assert time.monotonic() < deadline
            time.sleep(0.005)
        yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_in_the_middle_of_a_change_puts_the_apn_back(
    number: signal.Signals, bench: Path, report: Path
) -> None:
    with changing(bench, report) as process:
        process.send_signal(number)
        assert process.stdout is not None
        output = process.stdout.read()
        assert process.wait(PATIENCE_S) == 2, output
    assert _context_apn(bench) == "em"
    found = results(report)
    assert not found["whole"]
    (*_, last) = found["tests"]
    assert (last["outcome"], last["reason"]) == ("error", "it was interrupted")


def test_a_run_that_is_ended_while_the_modem_is_away_waits_for_it(
    bench: Path, report: Path
) -> None:
    first, power, rest = bench.read_text().partition('of = "power"')
    bench.write_text(first + power + rest.replace("off_s = 0.5", "off_s = 3", 1))
    with running(bench, report, "-k", "power_is_cut") as process:
        until_said(process, "bench:")
        deadline = time.monotonic() + PATIENCE_S
        while (bench.parent / "modem0").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert _context_apn(bench) == "nosuch.invalid"
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        output = process.stdout.read()
        assert process.wait(PATIENCE_S) == 2, output
    assert _context_apn(bench) == "em"
    assert results(report)["stopped"] is None


def test_an_impatient_user_changes_nothing(bench: Path, report: Path) -> None:
    with changing(bench, report) as process:
        process.send_signal(signal.SIGINT)
        said = until_said(process, "ending: the APN is put back")
        for _ in range(3):
            process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        said += process.stdout.read()
        assert process.wait(PATIENCE_S) == 2, said
    assert _context_apn(bench) == "em"
    assert results(report)["tests"]


def test_a_run_that_was_killed_leaves_no_daemon_and_the_next_one_knows(
    bench: Path, report: Path
) -> None:
    with changing(bench, report) as process:
        process.kill()
    # Its daemon is told to end.
    deadline = time.monotonic() + PATIENCE_S
    while holders(str(bench.parent / "modem0")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    # As if the machine had lost its power meanwhile.
    ask(str(bench.parent / "modem0"), 'AT+CGDCONT=1,"IP","nosuch.invalid"')
    code, output = run(bench, report, "-k", "test_registration and not power")
    assert code == 0, output
    assert "a run that was killed left nosuch.invalid in context 1; em," in output
    assert _context_apn(bench) == "em"
    assert not list(bench.parent.glob("*.apn"))


def test_a_port_with_a_quote_in_its_name(bench: Path, report: Path) -> None:
    odd = bench.parent / 'mo"d\\em'
    odd.symlink_to(bench.parent / "modem0")
    edited(bench, json.dumps(f"{bench.parent}/modem0"), json.dumps(str(odd)))
    code, output = run(bench, report, "-k", "test_ping")
    assert code == 0, output


def test_a_bench_without_its_platform(bench: Path, report: Path) -> None:
    edited(bench, "patience_s = 20", 'patience_s = 20\nlacks = ["platform"]')
    (bench.parent / "token").unlink()
    code, output = run(bench, report, "-k", "test_modem or test_ping")
    assert code == 0, output
    assert outcomes(report)["test_commands.py::test_ping"] == "skipped"


def test_a_secret_that_only_the_report_wants(bench: Path, report: Path) -> None:
    edited(bench, "[apn]", 'pin_file = "/nosuch"\n[apn]')
    code, output = run(bench, report)
    assert code == 78, output
    assert "modem.pin_file" in output
    assert "INTERNALERROR" not in output


def test_a_report_that_cannot_be_written_is_told_before_the_first_test(
    bench: Path, tmp_path: Path
) -> None:
    (tmp_path / "reports").write_text("a file")
    code, output = run(bench, tmp_path / "reports")
    assert code == 1, output
    assert "--report" in output
    assert "PASSED" not in output


def test_runs_of_the_same_second_have_a_directory_each(tmp_path: Path) -> None:
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    names = [new_directory(tmp_path, started, "b").name for _ in range(3)]
    assert names == ["20260102T030405-b", "20260102T030405-b-2", "20260102T030405-b-3"]
