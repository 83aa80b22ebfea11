"""The elementary files of a simulated card, and what it answers to who asks for them.

3GPP TS 31.102 4.2, 4.4 (USIM) and ETSI TS 102 221 11, 13 (UICC). No AT commands here; +CRSM and
+CSIM bring them (`services.files`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modem.simulator.card import PREFERRED_SIZE, Card, Lock
from modem.simulator.identity import PLMN

# Status words (ETSI TS 102 221 10.2.1)
DONE = 0x9000
WRONG_LENGTH = 0x6700
NOT_THIS_STRUCTURE = 0x6981
NOT_ALLOWED = 0x6982  # security status not satisfied
BLOCKED = 0x6983
NO_FILE_SELECTED = 0x6986
NO_FILE = 0x6A82
NO_RECORD = 0x6A83
WRONG_PARAMETERS = 0x6B00
WRONG_INSTRUCTION = 0x6D00
WRONG_CLASS = 0x6E00

_ALPHA_OCTETS = 14  # of a name in EF_MSISDN
_SMSP_ALPHA_OCTETS = 12
_SPN_OCTETS = 16
# EF_UST: SMS (10), its status (11) and parameters (12), SPN (19), MSISDN (21), GSM access (27)
_SERVICES = (10, 11, 12, 19, 21, 27)
_UST_OCTETS = 8
_USIM_AID = bytes.fromhex("A0000000871002FFFFFFFF8907090000")
_MNC_DIGITS = len(PLMN) - 3


@dataclass(frozen=True, slots=True)
class File:
    """An elementary file: its octets, or its records of one length; `free` can be read unasked."""

    content: bytes
    record_octets: int = 0  # 0: transparent
    free: bool = False

    def record(self, number: int) -> bytes | None:
        """A record, from 1 on."""
        start = (number - 1) * self.record_octets
        return self.content[start : start + self.record_octets] if number > 0 else None

    def description(self, number: int) -> bytes:
        """The answer to SELECT: a file control parameters template (TS 102 221 11.1.1.3)."""
        if self.record_octets:
            count = len(self.content) // self.record_octets
            descriptor = bytes((0x42, 0x21, 0, self.record_octets, count))
        else:
            descriptor = bytes((0x41, 0x21))
        parts = (
            (0x82, descriptor),
            (0x83, number.to_bytes(2, "big")),
            (0x8A, b"\x05"),  # operational, activated
            (0x8B, b"\x6f\x06\x01"),  # its access rules are in EF_ARR
            (0x80, len(self.content).to_bytes(2, "big")),
        )
        body = b"".join(bytes((tag, len(value))) + value for tag, value in parts)
        return bytes((0x62, len(body))) + body


def swapped(digits: str) -> bytes:
    """Digits in pairs, the first of each in the low half of its octet; F fills the last."""
    digits += "F" * (len(digits) % 2)
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))


def plmn_octets(plmn: str) -> bytes:
    """MCC and MNC (3GPP TS 24.008 10.5.1.13)."""
    third = plmn[5] if len(plmn) == 6 else "F"
    return swapped(plmn[:3] + third + plmn[3:5])


def _number_octets(number: str, room: int) -> bytes:
    """Length, TON and NPI, digits, filled with FF (TS 31.102 4.4.2.3)."""
    kind = 0x91 if number.startswith("+") else 0x81
    digits = swapped(number.lstrip("+"))
    return (bytes((1 + len(digits), kind)) + digits).ljust(room, b"\xff")


def _iccid(card: Card) -> File:
    return File(swapped(card.iccid.ljust(20, "F")), free=True)


def _imsi(card: Card) -> File:  # the length, then parity and digits
    digits = f"9{card.imsi}".ljust(16, "F")
    return File(bytes([(len(card.imsi) + 2) // 2]) + swapped(digits))


def _spn(card: Card) -> File:  # 1: the network's own name is to be shown, too
    name = card.service_provider.encode("ascii")[:_SPN_OCTETS]
    return File(b"\x01" + name.ljust(_SPN_OCTETS, b"\xff"))


def _ust(_card: Card) -> File:
    bits = sum(1 << (service - 1) for service in _SERVICES)
    return File(bits.to_bytes(_UST_OCTETS, "little"))


def _msisdn(card: Card) -> File:
    records = [
        entry.name.encode("ascii", "replace")[:_ALPHA_OCTETS].ljust(_ALPHA_OCTETS, b"\xff")
        + _number_octets(entry.number, 12)
        + b"\xff\xff"
        for _, entry in sorted(card.own_numbers.items())
    ]
    return File(b"".join(records), _ALPHA_OCTETS + 14)


def _smsp(card: Card) -> File:  # indicator FD: of all parameters the service centre alone is there
    smsc = b"\xff" * 12 if card.smsc is None else _number_octets(card.smsc, 12)
    head = b"\xff" * _SMSP_ALPHA_OCTETS + (b"\xff" if card.smsc is None else b"\xfd")
    return File(head + b"\xff" * 12 + smsc + b"\xff" * 3, _SMSP_ALPHA_OCTETS + 28)


def _preferred(card: Card) -> File:
    octets = bytearray()
    for _, entry in sorted(card.preferred.items()):
        gsm, _compact, utran, eutran = entry.acts
        acts = gsm << 7 | utran << 15 | eutran << 14
        octets += plmn_octets(entry.plmn) + acts.to_bytes(2, "big")
    return File(bytes(octets).ljust(5 * PREFERRED_SIZE, b"\xff"))


def _directory(_card: Card) -> File:
    label = b"USIM"
    entry = bytes((0x4F, len(_USIM_AID))) + _USIM_AID + bytes((0x50, len(label))) + label
    return File((bytes((0x61, len(entry))) + entry).ljust(38, b"\xff"), 38, free=True)


def _fixed(content: str, *, record_octets: int = 0, free: bool = False) -> Callable[[Card], File]:
    file = File(bytes.fromhex(content), record_octets, free)
    return lambda _card: file


_FILES: dict[int, Callable[[Card], File]] = {
    0x2F00: _directory,
    0x2F05: _fixed(b"en".hex() + "FFFF", free=True),  # EF_PL
    0x2FE2: _iccid,
    0x6F05: _fixed(b"en".hex() + "FFFF", free=True),  # EF_LI
    0x6F07: _imsi,
    0x6F31: _fixed("05"),  # EF_HPPLMN: looks for home every 30 min
    0x6F38: _ust,
    0x6F40: _msisdn,
    0x6F42: _smsp,
    0x6F46: _spn,
    0x6F60: _preferred,
    0x6F78: _fixed("0001"),  # EF_ACC
    0x6F7B: _fixed("FF" * 12),  # EF_FPLMN
    0x6FAD: _fixed(f"000000{_MNC_DIGITS:02X}", free=True),  # EF_AD
    0x6FB7: _fixed("11F2FF" + "FF" * 10 + "00", record_octets=14, free=True),  # EF_ECC: 112
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status word, and the data before it."""

    status: int
    data: bytes = b""


def find_file(card: Card, number: int) -> File | Answer:
    """An elementary file, if it is there and may be read; else the card's refusal."""
    make = _FILES.get(number)
    if make is None:
        return Answer(NO_FILE)
    file = make(card)
    if not file.free and card.lock is not Lock.READY:
        return Answer(NOT_ALLOWED)
    return file


def read_binary(file: File, offset: int, length: int) -> Answer:
    """READ BINARY; length 0 is all that there is (TS 102 221 11.1.3)."""
    if file.record_octets:
        return Answer(NOT_THIS_STRUCTURE)
    if offset >= len(file.content):
        return Answer(WRONG_PARAMETERS)
    there = len(file.content) - offset
    if length > there:
        return Answer(0x6C00 | there & 0xFF)
    return Answer(DONE, file.content[offset : offset + (length or there)])


def read_record(file: File, number: int, length: int) -> Answer:
    """READ RECORD by its number; length 0 is a whole one (TS 102 221 11.1.5)."""
    if not file.record_octets:
        return Answer(NOT_THIS_STRUCTURE)
    record = file.record(number)
    if not record:
        return Answer(NO_RECORD)
    if length not in (0, len(record)):
        return Answer(0x6C00 | len(record))
    return Answer(DONE, record)
