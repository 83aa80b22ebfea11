"""From the values of its fields to a TPDU, for each of the six types. 3GPP TS 23.040 9.2.2.

For who knows which TPDU he wants: the network's side of a simulator, a test, a tool. A text is cut
into SUBMITs by `compose`. The user data is given as a message has it: the header's `elements` and
the `payload`, septets (one an octet) or octets. What can't be written is a ComposeError. The SMSC
octets stand first; without an SMSC they are 00.
"""

from __future__ import annotations

from datetime import datetime

from modem.sms import gsm7
from modem.sms.address import (
    DIGITS,
    MAX_DIGITS,
    MAX_NAME_SEPTETS,
    Address,
    encode_address,
    encode_smsc,
)
from modem.sms.content import encode_user_data
from modem.sms.dcs import Encoding, decode_dcs
from modem.sms.errors import ComposeError
from modem.sms.layout import (
    LOOP_PREVENTION,
    MAX_COMMAND_OCTETS,
    MAX_OCTETS,
    MAX_TPDU_OCTETS,
    NO_MORE_MESSAGES,
    PI_DCS,
    PI_PID,
    PI_UDL,
    REJECT_DUPLICATES,
    REPLY_PATH,
    STATUS_REPORT,
    UDHI,
    octet_septets,
    septet_octets,
)
from modem.sms.reports import DeliverReport, SubmitReport
from modem.sms.timestamp import OCTETS as TIME_OCTETS
from modem.sms.timestamp import encode_timestamp
from modem.sms.tpdu import Command, Deliver, StatusReport, Submit
from modem.sms.udh import InformationElement, encode_header
from modem.sms.validity import OCTETS as VALIDITY_OCTETS
from modem.sms.validity import Validity, ValidityFormat

Elements = tuple[InformationElement, ...]

_NO_VALIDITY = Validity(ValidityFormat.ABSENT)


def build_deliver(
    address: Address,
    timestamp: datetime | bytes,
    *,
    payload: bytes = b"",
    elements: Elements = (),
    dcs: int = 0,
    pid: int = 0,
    more_messages: bool = False,
    loop_prevention: bool = False,
    status_report_indication: bool = False,
    reply_path: bool = False,
    smsc: Address | None = None,
) -> Deliver:
    """A DELIVER; `timestamp` is aware, or the seven octets of one that is no date."""
    flags = (
        (0 if more_messages else NO_MORE_MESSAGES)
        | (LOOP_PREVENTION if loop_prevention else 0)
        | (STATUS_REPORT if status_report_indication else 0)
        | (REPLY_PATH if reply_path else 0)
    )
    rest = (
        _address(address)
        + _octets(pid=pid, dcs=dcs)
        + _time(timestamp, "timestamp")
        + _user_data(dcs, elements, payload)
    )
    centre = _smsc(smsc)
    return Deliver.at(centre + _first(flags, elements) + rest, len(centre))


def build_submit(
    address: Address,
    *,
    reference: int = 0,
    validity: Validity = _NO_VALIDITY,
    payload: bytes = b"",
    elements: Elements = (),
    dcs: int = 0,
    pid: int = 0,
    reject_duplicates: bool = False,
    status_report_request: bool = False,
    reply_path: bool = False,
    smsc: Address | None = None,
) -> Submit:
    """A SUBMIT; see `Validity.relative`, `.absolute` and `.enhanced`."""
    wanted = VALIDITY_OCTETS[ValidityFormat(validity.format)]
    if len(validity.octets) != wanted:
        raise ComposeError("validity", f"wanted {wanted} octets, got {len(validity.octets)}")
    flags = (
        0x01
        | (REJECT_DUPLICATES if reject_duplicates else 0)
        | validity.format << 3
        | (STATUS_REPORT if status_report_request else 0)
        | (REPLY_PATH if reply_path else 0)
    )
    rest = (
        _octets(reference=reference)
        + _address(address)
        + _octets(pid=pid, dcs=dcs)
        + validity.octets
        + _user_data(dcs, elements, payload)
    )
    centre = _smsc(smsc)
    return Submit.at(centre + _first(flags, elements) + rest, len(centre))


def build_status_report(
    address: Address,
    timestamp: datetime | bytes,
    discharge: datetime | bytes,
    *,
    reference: int,
    status: int = 0,
    pid: int | None = None,
    dcs: int | None = None,
    payload: bytes | None = None,
    elements: Elements = (),
    more_messages: bool = False,
    loop_prevention: bool = False,
    of_command: bool = False,
    parameters: bool = False,
    smsc: Address | None = None,
) -> StatusReport:
    """A STATUS-REPORT on the SUBMIT of that TP-MR.

    TP-PI is there if one of its fields is, or if `parameters` says so.
    """
    flags = (
        0x02
        | (0 if more_messages else NO_MORE_MESSAGES)
        | (LOOP_PREVENTION if loop_prevention else 0)
        | (STATUS_REPORT if of_command else 0)
    )
    optional = _optional(pid, dcs, payload, elements)
    rest = (
        _octets(reference=reference)
        + _address(address)
        + _time(timestamp, "timestamp")
        + _time(discharge, "discharge")
        + _octets(status=status)
        + (optional if optional[0] or parameters else b"")
    )
    centre = _smsc(smsc)
    return StatusReport.at(centre + _bounded(_first(flags, elements) + rest), len(centre))


