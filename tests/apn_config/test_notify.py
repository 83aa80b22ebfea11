"""What a service manager hears, at a path and at an abstract address."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from apn_config import notify
from apn_config.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A manager's socket and what NOTIFY_SOCKET says of it."""
    name = str(tmp_path / "notify")
    address = name if request.param == "path" else f"@{name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name if request.param == "path" else f"\0{name}")
        listening.settimeout(5)
        yield listening, address


def test_each_telling_is_one_datagram_of_lines(manager: tuple[socket.socket, str]) -> None:
    listening, address = manager
    notifier = Notifier(address)
    assert notifier.listened_to
    notifier.tell(RELOADING=1, MONOTONIC_USEC=17)
    notifier.tell(STATUS="two\nlines \x1b[2J")
    assert listening.recv(100) == b"RELOADING=1\nMONOTONIC_USEC=17"
    # Nothing that came from elsewhere can become an assignment of its own.
    assert listening.recv(100) == b"STATUS=two lines  [2J"
    notifier.close()
    notifier.tell(READY=1)
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.recv(100)


def test_what_is_left_for_us_is_taken_out_of_the_environment() -> None:
    environment = {
        "NOTIFY_SOCKET": "/run/systemd/notify",
        "WATCHDOG_USEC": "3000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }
    notifier = Notifier.from_environment(environment)
    assert notifier.listened_to
    assert notifier.watchdog_s == 3.0
    assert environment == {"HOME": "/"}


@pytest.mark.parametrize(
    ("environment", "listened_to", "watchdog_s"),
    [
        pytest.param({}, False, None, id="no manager"),
        pytest.param({"NOTIFY_SOCKET": ""}, False, None, id="an empty address"),
        pytest.param({"NOTIFY_SOCKET": "vsock:2:1234"}, False, None, id="another kind of socket"),
        pytest.param({"NOTIFY_SOCKET": "@x"}, True, None, id="no watchdog"),
        pytest.param({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "5000"}, True, 0.005, id="for any"),
        pytest.param(
            {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "5000", "WATCHDOG_PID": "1"},
            True,
            None,
            id="another's watchdog",
        ),
        pytest.param({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "0"}, True, None, id="switched off"),
        pytest.param({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "-1"}, True, None, id="no number"),
    ],
)
def test_what_is_wanted_of_us(
    environment: dict[str, str], listened_to: bool, watchdog_s: float | None
) -> None:
    notifier = Notifier.from_environment(environment)
    assert (notifier.listened_to, notifier.watchdog_s) == (listened_to, watchdog_s)


def test_a_manager_that_is_gone_or_busy_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "SEND_S", 0.001)
    Notifier(None).tell(READY=1)
    gone = Notifier(str(tmp_path / "nobody"))
    gone.tell(READY=1)
    gone.close()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        busy = Notifier(str(tmp_path / "deaf"))
        for _ in range(1000):  # more than its queue holds (net.unix.max_dgram_qlen)
            busy.tell(WATCHDOG=1)
        busy.close()
