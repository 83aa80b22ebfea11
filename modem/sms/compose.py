"""From a text or octets to PDUs: the fewest parts, no character cut in two. 3GPP TS 23.040 9.2.2.

`compose` is the device's side (SUBMIT); `compose_deliver` and `encode_status_report` are the
network's, for simulators and tests. What is wrong with the arguments is a ComposeError.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from modem.sms import gsm7, ucs2
from modem.sms.address import (
    Address,
    encode_address,
    encode_smsc,
    parse_number,
    parse_sender,
)
from modem.sms.dcs import Encoding, encode_dcs
from modem.sms.errors import ComposeError
from modem.sms.timestamp import encode_timestamp
from modem.sms.tpdu import UDHI
from modem.sms.udh import (
    Concat,
    InformationElement,
    Ports,
    concat_element,
    encode_header,
    ports_element,
)
from modem.sms.userdata import MAX_OCTETS
from modem.sms.validity import seconds_to_relative

Alphabet = Literal["auto", "gsm7", "ucs2", "8bit"]

MAX_PARTS = 255
_RELATIVE_VALIDITY = 0x10
_STATUS_REPORT_REQUEST = 0x20
_NO_MORE_MESSAGES = 0x04


@dataclass(frozen=True, slots=True)
class Part:
    """One PDU of a message.

    `pdu` is upper-case hex with the SMSC octets first, `tpdu_length` the number that AT+CMGS wants;
    `text` or `data` is this part's share, `seq` runs from 1 to `total`.
    """

    pdu: str
    tpdu_length: int
    text: str | None = None
    data: bytes | None = None
    seq: int = 1
    total: int = 1


@dataclass(frozen=True, slots=True)
class _Content:
    """What is sent: septets (one an octet) or octets, uncut."""

    encoding: Encoding
    units: bytes

    def capacity(self, header_octets: int) -> int:
        """How many units fit behind a header."""
        if self.encoding is Encoding.GSM7:
            return MAX_OCTETS * 8 // 7 - (header_octets * 8 + 6) // 7
        return MAX_OCTETS - header_octets

    def pieces(self, capacity: int) -> list[bytes]:
        """The units cut so that no escape sequence and no surrogate pair is parted."""
        units = self.units
        if len(units) <= capacity:
            return [units]
        pieces = []
        start = 0
        while start < len(units):
            end = start + capacity
            if self.encoding is Encoding.UCS2:
                end -= end - start & 1
            if end < len(units):
                if self.encoding is Encoding.GSM7 and units[end - 1] == gsm7.ESCAPE:
                    end -= 1
                elif self.encoding is Encoding.UCS2 and ucs2.ends_in_high_surrogate(
                    units[start:end]
                ):
                    end -= 2
            pieces.append(units[start:end])
            start = end
        return pieces

    def user_data(self, header: bytes, piece: bytes) -> bytes:
        """TP-UDL and TP-UD."""
        if self.encoding is not Encoding.GSM7:
            return bytes((len(header) + len(piece),)) + header + piece
        skipped = (len(header) * 8 + 6) // 7
        packed = gsm7.pack(piece, 7 * skipped)
        return bytes((skipped + len(piece),)) + header + packed[len(header) :]

    def share(self, piece: bytes) -> tuple[str | None, bytes | None]:
        """A piece as text or as data."""
        if self.encoding is Encoding.GSM7:
            return gsm7.decode_septets(piece)[0], None
        if self.encoding is Encoding.UCS2:
            return piece.decode("utf-16-be"), None
        return None, piece


def compose(
    to: str,
    content: str | bytes,
    *,
    alphabet: Alphabet = "auto",
    reference: int = 0,
    status_report: bool = False,
    validity_s: int | None = None,
    message_class: int | None = None,
    ports: Ports | None = None,
) -> tuple[Part, ...]:
    """The SUBMITs that carry a text, or octets, to a number.

    `alphabet="auto"` takes GSM 7-bit where it has all characters, else UCS-2; bytes go as 8-bit.
    `reference` ties the parts of a long message together: 8 bits up to 255, above that 16. TP-MR is
    left to the modem. `validity_s` is rounded up to what a relative TP-VP can say. The SMSC octet
    is 00: the modem uses the number that it has (+CSCA).
    """
    recipient = encode_address(parse_number(to))
    whole = _content(content, alphabet)
    dcs = encode_dcs(whole.encoding, message_class).value
    first = 0x01 | (_STATUS_REPORT_REQUEST if status_report else 0)
    validity = b""
    if validity_s is not None:
        first |= _RELATIVE_VALIDITY
        validity = bytes((seconds_to_relative(validity_s),))
    # TP-MR 00: the modem counts.
    head = b"\x00" + recipient + bytes((0, dcs)) + validity
    return _parts(None, first, head, whole, reference, ports)


def compose_deliver(
    sender: str,
    content: str | bytes,
    *,
    timestamp: datetime,
    alphabet: Alphabet = "auto",
    reference: int = 0,
    smsc: str | None = None,
    message_class: int | None = None,
    ports: Ports | None = None,
) -> tuple[Part, ...]:
    """The DELIVERs that bring a text, or octets, from a sender: a number, a name, or "".

    `timestamp` (aware) is the SCTS of all parts. The rest is as in `compose`.
    """
    origin = encode_address(parse_sender(sender))
    whole = _content(content, alphabet)
    dcs = encode_dcs(whole.encoding, message_class).value
    head = origin + bytes((0, dcs)) + encode_timestamp(timestamp)
    centre = None if smsc is None else parse_number(smsc, "smsc")
    return _parts(centre, _NO_MORE_MESSAGES, head, whole, reference, ports)


def encode_status_report(
    to: str,
    *,
    reference: int,
    timestamp: datetime,
    discharge: datetime,
    status: int = 0,
    smsc: str | None = None,
) -> Part:
    """The STATUS-REPORT on a SUBMIT of that TP-MR: what became of it, and when."""
    for field, value in (("reference", reference), ("status", status)):
        if not 0 <= value <= 255:
            raise ComposeError(field, f"wanted 0 to 255, got {value}")
    tpdu = (
        bytes((0x02 | _NO_MORE_MESSAGES, reference))
        + encode_address(parse_number(to))
        + encode_timestamp(timestamp)
        + encode_timestamp(discharge, "discharge")
        + bytes((status,))
    )
    centre = None if smsc is None else parse_number(smsc, "smsc")
    return Part((encode_smsc(centre) + tpdu).hex().upper(), len(tpdu))


def _content(content: str | bytes, alphabet: Alphabet) -> _Content:
    if isinstance(content, bytes):
        if alphabet not in ("auto", "8bit"):
            raise ComposeError("alphabet", f"octets go as 8bit, not as {alphabet}")
        return _Content(Encoding.EIGHT_BIT, content)
    if alphabet == "8bit":
        raise ComposeError("content", "8bit takes octets, not a text")
    if alphabet not in ("auto", "gsm7", "ucs2"):
        raise ComposeError("alphabet", "wanted auto, gsm7, ucs2 or 8bit")
    try:
        if alphabet != "ucs2":
            return _Content(Encoding.GSM7, gsm7.encode_septets(content))
    except UnicodeEncodeError as error:
        if alphabet == "gsm7":
            raise ComposeError(
                "content", f"character {error.start + 1} isn't in the GSM 7-bit alphabet"
            ) from None
    try:
        return _Content(Encoding.UCS2, ucs2.encode_ucs2(content))
    except UnicodeEncodeError as error:
        raise ComposeError(
            "content", f"character {error.start + 1} is half a surrogate pair"
        ) from None


def _parts(
    smsc: Address | None,
    first: int,
    head: bytes,
    whole: _Content,
    reference: int,
    ports: Ports | None,
) -> tuple[Part, ...]:
    """The PDUs: first octet, `head` (all up to TP-UDL), user data."""
    if not 0 <= reference <= 0xFFFF:
        raise ComposeError("reference", f"wanted 0 to 65535, got {reference}")
    bits = 8 if reference <= 0xFF else 16
    common = () if ports is None else (_checked_ports(ports),)
    pieces = whole.pieces(whole.capacity(len(encode_header(common))))
    if len(pieces) > 1:
        longest = encode_header((concat_element(Concat(reference, 1, 1, bits)), *common))
        pieces = whole.pieces(whole.capacity(len(longest)))
    if len(pieces) > MAX_PARTS:
        raise ComposeError("content", f"{len(pieces)} parts, the most there may be is {MAX_PARTS}")
    centre = encode_smsc(smsc)
    parts = []
    for seq, piece in enumerate(pieces, start=1):
        elements = common
        if len(pieces) > 1:
            concat = Concat(reference, len(pieces), seq, bits)
            elements = (concat_element(concat), *common)
        header = encode_header(elements)
        tpdu = bytes((first | (UDHI if header else 0),)) + head + whole.user_data(header, piece)
        text, data = whole.share(piece)
        parts.append(Part((centre + tpdu).hex().upper(), len(tpdu), text, data, seq, len(pieces)))
    return tuple(parts)


def _checked_ports(ports: Ports) -> InformationElement:
    if ports.bits not in (8, 16):
        raise ComposeError("ports", f"ports have 8 or 16 bits, not {ports.bits}")
    for port in (ports.dst, ports.src):
        if not 0 <= port < 1 << ports.bits:
            raise ComposeError("ports", f"{port} is no port of {ports.bits} bits")
    return ports_element(ports)
