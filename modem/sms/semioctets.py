"""Two digits an octet, the first in the low half: numbers and times. 3GPP TS 23.040 9.1.2.3."""

from __future__ import annotations

SWAPPED = bytes(octet >> 4 | (octet & 15) << 4 for octet in range(256))
"""For `bytes.translate`: the halves of each octet change places."""


def digits(octets: bytes) -> str:
    """The semi-octets in their order, as lower-case hex digits."""
    return octets.translate(SWAPPED).hex()


def from_digits(text: str) -> bytes:
    """The octets of an even number of hex digits."""
    return bytes.fromhex(text).translate(SWAPPED)
