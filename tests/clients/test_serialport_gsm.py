"""serialport-gsm of npm: initialises, receives by event, and sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import VENV, daemon, program

pytestmark = pytest.mark.clients

SCRIPT = Path(__file__).parent / "with_serialport_gsm.js"


@pytest.mark.parametrize("profile", ["sim7600", "ec25"])
def test_both_ways(tmp_path: Path, start_modem: StartModem, profile: str) -> None:
    node = program("node", "nodejs")
    modules = VENV / "npm" / "node_modules"
    if not (modules / "serialport-gsm").is_dir():
        pytest.skip(f"serialport-gsm is missing in {modules}: make clients")
    modem = start_modem(profile)
    command = [node, str(SCRIPT), modem.port]
    more = {"NODE_PATH": str(modules)}
    with daemon(command, tmp_path, modem.why, more=more) as client:
        client.shows("READY")
        assert f"IMEI {modem.imei}" in client.log
        modem.deliver("+4917200001", "for serialport-gsm")
        client.shows('GOT 4917200001 "for serialport-gsm"')
        client.shows("SENT")
        client.until(lambda: modem.sent, "taken by the network")
    assert modem.sent_texts("491701234567") == ["Hello of serialport-gsm"]
