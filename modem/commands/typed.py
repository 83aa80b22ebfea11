"""A command line that somebody typed: whether it may be sent, and what belongs to its answer."""

from __future__ import annotations

from modem.at.command import Command
from modem.commands.secrets import is_secret
from modem.errors import MisuseError
from modem.explain.lines import Form, Request, marked, possible_requests, requests

# V.250 5.2.1 wants 40 characters at least; modems take several hundred.
MAX_LINE = 512
# Longer than any command but the search for networks, which takes up to 180 s (Quectel's manuals).
LINE_TIMEOUT_S = 60.0
SEARCH_TIMEOUT_S = 180.0
# Quectel's manuals: 120 s for +CMGS, determined by the network.
PROMPT_TIMEOUT_S = 120.0

# What leaves the line in data mode or in a multiplexer, where nobody could get it out again, or at
# a prompt for what can't be given here.
_LEAVES_COMMAND_MODE = frozenset(
    ("A", "D", "O", "+CGDATA", "+CMUX", "+CIPSEND", "+IPSEND", "+CMGC")
)
# A PDU has 352 hex digits at most, a text 160 characters, 640 as the hex digits of UCS-2.
MAX_PAYLOAD = 1024


def typed_line(line: str, *, payload: str | None = None, timeout_s: float | None = None) -> Command:
    """The line as a command, secret where it may carry credentials.

    `payload` is what is to be sent at its prompt. MisuseError for what isn't one line of printable
    ASCII beginning with AT, and for what would leave the modem at a prompt or in data mode.
    """
    line = line.strip()
    if not 2 <= len(line) <= MAX_LINE or line[:2].upper() != "AT":
        raise MisuseError(f"wanted a line of 2 to {MAX_LINE} characters that begins with AT")
    if not all(" " <= character <= "~" for character in line):
        raise MisuseError("an AT line is printable ASCII")
    octets = None if payload is None else _payload(line, payload)
    found = possible_requests(line)
    if octets is None and any(_prompts(each) or _leaves_command_mode(each) for each in found):
        raise MisuseError("this command would leave the modem at a prompt or in data mode")
    return Command(
        line,
        tuple(dict.fromkeys(request.name for request in found if marked(request.name))),
        bare=True,
        payload=octets,
        timeout_s=timeout_s or _limit_s(line),
        secret=is_secret(line),
    )


def asks_for_payload(line: str) -> bool:
    """Would the modem ask for one anywhere in this line, sent or not?"""
    return any(map(_prompts, possible_requests(line)))


def takes_payload(line: str) -> bool:
    """Does the modem ask for a text or a PDU after this line?"""
    found = requests(line)
    return line.strip()[:2].upper() == "AT" and bool(found) and _prompts(found[0])


def _prompts(request: Request) -> bool:
    """3GPP TS 27.005 3.5.1, 3.5.3; in text mode +CMGW needs no parameter."""
    if request.name == "+CMGW":
        return not request.reads
    return request.name == "+CMGS" and request.form is Form.SET


def _leaves_command_mode(request: Request) -> bool:
    if request.name == "+CNMA":  # behind the length a PDU is asked for (3GPP TS 27.005 4.7)
        return "," in request.text
    return request.name in _LEAVES_COMMAND_MODE and not request.reads


def _payload(line: str, payload: str) -> bytes:
    """The payload's octets; a line end in a text is a CR (3GPP TS 27.005 3.5.1)."""
    if not takes_payload(line):
        raise MisuseError("only +CMGS and +CMGW take a text or a PDU at a prompt")
    if ";" in line:
        raise MisuseError("a command with a prompt stands alone on its line")
    text = payload.replace("\r\n", "\r").replace("\n", "\r")
    if not text.strip():
        raise MisuseError("nothing to send: an empty SMS isn't sent")
    if len(text) > MAX_PAYLOAD or not all(" " <= c <= "~" or c == "\r" for c in text):
        raise MisuseError(f"what is sent at a prompt is printable ASCII, {MAX_PAYLOAD} at most")
    return text.encode("ascii")


def _limit_s(line: str) -> float:
    if takes_payload(line):
        return PROMPT_TIMEOUT_S
    return SEARCH_TIMEOUT_S if "=?" in line else LINE_TIMEOUT_S
