"""emnify-sdk 0.5.3, the platform's own Python client, on the simulated platform.

It works but for three calls about operators and events, which the simulated platform doesn't have;
and for `assign_sim` to a device without a SIM, which can't work on any: it enables the device
before it gives it the SIM, and refuses to enable one without.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.programs import VENV, run
from tests.clients.station import ROOT, TIME_SCALE

pytestmark = pytest.mark.clients

# It needs pydantic 1 and urllib3 1, so it has an environment of its own.
SDK_VENV = VENV / "emnify-sdk"
SCRIPT = Path(__file__).parent / "with_emnify_sdk.py"
SIMULATE = (sys.executable, "-m", "cli", "simulate", "--modems", "2", "--start-apn", "em", "--json")

REPORT = {
    "devices": "['Device 0', 'Device 1']",
    "enabled devices": "2",
    "sent": "True",
    # The SDK drops `endpoint_id`, so its `endpoint` is None on real answers, too.
    "sms": "('APN em', '12345', 'DELIVERED', None)",
    "disabled": "True",
    "connectivity": "BLOCKED",
    "enabled": "True",
    "status": "Enabled",
    "reset of data": "True",
    "reset of network": "True",
    "update": "True",
    "SIMs": "2",
    "release of a SIM": "True",
    "assignment of a SIM": "ValidationErrorException Can`t enable device without sim card",
    "deletion": "True",
    "a wrong token": "UnauthorisedException Invalid Application Token",
}
NOT_THERE = ("events", "operators", "blacklist")


def test_the_official_sdk(tmp_path: Path) -> None:
    python = SDK_VENV / "bin" / "python"
    if not any(SDK_VENV.glob("lib/python3*/site-packages/emnify")):
        pytest.skip(f"emnify-sdk is missing in {SDK_VENV}: make clients")
    command = [*SIMULATE, "--time-scale", TIME_SCALE, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as platform:
        try:
            assert platform.stdout is not None
            ready = json.loads(platform.stdout.readline())
            more = {"EMNIFY_SDK_API_ENDPOINT_URL": f"{ready['api']}/api"}
            token = ready["application_token"]
            finished = run([str(python), str(SCRIPT), token], tmp_path, more=more)
        finally:
            platform.terminate()
    assert finished.code == 0, finished.output
    found = dict(line.split(": ", 1) for line in finished.output.splitlines())
    assert {name: found[name] for name in REPORT} == REPORT
    assert "'error_token': 'NotFound'" in found["events"]
    assert "Endpoint with Id '5' not found." in found["a wrong id"]
    for name in NOT_THERE:
        assert found[name].startswith("ValidationErrorException"), found[name]
