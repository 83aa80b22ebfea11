"""Who the modem and its card are: +CGMI, +CGMM, +CGMR, +CGSN (27.007 5), +CIMI, the ICCID."""

from __future__ import annotations

import re

from modem.at.command import Command
from modem.at.events import Response
from modem.commands.answer import first_body, first_text, integer, nonsense

_MAX_TEXT = 64
_IMEI = re.compile(r"(?<![0-9])[0-9]{14,16}(?![0-9])")
_IMSI = re.compile(r"(?<![0-9])[0-9]{6,15}(?![0-9])")
# ITU-T E.118 has 19 digits at most, but cards hold ten octets, and some fill them with hex digits.
_ICCID = re.compile(r"(?<![0-9A-Fa-f])[0-9]{4}[0-9A-Fa-f]{14,16}(?![0-9A-Fa-f])")
# The status words of TS 102 221 10.2.1.1 that mean "done": 9000, and 91xx with an applet's
# command waiting.
_CARD_DONE = (144, 145)


def cgmi() -> Command:
    """AT+CGMI"""
    return Command("AT+CGMI", ("+CGMI",), bare=True)


def cgmm() -> Command:
    """AT+CGMM"""
    return Command("AT+CGMM", ("+CGMM",), bare=True)


def cgmr() -> Command:
    """AT+CGMR"""
    return Command("AT+CGMR", ("+CGMR", "REVISION"), bare=True)


def parse_name(response: Response) -> str:
    """What +CGMI, +CGMM or +CGMR says: its first line, 64 printable characters at most."""
    text = first_text(response, *response.command.prefixes)
    return "".join(character for character in text if character.isprintable())[:_MAX_TEXT]


def cgsn() -> Command:
    """AT+CGSN"""
    return Command("AT+CGSN", ("+CGSN",), bare=True)


def parse_cgsn(response: Response) -> str:
    """The IMEI: 15 digits; some modems leave the check digit out or give the software version."""
    return _find(response, _IMEI, "an IMEI")


def cimi() -> Command:
    """AT+CIMI"""
    return Command("AT+CIMI", ("+CIMI",), bare=True)


def parse_cimi(response: Response) -> str:
    """The IMSI."""
    return _find(response, _IMSI, "an IMSI")


def ccid() -> Command:
    """AT+CCID"""
    return Command("AT+CCID", ("+CCID", "+ICCID", "+QCCID"), bare=True)


def parse_ccid(response: Response) -> str:
    """The ICCID, without the filler."""
    return _find(response, _ICCID, "an ICCID").upper().rstrip("F")


def crsm_iccid() -> Command:
    """AT+CRSM=176,12258,0,0,10: READ BINARY of EF-ICCID (27.007 8.18, TS 102 221 13.2)."""
    return Command("AT+CRSM=176,12258,0,0,10", ("+CRSM",))


def parse_crsm_iccid(response: Response) -> str:
    """The ICCID out of the file's octets, which hold the digits with swapped nibbles."""
    fields = [field.strip().strip('"') for field in first_body(response, "+CRSM").split(",")]
    if integer(fields[0]) in _CARD_DONE and len(fields) >= 3:
        octets = fields[2]
        swapped = "".join(octets[at + 1] + octets[at] for at in range(0, len(octets) - 1, 2))
        if _ICCID.fullmatch(swapped):
            return swapped.upper().rstrip("F")
    raise nonsense(response, "the octets of EF-ICCID")


def _find(response: Response, expression: re.Pattern[str], wanted: str) -> str:
    for line in response.lines:
        match = expression.search(line)
        if match:
            return match.group()
    raise nonsense(response, wanted)
