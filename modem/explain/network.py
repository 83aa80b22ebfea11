"""Registration and networks: +CREG and its like, +COPS, the times of power saving."""

from __future__ import annotations

from collections.abc import Sequence

from modem.at.parameters import split
from modem.explain.answer import Answer, at
from modem.explain.lines import Form
from modem.explain.table import meaning
from modem.explain.words import both_ways, hex_number, joined, number, shown, table

_DOMAINS = {
    "+CREG": "calls and SMS",
    "+CGREG": "packets (2G, 3G)",
    "+CEREG": "packets (LTE)",
    "+C5GREG": "packets (5G)",
}
_AREAS = {"+CREG": "LAC", "+CGREG": "LAC", "+CEREG": "TAC", "+C5GREG": "TAC"}
# 3GPP TS 24.008 annex G and 24.301 annex A; the numbers mean the same in both where both have them.
_CAUSES = {
    2: "the IMSI is unknown to the network",
    3: "illegal subscriber: wrong card, or barred",
    5: "the IMEI isn't accepted",
    6: "illegal modem: its IMEI is barred",
    7: "no packet service for this subscription",
    8: "no service at all for this subscription",
    9: "the network doesn't know the identity",
    10: "detached by the network",
    11: "this network isn't allowed",
    12: "this area isn't allowed",
    13: "roaming isn't allowed in this area",
    14: "no packet service in this network: roaming isn't allowed",
    15: "no suitable cell in this area",
    16: "the switch can't be reached",
    17: "network failure",
    18: "no calls in this area",
    19: "the default bearer was refused: often a wrong APN",
    20: "authentication failed",
    21: "authentication failed",
    22: "congestion",
    25: "not authorised for this closed group",
    35: "the service isn't authorised in this network",
    40: "no bearer is active",
    42: "severe network failure",
    95: "protocol error",
    96: "protocol error",
    97: "protocol error",
    98: "protocol error",
    99: "protocol error",
    100: "protocol error",
    101: "protocol error",
    111: "protocol error",
}
# <AcT> of cells whose 28 bits are eNodeB and sector.
_LTE = ("7", "8", "9", "10")


def registration(answer: Answer) -> tuple[str, ...]:
    """What `?` answers; a write has no lines."""
    body = next(answer.bodies(), "")
    return registration_words(answer.name, body) if body else ()


def registration_words(name: str, body: str) -> tuple[str, ...]:
    """A registration line, of an answer or unasked."""
    from modem.commands.network import registration_fields

    raw = registration_fields(body)
    values = split(",".join(raw))
    stat = at(values, 0)
    if number(stat) is None:
        return ()
    state = meaning(name, "stat", stat) or f"state {stat}, which no standard has"
    technology, rest = _technology(values)
    if name == "+CGREG":
        rest = rest[1:]  # <rac>
    elif name == "+C5GREG":
        rest = rest[2:]  # <Allowed_NSSAI_length>,<Allowed_NSSAI> (3GPP TS 27.007 10.1.47)
    lines = [
        joined((f"{_DOMAINS[name]}: {state}", meaning(name, "AcT", technology))),
        _place(name, values, technology),
        *_cause(rest),
        *(_timers(at(rest, 2), at(rest, 3)) if name == "+CEREG" else ()),
    ]
    return tuple(line for line in lines if line)


def _technology(values: Sequence[str | None]) -> tuple[str, Sequence[str | None]]:
    """<AcT> and what follows it; some have the routing area before the cell, and it one later."""
    for place in (3, 4):
        text = at(values, place)
        if text and len(text) <= 2 and number(text) is not None:
            return text, values[place + 1 :]
    return "", ()


def _place(name: str, values: Sequence[str | None], technology: str) -> str:
    area, cell = both_ways(at(values, 1)), both_ways(at(values, 2))
    number_of_cell = hex_number(at(values, 2))
    station = ""
    if number_of_cell is not None and technology in _LTE:
        station = f": {lte_cell_words(number_of_cell)}"
    return joined((area and f"{_AREAS[name]} {area}", cell and f"cell {cell}{station}"))


def lte_cell_words(cell: int) -> str:
    """The two parts of an LTE cell's 28 bits."""
    return f"eNodeB {cell >> 8}, sector {cell & 0xFF}"


