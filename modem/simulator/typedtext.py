"""Messages from what a host types in text mode (3GPP TS 27.005 3.1, 4.3). No state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from modem.simulator import charset
from modem.simulator.charset import hex_octets
from modem.simulator.userdata import UDHI, user_data_of, with_user_data
from modem.sms import (
    Address,
    ComposeError,
    Encoding,
    PduError,
    Submit,
    Validity,
    ValidityFormat,
    build_deliver,
    build_submit,
    decode_dcs,
    decode_pdu,
    parse_number,
)
from modem.sms.gsm7 import find_septets

_TIME = re.compile(r"(\d\d)/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)([+-])([0-7]\d)", re.ASCII)
_NEGATIVE_ZONE = 0x08  # 3GPP TS 23.040 9.2.3.11
_MAX_OCTETS = 140  # 23.040 9.2.3.24
_OCTETS_DCS = 0x04
_BACKSPACE = 0x08
_WITHOUT_LINE_ENDS = {ord("\r"): None, ord("\n"): None}
# <fo> of a SUBMIT (23.040 9.2.2.2)
_REJECT_DUPLICATES, _STATUS_REPORT_REQUEST, _REPLY_PATH = 0x04, 0x20, 0x80


class Unwritable(ValueError):
    """What the host gave makes no message."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """+CSMP: what a SUBMIT is made with. `vp` are the octets of TP-VP, of that format."""

    fo: int = 17
    vp_format: ValidityFormat = ValidityFormat.RELATIVE
    vp: bytes = b"\xa7"
    pid: int = 0
    dcs: int = 0


def parse_address(number: str, toa: int | None) -> Address:
    """<da> or <oa> with <toda> or <tooa>: 145 where a `+` leads, else 129 by default.

    Raises Unwritable. With an alphanumeric type the number is a name.
    """
    if toa is not None and Address(number, toa).alphanumeric:
        return Address(number, toa)
    try:
        parsed = parse_number(number.translate(_LOWER_CASE))
    except ComposeError as error:
        raise Unwritable(str(error)) from error
    return parsed if toa is None else Address(parsed.value, toa)


_LOWER_CASE = str.maketrans("ABC", "abc")


def submit(
    to: Address, payload: bytes, parameters: Parameters, te_charset: str, smsc: Address | None
) -> str:
    """The SUBMIT of a text that was typed at the prompt, as PDU; raises Unwritable."""
    if parameters.fo & UDHI:
        head = build_head(to, parameters, smsc)
        user_data = _headed_user_data(payload, parameters.dcs, te_charset)
        pdu = with_user_data(head, user_data, headed=True)
        try:
            return decode_pdu(pdu, from_device=True).pdu
        except PduError as error:  # a header that doesn't fit
            raise Unwritable(str(error)) from error
    return build_head(to, parameters, smsc, _payload(payload, parameters.dcs, te_charset)).pdu


def build_head(
    to: Address, parameters: Parameters, smsc: Address | None, payload: bytes = b""
) -> Submit:
    """A SUBMIT by +CSMP, without a user data header; raises Unwritable."""
    fo = parameters.fo
    form = ValidityFormat(fo >> 3 & 3)
    try:
        return build_submit(
            to,
            validity=Validity(form, parameters.vp if form else b""),
            payload=payload,
            dcs=parameters.dcs,
            pid=parameters.pid,
            reject_duplicates=bool(fo & _REJECT_DUPLICATES),
            status_report_request=bool(fo & _STATUS_REPORT_REQUEST),
            reply_path=bool(fo & _REPLY_PATH),
            smsc=smsc,
        )
    except ComposeError as error:
        raise Unwritable(str(error)) from error


def readdressed(message: Submit, to: Address) -> str:
    """The same to another recipient, as PDU; raises Unwritable."""
    validity = message.validity
    parameters = Parameters(
        message.first_octet, validity.format, validity.octets, message.pid, message.dcs.value
    )
    head = build_head(to, parameters, message.smsc)
    pdu = with_user_data(head, user_data_of(message), headed=message.udhi)
    return pdu.hex().upper()


def deliver(
    sender: Address,
    payload: bytes,
    parameters: Parameters,
    te_charset: str,
    *,
    smsc: Address | None,
    time: datetime,
) -> str:
    """The DELIVER of a text that is stored as one received, as PDU; raises Unwritable."""
    pid, dcs = parameters.pid, parameters.dcs
    typed = _payload(payload, dcs, te_charset)
    try:
        return build_deliver(sender, time, payload=typed, dcs=dcs, pid=pid, smsc=smsc).pdu
    except ComposeError as error:
        raise Unwritable(str(error)) from error


def _headed_user_data(payload: bytes, dcs: int, te_charset: str) -> bytes:
    """TP-UDL and TP-UD of what is typed as octets because it begins with a header (27.005 4.3)."""
    octets = _payload(payload, _OCTETS_DCS, te_charset)
    if not octets or len(octets) > _MAX_OCTETS:
        raise Unwritable("no user data with a header")
    in_septets = decode_dcs(dcs).encoding is Encoding.GSM7
    return bytes((len(octets) * 8 // 7 if in_septets else len(octets),)) + octets


def _payload(payload: bytes, dcs: int, te_charset: str) -> bytes:
    """What was typed: septets, one an octet, or octets; raises Unwritable."""
    is_text = decode_dcs(dcs).encoding is Encoding.GSM7
    in_hex = not is_text or te_charset in (charset.UCS2, charset.HEX)
    text = _typed(payload, te_charset)
    if in_hex:
        text = text.translate(_WITHOUT_LINE_ENDS)
    units = _septets(text, te_charset) if is_text else hex_octets(text)
    if units is None:
        raise Unwritable("what was typed can't be sent")
    return units


def _typed(payload: bytes, te_charset: str) -> str:
    """The characters that are left when each backspace has taken one away.

    In the GSM alphabet that octet is a letter.
    """
    if te_charset == charset.GSM:
        return payload.decode("latin-1")
    kept = bytearray()
    for octet in payload:
        if octet == _BACKSPACE:
            del kept[-1:]
        else:
            kept.append(octet)
    return kept.decode("latin-1")


def _septets(text: str, te_charset: str) -> bytes | None:
    try:
        return find_septets(charset.read(text, te_charset))
    except charset.Unreadable:
        return None


def time_octets(text: str) -> bytes:
    """Seven octets of "yy/MM/dd,hh:mm:ss+zz"; raises Unwritable for what is no date."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise Unwritable("no time string")
    *digits, sign, quarters = match.groups()
    year, *rest = map(int, digits)
    try:
        datetime(2000 + year, *rest)  # type: ignore[arg-type]  # noqa: DTZ001 -- is there such a day?
    except ValueError as error:
        raise Unwritable("no date") from error
    octets = bytes.fromhex("".join(pair[::-1] for pair in (*digits, quarters)))
    return octets[:6] + bytes((octets[6] | (_NEGATIVE_ZONE if sign == "-" else 0),))
