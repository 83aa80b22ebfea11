"""Information elements of a user data header: a name for each identifier, and the values' meaning.

3GPP TS 23.040 9.2.3.24.
"""

from __future__ import annotations

from modem.sms.charsets import Language
from modem.sms.udh import (
    Iei,
    InformationElement,
    decode_concat,
    decode_indication,
    decode_ports,
)

_NAMES: dict[int, str] = {
    0x00: "concatenated message",
    0x01: "special SMS message indication",
    0x03: "not used",
    0x04: "application ports, 8 bits",
    0x05: "application ports, 16 bits",
    0x06: "SMSC control parameters",
    0x07: "source of the next elements",
    0x08: "concatenated message, 16-bit reference",
    0x09: "wireless control message protocol",
    0x0A: "text formatting",
    0x0B: "predefined sound",
    0x0C: "user defined sound",
    0x0D: "predefined animation",
    0x0E: "large animation",
    0x0F: "small animation",
    0x10: "large picture",
    0x11: "small picture",
    0x12: "variable picture",
    0x13: "user prompt indicator",
    0x14: "extended object",
    0x15: "reused extended object",
    0x16: "compression control",
    0x17: "object distribution indicator",
    0x18: "standard WVG object",
    0x19: "character size WVG object",
    0x1A: "extended object data request command",
    0x20: "RFC 5322 e-mail header",
    0x21: "hyperlink format",
    0x22: "reply address",
    0x23: "enhanced voice mail information",
    0x24: "national language single shift",
    0x25: "national language locking shift",
    # 3GPP TS 31.115 4.
    0x70: "(U)SIM toolkit security header: command packet",
    0x71: "(U)SIM toolkit security header: response packet",
}
# What the others are for, up to and with that identifier.
_OTHERS = (
    (0x19, "reserved"),
    (0x1F, "reserved for EMS"),
    (0x6F, "reserved"),
    (0x7F, "(U)SIM toolkit security header"),
    (0x9F, "SME to SME specific"),
    (0xBF, "reserved"),
    (0xDF, "SC specific"),
    (0xFF, "reserved"),
)
# 9.2.3.24.6.
_SOURCES = {b"\x01": "the original sender", b"\x02": "the original receiver", b"\x03": "the SMSC"}
_VIDEO = 1
_NONSENSE = "makes no sense, not used"


def element_name(iei: int) -> str:
    """What an identifier stands for, for all of the 256."""
    return _NAMES.get(iei) or next(name for last, name in _OTHERS if iei <= last)


def element_words(element: InformationElement) -> str:
    """The name of an element and, of those that are understood, its values."""
    values = _values(element)
    name = element_name(element.iei)
    return f"{name}: {values}" if values else name


def _values(element: InformationElement) -> str | None:
    """The values of an element; None where they aren't read."""
    iei, data = element
    if iei in (Iei.CONCAT_8, Iei.CONCAT_16):
        concat = decode_concat(iei, data)
        if concat is None:
            return _NONSENSE
        return f"part {concat.seq} of {concat.total}, reference {concat.ref}"
    if iei in (Iei.PORTS_8, Iei.PORTS_16):
        ports = decode_ports(iei, data)
        return f"to {ports.dst}, from {ports.src}" if ports else _NONSENSE
    if iei == Iei.SPECIAL_INDICATION:
        return _indication(data)
    if iei in (Iei.SINGLE_SHIFT, Iei.LOCKING_SHIFT):
        return language_words(data[0]) if len(data) == 1 else _NONSENSE
    return _SOURCES.get(data) if iei == 0x07 else None


def _indication(data: bytes) -> str:
    indication = decode_indication(data)
    if indication is None:
        return _NONSENSE
    kind = indication.kind.value
    if indication.extended:
        video = kind == "other" and indication.extended == _VIDEO
        kind = "video" if video else f"{kind} (extended type {indication.extended})"
    keep = "store" if indication.store else "discard"
    waiting = f"{indication.messages} {kind} waiting"
    return f"{waiting}, profile {indication.profile}, {keep} this message"


def language_words(number: int) -> str:
    """A national language, by its number (3GPP TS 23.038 6.2.1.2.4); 0 is the default's."""
    try:
        return Language(number).name.capitalize()
    except ValueError:
        return f"reserved language {number}"
