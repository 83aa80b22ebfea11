"""The everyday commands as a user runs them: beside the daemon, without it, on a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.bench import COMMAND, OPERATOR, PATIENCE_S, ROOT, Bench, Process, until
from tests.e2e.test_json import check

WORD = "Xk4821q"


def printed(process: Process, count: int) -> list[str]:
    """So many lines of a command that goes on. Each is written at once, so none is read in part."""
    assert process.popen.stdout is not None
    lines: list[str] = []
    while len(lines) < count:
        # Nothing waits in a buffer of ours: a line is asked for only where bytes are.
        ready = select.select([process.popen.stdout], [], [], PATIENCE_S)[0]
        assert ready, f"only {lines} of {count} lines; {process.log}"
        data = os.read(process.popen.stdout.fileno(), 1 << 20)
        assert data, f"it ended: {process.log}"
        lines += data.decode().splitlines()
    return lines


# --- without a daemon -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("status", "--watch"),
        ("journal", "--follow"),
        ("metrics",),
        ("metrics", "--json"),
    ],
    ids=" ".join,
)
def test_what_needs_a_daemon_says_that_none_runs(bench: Bench, command: tuple[str, ...]) -> None:
    code, output, errors = bench.do(*command)
    assert (code, output) == (8, "")
    assert "no daemon answers at" in errors


def test_the_store_s_commands_need_no_modem(bench: Bench) -> None:
    code, output, _ = bench.do("journal")
    assert (code, output) == (0, "Nothing has happened yet.\n")
    assert not bench.database.exists()
    bench.simulate("--start-apn", "em")
    daemon = bench.run()
    bench.inject("#1 PING")
    bench.answer("#1 OK PING")
    bench.until_row("SELECT 1 FROM outbox WHERE state = 'sent'")
    daemon.end()
    _, output, _ = bench.do("journal")
    assert [line.partition("  ")[2] for line in output.splitlines()] == [
        "SMS 1 from 12345: answered",
        "Answer 1 is sent, reference 1",
    ]
    found = bench.json("sms", "read", "1")
    check("sms-read", found)
    assert found["inbox"]["answers"][0]["text"] == "#1 OK PING"


def test_the_modem_s_commands_open_the_port(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    bench.inject("hello", "PING")
    check("network-show", bench.json("network", "show"))
    scan = bench.json("network", "scan")
    check("network-scan", scan)
    assert scan["networks"][0]["state"] == "current"
    check("network-select", bench.json("network", "select", "auto"))
    found = bench.json("sms", "read", "ME", "0")
    check("sms-read", found)
    assert found["modem"]["text"] == "hello"
    code, _, errors = bench.do("sms", "delete", "ME", "0", "--yes")
    assert code == 4
    assert "isn't in the store yet" in errors
    check("sms-delete", bench.json("sms", "delete", "ME", "0", "--yes", "--discard"))
    listed = bench.json("sms", "list")
    assert [each["text"] for each in listed["modem"]] == ["PING"]


def test_sms_watch_opens_the_port_and_takes_nothing(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    watching = bench.start("sms", "watch", "--json")
    # It says nothing before the first one; what came before it listened isn't shown.
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        bench.inject("PING")
        assert watching.popen.stdout is not None
        if select.select([watching.popen.stdout], [], [], 0.5)[0]:
            break
    message = json.loads(printed(watching, 1)[0])
    check("sms-watch", message)
    assert (message["text"], message["memory"]) == ("PING", "ME")
    assert watching.end(signal.SIGINT) == 130
    assert bench.json("sms", "list")["modem"]


# --- beside the daemon ----------------------------------------------------------------------------


def test_status_journal_and_metrics(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    bench.run()
    following = bench.start("journal", "--follow", "--json")
    bench.inject("#1 STATUS")
    bench.answer("#1 OK STATUS")
    for line in printed(following, 3):
        check("journal", json.loads(line))
    assert following.end(signal.SIGINT) == 130
    status = bench.json("status")
    check("status", status)
    _, output, _ = bench.do("status")
    assert "#1 STATUS  [answered]" in output
    assert re.search(r"signal +-\d+ dBm", output)
    check("metrics", bench.json("metrics"))
    _, text, _ = bench.do("metrics")
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"modem_helper_up", "modem_helper_commands"} <= names
    check("sms-read", bench.json("sms", "read", "1"))
    code, _, errors = bench.do("sms", "read", "ME")
    assert code == 2
    assert "ME 3" in errors


def test_metrics_to_a_textfile_tell_of_a_daemon_that_ended(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    daemon = bench.run()
    path = bench.home / "modem-helper.prom"
    writing = bench.start("metrics", "--textfile", path, "--every", "1s")
    until(lambda: path.exists() and "modem_helper_up 1.0" in path.read_text(), "it is up")
    daemon.end()
    until(lambda: "modem_helper_up 0.0" in path.read_text(), "it is down")
    assert writing.end(signal.SIGINT) == 130


def test_a_long_message_s_parts_are_told(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    bench.run()
    code, output, errors = bench.do("sms", "send", "--to", "4711", "--text", "hello " * 60)
    assert code == 0
    assert "Part 1 of 3 is sent.\nPart 2 of 3 is sent.\nPart 3 of 3 is sent." in errors
    assert output.startswith("Sent in 3 part(s)")


def test_sms_watch_goes_on_over_a_restart(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    daemon = bench.run()
    watching = bench.start("sms", "watch")
    watching.until_logged("Watching")
    bench.inject(f"PIN {WORD} STATUS", "\x1b[2J\x07hello")
    first = "\n".join(printed(watching, 2))
    assert WORD not in first
    assert "\x1b" not in first
    daemon.end()
    bench.run()
    bench.inject("#3 PING")
    assert "#3 PING" in printed(watching, 1)[0]
    assert watching.end(signal.SIGINT) == 130


# --- on a terminal --------------------------------------------------------------------------------


# What would say more than the terminal itself.
_SIZE = ("COLUMNS", "LINES")


class Terminal:
    """A terminal of some size, and what a command has drawn on it."""

    def __init__(self, *arguments: str, rows: int = 20, columns: int = 60) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.popen = subprocess.Popen(
            [*COMMAND, *arguments],
            env={name: value for name, value in os.environ.items() if name not in _SIZE},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(theirs)
        self._fd = ours
        self.raw = ""

    def until(self, text: str) -> None:
        """Wait until that is drawn."""
        deadline_s = time.monotonic() + PATIENCE_S
        while text not in self.raw:
            assert time.monotonic() < deadline_s, f"{text!r} isn't in {self.raw!r}"
            if select.select([self._fd], [], [], 0.1)[0]:
                self.raw += os.read(self._fd, 65536).decode()

    def close(self) -> int:
        """Ctrl-C; the exit code."""
        self.popen.send_signal(signal.SIGINT)
        code = self.popen.wait(PATIENCE_S)
        os.close(self._fd)
        return code


@contextmanager
def terminal(*arguments: str, **size: int) -> Iterator[Terminal]:
    made = Terminal(*arguments, **size)
    try:
        yield made
    finally:
        if made.popen.poll() is None:
            made.close()


def test_a_status_that_is_watched_is_drawn_in_its_place(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    daemon = bench.run()
    with terminal(
        "status", "--watch", "--every", "0.2", "--config", str(bench.config), columns=60
    ) as shown:
        shown.until("3 looks")
        bench.inject("#7 PING")
        shown.until("#7 PING")
        # Each picture begins where the one before began.
        assert len(re.findall(r"\r\x1b\[\d+A", shown.raw)) >= 3
        pieces = re.split(r"\x1b\[[0-9;]*[A-Za-z]|[\r\n]+", shown.raw)
        assert max(map(len, pieces)) <= 59
        daemon.end()
        shown.until("no daemon answers")
        shown.raw = ""
        bench.run()
        shown.until("ready (")
        assert shown.close() == 130


def test_a_status_that_is_piped_is_a_line_a_change(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    bench.run()
    watching = bench.start("status", "--watch", "--every", "0.2")
    (line,) = printed(watching, 1)
    assert re.fullmatch(r"\d\d:\d\d:\d\d  ready; Simulated Network, roaming, \w+; -\d+ dBm.*", line)
    assert watching.end(signal.SIGINT) == 130
    as_json = bench.start("status", "--watch", "--every", "0.2", "--json")
    for each in printed(as_json, 2):
        check("status", json.loads(each))
    assert as_json.end(signal.SIGINT) == 130


def test_a_scan_on_a_terminal_shows_the_seconds(bench: Bench) -> None:
    bench.simulate("--start-apn", "em", "--time-scale", "10")
    bench.run()
    with terminal("network", "scan", "--config", str(bench.config)) as shown:
        shown.until("Looking for networks ...")
        shown.until("Simulated Network")
        assert shown.popen.wait(PATIENCE_S) == 0


def test_a_sender_is_masked_in_what_is_watched(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    bench.run()
    bench.inject("hello", sender="4917112345678")
    bench.inject("hello", sender=OPERATOR)
    bench.until_row("SELECT 1 FROM inbox WHERE id = 2")
    _, output, _ = bench.do("status")
    assert "4917112345678" not in output
    assert "78  [5 characters]" in output
