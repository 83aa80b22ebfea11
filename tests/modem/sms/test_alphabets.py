"""Septets and UCS-2: every code both ways, packing against a plain loop, what is odd."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import gsm7_length, is_gsm7_basic
from modem.sms.charsets import LOCKING, SINGLE
from modem.sms.gsm7 import DEFAULT, ESCAPE, EXTENSION, decode_septets, encode_septets, pack, unpack
from modem.sms.ucs2 import decode_ucs2, encode_ucs2

SEPTETS = st.binary(max_size=255).map(lambda octets: bytes(octet & 0x7F for octet in octets))


def _pack_bit_by_bit(septets: bytes, skipped_bits: int) -> bytes:
    """TS 23.038 6.1.2.1.1, as the text has it: least significant bits first."""
    bits = [0] * skipped_bits
    for septet in septets:
        bits += [septet >> bit & 1 for bit in range(7)]
    bits += [0] * (-len(bits) % 8)
    return bytes(
        sum(bit << place for place, bit in enumerate(bits[start : start + 8]))
        for start in range(0, len(bits), 8)
    )


@given(SEPTETS, st.integers(0, 56))
def test_packing_is_what_the_bits_say(septets: bytes, skipped_bits: int) -> None:
    packed = pack(septets, skipped_bits)
    assert packed == _pack_bit_by_bit(septets, skipped_bits)
    assert unpack(packed, len(septets), skipped_bits) == septets


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 127, 128, 129, 160, 255])
def test_every_length_at_which_the_blocks_change(count: int) -> None:
    septets = bytes(index * 37 % 128 for index in range(count))
    assert pack(septets) == _pack_bit_by_bit(septets, 0)
    assert unpack(pack(septets), count) == septets


def test_octets_that_are_missing_count_as_zero() -> None:
    assert unpack(b"\xff", 3) == b"\x7f\x01\x00"


@pytest.mark.parametrize("code", range(128), ids=lambda code: f"{code:02X}")
def test_every_code_of_the_default_alphabet(code: int) -> None:
    if code == ESCAPE:
        assert decode_septets(bytes((code,))) == ("", True)
    else:
        assert decode_septets(bytes((code,))) == (DEFAULT[code], False)
        assert encode_septets(DEFAULT[code]) == bytes((code,))


@pytest.mark.parametrize("code", range(128), ids=lambda code: f"{code:02X}")
def test_every_code_behind_an_escape(code: int) -> None:
    if code in EXTENSION:
        shown = EXTENSION[code]
        assert encode_septets(shown) == bytes((ESCAPE, code))
    else:
        shown = " " if code == ESCAPE else DEFAULT[code]
    assert decode_septets(b"a" + bytes((ESCAPE, code)) + b"b") == (f"a{shown}b", False)


def test_the_default_alphabet_has_no_character_twice() -> None:
    assert len(DEFAULT) == len(set(DEFAULT)) == 128
    assert not set(DEFAULT) & set(EXTENSION.values())


# Characters by code, from the tables of TS 23.038 A.2 and A.3; other codes are the default's.
NATIONAL = [
    pytest.param(1, 0, {0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x1C: "Ş", 0x0C: "ğ"}, id="tr"),
    pytest.param(1, 0, {0x40: "İ", 0x60: "ç", 0x00: "@", 0x41: "A", 0x7F: "à"}, id="tr-upper"),
    pytest.param(3, 0, {0x04: "ê", 0x09: "ç", 0x12: "ª", 0x15: "∞", 0x1A: "|"}, id="pt"),
    pytest.param(3, 0, {0x24: "º", 0x5B: "Ã", 0x60: "~", 0x7D: "`", 0x17: "\\"}, id="pt-upper"),
]


@pytest.mark.parametrize(("locking", "single", "characters"), NATIONAL)
def test_national_locking_tables(locking: int, single: int, characters: dict[int, str]) -> None:
    for code, character in characters.items():
        assert decode_septets(bytes((code,)), locking, single) == (character, False)


@pytest.mark.parametrize(
    ("single", "code", "character"),
    [(1, 0x63, "ç"), (2, 0x4F, "Ó"), (3, 0x1F, "Ê"), (3, 0x65, "€"), (2, 0x63, "c")],
    ids=["tr", "es", "pt-upper", "pt-euro", "es-undefined"],
)
def test_national_single_tables(single: int, code: int, character: str) -> None:
    assert decode_septets(bytes((ESCAPE, code)), 0, single) == (character, False)


def test_national_tables_are_whole() -> None:
    assert {len(table) for table in LOCKING.values()} == {128}
    assert {table[ESCAPE] for table in LOCKING.values()} == {"\x1b"}
    assert all(ESCAPE not in table and max(table) < 128 for table in SINGLE.values())


@pytest.mark.parametrize(
    ("text", "length", "basic"),
    [
        ("", 0, True),
        ("Grüße", 5, True),
        ("€", 2, False),
        ("{[~]}", 10, False),
        ("a\x1bb", None, False),
        ("č", None, False),
        ("\ufffe", None, False),
        ("😀", None, False),
        ("\udc00", None, False),
    ],
    ids=["empty", "basic", "euro", "brackets", "escape", "czech", "fffe", "emoji", "surrogate"],
)
def test_lengths(text: str, length: int | None, basic: bool) -> None:
    assert (gsm7_length(text), is_gsm7_basic(text)) == (length, basic)


@given(st.text(st.sampled_from((DEFAULT + "".join(EXTENSION.values())).replace("\x1b", ""))))
def test_gsm7_texts_survive(text: str) -> None:
    septets = encode_septets(text)
    assert decode_septets(septets) == (text, False)
    assert len(septets) == gsm7_length(text)


@given(SEPTETS, st.sampled_from([0, *LOCKING]), st.sampled_from([0, *SINGLE]))
def test_any_septets_make_a_text(septets: bytes, locking: int, single: int) -> None:
    text, _ = decode_septets(septets, locking, single)
    assert "\x1b" not in text
    assert "\ufffe" not in text


@given(st.text())
def test_ucs2_texts_survive(text: str) -> None:
    assert decode_ucs2(encode_ucs2(text)) == (text, False)


@pytest.mark.parametrize(
    ("octets", "text", "lone"),
    [
        ("D83DDE01", "😁", False),
        ("D83D", "\ufffd", True),
        ("0041DE010042", "A\ufffdB", True),
        ("D83D0041", "\ufffdA", True),
        ("004100", "A", False),
        ("", "", False),
    ],
    ids=["pair", "high-at-end", "low-alone", "high-alone", "odd", "empty"],
)
def test_odd_ucs2(octets: str, text: str, lone: bool) -> None:
    assert decode_ucs2(bytes.fromhex(octets)) == (text, lone)
