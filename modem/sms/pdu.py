"""From a PDU, as a modem shows it or as octets, to a message: SMSC, then the type, then the TPDU.

3GPP TS 27.005 3.1 (the hex line), 3GPP TS 23.040 9.2.3.1 (which type it is).
"""

from __future__ import annotations

from modem.sms.address import read_smsc
from modem.sms.errors import PduError
from modem.sms.reader import Reader
from modem.sms.tpdu import (
    Deliver,
    StatusReport,
    Submit,
    read_deliver,
    read_status_report,
    read_submit,
)


def decode_pdu(
    pdu: str | bytes, *, from_device: bool = False, has_smsc: bool = True, strict: bool = False
) -> Deliver | Submit | StatusReport:
    """The message in a PDU: a hex line (blanks around it are ignored) or octets.

    `has_smsc` says that the SMSC octets come first, as in +CMGR, +CMGL, +CMT and +CDS.
    `from_device` says that a device sent it: the two type bits mean one thing each way. Without it,
    SUBMIT is read too, since modems list what was stored for sending. Lenient decoding reads what a
    phone would show and says in `warnings` what was odd; `strict` makes each breach of the standard
    a PduError.

    Raises PduError, and nothing else, for octets that can't be read.
    """
    reader = Reader(_octets(pdu), strict=strict)
    smsc = read_smsc(reader) if has_smsc else None
    if not reader.left:
        raise reader.error("first_octet", reader.position, "wanted 1 octet, 0 left")
    type_bits = reader.octets[reader.position] & 3
    if type_bits == 1:
        reader.name = "submit"
        return read_submit(reader, smsc)
    if from_device:
        kind = ("a DELIVER-REPORT", "", "a COMMAND", "reserved")[type_bits]
        raise reader.error("first_octet", reader.position, f"message type {type_bits} is {kind}")
    if type_bits == 2:
        reader.name = "status_report"
        return read_status_report(reader, smsc)
    reader.name = "deliver"
    if type_bits == 3:
        # 9.2.3.1: a device processes the reserved type as if it were a DELIVER.
        reader.defect("first_octet", reader.position, "reserved message type 3, read as a DELIVER")
    return read_deliver(reader, smsc)


def _octets(pdu: str | bytes) -> bytes:
    if isinstance(pdu, bytes):
        return pdu
    digits = pdu.strip()
    try:
        octets = bytes.fromhex(digits)
    except ValueError:
        octets = b""
    # fromhex lets blanks between octets pass, which no modem writes.
    if len(octets) * 2 == len(digits):
        return octets
    for position, digit in enumerate(digits):
        if digit not in "0123456789abcdefABCDEF":
            raise PduError("pdu", position // 2, f"character {position + 1} is no hex digit")
    raise PduError("pdu", len(digits) // 2, "an odd number of hex digits")
