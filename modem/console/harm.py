"""What could do lasting harm to a modem or a card, so that a console asks before it sends it.

On a port of one's own everything else is the user's affair. What a running daemon would mind is
more, and known to the daemon (`modem.explain.ground`).
"""

from __future__ import annotations

import re

_REASONS: tuple[tuple[str, str], ...] = (
    (
        r"[+^]CPIN2?\s*=\s*[^?\s]|\+CLCK\s*=[^,]*,[^,]*,|\+CPWD\s*=\s*[^?\s]",
        "a wrong PIN costs a try, and the last one locks the card",
    ),
    (r"(?:^AT|;)\s*&F", "it puts the modem back to its factory settings"),
    (r"\+IPR\s*=\s*\d", "it changes the speed of the line, for good in many modems"),
    (r"\+CMGD\s*=\s*\d+\s*,\s*[1-4]", "it deletes more messages than one"),
    (r"\+C(?:RSM|SIM)\s*=\s*[^?\s]", "it may write to the card"),
    (r"\+(?:CPOF|QPOWD|CPOWD|CPWROFF)\b(?!\s*=?\?)|#SHDN", "it switches the modem off"),
    (
        r"\+(?:NVRST|NVBK|QPRTPARA|CFOTA\w*|QFOTADL)\s*=\s*[^?\s]|\^(?:NVWR|FDT)\b",
        "it rewrites what the modem keeps for good",
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), why) for pattern, why in _REASONS)
# Reading a file of the card is harmless (3GPP TS 27.007 8.18: 176, 178, 192, 242).
_READS_CARD = re.compile(r"AT\s*\+CRSM\s*=\s*(?:176|178|192|242)\b[^;]*$", re.IGNORECASE)


def harm(line: str) -> str | None:
    """What lasting harm the line could do; None for all that can be set right again."""
    line = line.strip()
    if _READS_CARD.match(line):
        return None
    return next((why for pattern, why in _PATTERNS if pattern.search(line)), None)
