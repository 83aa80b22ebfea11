"""A device's life with the package: a simulated modem in the system, SMS to it, its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.packaging.machine import Machine

HOME = "/srv/sim"
CONFIG = "/etc/modem-helper/config.toml"
STORE = "/var/lib/modem-helper"
SENDER = "12345"
_SIMULATE = f"modem-helper simulate --link {HOME}/modem0 --inbox {HOME}/in --outbox {HOME}/out"
# Where anything may have changed without the package: logs, caches, databases of apt and dpkg.
_NOT_OURS = "/proc /sys /dev /run /tmp /root /srv /var/log /var/cache /var/lib/apt /var/lib/dpkg"


def as_user(command: str) -> str:
    """The command, run as the service's user."""
    return f"setpriv --reuid=modem-helper --regid=modem-helper --init-groups {command}"


def start_modem(machine: Machine) -> None:
    """A simulated modem, whose pty belongs to the service's user, and a configuration for it."""
    machine(f"install -d -o modem-helper {HOME}")
    machine.start("modem", as_user(f"{_SIMULATE} --time-scale 100"))
    machine.until(f"test -e {HOME}/modem0 && test -p {HOME}/in")
    options = f"--port {HOME}/modem0 --reply-to 1234 --sender {SENDER}"
    machine(f"test -e {CONFIG} || modem-helper config init {options}")


def start_daemon(machine: Machine) -> None:
    """The daemon as the unit would start it, where no systemd does."""
    machine(f"install -d -o modem-helper -g modem-helper -m 700 {STORE}")
    machine("install -d -o modem-helper -g modem-helper /run/modem-helper")
    machine.start("daemon", as_user(f"modem-helper run --config {CONFIG}"))


def answer_to(machine: Machine, text: str, begins: str) -> str:
    """Send an SMS, and wait for the answer that begins so. Two of one second need two tags."""
    before = len(_answers(machine))
    message = json.dumps({"modem": 0, "from": SENDER, "text": text})
    (machine.root / HOME[1:] / "message").write_text(message + "\n")
    machine(f"cat {HOME}/message >{HOME}/in")
    machine.until(f'tail -n +{before + 1} {HOME}/out | grep -F \'"text": "{begins}\'')
    return _answers(machine)[-1]


def _answers(machine: Machine) -> list[str]:
    path = machine.root / HOME[1:] / "out"
    if not path.exists():
        return []
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


def shown(machine: Machine, command: str) -> Any:
    """What `modem-helper ... --json` prints."""
    return json.loads(machine(f"modem-helper {command} --json"))


def files(machine: Machine) -> set[str]:
    """All paths that a package may leave something at."""
    pruned = " -o ".join(f"-path {path}" for path in _NOT_OURS.split())
    return set(machine(f"find / -xdev \\( {pruned} \\) -prune -o -print").splitlines())


def version_of(package: Path) -> str:
    """From a package's name."""
    return package.name.split("_")[1]
