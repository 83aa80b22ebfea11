"""`modem-helper demo --once`, as a newcomer runs it: with the platform, and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# As where the extra isn't installed.
_WITHOUT = "import importlib.util as u; u.find_spec = lambda name: None; "
_DEMO = "import sys; sys.argv[1:] = ['demo', '--once']; import cli; cli.main()"
PATIENCE_S = 60.0


@pytest.mark.parametrize("platform", [True, False], ids=["with a platform", "without"])
def test_the_story(platform: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DEMO if platform else _WITHOUT + _DEMO],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ("the portal of the simulated platform: http://127.0.0.1:" in done.stdout) is platform
    assert "OK APN em ip=" in done.stdout
    assert "ROLLBACK APN nosuch.apn kept=em" in done.stdout
