"""Where the libraries disagree with the standard, one entry for each reason.

An entry names the fields that it is about, and tells of a message, of what the field says and of
what was read instead, whether that is this disagreement. A disagreement without an entry is a
failure, and so is an entry without a disagreement that no other entry explains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from tests.modem.sms.peers import wire as w
from tests.modem.sms.peers.wire import REFUSED, Reading, Wire

_SHOWN = 3
# 3GPP TS 22.030 and V.250 6.3.1: digits, and the pause.
_DIALLED = frozenset("0123456789*#+pP")
_KNOWN = frozenset(bytes((code,)) for code in w.EXTENSION)


class Settled(NamedTuple):
    """One reason to disagree: who is right, by which clause, and why."""

    name: str
    clause: str
    right: Literal["ours", "both"]
    why: str
    fields: tuple[str, ...]
    holds: Callable[[Wire, object, object], bool]
    """Of the message, the field's value in it, and what was read."""


class Compared(NamedTuple):
    """A message, what it says, and what a library read."""

    wire: Wire
    said: Reading
    read: Reading


def without(table: Sequence[Settled], *names: str) -> tuple[Settled, ...]:
    """The entries but for those named, which all have to be there."""
    assert {entry.name for entry in table}.issuperset(names)
    return tuple(entry for entry in table if entry.name not in names)


def settle(table: Sequence[Settled], cases: Iterable[Compared], at_least: int) -> None:
    """Assert that each disagreement has its entry, and each entry a disagreement of its own."""
    needed: Counter[str] = Counter()
    count = 0
    unexplained = []
    for count, case in enumerate(cases, start=1):  # noqa: B007
        for field, theirs in case.read.items():
            value = case.said.get(field)
            if same(value, theirs):
                continue
            reasons = [
                entry.name
                for entry in table
                if field in entry.fields and entry.holds(case.wire, value, theirs)
            ]
            if len(reasons) == 1:
                needed.update(reasons)
            if not reasons:
                unexplained.append(f"{field}: {value!r}, read {theirs!r}, in {case.wire}")
    shown = "\n".join(unexplained[:_SHOWN])
    assert not unexplained, f"{len(unexplained)} disagreements in {count} messages:\n{shown}"
    assert [entry.name for entry in table if not needed[entry.name]] == []
    assert count >= at_least


def same(ours: object, theirs: object) -> bool:
    """Whether two values say the same: times to the zone, but for a time in UTC, which has none."""
    if isinstance(ours, datetime) and isinstance(theirs, datetime):
        return ours == theirs and theirs.utcoffset() in (ours.utcoffset(), timedelta(0))
    return ours == theirs


def _in_text(wire: Wire) -> bool:
    return wire.kind != "status_report" and wire.coding == "gsm7"


def before_odd_escape(wire: Wire) -> bytes | None:
    """The septets before an escape that has no extension character behind it; None without one."""
    position = 0
    while (position := wire.payload.find(w.ESCAPE, position)) >= 0:
        if wire.payload[position + 1 : position + 2] not in _KNOWN:
            return wire.payload[:position]
        position += 2
    return None


def _odd_escape(wire: Wire, _said: object, theirs: object) -> bool:
    """Up to the escape all is as it should be, but for the national table."""
    before = before_odd_escape(wire) if _in_text(wire) else None
    return before is not None and str(theirs).startswith(w.text_of(before))


def shifted(wire: Wire) -> bool:
    """Whether a national table is announced."""
    return wire.element(w.SINGLE_SHIFT, w.LOCKING_SHIFT) is not None


def _by_default_table(wire: Wire, _said: object, theirs: object) -> bool:
    return _in_text(wire) and shifted(wire) and theirs == w.text_of(wire.payload)


def lone_surrogate(wire: Wire) -> bool:
    """Whether a UCS-2 text has half a pair."""
    there = len(wire.payload) - wire.left_out
    try:
        wire.payload[: there & ~1].decode("utf-16-be")
    except UnicodeDecodeError:
        return wire.kind != "status_report" and wire.coding == "ucs2"
    return False