def _cause(rest: Sequence[str | None]) -> list[str]:
    kind, cause = at(rest, 0), number(at(rest, 1))
    if cause is None:
        return []
    if kind == "1":
        return [f"refused with the maker's own cause {cause}"]
    words = _CAUSES.get(cause)
    return [f"refused with cause {cause}" + (f": {words}" if words else "")]


# GPRS timers 2 and 3 (3GPP TS 24.008 10.5.7.4, 10.5.7.4a): seconds by their three unit bits.
_ACTIVE_UNITS = {0: 2, 1: 60, 2: 360}
_TAU_UNITS = {0: 600, 1: 3600, 2: 36_000, 3: 2, 4: 30, 5: 60, 6: 1_152_000}
_OFF = 7


def _timers(active: str, tau: str) -> list[str]:
    parts = [
        (words := timer(active, _ACTIVE_UNITS)) and f"listens {words} before it sleeps",
        (words := timer(tau, _TAU_UNITS)) and f"calls in every {words}",
    ]
    text = joined(parts)
    return [f"power saving: {text}"] if text else []


def timer(bits: str, units: dict[int, int]) -> str:
    """A timer of eight bits in words; "" for none."""
    if len(bits) != 8 or set(bits) - {"0", "1"}:
        return ""
    unit, count = int(bits[:3], 2), int(bits[3:], 2)
    if unit == _OFF:
        return "never (off)"
    seconds = units.get(unit, 60) * count
    from modem.sms.view.words import span_words

    return span_words(seconds)


def cpsms(answer: Answer) -> tuple[str, ...]:
    """+CPSMS: <mode>,,,<periodic TAU>,<active time>."""
    fields = answer.fields
    if not fields:
        return ()
    mode = meaning("+CPSMS", "mode", at(fields, 0))
    timers = _timers(at(fields, 4), at(fields, 3))
    return (*((f"power saving: {mode}",) if mode else ()), *timers)


def cops(answer: Answer) -> tuple[str, ...]:
    """+COPS?: the network in use; +COPS=?: those that were found."""
    if answer.request.form is Form.TEST:
        return _found_networks(answer)
    fields = answer.fields
    if not fields:
        return ()
    mode = meaning("+COPS", "mode", at(fields, 0))
    name = at(fields, 2)
    if not name:
        return (joined(("no network", mode and f"choice: {mode}")),)
    which = plmn_words(name) if at(fields, 1) == "2" else shown(name)
    technology = meaning("+COPS", "AcT", at(fields, 3))
    return (joined((f"network {which}", technology, mode and f"choice: {mode}")),)


_RATS = {"gsm": "GSM", "umts": "UMTS", "lte": "LTE", "ltem": "LTE-M", "nbiot": "NB-IoT", "nr": "5G"}


def _found_networks(answer: Answer) -> tuple[str, ...]:
    from modem.commands.operators import Availability, parse_operators

    rows = [
        (
            "in use" if each.availability is Availability.CURRENT else each.availability.value,
            shown(each.name or ""),
            plmn_words(each.plmn),
            _RATS.get(each.rat or "", ""),
        )
        for each in parse_operators(answer.lines)
    ]
    return table(("", "network", "number", "technology"), rows)


# Of these countries all networks have three digits (ITU-T E.212); elsewhere two is the rule.
_THREE_DIGITS = ("302", "310", "311", "312", "313", "314", "315", "316", "334", "338", "722", "732")
_COUNTRIES = {"001": "test", "901": "international", "999": "private"}


def plmn_parts(digits: str) -> tuple[str, str]:
    """MCC and MNC of a network's number, or of an IMSI's beginning."""
    mcc = digits[:3]
    if len(digits) in (5, 6):
        return mcc, digits[3:]
    return mcc, digits[3 : 6 if mcc in _THREE_DIGITS else 5]


def plmn_words(digits: str) -> str:
    """A network's number with its parts: `26203 (MCC 262, MNC 03)`."""
    if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 6):
        return shown(digits)
    mcc, mnc = plmn_parts(digits)
    return f"{digits} ({joined((f'MCC {mcc}', f'MNC {mnc}', _COUNTRIES.get(mcc)))})"


def imsi_words(digits: str) -> str:
    """An IMSI's parts; how long its MNC is says the card alone (EF-AD), here the country does."""
    mcc, mnc = plmn_parts(digits)
    return joined((f"IMSI: MCC {mcc}", f"MNC {mnc}", _COUNTRIES.get(mcc)))
