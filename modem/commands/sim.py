"""The card's lock: +CPIN (27.007 8.3), +CPINR (8.65)."""

from __future__ import annotations

from modem.at.command import Command
from modem.at.events import Response
from modem.at.parameters import quote
from modem.commands.answer import bodies, first_body, integer

# Quectel's manuals give the commands that ask the card 5 s; twice that for slow cards.
CARD_TIMEOUT_S = 10.0


def cpin_read() -> Command:
    """AT+CPIN?"""
    return Command("AT+CPIN?", ("+CPIN",), timeout_s=CARD_TIMEOUT_S)


def parse_cpin(response: Response) -> str:
    """What the card waits for, in the standard's words: "READY", "SIM PIN", "SIM PUK", ..."""
    return first_body(response, "+CPIN").strip('"').strip().upper()


def cpin_enter(pin: str) -> Command:
    """AT+CPIN=<pin>, which is to be sent once."""
    return Command(f"AT+CPIN={quote(pin)}", timeout_s=CARD_TIMEOUT_S, secret=True)


def cpinr() -> Command:
    """AT+CPINR"""
    return Command("AT+CPINR", ("+CPINR",), timeout_s=CARD_TIMEOUT_S)


def parse_cpinr(response: Response) -> int | None:
    """How many tries of the SIM PIN are left; None where the modem doesn't say."""
    for text in bodies(response, "+CPINR"):
        name, _, numbers = text.partition(",")
        if name.strip().strip('"').upper() == "SIM PIN":
            return integer(numbers.split(",")[0])
    return None
