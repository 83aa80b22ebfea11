"""picocom and tio, typed at by hand: answers, a message that is announced and read, one sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.programs import program
from tests.clients.station import Station, until
from tests.clients.terminal import Terminal, at_terminal

pytestmark = pytest.mark.clients

# SUBMIT to +491701234567, no validity period, "hellohello" (3GPP TS 23.040, and any decoder)
_PDU = "0001000C9194711032547600000AE8329BFD4697D9EC37"


def _work(terminal: Terminal, modem: Station) -> None:
    """What somebody types who tries a modem."""
    terminal.press("ATI\r")
    terminal.see("SIMCOM")
    terminal.press("AT+CGSN\r")
    terminal.see(modem.imei)
    terminal.press("AT+CMGF=0;+CNMI=2,1\r")
    terminal.press("AT+CPMS?\r")
    terminal.see("+CPMS: ")
    modem.deliver("+4917200001", "typed at")
    terminal.see("+CMTI: ")
    terminal.press("AT+CMGR=0\r")
    terminal.see("+CMGR: 0,")
    terminal.press(f"AT+CMGS={len(_PDU) // 2 - 1}\r")
    terminal.see("> ")
    terminal.press(f"{_PDU}\x1a")
    terminal.see("+CMGS: ")
    until(lambda: modem.sent_texts("491701234567") == ["hellohello"], "the message is sent")
    terminal.press("AT+NONSENSE\r")
    terminal.see("ERROR")


def test_picocom(tmp_path: Path, modem: Station) -> None:
    command = [program("picocom", "picocom"), "-b", "115200", "--nolock", modem.port]
    with at_terminal(command, tmp_path) as terminal:
        terminal.see("Terminal ready")
        _work(terminal, modem)
        terminal.press("\x01\x18")  # Ctrl-A Ctrl-X
        terminal.see("Thanks for using picocom")


def test_tio(tmp_path: Path, modem: Station) -> None:
    command = [program("tio", "tio"), "-b", "115200", modem.port]
    with at_terminal(command, tmp_path) as terminal:
        terminal.see("Connected")
        _work(terminal, modem)
        terminal.press("\x14q")  # Ctrl-T q
        terminal.see("Disconnected")
