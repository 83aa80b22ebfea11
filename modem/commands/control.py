"""The modem as such: echo, error reports, functionality (V.250; 27.007 8.2, 9.1)."""

from __future__ import annotations

from modem.at.command import Command
from modem.at.events import Response
from modem.commands.answer import first_body, integer, nonsense

# Quectel's manuals give CFUN 15 s (EG800Q/EG91xQ AT manual 1.1, 2.21).
FUNCTIONALITY_TIMEOUT_S = 15.0
# Answered at once by a modem that listens; a short wait lets a booting one be tried often.
ECHO_TIMEOUT_S = 2.0


def echo_off() -> Command:
    """ATE0, the first command: what comes back as an echo later tells that the modem restarted."""
    return Command("ATE0", timeout_s=ECHO_TIMEOUT_S)


def numeric_errors() -> Command:
    """AT+CMEE=1: errors by number."""
    return Command("AT+CMEE=1")


def cfun_read() -> Command:
    """AT+CFUN?"""
    return Command("AT+CFUN?", ("+CFUN",), timeout_s=FUNCTIONALITY_TIMEOUT_S)


def parse_cfun(response: Response) -> int:
    """<fun>: 0 minimal, 1 full, 4 radio off."""
    value = integer(first_body(response, "+CFUN").split(",")[0])
    if value is None:
        raise nonsense(response, "+CFUN: <fun>")
    return value


def functionality(text: str) -> Command:
    """A profile's own command for the radio or for a reset ("AT+CFUN=4")."""
    return Command(text, timeout_s=FUNCTIONALITY_TIMEOUT_S)
