"""The README's "whole loop on one machine", as it stands there, by curl alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.bench import ROOT

PATIENCE_S = 60.0
HEADING = "## The whole loop on one machine"
# What a shell of the user's has: the command, and the end of what runs in the background.
BEFORE = """\
set -euo pipefail
modem-helper() {{ exec {python} -m cli "$@"; }}
trap 'kill $(jobs -p); wait' EXIT
"""


def block() -> str:
    """The section's commands."""
    section = (ROOT / "README.md").read_text().partition(HEADING)[2]
    found = re.search(r"```bash\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def play(home: Path, change: Callable[[str], str] = lambda commands: commands) -> str:
    """Type the commands in a directory, with ports that are free; what they print."""
    for name in ("bash", "curl", "jq"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is missing: sudo apt-get install {name}")
    platform, webhook = free_ports(2)
    commands = change(block()).replace("8090", str(platform)).replace("8089", str(webhook))
    with subprocess.Popen(
        ["bash", "-c", BEFORE.format(python=sys.executable) + commands],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            output, errors = shell.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)  # what it has in the background, too
            output, errors = shell.communicate()
            pytest.fail(f"not within {PATIENCE_S:g} s\n{output}\n{errors}")
    assert shell.returncode == 0, errors
    return output


def test_the_readmes_loop(tmp_path: Path) -> None:
    output = play(tmp_path)
    assert "HTTP/1.1 201 Created" in output
    (sms_id,) = re.findall(r"^Location: .*/endpoint/700001/sms/(\d+)", output, re.MULTILINE)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    by_kind = {event["event"]: event for event in events}
    assert len(by_kind) == len(events) == 2
    receipt, answer = by_kind["receipt"], by_kind["mo"]
    assert (receipt["id"], receipt["status"]) == (int(sms_id), "DELIVERED")
    assert answer["text"].startswith("OK APN em ip=")
    assert answer["dest"] == "1234"


def test_a_wrong_key_is_refused(tmp_path: Path) -> None:
    """The same, but that the platform signs with another key: nothing gets through."""

    def change(commands: str) -> str:
        assert "{secret: .}" in commands
        begun = commands.replace("{secret: .}", '{secret: (. + "x")}').partition("# The receipt")[0]
        return (
            begun
            + """
log=http://127.0.0.1:8090/portal/api/deliveries
refused='.deliveries | length == 2 and all(.[]; .attempts[-1].status == 401)'
until curl -s $log | jq -e "$refused" > /dev/null; do sleep 0.1; done
"""
        )

    play(tmp_path, change)
    assert (tmp_path / "events.jsonl").read_text() == ""
