"""Where this machine keeps what the doctor reads: every root can be another one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from apn_config.clock import wall_clock_synced

_SERVICE = "modem-helper"
_SYSTEMCTL_S = 5.0


def _service_state() -> dict[str, str]:
    """What systemd says of the daemon, by its property names; {} where there is no systemd."""
    import shutil
    import subprocess

    systemctl = shutil.which("systemctl")
    if systemctl is None or not Path("/run/systemd/system").is_dir():
        return {}
    properties = "LoadState,ActiveState,NRestarts,Result"
    try:
        shown = subprocess.run(  # noqa: S603 -- systemd's own program, with words of our own
            [systemctl, "show", _SERVICE, "-p", properties],
            capture_output=True,
            text=True,
            timeout=_SYSTEMCTL_S,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


@dataclass(frozen=True, slots=True)
class Place:
    """The machine: its file systems' roots, its clock, its service manager."""

    sysfs: Path = Path("/sys")
    proc: Path = Path("/proc")
    dev: Path = Path("/dev")
    now: Callable[[], datetime] = lambda: datetime.now(tz=UTC)
    clock_synced: Callable[[], bool] = wall_clock_synced
    service: Callable[[], dict[str, str]] = _service_state
    disk_of: Callable[[Path], os.statvfs_result] = os.statvfs


def processes_of(proc: Path, *names: str) -> tuple[Path, ...]:
    """The processes that are called so."""
    return tuple(each for each in proc.glob("[0-9]*") if text_of(each / "comm") in names)


def commands_of(proc: Path, name: str) -> tuple[tuple[str, ...], ...]:
    """The command lines of the processes that are called so."""
    return tuple(
        tuple(_octets_of(each / "cmdline").decode("utf-8", "replace").split("\0"))
        for each in processes_of(proc, name)
    )


def text_of(path: Path) -> str:
    """A small file's text, harmless and stripped; "" where it can't be read."""
    text = _octets_of(path).decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each == "\n" else "?" for each in text).strip()


def _octets_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b""
