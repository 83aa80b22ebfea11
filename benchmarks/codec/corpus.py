"""The messages that codecs are measured on: mixed, seeded, and no two alike.

A set is 1,000 PDUs, 250 of each kind: GSM 7-bit text of 160 septets with 3 % extension characters,
UCS-2 text of 70 characters, 140 octets of 8-bit data, and parts of longer texts. Numbers, times and
texts are all distinct, so that no cache helps, and nothing in them is out of the ordinary: what a
library gets wrong here it gets wrong in the field.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from modem import sms

KINDS = ("gsm7", "ucs2", "8bit", "parts")
PER_KIND = 250

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,?!"
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Without the tilde: a library may choose UCS-2 for a text, and there libgammu takes it for a mark.
_EXTENDED = "^{}\\[]|€"
_WIDE = "".join(map(chr, (*range(0x3B1, 0x3C9), *range(0x410, 0x450), *range(0x4E00, 0x9FA0))))
_CLASSES = (None, None, None, 0, 1, 2, 3)
_START = datetime(2024, 1, 1, tzinfo=UTC)
# What 160 septets, or 70 characters, are cut into when they are too many for one message. A little
# below what two parts hold, since an escape at the cut needs a septet more.
_SINGLE_SEPTETS, _SINGLE_WIDE = 160, 70
_DOUBLE_SEPTETS, _DOUBLE_WIDE = 302, 132
_OCTETS = 140


class Received(NamedTuple):
    """A DELIVER in hexadecimal, as a modem shows it, and what it says."""

    pdu: str
    text: str | None
    data: bytes | None
    number: str
    timestamp: datetime
    message_class: int | None
    concat: tuple[int, int, int] | None
    """Reference, total, sequence number."""


class ToSend(NamedTuple):
    """A message for an encoder, and how many PDUs it takes."""

    number: str
    content: str | bytes
    wide: bool
    """Whether the text needs UCS-2, for an encoder that has to be told."""
    reference: int
    pdus: int


def received(seed: int) -> dict[str, list[Received]]:
    """A set to decode, by kind."""
    rng = random.Random(f"received {seed}")
    return {
        kind: [
            each for _ in range(_messages(kind)) for each in _delivered(rng, _content(rng, kind))
        ]
        for kind in KINDS
    }


def _messages(kind: str) -> int:
    return PER_KIND // 2 if kind == "parts" else PER_KIND


def _delivered(rng: random.Random, content: str | bytes) -> list[Received]:
    sender = _sender(rng)
    zone = timezone(timedelta(minutes=15 * rng.randint(-48, 56)))
    timestamp = (_START + timedelta(seconds=rng.randrange(5 * 365 * 86400))).astimezone(zone)
    message_class = rng.choice(_CLASSES)
    reference = rng.randrange(0x100 if rng.random() < 0.8 else 0x10000)
    parts = sms.compose_deliver(
        sender,
        content,
        timestamp=timestamp,
        reference=reference,
        smsc=_number(rng),
        message_class=message_class,
    )
    return [
        Received(
            part.pdu,
            part.text,
            part.data,
            sender,
            timestamp,
            message_class,
            (reference, part.total, part.seq) if part.total > 1 else None,
        )
        for part in parts
    ]


def to_send(seed: int) -> dict[str, list[ToSend]]:
    """A set to encode, by kind. The parts are those of half as many messages."""
    rng = random.Random(f"to send {seed}")
    return {kind: [_to_send(rng, kind) for _ in range(_messages(kind))] for kind in KINDS}


def _to_send(rng: random.Random, kind: str) -> ToSend:
    content = _content(rng, kind)
    wide = isinstance(content, str) and not sms.gsm7_length(content)
    return ToSend(_number(rng), content, wide, rng.randrange(0x100), PER_KIND // _messages(kind))


def _content(rng: random.Random, kind: str) -> str | bytes:
    if kind == "8bit":
        return rng.randbytes(_OCTETS)
    if kind == "ucs2":
        return _wide(rng, _SINGLE_WIDE)
    if kind == "gsm7":
        return _gsm7(rng, _SINGLE_SEPTETS)
    if rng.random() < 0.2:
        return _wide(rng, _DOUBLE_WIDE)
    return _gsm7(rng, _DOUBLE_SEPTETS)


def _gsm7(rng: random.Random, septets: int) -> str:
    text = ""
    left = septets
    while left:
        (pool,) = rng.choices((_LETTERS, _BASIC, _EXTENDED), (80, 17, 3))
        character = rng.choice(pool if left > 1 else _LETTERS)
        left -= 2 if character in _EXTENDED else 1
        text += character
    return text


def _wide(rng: random.Random, characters: int) -> str:
    return "".join(rng.choices(_WIDE, k=characters))


def _number(rng: random.Random) -> str:
    return f"+{rng.randrange(10**11, 10**12)}"


def _sender(rng: random.Random) -> str:
    """A number; for one message of eight a name, as services have them."""
    if rng.random() >= 0.125:
        return _number(rng)
    return "".join(rng.choices(_LETTERS[:52], k=rng.randint(9, 11)))
