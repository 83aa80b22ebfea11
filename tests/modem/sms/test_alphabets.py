"""Septets and UCS-2: every code both ways, packing against a plain loop, what is odd."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import (
    Address,
    Encoding,
    InformationElement,
    build_deliver,
    compose,
    decode_pdu,
    gsm7_length,
    is_gsm7_basic,
)
from modem.sms.charsets import Language
from modem.sms.content import encode_user_data
from modem.sms.gsm7 import DEFAULT, ESCAPE, EXTENSION, decode_septets, encode_septets, pack, unpack
from modem.sms.layout import octet_septets
from modem.sms.ucs2 import decode_ucs2, encode_ucs2

SCTS = "42506070809000"
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


@pytest.mark.parametrize("header", range(21), ids=lambda header: f"header-{header}")
def test_every_count_of_septets_behind_every_header(header: int) -> None:
    """0 to 255 septets behind the bits that fill a header of 0 to 20 octets up to a septet."""
    fill = -8 * header % 7
    taken = octet_septets(header)
    for count in range(256):
        septets = bytes((index * 37 + count) % 128 for index in range(count))
        packed = _pack_bit_by_bit(septets, fill)
        assert pack(septets, fill) == packed
        assert unpack(packed, count, fill) == septets
        if taken + count > 255:
            continue  # more than TP-UDL can count
        octets = bytes(header)
        user_data = bytes((taken + count,)) + octets + packed
        assert encode_user_data(Encoding.GSM7, octets, septets) == user_data


@pytest.mark.parametrize("header", range(21), ids=lambda header: f"header-{header}")
def test_every_count_of_septets_is_read_behind_every_header(header: int) -> None:
    taken = octet_septets(header)
    octets = bytes((header - 1, *range(header - 1))) if header else b""
    head = bytes.fromhex("0044" if header else "0004") + bytes.fromhex("00810000" + SCTS)
    for count in range(256 - taken):
        septets = bytes((index * 37 + count) % 128 for index in range(count))
        packed = _pack_bit_by_bit(septets, -8 * header % 7)
        message = decode_pdu(head + bytes((taken + count,)) + octets + packed)
        assert (message.payload, message.header_octets) == (septets, header)


# 23.038 6.1.2.2.1: with 7 characters in 7 octets, seven bits are spare, and 8 characters whose last
# is `@` (septet 0) have the same octets: TP-UDL tells which it is.
@pytest.mark.parametrize("count", [1, 7, 8, 9, 15, 16, 17, 160])
@pytest.mark.parametrize("last", ["@", "\r", "a", "@@", "\r@"])
@pytest.mark.parametrize("elements", [(), (InformationElement(0x70, b""),)], ids=["bare", "header"])
def test_the_last_character_is_what_tp_udl_counts(
    count: int, last: str, elements: tuple[InformationElement, ...]
) -> None:
    count = min(count, 156) if elements else count
    text = ("b" * count + last)[-count:]
    septets = encode_septets(text)
    built = build_deliver(
        Address("1", 0x81), bytes.fromhex(SCTS), payload=septets, elements=elements
    )
    message = decode_pdu(built.octets, strict=True)
    assert (message.text, message.warnings) == (text, ())
    assert message.udl == count + (4 if elements else 0)


@pytest.mark.parametrize("count", [7, 15, 23])
def test_seven_spare_bits_are_no_character(count: int) -> None:
    octets = pack(b"b" * count)
    assert octets == pack(b"b" * count + b"\0")
    for septets, text in ((count, "b" * count), (count + 1, "b" * count + "@")):
        message = decode_pdu(bytes.fromhex("000400810000" + SCTS) + bytes((septets,)) + octets)
        assert (message.text, message.warnings) == (text, ())
        [part] = compose("1", text)
        assert decode_pdu(part.pdu).text == text


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


@pytest.mark.parametrize("escapes", range(1, 6))
def test_escapes_at_the_end_are_pairs_but_for_the_last(escapes: int) -> None:
    """Two are shown as a space (23.038 6.2.1.1), one alone as nothing."""
    septets = b"a" + bytes((ESCAPE,)) * escapes
    alone = escapes % 2 == 1
    assert decode_septets(septets) == ("a" + " " * (escapes // 2), alone)
    built = build_deliver(Address("1", 0x81), bytes.fromhex(SCTS), payload=septets)
    message = decode_pdu(built.octets, strict=True)
    flawed = [word for word in message.warnings if "no character for 1B 1B" in word]
    ended = [word for word in message.warnings if "the text ends in an escape" in word]
    assert (len(flawed), len(ended), len(message.warnings)) == (
        escapes // 2, alone, escapes // 2 + alone
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "elements", "octet"),
    # TP-UD begins at octet 15. Septet 8 begins at bit 56, septet 9 at bit 63.
    [(0, (), 15), (1, (), 15), (2, (), 16), (8, (), 22), (9, (), 22), (10, (), 23),
     (0, (InformationElement(0x70, b""),), 18), (8, (InformationElement(0x70, b""),), 25)],
)  # fmt: skip
def test_a_septet_without_a_character_is_named(
    before: int, elements: tuple[InformationElement, ...], octet: int
) -> None:
    septets = b"b" * before + bytes((ESCAPE,)) + b"ab"
    built = build_deliver(
        Address("1", 0x81), bytes.fromhex(SCTS), payload=septets, elements=elements
    )
    assert built.text == "b" * before + "ab"
    flaw = f"deliver.ud at octet {octet}: no character for 1B 61 in the alphabet"
    assert built.warnings == (flaw,)


def test_the_default_alphabet_has_no_character_twice() -> None:
    assert len(DEFAULT) == len(set(DEFAULT)) == 128
    assert not set(DEFAULT) & set(EXTENSION.values())


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


LOCKING = [0, *(language for language in Language if language != Language.SPANISH)]


@given(SEPTETS, st.sampled_from(LOCKING), st.sampled_from([0, *Language]))
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
