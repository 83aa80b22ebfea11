"""A labgrid lab on loopback: coordinator, exporter, and two boards that are simulated modems.

Its configuration is docs/lab-example, as it stands there. The first board's ser2net is started by
the exporter (telnet with RFC 2217), the second's runs anyway (plain TCP).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hil.simulated_bench import simulated_bench
from tests.clients.programs import VENV, Daemon, Finished, daemon, program, run
from tests.clients.station import ROOT, until
from tests.hil.lab.ser2net import free_port, ser2net

EXAMPLE = ROOT / "docs" / "lab-example"
BOARDS = {"board1": "sim7600", "board2": "ec25"}
# labgrid and what the suite needs are in an environment of their own (install.sh).
BIN = VENV / "labgrid" / "bin"
# A labgrid program takes a second to start, on a busy machine many.
_START_S = 60.0


def require_labgrid() -> None:
    """Skip the test where labgrid or ser2net is missing."""
    program("ser2net", "ser2net")
    if not (BIN / "labgrid-exporter").exists():
        pytest.skip(f"labgrid is missing in {BIN.parent}: make clients")


class Lab:
    """A running lab; `home` is the directory of the environment file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.board2_port = free_port()
        self._exporter = ExitStack()
        self._more = {
            "LG_COORDINATOR": f"127.0.0.1:{free_port()}",
            "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", ""), "/usr/sbin"]),
            "PYTHONUNBUFFERED": "1",
        }

    def client(self, *words: str) -> Finished:
        """labgrid-client to its end."""
        return run([str(BIN / "labgrid-client"), *words], self.home, more=self._more)

    def place(self, name: str) -> None:
        """Make a place of the board of that name, once the exporter has offered it."""

        def is_offered() -> bool:
            return f"pi1/{name}/" in self.client("resources").output

        until(is_offered, f"{name} is offered", _START_S)
        for words in (
            ["create"],
            ["set-tags", f"modem={BOARDS[name]}"],
            ["add-match", f"*/{name}/*"],
        ):
            self.done("-p", name, *words)

    def done(self, *words: str) -> str:
        """What labgrid-client prints, where it succeeds."""
        found = self.client(*words)
        assert found.code == 0, found.output
        return found.output

    def pytest(self, place: str, *words: str, limit_s: float = 60.0) -> Finished:
        """pytest to its end, with labgrid's environment and that place as `main`."""
        return run(self._pytest(*words), self.home, limit_s=limit_s, more=self._with_place(place))

    @contextmanager
    def pytest_running(self, place: str, *words: str) -> Iterator[Daemon]:
        """As `pytest`, while the block lasts."""
        with daemon(self._pytest(*words), self.home, str, more=self._with_place(place)) as running:
            yield running

    def _pytest(self, *words: str) -> list[str]:
        command = [str(BIN / "python"), "-m", "pytest", "-p", "no:cacheprovider"]
        command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
        return [*command, "--lg-env", str(self.home / "env.yaml"), *words]

    def _with_place(self, place: str) -> dict[str, str]:
        return {**self._more, "LG_PLACE": place}

    @contextmanager
    def coordinator(self) -> Iterator[Daemon]:
        """labgrid's coordinator; it is there once this returns."""
        address = self._more["LG_COORDINATOR"]
        with self._running("labgrid-coordinator", "--listen", address) as coordinator:
            # An exporter that finds none ends.
            coordinator.shows("Coordinator ready", _START_S)
            yield coordinator

    def start_exporter(self) -> None:
        """Start labgrid's exporter with both boards."""
        words = ("--name", "pi1", "--hostname", "127.0.0.1", str(EXAMPLE / "exporter.yaml"))
        self._exporter.enter_context(self._running("labgrid-exporter", *words))

    def stop_exporter(self) -> None:
        """End it; the coordinator sees its boards go."""
        self._exporter.close()

    @contextmanager
    def _running(self, name: str, *words: str) -> Iterator[Daemon]:
        home = self.home / name
        home.mkdir(exist_ok=True)
        tty = str((self.home / "board1" / "modem0").readlink())
        more = {**self._more, "BOARD1_TTY": tty, "BOARD2_PORT": str(self.board2_port)}
        with daemon([str(BIN / name), *words], home, str, more=more) as running:
            yield running


@contextmanager
def lab(home: Path) -> Iterator[Lab]:
    """A lab whose places are made and free."""
    made = Lab(home)
    shutil.copy(EXAMPLE / "env.yaml", home)
    with ExitStack() as opened:
        for number, (name, profile) in enumerate(BOARDS.items()):
            board = home / name
            board.mkdir()
            opened.enter_context(simulated_bench(profile, board, options=("--seed", str(number))))
        device = home / "board2" / "modem0"
        opened.enter_context(ser2net(home / "ser2net", device, made.board2_port))
        opened.enter_context(made.coordinator())
        opened.callback(made.stop_exporter)
        made.start_exporter()
        for name in BOARDS:
            made.place(name)
        yield made
