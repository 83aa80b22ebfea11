"""A terminal with a console in it, driven by tmux: keys in, a screen out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.bench import ROOT

TMUX = shutil.which("tmux")


def require_tmux() -> None:
    """Skip where there is none; in CI that is a failure."""
    if TMUX is None:
        assert os.environ.get("CI") != "true", "CI has to install tmux"
        pytest.skip("tmux isn't installed")


class Terminal:
    """A terminal of a size, in which a command of ours runs. It has a tmux server of its own."""

    def __init__(self, home: Path, arguments: Sequence[str], *, columns: int, rows: int) -> None:
        # A socket's path has 107 characters at most, which a test's own directory may have alone.
        self._place = tempfile.TemporaryDirectory(prefix="tmux-")
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_STATE_HOME": str(home / "state"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        for name in ("TMUX", "NO_COLOR", "PROMPT_TOOLKIT_COLOR_DEPTH"):
            environment.pop(name, None)
        size = ("-x", str(columns), "-y", str(rows))
        # tmux 3.3a doesn't always learn what a command ended with.
        self._ended = home / f"{Path(self._place.name).name}.exit"
        then = f'"$@"; echo $? > {self._ended.name}'
        command = ("sh", "-c", then, "sh", sys.executable, "-m", "cli", *arguments)
        self._do("-f", "/dev/null", "new-session", "-d", *size, "-c", str(home), *command,
                 ";", "set", "remain-on-exit", "on", env=environment)  # fmt: skip

    def _do(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        assert TMUX is not None
        done = subprocess.run(
            (TMUX, "-S", self._socket, *arguments),
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=20,
            env=env,
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Press keys by their names in tmux: Enter, Tab, C-c, F2."""
        self._do("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("send-keys", "-l", text)

    def enter(self, line: str) -> None:
        """Type a line."""
        self.type(line)
        self.press("Enter")

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        self._do("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self, *, colours: bool = False) -> str:
        """What is seen; with `colours`, the escape sequences that make them."""
        return self._do("capture-pane", "-p", *(("-e",) if colours else ()))

    def all(self) -> str:
        """What is seen, and what was seen before; lines that were wrapped are one."""
        return self._do("capture-pane", "-p", "-J", "-S", "-")

    @property
    def columns(self) -> int:
        """How wide it is."""
        return int(self._do("display-message", "-p", "#{pane_width}"))

    @property
    def exit_code(self) -> int | None:
        """What the command ended with; None while it runs."""
        text = self._ended.read_text() if self._ended.exists() else ""
        return int(text) if text.endswith("\n") else None

    def close(self) -> None:
        """End it, and what runs in it."""
        assert TMUX is not None
        subprocess.run((TMUX, "-S", self._socket, "kill-server"), capture_output=True, check=False)
        self._place.cleanup()

    @property
    def _socket(self) -> str:
        return f"{self._place.name}/socket"
