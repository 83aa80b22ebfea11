"""From a PDU, as a modem shows it or as octets, to a message: SMSC, then the type, then the TPDU.

3GPP TS 27.005 3.1 (the hex line), 3GPP TS 23.040 9.2.3.1 (which type it is).
"""

from __future__ import annotations

from modem.sms.address import MAX_DIGITS
from modem.sms.errors import PduError
from modem.sms.layout import shortage
from modem.sms.reports import DeliverReport, SubmitReport
from modem.sms.tpdu import Command, Deliver, StatusReport, Submit

AnyMessage = Deliver | Submit | StatusReport | Command | DeliverReport | SubmitReport


def decode_pdu(
    pdu: str | bytes | bytearray | memoryview,
    *,
    from_device: bool = False,
    has_smsc: bool = True,
    strict: bool = False,
) -> AnyMessage:
    """The message in a PDU: a hex line (blanks around it are ignored) or octets.

    `has_smsc` says that the SMSC octets come first, as in +CMGR, +CMGL, +CMT and +CDS.
    `from_device` says that a device sent it: the two type bits mean one thing each way. Without it,
    SUBMIT is read where the standard has SUBMIT-REPORT, since modems list what was stored for
    sending and never a SUBMIT-REPORT; one that is a flawless SUBMIT-REPORT and no SUBMIT is read as
    what it is. Lenient decoding reads what a phone would show and says in `warnings` what was odd;
    `strict` makes each breach of the standard a PduError.

    Raises PduError, and nothing else, for octets that can't be read.
    """
    octets = pdu if type(pdu) is bytes else _octets(pdu)
    start = 0
    if has_smsc:
        if not octets:
            raise PduError("pdu.smsc", 0, shortage(1, 0))
        start = octets[0] + 1
    if start >= len(octets):
        raise _no_tpdu(octets, start)
    kind = octets[start] & 3
    message: AnyMessage
    if from_device:
        message = _from_device(octets, start, kind)
    elif kind == 0:
        message = Deliver.at(octets, start)
    elif kind == 1:
        message = _submit(octets, start)
    elif kind == 2:
        message = StatusReport.at(octets, start)
    else:
        # 9.2.3.1: a device processes the reserved type as if it were a DELIVER.
        message = Deliver.at(octets, start)
    if strict:
        from modem.sms.checks import refuse_breaches

        refuse_breaches(message)
    return message


def _from_device(octets: bytes, start: int, kind: int) -> AnyMessage:
    if kind == 1:
        return Submit.at(octets, start)
    if kind == 0:
        return DeliverReport.at(octets, start)
    if kind == 2:
        return Command.at(octets, start)
    raise PduError("pdu.first_octet", start, "message type 3 is reserved")


def _submit(octets: bytes, start: int) -> Submit | SubmitReport:
    """A SUBMIT, unless the octets make none and make a SUBMIT-REPORT without any flaw."""
    try:
        submit = Submit.at(octets, start)
        if _is_sound(submit):
            return submit
    except PduError:
        report = _flawless_report(octets, start)
        if report is None:
            raise
        return report
    return _flawless_report(octets, start) or submit


def _is_sound(submit: Submit) -> bool:
    """Whether its lengths agree with its octets, and its address is one (9.1.2.5).

    Where the address has its length and its type, a SUBMIT-REPORT has a year and a month.
    """
    digits, toa = submit.octets[submit.start + 2 : submit.start + 4]
    fits = submit.udl_at + 1 + submit.ud_octets == len(submit.octets)
    return fits and digits <= MAX_DIGITS and bool(toa & 0x80)


def _flawless_report(octets: bytes, start: int) -> SubmitReport | None:
    try:
        report = SubmitReport.at(octets, start)
    except PduError:
        return None
    return None if report.warnings else report


def _no_tpdu(octets: bytes, start: int) -> PduError:
    """The error for octets that end with the SMSC's or before."""
    left = len(octets) - 1
    if not octets or start == len(octets):
        return PduError("pdu.first_octet", start, shortage(1, 0))
    if left == 0:
        return PduError("pdu.smsc", 1, shortage(1, 0))
    return PduError("pdu.smsc", 2, shortage(start - 2, left - 1))


def _octets(pdu: str | bytes | bytearray | memoryview) -> bytes:
    if not isinstance(pdu, str):
        return bytes(memoryview(pdu))
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
