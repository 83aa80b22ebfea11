"""TP-CT: what a COMMAND wants done with a message at the SMSC. 3GPP TS 23.040 9.2.3.19."""

from __future__ import annotations

from enum import IntEnum


class CommandType(IntEnum):
    """The commands that are defined; each is about the SUBMIT that TP-MN names."""

    ENQUIRY = 0
    """What became of it? The answer is a STATUS-REPORT."""
    CANCEL_STATUS_REPORT = 1
    DELETE = 2
    ENABLE_STATUS_REPORT = 3


_MEANINGS = {
    CommandType.ENQUIRY: "enquiry about a submitted message",
    CommandType.CANCEL_STATUS_REPORT: "cancel the status report request of a submitted message",
    CommandType.DELETE: "delete a submitted message",
    CommandType.ENABLE_STATUS_REPORT: "request a status report of a submitted message",
}


def command_meaning(value: int) -> str:
    """What a TP-CT octet means, in a few words.

    The standard calls 0x04 to 0x1F reserved and says nothing of 0x20 to 0xDF.
    """
    if value in _MEANINGS:
        return _MEANINGS[CommandType(value)]
    if value >= 0xE0:
        return "SC specific"
    return "reserved" if value < 0x20 else "undefined"
