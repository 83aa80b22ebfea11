"""The national tables, cell by cell: against a second copy, both ways, and words of each language.

`national_tables.json` is a copy of another origin than the product's (which was checked with
Android's GsmAlphabet.java): what it has otherwise is listed here, each with the reading taken.
"""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from modem.sms.charsets import Language, locking_table, single_table
from modem.sms.gsm7 import DEFAULT, ESCAPE, EXTENSION, UNDEFINED, decode_septets
from modem.sms.national import encode

COPY = json.loads((Path(__file__).parent / "national_tables.json").read_text())

NUMBERS = [int(language) for language in Language]
WITH_LOCKING = [number for number in NUMBERS if number != Language.SPANISH]
SCRIPTS_OF_THEIR_OWN = range(Language.BENGALI, Language.URDU + 1)
CODES = range(128)

# Cells that the copy has otherwise: (table, number, code) -> (the copy's, ours).
READ_OTHERWISE = {
    # The copy has an apostrophe where V9.1.1 (Android), V16.0.0 (CyberChef) and warthog618/sms
    # have the comma that stands at that code in every other table.
    **{("locking", number, 0x2C): ("0027", "002C") for number in SCRIPTS_OF_THEIR_OWN},
    # Misprinted in the standard: the letter of 0x3D instead of the one between its neighbours.
    # Android and warthog618/sms correct it.
    ("locking", 7, 0x24): ("0CAA", "0CA1"),
    # Left out in the copy; the other three have the euro sign there as in all single shift tables.
    ("single", 12, 0x65): ("----", "20AC"),
}

# What stands in a single shift table twice, and which of its codes is written.
TWICE = {"*": (0x0B, 0x18), "¡": (0x13, 0x15)}

# Codes looked up by hand in the tables of V16.0.0 as CyberChef has them: a third origin.
# (locking, single, text, septets)
WORDS = [
    pytest.param(1, 0, "ışığı", "07 1D 07 0C 07", id="turkish"),
    pytest.param(0, 1, "aş", "61 1B 73", id="turkish-single"),
    pytest.param(0, 2, "Ávila", "1B 41 76 69 6C 61", id="spanish"),
    pytest.param(3, 0, "ação", "61 09 7B 6F", id="portuguese"),
    pytest.param(0, 3, "ação", "61 1B 09 1B 7B 6F", id="portuguese-single"),
    pytest.param(4, 0, "\u09ac\u09be\u0982\u09b2\u09be", "40 50 01 46 50", id="bengali"),
    pytest.param(
        5, 0, "\u0a97\u0ac1\u0a9c\u0ab0\u0abe\u0aa4\u0ac0", "17 53 1D 44 50 27 52", id="gujarati"
    ),
    pytest.param(6, 0, "\u0939\u093f\u0928\u094d\u0926\u0940", "4D 51 2F 5F 2B 52", id="hindi"),
    pytest.param(7, 0, "\u0c95\u0ca8\u0ccd\u0ca8\u0ca1", "15 2F 5F 2F 24", id="kannada"),
    pytest.param(8, 0, "\u0d2e\u0d32\u0d2f\u0d3e\u0d33\u0d02", "42 46 43 50 47 01", id="malayalam"),
    pytest.param(9, 9, "\u0b13\u0b5c\u0b3f\u0b06", "13 1B 26 51 04", id="oriya"),
    pytest.param(10, 0, "\u0a2a\u0a70\u0a1c\u0a3e\u0a2c\u0a40", "3D 7B 1D 50 40 52", id="punjabi"),
    pytest.param(11, 0, "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd", "27 42 51 48 5F", id="tamil"),
    pytest.param(12, 0, "\u0c24\u0c46\u0c32\u0c41\u0c17\u0c41", "27 58 46 53 17 53", id="telugu"),
    pytest.param(13, 0, "\u0627\u0631\u062f\u0648", "00 25 1A 53", id="urdu"),
    pytest.param(13, 13, "hello \u062a\u060e", "68 65 6C 6C 6F 20 07 1B 2A", id="urdu-single"),
]

# rilmodem/ofono, unit/test-sms.c: sms_charset_turkey_ext and sms_charset_spain, unpacked.
OFONO = [
    pytest.param(
        1,
        1,
        "\f^{}\\[~]|ĞİŞç€ğış",
        "1B 0A 1B 14 1B 28 1B 29 1B 2F 1B 3C 1B 3D 1B 3E 1B 40 0B 40 1C 60 04 0C 07 1D",
        id="turkish-both",
    ),
    pytest.param(
        0,
        2,
        "ç\f^{}\\[~]|ÁÍÓÚá€íóú",
        "1B 09 1B 0A 1B 14 1B 28 1B 29 1B 2F 1B 3C 1B 3D 1B 3E 1B 40 1B 41 1B 49 1B 4F 1B 55 1B 61"
        " 1B 65 1B 69 1B 6F 1B 75",
        id="spanish-all",
    ),
]


