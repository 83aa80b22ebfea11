"""The TPDU types as values, and how each is read. 3GPP TS 23.040 9.2.2.

DELIVER, SUBMIT and STATUS-REPORT. The SMSC octets and the hex line are `pdu`'s; building is
`compose`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modem.sms.address import Address, read_address
from modem.sms.dcs import Dcs, Encoding, decode_dcs
from modem.sms.reader import Reader
from modem.sms.timestamp import read_timestamp
from modem.sms.udh import Concat, InformationElement, Ports
from modem.sms.userdata import NO_USER_DATA, UserData, read_user_data
from modem.sms.validity import Validity, ValidityFormat, read_validity

UDHI = 0x40


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What all types have. `tpdu`: the octets without the SMSC's; `warnings`: what was odd."""

    smsc: Address | None
    tpdu: bytes
    address: Address
    pid: int
    dcs: Dcs
    user_data: UserData
    warnings: tuple[str, ...] = ()

    @property
    def first_octet(self) -> int:
        """The octet with the type and the flags."""
        return self.tpdu[0]

    @property
    def tpdu_length(self) -> int:
        """The octets without the SMSC's: the number that AT+CMGS wants and +CMGL gives."""
        return len(self.tpdu)

    @property
    def number(self) -> str:
        """The other party: with `+` when international, a name when alphanumeric."""
        return self.address.number

    @property
    def udhi(self) -> bool:
        """Whether a user data header is announced."""
        return bool(self.tpdu[0] & UDHI)

    @property
    def udh(self) -> tuple[InformationElement, ...]:
        """All elements of the user data header."""
        return self.user_data.header.elements

    @property
    def concat(self) -> Concat | None:
        """Which part of which message this is; None if it is a whole one."""
        return self.user_data.header.concat

    @property
    def ports(self) -> Ports | None:
        """The application it is for, if any."""
        return self.user_data.header.ports

    @property
    def text(self) -> str | None:
        """The text; None when the user data is no text (see `data`)."""
        return self.user_data.text

    @property
    def data(self) -> bytes | None:
        """The octets of an 8-bit or compressed message behind the header; None for a text."""
        return self.user_data.data

    @property
    def encoding(self) -> Encoding:
        """How the user data was read."""
        return self.dcs.encoding

    @property
    def message_class(self) -> int | None:
        """0 to 3, or None: see `Dcs`."""
        return self.dcs.message_class


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(Message):
    """SMS-DELIVER, from the SMSC to the device (9.2.2.1); `scts`: `timestamp` as seven octets."""

    timestamp: datetime | None
    scts: bytes

    @property
    def more_messages(self) -> bool:
        """TP-MMS: the SMSC has more for this device (the bit is 0 then)."""
        return not self.tpdu[0] & 0x04

    @property
    def status_report_indication(self) -> bool:
        """TP-SRI: the sender gets a status report."""
        return bool(self.tpdu[0] & 0x20)

    @property
    def reply_path(self) -> bool:
        """TP-RP: an answer may go through the sender's SMSC."""
        return bool(self.tpdu[0] & 0x80)

    @property
    def key(self) -> bytes:
        """What makes it the same message when it comes again: 32 octets, a SHA-256.

        Over, in this order and as they stand in the PDU: TP-OA (length octet, type octet, value),
        TP-PID, TP-DCS, TP-SCTS; then one octet, 0x40 if TP-UDHI is set, else 0x00; then TP-UDL and
        as many octets of TP-UD as it counts. What may differ in a repeat is left out: the SMSC, the
        other flags (TP-MMS, TP-SRI, TP-RP, TP-LP), the direction bits, and octets behind TP-UD.
        """
        from hashlib import sha256  # loads OpenSSL, which decoding alone doesn't need

        address_to_scts = self.tpdu[1 : 3 + (self.tpdu[1] + 1) // 2 + 2 + len(self.scts)]
        user_data = self.user_data
        tail = bytes((self.tpdu[0] & UDHI, user_data.length)) + user_data.octets
        return sha256(address_to_scts + tail).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Message):
    """SMS-SUBMIT, from the device to the SMSC (9.2.2.2); `reference` is TP-MR."""

    reference: int
    validity: Validity

    @property
    def validity_s(self) -> int | None:
        """How long the SMSC keeps trying, where the PDU says it as a span."""
        return self.validity.seconds

    @property
    def reject_duplicates(self) -> bool:
        """TP-RD: the SMSC refuses a repeat with the same reference."""
        return bool(self.tpdu[0] & 0x04)

    @property
    def status_report_request(self) -> bool:
        """TP-SRR: a status report is wanted."""
        return bool(self.tpdu[0] & 0x20)

    @property
    def reply_path(self) -> bool:
        """TP-RP: the answer may come through this SMSC."""
        return bool(self.tpdu[0] & 0x80)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport(Message):
    """SMS-STATUS-REPORT: what became of a SUBMIT (9.2.2.3).

    `reference` is the TP-MR of that SUBMIT, `status` TP-ST (9.2.3.15), `timestamp` when the SMSC
    got it, `discharge` when that status came about. `parameters` is TP-PI, None where it is absent;
    then TP-PID and TP-DCS, which it announces, are zero.
    """

    reference: int
    status: int
    timestamp: datetime | None
    discharge: datetime | None
    parameters: int | None = None

    @property
    def more_messages(self) -> bool:
        """TP-MMS: the SMSC has more for this device (the bit is 0 then)."""
        return not self.tpdu[0] & 0x04


