"""The bits of the first octet and of TP-PI, with what they say. 3GPP TS 23.040 9.2.2, 9.2.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from modem.sms.message import Message
from modem.sms.reports import DeliverReport, SubmitReport
from modem.sms.tpdu import Command, Deliver, StatusReport, Submit


class Flag(NamedTuple):
    """A field of one bit or two within an octet: what each of its values says.

    Where `meanings` is shorter than the values, the field is spare, and told if it isn't zero.
    """

    mask: int
    name: str
    meanings: tuple[str, ...]


_MMS = Flag(0x04, "TP-MMS", ("more messages wait at the SMSC", "no more messages wait"))
_LP = Flag(0x08, "TP-LP", ("not forwarded", "forwarded or spawned, not to be answered"))
_SRR = Flag(0x20, "TP-SRR", ("no status report wanted", "a status report is wanted"))
_UDHI = Flag(0x40, "TP-UDHI", ("no header", "the user data begins with a header"))
_RP = Flag(0x80, "TP-RP", ("no reply path", "a reply path is set"))
_VPF = Flag(0x18, "TP-VPF", ("no TP-VP", "enhanced TP-VP", "relative TP-VP", "absolute TP-VP"))
_RD = Flag(0x04, "TP-RD", ("duplicates are accepted", "duplicates are to be rejected"))
_SRI = Flag(0x20, "TP-SRI", ("the sender gets no status report", "the sender gets a status report"))
_SRQ = Flag(0x20, "TP-SRQ", ("about a SUBMIT", "about a COMMAND"))


def _mti(*meanings: str) -> Flag:
    return Flag(0x03, "TP-MTI", meanings)


def _spare(mask: int) -> Flag:
    return Flag(mask, "spare", ("",))


_FROM_NETWORK = _mti("DELIVER", "SUBMIT-REPORT", "STATUS-REPORT", "reserved, read as DELIVER")
_FROM_DEVICE = _mti("DELIVER-REPORT", "SUBMIT", "COMMAND")

_FIRST_OCTETS: dict[type[Message], tuple[Flag, ...]] = {
    Deliver: (_FROM_NETWORK, _MMS, _LP, _spare(0x10), _SRI, _UDHI, _RP),
    Submit: (_FROM_DEVICE, _RD, _VPF, _SRR, _UDHI, _RP),
    StatusReport: (_FROM_NETWORK, _MMS, _LP, _spare(0x10), _SRQ, _UDHI, _spare(0x80)),
    Command: (_FROM_DEVICE, _spare(0x1C), _SRR, _UDHI, _spare(0x80)),
    DeliverReport: (_FROM_DEVICE, _spare(0x3C), _UDHI, _spare(0x80)),
    SubmitReport: (_FROM_NETWORK, _spare(0x3C), _UDHI, _spare(0x80)),
}
_PARAMETERS = (
    Flag(0x01, "TP-PID", ("not there", "follows")),
    Flag(0x02, "TP-DCS", ("not there", "follows")),
    Flag(0x04, "TP-UDL", ("not there", "follows")),
    _spare(0x78),
    Flag(0x80, "extension", ("no further TP-PI", "a further TP-PI follows")),
)


def first_octet_flags(message: Message) -> Iterator[tuple[int, str]]:
    """The fields of the first octet, as masks and words, from the lowest bit."""
    return _told(message.first_octet, _FIRST_OCTETS[type(message)])


def parameter_flags(parameters: int) -> Iterator[tuple[int, str]]:
    """What TP-PI announces, as masks and words, from the lowest bit."""
    return _told(parameters, _PARAMETERS)


def _told(octet: int, flags: tuple[Flag, ...]) -> Iterator[tuple[int, str]]:
    for mask, name, meanings in flags:
        value = (octet & mask) // (mask & -mask)
        if value < len(meanings):
            if meanings[value]:
                yield mask, f"{name}: {meanings[value]}"
        else:
            yield mask, f"{name}: should be zero, ignored"
