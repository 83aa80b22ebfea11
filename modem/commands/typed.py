"""A command line that somebody typed: whether it may be sent, and what belongs to its answer."""

from __future__ import annotations

import re

from modem.at.command import Command
from modem.commands.secrets import is_secret
from modem.errors import MisuseError

# V.250 5.2.1 wants 40 characters at least; modems take several hundred.
MAX_LINE = 512
# Longer than any command but the search for networks, which takes up to 180 s (Quectel's manuals).
LINE_TIMEOUT_S = 60.0
SEARCH_TIMEOUT_S = 180.0

# What would leave the line at a prompt, in data mode or in a multiplexer, where nobody could get it
# out again.
_LEAVES_COMMAND_MODE = re.compile(
    r"(?:^AT|;)\s*(?:\+CMG[SWC]\s*=|\+CNMA\s*=\s*\d\s*,|D|O\d?$|A$|\+CGDATA|\+CMUX|\+C?IPSEND)",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"[+^$#*%!][A-Z][A-Z0-9]*", re.IGNORECASE)


def typed_line(line: str) -> Command:
    """The line as a command, secret where it may carry credentials.

    MisuseError for what isn't one line of printable ASCII beginning with AT, and for what would
    leave the modem at a prompt or in data mode.
    """
    line = line.strip()
    if not 2 <= len(line) <= MAX_LINE or line[:2].upper() != "AT":
        raise MisuseError(f"wanted a line of 2 to {MAX_LINE} characters that begins with AT")
    if not all(" " <= character <= "~" for character in line):
        raise MisuseError("an AT line is printable ASCII")
    if _LEAVES_COMMAND_MODE.search(line):
        raise MisuseError("this command would leave the modem at a prompt or in data mode")
    return Command(
        line,
        tuple(dict.fromkeys(name.upper() for name in _PREFIX.findall(line))),
        bare=True,
        timeout_s=SEARCH_TIMEOUT_S if "=?" in line else LINE_TIMEOUT_S,
        secret=is_secret(line),
    )
