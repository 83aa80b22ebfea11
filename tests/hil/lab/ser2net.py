"""A ser2net of a test's own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients.programs import Daemon, daemon, program
from tests.clients.station import until

# As docs/lab-example/ser2net.yaml has it.
_CONFIG = """\
%YAML 1.1
---
connection: &board
  accepter: tcp,127.0.0.1,{port}
  connector: serialdev(nouucplock=true),{device},115200n81,local
"""


def free_port() -> int:
    """A TCP port on loopback that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def ser2net(home: Path, device: Path, port: int) -> Iterator[Daemon]:
    """A real ser2net with that device on that port; its files are in `home`."""
    path = program("ser2net", "ser2net")
    home.mkdir(exist_ok=True)
    (home / "ser2net.yaml").write_text(_CONFIG.format(port=port, device=device))
    with daemon([path, "-n", "-d", "-c", "ser2net.yaml"], home, str) as running:
        until(lambda: listens(port) or not running.running, "ser2net listens", also=running.why)
        assert running.running, running.why()
        yield running


def listens(port: int) -> bool:
    """Does somebody listen there? Read from the kernel: a connection would open the modem."""
    wanted = f"0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1] == wanted and line.split()[3] == "0A" for line in lines)