def no_date(wire: Wire) -> bool:
    """Whether a time of the message is none."""
    stamps = [wire.stamp] if wire.kind != "submit" else []
    stamps += [wire.discharge] if wire.kind == "status_report" else []
    return any(stamp.moment() is None for stamp in stamps)


def special_digits(wire: Wire) -> bool:
    """Whether the number has one of `*#abc`."""
    return not wire.named and not wire.address.isdigit() and bool(wire.address)


def _hexadecimal(_wire: Wire, said: object, theirs: object) -> bool:
    return theirs == str(said).translate(str.maketrans("*#abc", "ABCDE"))


def _only_digits(wire: Wire, _said: object, theirs: object) -> bool:
    digits = "".join(digit for digit in wire.address if digit.isdigit())
    return special_digits(wire) and str(theirs).removeprefix("+") == digits


def _septets_as_characters(wire: Wire, _said: object, theirs: object) -> bool:
    raw = "".join(map(chr, w.septets_of(wire.address))) if wire.named else None
    return raw is not None and theirs == raw.partition("\0")[0]


def _gammu_octets(wire: Wire, _said: object, theirs: object) -> bool:
    dcs = wire.dcs
    reserved = dcs & 0x0C == 0x0C if dcs < 0x80 else dcs < 0xC0 or bool(dcs & 0x04)
    octets = w.user_data(wire)[1 + len(wire.header) :]
    misread = wire.coding != "8bit" and (reserved or dcs & 0xFC == 0xF8)
    # It refuses where the count of septets is more than octets fit in.
    return misread and theirs in (None, octets, "ERR_CORRUPTED")


def _automatic_deletion(wire: Wire, _said: object, theirs: object) -> bool:
    return wire.dcs & 0xC0 == 0x40 and theirs is None


def _two_elements(wire: Wire, _said: object, theirs: object) -> bool:
    return len(wire.elements) > 1 and theirs is None


def _ten_years_early(_wire: Wire, said: object, theirs: object) -> bool:
    return (
        isinstance(said, datetime)
        and isinstance(theirs, datetime)
        and said.year >= 2090
        and same(said.replace(year=said.year - 10), theirs)
    )


def _as_in_ascii(text: str) -> bool:
    return w.septets_of(text) == text.encode("ascii", "replace")


def _doubled_tildes(wire: Wire, said: object, theirs: object) -> bool:
    units = str(said).replace("~", "~~").encode("utf-16-be")[: len(wire.payload)]
    return wire.coding == "ucs2" and theirs == units.decode("utf-16-be", "replace")


_NATIONAL = Settled(
    "national tables",
    "23.040 9.2.3.24.15 and 16, 23.038 A",
    "ours",
    "the header says by which table the text is to be read, and it is read by the default one",
    ("text",),
    _by_default_table,
)

