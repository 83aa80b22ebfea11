"""Mounts that one process alone sees: a small disk, another boot's id. Linux and root only."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CLONE_NEWNS = 0x00020000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _mount(source: str, target: Path, kind: str | None, flags: int, data: str | None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    encoded = [None if text is None else text.encode() for text in (kind, data)]
    _check(libc.mount(source.encode(), bytes(target), encoded[0], flags, encoded[1]))


def _own_namespace() -> None:
    _check(ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS))
    _mount("none", Path("/"), None, MS_REC | MS_PRIVATE, None)


def small_disk(at: Path, kib: int, *, read_only: bool = False) -> Callable[[], None]:
    """For `preexec_fn`: a file system of that size at a directory."""

    def mount() -> None:
        _own_namespace()
        _mount("tmpfs", at, "tmpfs", MS_RDONLY if read_only else 0, f"size={kib}k,mode=0700")

    return mount


def other_boot(file: Path) -> Callable[[], None]:
    """For `preexec_fn`: the kernel's boot id is what the file says."""

    def mount() -> None:
        _own_namespace()
        _mount(str(file), BOOT_ID, None, MS_BIND, None)

    return mount


def seen_by(pid: int, path: Path) -> Path:
    """A path of that process's mounts, as another process reaches it."""
    return Path(f"/proc/{pid}/root") / path.relative_to("/")


def remount_writable(pid: int, at: Path) -> None:
    """Mount a file system of that process read-write."""
    command = ["nsenter", "-t", str(pid), "-m", "mount", "-o", "remount,rw", str(at)]
    subprocess.run(command, check=True, timeout=20)


def _possible() -> bool:
    try:
        subprocess.run(["true"], preexec_fn=_own_namespace, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


needs_namespaces = pytest.mark.skipif(not _possible(), reason="needs root and mount namespaces")
