"""Where the fields of a TPDU stand, and which of them is cut off where octets are missing.

No field is decoded here. 3GPP TS 23.040 9.2.2 (the order), 9.2.3.27 (the optional fields).
"""

from __future__ import annotations

from typing import NamedTuple

from modem.sms.dcs import Encoding, decode_dcs
from modem.sms.errors import PduError
from modem.sms.validity import OCTETS as VALIDITY_OCTETS

# The flags of the first octet (9.2.3); what a bit means differs by type, hence two of one value.
NO_MORE_MESSAGES = 0x04
REJECT_DUPLICATES = 0x04
LOOP_PREVENTION = 0x08
STATUS_REPORT = 0x20
UDHI = 0x40
REPLY_PATH = 0x80
# TP-UD of a message (9.2.3.24), TP-CD (9.2.3.21), and the whole TPDU of a report.
MAX_OCTETS = 140
MAX_COMMAND_OCTETS = 157
MAX_TPDU_OCTETS = 164
PI_EXTENDED, PI_UDL, PI_DCS, PI_PID = 0x80, 0x04, 0x02, 0x01
# In place of a size in octets: that of an address, and that of a TP-VP, which other octets give.
ADDRESS, VALIDITY = -1, -2


def septet_octets(septets: int) -> int:
    """How many octets so many septets fill."""
    return septets * 7 + 7 >> 3


def octet_septets(octets: int) -> int:
    """How many septets so many octets take the place of: a header is filled up to a septet."""
    return (octets * 8 + 6) // 7


def check_header(octets: bytes, start: int, dcs: int, udl_at: int, name: str) -> None:
    """Raise PduError where the header that TP-UDHI announces doesn't fit into the user data."""
    missing = header_shortage(octets, start, dcs, udl_at)
    if missing:
        raise PduError(f"{name}.udh", udl_at + 1, missing)


def header_shortage(octets: bytes, start: int, dcs: int, udl_at: int) -> str | None:
    """What is missing of a header that doesn't fit into the user data; None if it fits."""
    length = octets[udl_at]
    if not octets[start] & UDHI or not length:
        return None
    if decode_dcs(dcs).encoding is Encoding.GSM7:
        length = septet_octets(length)
    there = min(length, len(octets) - udl_at - 1)
    wanted = octets[udl_at + 1] if there else 1
    return shortage(wanted, max(there - 1, 0)) if wanted >= there else None


def counted(number: int, unit: str = "octet") -> str:
    """A number of things in words: `1 octet`, `2 octets`."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def shortage(wanted: int, left: int) -> str:
    """How an error says that octets are missing."""
    return f"wanted {counted(wanted)}, {left} left"


def cut_off(name: str, fields: tuple[tuple[str, int], ...], octets: bytes, start: int) -> PduError:
    """The error for octets that end before all `fields`, pairs of a name and a size, are there."""
    at = start
    for field, size in fields:
        if size == ADDRESS:
            for _ in range(2):  # its length and its type
                if at >= len(octets):
                    return PduError(f"{name}.{field}", at, shortage(1, 0))
                at += 1
            size = octets[at - 2] + 1 >> 1
        elif size == VALIDITY:
            size = VALIDITY_OCTETS[octets[start] >> 3 & 3]
        if at + size > len(octets):
            return PduError(f"{name}.{field}", at, shortage(size, len(octets) - at))
        at += size
    raise AssertionError(f"nothing of {name} is cut off")


class OptionalFields(NamedTuple):
    """Where TP-PID, TP-DCS and TP-UDL stand, 0 for each that isn't there."""

    pid_at: int = 0
    dcs_at: int = 0
    udl_at: int = 0


def optional_fields(octets: bytes, start: int, pi_at: int, after: int) -> OptionalFields:
    """The fields that TP-PI announces and that are there; `after`: where they would begin.

    User data whose header doesn't fit into it counts as not there: the report is whole without it.
    """
    if pi_at >= len(octets):
        return OptionalFields()
    indicator = octets[pi_at]
    # No second TP-PI has been defined; each says whether another one follows it.
    extended = indicator
    while extended & PI_EXTENDED and after < len(octets):
        extended = octets[after]
        after += 1
    found = []
    for bit in (PI_PID, PI_DCS, PI_UDL):
        there = bool(indicator & bit) and after < len(octets)
        found.append(after if there else 0)
        after += there
    fields = OptionalFields(*found)
    dcs = octets[fields.dcs_at] if fields.dcs_at else 0
    if fields.udl_at and header_shortage(octets, start, dcs, fields.udl_at):
        return fields._replace(udl_at=0)
    return fields
