"""wvdial: its mixed initialisation line, and the dial sequence to CONNECT.

It writes the login into /etc/ppp when it may, so that root runs it in mounts of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.clients.bus import need_private_root, private_root
from tests.clients.programs import daemon, program
from tests.clients.station import Station

pytestmark = pytest.mark.clients

_CONFIG = """\
[Dialer Defaults]
Modem = {port}
Baud = 115200
Init1 = ATZ
Init2 = ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0
Init3 = AT+CGDCONT=1,"IP","em"
Phone = *99#
Username = none
Password = none
Stupid Mode = yes
Dial Attempts = 1
PPPD Path = /bin/false
"""
_PREPARE = """\
cp -a /etc/ppp "$HOME/ppp"
mount --bind "$HOME/ppp" /etc/ppp
"""


def test_dials_to_connect(tmp_path: Path, modem: Station) -> None:
    wvdial = program("wvdial", "wvdial")
    config = tmp_path / "wvdial.conf"
    config.write_text(_CONFIG.format(port=modem.port))
    command = [wvdial, f"--config={config}"]
    if os.geteuid() == 0:
        command = private_root(need_private_root(), _PREPARE, command, {"HOME": str(tmp_path)})
    with daemon(command, tmp_path, modem.why) as dialler:
        dialler.shows("CONNECT")
    assert "Carrier detected" in dialler.log, dialler.why()
    for line in ("ATZ", "ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0", "ATDT*99#"):
        assert f"--> Sending: {line}" in dialler.log
