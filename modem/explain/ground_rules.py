"""Which commands take the ground from under the daemon, and what would happen then.

The daemon has set the modem up: PDU mode, how messages are announced, which errors are told, the
APN. Whoever changes that behind its back makes it deaf or undoes its work. Reading harms nothing,
and reading a message doesn't either: the daemon looks at those that are "read", too. A line is
judged by the worst of its commands, and a value that isn't understood counts as a bad one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from modem.explain.harm_rules import READS_CARD, harm_of, value_at
from modem.explain.lines import Form, Request, possible_requests


def ground(line: str) -> str | None:
    """Why the daemon would mind this line, in words that follow "AT...: "; None if it wouldn't."""
    if line.strip().upper() == "A/":
        return "it would repeat the last line, whichever that was"
    found = (_why(request) or harm_of(request) for request in possible_requests(line))
    return next((why for why in found if why), None)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Why a command is minded, and which of its parameters are not."""

    why: str
    harmless: Callable[[str], bool] = lambda _text: False


def _why(request: Request) -> str | None:
    rule = _RULES.get(request.name)
    if rule is None or request.reads or rule.harmless(request.text):
        return None
    if request.form is Form.RUN and request.name not in _RUN_ALONE:
        return None
    return rule.why


# ---- parameters that harm nothing


def _is(*values: str) -> Callable[[str], bool]:
    return lambda text: value_at(text, 0) in values


def _default_or(*values: str) -> Callable[[str], bool]:
    """Of a basic command, where no number means 0 (V.250 5.3.1)."""
    return lambda text: value_at(text, 0) in values or (not text.strip() and "0" in values)


def _reports(text: str) -> bool:
    """+CREG=1, +CGEREP=2: something is told."""
    return value_at(text, 0).isdigit() and value_at(text, 0) != "0"


def _one_parameter(text: str) -> bool:
    """`=<cid>`, `="<key>"`: asks for what is set."""
    return bool(text.strip()) and "," not in text


def _asks_for_lock(text: str) -> bool:
    """+CLCK="SC",2: is it locked?"""
    return value_at(text, 1) == "2"


_ANNOUNCES = re.compile(r'"?(ALL|SMSINCOMING|SMSFULL)"?\s*,\s*0*1(,|$)', re.IGNORECASE)


def _keeps_indications(text: str) -> bool:
    """+QINDCFG: asks, switches on, or is about something else than messages."""
    kind = value_at(text, 0)
    of_messages = kind in ("ALL", "SMSINCOMING", "SMSFULL")
    return _one_parameter(text) or not of_messages or _ANNOUNCES.match(text) is not None


# ---- reasons that several have

_DEAF = "it would stop SMS from being announced"
_LOST = "it would delete messages that may not be stored yet"
_BACK = "it would change the APN or its login behind the daemon's back, which puts it back"
_RESTART = "it would restart the modem: no SMS until it is set up again"
_OFF = "it would switch the modem off, perhaps until somebody switches it on by hand"
_RADIO = "it would switch the radio or restart the modem: no SMS until it is registered again"
_LEAVES = "it would take the modem from its network: no SMS until it is registered again"
_DATA = "it would turn the line to data or a call: no commands and no SMS until that ends"
_TRIES = "a wrong one costs one of the card's few tries, and the daemon counts them"
_CARD = "it could change the card or cost one of its few tries"
_LINE = "it would change how the line speaks: the daemon would understand nothing any more"
_SETTINGS = "it would undo the settings that the daemon made: PDU mode, announcements, errors"
_LASTING = "it changes the modem lastingly, and with it how it registers or which ports it has"
_SEARCH = "it would make the modem look for its network anew, or find none"
_ASLEEP = "it would let the modem sleep: SMS come late, and commands may find nobody"
_ELSEWHERE = "it would send what the modem says unasked to another port"
_SILENT = "the daemon would no longer hear where the modem is registered, or that a context ended"

_RULES: dict[str, _Rule] = {
    # Messages
    "+CMGF": _Rule(
        "it would switch to text mode, in which the daemon can't read messages", _is("0")
    ),
    "+CNMI": _Rule(_DEAF),
    "+CMGD": _Rule(_LOST),
    "+CMGDA": _Rule(_LOST),
    "+QMGDA": _Rule(_LOST),
    "+CMGRD": _Rule(_LOST),
    "+CPMS": _Rule("it would choose another memory than the one that the daemon reads"),
    "+CSMS": _Rule("it would change whether messages are acknowledged, and reset announcements"),
    "+CNMA": _Rule("it would acknowledge a message that may not be stored yet"),
    "+CSCA": _Rule("answers would go by another SMS centre, or not at all"),
    "+CGSMS": _Rule("it would send SMS by another service than before, perhaps one without"),
    "+CSAS": _Rule("it would keep the SMS settings of this moment for the next start"),
    "+CRES": _Rule("it would bring back SMS settings that were saved some time ago"),
    "+CSCS": _Rule("names and numbers would come in another alphabet", _is("GSM", "IRA")),
    "+QINDCFG": _Rule(_DEAF, _keeps_indications),
    "+QURCCFG": _Rule(_ELSEWHERE, _one_parameter),
    "^PORTSEL": _Rule(_ELSEWHERE),
    # What the daemon is told
    "+CMEE": _Rule("errors would come without their reason", _is("1", "2")),
    "+CREG": _Rule(_SILENT, _reports),
    "+CGREG": _Rule(_SILENT, _reports),
    "+CEREG": _Rule(_SILENT, _reports),
    "+CGEREP": _Rule(_SILENT, _reports),
    # The APN
    "+CGDCONT": _Rule(_BACK),
    "+CGDSCONT": _Rule(_BACK),
    "+CGDEL": _Rule(_BACK),
    "+CGAUTH": _Rule(_BACK),
    "+QICSGP": _Rule(_BACK, _one_parameter),
    "+CNCFG": _Rule(_BACK),
    "+UAUTHREQ": _Rule(_BACK),
    "+MGAUTH": _Rule(_BACK),
    "#PDPAUTH": _Rule(_BACK),
    "^AUTHDATA": _Rule(_BACK),
    "$QCPDPP": _Rule(_BACK),
    "+QCGDEFCONT": _Rule(_BACK),
    "+UMNOPROF": _Rule("it would rewrite the contexts with an operator's"),
    "+QMBNCFG": _Rule("it would rewrite the contexts with an operator's", _is("LIST")),
    "+CGATT": _Rule("it would detach the modem: no data, and on LTE no SMS", _is("1")),
    "+CGACT": _Rule("it would end a context, and with it the data connection", _is("1")),
    "+CNACT": _Rule(
        "it would end a context, and with it the data connection",
        lambda text: text.partition(",")[2].strip() in ("1", "2"),
    ),
    "+CGCMOD": _Rule(_BACK),
    # Network and radio
    "+COPS": _Rule(_LEAVES, _is("0", "3")),
    "+CFUN": _Rule(_RADIO),
    "+CNMP": _Rule(_SEARCH),
    "+CMNB": _Rule(_SEARCH),
    "+CNBP": _Rule(_SEARCH),
    "+CBANDCFG": _Rule(_SEARCH),
    "+WS46": _Rule(_SEARCH),
    "+CEMODE": _Rule(_SEARCH),
    "+URAT": _Rule(_SEARCH),
    "+QNWPREFCFG": _Rule(_SEARCH, _one_parameter),
    "^SYSCFG": _Rule(_SEARCH),
    "^SYSCFGEX": _Rule(_SEARCH),
    "^RFSWITCH": _Rule(_RADIO),
    "+CPSMS": _Rule(_ASLEEP, _is("0")),
    "+CEDRXS": _Rule(_ASLEEP, _is("0", "3")),
    "+CSCLK": _Rule(_ASLEEP, _is("0")),
    "+QSCLK": _Rule(_ASLEEP, _is("0")),
    "+UPSV": _Rule(_ASLEEP, _is("0")),
    # Restart and off
    **{
        name: _Rule(_RESTART)
        for name in (
            "+CRESET",
            "+CREBOOT",
            "+TRB",
            "^RESET",
            "#REBOOT",
            "#ENHRST",
            "!RESET",
            "!GRESET",
            "#XRESET",
        )
    },
    **{
        name: _Rule(_OFF)
        for name in ("+CPOF", "+CPOWD", "+CPWROFF", "+QPOWD", "^SMSO", "#SHDN", "#SYSHALT")
    },
    # The module for good
    "+QCFG": _Rule(_LASTING, _one_parameter),
    "+UDCONF": _Rule(_LASTING, _one_parameter),
    "+QPRTPARA": _Rule(_LASTING),
    "+CUSBPIDSWITCH": _Rule(_LASTING),
    "+GTUSBMODE": _Rule(_LASTING),
    "+UUSBCONF": _Rule(_LASTING),
    "#USBCFG": _Rule(_LASTING),
    "#PORTCFG": _Rule(_LASTING),
    "^SETPORT": _Rule(_LASTING),
    "^SETMODE": _Rule(_LASTING),
    "^SCFG": _Rule(_LASTING, _one_parameter),
    "+EGMR": _Rule(_LASTING),
    # The card
    "+CPIN": _Rule(_TRIES),
    "+CPIN2": _Rule(_TRIES),
    "+CLCK": _Rule(_TRIES, _asks_for_lock),
    "+CPWD": _Rule(_TRIES),
    "+CSIM": _Rule(_CARD),
    "+CGLA": _Rule(_CARD),
    "+CRSM": _Rule(_CARD, _is(*READS_CARD)),
    # The line
    "E": _Rule(
        "each command would come back as an echo, as if the modem had restarted", _default_or("0")
    ),
    "V": _Rule(_LINE, _default_or("1")),
    "Q": _Rule("no command would be answered any more", _default_or("0")),
    "Z": _Rule(_SETTINGS),
    "&F": _Rule(_SETTINGS),
    "&W": _Rule("it would keep the settings of this moment for the next start"),
    "S0": _Rule("the modem would take calls by itself, and the line with them", _is("0")),
    "S3": _Rule(_LINE, _is("13")),
    "S4": _Rule(_LINE, _is("10")),
    "S5": _Rule(_LINE, _is("8")),
    "+IPR": _Rule("the port's speed would no longer be the daemon's"),
    "+ICF": _Rule(_LINE),
    "+IFC": _Rule(_LINE),
    "&K": _Rule(_LINE),
    "+FCLASS": _Rule(_LINE, _is("0")),
    "+CMUX": _Rule("it would turn the line to a multiplexer, which the daemon doesn't speak"),
    # Data and calls
    "D": _Rule(_DATA),
    "A": _Rule(_DATA),
    "O": _Rule(_DATA),
    "+CGDATA": _Rule(_DATA),
}
# Those that do it without a parameter, too; of the others the bare name is refused or asks.
_RUN_ALONE = frozenset(
    name for name, rule in _RULES.items() if rule.why in (_RESTART, _OFF) or name[0].isalpha()
) | frozenset(
    (
        "&F",
        "&W",
        "&K",
        "+CSAS",
        "+CRES",
        "+CNMA",
        "+CMUX",
        "+CGDATA",
        "+CGCMOD",
        "+QPRTPARA",
        "+CGDEL",
        "+CFUN",
    )
)
