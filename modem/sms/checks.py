"""What is wrong or odd about the octets of a message, field by field, in the order of the octets.

A breach of the standard is refused by strict decoding and read as well as may be by lenient; what
the standard settles but a user may want to know (bits that should be zero and are ignored) is told
by both. Only octets are looked at that lenient decoding has found to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from modem.sms import gsm7, timestamp, ucs2, validity
from modem.sms.address import (
    FILLER,
    MAX_DIGITS,
    address_end,
    name_length,
    name_septets,
)
from modem.sms.dcs import Encoding
from modem.sms.errors import PduError
from modem.sms.layout import (
    MAX_COMMAND_OCTETS,
    MAX_OCTETS,
    MAX_TPDU_OCTETS,
    PI_DCS,
    PI_EXTENDED,
    PI_PID,
    PI_UDL,
    counted,
    header_shortage,
    octet_septets,
    shortage,
)
from modem.sms.message import Message
from modem.sms.reports import DeliverReport, Report, SubmitReport
from modem.sms.semioctets import digits
from modem.sms.tpdu import Command, Deliver, StatusReport, Submit
from modem.sms.udh import Iei, makes_sense

_PI_RESERVED = 0x78


class Finding(NamedTuple):
    """One thing that is odd: the path of the field, the octet's offset, and what it is."""

    field: str
    octet: int
    message: str
    breach: bool = False
    instead: str = ""
    """What lenient decoding makes of it, where that has to be said."""

    def __str__(self) -> str:
        return f"{self.field} at octet {self.octet}: {self.message}{self.instead}"


# A finding without the type's name before its field.
_Found = Iterator[Finding]


def findings(message: Message) -> _Found:
    """All that is odd about a message."""
    if message.has_smsc and message.octets[0]:
        for found in _smsc(message.octets):
            yield found._replace(field=f"pdu.{found.field}")
    for found in _BY_TYPE[type(message)](message):
        yield found._replace(field=f"{message.name}.{found.field}")


def refuse_breaches(message: Message) -> None:
    """Raise a PduError for the first breach of the standard."""
    for found in findings(message):
        if found.breach:
            raise PduError(found.field, found.octet, found.message)


def _smsc(octets: bytes) -> _Found:
    """The SMSC's number: its length counts octets, so a filler may end it."""
    number = digits(octets[2 : 1 + octets[0]]).removesuffix(FILLER)
    if len(number) > MAX_DIGITS:
        most = f"{len(number)} digits, the most there may be is {MAX_DIGITS}"
        yield Finding("smsc", 0, most, breach=True)
    yield from _type_of_address("smsc", 1, octets[1])
    yield from _digits("smsc", 2, number)


def _type_of_address(field: str, at: int, toa: int) -> _Found:
    if not toa & 0x80:
        yield Finding(field, at, f"type of address {toa:02X}: bit 7 should be set")


def _digits(field: str, at: int, number: str) -> _Found:
    filler = number.find(FILLER)
    if filler >= 0:
        yield Finding(
            field, at + filler // 2, "filler inside the number, which ends there", breach=True
        )


def _address(field: str, octets: bytes, at: int) -> _Found:
    semi_octets, toa = octets[at], octets[at + 1]
    if semi_octets > MAX_DIGITS:
        most = f"{semi_octets} semi-octets, the most there may be is {MAX_DIGITS}"
        yield Finding(field, at, most, breach=True)
    yield from _type_of_address(field, at + 1, toa)
    raw = octets[at + 2 : address_end(octets, at)]
    if toa & 0x70 == 0x50:
        yield from _name(field, at + 2, semi_octets, raw)
        return
    number = digits(raw)
    yield from _digits(field, at + 2, number[:semi_octets])
    if semi_octets & 1 and number[-1] != FILLER:
        last = at + 1 + len(raw)
        yield Finding(field, last, f"the filler is {number[-1].upper()}, it should be F")


def _name(field: str, at: int, semi_octets: int, raw: bytes) -> _Found:
    septets = name_septets(semi_octets, raw)
    filled = name_length(len(septets))
    if semi_octets != filled:
        wrong = f"{semi_octets} semi-octets, the name's septets fill {filled}"
        yield Finding(field, at - 2, wrong)
    if gsm7.undefined(septets):
        yield Finding(field, at, "no character for some of the name's septets")
    if gsm7.ends_in_escape(septets):
        yield Finding(field, at + len(raw) - 1, "the name ends in an escape")
    yield from _spare_bits(field, at, raw, 7 * len(septets))


def _spare_bits(field: str, at: int, raw: bytes, used_bits: int) -> _Found:
    """The bits behind the last septet, of which only the standard's fill of zeros is expected."""
    spare = int.from_bytes(raw, "little") >> used_bits
    if spare:
        octet = at + used_bits // 8
        yield Finding(field, octet, f"spare bits behind the last septet are not zero ({spare:b})")