GAMMU = (
    _NATIONAL,
    Settled(
        "reserved codings are octets",
        "23.038 4",
        "ours",
        "reserved codings are assumed to be the default alphabet's; a reserved bit says nothing",
        ("text", "data", REFUSED),
        _gammu_octets,
    ),
    Settled(
        "escape before nothing, or nothing known",
        "23.038 6.2.1.1",
        "ours",
        "what the extension table lacks is shown as in the main table, a second escape as a space",
        ("text",),
        _odd_escape,
    ),
    Settled(
        "tildes in UCS-2",
        "23.038 6.2.3",
        "ours",
        "a tilde is U+007E; libgammu keeps it to mark Nokia's bold text, and doubles others",
        ("text",),
        _doubled_tildes,
    ),
    Settled(
        "class of a message marked for automatic deletion",
        "23.038 4",
        "ours",
        "group 01xx codes bits 5 to 0 exactly as group 00xx, the class among them",
        ("class",),
        _automatic_deletion,
    ),
    Settled(
        "concatenation beside another element",
        "23.040 9.2.3.24",
        "ours",
        "a header may hold several elements; libgammu knows headers as a whole",
        ("concat",),
        _two_elements,
    ),
    Settled(
        "years from 90 to 99",
        "23.040 9.2.3.11",
        "ours",
        "the year's last two digits are 90 to 99; libgammu makes them 80 to 89",
        ("timestamp", "discharge"),
        _ten_years_early,
    ),
    Settled(
        "digits beyond 9",
        "23.040 9.1.2.3",
        "ours",
        "1010 to 1110 are *, #, a, b, c; libgammu leaves them out",
        ("number",),
        _only_digits,
    ),
    Settled(
        "names in more than ASCII",
        "23.040 9.1.2.5",
        "ours",
        "a name is in the default alphabet with its extension; libgammu takes septets for ASCII",
        ("number",),
        _septets_as_characters,
    ),
)


