"""The types of TPDU that carry a message, a command, or word of one. 3GPP TS 23.040 9.2.2.

What they have in common is in `message`, what acknowledges them in `reports`; the SMSC octets and
the hex line are `pdu`'s; building is `build`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.sms.address import Address, address_end, decode_address
from modem.sms.layout import (
    ADDRESS,
    LOOP_PREVENTION,
    NO_MORE_MESSAGES,
    REJECT_DUPLICATES,
    REPLY_PATH,
    STATUS_REPORT,
    UDHI,
    VALIDITY,
    check_header,
    cut_off,
    optional_fields,
)
from modem.sms.message import Message
from modem.sms.timestamp import OCTETS as TIME_OCTETS
from modem.sms.timestamp import decode_timestamp
from modem.sms.validity import OCTETS as VALIDITY_OCTETS
from modem.sms.validity import Validity, decode_validity

if TYPE_CHECKING:
    from datetime import datetime
    from typing import ClassVar, Self

    from modem.sms.status import Status


class Addressed(Message):
    """A message to or from somebody."""

    __slots__ = ()

    address_offset: ClassVar[int]
    """Where in the TPDU the address begins."""

    @property
    def address(self) -> Address:
        """The other party."""
        return decode_address(self.octets, self.start + self.address_offset)

    @property
    def number(self) -> str:
        """The other party: with `+` when international, a name when alphanumeric."""
        return decode_address(self.octets, self.start + self.address_offset).number


class Deliver(Addressed):
    """SMS-DELIVER, from the SMSC to the device (9.2.2.1)."""

    __slots__ = ()
    name = "deliver"
    address_offset = 1
    FIELDS = (
        ("first_octet", 1), ("oa", ADDRESS), ("pid", 1), ("dcs", 1), ("scts", 7), ("udl", 1),
    )  # fmt: skip

    @classmethod
    def at(cls, octets: bytes, start: int) -> Self:
        """The DELIVER whose TPDU begins at `start`; PduError if it is cut off before its text."""
        try:
            pid_at = start + 3 + (octets[start + 1] + 1 >> 1)
            udl_at = pid_at + 9
            octets[udl_at]
        except IndexError:
            raise cut_off(cls.name, cls.FIELDS, octets, start) from None
        if octets[start] & UDHI:
            check_header(octets, start, octets[pid_at + 1], udl_at, cls.name)
        return cls(octets, start, pid_at, pid_at + 1, udl_at)

    @property
    def scts(self) -> bytes:
        """TP-SCTS as its seven octets."""
        return self.octets[self.dcs_at + 1 : self.udl_at]

    @property
    def timestamp(self) -> datetime | None:
        """When the SMSC got it; None where `scts` is no date."""
        return decode_timestamp(self.octets[self.dcs_at + 1 : self.udl_at])

    @property
    def more_messages(self) -> bool:
        """TP-MMS: the SMSC has more for this device (the bit is 0 then)."""
        return not self.first_octet & NO_MORE_MESSAGES

    @property
    def loop_prevention(self) -> bool:
        """TP-LP: it was forwarded or sent by a machine, and is not to be answered by one."""
        return bool(self.first_octet & LOOP_PREVENTION)

    @property
    def status_report_indication(self) -> bool:
        """TP-SRI: the sender gets a status report."""
        return bool(self.first_octet & STATUS_REPORT)

    @property
    def reply_path(self) -> bool:
        """TP-RP: an answer may go through the sender's SMSC."""
        return bool(self.first_octet & REPLY_PATH)

    @property
    def key(self) -> bytes:
        """What makes it the same message when it comes again: 32 octets, a SHA-256.

        Over, in this order and as they stand in the PDU: TP-OA (length octet, type octet, value),
        TP-PID, TP-DCS, TP-SCTS; then one octet, 0x40 if TP-UDHI is set, else 0x00; then TP-UDL and
        as many octets of TP-UD as it counts. What may differ in a repeat is left out: the SMSC, the
        other flags (TP-MMS, TP-SRI, TP-RP, TP-LP), the direction bits, and octets behind TP-UD.
        """
        from hashlib import sha256  # loads OpenSSL, which decoding alone doesn't need

        address_to_scts = self.octets[self.start + 1 : self.udl_at]
        tail = bytes((self.first_octet & UDHI, self.udl)) + self.ud
        return sha256(address_to_scts + tail).digest()


class Submit(Addressed):
    """SMS-SUBMIT, from the device to the SMSC (9.2.2.2)."""

    __slots__ = ()
    name = "submit"
    address_offset = 2
    FIELDS = (
        ("first_octet", 1), ("mr", 1), ("da", ADDRESS), ("pid", 1), ("dcs", 1), ("vp", VALIDITY),
        ("udl", 1),
    )  # fmt: skip

    @classmethod
    def at(cls, octets: bytes, start: int) -> Self:
        """The SUBMIT whose TPDU begins at `start`; PduError if it is cut off before its text."""
        try:
            pid_at = start + 4 + (octets[start + 2] + 1 >> 1)
            udl_at = pid_at + 2 + VALIDITY_OCTETS[octets[start] >> 3 & 3]
            octets[udl_at]
        except IndexError:
            raise cut_off(cls.name, cls.FIELDS, octets, start) from None
        if octets[start] & UDHI:
            check_header(octets, start, octets[pid_at + 1], udl_at, cls.name)
        return cls(octets, start, pid_at, pid_at + 1, udl_at)

    @property
    def reference(self) -> int:
        """TP-MR."""
        return self.octets[self.start + 1]

    @property
    def validity(self) -> Validity:
        """TP-VP: how long the SMSC keeps trying."""
        octets = self.octets[self.dcs_at + 1 : self.udl_at]
        return decode_validity(self.first_octet >> 3 & 3, octets)

    @property
    def validity_s(self) -> int | None:
        """How long the SMSC keeps trying, where the PDU says it as a span."""
        return self.validity.seconds

    @property
    def reject_duplicates(self) -> bool:
        """TP-RD: the SMSC refuses a repeat with the same reference."""
        return bool(self.first_octet & REJECT_DUPLICATES)

    @property
    def status_report_request(self) -> bool:
        """TP-SRR: a status report is wanted."""
        return bool(self.first_octet & STATUS_REPORT)

    @property
    def reply_path(self) -> bool:
        """TP-RP: the answer may come through this SMSC."""
        return bool(self.first_octet & REPLY_PATH)


