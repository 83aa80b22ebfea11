"""From a text or octets to PDUs: few parts, no character cut in two. 3GPP TS 23.040 9.2.2.

`compose` is the device's side (SUBMIT), `compose_deliver` the network's, for simulators and tests;
`count` says beforehand what a text will take. What is wrong with the arguments is a ComposeError.
Which alphabet, and where it is cut, is `content`'s; other types of TPDU are `build`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modem.sms.address import (
    encode_address,
    encode_smsc,
    parse_number,
    parse_sender,
)
from modem.sms.content import Alphabet, Plan, encode_user_data, plan
from modem.sms.dcs import Encoding, encode_dcs
from modem.sms.layout import NO_MORE_MESSAGES, STATUS_REPORT, UDHI
from modem.sms.timestamp import encode_timestamp
from modem.sms.udh import Ports
from modem.sms.validity import ValidityFormat, seconds_to_relative

if TYPE_CHECKING:
    from datetime import datetime

_RELATIVE_VALIDITY = ValidityFormat.RELATIVE << 3
_NO_SMSC = b"\x00"


class Part(NamedTuple):
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


class Count(NamedTuple):
    """What a content takes: parts, and the units (septets, 16-bit units, octets) of all of them.

    `left` is how many more units fit into the last part: characters, but for those that take two.
    `locking` and `single` are the national tables that it is sent with, 0 for the default ones.
    """

    encoding: Encoding
    parts: int
    units: int
    left: int
    locking: int = 0
    single: int = 0


def count(
    content: str | bytes,
    *,
    alphabet: Alphabet = "auto",
    reference: int = 0,
    ports: Ports | None = None,
) -> Count:
    """How many parts `compose` would make of a content, and how much room is left in the last."""
    planned = plan(content, alphabet, reference, ports)
    cuts = planned.cuts
    last = cuts[-1] - (cuts[-2] if len(cuts) > 1 else 0)
    size = 2 if planned.encoding is Encoding.UCS2 else 1
    return Count(
        planned.encoding,
        len(cuts),
        len(planned.units) // size,
        (planned.capacity - last) // size,
        planned.locking,
        planned.single,
    )


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

    `alphabet="auto"` takes GSM 7-bit where it has all characters, else UCS-2, and national tables
    (23.038 A) where they save a part; "gsm7" and "ucs2" force one of them; "translit" replaces what
    GSM 7-bit lacks by a readable equivalent. Octets go as 8-bit. `reference` ties the parts of a
    long message together: 8 bits up to 255, above that 16. TP-MR is left to the modem. `validity_s`
    is rounded up to what a relative TP-VP can say. The SMSC octet is 00: the modem uses the number
    that it has (+CSCA).
    """
    recipient = encode_address(parse_number(to))
    planned = plan(content, alphabet, reference, ports)
    dcs = encode_dcs(planned.encoding, message_class)
    first = 0x01 | (STATUS_REPORT if status_report else 0)
    validity = b""
    if validity_s is not None:
        first |= _RELATIVE_VALIDITY
        validity = bytes((seconds_to_relative(validity_s),))
    # TP-MR 00: the modem counts.
    head = b"\x00" + recipient + bytes((0, dcs)) + validity
    return _parts(_NO_SMSC, first, head, planned, reference)


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
    planned = plan(content, alphabet, reference, ports)
    dcs = encode_dcs(planned.encoding, message_class)
    head = origin + bytes((0, dcs)) + encode_timestamp(timestamp)
    centre = _NO_SMSC if smsc is None else encode_smsc(parse_number(smsc, "smsc"))
    return _parts(centre, NO_MORE_MESSAGES, head, planned, reference)


def _parts(
    centre: bytes, first: int, head: bytes, planned: Plan, reference: int
) -> tuple[Part, ...]:
    """The PDUs: SMSC, first octet, `head` (all up to TP-UDL), user data."""
    if len(planned.cuts) > 1:
        return _numbered(centre, bytes((first | UDHI,)) + head, planned, reference)
    elements, text = planned.elements, planned.text
    header = bytes((len(elements),)) + elements if elements else b""
    first_octet = bytes((first | UDHI if elements else first,))
    user_data = encode_user_data(planned.encoding, header, planned.units)
    pdu = b"".join((centre, first_octet, head, user_data))
    data = planned.units if text is None else None
    return (Part(pdu.hex().upper(), len(pdu) - len(centre), text, data),)


def _numbered(centre: bytes, head: bytes, planned: Plan, reference: int) -> tuple[Part, ...]:
    """The PDUs of a message of more than one part; `head`: the TPDU up to TP-UDL."""
    encoding, units, text, elements, cuts = planned[:5]
    total = len(cuts)
    # 23.040 9.2.3.24.1, 9.2.3.24.8: identifier, length, reference, parts; the number follows.
    concat = bytes((0, 3, reference) if reference <= 0xFF else (8, 4, *divmod(reference, 256)))
    before = bytes((len(concat) + 2 + len(elements), *concat, total))
    parts = []
    start = shown = 0
    for seq, end in enumerate(cuts, 1):
        piece = units[start:end]
        header = before + bytes((seq,)) + elements
        pdu = b"".join((centre, head, encode_user_data(encoding, header, piece)))
        length = len(pdu) - len(centre)
        if text is None:
            parts.append(Part(pdu.hex().upper(), length, None, piece, seq, total))
        else:
            before_piece, shown = shown, shown + planned.characters(piece)
            share = text[before_piece:shown]
            parts.append(Part(pdu.hex().upper(), length, share, None, seq, total))
        start = end
    return tuple(parts)
