"""gammu, the command line: identifies, lists, sends and deletes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients.conftest import StartModem
from tests.clients.programs import Finished, program, run
from tests.clients.station import Station

pytestmark = pytest.mark.clients

LONG = "A long message of three parts. " * 12  # 372 characters, 153 a part
CYRILLIC = "Привет, модем"


class Gammu:
    """gammu with a configuration of its own, for one modem."""

    def __init__(self, home: Path, modem: Station) -> None:
        self.modem = modem
        self._program = program("gammu", "gammu")
        self._home = home
        self._config = home / "gammurc"
        self._config.write_text(f"[gammu]\ndevice = {modem.port}\nconnection = at115200\n")

    def __call__(self, *arguments: str) -> Finished:
        """Run it; anything but success fails the test."""
        finished = run([self._program, "-c", str(self._config), *arguments], self._home)
        assert finished.code == 0, f"{finished.output}\n{self.modem.why()}"
        return finished


@pytest.fixture
def gammu(tmp_path: Path, modem: Station) -> Gammu:
    """gammu on a simulated SIM7600."""
    return Gammu(tmp_path, modem)


@pytest.mark.parametrize(
    ("profile", "maker", "model"),
    [
        ("sim7600", "SIMCOM INCORPORATED", "unknown (SIMCOM_SIM7600G-H)"),
        ("ec25", "Quectel", "unknown (EC25)"),
    ],
)
def test_identify(
    tmp_path: Path, start_modem: StartModem, profile: str, maker: str, model: str
) -> None:
    gammu = Gammu(tmp_path, start_modem(profile))
    shown = gammu("identify").output
    pairs = [line.split(":", 1) for line in shown.splitlines() if ":" in line]
    fields = {name.strip(): value.strip() for name, value in pairs}
    assert fields["Manufacturer"] == maker
    assert fields["Model"] == model
    assert fields["IMEI"] == gammu.modem.imei
    assert fields["SIM IMSI"] == gammu.modem.imsi


def test_sends_a_short_message(gammu: Gammu) -> None:
    gammu("sendsms", "TEXT", "+491701234567", "-text", "Hello from gammu [x] @ 5")
    assert gammu.modem.sent_texts("491701234567") == ["Hello from gammu [x] @ 5"]


def test_sends_a_long_message_in_parts(gammu: Gammu) -> None:
    gammu("sendsms", "TEXT", "+491701234567", "-autolen", "400", "-text", LONG)
    parts = gammu.modem.sent_texts("491701234567")
    assert len(parts) == 3
    assert "".join(parts) == LONG


def test_sends_unicode(gammu: Gammu) -> None:
    gammu("sendsms", "TEXT", "+491701234567", "-unicode", "-text", CYRILLIC)
    assert gammu.modem.sent_texts("491701234567") == [CYRILLIC]


def test_lists_and_deletes_what_came(gammu: Gammu) -> None:
    gammu.modem.deliver("+4917200001", "first for gammu")
    gammu.modem.deliver("+4917200002", CYRILLIC)
    shown = gammu("getallsms").output
    assert "first for gammu" in shown
    assert CYRILLIC in shown
    assert "+4917200002" in shown

    assert gammu.modem.stored() == ["first for gammu", CYRILLIC]
    first = re.search(r"^Location (\d+), .*?first for gammu$", shown, re.MULTILINE | re.DOTALL)
    assert first is not None
    gammu("deletesms", "0", first[1])
    assert gammu.modem.stored() == [CYRILLIC]
