"""Random messages, the same for the same seed. What they look like in octets is `wire`'s.

What is rare in the field is common here: every alphabet, class, address type and header in one of
a few messages. All of it is valid, but for user data cut short, which a test has to ask for.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.modem.sms.peers import wire as w
from tests.modem.sms.peers.wire import Stamp, Wire

# Compressed text (23.042) is sent by nobody and read by none of the libraries.
_SCHEMES = [dcs for dcs in range(256) if dcs >= 0x80 or not dcs & 0x20]
_COMMON = (0x00, 0x04, 0x08, 0xF1, 0xF5, 0x10, 0x14, 0x18)
_PLANS = (0, 1, 3, 4, 8, 9)
_ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,?!"
_ALL = w.DEFAULT.replace("\x1b", "")
_EXTENDED = "".join(w.EXTENSION.values())
_PLANES = (
    range(0x20, 0x7F),
    range(0xA0, 0x250),
    range(0x400, 0x530),
    range(0x4E00, 0x9FA0),
    range(0xE000, 0xF8FF),
)
_EMOJI = range(0x1F300, 0x1F9FF)
_OTHER_ELEMENTS = (0x06, 0x07, 0x20, 0x70, 0x7F, 0xA0)


def stamp(rng: random.Random, odd: float = 0.01) -> Stamp:
    """Any moment, any zone that there is; one in a hundred is no date."""
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    if rng.random() < odd:
        month, day = rng.choice(((13, 1), (2, 30), (4, 31), (0, 1)))
    clock = rng.randrange(24), rng.randrange(60), rng.randrange(60)
    return Stamp(rng.randrange(100), month, day, *clock, rng.randint(-48, 56))


def digits(rng: random.Random, alphabet: str = "0123456789") -> str:
    """One to twenty digits, mostly eleven or twelve."""
    length = rng.randint(1, 20) if rng.random() < 0.4 else rng.randint(11, 12)
    return "".join(rng.choices(alphabet, k=length))


def name(rng: random.Random) -> str:
    """A sender's name of one to eleven septets."""
    wanted = rng.randint(1, 11)
    text = gsm_text(rng, wanted)
    while len(w.septets_of(text)) > 11:
        text = text[:-1]
    return text


def gsm_text(rng: random.Random, length: int) -> str:
    """Letters with a few others of the default alphabet, and 3 % of the extension table."""
    pools = rng.choices((_ASCII, _ALL, _EXTENDED), (80, 17, 3), k=length)
    return "".join(map(rng.choice, pools))


def wide_text(rng: random.Random, length: int) -> str:
    """Characters of all kinds of scripts; in one text of four a few need a surrogate pair."""
    emoji = 0.05 if rng.random() < 0.25 else 0.0
    return "".join(
        chr(rng.choice(_EMOJI if rng.random() < emoji else rng.choice(_PLANES)))
        for _ in range(length)
    )


def address(rng: random.Random) -> tuple[int, str]:
    """Type-of-address octet and value: all types, several plans, names."""
    kind = rng.random()
    if kind < 0.5:
        return 0x91, digits(rng)
    if kind < 0.65:
        return 0xD0, name(rng)
    type_of_number = rng.choice((0, 1, 2, 3, 4, 6, 7))
    toa = 0x80 | type_of_number << 4 | rng.choice(_PLANS)
    if kind < 0.7:
        return toa, digits(rng, "0123456789*#abc")
    return toa, "" if kind < 0.71 else digits(rng)


def elements(rng: random.Random, national: int = 1) -> tuple[w.Element, ...]:
    """No header, mostly; else one or two elements, of concatenation above all.

    `national` is how often the national tables are announced, of 22 + 2 * `national` times.
    """
    makers: tuple[Callable[[random.Random], w.Element], ...] = (
        _concat_8,
        _concat_16,
        lambda rng: (w.PORTS_8, rng.randbytes(2)),
        lambda rng: (w.PORTS_16, rng.randbytes(4)),
        lambda _rng: (w.SINGLE_SHIFT, bytes((w.TURKISH,))),
        lambda _rng: (w.LOCKING_SHIFT, bytes((w.TURKISH,))),
        lambda rng: (rng.choice(_OTHER_ELEMENTS), rng.randbytes(rng.randrange(6))),
    )
    weights = (10, 5, 2, 3, national, national, 2)
    count = rng.choices((0, 1, 2), (60, 30, 10))[0]
    chosen = {maker: maker(rng) for maker in rng.choices(makers, weights, k=count)}
    return tuple(chosen.values())


def _concat_8(rng: random.Random) -> w.Element:
    total = rng.randint(1, 255)
    return w.CONCAT_8, bytes((rng.randrange(256), total, rng.randint(1, total)))


def _concat_16(rng: random.Random) -> w.Element:
    total = rng.randint(1, 255)
    return w.CONCAT_16, rng.randbytes(2) + bytes((total, rng.randint(1, total)))


