"""Disks that are full, read-only or somebody else's: real ones, each a mount of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

# Whoever isn't root needs a user namespace to mount anything.
UNSHARE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
IN_TMPFS = 'mount -t tmpfs -o size=1500k,mode=755 tmpfs "$0" && exec "$@"'


@cache
def _may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = [*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


STORIES = {
    # A transaction that doesn't fit leaves nothing; with room again the same store goes on.
    "full_at_work": ["done", "StoreFull", "StoreFull", "done", "2"],
    "full_at_start": ["StoreFull", "done"],
    "full_at_a_later_start": ["done", "StoreFull", "1"],
    "read_only_at_start": ["done", "StoreReadOnly", "1"],
    "limited_file_size": ["done", "StoreUnavailable", "done", "2"],
    "somebody_elses": ["StoreForbidden"] * 4,
}


@pytest.mark.parametrize("story", STORIES)
def test_the_store_on_such_a_disk(story: str, tmp_path: Path) -> None:
    if not _may_mount():
        pytest.skip("needs unshare(1) and the right to mount a tmpfs: run it as root")
    if story == "somebody_elses" and os.geteuid() != 0:
        pytest.skip("becomes another user: run it as root")
    told = subprocess.run(
        [
            *UNSHARE,
            *("sh", "-c", IN_TMPFS, str(tmp_path)),
            *(sys.executable, "-m", "tests.apn_config.disk_stories", story, str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == STORIES[story]
