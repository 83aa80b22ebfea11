"""The program as a user runs it: `simulate`, `run` and the one-shot commands, each its own process.

A test sees what a user sees: exit codes, what is printed, the outbox, the log, and the database
read-only from outside. Every wait is bounded and ends as soon as what it waits for is there.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.tap import Tap

T = TypeVar("T")

ROOT = Path(__file__).parent.parent.parent
COMMAND = (sys.executable, "-m", "cli")
OPERATOR = "12345"
SHORT_NUMBER = "1234"
# How long a failing test waits. What works takes a fraction of it, also on a busy machine.
PATIENCE_S = 20.0
_LOOK_S = 0.005
# The network's two seconds for a registration become 20 ms, its back-off of 12 minutes 7 s.
TIME_SCALE = "100"

# Deadlines that a broken roll-back would still show, in seconds, and a budget that hinders nothing.
_CONFIG = """\
[modem]
port = "{port}"
{modem}
[reply]
to = "{short_number}"
[access]
senders = ["{operator}"]
{access}
[apn]
verify_timeout_s = 10
rollback_timeout_s = 10
channel_timeout_s = 10
[store]
path = "{home}/store/modem-helper.db"
[control]
socket = "{home}/control.sock"
[recovery]
radio_cycles_per_day = 100000
"""


def until(
    condition: Callable[[], T | None],
    what: str,
    limit_s: float = PATIENCE_S,
    *,
    also: Callable[[], str] = lambda: "",
) -> T:
    """Wait until `condition` gives something true; what it gave.

    `also` is asked what else helps to understand that it didn't.
    """
    deadline_s = time.monotonic() + limit_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= deadline_s:
            raise AssertionError(f"not within {limit_s:g} s: {what}\n{also()}")
        time.sleep(_LOOK_S)


class Process:
    """One process and what it writes to stderr."""

    def __init__(self, arguments: tuple[str, ...], log: Path, **options: Any) -> None:
        self.log_path = log
        with log.open("wb") as errors:
            self.popen = subprocess.Popen(
                [*COMMAND, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                **options,
            )

    @property
    def log(self) -> str:
        """Its stderr up to now."""
        return self.log_path.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.popen.pid

    def end(self, number: signal.Signals = signal.SIGTERM, limit_s: float = PATIENCE_S) -> int:
        """Send a signal, wait for the end; the exit code."""
        self.popen.send_signal(number)
        return self.wait(limit_s)

    def wait(self, limit_s: float = PATIENCE_S) -> int:
        """Wait for the end; the exit code."""
        code = self.popen.wait(limit_s)
        if self.popen.stdout is not None:
            self.popen.stdout.close()
        return code

    def kill(self) -> None:
        """kill -9, and be sure that it is dead: nothing is written after this returns."""
        if self.popen.poll() is None:
            self.popen.kill()
        self.wait()

    def until_logged(self, text: str, limit_s: float = PATIENCE_S) -> None:
        """Wait until it has logged that."""
        until(lambda: text in self.log, f"{text!r} is logged", limit_s, also=lambda: self.log)


class Simulator(Process):
    """`modem-helper simulate`, ready to be opened. `ready` is its line of JSON."""

    def __init__(self, arguments: tuple[str, ...], log: Path) -> None:
        super().__init__(("simulate", "--json", *arguments), log)
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line, f"no ready line; stderr: {self.log}"
        self.ready: dict[str, Any] = json.loads(line)
        self.modem: dict[str, Any] = self.ready["modems"][0]


class Bench:
    """A directory with everything in it; what was started ends with the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.link = home / "modem0"
        self.inbox = home / "inbox"
        self.outbox_path = home / "outbox"
        self.config = home / "config.toml"
        self.database = home / "store" / "modem-helper.db"
        self.socket = home / "control.sock"
        self._processes: list[Process] = []
        self._taps: list[Tap] = []
        self.inbox.touch()
        self.write_config(str(self.link))

    def write_config(self, port: str, *, modem: str = "", access: str = "") -> None:
        """The configuration; `modem` and `access` are further lines of these sections."""
        self.config.write_text(
            _CONFIG.format(
                port=port,
                home=self.home,
                operator=OPERATOR,
                short_number=SHORT_NUMBER,
                modem=modem,
                access=access,
            )
        )

    # --- processes ----------------------------------------------------------------------------

    def simulate(self, *options: str, link: bool = True) -> Simulator:
        """Start the simulated modem."""
        base = ["--inbox", str(self.inbox), "--outbox", str(self.outbox_path)]
        if link:
            base += ["--link", str(self.link)]
        if "--time-scale" not in options:
            base += ["--time-scale", TIME_SCALE]
        simulator = Simulator((*base, *options), self._log("simulate"))
        self._processes.append(simulator)
        return simulator

    def tapped(self, *options: str) -> tuple[Simulator, Tap]:
        """Start the simulated modem with a tap on its line; the configured port is the tap."""
        simulator = self.simulate(*options, link=False)
        tap = Tap(simulator.modem["port"], self.link)
        self._taps.append(tap)
        return simulator, tap

    def run(self, *, ready: bool = True) -> Process:
        """Start the daemon; with `ready`, wait until it has taken what the modem held."""
        daemon = Process(("run", "-v", "--config", str(self.config)), self._log("run"))
        self._processes.append(daemon)
        if ready:
            self.until_ready(daemon)
        return daemon

    def until_ready(self, daemon: Process) -> None:
        """Wait until the daemon holds an initialised modem."""

        def is_ready() -> bool:
            assert daemon.popen.poll() is None, daemon.log
            return self.phase() == "ready"

        until(is_ready, "the daemon is ready", also=self.logs)

    def phase(self) -> str | None:
        """What the daemon is doing with the modem; None where none answers."""
        status = self.status()
        return None if status is None else status["link"]["phase"]

    def ask(self, op: str) -> Any:
        """An operation of the control socket, without the start of another process; None where
        nobody answers.
        """
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.settimeout(PATIENCE_S)
                connection.connect(str(self.socket))
                connection.sendall(json.dumps({"id": 1, "op": op}).encode() + b"\n")
                line = connection.makefile("rb").readline()
            except OSError:
                return None
        return json.loads(line).get("result") if line else None

    def status(self) -> dict[str, Any] | None:
        """What the daemon says of itself."""
        found: dict[str, Any] | None = self.ask("status")
        return found

    def storage_used(self) -> int | None:
        """How many messages wait in the modem's memory; None where the daemon has no modem."""
        status = self.status()
        modem = status and status["modem"]
        return modem["storage"]["used"] if modem else None

    def start(self, *arguments: str | Path, config: bool = True, **options: Any) -> Process:
        """Start any command; its stdout is a pipe."""
        given = tuple(map(str, arguments))
        if config:
            given += ("--config", str(self.config))
        process = Process(given, self._log(given[0]), **options)
        self._processes.append(process)
        return process

    def do(
        self,
        *arguments: str | Path,
        config: bool = True,
        limit_s: float = PATIENCE_S,
        **options: Any,
    ) -> tuple[int, str, str]:
        """Run a command to its end: exit code, stdout, stderr."""
        process = self.start(*arguments, config=config, **options)
        output, _ = process.popen.communicate(timeout=limit_s)
        assert "Traceback" not in process.log, process.log
        return process.popen.returncode, output, process.log

    def json(self, *arguments: str | Path, code: int = 0, config: bool = True) -> Any:
        """The JSON that a command prints."""
        found, output, errors = self.do(*arguments, "--json", config=config)
        assert found == code, errors
        (line,) = output.splitlines()
        return json.loads(line)

    def _log(self, name: str) -> Path:
        number = len(self._processes)
        return self.home / f"{number:02}-{name}.log"

    def logs(self) -> str:
        """Everything that was logged so far, for the message of a failure."""
        return "\n".join(f"== {path.name}\n{path.read_text()}" for path in self.log_paths())

    def log_paths(self) -> list[Path]:
        """The files with everybody's stderr."""
        return sorted(self.home.glob("*.log"))

    def close(self) -> None:
        """End what is left; nothing that ran may have ended in a traceback."""
        for process in reversed(self._processes):
            process.kill()
        for tap in self._taps:
            tap.close()
        for path in self.log_paths():
            assert "Traceback" not in path.read_text(errors="replace"), path.read_text()

    # --- messages -----------------------------------------------------------------------------

    def inject(self, *texts: str, sender: str = OPERATOR) -> None:
        """SMS to the device, all at once."""
        self.inject_lines(*({"modem": 0, "from": sender, "text": text} for text in texts))

    def inject_lines(self, *lines: Mapping[str, object]) -> None:
        """Lines for the simulator's inbox, in one write."""
        with self.inbox.open("a") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))

    def outbox(self) -> list[dict[str, Any]]:
        """What the simulated network took from the device."""
        if not self.outbox_path.exists():
            return []
        whole, _, _ = self.outbox_path.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def answers(self) -> list[str]:
        """The texts of the outbox."""
        return [line["text"] for line in self.outbox()]

    def answer(self, start: str, count: int = 1, limit_s: float = PATIENCE_S) -> str:
        """Wait for `count` answers that begin so; the last of them."""

        def found() -> list[str] | None:
            listed = [text for text in self.answers() if text.startswith(start)]
            return listed if len(listed) >= count else None

        def seen() -> str:
            return f"there are {self.answers()}\n{self.logs()}"

        return until(found, f"{count} times an answer {start!r}", limit_s, also=seen)[-1]

    # --- the store, from outside --------------------------------------------------------------

    @contextmanager
    def store(self) -> Iterator[sqlite3.Connection]:
        """The database, read-only."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            yield connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query; none where there is no database yet."""
        try:
            with self.store() as connection:
                return connection.execute(sql).fetchall()
        except sqlite3.OperationalError:  # not there, or being made
            return []

    def until_row(self, sql: str, limit_s: float = PATIENCE_S) -> tuple[Any, ...]:
        """Wait until a query finds something; its first row."""
        return until(lambda: self.rows(sql), sql, limit_s, also=self.logs)[0]
