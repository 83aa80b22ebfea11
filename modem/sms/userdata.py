"""TP-UDL and TP-UD: header, fill bits, and text or octets. 3GPP TS 23.040 9.2.3.16, 9.2.3.24."""

from __future__ import annotations

from dataclasses import dataclass

from modem.sms import gsm7, ucs2
from modem.sms.dcs import Dcs, Encoding
from modem.sms.reader import Reader
from modem.sms.udh import NO_HEADER, Header, read_header

MAX_OCTETS = 140


@dataclass(frozen=True, slots=True)
class UserData:
    """User data: TP-UDL as it came, the octets that it counts, and what they say.

    `payload` are the septets (one an octet) or the octets behind the header: what the parts of a
    long message are joined from. `text` is there for GSM 7-bit and UCS-2, `data` for the rest.
    `locking` and `single` are the national tables that the text was read by (0: the default).
    """

    length: int
    octets: bytes
    header: Header
    payload: bytes
    text: str | None
    data: bytes | None
    locking: int = 0
    single: int = 0


NO_USER_DATA = UserData(0, b"", NO_HEADER, b"", None, None)


def read_user_data(reader: Reader, dcs: Dcs, *, with_header: bool) -> UserData:
    """The user data at the reader's position.

    Where it is shorter than TP-UDL says, what is there is read (with a warning); a header that
    doesn't fit into it is a PduError.
    """
    length = reader.octet("udl")
    start = reader.position
    in_septets = dcs.encoding is Encoding.GSM7
    wanted = (length * 7 + 7) // 8 if in_septets else length
    octets = reader.octets[start : start + wanted]
    reader.position += len(octets)
    if len(octets) < wanted:
        reader.defect("ud", start, f"wanted {wanted} octets, {len(octets)} left")
    if wanted > MAX_OCTETS:
        reader.defect("udl", start - 1, f"{wanted} octets, the most there may be is {MAX_OCTETS}")
    if reader.left:
        reader.remark("ud", reader.position, f"{reader.left} octets behind the user data")
    header, header_octets = _read_header(reader, start, octets) if with_header else (NO_HEADER, 0)
    if in_septets:
        return _septets(reader, start, length, octets, header, header_octets)
    payload = octets[header_octets:]
    if dcs.encoding is Encoding.UCS2:
        text = _ucs2_text(reader, start + header_octets, payload)
        return UserData(length, octets, header, payload, text, None)
    return UserData(length, octets, header, payload, None, payload)


def _read_header(reader: Reader, start: int, octets: bytes) -> tuple[Header, int]:
    """The header and how many octets it takes, UDHL included."""
    if not octets and reader.octets[start - 1] == 0:
        # gammu's tests/at-sms/20.dump: TP-UDHI on a message without any text, which is just empty.
        reader.defect("udh", start, "announced by TP-UDHI, but there is no user data")
        return NO_HEADER, 0
    if not octets:
        raise reader.error("udh", start, "wanted 1 octet, 0 left")
    size = octets[0]
    if size >= len(octets):
        raise reader.error("udh", start, f"wanted {size} octets, {len(octets) - 1} left")
    return read_header(reader, start + 1, octets[1 : size + 1]), size + 1


def _septets(
    reader: Reader, start: int, length: int, octets: bytes, header: Header, header_octets: int
) -> UserData:
    """The text behind a header, which is filled up to a septet's boundary (9.2.3.24)."""
    skipped = (header_octets * 8 + 6) // 7
    there = min(length, len(octets) * 8 // 7)
    if there < skipped:
        reader.defect("udl", start - 1, f"{length} septets, the header takes {skipped}")
        there = skipped
    septets = gsm7.unpack(octets, there - skipped, 7 * skipped)
    locking, single = header.locking, header.single
    if locking or single:
        locking, single = _known_tables(reader, start, locking, single)
    text, dangling_escape = gsm7.decode_septets(septets, locking, single)
    if dangling_escape:
        reader.remark("ud", start + len(octets) - 1, "the text ends in an escape")
    return UserData(length, octets, header, septets, text, None, locking, single)


def _known_tables(reader: Reader, start: int, locking: int, single: int) -> tuple[int, int]:
    """The tables' numbers, with the default's for those that aren't known (23.038 6.2.1.2.4)."""
    from modem.sms import charsets  # most messages need none of its tables

    if locking and locking not in charsets.LOCKING:
        reader.remark(
            "udh", start, f"locking shift table {locking} unknown, read by the default one"
        )
        locking = 0
    if single and single not in charsets.SINGLE:
        reader.remark("udh", start, f"single shift table {single} unknown, read by the default one")
        single = 0
    return locking, single


def _ucs2_text(reader: Reader, start: int, payload: bytes) -> str:
    text, lone_surrogate = ucs2.decode_ucs2(payload)
    if len(payload) % 2:
        reader.remark("ud", start + len(payload) - 1, "an odd octet at the end of a UCS-2 text")
    if lone_surrogate:
        reader.remark("ud", start, "half a surrogate pair in a UCS-2 text")
    return text
