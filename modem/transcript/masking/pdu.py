"""A PDU without its numbers and its text: as long as it was, and as valid."""

from __future__ import annotations

from modem.sms import Encoding, Iei, PduError, decode_pdu, gsm7
from modem.sms.layout import octet_septets
from modem.sms.message import Message
from modem.sms.semioctets import digits, from_digits
from modem.sms.tpdu import Addressed, StatusReport
from modem.transcript.masking.numbers import Numbers

_FILLER = b"x"
_UCS2_FILLER = b"\x00x"
# Elements of a header that number parts, name ports and choose tables; any other may hold anything.
_KEPT_ELEMENTS = frozenset(
    {
        Iei.CONCAT_8,
        Iei.CONCAT_16,
        Iei.PORTS_8,
        Iei.PORTS_16,
        Iei.SINGLE_SHIFT,
        Iei.LOCKING_SHIFT,
        Iei.SPECIAL_INDICATION,
    }
)


def mask_pdu(
    line: str, numbers: Numbers, *, from_device: bool, has_smsc: bool = True
) -> str | None:
    """The hex line masked; None for what can't be read as a PDU."""
    try:
        octets = bytes.fromhex(line)
        message = decode_pdu(octets, from_device=from_device, has_smsc=has_smsc)
        masked = bytes(_masked(message, numbers))
        decode_pdu(masked, from_device=from_device, has_smsc=has_smsc)
    except (PduError, ValueError):
        return None
    shown = masked.hex()
    return shown if line == line.lower() else shown.upper()


def _masked(message: Message, numbers: Numbers) -> bytearray:
    """Only what is known to be harmless is copied; all else stays NUL or is filled."""
    octets = message.octets
    out = bytearray(len(octets))
    if message.start:
        out[:2] = octets[:2]
        out[2 : message.start] = _number(octets[2 : message.start], numbers)
    end = _end_of_fields(message)
    out[message.start : end] = octets[message.start : end]
    if isinstance(message, Addressed):
        _mask_address(out, message.start + message.address_offset, numbers)
    if message.udl_at:
        start = message.udl_at + 1
        ud = _user_data(message)
        out[start : start + len(ud)] = ud
    return out


def _end_of_fields(message: Message) -> int:
    """Where what stands before the user data ends."""
    if message.udl_at:
        return message.udl_at + 1
    last = message.pi_at if isinstance(message, StatusReport) else message.start
    return min(max(last, message.pid_at, message.dcs_at) + 1, len(message.octets))


def _mask_address(out: bytearray, at: int, numbers: Numbers) -> None:
    count, toa = out[at], out[at + 1]
    start = at + 2
    end = start + (count + 1 >> 1)
    if toa & 0x70 == 0x50:  # a name
        packed = gsm7.pack(_FILLER * (count * 4 // 7))
        out[start:end] = packed.ljust(end - start, b"\0")
    else:
        out[start:end] = _number(bytes(out[start:end]), numbers)


def _number(semi_octets: bytes, numbers: Numbers) -> bytes:
    """A number's octets, masked; what isn't all digits becomes zeros."""
    shown = digits(semi_octets)
    number = shown.rstrip("f")
    masked = numbers.mask(number) if number.isdecimal() else "0" * len(number)
    return from_digits(masked + shown[len(number) :])


def _user_data(message: Message) -> bytes:
    """TP-UD with its header's form and a filler for the rest."""
    ud = message.ud
    header_octets = min(message.header_octets, len(ud))
    header = _header(ud[:header_octets])
    if message.encoding is Encoding.GSM7:
        return _septets(header, message.udl, len(ud))
    filler = _UCS2_FILLER if message.encoding is Encoding.UCS2 else _FILLER
    rest = len(ud) - header_octets
    return header + (filler * rest)[:rest]


def _header(octets: bytes) -> bytes:
    """The header with only those elements' data that say nothing."""
    out = bytearray(octets)
    at = 1
    while at + 1 < len(out):
        end = at + 2 + out[at + 1]
        if out[at] not in _KEPT_ELEMENTS or end > len(out):
            out[at + 2 : end] = bytes(len(out[at + 2 : end]))
        at = end
    if at < len(out):
        out[at:] = bytes(len(out) - at)
    return bytes(out)


def _septets(header: bytes, septets: int, length: int) -> bytes:
    """GSM 7-bit user data: the header, then fillers from the next septet on."""
    first = octet_septets(len(header)) if header else 0
    value = int.from_bytes(header, "little")
    for septet in range(first, septets):
        value |= _FILLER[0] << septet * 7
    mask = (1 << length * 8) - 1
    return (value & mask).to_bytes(length, "little")
