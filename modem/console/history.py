"""What was typed before, kept in a file: bounded, for its owner alone, and without secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from prompt_toolkit.history import History

from modem.console.values import is_private

MAX_LINES = 1000
_MODE = 0o600


def history_path(environment: Mapping[str, str]) -> Path:
    """Where the history is kept (XDG Base Directory Specification)."""
    state = environment.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else Path.home() / ".local" / "state"
    return base / "modem-helper" / "console-history"


def is_kept(line: str) -> bool:
    """May the line stand in a file? Only commands may, and none with a secret or a text."""
    line = line.strip()
    if not line.isprintable() or is_private(line):
        return False
    if line.startswith("/"):
        # Of these the text of an SMS, a PDU and raw bytes are as private as a PIN.
        return not line.lower().startswith(("/send", "/decode", "/hex"))
    return line[:2].upper() == "AT"


class LineHistory(History):
    """A history file of one line each. One that can't be read or written is no history."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._last: str | None = None

    def load_history_strings(self) -> Iterable[str]:
        """The lines, the newest first; a file that grew too long is cut."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        if len(lines) > 2 * MAX_LINES:
            self._rewrite(lines[-MAX_LINES:])
        return [line for line in reversed(lines[-MAX_LINES:]) if is_kept(line)]

    def append_string(self, string: str) -> None:
        """Nothing: what stood in the input line may be a text, or the answer to a question."""

    def remember(self, line: str) -> None:
        """Remember a command, but not twice running."""
        command = line[:1] == "/" or line[:2].upper() == "AT"
        if command and line != self._last and not is_private(line):
            self._last = line
            super().append_string(line)

    def store_string(self, string: str) -> None:
        """Append a line to the file."""
        if not is_kept(string):
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._path, os.O_APPEND, f"{string.strip()}\n")

    def _rewrite(self, lines: list[str]) -> None:
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._write(new, os.O_TRUNC, "".join(f"{line}\n" for line in lines))
            new.replace(self._path)

    @staticmethod
    def _write(path: Path, how: int, text: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, _MODE)
        try:
            # Also where the file was there before, with other permissions.
            os.fchmod(descriptor, _MODE)
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