def _flags(message: Message, spare: int) -> _Found:
    """Bits of the first octet that mean nothing in this type."""
    odd = message.first_octet & spare
    if odd:
        yield Finding(
            "first_octet", message.start, f"spare bits {odd:08b} are not zero; they are ignored"
        )


def _time(field: str, octets: bytes, at: int) -> _Found:
    time = octets[at : at + timestamp.OCTETS]
    wrong = timestamp.defect(time)
    if wrong:
        yield Finding(field, at, wrong, breach=True)
    elif time[-1] == 0x08:
        yield Finding(field, at + 6, "the zone is minus zero")


def _deliver(message: Message) -> _Found:
    assert isinstance(message, Deliver)
    if message.first_octet & 3 == 3:
        wrong = "reserved message type 3, read as a DELIVER"
        yield Finding("first_octet", message.start, wrong, breach=True)
    yield from _flags(message, 0x10)
    yield from _address("oa", message.octets, message.start + message.address_offset)
    yield from _time("scts", message.octets, message.dcs_at + 1)
    yield from _user_data(message)


def _submit(message: Message) -> _Found:
    assert isinstance(message, Submit)
    yield from _address("da", message.octets, message.start + message.address_offset)
    yield from _validity(message)
    yield from _user_data(message)


def _validity(message: Submit) -> _Found:
    period = message.validity
    at = message.dcs_at + 1
    if period.format is validity.ValidityFormat.ABSOLUTE:
        yield from _time("vp", message.octets, at)
    elif period.format is validity.ValidityFormat.ENHANCED:
        wrong = validity.enhanced_defect(period.octets)
        if wrong:
            yield Finding("vp", at, wrong, breach=True)
            return
        for behind in validity.reserved(period.octets):
            octet = period.octets[behind]
            yield Finding("vp", at + behind, f"{octet:02X} has what is reserved; it is ignored")


def _status_report(message: Message) -> _Found:
    assert isinstance(message, StatusReport)
    yield from _flags(message, 0x90)
    yield from _address("ra", message.octets, message.start + message.address_offset)
    yield from _time("scts", message.octets, message.scts_at)
    yield from _time("dt", message.octets, message.scts_at + timestamp.OCTETS)
    if message.parameters is not None:
        yield from _optional(message, message.pi_at, message.pi_at + 1)
    elif message.udhi:
        yield from _no_user_data(message)


def _report(message: Message) -> _Found:
    assert isinstance(message, Report)
    yield from _flags(message, 0xBC)
    after = message.pi_at + 1
    if isinstance(message, SubmitReport):
        yield from _time("scts", message.octets, after)
        after += timestamp.OCTETS
    yield from _optional(message, message.pi_at, after)


def _command(message: Message) -> _Found:
    assert isinstance(message, Command)
    yield from _flags(message, 0x9C)
    yield from _address("da", message.octets, message.start + message.address_offset)
    yield from _user_data(message, "cd", "cdl")


def _optional(message: Message, pi_at: int, after: int) -> _Found:
    """TP-PI, and the fields that it announces (9.2.3.27)."""
    octets = message.octets
    indicator = extended = octets[pi_at]
    if indicator & _PI_RESERVED:
        odd = f"reserved bits {indicator & _PI_RESERVED:08b} are not zero; they are ignored"
        yield Finding("pi", pi_at, odd)
    if extended & PI_EXTENDED:
        yield Finding("pi", pi_at, "another TP-PI is announced, of which nothing is defined")
    while extended & PI_EXTENDED and after < len(octets):
        extended = octets[after]
        after += 1
    for bit, field, at in (
        (PI_PID, "pid", message.pid_at),
        (PI_DCS, "dcs", message.dcs_at),
        (PI_UDL, "udl", message.udl_at),
    ):
        if indicator & bit and not at and after == len(octets):
            yield Finding(field, after, "announced by TP-PI, but not there")
        elif indicator & bit and not at:
            missing = header_shortage(octets, message.start, message.dcs.value, after)
            assert missing is not None
            ignored = "; the user data is ignored"
            yield Finding("udh", after + 1, missing, breach=True, instead=ignored)
            return
        after = at + 1 if at else after
    if message.udl_at:
        yield from _user_data(message)
        return
    if message.udhi:
        yield from _no_user_data(message)
    if after < len(octets):
        yield Finding("pi", after, f"{counted(len(octets) - after)} behind the report")


def _no_user_data(message: Message) -> _Found:
    yield Finding("first_octet", message.start, "TP-UDHI is set, but there is no user data")