def read_deliver(reader: Reader, smsc: Address | None) -> Deliver:
    """The DELIVER at the reader's position, up to the end."""
    start = reader.position
    first = reader.octet("first_octet")
    address = read_address(reader, "oa")
    pid = reader.octet("pid")
    dcs = decode_dcs(reader.octet("dcs"))
    scts_start = reader.position
    timestamp = read_timestamp(reader, "scts")
    scts = reader.octets[scts_start : reader.position]
    user_data = read_user_data(reader, dcs, with_header=bool(first & UDHI))
    return Deliver(
        smsc=smsc,
        tpdu=reader.octets[start:],
        address=address,
        pid=pid,
        dcs=dcs,
        timestamp=timestamp,
        scts=scts,
        user_data=user_data,
        warnings=tuple(reader.warnings),
    )


def read_submit(reader: Reader, smsc: Address | None) -> Submit:
    """The SUBMIT at the reader's position, up to the end."""
    start = reader.position
    first = reader.octet("first_octet")
    reference = reader.octet("mr")
    address = read_address(reader, "da")
    pid = reader.octet("pid")
    dcs = decode_dcs(reader.octet("dcs"))
    validity = read_validity(reader, ValidityFormat(first >> 3 & 3))
    user_data = read_user_data(reader, dcs, with_header=bool(first & UDHI))
    return Submit(
        smsc=smsc,
        tpdu=reader.octets[start:],
        reference=reference,
        address=address,
        pid=pid,
        dcs=dcs,
        validity=validity,
        user_data=user_data,
        warnings=tuple(reader.warnings),
    )


def read_status_report(reader: Reader, smsc: Address | None) -> StatusReport:
    """The STATUS-REPORT at the reader's position, up to the end."""
    start = reader.position
    first = reader.octet("first_octet")
    reference = reader.octet("mr")
    address = read_address(reader, "ra")
    timestamp = read_timestamp(reader, "scts")
    discharge = read_timestamp(reader, "dt")
    status = reader.octet("st")
    parameters = reader.octet("pi") if reader.left else None
    pid, dcs, user_data = _read_parameters(reader, first, parameters)
    return StatusReport(
        smsc=smsc,
        tpdu=reader.octets[start:],
        reference=reference,
        address=address,
        timestamp=timestamp,
        discharge=discharge,
        status=status,
        parameters=parameters,
        pid=pid,
        dcs=dcs,
        user_data=user_data,
        warnings=tuple(reader.warnings),
    )


def _read_parameters(
    reader: Reader, first: int, parameters: int | None
) -> tuple[int, Dcs, UserData]:
    """The fields that TP-PI announces (9.2.3.27).

    Where the report ends before them a warning says so, in strict decoding as well: the report is
    whole without them, and modems pad it with FF (gammu's tests/at-sms/32.dump), which reads as a
    TP-PI that goes on for ever.
    """
    pid, dcs, user_data = 0, decode_dcs(0), NO_USER_DATA
    indicator = parameters or 0
    while indicator & 0x80 and reader.left:
        indicator = reader.octet("pi")
    announced = parameters or 0
    if announced & 0x01 and _announced(reader, "pid"):
        pid = reader.octet("pid")
    if announced & 0x02 and _announced(reader, "dcs"):
        dcs = decode_dcs(reader.octet("dcs"))
    if announced & 0x04 and _announced(reader, "udl"):
        user_data = read_user_data(reader, dcs, with_header=bool(first & UDHI))
    return pid, dcs, user_data


def _announced(reader: Reader, field: str) -> bool:
    if not reader.left:
        reader.remark(field, reader.position, "announced by TP-PI, but not there")
    return bool(reader.left)
