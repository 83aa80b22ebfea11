"""What the portal's tests and its pictures need around a browser: platform, modem, webhook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import serial

from modem.sms import compose

PATIENCE_S = 20.0  # of a failing test
CHROMIUM = Path("/usr/bin/chromium")
# Nothing that calls home, nothing that needs a GPU or a sandbox of its own.
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A catch hook, then two steps, as in the platform's template.
AUTOMATION = """\
[[automation]]
name = "activate"

[[automation.step]]
action = "enable-device"
device = "{device}"

[[automation.step]]
action = "send-sms"
device = "{device}"
text = "APN em"
from = "12345"
"""
COMMAND = (sys.executable, "-c", "from hil.cli import simulate; simulate()")


class ModemPort:
    """A program at a modem's port: the device's side of a conversation."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self.ask("ATE0+CMGF=0;+CNMI=2,1")

    def ask(self, line: str) -> str:
        """A command's answer, up to its OK."""
        self._port.write(line.encode() + b"\r")
        return self.until("OK\r\n")

    def until(self, end: str) -> str:
        """What comes until `end`, which has to come."""
        text = self._port.read_until(end.encode()).decode()
        assert text.endswith(end), text
        return text

    def send_sms(self, to: str, text: str) -> str:
        """Send it, each part; the last one's final answer."""
        answer = ""
        for part in compose(to, text):
            self._port.write(f"AT+CMGS={part.tpdu_length}\r".encode())
            self.until("> ")
            self._port.write(part.pdu.encode() + b"\x1a")
            # a +CMTI may come between
            answer = ""
            while not answer.startswith(("OK", "+CMS ERROR")):
                answer = self.until("\r\n")
        return answer.strip()


@dataclass(frozen=True, slots=True)
class Platform:
    """A simulated platform that runs. Devices are numbered as its modems are, from 0."""

    portal: str
    modems: tuple[dict[str, Any], ...]
    process: subprocess.Popen[str]
    errors: Path

    def device(self, number: int = 0) -> int:
        """The id of a device."""
        found: int = self.modems[number]["endpoint"]
        return found

    @contextmanager
    def modem(self, number: int = 0) -> Iterator[ModemPort]:
        """Open the port of a device's modem."""
        with serial.Serial(self.modems[number]["port"], timeout=PATIENCE_S) as port:
            yield ModemPort(port)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The portal's JSON, to set a scene or to see what a click has changed."""
        return http_json(method, f"{self.portal}api/{path}", body)


def http_json(method: str, url: str, body: object = None) -> Any:
    """One HTTP call; raises HTTPError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
        text = response.read()
    return json.loads(text) if text else None


@contextmanager
def simulated(errors: Path, modems: int = 3, *options: str) -> Iterator[Platform]:
    """`modem-helper simulate --listen`, as a process; what it complains of goes to `errors`."""
    arguments = ("--listen", "127.0.0.1:0", "--modems", str(modems), "--time-scale", "10")
    with (
        errors.open("w") as complaints,
        subprocess.Popen(
            [*COMMAND, *arguments, "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, errors.read_text()
            ready = json.loads(line)
            yield Platform(ready["portal"], tuple(ready["modems"]), process, errors)
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a webhook."""

    method: str
    authorization: str | None
    body: dict[str, Any]


@dataclass(slots=True)
class Receiver:
    """An operator's webhook. `answers` are the next statuses; after them it is 200."""

    url: str
    calls: Queue[Call] = field(default_factory=Queue)
    answers: list[int] = field(default_factory=list)

    def next(self) -> Call:
        """The next call, which has to come."""
        return self.calls.get(timeout=PATIENCE_S)


@contextmanager
def webhook() -> Iterator[Receiver]:
    """A webhook on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            receiver.calls.put(Call(self.command, self.headers["Authorization"], body))

        do_PATCH = do_POST

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/sms")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
