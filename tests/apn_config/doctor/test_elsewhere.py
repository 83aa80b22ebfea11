"""Faults that want another process, or another user than root; and what is asked of whom."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from apn_config.control import ControlClient, ControlError
from apn_config.doctor import Verdict, answer, exit_code_of, root_of
from modem import PortForbidden
from tests.apn_config.doctor.cases import status
from tests.apn_config.doctor.clinic import clinic, told

HOLD = "import sys; f = open(sys.argv[1], 'rb+', 0); print(1, flush=True); input()"


@contextmanager
def held(port: str) -> Iterator[int]:
    """By another process, whose id is given."""
    command = [sys.executable, "-c", HOLD, port]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"1\n"
        try:
            yield holder.pid
        finally:
            holder.stdin.close()


def test_a_busy_port_tells_by_whom(tmp_path: Path) -> None:
    with clinic(tmp_path) as made, held(made.modem.port) as pid:
        found = made.examined()
    root = root_of(found.findings)
    assert root is not None
    assert (root.id, root.exit_code, exit_code_of(found.findings)) == ("port-busy", 7, 7)
    assert str(pid) in root.found


def test_a_port_that_this_user_may_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(port: str, **_options: Any) -> None:
        raise PortForbidden(port, f"joe may not open {port}")

    monkeypatch.setattr(answer, "listen_to", refuse)
    with clinic(tmp_path) as made:
        found = made.examined()
    assert "port-forbidden" in told(found)
    assert exit_code_of(found.findings) == 6


def test_a_daemon_that_this_user_may_not_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise ControlError(f"no permission on {path}", exit_code=6)

    monkeypatch.setattr(ControlClient, "connect", refuse)
    with clinic(tmp_path) as made:
        found = made.examined()
    assert "socket-forbidden" in told(found)
    assert exit_code_of(found.findings) == 6
    skipped = {each.topic.value for each in found.findings if each.verdict is Verdict.SKIPPED}
    assert {"answer", "modem", "SIM", "network", "SMS", "APN", "data"} <= skipped


def test_a_port_is_not_opened_that_the_daemon_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(port: str, **_options: Any) -> None:
        raise AssertionError(f"{port} was opened")

    monkeypatch.setattr(answer, "listen_to", never)
    with clinic(tmp_path) as made:
        status(made)
        found = made.examined()
    assert found.asked_daemon
