"""Where scenes are played: a bench, a terminal, and the screens that it has to show.

In a test each screen is compared with its file; `pictures` writes the files anew, and the pictures
of docs/console.md with them.
"""

from __future__ import annotations

import difflib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.bench import PATIENCE_S, Bench, Simulator, until
from tests.e2e.console.tmux import Terminal

SCREENS = Path(__file__).parent / "screens"
# How long a screen has to stay as it is, before a picture is taken of it.
_STILL_S = 0.7

# Gets a picture's name, the screen with its escape sequences, and how many columns it has.
Take = Callable[[str, str, int], None]


class Stage:
    """A bench with a simulated modem and a console in a terminal."""

    def __init__(self, bench: Bench, take: Take | None = None) -> None:
        self.bench = bench
        self._take = take
        self._terminals: list[Terminal] = []
        self.control = bench.home / "sim.sock"

    def simulate(self, *options: str) -> Simulator:
        """Start the modem; its APN is known to the network."""
        return self.bench.simulate("--start-apn", "em", "--control", str(self.control), *options)

    def sim_control(self, *arguments: str) -> str:
        """Do something to the modem."""
        code, output, errors = self.bench.do(
            "sim-control", str(self.control), *arguments, "--json", config=False
        )
        assert code == 0, errors
        return output

    def used(self, memory: str) -> int:
        """How many messages the modem holds there."""
        (modem,) = json.loads(self.sim_control("state"))["modems"]
        used: int = modem["memories"][memory]["used"]
        return used

    def open(self, *options: str, columns: int = 100, rows: int = 30) -> Terminal:
        """Start a console."""
        # A port in the terminal's own directory, so that its name is as long on every machine.
        port = ("--port", self.bench.link.name)
        arguments = ("console", "--config", str(self.bench.config), *port, *options)
        terminal = Terminal(self.bench.home, arguments, columns=columns, rows=rows)
        self._terminals.append(terminal)
        self.see(terminal, "tells more.\nmodem>")
        return terminal

    def see(self, terminal: Terminal, *texts: str) -> None:
        """Wait until the texts are on the screen."""
        until(
            lambda: all(text in terminal.screen() for text in texts),
            f"{texts} on the screen",
            also=terminal.screen,
        )

    def picture(self, terminal: Terminal, name: str, *texts: str) -> None:
        """Once the texts are there, the screen has to become that of the file."""
        self.see(terminal, *texts)
        path = SCREENS / f"{name}.txt"
        if self._take is not None:
            self._until_still(terminal)
            path.write_text(self.normal(terminal.screen()))
            self._take(name, self.normal(terminal.screen(colours=True)), terminal.columns)
            return
        wanted = path.read_text()
        try:
            until(lambda: self.normal(terminal.screen()) == wanted, name, limit_s=PATIENCE_S / 2)
        except AssertionError:
            got = self.normal(terminal.screen())
            lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), name, "screen")
            raise AssertionError("\n".join(lines)) from None

    @staticmethod
    def _until_still(terminal: Terminal) -> None:
        before = ""
        while (now := terminal.screen()) != before:
            before = now
            time.sleep(_STILL_S)

    def normal(self, screen: str) -> str:
        """A screen without what differs from run to run."""
        screen = screen.replace(str(self.bench.link), self.bench.link.name)
        screen = screen.replace(str(self.bench.home), "HOME")
        screen = re.sub(
            r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", "2026-03-01 12:00:00+00:00", screen
        )
        screen = re.sub(r"runs \d+ s", "runs 1 s", screen)
        screen = re.sub(r"\b\d\d:\d\d:\d\d (?=[+^A-Z]|modem0)", "12:00:00 ", screen)
        return "\n".join(line.rstrip() for line in screen.rstrip().splitlines()) + "\n"

    def close(self) -> None:
        """End the terminals."""
        for terminal in self._terminals:
            terminal.close()