def _locking(number: int) -> str:
    table = locking_table(number)
    assert table is not None
    return table


def _single(number: int) -> dict[int, str]:
    table = single_table(number)
    assert table is not None
    return table


def _as_in_the_copy(character: str | None) -> str:
    return "----" if character in (None, UNDEFINED) else f"{ord(str(character)):04X}"


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: Language(number).name.lower())
@pytest.mark.parametrize("kind", ["locking", "single"])
def test_every_cell_against_the_copy(kind: str, number: int) -> None:
    if (kind, number) == ("locking", Language.SPANISH):
        assert str(number) not in COPY[kind]
        return
    cells = " ".join(COPY[kind][str(number)]).split()
    assert len(cells) == len(CODES)
    ours = dict(enumerate(_locking(number))) if kind == "locking" else _single(number)
    otherwise = {
        (kind, number, code): (cells[code], _as_in_the_copy(ours.get(code)))
        for code in CODES
        if code != ESCAPE and cells[code] != _as_in_the_copy(ours.get(code))
    }
    listed = {cell: values for cell, values in READ_OTHERWISE.items() if cell[:2] == (kind, number)}
    assert otherwise == listed


@pytest.mark.parametrize("number", WITH_LOCKING, ids=lambda number: Language(number).name.lower())
def test_every_code_of_a_locking_table_both_ways(number: int) -> None:
    table = _locking(number)
    assert len(table) == 128
    assert table[ESCAPE] == chr(ESCAPE)
    for code in CODES:
        septet = bytes((code,))
        if code == ESCAPE:
            assert decode_septets(septet, number) == ("", True)
            continue
        assert decode_septets(septet, number) == (table[code], False)
        if table[code] == UNDEFINED:
            with pytest.raises(UnicodeEncodeError):
                encode(table[code], number, 0)
        else:
            assert encode(table[code], number, 0) == septet
    defined = table.replace(UNDEFINED, "")
    assert len(set(defined)) == len(defined)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: Language(number).name.lower())
def test_every_code_of_a_single_shift_table_both_ways(number: int) -> None:
    table = _single(number)
    assert set(table) <= set(CODES) - {ESCAPE, 0x0D}
    for code in CODES:
        septets = bytes((ESCAPE, code))
        shown = table.get(code) or (" " if code == ESCAPE else DEFAULT[code])
        assert decode_septets(septets, 0, number) == (shown, False)
        if code in table and table[code] not in DEFAULT:
            assert encode(table[code], 0, number) == septets
    twice = {
        character: tuple(code for code, other in sorted(table.items()) if other == character)
        for character in table.values()
        if list(table.values()).count(character) > 1
    }
    assert twice == (TWICE if number in SCRIPTS_OF_THEIR_OWN else {})


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: Language(number).name.lower())
def test_a_single_shift_table_has_what_the_extension_table_has(number: int) -> None:
    assert _single(number).items() >= EXTENSION.items()


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: Language(number).name.lower())
def test_every_character_is_one_in_unicode(number: int) -> None:
    characters = {*(locking_table(number) or ""), *_single(number).values()}
    assert all(unicodedata.name(character, "") for character in characters - set("\n\r\f\x1b"))


@pytest.mark.parametrize(("locking", "single", "text", "septets"), [*WORDS, *OFONO])
def test_known_texts(locking: int, single: int, text: str, septets: str) -> None:
    octets = bytes.fromhex(septets)
    assert encode(text, locking, single) == octets
    assert decode_septets(octets, locking, single) == (text, False)


def test_a_character_in_a_single_shift_table_twice_is_written_by_its_lower_code() -> None:
    # By the Gujarati locking table, which has neither.
    for character, codes in TWICE.items():
        assert encode(character, 5, 5) == bytes((ESCAPE, min(codes)))
        assert {decode_septets(bytes((ESCAPE, code)), 5, 5) for code in codes} == {
            (character, False)
        }


@pytest.mark.parametrize("number", [-1, 0, *range(14, 256), 1 << 70])
def test_no_table_has_another_number(number: int) -> None:
    assert locking_table(number) is None
    assert single_table(number) is None


def test_spanish_has_no_locking_table() -> None:
    assert locking_table(Language.SPANISH) is None


def test_only_the_language_that_is_named_is_loaded() -> None:
    script = """
import sys
from modem.sms import charsets
loaded = lambda: {name.rpartition(".")[2] for name in sys.modules if ".charsets." in name}
assert loaded() == set(), loaded()
charsets.locking_table(200)
assert loaded() == set(), loaded()
charsets.single_table(1)
assert loaded() == {"turkish"}, loaded()
charsets.locking_table(6)
assert loaded() == {"turkish", "hindi", "indic"}, loaded()
"""
    subprocess.run([sys.executable, "-c", script], check=True)
