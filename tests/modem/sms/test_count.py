"""How many parts a content takes: the fewest there can be, and the same for `count`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import (
    Alphabet,
    ComposeError,
    Count,
    Encoding,
    Part,
    Ports,
    Submit,
    compose,
    count,
    decode_pdu,
)
from modem.sms.gsm7 import ESCAPE

LENGTHS = range(501)


class Room(NamedTuple):
    """How many units fit into the only part, and into one of several (23.040 9.2.3.24.1)."""

    alone: int
    numbered: int
    reference: int = 0


GSM7 = Room(160, 153), Room(160, 152, reference=256)
UCS2 = Room(70, 67), Room(70, 66, reference=256)
OCTETS = Room(140, 134), Room(140, 133, reference=256)


def _fewest(widths: list[int], room: Room) -> int:
    """The fewest parts by trying all places at which characters of those widths can be cut."""
    total = sum(widths)
    if total <= room.alone:
        return 1
    cuttable, end = 1, 0
    for width in widths:
        end += width
        cuttable |= 1 << end
    reached, parts = 1, 0  # bit n: so many units can be sent in so many parts
    while not reached >> total & 1:
        further = reached
        for units in range(1, room.numbered + 1):
            further |= reached << units
        reached, parts = further & cuttable, parts + 1
    return parts


def _submits(parts: tuple[Part, ...]) -> Iterator[Submit]:
    for part in parts:
        message = decode_pdu(part.pdu, strict=True)
        assert isinstance(message, Submit)
        assert not message.warnings
        yield message


def _check(content: str | bytes, widths: list[int], room: Room, **options: Any) -> None:
    """The parts are the fewest, whole, and what `count` says."""
    parts = compose("1", content, reference=room.reference, **options)
    messages = list(_submits(parts))
    assert len(parts) == _fewest(widths, room)
    texts = [message.data if isinstance(content, bytes) else message.text for message in messages]
    empty = content[:0]
    assert empty.join(texts) == content  # type: ignore[arg-type]
    assert [part.data if isinstance(content, bytes) else part.text for part in parts] == texts
    assert [(part.seq, part.total) for part in parts] == [
        (message.concat.seq, message.concat.total) if message.concat else (1, 1)
        for message in messages
    ]
    size = 2 if messages[0].encoding is Encoding.UCS2 else 1
    most = room.numbered if len(parts) > 1 else room.alone
    left = most - len(messages[-1].payload) // size
    counted = count(content, reference=room.reference, **options)
    assert counted == Count(messages[0].encoding, len(parts), sum(widths), left)


@pytest.mark.parametrize("room", GSM7, ids=["8-bit", "16-bit"])
def test_gsm7_of_every_length(room: Room) -> None:
    for length in LENGTHS:
        _check("a" * length, [1] * length, room)


@pytest.mark.parametrize("room", UCS2, ids=["8-bit", "16-bit"])
def test_ucs2_of_every_length(room: Room) -> None:
    for length in LENGTHS:
        _check("a" * length, [1] * length, room, alphabet="ucs2")


@pytest.mark.parametrize("room", OCTETS, ids=["8-bit", "16-bit"])
def test_octets_of_every_length(room: Room) -> None:
    for length in LENGTHS:
        _check(bytes(at % 256 for at in range(length)), [1] * length, room)


def _near(room: Room) -> list[int]:
    """Units near where a part may end: the only one, the first three of several."""
    cuts = {room.alone, *(room.numbered * part for part in (1, 2, 3))}
    return sorted({cut + off for cut in cuts for off in range(-3, 4)})


def _wide(room: Room, character: str, narrow: str, run: int) -> Iterator[tuple[str, list[int]]]:
    """Texts that end near a cut, with a run of wide characters at every place near a cut."""
    for units in _near(room):
        for at in _near(room):
            rest = units - at - 2 * run
            if rest >= 0:
                text = narrow * at + character * run + narrow * rest
                yield text, [1] * at + [2] * run + [1] * rest


@pytest.mark.parametrize("run", [1, 2, 3, 80])
@pytest.mark.parametrize("room", GSM7, ids=["8-bit", "16-bit"])
def test_no_escape_is_cut_from_its_character(room: Room, run: int) -> None:
    for text, widths in _wide(room, "€", "a", run):
        _check(text, widths, room)
        for message in _submits(compose("1", text, reference=room.reference)):
            assert message.payload[-1] != ESCAPE


@pytest.mark.parametrize(
    ("run", "pair"),
    # The first, D800, and the last, DBFF, of the halves that come first.
    [(1, "\U00010000"), (1, "\U0010ffff"), (1, "😀"), (2, "😀"), (3, "😀"), (35, "😀")],
)
@pytest.mark.parametrize("room", UCS2, ids=["8-bit", "16-bit"])
def test_no_surrogate_pair_is_cut(room: Room, run: int, pair: str) -> None:
    for text, widths in _wide(room, pair, "č", run):
        _check(text, widths, room)
        for message in _submits(compose("1", text, reference=room.reference)):
            message.payload.decode("utf-16-be")


@pytest.mark.parametrize("character", ["€", "😀"])
def test_nothing_but_wide_characters(character: str) -> None:
    room = GSM7[0] if character == "€" else UCS2[0]
    for length in range(1, 251):
        _check(character * length, [2] * length, room)


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("", {}, Count(Encoding.GSM7, 1, 0, 160)),
        ("Grüße", {}, Count(Encoding.GSM7, 1, 5, 155)),
        ("€", {}, Count(Encoding.GSM7, 1, 2, 158)),
        ("č", {}, Count(Encoding.UCS2, 1, 1, 69)),
        ("😀", {}, Count(Encoding.UCS2, 1, 2, 68)),
        ("abc", {"alphabet": "ucs2"}, Count(Encoding.UCS2, 1, 3, 67)),
        (b"", {}, Count(Encoding.EIGHT_BIT, 1, 0, 140)),
        (b"abc", {"alphabet": "8bit"}, Count(Encoding.EIGHT_BIT, 1, 3, 137)),
        ("a" * 161, {}, Count(Encoding.GSM7, 2, 161, 145)),
        ("a" * 161, {"reference": 300}, Count(Encoding.GSM7, 2, 161, 143)),
        ("a" * 152 + "€" + "b" * 10, {}, Count(Encoding.GSM7, 2, 164, 141)),
        ("č" * 71, {}, Count(Encoding.UCS2, 2, 71, 63)),
        # UDHL and six octets of ports are eight septets, or seven octets.
        ("a", {"ports": Ports(2948, 9200)}, Count(Encoding.GSM7, 1, 1, 151)),
        ("č", {"ports": Ports(2948, 9200)}, Count(Encoding.UCS2, 1, 1, 65)),
        (b"a", {"ports": Ports(2948, 9200)}, Count(Encoding.EIGHT_BIT, 1, 1, 132)),
        (b"a", {"ports": Ports(1, 2, 8)}, Count(Encoding.EIGHT_BIT, 1, 1, 134)),
        ("ş" * 100, {}, Count(Encoding.GSM7, 1, 100, 55, locking=1)),
    ],
    ids=lambda value: None if isinstance(value, dict) else repr(value)[:24],
)
def test_counts(content: str | bytes, options: dict[str, Any], expected: Count) -> None:
    assert count(content, **options) == expected


@pytest.mark.parametrize(
    ("content", "alphabet"), [("č", "gsm7"), ("a", "8bit"), (b"a", "gsm7"), ("a", "latin1")]
)
def test_what_cant_be_sent_cant_be_counted(content: str | bytes, alphabet: Alphabet) -> None:
    with pytest.raises(ComposeError) as composed:
        compose("1", content, alphabet=alphabet)
    with pytest.raises(ComposeError) as counted:
        count(content, alphabet=alphabet)
    assert str(counted.value) == str(composed.value)


TEXT = st.text(st.sampled_from("aZ09@ €{}^\n\r\f|éàΔ"), max_size=500) | st.text(
    st.sampled_from("ağışĞÇčя😀कख।ãõ€~"), max_size=250
)


@given(
    TEXT | st.binary(max_size=500),
    st.sampled_from([0, 255, 256, 0xFFFF]),
    st.sampled_from([None, Ports(2948, 9200), Ports(1, 2, 8)]),
)
def test_count_and_compose_agree(content: str | bytes, reference: int, ports: Ports | None) -> None:
    counted = count(content, reference=reference, ports=ports)
    messages = list(_submits(compose("1", content, reference=reference, ports=ports)))
    size = 2 if counted.encoding is Encoding.UCS2 else 1
    assert {message.encoding for message in messages} == {counted.encoding}
    assert {message.header.locking for message in messages} == {counted.locking}
    assert {message.header.single for message in messages} == {counted.single}
    assert len(messages) == counted.parts
    assert sum(len(message.payload) for message in messages) == counted.units * size
    _fits_exactly(content, counted, reference, ports)


def _fits_exactly(
    content: str | bytes, counted: Count, reference: int, ports: Ports | None
) -> None:
    """As many units more as are left don't make another part, one more does."""
    filler: str | bytes = b"a" if isinstance(content, bytes) else "a"
    if counted.locking or counted.single or counted.encoding is Encoding.UCS2:
        # Where tables may be chosen, a longer text may be sent with others than this one.
        return
    full = content + filler * counted.left  # type: ignore[operator]
    more = full + filler  # type: ignore[operator]
    assert count(full, reference=reference, ports=ports)[1:4:2] == (counted.parts, 0)
    assert count(more, reference=reference, ports=ports).parts == counted.parts + 1
