"""python-gammu: receives by callback, reads, deletes and sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import daemon, venv_python

pytestmark = pytest.mark.clients

SCRIPT = Path(__file__).parent / "with_python_gammu.py"


@pytest.mark.parametrize("profile", ["sim7600", "ec25"])
def test_both_ways(tmp_path: Path, start_modem: StartModem, profile: str) -> None:
    python = venv_python("gammu", "python-gammu")
    modem = start_modem(profile)
    config = tmp_path / "gammurc"
    config.write_text(f"[gammu]\ndevice = {modem.port}\nconnection = at115200\n")
    command = [python, str(SCRIPT), str(config)]
    with daemon(command, tmp_path, modem.why) as program:
        program.shows("LISTENING")
        assert f"IMEI {modem.imei}" in program.log
        modem.deliver("+4917200001", "for python-gammu, 5 \N{EURO SIGN}")
        program.shows("GOT")
        program.ends()
    assert "GOT +4917200001 'for python-gammu, 5 \N{EURO SIGN}'" in program.log
    assert "SENT" in program.log
    assert modem.sent_texts("491701234567") == ["Hello of python-gammu"]
    assert modem.stored() == []