def _septets(octets: bytes) -> bytes:
    """All whole septets in packed octets."""
    bits = "".join(f"{octet:08b}"[::-1] for octet in octets)
    return bytes(int(bits[at : at + 7][::-1], 2) for at in range(0, len(bits) // 7 * 7, 7))


def _septets_of_header(wire: Wire) -> bytes:
    return _septets(wire.header + b"\0")[: -(-len(wire.header) * 8 // 7)]


def _by_two_bits(wire: Wire, _said: object, _theirs: object) -> bool:
    read_as: tuple[w.Coding, ...] = ("gsm7", "8bit", "ucs2", "gsm7")
    return wire.coding != read_as[wire.dcs >> 2 & 3]


def _whole_as_text(wire: Wire) -> str:
    """smspdudecoder's way: all of TP-UD as septets of text, cut by characters where septets count.

    An escape waits for the next code that is none; what has no extension character is a space.
    """
    length, octets = w.user_data(wire)[0], w.user_data(wire)[1:]
    text, escaped = "", False
    # Where seven bits are left in the last octet, they are one septet more.
    for code in _septets(octets):
        if code != w.ESCAPE:
            text += w.EXTENSION.get(code, " ") if escaped else w.DEFAULT[code]
        escaped = code == w.ESCAPE
    return text[len(_septets_of_header(wire)) : length]


def _read_as_text(condition: Callable[[Wire], bool]) -> Callable[[Wire, object, object], bool]:
    """For messages of which that is true: exactly what comes of reading all of TP-UD as text."""

    def holds(wire: Wire, _said: object, theirs: object) -> bool:
        return _in_text(wire) and condition(wire) and theirs == _whole_as_text(wire)

    return holds


def _spare_bits_of_text(wire: Wire) -> bool:
    septets = len(_septets_of_header(wire)) + len(wire.payload)
    return w.ESCAPE in wire.payload and septets % 8 == 7


def _ellipsis(wire: Wire, said: object, theirs: object) -> bool:
    return wire.left_out > 0 and wire.coding == "ucs2" and theirs == f"{said}…"


def _spare_bits_of_name(wire: Wire, said: object, theirs: object) -> bool:
    return wire.named and len(w.septets_of(wire.address)) % 8 == 7 and theirs == f"{said}@"


SMSPDUDECODER = (
    _NATIONAL._replace(holds=_read_as_text(shifted)),
    Settled(
        "coding by two bits alone",
        "23.038 4",
        "ours",
        "bits 3 and 2 are the alphabet in groups 00xx and 01xx only",
        ("text", "data", REFUSED),
        _by_two_bits,
    ),
    Settled(
        "escape before nothing, or nothing known",
        "23.038 6.2.1.1",
        "ours",
        "what the extension table lacks is shown as in the main table, a second escape as a space",
        ("text",),
        _read_as_text(lambda wire: before_odd_escape(wire) is not None),
    ),
    Settled(
        "header octets that look like an escape",
        "23.040 9.2.3.24",
        "ours",
        "the header isn't text; smspdudecoder reads it as such, then cuts it off by characters",
        ("text",),
        _read_as_text(lambda wire: w.ESCAPE in _septets_of_header(wire)),
    ),
    Settled(
        "seven spare bits behind a text with escapes",
        "23.040 9.2.3.16",
        "ours",
        "TP-UDL counts septets, of which an escape is one; smspdudecoder counts characters",
        ("text",),
        _read_as_text(_spare_bits_of_text),
    ),
    Settled(
        "seven spare bits behind a name",
        "23.040 9.1.2.5",
        "ours",
        "the length counts the semi-octets that are used; the rest of an octet is no @",
        ("number",),
        _spare_bits_of_name,
    ),
    Settled(
        "digits beyond 9",
        "23.040 9.1.2.3",
        "ours",
        "1010 to 1110 are *, #, a, b, c; smspdudecoder shows them in hexadecimal",
        ("number",),
        _hexadecimal,
    ),
    Settled(
        "a time that is no date",
        "23.040 9.2.3.11",
        "ours",
        "the user data is there all the same, and a phone shows it",
        (REFUSED,),
        lambda wire, _said, theirs: no_date(wire) and theirs == "ValueError",
    ),
    Settled(
        "half a surrogate pair",
        "23.038 6.2.3",
        "both",
        "UCS-2 knows no pairs, so the rest of the text is good; smspdudecoder refuses the message",
        (REFUSED,),
        lambda wire, _said, theirs: lone_surrogate(wire) and theirs == "UnicodeDecodeError",
    ),
)

SMSPDUDECODER_CUT_SHORT = (
    *SMSPDUDECODER,
    Settled(
        "text cut short",
        "23.040 9.2.3.16",
        "both",
        "TP-UDL counts what isn't there, what is there is shown; smspdudecoder adds an ellipsis",
        ("text",),
        _ellipsis,
    ),
)

GAMMU_WRITES = (
    Settled(
        "two noughts are a plus",
        "23.040 9.1.2.5",
        "both",
        "an unknown number is as dialled; libgammu takes 00 for the prefix that + stands for",
        ("number", "toa"),
        lambda wire, _said, _theirs: wire.toa == 0x81 and wire.address.startswith("00"),
    ),
    Settled(
        "zone left out",
        "23.040 9.2.3.11",
        "ours",
        "the last octet is the zone, for which libgammu writes 00 beside the local time",
        ("timestamp",),
        lambda wire, said, theirs: theirs == wire.stamp._replace(quarters=0).moment(),
    ),
    Settled(
        "digits beyond 9 make it a name",
        "23.040 9.1.2.3",
        "ours",
        "*, #, a, b, c are digits of a number; libgammu writes a name of them, or refuses",
        ("number", "toa", REFUSED),
        lambda wire, _said, _theirs: special_digits(wire),
    ),
    Settled(
        "names that could be dialled",
        "23.040 9.1.2.5",
        "ours",
        "a name may be of any characters; libgammu takes p, the pause in dialling, for a digit",
        ("number", "toa", REFUSED),
        lambda wire, _said, _theirs: wire.named and set(wire.address) <= _DIALLED,
    ),
    Settled(
        "names in more than ASCII",
        "23.040 9.1.2.5",
        "ours",
        "a name is in the default alphabet; libgammu writes characters that look alike, or refuses",
        ("number", REFUSED),
        lambda wire, _said, _theirs: wire.named and not _as_in_ascii(wire.address),
    ),
    Settled(
        "tildes in UCS-2",
        "23.038 6.2.3",
        "ours",
        "a tilde is U+007E; libgammu takes it for the mark of Nokia's bold text and writes U+0001",
        ("text",),
        lambda wire, said, theirs: theirs == str(said).replace("~", "\x01"),
    ),
)
