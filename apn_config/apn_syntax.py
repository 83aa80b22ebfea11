"""What an APN may look like (3GPP TS 23.003 9.1), and what may stand in an AT string. Pure."""

from __future__ import annotations

# A Network Identifier is at most 63 octets encoded: a length octet for each label, so one character
# less as text (23.003 9.1.1).
MAX_APN = 62
# u-blox takes 64 (SARA-R4 manual p.141), Quectel 127, SIMCom no less: the smallest of those known.
MAX_CREDENTIAL = 64
RESERVED_PREFIXES = ("rac", "lac", "sgsn", "rnc")
RESERVED_SUFFIX = ".gprs"

_LETTERS_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
# An AT string has no portable escape, so what would need one can't be sent (V.250 5.4.2.2).
_CREDENTIAL = frozenset(chr(code) for code in range(0x20, 0x7F)) - frozenset('"\\;')


def apn_offence(name: str) -> int | None:
    """The index of the first character that makes `name` no APN; None when it is one.

    A name that is too short or ends badly offends at its end; a reserved prefix at its start.
    """
    label_start = 0
    for index, character in enumerate(name[:MAX_APN]):
        at_edge = index == label_start
        if character == "." and not at_edge and name[index - 1] != "-":
            label_start = index + 1
        elif character not in _LETTERS_DIGITS and (character != "-" or at_edge):
            return index
    if len(name) > MAX_APN:
        return MAX_APN
    if not name or name[-1] in ".-":
        return max(len(name) - 1, 0)
    folded = name.lower()
    if folded.startswith(RESERVED_PREFIXES):
        return 0
    if folded.endswith(RESERVED_SUFFIX):
        return len(name) - len(RESERVED_SUFFIX)
    return None


def credential_offence(value: str) -> int | None:
    """The index of the first character that can't stand in a user or password; None if all can."""
    for index, character in enumerate(value[:MAX_CREDENTIAL]):
        if character not in _CREDENTIAL:
            return index
    return MAX_CREDENTIAL if len(value) > MAX_CREDENTIAL else None
