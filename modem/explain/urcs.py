"""What a modem says unasked, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType

from modem.at.parameters import split
from modem.explain import identity, messages, network, vendors
from modem.explain.answer import at
from modem.explain.table import meaning
from modem.explain.words import MAX_LINE, joined, number, shown

Lines = Sequence[str]

_WHOLE_LINES = MappingProxyType(
    {
        "RDY": "the modem has started",
        "APP RDY": "the modem's firmware has started",
        "CALL READY": "calls are possible",
        "SMS READY": "SMS are possible",
        "SMS DONE": "SMS are possible",
        "PB DONE": "the phone book is read: the start is over",
        "+PBREADY": "the phone book is read",
        "SIM READY": "the card is ready",
        "+SIM READY": "the card is ready",
        "+SIM: INSERTED": "a card was put in",
        "+SIM: REMOVED": "the card was removed",
        "NETWORK AVAILABLE": "a network is there",
        "NORMAL POWER DOWN": "the modem switches itself off",
        "POWERED DOWN": "the modem switches itself off",
        "UNDER-VOLTAGE POWER DOWN": "switched off: the supply's voltage is too low",
        "UNDER-VOLTAGE WARNNING": "the supply's voltage is low",
        "OVER-VOLTAGE POWER DOWN": "switched off: the supply's voltage is too high",
        "OVER-VOLTAGE WARNNING": "the supply's voltage is high",
        "^SYSSTART": "the modem has started",
        "^SYSSTART AIRPLANE MODE": "the modem has started with its radio off",
        "^SHUTDOWN": "the modem switches itself off",
        "+SMS FULL": "the memory for messages is full: none comes in until some are deleted",
        "RING": "somebody calls",
        "NO CARRIER": "the call or the connection ended",
    }
)


def explain_urc(lines: Lines) -> tuple[str, ...]:
    """What a URC's line means, with those that follow it (the PDU); none where nothing is known.

    Never raises, whatever it is given.
    """
    if not lines:
        return ()
    line = lines[0][:MAX_LINE].strip()
    whole = _WHOLE_LINES.get(line.upper())
    if whole is not None:
        return (whole,)
    head, colon, text = line.partition(":")
    teller = _TELLERS.get(head.strip().upper())
    return tuple(teller(text.strip(), lines[1:])) if teller is not None and colon else ()


def _cmti(text: str, _data: Lines) -> Lines:
    fields = split(text)
    where, index = at(fields, 0), number(at(fields, 1))
    if index is None or index < 0:
        return ("a message came; where it is stored isn't told",)
    return (f"a message came: place {index} of {shown(where) or 'a memory that has no name'}",)


def _cdsi(text: str, _data: Lines) -> Lines:
    fields = split(text)
    return (f"a status report came: place {shown(at(fields, 1))} of {shown(at(fields, 0))}",)


def _received(prefix: str) -> Callable[[str, Lines], Lines]:
    return lambda text, data: messages.received(prefix, text, data)


def _registration(prefix: str) -> Callable[[str, Lines], Lines]:
    return lambda text, _data: network.registration_words(prefix, text)


# 3GPP TS 27.007 10.1.19; what comes behind, most of it numbers of contexts, is shown as it is.
_EVENTS = (
    ("REJECT", "a context that the network asked for was refused"),
    ("NW REACT", "the network asks for a context to be activated again"),
    ("NW DEACT", "the network ended the context"),
    ("ME DEACT", "the modem ended the context"),
    ("NW DETACH", "the network detached the modem: all contexts are gone"),
    ("ME DETACH", "the modem detached itself: all contexts are gone"),
    ("NW CLASS", "the network set the class"),
    ("ME CLASS", "the modem set the class"),
    ("NW PDN ACT", "the network activated the context"),
    ("ME PDN ACT", "the modem activated the context"),
    ("EPS PDN ACT", "LTE's default context is active"),
    ("NW PDN DEACT", "the network ended the context"),
    ("ME PDN DEACT", "the modem ended the context"),
    ("EPS PDN DEACT", "LTE's default context ended"),
    ("NW ACT", "the network activated a secondary context"),
    ("ME ACT", "the modem activated a secondary context"),
    ("NW MODIFY", "the network modified the context"),
    ("ME MODIFY", "the modem modified the context"),
    ("PDN DEACT", "the context ended"),
)


def _cgev(text: str, _data: Lines) -> Lines:
    event = text.strip('" ')
    for start, words in _EVENTS:
        if event.upper().startswith(start):
            rest = event[len(start) :].strip(" ,")
            return (f"{words}{f': {shown(rest)}' if rest else ''}",)
    return ()


def _pin(text: str, _data: Lines) -> Lines:
    return identity.pin_words(text)


def _cfun(text: str, _data: Lines) -> Lines:
    words = meaning("+CFUN", "fun", text)
    return (f"the modem works: {words}",) if words else ()


def _cring(text: str, _data: Lines) -> Lines:
    return (joined(("somebody calls", shown(text.lower()))),)


def _clip(text: str, _data: Lines) -> Lines:
    caller = at(split(text), 0)
    return (f"the caller is {shown(caller)}" if caller else "the caller hides the number",)


def _zone(text: str, _data: Lines) -> Lines:
    fields = split(text)
    zone = identity.zone_words(at(fields, 0))
    when = next((field for field in fields[1:] if field and "/" in field), "")
    words = joined((zone, shown(when)))
    return (f"the network's time: {words}",) if words else ()


_PSUTTZ = re.compile(
    r'(\d{2,4})[/,](\d{1,2})[/,](\d{1,2})"?,"?(\d{1,2})[:,](\d{1,2})[:,](\d{1,2})"?,'
    r'"?([+-]?\d{1,3})"?',
    re.ASCII,
)


def _psuttz(text: str, _data: Lines) -> Lines:
    """SIMCom: *PSUTTZ: date and time in UTC, in two forms, the zone in quarters of an hour."""
    match = _PSUTTZ.search(text.replace(" ", ""))
    if match is None:
        return ()
    year, *rest = match.groups()
    month, day, hour, minute, second = (f"{int(part):02}" for part in rest[:5])
    full = year if len(year) == 4 else f"20{year}"
    zone = identity.zone_words(rest[5])
    return (
        joined((f"the network's time: {full}-{month}-{day} {hour}:{minute}:{second} UTC", zone)),
    )


def _dst(text: str, _data: Lines) -> Lines:
    hours = number(text)
    words = {0: "no summer time", 1: "summer time, one hour", 2: "summer time, two hours"}
    return (f"the network's time: {words[hours]}",) if hours in words else ()


def _cusd(text: str, _data: Lines) -> Lines:
    fields = split(text)
    states = {
        "0": "the network answers",
        "1": "the network asks",
        "2": "the network ended the session",
        "4": "the request isn't possible here",
        "5": "the network didn't answer in time",
    }
    said = at(fields, 1)
    plain = messages.ucs2(said) or said
    words = states.get(at(fields, 0), "the network says")
    return (f"{words}{f': {shown(plain)}' if plain else ''}",)


_QIND = {
    "SMS DONE": "SMS are possible",
    "PB DONE": "the phone book is read",
    "SMSFULL": "a memory for messages is full: none comes in until some are deleted",
}


def _qind(text: str, _data: Lines) -> Lines:
    """Quectel: +QIND: "csq",17,99 and the like."""
    fields = split(text)
    kind = at(fields, 0).upper()
    if kind == "CSQ":
        return vendors.rssi(at(fields, 1))
    if kind == "ACT":
        return (f"the technology is {shown(at(fields, 1))} now",)
    words = _QIND.get(kind)
    where = at(fields, 1)
    return (f"{words}{f': {shown(where)}' if where else ''}",) if words else ()


def _picked(name: str, *values: str) -> Callable[[str, Lines], Lines]:
    """A URC with one number: `name`, and what 0, 1, ... mean."""

    def teller(text: str, _data: Lines) -> Lines:
        value = number(at(split(text), 0))
        known = value is not None and 0 <= value < len(values) and values[value]
        return (f"{name}: {values[value]}",) if known and value is not None else ()

    return teller


def _memory_full(text: str, _data: Lines) -> Lines:
    where = at(split(text), 0)
    return (f"the memory {shown(where)} is full: no message comes in until some are deleted",)


def _rssi(text: str, _data: Lines) -> Lines:
    return vendors.rssi(text)


def _hcsq(text: str, _data: Lines) -> Lines:
    return vendors.hcsq_words(split(text))


def _mode(text: str, _data: Lines) -> Lines:
    """Huawei: ^MODE: <mode>,<submode>."""
    modes = {0: "no service", 3: "GSM", 5: "UMTS", 7: "GSM and UMTS", 9: "LTE"}
    words = modes.get(number(at(split(text), 0)) or 0)
    return (f"the technology is {words} now",) if words else ()


def _ready(text: str, _data: Lines) -> Lines:
    return ("the modem has started",) if text.startswith("1") else ()


_TELLERS: dict[str, Callable[[str, Lines], Lines]] = {
    "+CMTI": _cmti,
    "+CDSI": _cdsi,
    "+CBMI": lambda _text, _data: ("a cell broadcast came",),
    "+CMT": _received("+CMT"),
    "+CDS": _received("+CDS"),
    "+CBM": _received("+CBM"),
    "+CREG": _registration("+CREG"),
    "+CGREG": _registration("+CGREG"),
    "+CEREG": _registration("+CEREG"),
    "+C5GREG": _registration("+C5GREG"),
    "+CGEV": _cgev,
    "+CPIN": _pin,
    "+CFUN": _cfun,
    "+CRING": _cring,
    "+CLIP": _clip,
    "+CTZV": _zone,
    "+CTZE": _zone,
    "+CTZEU": _zone,
    "*PSUTTZ": _psuttz,
    "DST": _dst,
    "+CUSD": _cusd,
    "+CSCON": _picked("signalling connection", "idle", "connected"),
    "+QIND": _qind,
    "+QUSIM": _picked("card", "a SIM", "a USIM"),
    "+USIM": _picked("card", "a SIM", "a USIM"),
    "#QSS": _picked("card", "none", "put in", "unlocked", "unlocked and ready for SMS"),
    "*ATREADY": _ready,
    "^RSSI": _rssi,
    "^HCSQ": _hcsq,
    "^MODE": _mode,
    "^SMMEMFULL": _memory_full,
    "^SIMST": _picked(
        "card", "not usable", "usable", "not usable for calls", "not usable for data"
    ),
    "^SRVST": _picked("service", "none", "restricted", "all of it", "restricted to a region"),
}
