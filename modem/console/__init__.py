"""The serial console: lines typed at a modem, its answers explained, and what it says unasked.

values      what is shown, as lines with a kind
session     a line goes to the modem and its answer comes back; knows no terminal
commands    the slash commands of a session
script      files with lines and the answers that are expected
offers      completion; history is what was typed before
screen      the terminal; the only file beside offers and history that knows prompt_toolkit
plain       lines in, lines out: for pipes, and where there is no prompt_toolkit

Everything speaks to a `modem.channel.AtChannel`, and doesn't know whether a daemon is behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.lazy import loader

if TYPE_CHECKING:
    from modem.console.plain import Plain, answer_json, lines_of_stdin
    from modem.console.screen import run_screen
    from modem.console.values import printable

# Only `screen` needs the extra; who asks for anything else doesn't load it.
_HOME_OF = {
    "Plain": "plain",
    "answer_json": "plain",
    "lines_of_stdin": "plain",
    "printable": "values",
    "run_screen": "screen",
}

__all__ = ["Plain", "answer_json", "lines_of_stdin", "printable", "run_screen"]

__getattr__ = loader(__name__, _HOME_OF)
