"""What all types of TPDU have in common: octets, and fields that are decoded when asked for.

A message is its octets and where a few of its fields stand in them. Nothing is kept of what was
decoded: a field that is asked for twice is decoded twice. A DELIVER of 160 characters is found to
be one in 1.5 us, and its text takes another 3. What is wrong with the octets is in `checks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.sms import gsm7, ucs2
from modem.sms.address import Address, decode_smsc
from modem.sms.dcs import Dcs, Encoding, decode_dcs
from modem.sms.layout import UDHI, octet_septets, septet_octets
from modem.sms.udh import (
    NO_HEADER,
    Concat,
    Header,
    Iei,
    InformationElement,
    Ports,
    SpecialIndication,
    decode_concat,
    decode_header,
    decode_indication,
)

if TYPE_CHECKING:
    from typing import ClassVar, Final

_GSM7, _UCS2 = Encoding.GSM7, Encoding.UCS2
# UDHL of a header with nothing but an 8-bit concatenation, that element's identifier and length.
_NUMBERED_ONLY = b"\x05\x00\x03"
_CONCAT_8 = Iei.CONCAT_8.value
_SINGLE_SHIFT, _LOCKING_SHIFT = Iei.SINGLE_SHIFT.value, Iei.LOCKING_SHIFT.value


class Message:
    """An SMS. Two are equal that are of one type, of one SMSC and have the same TPDU.

    `octets` are those that were decoded, with the SMSC's if they were there; `start` is where the
    TPDU begins in them, `pid_at`, `dcs_at` and `udl_at` where TP-PID, TP-DCS and TP-UDL stand, 0
    for one that isn't there. All of them are final.
    """

    # No frozen dataclass: making a message would take 1.4 us instead of 0.9, and it is made for
    # each PDU. The type checker holds them final.

    __slots__ = ("dcs_at", "octets", "pid_at", "start", "udl_at")

    name: ClassVar[str]
    """The type, as it begins the paths of fields: `deliver`, `status_report`."""
    default_dcs: ClassVar[int] = 0
    """What counts as TP-DCS where there is none."""

    def __init__(self, octets: bytes, start: int, pid_at: int, dcs_at: int, udl_at: int) -> None:
        self.octets: Final = octets
        self.start: Final = start
        self.pid_at: Final = pid_at
        self.dcs_at: Final = dcs_at
        self.udl_at: Final = udl_at

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self) or not isinstance(other, Message):
            return NotImplemented
        return self.tpdu == other.tpdu and self.smsc == other.smsc

    def __hash__(self) -> int:
        return hash(self.tpdu)

    def __repr__(self) -> str:
        # An SMS may hold secrets, and a message's repr ends up in logs.
        return f"<{type(self).__name__}: TPDU of {self.tpdu_length} octets>"

    @property
    def tpdu(self) -> bytes:
        """The octets without the SMSC's."""
        return self.octets[self.start :]

    @property
    def tpdu_length(self) -> int:
        """The octets without the SMSC's: the number that AT+CMGS wants and +CMGL gives."""
        return len(self.octets) - self.start

    @property
    def has_smsc(self) -> bool:
        """Whether the SMSC's octets stand before the TPDU, be it that they say none."""
        return self.start > 0

    @property
    def pdu(self) -> str:
        """The octets as a modem takes them after AT+CMGS, and shows them: upper-case hex."""
        return self.octets.hex().upper()

    @property
    def smsc(self) -> Address | None:
        """The SMSC; None where it isn't told."""
        return decode_smsc(self.octets) if self.start else None

    @property
    def first_octet(self) -> int:
        """The octet with the type and the flags."""
        return self.octets[self.start]

    @property
    def pid(self) -> int:
        """TP-PID (see `modem.sms.pid`); 0, an ordinary message, where there is none."""
        return self.octets[self.pid_at] if self.pid_at else 0

    @property
    def dcs(self) -> Dcs:
        """TP-DCS; where there is none, that of the default alphabet, of octets in a COMMAND."""
        return decode_dcs(self.octets[self.dcs_at] if self.dcs_at else self.default_dcs)

    @property
    def encoding(self) -> Encoding:
        """How the user data is read."""
        return self.dcs.encoding

    @property
    def message_class(self) -> int | None:
        """0 to 3, or None: see `Dcs`."""
        return self.dcs.message_class

    @property
    def udhi(self) -> bool:
        """Whether a user data header is announced."""
        return bool(self.octets[self.start] & UDHI)

    @property
    def udl(self) -> int:
        """TP-UDL as it stands there: septets or octets, the header's included."""
        return self.octets[self.udl_at] if self.udl_at else 0

    @property
    def ud(self) -> bytes:
        """The octets of TP-UD, as many as are there of those that TP-UDL counts."""
        if not self.udl_at:
            return b""
        start = self.udl_at + 1
        return self.octets[start : start + self.ud_octets]

    @property
    def ud_octets(self) -> int:
        """How many octets TP-UD should have by TP-UDL."""
        return septet_octets(self.udl) if self.encoding is _GSM7 else self.udl

    @property
    def header_octets(self) -> int:
        """How many octets the user data header takes, UDHL included."""
        if not self.udhi or not self.udl:
            return 0
        return self.octets[self.udl_at + 1] + 1

    @property
    def header(self) -> Header:
        """The user data header."""
        count = self.header_octets
        if not count:
            return NO_HEADER
        start = self.udl_at + 2
        return decode_header(self.octets, start, start + count - 1)

    @property
    def udh(self) -> tuple[InformationElement, ...]:
        """All elements of the user data header."""
        return self.header.elements

    @property
    def concat(self) -> Concat | None:
        """Which part of which message this is; None if it is a whole one."""
        octets = self.octets
        if not octets[self.start] & UDHI or not self.udl:
            return None
        at = self.udl_at + 1
        if octets[at : at + 3] == _NUMBERED_ONLY:
            # What most headers are is read in half the time that decoding the header takes.
            return decode_concat(_CONCAT_8, octets[at + 3 : at + 6])
        return self.header.concat

    @property
    def ports(self) -> Ports | None:
        """The application it is for, if any."""
        return self.header.ports

    @property
    def indications(self) -> tuple[SpecialIndication, ...]:
        """What the header says of messages that wait elsewhere (see also `dcs.waiting`)."""
        found = [decode_indication(ie.data) for ie in self.udh if ie.iei == Iei.SPECIAL_INDICATION]
        return tuple(indication for indication in found if indication)

    @property
    def payload(self) -> bytes:
        """What stands behind the header: septets, one an octet, or octets.

        The parts of a long message are joined from these.
        """
        octets, udl_at = self.octets, self.udl_at
        if not udl_at:
            return b""
        if self.dcs.encoding is _GSM7:
            return self._septets()
        start = udl_at + 1
        return octets[start + self.header_octets : start + octets[udl_at]]

    def _septets(self) -> bytes:
        """The septets behind the header, for GSM 7-bit user data that is there."""
        octets, udl_at = self.octets, self.udl_at
        length = octets[udl_at]
        start = udl_at + 1
        ud = octets[start : start + (length * 7 + 7 >> 3)]
        septets = gsm7.unpack(ud, min(length, len(ud) * 8 // 7))
        if length and octets[self.start] & UDHI:
            return septets[octet_septets(octets[start] + 1) :]
        return septets

    @property
    def locking(self) -> int:
        """The national locking shift table that the text is read by; 0: the default alphabet."""
        number = self.header.locking
        return number if number and gsm7.has_locking(number) else 0

    @property
    def single(self) -> int:
        """The national single shift table that the text is read by; 0: the default extension."""
        number = self.header.single
        return number if number and gsm7.has_single(number) else 0

    @property
    def text(self) -> str | None:
        """The text; None where the user data is no text (see `data`), or there is none."""
        if not self.udl_at:
            return None
        encoding = self.dcs.encoding
        if encoding is _GSM7:
            if self.octets[self.start] & UDHI and self._may_name_a_table():
                return gsm7.decode_septets(self._septets(), self.locking, self.single)[0]
            return gsm7.decode_septets(self._septets())[0]
        return ucs2.decode_ucs2(self.payload)[0] if encoding is _UCS2 else None

    def _may_name_a_table(self) -> bool:
        """Whether the identifier of a national table is among the header's octets, anywhere.

        Most headers only number the parts, and decoding them takes ten times as long as this.
        """
        octets, start = self.octets, self.udl_at + 1
        header = octets[start : start + octets[start] + 1] if octets[start - 1] else b""
        return _SINGLE_SHIFT in header or _LOCKING_SHIFT in header

    @property
    def data(self) -> bytes | None:
        """The octets of an 8-bit or compressed message behind the header; None for a text."""
        if not self.udl_at or self.encoding in (_GSM7, _UCS2):
            return None
        return self.payload

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the octets: each with the field, the octet, and what is wrong."""
        from modem.sms.checks import findings  # most messages are read without it

        return tuple(str(finding) for finding in findings(self))
