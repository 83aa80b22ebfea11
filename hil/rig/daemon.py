"""The daemon on the bench's modem: `modem-helper run` as a process, as a device runs it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apn_config.control import ControlClient, ControlError
from hil.bench import Bench
from hil.bench_template import quoted
from hil.checks.port import port_of
from hil.rig import children
from hil.rig.budget import Budget
from hil.rig.recorder import Recorder
from hil.rig.waiting import until
from modem import PortMissing

# The program asked to end in the middle of a change takes `stop_timeout_s` and a little more.
_END_S = 90.0
_LOG_LINE = re.compile(r"(DEBUG|INFO|WARNING|ERROR|CRITICAL) ([a-z_.]+): (.*)")
_SHOWN_LINES = 40

_CONFIG = """\
[modem]
port = {port}
baud = {baud}
{pin}
[reply]
to = {short_number}
[access]
senders = [{sender}]
{pin_word}
[apn]
cid = {cid}
default = {default}
verify_timeout_s = {patience_s}
rollback_timeout_s = {patience_s}
channel_timeout_s = {patience_s}
[store]
path = {store}
[control]
socket = {socket}
[recovery]
radio_cycles_per_day = 1000
"""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of its log, and when it came, on the monotonic clock."""

    at: float
    level: str
    logger: str
    text: str


class Daemon:
    """One daemon with a store of its own in `home`; it may be ended and started again."""

    def __init__(self, bench: Bench, recorder: Recorder, budget: Budget, home: Path) -> None:
        self._bench = bench
        self._recorder = recorder
        self._budget = budget
        self._pin_word: str | None = None
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self.lines: list[LogLine] = []
        home.mkdir(parents=True, exist_ok=True)

    def want_pin_word(self, word: str) -> None:
        """From its next start on, a command has to give it."""
        self._pin_word = word

    def _write_config(self) -> None:
        """For each start anew: the modem's port may have another name now."""
        bench, platform = self._bench, self._bench.platform
        pin_word = self._pin_word
        assert platform is not None
        pin = bench.modem.pin_file
        word = ""
        if pin_word is not None:
            (self._home / "pin-word").write_text(f"{pin_word}\n")
            (self._home / "pin-word").chmod(0o600)
            word = f"pin_file = {quoted(self._home / 'pin-word')}"
        (self._home / "config.toml").write_text(
            _CONFIG.format(
                port=quoted(self._port()),
                baud=bench.modem.baud,
                pin="" if pin is None else f"sim_pin_file = {quoted(pin)}",
                short_number=quoted(platform.short_number),
                sender=quoted(platform.sender),
                pin_word=word,
                cid=bench.apn.cid,
                default=quoted(bench.apn.expected or "em"),
                patience_s=bench.patience_s,
                store=quoted(self._home / "store" / "modem-helper.db"),
                socket=quoted(self._home / "control.sock"),
            ),
            encoding="utf-8",
        )

    def _port(self) -> str:
        """Where the modem is; one that is just starting isn't on USB yet."""

        def found() -> str | None:
            try:
                return port_of(self._bench.modem)
            except PortMissing:
                return None

        return until(found, "the modem is on USB", self._bench.patience_s)

    # --- the process --------------------------------------------------------------------------

    def start(self, *, ready: bool = True) -> float:
        """Start it; with `ready` wait until it has taken what the modem held. Seconds it took."""
        began = time.monotonic()
        self._write_config()
        words = ["run", "-v", "--config", "config.toml"]
        self._process = children.start(
            words, self._home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self._recorder.note("modem-helper run starts")
        self._reader = threading.Thread(target=self._read_log, args=(self._process,), daemon=True)
        self._reader.start()
        if ready:
            self.until_ready()
        return time.monotonic() - began

    def _read_log(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        for raw in process.stderr:
            at, text = time.monotonic(), raw.decode("utf-8", "replace").rstrip("\n")
            match = _LOG_LINE.fullmatch(text)
            line = LogLine(at, *match.groups()) if match else LogLine(at, "INFO", "", text)
            self.lines.append(line)
            if line.logger == "modem.driver":
                self._recorder.traffic(line.text, at)
                if line.text.startswith("<- +CMGS:") and not self._budget.took():
                    self._recorder.note("over the budget of SMS: the daemon is ended")
                    process.terminate()
            elif line.logger != "asyncio":
                self._recorder.note(line.text, at)

    def stop(self) -> None:
        """End it as a service manager does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"the daemon didn't end within {_END_S:g} s") from None
        finally:
            process.wait()
            if self._reader is not None:
                self._reader.join()
            assert process.stderr is not None
            process.stderr.close()
        self._recorder.note(f"modem-helper run ended ({number.name})")

    # --- what it says -------------------------------------------------------------------------

    def ask(self, op: str, args: dict[str, Any] | None = None) -> Any:
        """An operation of its control socket. Raises ControlError."""
        client = ControlClient.connect(self._home / "control.sock")
        if client is None:
            raise ControlError("the daemon doesn't listen at its control socket")
        try:
            return client.call(op, args)
        finally:
            client.close()

    @contextmanager
    def console(self, name: str) -> Iterator[str]:
        """Be a console of that name, as far as the daemon knows."""
        request = json.dumps({"id": 1, "op": "watch", "args": {"console": name}})
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._home / "control.sock"))
            connection.sendall(request.encode() + b"\n")
            connection.recv(1)  # it is known from now on
            yield name

    def status(self) -> dict[str, Any] | None:
        """Its status; None while nobody listens at its socket."""
        try:
            found: dict[str, Any] = self.ask("status")
        except (ControlError, OSError):
            return None
        return found

    def storage_used(self) -> int | None:
        """How many messages the modem's memory holds; None where it can't tell now."""
        status = self.status()
        modem = status and status["modem"]
        return modem["storage"]["used"] if modem and modem["storage"] else None

    def require_apn(self, name: str | None) -> None:
        """Is it set, and does the network serve it? AssertionError if not."""
        assert name is not None
        shown = self.ask("apn.show")
        assert shown["apn"].lower() == name.lower(), f"another APN is set: {shown}"
        assert shown["active"], f"the context isn't active: {shown}"
        assert shown["address"], f"no address: {shown}"
        assert (shown["live_apn"] or name).lower() == name.lower(), f"the network gave {shown}"

    def until_ready(self) -> None:
        """Wait until it holds an initialised, registered modem and has looked at its storage."""

        def ready() -> bool:
            assert self._process is not None, "the daemon isn't running"
            assert self._process.poll() is None, f"the daemon ended:\n{self.log()}"
            status = self.status()
            if status is None or status["link"]["phase"] != "ready":
                return False
            return status["modem"] is not None and bool(status["modem"]["sms_ready"])

        until(ready, "the daemon is ready", self._bench.patience_s, also=self.log)

    def find(self, pattern: str, since: int = 0) -> LogLine | None:
        """The first line from the `since`th on whose text has the pattern."""
        return next((line for line in self.lines[since:] if re.search(pattern, line.text)), None)

    def until_logged(self, pattern: str, since: int = 0, limit_s: float | None = None) -> LogLine:
        """Wait for such a line."""
        return until(
            lambda: self.find(pattern, since),
            f"the daemon logs {pattern!r}",
            limit_s or self._bench.patience_s,
            also=self.log,
        )

    def log(self) -> str:
        """The end of its log without the traffic."""
        lines = [line.text for line in self.lines if line.logger != "modem.driver"]
        return "\n".join(["the daemon's log:", *lines[-_SHOWN_LINES:]])
