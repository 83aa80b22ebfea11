"""The real systemd-journald, in a mount namespace of its own, reads what the daemon's log sends."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import program
from tests.clients.station import ROOT, until
from tests.e2e.namespaces import needs_namespaces

pytestmark = [pytest.mark.clients, needs_namespaces]

JOURNALD = Path("/usr/lib/systemd/systemd-journald")
# Logs as the daemon does, with stderr led to the journal as systemd leads it.
LOGS = """
import logging, os, socket, struct, sys
from apn_config import journald
stream = socket.socket(socket.AF_UNIX)
stream.connect("/run/systemd/journal/stdout")
stream.sendall(b"modem-helper\\n\\n6\\n1\\n0\\n0\\n0\\n")
os.dup2(stream.fileno(), 2)
found = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino}"
journald.set_up(logging.DEBUG)
log = logging.getLogger("apn_config.change")
log.warning("change %s: %s", 7, "verifying", extra={"fields": {"change": 7, "tag": "a1"}})
try:
    raise ValueError("why")
except ValueError:
    log.exception("it failed")
log.info("\\x1b[2Jcontrol \\u20ac")
log.info("x" * 100_000)
"""


@contextmanager
def journal(home: Path) -> Iterator[int]:
    """A journald with a /run of its own; the pid by which its mounts are reached."""
    program("journalctl", "systemd")
    if not JOURNALD.exists():
        pytest.skip("systemd-journald is missing: sudo apt-get install systemd")
    script = f"mount -t tmpfs tmpfs /run && mkdir -p /run/log/journal && exec {JOURNALD}"
    with (home / "journald.log").open("wb") as log:
        running = subprocess.Popen(["unshare", "-m", "sh", "-c", script], stdout=log, stderr=log)
    try:
        socket = Path(f"/proc/{running.pid}/root/run/systemd/journal/stdout")
        until(socket.is_socket, "journald listens", also=(home / "journald.log").read_text)
        yield running.pid
    finally:
        running.kill()
        running.wait()


def within(pid: int, *command: str) -> str:
    """Run a command with the mounts of that process; what it prints."""
    done = subprocess.run(
        ["nsenter", "-t", str(pid), "-m", f"--wd={ROOT}", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def entries(pid: int, *match: str) -> list[dict[str, Any]]:
    """What the journal gives for a match."""
    shown = within(pid, "journalctl", "-D", "/run/log/journal", "-o", "json", "--all", *match)
    return [json.loads(line) for line in shown.splitlines() if line.startswith("{")]


def test_what_the_journal_has(tmp_path: Path) -> None:
    with journal(tmp_path) as pid:
        within(pid, sys.executable, "-c", LOGS)
        until(lambda: len(entries(pid, "-t", "modem-helper")) == 4, "all has arrived")
        found = entries(pid, "-t", "modem-helper")
        assert [entry["PRIORITY"] for entry in found] == ["4", "3", "6", "6"]
        assert {entry["_TRANSPORT"] for entry in found} == {"journal"}
        (change,) = entries(pid, "MODEM_HELPER_CHANGE=7")
        assert change["MESSAGE"] == "change 7: verifying"
        assert change["MODEM_HELPER_TAG"] == "a1"
        assert change["LOGGER"] == "apn_config.change"
        assert found[1]["MESSAGE"].startswith("it failed\nTraceback")
        assert found[1]["MESSAGE"].endswith("ValueError: why")
        assert found[2]["MESSAGE"] == "\\x1b[2Jcontrol €"
        assert found[3]["MESSAGE"].startswith("xxx")
        assert found[3]["MESSAGE"].endswith(" ...")
        # By people, too: nothing is hidden as a blob.
        shown = within(pid, "journalctl", "-D", "/run/log/journal", "-t", "modem-helper")
        assert "blob" not in shown
    assert logging.getLogger("apn_config.change").handlers == []
