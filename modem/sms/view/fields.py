"""The octets of a message, field by field, with what they mean. 3GPP TS 23.040 9.2.2.

All octets are there once, in their order; how they are laid out is `drawing`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from modem.sms import gsm7, ucs2
from modem.sms.address import address_end
from modem.sms.command_type import command_meaning
from modem.sms.dcs import Encoding
from modem.sms.layout import PI_EXTENDED, counted, octet_septets
from modem.sms.message import Message
from modem.sms.pid import pid_meaning
from modem.sms.reports import Report, SubmitReport
from modem.sms.timestamp import OCTETS as TIME_OCTETS
from modem.sms.tpdu import Addressed, Command, Deliver, StatusReport, Submit
from modem.sms.view.elements import element_words
from modem.sms.view.flags import first_octet_flags, parameter_flags
from modem.sms.view.words import (
    bits,
    dcs_words,
    escaped,
    status_words,
    time_words,
    toa_words,
    type_words,
    validity_words,
)

if TYPE_CHECKING:
    from modem.sms.pdu import AnyMessage

BEHIND = "behind it"
"""The name of the octets that belong to no field."""

# Eight septets begin and end with an octet, seven of them later.
_SEPTETS_A_ROW, _OCTETS_A_ROW = 7, 8


class Field(NamedTuple):
    """A field: its name, where it starts, its octets, what they mean (safe for a terminal).

    One without octets is about the bits of the field before it: `bits` are they, in their places.
    """

    name: str
    offset: int
    octets: bytes
    meaning: str
    bits: str = ""


_Fields = Iterator[Field]


def fields(message: AnyMessage) -> tuple[Field, ...]:
    """The fields of a message in the order of its octets."""
    return tuple(_Cutter(message).all())


class _Cutter:
    """Cuts a message's octets into fields, as long as there are any."""

    __slots__ = ("_at", "_message", "_octets")

    def __init__(self, message: AnyMessage) -> None:
        self._message = message
        self._octets = message.octets
        self._at = 0

    def all(self) -> _Fields:
        message = self._message
        if message.has_smsc:
            yield from self._smsc()
        yield from self._take("first octet", 1, type_words(message))
        yield from self._flags(first_octet_flags(message))
        if isinstance(message, Deliver):
            yield from self._deliver(message)
        elif isinstance(message, Submit):
            yield from self._submit(message)
        elif isinstance(message, StatusReport):
            yield from self._status_report(message)
        elif isinstance(message, Command):
            yield from self._command(message)
        else:
            yield from self._report(message)
        yield from self._take(BEHIND, len(self._octets), "not part of the message")

    def _take(self, name: str, count: int, meaning: str) -> _Fields:
        """The next octets as a field; nothing where there are none."""
        taken = self._octets[self._at : self._at + count]
        if taken:
            yield Field(name, self._at, taken, meaning)
        self._at += len(taken)

    def _flags(self, flags: Iterator[tuple[int, str]]) -> _Fields:
        """The bits of the octet that was taken last."""
        last = self._at - 1
        for mask, words in flags:
            yield Field("", last, b"", words, bits(self._octets[last], mask))

    def _smsc(self) -> _Fields:
        length = self._octets[0]
        words = counted(length) if length else "none told: the modem's own"
        yield from self._take("SMSC length", 1, words)
        smsc = self._message.smsc
        if smsc is not None:
            yield from self._take("SMSC type", 1, toa_words(smsc.toa))
            yield from self._take("SMSC number", length - 1, escaped(smsc.number))

    def _deliver(self, message: Deliver) -> _Fields:
        yield from self._address("TP-OA", message)
        yield from self._pid(message)
        yield from self._dcs(message)
        yield from self._time("TP-SCTS")
        yield from self._user_data(message)

    def _submit(self, message: Submit) -> _Fields:
        yield from self._reference(message)
        yield from self._address("TP-DA", message)
        yield from self._pid(message)
        yield from self._dcs(message)
        period = message.validity
        yield from self._take("TP-VP", len(period.octets), validity_words(period))
        yield from self._user_data(message)

    def _status_report(self, message: StatusReport) -> _Fields:
        yield from self._reference(message)
        yield from self._address("TP-RA", message)
        yield from self._time("TP-SCTS")
        yield from self._time("TP-DT")
        yield from self._take("TP-ST", 1, status_words(message.outcome))
        if message.parameters is not None:
            yield from self._parameters(message.parameters)
            yield from self._optional(message, message.parameters)

    def _command(self, message: Command) -> _Fields:
        yield from self._reference(message)
        yield from self._pid(message)
        yield from self._take("TP-CT", 1, command_meaning(message.command_type))
        number = f"about the SUBMIT of reference {message.message_number}"
        yield from self._take("TP-MN", 1, number)
        yield from self._address("TP-DA", message)
        yield from self._user_data(message, "TP-CD")

    def _report(self, message: Report) -> _Fields:
        if message.cause is not None:
            yield from self._take("TP-FCS", 1, message.cause.meaning)
        yield from self._parameters(message.parameters)
        if isinstance(message, SubmitReport):
            yield from self._time("TP-SCTS")
        yield from self._optional(message, message.parameters)

    def _reference(self, message: Submit | StatusReport | Command) -> _Fields:
        yield from self._take("TP-MR", 1, f"reference {message.reference}")

    def _address(self, name: str, message: Addressed) -> _Fields:
        address = message.address
        count = address_end(self._octets, self._at) - self._at - 2
        length = counted(self._octets[self._at], "semi-octet")
        yield from self._take(f"{name} length", 1, length)
        yield from self._take(f"{name} type", 1, toa_words(address.toa))
        kind = "name" if address.alphanumeric else "number"
        yield from self._take(f"{name} {kind}", count, escaped(address.number))

    def _pid(self, message: Message) -> _Fields:
        yield from self._take("TP-PID", 1, pid_meaning(message.pid))

    def _dcs(self, message: Message) -> _Fields:
        yield from self._take("TP-DCS", 1, dcs_words(message.dcs))

    def _time(self, name: str) -> _Fields:
        words = time_words(self._octets[self._at : self._at + TIME_OCTETS])
        yield from self._take(name, TIME_OCTETS, words)

    def _parameters(self, parameters: int) -> _Fields:
        yield from self._take("TP-PI", 1, "what else is there")
        yield from self._flags(parameter_flags(parameters))

    def _optional(self, message: StatusReport | Report, parameters: int) -> _Fields:
        """What TP-PI announces."""
        while parameters & PI_EXTENDED and self._at < len(self._octets):
            parameters = self._octets[self._at]
            yield from self._take("TP-PI", 1, "a further one: nothing is defined")
        if message.pid_at:
            yield from self._pid(message)
        if message.dcs_at:
            yield from self._dcs(message)
        if message.udl_at:
            yield from self._user_data(message)

    def _user_data(self, message: Message, name: str = "TP-UD") -> _Fields:
        septets = message.encoding is Encoding.GSM7
        words = counted(message.udl, "septet" if septets else "octet")
        header = message.header_octets
        if header:
            taken = octet_septets(header) if septets else header
            words += f", the header takes {taken}"
        yield from self._take(f"{name}L", 1, words)
        end = self._at + len(message.ud)
        if header:
            yield from self._header(message, header)
        if septets:
            yield from self._septets(message, name, end - len(message.ud), end)
        else:
            yield from self._octet_rows(message, name, end)

    def _header(self, message: Message, count: int) -> _Fields:
        yield from self._take("TP-UDHL", 1, counted(count - 1))
        elements = message.udh
        for index, element in enumerate(elements):
            name = f"TP-UDH IE[{index}]"
            yield from self._take(name, 2 + len(element.data), element_words(element))
        if not elements:
            yield from self._take("TP-UDH", count - 1, "no whole elements: ignored")

    def _septets(self, message: Message, name: str, start: int, end: int) -> _Fields:
        """Rows that end where a septet does: what stands beside one is what is in its octets."""
        septets, locking, single = message.payload, message.locking, message.single
        header = message.header_octets
        skipped = octet_septets(header)
        shown = 0
        while self._at < end:
            at = self._at - start
            first = at == header
            at += _SEPTETS_A_ROW - at % _SEPTETS_A_ROW
            last = start + at >= end
            upto = len(septets) if last else max(at * 8 // 7 - skipped, 0)
            upto -= not last and gsm7.ends_in_escape(septets[shown:upto])
            text = gsm7.decode_septets(septets[shown:upto], locking, single)[0]
            octets = min(start + at, end) - self._at
            yield from self._take(name if first else "", octets, f'"{escaped(text)}"')
            if first:
                yield from self._fill_bits(header, skipped, start)
            shown = upto
        spare = 8 * (end - start) - 7 * (skipped + len(septets))
        if septets and 0 < spare < 8 and end - start == message.ud_octets:
            mask = 0xFF << 8 - spare & 0xFF
            words = f"{counted(spare, 'spare bit')} behind the last septet"
            yield Field("", end - 1, b"", words, bits(self._octets[end - 1], mask))

    def _fill_bits(self, header: int, skipped: int, start: int) -> _Fields:
        fill = 7 * skipped - 8 * header
        if fill:
            at = start + header
            words = f"{counted(fill, 'fill bit')} before the first septet"
            yield Field("", at, b"", words, bits(self._octets[at], (1 << fill) - 1))

    def _octet_rows(self, message: Message, name: str, end: int) -> _Fields:
        """Rows of UCS-2, or of octets, with the characters of ASCII that are among them."""
        text = message.encoding is Encoding.UCS2
        pending = b""
        while self._at < end:
            octets = min(_OCTETS_A_ROW, end - self._at)
            row = self._octets[self._at : self._at + octets]
            if text:
                row = pending + row
                cut = 2 if ucs2.ends_in_high_surrogate(row) and self._at + octets < end else 0
                row, pending = row[: len(row) - cut], row[len(row) - cut :]
                words = f'"{escaped(ucs2.decode_ucs2(row)[0])}"'
            else:
                words = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in row)
            yield from self._take(name, octets, words)
            name = ""
