"""UCS-2 user data, read and written as UTF-16 (big endian), as all phones do.

3GPP TS 23.038 6.2.3 says UCS-2; characters beyond it have been sent as surrogate pairs since emoji.
"""

from __future__ import annotations


def decode_ucs2(octets: bytes) -> tuple[str, bool]:
    """The text of UCS-2 octets; whether half a surrogate pair is there, which reads U+FFFD.

    An odd octet at the end is left out.
    """
    whole = octets[: len(octets) & ~1]
    try:
        return whole.decode("utf-16-be"), False
    except UnicodeDecodeError:
        return whole.decode("utf-16-be", "replace"), True


def encode_ucs2(text: str) -> bytes:
    """The octets of a text; UnicodeEncodeError where it has half a surrogate pair."""
    return text.encode("utf-16-be")


def ends_in_high_surrogate(octets: bytes) -> bool:
    """Whether a cut behind these octets would part a surrogate pair."""
    return len(octets) >= 2 and 0xD8 <= octets[-2] <= 0xDB
