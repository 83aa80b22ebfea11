"""From what an operator submits to the DELIVER that goes over the air. Pure.

Choices where the documents are silent: a text that GSM 7-bit can't write goes as UCS-2 where no
`dcs` says otherwise, a text that doesn't fit into one SMS is refused, and octets (8-bit `dcs`) are
taken as hex, only where the platform was told to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from hil.emnify.simulator.errors import ErrorKind, Invalid, Refused
from modem.sms import (
    Address,
    ComposeError,
    Encoding,
    InformationElement,
    build_deliver,
    decode_dcs,
    parse_number,
)
from modem.sms.gsm7 import find_septets
from modem.sms.ucs2 import encode_ucs2
from modem.sms.udh import decode_header

# "max 160 characters for one SMS" (API, SMS).
MAX_CHARACTERS = 160
# The ids of `source_address_type` are TP-OA's type octets: 0x91, 0xA1 and 0xD0.
INTERNATIONAL, NATIONAL, ALPHANUMERIC = 145, 161, 208
ADDRESS_TYPES = {
    INTERNATIONAL: "International",
    NATIONAL: "National",
    ALPHANUMERIC: "Alphanumeric",
}
# "Number (max. 17 digits) or alphanumeric (max. 11 characters)" (portal).
_NUMBER = re.compile(r"\+?[0-9]{1,17}")
_MAX_NAME = 11
_UCS2_DCS = 8


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What an operator wants sent; None is "not said"."""

    payload: str
    source: str = ""
    source_type: int | None = None
    udh: str = ""
    dcs: int | None = None


def sender_of(wanted: Outgoing) -> Address:
    """TP-OA. Without a type it is told by its look; an empty one is "National", as observed."""
    source, kind = wanted.source, wanted.source_type
    if kind is None:
        kind = ALPHANUMERIC if source and not _NUMBER.fullmatch(source) else NATIONAL
        kind = INTERNATIONAL if source.startswith("+") else kind
    if kind not in ADDRESS_TYPES:
        raise Invalid("source_address_type", f"id {kind} is none of 145, 161, 208")
    if kind == ALPHANUMERIC:
        if not source or len(source) > _MAX_NAME or find_septets(source) is None:
            raise Invalid("source_address", "wanted 1 to 11 characters of the GSM alphabet")
    elif source and not _NUMBER.fullmatch(source):
        raise Invalid("source_address", "wanted at most 17 digits")
    return Address(source.removeprefix("+"), kind)


def user_data_of(wanted: Outgoing, *, unverified: bool) -> tuple[int, bytes]:
    """TP-DCS and the payload's septets or octets."""
    text, dcs = wanted.payload, wanted.dcs
    if dcs is None:
        dcs = 0 if find_septets(text) is not None else _UCS2_DCS
    encoding = decode_dcs(dcs).encoding
    if encoding is Encoding.GSM7:
        septets = find_septets(text)
        if septets is None:
            raise Invalid("payload", "has characters that GSM 7-bit lacks; dcs 8 is UCS-2")
        return dcs, septets
    if encoding is Encoding.UCS2:
        return dcs, encode_ucs2(text)
    if not unverified:
        raise Refused(
            ErrorKind.NOT_ALLOWED,
            "How the platform takes binary payloads is not documented; start the simulated one "
            "with --unverified to have them taken as hex",
        )
    try:
        return dcs, bytes.fromhex(text)
    except ValueError as error:
        raise Invalid("payload", "wanted octets in hex") from error


def header_of(udh: str) -> tuple[InformationElement, ...]:
    """The elements of a user data header in hex, its length octet first."""
    try:
        octets = bytes.fromhex(udh)
    except ValueError as error:
        raise Invalid("udh", "wanted hex") from error
    if not octets:
        return ()
    if len(octets) != octets[0] + 1:
        raise Invalid("udh", f"its length octet says {octets[0]}, there are {len(octets) - 1}")
    header = decode_header(octets, 1, len(octets))
    if sum(2 + len(element.data) for element in header.elements) != octets[0]:
        raise Invalid("udh", "its elements don't fill it")
    return header.elements


def deliver_pdu(
    wanted: Outgoing, time: datetime, smsc: str, *, unverified: bool
) -> tuple[int, str]:
    """TP-DCS, and SMSC and TPDU in hex. Raises Invalid, or Refused for what isn't allowed."""
    binary = wanted.dcs is not None and decode_dcs(wanted.dcs).encoding is Encoding.EIGHT_BIT
    if len(wanted.payload) > MAX_CHARACTERS and not binary:
        raise Invalid("payload", f"has {len(wanted.payload)} characters, the most is 160")
    sender, elements = sender_of(wanted), header_of(wanted.udh)
    dcs, payload = user_data_of(wanted, unverified=unverified)
    try:
        message = build_deliver(
            sender,
            time,
            payload=payload,
            elements=elements,
            dcs=dcs,
            smsc=parse_number(smsc, "smsc"),
        )
    except ComposeError as error:
        raise Invalid("payload", f"doesn't fit into one SMS: {error}") from error
    return dcs, message.pdu