def _user_data(message: Message, field: str = "ud", length: str = "udl") -> _Found:
    """TP-UDL and TP-UD."""
    udl_at, wanted = message.udl_at, message.ud_octets
    start = udl_at + 1
    there = len(message.ud)
    if there < wanted:
        yield Finding(field, start, shortage(wanted, there), breach=True)
    yield from _too_long(message, length)
    if start + there < len(message.octets):
        left = len(message.octets) - start - there
        yield Finding(field, start + there, f"{counted(left)} behind the user data")
    if message.udhi:
        yield from _header(message)
    if message.encoding is Encoding.GSM7:
        yield from _septets(message, there, field, length)
    elif message.encoding is Encoding.UCS2:
        yield from _ucs2(message, field)


def _too_long(message: Message, length: str) -> _Found:
    """A message has at most 140 octets of TP-UD; of a report the whole TPDU is bounded."""
    octets, most = message.ud_octets, MAX_OCTETS
    if isinstance(message, Command):
        most = MAX_COMMAND_OCTETS
    elif not isinstance(message, (Deliver, Submit)):
        octets, most = message.udl_at + 1 + octets - message.start, MAX_TPDU_OCTETS
    if octets > most:
        wrong = f"{octets} octets, the most there may be is {most}"
        yield Finding(length, message.udl_at, wrong, breach=True)


def _header(message: Message) -> _Found:
    start = message.udl_at + 1
    if not message.header_octets:
        # gammu's tests/at-sms/20.dump: TP-UDHI on a message without any text, which is just empty.
        wrong = "announced by TP-UDHI, but there is no user data"
        yield Finding("udh", start, wrong, breach=True)
        return
    at, end = start + 1, start + message.header_octets
    elements = message.udh
    if at == end:
        yield Finding("udh", start, "a header without any element")
    elif not elements:
        yield from _broken_header(message.octets, at, end)
    for index, element in enumerate(elements):
        if not makes_sense(element):
            wrong = f"element {element.iei:02X} makes no sense, not used"
            yield Finding(f"udh.ie[{index}]", at, wrong)
        at += 2 + len(element.data)
    for iei, used in ((Iei.LOCKING_SHIFT, message.locking), (Iei.SINGLE_SHIFT, message.single)):
        named = message.header.locking if iei is Iei.LOCKING_SHIFT else message.header.single
        # Spanish has a single shift table only: A.3 gives the default alphabet for its number.
        if named != used and not (iei is Iei.LOCKING_SHIFT and gsm7.has_single(named)):
            kind = iei.name.replace("_", " ").lower()
            wrong = f"{kind} table {named} unknown, read by the default one"
            yield Finding("udh", start, wrong)


def _broken_header(octets: bytes, at: int, end: int) -> _Found:
    """The element that doesn't end where the header does."""
    index = 0
    while at + 1 < end and at + 2 + octets[at + 1] <= end:
        at += 2 + octets[at + 1]
        index += 1
    left = max(end - at - 2, 0)
    wanted = octets[at + 1] if at + 1 < end else 1
    wrong = shortage(wanted, left)
    yield Finding(f"udh.ie[{index}]", at, wrong, breach=True, instead="; no element is used")


def _septets(message: Message, there: int, field: str, length: str) -> _Found:
    start = message.udl_at + 1
    header_bits = 8 * message.header_octets
    skipped = octet_septets(message.header_octets)
    if min(message.udl, there * 8 // 7) < skipped:
        wrong = f"{message.udl} septets, the header takes {skipped}"
        yield Finding(length, message.udl_at, wrong, breach=True)
        return
    ud = message.ud
    fill = int.from_bytes(ud, "little") >> header_bits & (1 << 7 * skipped - header_bits) - 1
    if fill:
        at = start + message.header_octets
        yield Finding(field, at, f"fill bits before the first septet are not zero ({fill:b})")
    if there == message.ud_octets:
        yield from _spare_bits(field, start, ud, 7 * message.udl)
    septets = message.payload
    for undefined in gsm7.undefined(septets, message.locking, message.single):
        at = start + 7 * (skipped + undefined) // 8
        escaped = septets[undefined] == gsm7.ESCAPE
        codes = septets[undefined : undefined + 1 + escaped].hex(" ").upper()
        yield Finding(field, at, f"no character for {codes} in the alphabet")
    if gsm7.ends_in_escape(septets):
        yield Finding(field, start + there - 1, "the text ends in an escape")


def _ucs2(message: Message, field: str) -> _Found:
    payload = message.payload
    start = message.udl_at + 1
    if len(payload) % 2:
        last = start + message.header_octets + len(payload) - 1
        yield Finding(field, last, "an odd octet at the end of a UCS-2 text")
    if ucs2.decode_ucs2(payload)[1]:
        yield Finding(field, start, "half a surrogate pair in a UCS-2 text")


_BY_TYPE: dict[type[Message], Callable[[Message], _Found]] = {
    Deliver: _deliver,
    Submit: _submit,
    StatusReport: _status_report,
    DeliverReport: _report,
    SubmitReport: _report,
    Command: _command,
}
