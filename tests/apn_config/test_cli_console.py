"""Where the console has a screen, and where it is the plain one."""

from __future__ import annotations

import io

import pytest

from apn_config.cli_console import _is_screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stdin", "stdout", "term", "screen"),
    [
        pytest.param(Terminal(), Terminal(), "xterm", True, id="a terminal"),
        pytest.param(Terminal(), Terminal(), "dumb", False, id="one that can't be drawn on"),
        pytest.param(Terminal(), Terminal(), "unknown", False, id="one that nobody knows"),
        pytest.param(io.StringIO(), Terminal(), "xterm", False, id="lines from a pipe"),
        pytest.param(Terminal(), io.StringIO(), "xterm", False, id="lines to a pipe"),
        pytest.param(None, Terminal(), "xterm", False, id="no input"),
        pytest.param(Terminal(), None, "xterm", False, id="no output"),
    ],
)
def test_where_the_screen_is(
    monkeypatch: pytest.MonkeyPatch, stdin: object, stdout: object, term: str, screen: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("sys.stdout", stdout)
    assert _is_screen() == screen
