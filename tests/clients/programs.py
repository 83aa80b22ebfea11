"""Programs that nobody here wrote: where they are, how they are run and ended.

What is missing makes a test skip and say what to install. No AT commands and no modem here.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.station import PATIENCE_S, ROOT, until

# Where `make clients` installs what comes from PyPI and npm.
VENV = Path(os.environ.get("CLIENTS_VENV", ROOT / ".venv-clients")).absolute()
_ADMIN_PATH = "/usr/local/sbin:/usr/sbin:/sbin"  # Debian's users don't have these in PATH


def program(name: str, package: str) -> str:
    """The path of a program; the test is skipped where it isn't installed."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_ADMIN_PATH}")
    if path is None:
        pytest.skip(f"{name} is missing: sudo apt-get install {package}  (or: make clients)")
    return path


def venv_python(module: str, package: str) -> str:
    """The Python of the clients' own environment; skips the test where that lacks the package."""
    python = VENV / "bin" / "python"
    if not python.exists() or not any(VENV.glob(f"lib/python3*/site-packages/{module}")):
        pytest.skip(f"{package} is missing in {VENV}: make clients")
    return str(python)


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment: texts in UTF-8, and whatever a program keeps of its own in `home`."""
    return {
        "PATH": f"{os.environ.get('PATH', '')}:{_ADMIN_PATH}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TERM": "vt100",
        **(more or {}),
    }


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended, and all that it printed."""

    code: int
    output: str


def run(
    command: Sequence[str],
    home: Path,
    *,
    limit_s: float = 60.0,
    more: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program to its end, in `home`; it is killed and the test fails after `limit_s`."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=home,
        env=environment(home, more),
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            printed, _ = process.communicate()
            text = printed.decode(errors="replace")
            pytest.fail(f"{' '.join(command)}: no end after {limit_s:g} s\n{text}")
    return Finished(process.returncode, printed.decode(errors="replace"))


class Daemon:
    """A program that runs on until it is told to end; `explain` is asked what else may help."""

    def __init__(
        self, process: subprocess.Popen[bytes], log: Path, explain: Callable[[], str]
    ) -> None:
        self._process = process
        self._log = log
        self._explain = explain

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self._log.read_text(errors="replace")

    @property
    def running(self) -> bool:
        """Is it still there?"""
        return self._process.poll() is None

    def until(
        self, condition: Callable[[], object], what: str, limit_s: float = PATIENCE_S
    ) -> None:
        """Wait until `condition` is met; a program that ends before fails the test."""

        def met_or_ended() -> bool:
            ended = not self.running
            return bool(condition()) or ended

        until(met_or_ended, what, limit_s, also=self.why)
        assert condition(), f"it ended before: {what}\n{self.why()}"

    def shows(self, text: str, limit_s: float = PATIENCE_S) -> None:
        """Wait until it has printed that text."""
        self.until(lambda: text in self.log, f"{text!r} is printed", limit_s)

    def why(self) -> str:
        """What it printed, and what else helps to understand it."""
        return f"{self.log}\n{self._explain()}"

    def ends(self, limit_s: float = PATIENCE_S) -> None:
        """Wait for its end."""
        until(lambda: not self.running, "it ends", limit_s, also=self.why)

    def kill(self) -> None:
        """End it and what it started at once, as a crash would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it and what it started; the ones that don't listen are killed."""
        if self.running:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_S)
        self.kill()


@contextmanager
def daemon(
    command: Sequence[str],
    home: Path,
    explain: Callable[[], str],
    *,
    more: Mapping[str, str] | None = None,
) -> Iterator[Daemon]:
    """Have a program run in `home` while the block lasts; what it prints goes to `output` there."""
    log = home / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=environment(home, more),
            start_new_session=True,
        )
    running = Daemon(process, log, explain)
    try:
        yield running
    finally:
        running.stop()