def payload(rng: random.Random, coding: w.Coding, octets: int, odd: float = 0.02) -> bytes:
    """User data that fits into so many octets; one text of fifty with an escape before anything."""
    if coding == "8bit":
        return rng.randbytes(_length(rng, octets))
    if coding == "ucs2":
        text = wide_text(rng, _length(rng, octets // 2)).encode("utf-16-be")
        # Cutting may part a surrogate pair, as senders do.
        return text[: octets & ~1]
    septets = w.septets_of(gsm_text(rng, _length(rng, octets * 8 // 7)))
    if rng.random() < odd:
        septets += bytes((w.ESCAPE, rng.choice((w.ESCAPE, rng.randrange(128)))))
        septets += w.septets_of(gsm_text(rng, rng.randrange(4)))
    septets = septets[: octets * 8 // 7]
    # Cutting may part an escape from what it is for, as senders do; composers don't.
    return septets if odd else septets.removesuffix(bytes((w.ESCAPE,)))


def _length(rng: random.Random, most: int) -> int:
    return most if rng.random() < 0.2 else rng.randint(0, most)


def message(rng: random.Random) -> Wire:
    """A DELIVER, a SUBMIT or a STATUS-REPORT."""
    kinds: tuple[w.Kind, ...] = ("deliver", "submit", "status_report")
    kind = rng.choices(kinds, (70, 22, 8))[0]
    toa, value = address(rng)
    smsc = digits(rng) if rng.random() < 0.7 else ""
    found = Wire(kind, toa, value, smsc=smsc[:18], stamp=stamp(rng))
    if kind == "status_report":
        return found._replace(
            reference=rng.randrange(256),
            discharge=stamp(rng),
            status=rng.randrange(256),
            flags=rng.randrange(2) << 2,
        )
    dcs = rng.choice(_COMMON if rng.random() < 0.75 else _SCHEMES)
    found = found._replace(dcs=dcs, pid=rng.choice((0, 0, 0, rng.randrange(256))))
    found = found._replace(flags=rng.choice((0, 0x04)) | rng.choice((0, 0x20, 0x80, 0xA0)))
    if kind == "submit":
        validity = rng.choice((b"", rng.randbytes(1), stamp(rng, odd=0.0).octets()))
        found = found._replace(reference=rng.randrange(256), validity=validity)
    found = found._replace(elements=elements(rng))
    return found._replace(payload=payload(rng, found.coding, 140 - len(found.header)))


def sendable(rng: random.Random) -> Wire:
    """A DELIVER or SUBMIT as a program asks for one: the codings and addresses that encoders know.

    What they leave to themselves is as they all do it: the class in group 00xx, no TP-PID.
    """
    kinds: tuple[w.Kind, ...] = ("deliver", "submit")
    kind = rng.choice(kinds)
    toa = rng.choices((0x91, 0x81, 0xD0), (60, 20, 20 if kind == "deliver" else 0))[0]
    # A sender with letters is a name.
    beyond = "*#abc" if kind == "submit" else "*#"
    special = beyond if toa == 0x81 and rng.random() < 0.3 else ""
    value = sender_name(rng) if toa == 0xD0 else digits(rng, "0123456789" + special)
    message_class = rng.choice((None, None, 0, 1, 2, 3))
    dcs = rng.choice((0x00, 0x04, 0x08)) | (0 if message_class is None else 0x10 | message_class)
    smsc = digits(rng)[:18] if kind == "deliver" else ""
    found = Wire(kind, toa, value, dcs=dcs, stamp=stamp(rng, odd=0.0), smsc=smsc)
    if rng.random() < 0.2:
        found = found._replace(elements=((w.PORTS_16, rng.randbytes(4)),))
    return found._replace(payload=content(rng, found.coding, 140 - len(found.header)))


def content(rng: random.Random, coding: w.Coding, octets: int) -> bytes:
    """User data without anything cut in two."""
    found = payload(rng, coding, octets, odd=0.0)
    whole = coding == "ucs2"
    return found.decode("utf-16-be", "ignore").encode("utf-16-be") if whole else found


def long(rng: random.Random) -> Wire:
    """The same, with a payload of up to five parts."""
    found = sendable(rng)
    return found._replace(payload=content(rng, found.coding, rng.randint(100, 600)))


def report(rng: random.Random) -> Wire:
    """A STATUS-REPORT on a message to an international number."""
    return Wire(
        "status_report",
        0x91,
        digits(rng),
        flags=0x04,
        smsc=digits(rng)[:18],
        stamp=stamp(rng, odd=0.0),
        discharge=stamp(rng, odd=0.0),
        status=rng.randrange(256),
        reference=rng.randrange(256),
    )


def sender_name(rng: random.Random) -> str:
    """A name that can't be taken for a number."""
    found = name(rng)
    while not any(map(str.isalpha, found)):
        found = name(rng)
    return found


def messages(seed: int, count: int) -> Iterator[Wire]:
    """So many of them."""
    rng = random.Random(seed)
    return (message(rng) for _ in range(count))


def cut_short(seed: int, count: int) -> Iterator[Wire]:
    """The same, with the last octets of TP-UD missing, if there are any."""
    rng = random.Random(seed)
    for wire in messages(seed, count):
        behind_header = len(w.user_data(wire)) - 1 - len(wire.header)
        yield wire._replace(left_out=rng.randint(0, behind_header))
