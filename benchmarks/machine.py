"""What the figures were measured on: the machine, and the file system under a directory."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def described() -> dict[str, str | int]:
    """Processor, cores, kernel and Python, as a report names them."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    # "model name" on x86, "Model" on a Raspberry Pi; other kernels name the architecture only.
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def file_system(directory: Path) -> str:
    """Type and device of the file system under `directory`, such as "ext4 on /dev/mmcblk0p2"."""
    resolved = directory.resolve()
    found = "unknown"
    longest = -1
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        kind = fields.index("-") + 1
        mount = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        # Of several mounts at one place, the last one is seen.
        if resolved.is_relative_to(mount) and len(mount.parts) >= longest:
            longest = len(mount.parts)
            found = f"{fields[kind]} on {fields[kind + 1]}"
    return found
