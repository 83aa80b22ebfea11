"""chat of the ppp package: the dial sequence of a provider, to CONNECT and to a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.programs import Finished, program, run
from tests.clients.station import Station

pytestmark = pytest.mark.clients

_SCRIPT = """\
ABORT BUSY
ABORT 'NO CARRIER'
ABORT ERROR
TIMEOUT 10
'' ATZ
OK ATE1
OK 'AT+CGDCONT=1,"IP","{apn}"'
OK ATD*99#
CONNECT ''
"""
_ABORTED = 5  # chat(8): the second ABORT string was seen, the first is 4


def _dial(home: Path, modem: Station, apn: str) -> Finished:
    chat = program("chat", "ppp")
    script = home / "dial"
    script.write_text(_SCRIPT.format(apn=apn))
    # As pppd does it: chat's input and output are the port; -s has it report on stderr.
    shell = f'exec "{chat}" -s -v -f "{script}" <>"{modem.port}" >&0'
    return run(["sh", "-c", shell], home, limit_s=30)


def test_dials_to_connect(tmp_path: Path, modem: Station) -> None:
    dialled = _dial(tmp_path, modem, "em")
    assert dialled.code == 0, f"{dialled.output}\n{modem.why()}"
    assert "CONNECT" in dialled.output


def test_sees_the_refusal_of_an_unknown_apn(tmp_path: Path, modem: Station) -> None:
    dialled = _dial(tmp_path, modem, "nonsense")
    assert dialled.code == _ABORTED, f"{dialled.output}\n{modem.why()}"
    assert "NO CARRIER" in dialled.output
