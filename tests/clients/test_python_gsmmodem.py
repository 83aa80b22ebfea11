"""python-gsmmodem-new: receives by callback, sends with a delivery report; text and PDU mode.

Its reports come by +CDSI. Those of a SIM7600 can't be read (its issue 106), and an EC25 names the
wrong memory: with both this library sends and receives, and waits for a report in vain.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import daemon, venv_python

pytestmark = pytest.mark.clients

SCRIPT = Path(__file__).parent / "with_python_gsmmodem.py"


@pytest.mark.parametrize("mode", ["pdu", "text"])
@pytest.mark.parametrize(
    ("profile", "report"),
    [
        ("generic", "REPORT status=0 to='+491701234567'"),
        ("sim7600", "NO REPORT"),
        ("ec25", "NO REPORT"),
    ],
)
def test_both_ways(
    tmp_path: Path, start_modem: StartModem, profile: str, report: str, mode: str
) -> None:
    python = venv_python("gsmmodem", "python-gsmmodem-new")
    modem = start_modem(profile)
    with daemon([python, str(SCRIPT), modem.port, mode], tmp_path, modem.why) as program:
        program.shows("CONNECTED")
        assert f"IMEI {modem.imei}" in program.log
        modem.deliver("+4917200001", "for the callback")
        program.shows("GOT +4917200001 'for the callback'")
        program.shows(report)
        program.ends()
    assert modem.sent_texts("491701234567") == ["Hello of gsmmodem"]
    assert modem.stored() == []
