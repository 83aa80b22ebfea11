"""Registration, signal, operator, attach: 27.007 7.2, 7.3, 8.5, 8.69, 10.1.9, 10.1.19-22."""

from __future__ import annotations

from enum import Enum

from modem.at.command import Command
from modem.at.events import Response
from modem.at.parameters import split
from modem.commands.answer import first_body, integer, nonsense
from modem.registration import DomainState
from modem.values import Signal

# TS 24.008 11.2.2: T3310 and T3321, 15 s each, expire five times before attach or detach is given
# up; five seconds more for the modem.
ATTACH_TIMEOUT_S = 80.0
# A search of all bands and technologies takes minutes.
SELECTION_TIMEOUT_S = 180.0
# The name may have to be looked up on the card.
OPERATOR_TIMEOUT_S = 10.0

_MAX_ACT = 19
_MAX_NAME = 64


class Domain(Enum):
    """A registration domain, by its command."""

    CS = "+CREG"
    PS = "+CGREG"
    EPS = "+CEREG"


def registration_report(domain: Domain) -> Command:
    """AT+CREG=2 and its sisters: URCs with place and technology."""
    return Command(f"AT{domain.value}=2")


def registration_read(domain: Domain) -> Command:
    """AT+CREG? and its sisters."""
    return Command(f"AT{domain.value}?", (domain.value,))


def parse_registration(response: Response) -> DomainState:
    """What the read command answers."""
    text = first_body(response, response.command.prefixes[0])
    state = parse_registration_text(text)
    if state is None:
        raise nonsense(response, "<n>,<stat>[,<lac>,<ci>[,<AcT>]]")
    return state


def parse_registration_text(text: str) -> DomainState | None:
    """The body of a registration line, an answer's or a URC's; None where it is neither.

    Some modems put the routing area before the cell, so <AcT> is looked for in both places.
    """
    rest = registration_fields(text)
    stat = integer(rest[0])
    if stat is None:
        return None
    act = _act(rest[3]) if len(rest) > 3 else None
    if act is None and len(rest) > 4 and rest[3]:
        act = _act(rest[4])
    return DomainState(stat, act)


def registration_fields(text: str) -> list[str]:
    """The fields of such a body from <stat> on, as they are written.

    An answer and a URC differ by a leading <n>, and modems mix them up; the shape tells which it
    is: a place is quoted, or hexadecimal of three digits or more.
    """
    raw = [field.strip() for field in text.split(",")]
    return raw[1:] if len(raw) == 2 or (len(raw) > 2 and _has_mode(raw)) else raw


def _has_mode(raw: list[str]) -> bool:
    second, third = raw[1], raw[2]
    if second.startswith('"') or integer(second) is None:
        return False
    return third.startswith('"') or len(second) <= 2


def _act(field: str) -> int | None:
    value = integer(field) if len(field) <= 3 else None
    return value if value is not None and value <= _MAX_ACT else None


def csq() -> Command:
    """AT+CSQ"""
    return Command("AT+CSQ", ("+CSQ",))


def parse_csq(response: Response) -> int | None:
    """The received strength in dBm; None for 99, not known (27.007 8.5)."""
    value = integer(first_body(response, "+CSQ").split(",")[0])
    return -113 + 2 * value if value is not None and value <= 31 else None


def cesq() -> Command:
    """AT+CESQ"""
    return Command("AT+CESQ", ("+CESQ",))


def parse_cesq(response: Response) -> Signal:
    """RXLEV as RSSI, RSRP and RSRQ (27.007 8.69): the lower edge of each step."""
    values = [integer(field) for field in first_body(response, "+CESQ").split(",")]
    if len(values) < 6:
        raise nonsense(response, "six numbers")
    rxlev, rsrq, rsrp = values[0], values[4], values[5]
    return Signal(
        rssi_dbm=-111 + rxlev if rxlev is not None and rxlev <= 63 else None,
        rsrp_dbm=-141 + rsrp if rsrp is not None and rsrp <= 97 else None,
        rsrq_db=-20.0 + rsrq / 2 if rsrq is not None and rsrq <= 34 else None,
    )


def cops_write(mode: int) -> Command:
    """AT+COPS=<mode>: 0 chooses a network by itself, 2 leaves it (27.007 7.3)."""
    return Command(f"AT+COPS={mode}", timeout_s=SELECTION_TIMEOUT_S)


def cops_read() -> Command:
    """AT+COPS?"""
    return Command("AT+COPS?", ("+COPS",), timeout_s=OPERATOR_TIMEOUT_S)


def parse_cops(response: Response) -> str | None:
    """The operator's name or number; None where none is chosen."""
    fields = split(first_body(response, "+COPS"))
    name = fields[2] if len(fields) > 2 else None
    if not name:
        return None
    return "".join(character for character in name if character.isprintable())[:_MAX_NAME] or None


def cgatt_read() -> Command:
    """AT+CGATT?"""
    return Command("AT+CGATT?", ("+CGATT",))


def parse_cgatt(response: Response) -> bool:
    """Is the modem attached?"""
    value = integer(first_body(response, "+CGATT"))
    if value is None:
        raise nonsense(response, "+CGATT: 0 or 1")
    return value == 1


def cgatt(attached: bool) -> Command:
    """AT+CGATT=<state>"""
    return Command(f"AT+CGATT={int(attached)}", timeout_s=ATTACH_TIMEOUT_S)


def cgerep() -> Command:
    """AT+CGEREP=2: +CGEV URCs tell what becomes of contexts (27.007 10.1.19)."""
    return Command("AT+CGEREP=2")
