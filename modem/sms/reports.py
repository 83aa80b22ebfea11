"""The TPDUs that acknowledge a message between device and SMSC. 3GPP TS 23.040 9.2.2.1a, 9.2.2.2a.

A modem hardly ever shows them: they go between it and the network, and AT+CNMA takes the device's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.sms.layout import cut_off, optional_fields
from modem.sms.message import Message
from modem.sms.timestamp import OCTETS as TIME_OCTETS
from modem.sms.timestamp import decode_timestamp

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from modem.sms.failure import FailureCause


def _fields(octets: bytes, start: int) -> tuple[tuple[str, int], ...]:
    """The fields up to TP-PI: with a TP-FCS where its place holds one."""
    refused = octets[start + 1 : start + 2] >= b"\x80"
    return (("first_octet", 1), *((("fcs", 1),) if refused else ()), ("pi", 1))


class Report(Message):
    """What DELIVER-REPORT and SUBMIT-REPORT have in common."""

    __slots__ = ()

    @property
    def failure(self) -> int | None:
        """TP-FCS, why it was refused (RP-ERROR); None in an acknowledgement (RP-ACK).

        Nothing in the TPDU says which of the two it is. A cause is 0x80 or more (9.2.3.22), and a
        TP-PI, which stands there in an acknowledgement, is less as long as no second one exists.
        """
        octet = self.octets[self.start + 1]
        return octet if octet & 0x80 else None

    @property
    def cause(self) -> FailureCause | None:
        """What TP-FCS means."""
        from modem.sms.failure import decode_failure

        failure = self.failure
        return None if failure is None else decode_failure(failure)

    @property
    def pi_at(self) -> int:
        """Where TP-PI stands."""
        return self.start + (1 if self.failure is None else 2)

    @property
    def parameters(self) -> int:
        """TP-PI: which of TP-PID, TP-DCS and TP-UD are there (bits 0, 1 and 2)."""
        return self.octets[self.pi_at]


class DeliverReport(Report):
    """SMS-DELIVER-REPORT: the device's answer to a DELIVER (9.2.2.1a)."""

    __slots__ = ()
    name = "deliver_report"

    @classmethod
    def at(cls, octets: bytes, start: int) -> Self:
        """The DELIVER-REPORT whose TPDU begins at `start`; PduError if it is cut off."""
        fields = _fields(octets, start)
        pi_at = start + len(fields) - 1
        if pi_at >= len(octets):
            raise cut_off(cls.name, fields, octets, start)
        pid_at, dcs_at, udl_at = optional_fields(octets, start, pi_at, pi_at + 1)
        return cls(octets, start, pid_at, dcs_at, udl_at)


class SubmitReport(Report):
    """SMS-SUBMIT-REPORT: the SMSC's answer to a SUBMIT or a COMMAND (9.2.2.2a)."""

    __slots__ = ()
    name = "submit_report"

    @classmethod
    def at(cls, octets: bytes, start: int) -> Self:
        """The SUBMIT-REPORT whose TPDU begins at `start`; PduError if it is cut off."""
        fields = (*_fields(octets, start), ("scts", TIME_OCTETS))
        pi_at = start + len(fields) - 2
        if pi_at + TIME_OCTETS >= len(octets):
            raise cut_off(cls.name, fields, octets, start)
        after = pi_at + 1 + TIME_OCTETS
        pid_at, dcs_at, udl_at = optional_fields(octets, start, pi_at, after)
        return cls(octets, start, pid_at, dcs_at, udl_at)

    @property
    def scts(self) -> bytes:
        """TP-SCTS as its seven octets."""
        at = self.pi_at + 1
        return self.octets[at : at + TIME_OCTETS]

    @property
    def timestamp(self) -> datetime | None:
        """When the SMSC got the SUBMIT; None where that is no date."""
        return decode_timestamp(self.scts)