def build_deliver_report(
    *,
    failure: int | None = None,
    pid: int | None = None,
    dcs: int | None = None,
    payload: bytes | None = None,
    elements: Elements = (),
    smsc: Address | None = None,
) -> DeliverReport:
    """A DELIVER-REPORT: an acknowledgement, or with `failure` (TP-FCS, 128 to 255) a refusal."""
    rest = _failure(failure) + _optional(pid, dcs, payload, elements)
    centre = _smsc(smsc)
    return DeliverReport.at(centre + _bounded(_first(0x00, elements) + rest), len(centre))


def build_submit_report(
    timestamp: datetime | bytes,
    *,
    failure: int | None = None,
    pid: int | None = None,
    dcs: int | None = None,
    payload: bytes | None = None,
    elements: Elements = (),
    smsc: Address | None = None,
) -> SubmitReport:
    """A SUBMIT-REPORT: an acknowledgement, or with `failure` (TP-FCS, 128 to 255) a refusal."""
    optional = _optional(pid, dcs, payload, elements)
    rest = _failure(failure) + optional[:1] + _time(timestamp, "timestamp") + optional[1:]
    centre = _smsc(smsc)
    return SubmitReport.at(centre + _bounded(_first(0x01, elements) + rest), len(centre))


def build_command(
    address: Address,
    *,
    reference: int,
    command_type: int,
    message_number: int,
    pid: int = 0,
    data: bytes = b"",
    elements: Elements = (),
    status_report_request: bool = False,
    smsc: Address | None = None,
) -> Command:
    """A COMMAND about the SUBMIT whose TP-MR was `message_number`."""
    rest = (
        _octets(
            reference=reference, pid=pid, command_type=command_type, message_number=message_number
        )
        + _address(address)
        + _user_data(Command.default_dcs, elements, data, MAX_COMMAND_OCTETS)
    )
    centre = _smsc(smsc)
    first = _first(0x02 | (STATUS_REPORT if status_report_request else 0), elements)
    return Command.at(centre + first + rest, len(centre))


def _first(flags: int, elements: Elements) -> bytes:
    return bytes((flags | (UDHI if elements else 0),))


def _bounded(tpdu: bytes) -> bytes:
    """A TPDU whose user data is bounded by its own length."""
    if len(tpdu) > MAX_TPDU_OCTETS:
        wrong = f"{len(tpdu)} octets of TPDU, the most there may be is {MAX_TPDU_OCTETS}"
        raise ComposeError("payload", wrong)
    return tpdu


def _octets(**values: int) -> bytes:
    for field, value in values.items():
        if not 0 <= value <= 255:
            raise ComposeError(field, f"wanted 0 to 255, got {value}")
    return bytes(values.values())


def _time(moment: datetime | bytes, field: str) -> bytes:
    if isinstance(moment, datetime):
        return encode_timestamp(moment, field)
    if len(moment) != TIME_OCTETS:
        raise ComposeError(field, f"wanted {TIME_OCTETS} octets, got {len(moment)}")
    return moment


def _failure(cause: int | None) -> bytes:
    if cause is None:
        return b""
    if not 128 <= cause <= 255:
        raise ComposeError("failure", f"wanted 128 to 255, got {cause}")
    return bytes((cause,))


def _optional(pid: int | None, dcs: int | None, payload: bytes | None, elements: Elements) -> bytes:
    """TP-PI and what it announces."""
    if payload is None and elements:
        raise ComposeError("elements", "a header needs user data: give a payload, if only b''")
    indicator = (
        (0 if pid is None else PI_PID)
        | (0 if dcs is None else PI_DCS)
        | (0 if payload is None else PI_UDL)
    )
    there = {name: value for name, value in (("pid", pid), ("dcs", dcs)) if value is not None}
    fields = bytes((indicator,)) + _octets(**there)
    if payload is None:
        return fields
    return fields + _user_data(dcs or 0, elements, payload, MAX_TPDU_OCTETS)


def _user_data(
    dcs: int, elements: Elements, payload: bytes, most_octets: int = MAX_OCTETS
) -> bytes:
    for iei, data in elements:
        if not 0 <= iei <= 255 or len(data) > 255:
            raise ComposeError("elements", f"element {iei} of {len(data)} octets can't be written")
    encoding = decode_dcs(dcs).encoding
    if encoding is Encoding.GSM7 and not payload.isascii():
        raise ComposeError("payload", "a septet has seven bits")
    header_octets = sum(2 + len(data) for _, data in elements) + bool(elements)
    octets = header_octets + len(payload)
    if encoding is Encoding.GSM7:
        octets = septet_octets(octet_septets(header_octets) + len(payload))
    if octets > most_octets:
        wrong = f"{octets} octets with the header, the most there may be is {most_octets}"
        raise ComposeError("payload", wrong)
    return encode_user_data(encoding, encode_header(elements), payload)


def _smsc(smsc: Address | None) -> bytes:
    if smsc is not None:
        _check_number(smsc, "smsc")
    return encode_smsc(smsc)


def _address(address: Address) -> bytes:
    if 0 <= address.toa <= 255 and address.alphanumeric:
        septets = gsm7.gsm7_length(address.value)
        if septets is None or septets > MAX_NAME_SEPTETS:
            wanted = f"wanted at most {MAX_NAME_SEPTETS} septets of the GSM 7-bit alphabet"
            raise ComposeError("address", wanted)
    else:
        _check_number(address, "address")
    return encode_address(address)


def _check_number(address: Address, field: str) -> None:
    value, toa = address
    if not 0 <= toa <= 255:
        raise ComposeError(field, f"type of address {toa}, wanted 0 to 255")
    if len(value) > MAX_DIGITS or any(digit not in DIGITS for digit in value):
        raise ComposeError(field, f"wanted at most {MAX_DIGITS} digits (0-9, *, #, a, b, c)")
