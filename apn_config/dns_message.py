"""One DNS question and its answer, as octets (RFC 1035 4). Pure.

Just enough to ask a server for the address of a name; whatever comes back is hostile.
"""

from __future__ import annotations

import struct
from ipaddress import ip_address

from apn_config.probe_target import Address

TYPE_A = 1
TYPE_AAAA = 28
_CLASS_IN = 1
_RECURSION_DESIRED = 0x0100
_RESPONSE = 0x8000
_OPCODE_AND_TRUNCATED = 0x7A00
_RCODE = 0x000F
_POINTER = 0xC0
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!2HIH")
_ADDRESS_OCTETS = {TYPE_A: 4, TYPE_AAAA: 16}


class OtherMessageError(Exception):
    """Not the answer to our question: to be left alone, and waited on."""


class NoAddressError(Exception):
    """The server's answer has no address; the message says why."""


def build_question(number: int, name: str, kind: int) -> bytes:
    """The message that asks for the addresses of a name, with recursion."""
    header = _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0)
    return header + _question(name, kind)


def parse_answer(octets: bytes, number: int, name: str, kind: int) -> Address:
    """The first address in the answer. Raises OtherMessageError, NoAddressError."""
    question = _question(name, kind)
    if len(octets) < _HEADER.size + len(question):
        raise OtherMessageError
    answered, flags, questions, answers, _, _ = _HEADER.unpack_from(octets)
    asked = octets[_HEADER.size : _HEADER.size + len(question)]
    is_ours = (answered, questions) == (number, 1) and asked.lower() == question.lower()
    if not is_ours or not flags & _RESPONSE:
        raise OtherMessageError
    if flags & _RCODE:
        raise NoAddressError(f"the DNS server answered with error {flags & _RCODE}")
    if flags & _OPCODE_AND_TRUNCATED:
        raise NoAddressError("the DNS server's answer is cut short")
    try:
        return _first_address(octets, _HEADER.size + len(question), answers, kind)
    except (IndexError, struct.error):
        raise NoAddressError("the DNS server's answer makes no sense") from None


def _question(name: str, kind: int) -> bytes:
    labels = name.removesuffix(".").encode("ascii").split(b".")
    coded = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return coded + struct.pack("!2H", kind, _CLASS_IN)


def _first_address(octets: bytes, at: int, answers: int, kind: int) -> Address:
    for _ in range(answers):
        at = _behind_name(octets, at)
        found, record_class, _, length = _RECORD.unpack_from(octets, at)
        at += _RECORD.size
        value = octets[at : at + length]
        if (found, record_class) == (kind, _CLASS_IN) and len(value) == _ADDRESS_OCTETS[kind]:
            return ip_address(value)
        at += length
    raise NoAddressError("the DNS server knows no address of this name")


def _behind_name(octets: bytes, at: int) -> int:
    """Where a name ends: at a zero, or behind a pointer to the rest of it (4.1.4)."""
    while octets[at]:
        if octets[at] >= _POINTER:
            return at + 2
        at += 1 + octets[at]
    return at + 1
