"""TP-DCS: what all of its 256 values mean. 3GPP TS 23.038 4.

The standard wants reserved values read as the GSM 7-bit default alphabet, and so they are.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from modem.sms.errors import ComposeError


class Encoding(StrEnum):
    """How user data is to be read."""

    GSM7 = "gsm7"
    EIGHT_BIT = "8bit"
    UCS2 = "ucs2"
    COMPRESSED = "compressed"
    """3GPP TS 23.042; nobody sends it, and it is handed on as octets."""


class WaitingKind(StrEnum):
    """What waits, in a message waiting indication."""

    VOICEMAIL = "voicemail"
    FAX = "fax"
    EMAIL = "email"
    OTHER = "other"


class MessageWaiting(NamedTuple):
    """A message waiting indication: switched on or off, and whether its text is worth keeping."""

    kind: WaitingKind
    active: bool
    store: bool


class Dcs(NamedTuple):
    """A data coding scheme.

    `encoding` is how the user data is to be read, `alphabet` that of the text when it is compressed
    too; `message_class` 0 is shown at once and not stored, 1 is for the phone, 2 for the SIM, 3 for
    a terminal, None is none of them. `reserved`: the value, or a bit of it that is set, has no
    meaning yet.
    """

    value: int
    alphabet: Encoding
    encoding: Encoding
    message_class: int | None = None
    waiting: MessageWaiting | None = None
    automatic_deletion: bool = False
    reserved: bool = False

    @property
    def compressed(self) -> bool:
        """Whether the text is compressed (3GPP TS 23.042)."""
        return self.encoding is Encoding.COMPRESSED


_ALPHABETS = (Encoding.GSM7, Encoding.EIGHT_BIT, Encoding.UCS2, Encoding.GSM7)
_WAITING = tuple(WaitingKind)


@lru_cache(maxsize=256)
def decode_dcs(value: int) -> Dcs:
    """What a TP-DCS octet means; ValueError for what is no octet."""
    if not 0 <= value <= 0xFF:
        raise ValueError(f"a data coding scheme is one octet, not {value}")
    group = value >> 4
    if group < 0x8:
        alphabet = _ALPHABETS[value >> 2 & 3]
        return Dcs(
            value,
            alphabet,
            Encoding.COMPRESSED if value & 0x20 else alphabet,
            message_class=value & 3 if value & 0x10 else None,
            automatic_deletion=bool(value & 0x40),
            reserved=value >> 2 & 3 == 3,
        )
    if group < 0xC:
        return Dcs(value, Encoding.GSM7, Encoding.GSM7, reserved=True)
    if group < 0xF:
        waiting = MessageWaiting(_WAITING[value & 3], active=bool(value & 0x08), store=group != 0xC)
        alphabet = Encoding.UCS2 if group == 0xE else Encoding.GSM7
        return Dcs(value, alphabet, alphabet, waiting=waiting, reserved=bool(value & 0x04))
    alphabet = Encoding.EIGHT_BIT if value & 0x04 else Encoding.GSM7
    return Dcs(value, alphabet, alphabet, message_class=value & 3, reserved=bool(value & 0x08))


def encode_dcs(alphabet: Encoding, message_class: int | None = None) -> int:
    """The octet for an alphabet and a class, in the general group (00xx)."""
    value = _ALPHABETS.index(alphabet) << 2
    if message_class is None:
        return value
    if not 0 <= message_class <= 3:
        raise ComposeError("message_class", f"wanted 0 to 3, got {message_class}")
    return 0x10 | value | message_class
