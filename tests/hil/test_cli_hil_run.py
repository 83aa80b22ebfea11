"""`modem-helper hil run`: the suite as a process, its codes, its end, and installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from apn_config.control import ControlClient
from hil import suite_process
from hil.cli_hil import hil
from hil.rig.children import environment
from hil.simulated_bench import simulated_bench
from hil.suite_process import Ended, run_suite
from tests.e2e.test_json import check

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A simulated bench: its file."""
    with simulated_bench("sim7600", tmp_path_factory.mktemp("bench")) as path:
        yield path


# --- run ------------------------------------------------------------------------------------------


def process(*words: object, cwd: Path = ROOT, **env: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *map(str, words)],
        cwd=cwd,
        env={**environment(), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_typo_is_one_line(bench: Path, tmp_path: Path) -> None:
    other = tmp_path / "bench.toml"
    other.write_text(bench.read_text().replace("device =", "devise ="))
    for command in ("check", "run"):
        code, _, errors = process("hil", command, "--bench", other)
        assert code == 78
        (line,) = errors.splitlines()
        assert "bench.toml: platform.devise: unknown key; did you mean device?" in line


def test_run(bench: Path, tmp_path: Path) -> None:
    code, output, errors = process(
        *("hil", "run", "--bench", bench, "--report", tmp_path / "r", "-k", "test_modem", "--json")
    )
    assert code == 0, output + errors
    found = json.loads(output)
    check("hil-run", found)
    assert (found["outcome"], found["failed"], found["stopped"]) == ("passed", 0, None)
    assert found["passed"] > 1
    (directory,) = (tmp_path / "r").iterdir()
    assert Path(found["report"]) == directory
    assert {path.name for path in directory.iterdir()} == {
        "results.json",
        "report.html",
        "junit.xml",
    }
    assert "test_modem.py" in errors, "progress goes to standard error"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("modem0", "modem9"), 3),
        (("/token", "/secret"), 6),
        (("700001", "700999"), 78),
    ],
    ids=["no port", "wrong token", "no device"],
)
def test_a_bench_that_is_not_fit(
    bench: Path, tmp_path: Path, change: tuple[str, str], code: int
) -> None:
    other = tmp_path / "bench.toml"
    other.write_text(bench.read_text().replace(*change))
    ended, output, errors = process(
        "hil", "run", "--bench", other, "--report", tmp_path / "r", "--json"
    )
    assert ended == code, errors
    assert json.loads(output) == {
        "outcome": "failed",
        "passed": 0,
        "failed": 0,
        "skipped": 0,
        "report": None,
        "stopped": None,
    }
    assert "Traceback" not in errors
    assert errors.count("the bench isn't fit") == 1
    assert list((tmp_path / "r").iterdir()) == []


def test_a_name_that_no_test_has(tmp_path: Path) -> None:
    code, _, _ = process(
        *("hil", "run", "--bench", "simulated", "--report", tmp_path / "r", "-k", "nosuchtest")
    )
    assert code == 2


def test_a_span_that_is_none(tmp_path: Path) -> None:
    code, output, errors = process(
        *("hil", "run", "--bench", "simulated", "--report", tmp_path / "r", "--soak", "long")
    )
    assert (code, "--soak: wanted a span such as" in output + errors) == (2, True)


def test_a_profile_that_is_none() -> None:
    code, _, errors = process("hil", "run", "--bench", "simulated:nokia")
    assert (code, "no profile 'nokia'" in errors) == (78, True)


def test_without_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_process, "find_spec", lambda _name: None)
    result = CliRunner().invoke(hil, ["run", "--bench", "simulated"])
    assert (result.exit_code, "pip install 'modem-helper[hil]'" in result.output) == (1, True)


def test_a_report_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "r").touch()
    code, _, errors = process("hil", "run", "--bench", "simulated", "--report", tmp_path / "r")
    assert (code, "is a file" in errors) == (2, True)


@pytest.mark.parametrize(
    ("code", "ours"),
    [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (-9, 1)],
)
def test_what_pytest_ends_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, ours: int
) -> None:
    monkeypatch.setattr(suite_process, "_run", lambda *_words, **_options: (code, False))
    assert run_suite("x", tmp_path, soak=None, tests=None, to_stderr=False) == Ended(ours, None)


@pytest.mark.parametrize("code", [1, 3, 7, 78])
def test_what_the_suite_stopped_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def stopped(words: list[str], **_options: object) -> tuple[int, bool]:
        (told,) = [word.partition("=")[2] for word in words if word.startswith("--ended=")]
        Path(told).write_text(json.dumps({"exit_code": code}))
        return 3, False  # pytest's for an internal error

    monkeypatch.setattr(suite_process, "_run", stopped)
    assert run_suite("x", tmp_path, soak=None, tests=None, to_stderr=False) == Ended(code, None)


def apn_of(control: Path) -> str:
    client = ControlClient.connect(control)
    assert client is not None
    try:
        (modem,) = client.call("state")["modems"]
        apn: str = modem["contexts"]["1"]["apn"]
        return apn
    finally:
        client.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_puts_the_apn_back(
    bench: Path, tmp_path: Path, number: signal.Signals
) -> None:
    control = bench.parent / "control"
    assert apn_of(control) == "em"
    command = [sys.executable, "-m", "cli", "hil", "run", "--bench", str(bench), "-k", "test_apn"]
    with subprocess.Popen(
        [*command, "--report", str(tmp_path / "r")],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        give_up = time.monotonic() + PATIENCE_S
        while apn_of(control) == "em":
            assert running.poll() is None
            assert time.monotonic() < give_up
        running.send_signal(number)
        output, _ = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130, output
    assert apn_of(control) == "em"
    assert list((tmp_path / "r").glob("*/results.json"))


# --- installed ------------------------------------------------------------------------------------

HERE = """\
from pathlib import Path

import hil
import modem

def test_this_is_the_copy():
    assert Path(hil.__file__).parent == Path(__file__).parent
    assert Path(modem.__file__).parent.parent == Path(__file__).parent.parent
"""


def test_it_runs_installed(tmp_path: Path) -> None:
    """From a read-only directory, within a project of somebody else's that would break it."""
    site = tmp_path / "project" / "site-packages"
    for name in ("modem", "apn_config", "hil"):
        shutil.copytree(ROOT / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cli.py", site)
    (site / "hil" / "test_here.py").write_text(HERE)
    (site.parent / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (site.parent / "conftest.py").write_text("raise SystemExit('a foreign conftest')\n")
    (site.parent / "modem.py").write_text("raise SystemExit('a foreign module')\n")
    before = _files(site)
    for path in [site, *site.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    run = "import sys; sys.argv[0] = 'modem-helper'; import cli; cli.main()"
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", run, "hil", "run", "--bench", "simulated", "-k", "copy"],
            cwd=site.parent,
            env={**os.environ, "PYTHONPATH": str(site)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    finally:
        for path in [site, *site.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert _files(site) == before
    assert list((site.parent / "hil-reports").glob("*/report.html"))


def _files(site: Path) -> set[Path]:
    return {path for path in site.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_the_group_needs_no_library() -> None:
    """`--help` of each command is there without the extra."""
    for words in ((), ("init",), ("check",), ("run",)):
        result = CliRunner().invoke(hil, [*words, "--help"])
        assert result.exit_code == 0
        assert "Example" in result.output or not words
