"""The GSM 7-bit alphabet: septets in octets, and the characters they stand for.

3GPP TS 23.038 6.1.2 (packing), 6.2.1 (default alphabet and extension table). The national tables
are in `charsets`, which is loaded when a message names one. No TP field is known here.
"""

from __future__ import annotations

from codecs import charmap_build, charmap_decode, charmap_encode
from struct import Struct

ESCAPE = 0x1B
UNDEFINED = "\ufffd"
"""What a national table shows for a septet that it has no character for."""

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

# How `DEFAULT` shows an escape, and what the character behind it becomes.
_ESCAPE_SHOWN = "\x1b"
_EXTENDED = {DEFAULT[code]: character for code, character in EXTENSION.items()}

# The most septets that one TP-UD can count (TP-UDL is one octet).
MAX_SEPTETS = 255

# Seven octets are eight septets. To unpack a message, its groups of seven octets are pulled apart
# to eight, and then in all groups at once, as one integer, the halves, quarters and eighths are
# moved apart: three steps for a whole message, where septet by septet there would be 160. Packing
# goes the same way back. For each step: how far its upper blocks move, the bits of the lower
# blocks, those of the upper ones while they stand close, and once they stand apart.
_GROUPS = MAX_SEPTETS // 8 + 1
_STEPS = tuple(
    (shift, low, low << 7 * shift, low << 8 * shift)
    for shift in (4, 2, 1)
    for low in [sum((1 << 7 * shift) - 1 << 16 * shift * at for at in range(_GROUPS * 4 // shift))]
)
_STEPS_BACK = _STEPS[::-1]
_CLOSE = tuple(Struct("7s" * groups) for groups in range(_GROUPS + 1))


def unpack(packed: bytes, count: int, skipped_bits: int = 0) -> bytes:
    """`count` septets, one an octet, from packed octets; `skipped_bits` stand before the first.

    At most 255; octets that are missing count as zero.
    """
    if skipped_bits:
        packed = (int.from_bytes(packed, "little") >> skipped_bits).to_bytes(len(packed), "little")
    groups = count + 7 >> 3
    octets = 7 * groups
    close = packed[:octets] if len(packed) >= octets else packed.ljust(octets, b"\0")
    value = int.from_bytes(b"\0".join(_CLOSE[groups].unpack(close)), "little")
    for shift, low, high, _ in _STEPS:
        value = (value & low) | ((value & high) << shift)
    return value.to_bytes(8 * groups, "little")[:count]


def pack(septets: bytes, skipped_bits: int = 0) -> bytes:
    """Septets, one an octet, packed; `skipped_bits` zero bits stand before the first.

    At most 255.
    """
    count = len(septets)
    groups = count + 7 >> 3
    value = int.from_bytes(septets, "little")
    for shift, low, _, high in _STEPS_BACK:
        value = (value & low) | ((value & high) >> shift)
    packed = bytearray(value.to_bytes(8 * groups, "little"))
    del packed[7::8]
    if skipped_bits:
        shifted = int.from_bytes(packed, "little") << skipped_bits
        return shifted.to_bytes((7 * count + skipped_bits + 7) // 8, "little")
    return bytes(packed[: (7 * count + 7) // 8])


def decode_septets(septets: bytes, locking: int = 0, single: int = 0) -> tuple[str, bool]:
    """The text of septets, read by the national tables of those numbers (0: the default).

    The flag says that an escape ends them, for which nothing is shown. A character that the single
    shift table lacks is shown as the locking table has it, a second escape as a space (23.038
    6.2.1.1, notes). LookupError if a table isn't known.
    """
    if locking or single:
        return _decode_escaped(septets, *_national(locking, single))
    text = charmap_decode(septets, "replace", DEFAULT)[0]
    if ESCAPE not in septets:
        return text, False
    shown = text.split(_ESCAPE_SHOWN)
    try:
        # By far the most: each escape stands before a character of the extension table.
        shown[1:] = [_EXTENDED[piece[0]] + piece[1:] for piece in shown[1:]]
    except LookupError:
        return _decode_escaped(septets, DEFAULT, EXTENSION)
    return "".join(shown), False


def _decode_escaped(septets: bytes, table: str, extension: dict[int, str]) -> tuple[str, bool]:
    text = charmap_decode(septets, "replace", table)[0]
    shown = []
    start = 0
    while (found := septets.find(ESCAPE, start)) >= 0:
        shown.append(text[start:found])
        start = found + 2
        if start > len(septets):
            return "".join(shown), True
        code = septets[found + 1]
        shown.append(extension.get(code) or (" " if code == ESCAPE else text[found + 1]))
    shown.append(text[start:])
    return "".join(shown), False


def undefined(septets: bytes, locking: int = 0, single: int = 0) -> list[int]:
    """The positions of septets, or of escapes before one, for which the tables have no character.

    What is shown instead is `decode_septets`' choice.
    """
    table, extension = _national(locking, single) if locking or single else (DEFAULT, EXTENSION)
    if table is DEFAULT and ESCAPE not in septets:
        return []
    found = []
    position = 0
    while position < len(septets):
        code = septets[position]
        if code != ESCAPE:
            if table[code] == UNDEFINED:
                found.append(position)
            position += 1
            continue
        if position + 1 < len(septets) and septets[position + 1] not in extension:
            found.append(position)
        position += 2
    return found


def ends_in_escape(septets: bytes) -> bool:
    """Whether the last septet is an escape that stands alone: two of them are a pair."""
    return (len(septets) - len(septets.rstrip(b"\x1b"))) % 2 == 1


def has_locking(number: int) -> bool:
    """Whether a national language of that number has a locking shift table."""
    from modem.sms.charsets import locking_table

    return locking_table(number) is not None


def has_single(number: int) -> bool:
    """Whether a national language of that number has a single shift table."""
    from modem.sms.charsets import single_table

    return single_table(number) is not None


def _national(locking: int, single: int) -> tuple[str, dict[int, str]]:
    from modem.sms import charsets  # most messages need none of its tables

    table = charsets.locking_table(locking) if locking else DEFAULT
    extension = charsets.single_table(single) if single else EXTENSION
    if table is None or extension is None:
        raise LookupError(f"no such national language table: {locking}, {single}")
    return table, extension


def _encoding_table() -> str:
    """What `charmap_build` makes the map for `encode_septets` from.

    It makes a trie, which takes 2 ns a character where a dict takes 25, as long as code 0 is
    U+0000: so `@` stands at 0x80, and the extension's characters at 0x80 and their code.
    """
    codes = ["\0", *DEFAULT[1:ESCAPE], "\ufffe", *DEFAULT[ESCAPE + 1 :], "@", *["\ufffe"] * 127]
    for code, character in EXTENSION.items():
        codes[0x80 | code] = character
    return "".join(codes)


_ENCODED = charmap_build(_encoding_table())
_ONE_SEPTET = bytes(range(0x80))
_REPLACED = {
    0x80: (b"\x80", b"\0"),
    **{0x80 | code: (bytes((0x80 | code,)), bytes((ESCAPE, code))) for code in EXTENSION},
}


def find_septets(text: str) -> bytes | None:
    """The septets of a text in the default alphabet, escapes included; None if it lacks one."""
    # Characters that aren't there are left out, which costs less than an exception.
    septets = charmap_encode(text, "ignore", _ENCODED)[0]
    if len(septets) != len(text) or "\0" in text:
        return None
    if not septets.isascii():
        for octet in set(septets.translate(None, _ONE_SEPTET)):
            septets = septets.replace(*_REPLACED[octet])
    return septets


def encode_septets(text: str) -> bytes:
    """The septets of a text in the default alphabet, escapes included.

    UnicodeEncodeError names the first character that the alphabet lacks.
    """
    septets = find_septets(text)
    if septets is None:
        at = first_unwritable(text)
        raise UnicodeEncodeError("gsm7", text, at, at + 1, "not in the alphabet")
    return septets


def first_unwritable(text: str) -> int:
    """Where the first character stands that the default alphabet lacks; there is one."""
    nul = text.find("\0")
    try:
        charmap_encode(text, "strict", _ENCODED)
    except UnicodeEncodeError as error:
        return error.start if nul < 0 else min(nul, error.start)
    return nul


def gsm7_length(text: str) -> int | None:
    """How many septets a text takes (extension characters take two); None if it can't be sent."""
    septets = find_septets(text)
    return None if septets is None else len(septets)


def is_gsm7_basic(text: str) -> bool:
    """Whether every character of the text takes one septet (no `^{}[]~\\|` and no euro sign)."""
    return gsm7_length(text) == len(text)
