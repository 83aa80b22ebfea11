"""The console in a pipe, scripts, and `at`: as processes, with a modem and with a daemon."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.bench import PATIENCE_S, ROOT, Bench
from tests.e2e.test_json import check


def piped(bench: Bench, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Give a console lines."""
    return subprocess.run(
        (sys.executable, "-m", "cli", "console", "--config", str(bench.config), *options),
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.fixture(params=["direct", "daemon"])
def modem(request: pytest.FixtureRequest, bench: Bench) -> Bench:
    """A modem, with a daemon and without one."""
    bench.simulate("--start-apn", "em")
    if request.param == "daemon":
        bench.run()
    return bench


def test_lines_in_lines_out(modem: Bench) -> None:
    done = piped(modem, "AT+CSQ\nAT+CPIN?\n")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "+CSQ: 27,99\nOK\n+CPIN: READY\nOK\n",
        "",
    )


def test_a_refusal_is_exit_code_1(modem: Bench) -> None:
    done = piped(modem, "AT+NOSUCH\nAT\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "OK"


def test_json_lines(modem: Bench) -> None:
    done = piped(modem, "AT+CSQ\nnonsense\n", "--json")
    answer, error = map(json.loads, done.stdout.splitlines())
    check("console", answer)
    check("console", error)
    assert answer["lines"] == ["+CSQ: 27,99"]


def test_a_message_by_its_pdu(modem: Bench) -> None:
    done = piped(modem, "AT+CMGS=14\n00010004812143000005E8329BFD06\n")
    assert done.returncode == 0, done.stderr
    assert modem.answer("hello") == "hello"


@pytest.mark.parametrize("line", ["AT&F", "AT+CMGD=1,4"])
def test_lasting_harm_needs_force(modem: Bench, tmp_path: Path, line: str) -> None:
    path = tmp_path / "harm.at"
    path.write_text(f"{line}\n")
    done = piped(modem, f"{line}\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--force" in done.stderr
    assert "--force" in piped(modem, "", "--script", str(path)).stdout
    assert piped(modem, f"{line}\n", "--force").stdout == "OK\n"


@pytest.mark.parametrize(
    ("closed", "code", "errors"),
    [("<&-", 0, ""), (">&-", 1, "standard output is closed"), ("2>&-", 1, "")],
)
def test_closed_streams(bench: Bench, closed: str, code: int, errors: str) -> None:
    bench.simulate("--start-apn", "em")
    command = shlex.join((sys.executable, "-m", "cli", "console", "--config", str(bench.config)))
    done = subprocess.run(
        ("sh", "-c", f"echo nonsense | {{ {command} {closed}; }}"),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == code
    assert done.stdout == ""
    assert errors in done.stderr
    assert "Traceback" not in done.stderr


def test_at(modem: Bench) -> None:
    answer = modem.json("at", "AT+CSQ")
    check("at", answer)
    assert answer["explained"] == ["signal: -59 dBm (excellent)"]
    code, output, _ = modem.do("at", "ATI", "AT+NOSUCH", "AT+CSQ")
    assert code == 1
    assert "SIM7600" in output
    assert "+CSQ" not in output


@pytest.mark.parametrize(("wanted", "code"), [("READY", 0), ("PUK", 1)])
def test_a_script(modem: Bench, tmp_path: Path, wanted: str, code: int) -> None:
    path = tmp_path / "check.at"
    path.write_text(f"AT\nAT+CPIN?\nexpect /{wanted}/\n")
    done = piped(modem, "", "--script", str(path), "--json")
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    for step in steps:
        check("console", step)
    assert done.returncode == code
    assert [step["ok"] for step in steps] == [True, code == 0]


def test_the_daemon_keeps_its_ground(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    bench.run()
    code, _, errors = bench.do("at", "AT+CMGF=1")
    assert code == 4
    assert errors.endswith("; --force sends it all the same\n")
    assert bench.do("at", "AT+CMGF=1", "--force")[0] == 0
    bench.inject("PING")
    assert bench.answer("OK PING")


def test_a_modem_that_is_not_there(bench: Bench) -> None:
    assert bench.do("at", "AT")[0] == 3
    assert piped(bench, "AT\n").returncode == 3


def test_no_script_is_a_usage_error(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "x.at"
    path.write_text("ATI\nhello\n")
    done = piped(bench, "", "--script", str(path))
    assert done.returncode == 2
    assert "script, line 2: wanted" in done.stderr
