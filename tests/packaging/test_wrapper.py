"""/usr/bin/modem-helper as systemd sees it: told when the daemon is ready, and that it lives."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.packaging.life import as_user, start_modem
from tests.packaging.machine import Machine

pytestmark = pytest.mark.packaging

WAIT_S = 30


def test_the_manager_hears_ready_and_that_it_lives(machine: Machine, package: Path) -> None:
    machine.install(package)
    start_modem(machine)
    machine("install -d -o modem-helper /var/lib/modem-helper /run/modem-helper")
    path = machine.root / "srv/sim/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(WAIT_S)
        path.chmod(0o666)
        environment = "env NOTIFY_SOCKET=/srv/sim/notify WATCHDOG_USEC=2000000"
        machine.start("daemon", as_user(f"{environment} modem-helper run"))
        heard: list[str] = []
        while not {"READY=1", "WATCHDOG=1"} <= set(heard):
            heard += manager.recv(4096).decode().splitlines()
        machine.stop("daemon")
        while "STOPPING=1" not in heard:
            heard += manager.recv(4096).decode().splitlines()
