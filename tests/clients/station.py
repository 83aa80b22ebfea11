"""A simulated modem in a process of its own, as a test of a foreign program sees it.

`modem-helper simulate` is started as a user starts it; messages go in by its inbox and come out by
its outbox, the traffic stands in its trace. Nothing here knows a program: see `programs`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modem import sms

ROOT = Path(__file__).parent.parent.parent
# The network's two seconds for a registration become 20 ms, its 200 ms for a submission 2 ms.
TIME_SCALE = "100"
PATIENCE_S = 20.0
_LOOK_S = 0.02
_TRACE_SHOWN = 6000  # characters of the trace in the report of a failure


def until(
    condition: Callable[[], object],
    what: str,
    limit_s: float = PATIENCE_S,
    *,
    also: Callable[[], str] = lambda: "",
) -> None:
    """Wait until `condition` gives something true. `also` helps to see why it didn't."""
    deadline_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() >= deadline_s:
            raise AssertionError(f"not within {limit_s:g} s: {what}\n{also()}")
        time.sleep(_LOOK_S)


class Station:
    """A running simulation with one modem, and the files by which it is reached."""

    def __init__(self, home: Path, described: dict[str, Any]) -> None:
        self.home = home
        self.port = str(home / "modem0")  # a link that is the same at each start
        self.tty = str(described["port"])
        self.tcp = str(described["tcp"] or "")
        self.imei = str(described["imei"])
        self.imsi = str(described["imsi"])
        self.iccid = str(described["iccid"])
        self.msisdn = str(described["msisdn"])

    def deliver(self, sender: str, text: str) -> None:
        """An SMS to the modem."""
        line = json.dumps({"modem": 0, "from": sender, "text": text})
        with (self.home / "inbox").open("w") as inbox:
            inbox.write(line + "\n")

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What the network took from the modem, a message or a part each."""
        lines = (self.home / "outbox").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def sent_texts(self, to: str) -> list[str]:
        """The texts that went to that number, long ones in their parts."""
        return [message["text"] for message in self.sent if message["to"].lstrip("+") == to]

    @property
    def trace(self) -> str:
        """The traffic so far."""
        path = self.home / "trace"
        return path.read_text(errors="replace") if path.exists() else ""

    def why(self) -> str:
        """The end of the trace, for the report of a failure."""
        return f"--- trace of {self.port}\n{self.trace[-_TRACE_SHOWN:]}"

    def stored(self, memory: str = "ME") -> list[str]:
        """The texts in a memory of the modem, asked for at its port: no other may be there."""
        ask(self.port, "ATE0")
        ask(self.port, "AT+CMGF=0")
        ask(self.port, f'AT+CPMS="{memory}"')
        lines = ask(self.port, "AT+CMGL=4")
        pdus = [line for line in lines if line and not line.startswith("+")]
        return [sms.decode_pdu(pdu).text or "" for pdu in pdus]


def ask(port: str, command: str, limit_s: float = PATIENCE_S) -> list[str]:
    """One command and its answer's lines without the final OK; anything else fails the test."""
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(descriptor, termios.TCSANOW)
        os.write(descriptor, command.encode() + b"\r")
        heard = bytearray()

        def answered() -> bool:
            try:
                heard.extend(os.read(descriptor, 1 << 16))
            except BlockingIOError:
                return False
            return heard.endswith((b"OK\r\n", b"ERROR\r\n"))

        until(answered, f"an answer to {command}", limit_s, also=heard.decode)
    finally:
        os.close(descriptor)
    lines = [line for line in heard.decode().split("\r\n") if line]
    assert lines[-1] == "OK", f"{command}: {lines}"
    return lines[:-1]


@contextmanager
def simulated(home: Path, profile: str, *options: str) -> Iterator[Station]:
    """A simulated modem of that family until the block ends; its files are in `home`."""
    command = [sys.executable, "-m", "cli", "simulate", "--json", "--profile", profile]
    command += ["--link", str(home / "modem0"), "--time-scale", TIME_SCALE]
    command += ["--inbox", str(home / "inbox"), "--outbox", str(home / "outbox")]
    command += ["--trace", str(home / "trace"), *options]
    with (
        (home / "complaints").open("wb") as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, cwd=ROOT) as process,
    ):
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready, (home / "complaints").read_text()
            yield Station(home, json.loads(ready)["modems"][0])
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
