"""The GSM 7-bit alphabet: septets in octets, and the characters they stand for.

3GPP TS 23.038 6.1.2 (packing), 6.2.1 (default alphabet and extension table). The national tables
are in `charsets`, which is loaded when a message names one. No TP field is known here.
"""

from __future__ import annotations

from codecs import charmap_decode, charmap_encode

ESCAPE = 0x1B

# Rows of sixteen, as in the standard's table read column by column. 0x1B is the escape.
DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

# The most septets that one TP-UD can count (TP-UDL is one octet).
MAX_SEPTETS = 255

_BASIC = {ord(char): code for code, char in enumerate(DEFAULT) if code != ESCAPE}
_ENCODED: dict[int, bytes] = {
    **{char: bytes((code,)) for char, code in _BASIC.items()},
    **{ord(char): bytes((ESCAPE, code)) for code, char in EXTENSION.items()},
}


def _spreading_masks() -> tuple[tuple[int, int, int], ...]:
    """(block, low, high) for block = 128, 64, .. 1 septets: see `unpack`."""
    masks = []
    block = 128
    while block:
        ones = (1 << 7 * block) - 1
        low = sum(ones << 16 * block * chunk for chunk in range(128 // block))
        masks.append((block, low, low << 7 * block))
        block >>= 1
    return tuple(masks)


_MASKS = _spreading_masks()


def unpack(packed: bytes, count: int, skipped_bits: int = 0) -> bytes:
    """`count` septets, one an octet, from packed octets; `skipped_bits` stand before the first.

    The whole message is one integer. Each step halves its blocks and moves the upper half of each
    apart, so that 160 septets take eight steps instead of 160. Octets that are missing count as
    zero.
    """
    value = (int.from_bytes(packed, "little") >> skipped_bits) & ((1 << 7 * count) - 1)
    for block, low, high in _MASKS:
        if block < count:
            value = (value & low) | ((value & high) << block)
    return value.to_bytes(count, "little")


def pack(septets: bytes, skipped_bits: int = 0) -> bytes:
    """Septets, one an octet, packed; `skipped_bits` zero bits stand before the first."""
    value = int.from_bytes(septets, "little")
    for block, low, high in reversed(_MASKS):
        if block < len(septets):
            # After the step above, the upper half of a block stands `block` bits further up.
            value = (value & low) | ((value & (high << block)) >> block)
    return (value << skipped_bits).to_bytes((7 * len(septets) + skipped_bits + 7) // 8, "little")


def decode_septets(septets: bytes, locking: int = 0, single: int = 0) -> tuple[str, bool]:
    """The text of septets, read by the national tables of those numbers (0: the default).

    The flag says that an escape ends them, for which nothing is shown. A character that the single
    shift table lacks is shown as the locking table has it, a second escape as a space (23.038
    6.2.1.1, notes). LookupError if a table isn't known.
    """
    table, extension = DEFAULT, EXTENSION
    if locking or single:
        table, extension = _national(locking, single)
    if ESCAPE not in septets:
        return charmap_decode(septets, "replace", table)[0], False
    return _decode_escaped(septets, table, extension)


def _decode_escaped(septets: bytes, table: str, extension: dict[int, str]) -> tuple[str, bool]:
    text = []
    start = 0
    while (found := septets.find(ESCAPE, start)) >= 0:
        text.append(charmap_decode(septets[start:found], "replace", table)[0])
        start = found + 2
        if start > len(septets):
            return "".join(text), True
        code = septets[found + 1]
        text.append(" " if code == ESCAPE else extension.get(code) or table[code])
    text.append(charmap_decode(septets[start:], "replace", table)[0])
    return "".join(text).replace("\ufffe", "\ufffd"), False


def _national(locking: int, single: int) -> tuple[str, dict[int, str]]:
    from modem.sms import charsets  # most messages need none of its tables

    table = charsets.LOCKING[locking] if locking else DEFAULT
    extension = charsets.SINGLE[single] if single else EXTENSION
    return table, extension


def encode_septets(text: str) -> bytes:
    """The septets of a text in the default alphabet, escapes included.

    UnicodeEncodeError names the first character that the alphabet lacks.
    """
    try:
        return charmap_encode(text, "strict", _BASIC)[0]
    except UnicodeEncodeError:
        return charmap_encode(text, "strict", _ENCODED)[0]


def gsm7_length(text: str) -> int | None:
    """How many septets a text takes (extension characters take two); None if it can't be sent."""
    try:
        return len(encode_septets(text))
    except UnicodeEncodeError:
        return None


def is_gsm7_basic(text: str) -> bool:
    """Whether every character of the text takes one septet (no `^{}[]~\\|` and no euro sign)."""
    try:
        charmap_encode(text, "strict", _BASIC)
    except UnicodeEncodeError:
        return False
    return True
