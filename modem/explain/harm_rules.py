"""What could do lasting harm to a modem or a card, so that a console asks before it sends it.

On a port of one's own everything else is the user's affair. A running daemon minds this and more
(`ground_rules`). A line is judged by the worst of its commands, and a value that isn't understood
counts as a bad one.
"""

from __future__ import annotations

from collections.abc import Callable

from modem.explain.lines import Form, Request, possible_requests

_TRIES = "a wrong PIN costs a try, and the last one locks the card"
_FACTORY = "it puts the modem back to its factory settings"
_SPEED = "it changes the speed of the line, for good in many modems"
_DELETES = "it deletes more messages than one"
_CARD = "it may write to the card"
_OFF = "it switches the modem off"
_KEPT = "it rewrites what the modem keeps for good"

_REASONS = {
    _TRIES: "+CPIN +CPIN2 ^CPIN ^CPIN2 +CLCK +CPWD",
    _FACTORY: "&F",
    _SPEED: "+IPR",
    _DELETES: "+CMGD +CMGDA +QMGDA",
    _CARD: "+CRSM +CSIM +CGLA",
    _OFF: "+CPOF +QPOWD +CPOWD +CPWROFF #SHDN #SYSHALT ^SMSO",
    _KEPT: (
        "+NVRST +NVBK +QPRTPARA +CFOTA +QFOTADL ^NVWR ^FDT +EGMR +CUSBPIDSWITCH +GTUSBMODE"
        " +UUSBCONF #USBCFG #PORTCFG ^SETPORT ^SETMODE"
    ),
}
_WHY = {name: why for why, names in _REASONS.items() for name in names.split()}
# Without a parameter, too; of the others the bare name is refused or asks.
_RUN_ALONE = frozenset(name for name, why in _WHY.items() if why in (_FACTORY, _OFF)) | frozenset(
    ("^NVWR", "^FDT", "+QPRTPARA")
)
# READ BINARY, READ RECORD, GET RESPONSE, RETRIEVE DATA, STATUS (3GPP TS 27.007 8.18).
READS_CARD = ("176", "178", "192", "203", "242")


def harm(line: str) -> str | None:
    """What lasting harm the line could do; None for all that can be set right again."""
    found = (harm_of(request) for request in possible_requests(line))
    return next((why for why in found if why), None)


def harm_of(request: Request) -> str | None:
    """The same of one command."""
    # SIMCom has a family of them for its firmware.
    name = "+CFOTA" if request.name.startswith("+CFOTA") else request.name
    why = _WHY.get(name)
    if why is None or request.reads or (request.form is Form.RUN and name not in _RUN_ALONE):
        return None
    harmless = _HARMLESS.get(name)
    return None if harmless is not None and harmless(request.text) else why


def value_at(text: str, place: int) -> str:
    """A parameter without its quotes and leading zeros, in upper case; "" where it is absent."""
    fields = text.split(",")
    value = fields[place].strip().strip('"').strip().upper() if place < len(fields) else ""
    return value.lstrip("0") or "0" if value.isdigit() else value


_HARMLESS: dict[str, Callable[[str], bool]] = {
    "+CLCK": lambda text: value_at(text, 1) == "2",  # is it locked?
    "+CMGD": lambda text: value_at(text, 1) in ("", "0"),
    "+CRSM": lambda text: value_at(text, 0) in READS_CARD,
    "+EGMR": lambda text: value_at(text, 0) == "0",  # reads the IMEI
}