class StatusReport(Addressed):
    """SMS-STATUS-REPORT: what became of a SUBMIT or a COMMAND (9.2.2.3)."""

    __slots__ = ()
    name = "status_report"
    address_offset = 2
    FIELDS = (
        ("first_octet", 1), ("mr", 1), ("ra", ADDRESS), ("scts", 7), ("dt", 7), ("st", 1),
    )  # fmt: skip

    @classmethod
    def at(cls, octets: bytes, start: int) -> Self:
        """The STATUS-REPORT whose TPDU begins at `start`; PduError if it is cut off before TP-ST.

        Fields that TP-PI announces may be missing: the report is whole without them, and modems pad
        it with FF (gammu's tests/at-sms/32.dump), which reads as a TP-PI that goes on for ever.
        """
        try:
            pi_at = address_end(octets, start + 2) + 2 * TIME_OCTETS + 1
            octets[pi_at - 1]
        except IndexError:
            raise cut_off(cls.name, cls.FIELDS, octets, start) from None
        pid_at, dcs_at, udl_at = optional_fields(octets, start, pi_at, pi_at + 1)
        return cls(octets, start, pid_at, dcs_at, udl_at)

    @property
    def reference(self) -> int:
        """TP-MR of the SUBMIT."""
        return self.octets[self.start + 1]

    @property
    def scts_at(self) -> int:
        """Where TP-SCTS stands; TP-DT and TP-ST follow it."""
        return address_end(self.octets, self.start + 2)

    @property
    def pi_at(self) -> int:
        """Where TP-PI stands, if it is there."""
        return self.scts_at + 2 * TIME_OCTETS + 1

    @property
    def timestamp(self) -> datetime | None:
        """When the SMSC got the SUBMIT; None where that is no date."""
        at = self.scts_at
        return decode_timestamp(self.octets[at : at + TIME_OCTETS])

    @property
    def discharge(self) -> datetime | None:
        """When the status came about; None where that is no date."""
        at = self.scts_at + TIME_OCTETS
        return decode_timestamp(self.octets[at : at + TIME_OCTETS])

    @property
    def status(self) -> int:
        """TP-ST (9.2.3.15); `outcome` is what it means."""
        return self.octets[self.pi_at - 1]

    @property
    def outcome(self) -> Status:
        """What TP-ST means."""
        from modem.sms.status import decode_status

        return decode_status(self.status)

    @property
    def parameters(self) -> int | None:
        """TP-PI, None where it is absent; then there is no TP-PID, TP-DCS and TP-UD either."""
        at = self.pi_at
        return self.octets[at] if at < len(self.octets) else None

    @property
    def more_messages(self) -> bool:
        """TP-MMS: the SMSC has more for this device (the bit is 0 then)."""
        return not self.first_octet & NO_MORE_MESSAGES

    @property
    def loop_prevention(self) -> bool:
        """TP-LP: the report is not to be answered by a machine."""
        return bool(self.first_octet & LOOP_PREVENTION)

    @property
    def of_command(self) -> bool:
        """TP-SRQ: it is about a COMMAND, not about a SUBMIT."""
        return bool(self.first_octet & STATUS_REPORT)


class Command(Addressed):
    """SMS-COMMAND: what the device wants done with a SUBMIT that is still at the SMSC (9.2.2.4)."""

    __slots__ = ()
    name = "command"
    address_offset = 5
    # TP-CD has no TP-DCS: it is octets.
    default_dcs = 0x04
    FIELDS = (
        ("first_octet", 1), ("mr", 1), ("pid", 1), ("ct", 1), ("mn", 1), ("da", ADDRESS),
        ("cdl", 1),
    )  # fmt: skip

    @classmethod
    def at(cls, octets: bytes, start: int) -> Self:
        """The COMMAND whose TPDU begins at `start`; PduError if it is cut off before TP-CD."""
        try:
            cdl_at = address_end(octets, start + 5)
            octets[cdl_at]
        except IndexError:
            raise cut_off(cls.name, cls.FIELDS, octets, start) from None
        if octets[start] & UDHI:
            check_header(octets, start, cls.default_dcs, cdl_at, cls.name)
        return cls(octets, start, start + 2, 0, cdl_at)

    @property
    def reference(self) -> int:
        """TP-MR of this COMMAND."""
        return self.octets[self.start + 1]

    @property
    def command_type(self) -> int:
        """TP-CT: what to do (see `modem.sms.command_type`)."""
        return self.octets[self.start + 3]

    @property
    def message_number(self) -> int:
        """TP-MN: the TP-MR of the SUBMIT that it is about."""
        return self.octets[self.start + 4]

    @property
    def status_report_request(self) -> bool:
        """TP-SRR: a status report on this COMMAND is wanted."""
        return bool(self.first_octet & STATUS_REPORT)
