"""TP-ST: what became of a message, all of its 256 values. 3GPP TS 23.040 9.2.3.15.

The reports that carry it are in `tpdu`; why a TPDU was refused on the spot is `failure`'s.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class StatusGroup(StrEnum):
    """What a status says in the first place: whether the SMSC is done, and how it ended."""

    COMPLETED = "completed"
    STILL_TRYING = "still_trying"
    """A temporary error; another report follows."""
    PERMANENT = "permanent"
    GIVEN_UP = "given_up"
    """The SMSC doesn't try again, but the sender may."""
    RESERVED = "reserved"


class Status(NamedTuple):
    """A status as it came, the group it belongs to, and what it means in a few words."""

    value: int
    group: StatusGroup
    meaning: str

    @property
    def delivered(self) -> bool:
        """Whether the other side is known to have it.

        Not so when the SMSC handed it on and can't confirm (0x01), or has put another message in
        its place (0x02); what its own values (0x10 to 0x1F) mean, only its operator can tell.
        """
        return self.value == 0x00

    @property
    def final(self) -> bool:
        """Whether the SMSC is done with it. Reserved values are: a device reads them as 0x63."""
        return self.group is not StatusGroup.STILL_TRYING


# Bits 6 and 5 give the group.
_GROUPS = (
    StatusGroup.COMPLETED,
    StatusGroup.STILL_TRYING,
    StatusGroup.PERMANENT,
    StatusGroup.GIVEN_UP,
)
_TEMPORARY = (
    "congestion",
    "SME busy",
    "no response from SME",
    "service rejected",
    "quality of service not available",
    "error in SME",
)
# Bits 4 to 0 of the values that are defined, in order from 0, by group.
_MEANINGS = (
    (
        "received by the SME",
        "forwarded to the SME, delivery can't be confirmed",
        "replaced by the SC",
    ),
    _TEMPORARY,
    (
        "remote procedure error",
        "incompatible destination",
        "connection rejected by SME",
        "not obtainable",
        "quality of service not available",
        "no interworking available",
        "validity period expired",
        "deleted by the originating SME",
        "deleted by SC administration",
        "message does not exist",
    ),
    _TEMPORARY,
)


@lru_cache(maxsize=256)
def decode_status(value: int) -> Status:
    """What a TP-ST octet means. Reserved values within a group belong to RESERVED.

    The standard wants them read as "service rejected" (0x63), not as what their group says.
    """
    group, code = _GROUPS[value >> 5 & 3], value & 0x1F
    meanings = _MEANINGS[value >> 5 & 3]
    if value & 0x80:
        return Status(value, StatusGroup.RESERVED, "reserved")
    if code & 0x10:
        return Status(value, group, "SC specific")
    if code < len(meanings):
        return Status(value, group, meanings[code])
    return Status(value, StatusGroup.RESERVED, "reserved")
