"""The TE character set (+CSCS, 3GPP TS 27.007 5.5): how a text stands on the line.

Texts, numbers and names go through it; keywords ("ME", "REC READ") and numbers that are no string
parameters don't. A shown text is a `str` of which each character is one octet of the line.
"""

from __future__ import annotations

from modem.sms.gsm7 import decode_septets, find_septets

GSM = "GSM"  # the septets of 3GPP TS 23.038 6.2.1, one an octet
IRA = "IRA"  # ITU-T T.50, as good as ASCII
UCS2 = "UCS2"  # four hex digits a character; beyond the BMP eight, as a surrogate pair
HEX = "HEX"  # two hex digits a septet
LATIN_1 = "8859-1"

_UNKNOWN = "?"  # for a character that the set lacks


class Unreadable(ValueError):
    """What the host wrote is no text of the character set."""


def show(text: str, charset: str) -> str:
    """A text as the line has it; what the character set lacks is a question mark."""
    if charset == UCS2:
        return text.encode("utf-16-be", "replace").hex().upper()
    if charset == HEX:
        return _septets(text).hex().upper()
    if charset == GSM:
        return _septets(text).decode("latin-1")
    codec = "ascii" if charset == IRA else "latin-1"
    return text.encode(codec, "replace").decode(codec)


def read(shown: str, charset: str) -> str:
    """The text that a host wrote; raises Unreadable."""
    try:
        octets = shown.encode("latin-1")
        if charset == UCS2:
            return _from_hex(shown).decode("utf-16-be")
        if charset == HEX:
            return _from_septets(_from_hex(shown))
        if charset == GSM:
            return _from_septets(octets)
        return octets.decode("ascii" if charset == IRA else "latin-1")
    except UnicodeError as error:
        raise Unreadable(charset) from error


def _septets(text: str) -> bytes:
    whole = find_septets(text)
    if whole is not None:
        return whole
    return b"".join(find_septets(character) or _UNKNOWN.encode() for character in text)


def _from_septets(octets: bytes) -> str:
    if not octets.isascii():
        raise Unreadable("a septet has seven bits")
    return decode_septets(octets)[0]


def _from_hex(shown: str) -> bytes:
    octets = hex_octets(shown)
    if octets is None:
        raise Unreadable("no hex")
    return octets


def hex_octets(shown: str) -> bytes | None:
    """The octets that pairs of hex digits stand for; None for anything else, blanks included."""
    try:
        octets = bytes.fromhex(shown)
    except ValueError:
        return None
    return octets if len(octets) * 2 == len(shown) else None
