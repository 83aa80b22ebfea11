"""Writing by national tables: every pair both ways, and which of them are proposed for a text."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms.charsets import Language, locking_table, single_table
from modem.sms.gsm7 import DEFAULT, ESCAPE, EXTENSION, UNDEFINED, decode_septets, encode_septets
from modem.sms.national import NationalText, candidates, encode

LOCKINGS = [0, *(number for number in Language if number != Language.SPANISH)]
SINGLES = [0, *Language]
PAIRS = list(product(LOCKINGS, SINGLES))
DANDAS = "\u0964\u0965"

# Header octets with no, one, two elements of three octets behind UDHL, in septets.
HEADER = {0: 0, 1: -(-4 * 8 // 7), 2: -(-7 * 8 // 7)}


def _locking(number: int) -> set[str]:
    table = locking_table(number) if number else DEFAULT
    assert table is not None
    return set(table) - {chr(ESCAPE), UNDEFINED}


def _single(number: int) -> set[str]:
    table = single_table(number) if number else EXTENSION
    assert table is not None
    return set(table.values())


LOCKING = {number: _locking(number) for number in LOCKINGS}
SINGLE = {number: _single(number) for number in SINGLES}
LATIN = (LOCKING[0] | LOCKING[1] | LOCKING[3]).union(*(SINGLE[number] for number in range(4)))
OWN = {
    number: (LOCKING[number] | SINGLE[number]) - LATIN - set(DANDAS)
    for number in Language
    if number > Language.PORTUGUESE
}
EVERY_CHARACTER = sorted(set().union(*LOCKING.values(), *SINGLE.values()))


@st.composite
def _texts_by_a_pair(draw: st.DrawFn) -> tuple[str, int, int]:
    locking, single = draw(st.sampled_from(PAIRS))
    characters = sorted(LOCKING[locking] | SINGLE[single])
    return draw(st.text(st.sampled_from(characters), max_size=200)), locking, single


@given(_texts_by_a_pair())
def test_what_a_pair_writes_it_reads(drawn: tuple[str, int, int]) -> None:
    text, locking, single = drawn
    septets = encode(text, locking, single)
    assert decode_septets(septets, locking, single) == (text, False)
    escaped = sum(character not in LOCKING[locking] for character in text)
    assert len(septets) == len(text) + escaped


@pytest.mark.parametrize(("locking", "single"), PAIRS, ids=lambda number: str(int(number)))
def test_a_pair_writes_what_its_tables_have_and_nothing_else(locking: int, single: int) -> None:
    for character in [*EVERY_CHARACTER, chr(ESCAPE), UNDEFINED, "\0", "я", "\ud800", "😀"]:
        if character in LOCKING[locking] | SINGLE[single]:
            assert decode_septets(encode(character, locking, single), locking, single) == (
                character,
                False,
            )
        else:
            with pytest.raises(UnicodeEncodeError) as caught:
                encode(f"ab{character}{character}", locking, single)
            assert caught.value.start == 2


@given(st.text(st.sampled_from(sorted(LOCKING[0] | SINGLE[0]))))
def test_without_a_table_it_is_the_default_alphabet(text: str) -> None:
    assert encode(text, 0, 0) == encode_septets(text)


@pytest.mark.parametrize(
    ("locking", "single"),
    [(2, 2), (14, 0), (0, 14), (255, 255), (-1, 0), (0, -1)],
    ids=["spanish", "locking", "single", "octet", "locking-negative", "single-negative"],
)
def test_a_table_that_there_is_not(locking: int, single: int) -> None:
    with pytest.raises(LookupError, match="shift table"):
        encode("a", locking, single)


# What the text is, and the tables of the first that is proposed.
PROPOSED = [
    pytest.param("ışığı açtı", (1, 0), id="turkish"),
    pytest.param("caffè ve şarap", (0, 1), id="turkish-italian"),
    pytest.param("¿Qué está haciendo el niño?", (0, 2), id="spanish"),
    pytest.param("informação às três não há", (3, 0), id="portuguese"),
    # Both take 14 septets: the one that can be read in part without the tables is first.
    pytest.param("ÓÓÓÓΦ", (0, 2), id="as-long"),
    pytest.param("Até", None, id="default-alone"),
    pytest.param("Hello", None, id="ascii"),
    pytest.param("", None, id="empty"),
    pytest.param("€" * 20, (1, 0), id="euros"),
    pytest.param("\u0939\u093f\u0928\u094d\u0926\u0940 101", (6, 0), id="hindi"),
    pytest.param("\u0939\u093f\u0928\u094d\u0926\u0940\u0964", (6, 6), id="hindi-danda"),
    pytest.param("\u09ac\u09be\u0982\u09b2\u09be\u0964", (4, 6), id="bengali-danda"),
    pytest.param("\u09ac\u09be\u0982\u09b2\u09be A", (4, 4), id="bengali-capital"),
    pytest.param("Rooms \u0967 \u0968", (0, 6), id="hindi-digits"),
    pytest.param("\u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u0ce7", (11, 7), id="tamil-with-kannada-digit"),
    pytest.param("\u0939\u093f ação", (6, 3), id="hindi-portuguese"),
    pytest.param("\u0627\u0631\u062f\u0648\u06d4", (13, 13), id="urdu"),
    pytest.param("\u0967 \u0ce7 \u0d67", None, id="three-scripts"),
    pytest.param("\u0644\u0643", None, id="arabic"),
    pytest.param("\u0939\u200d", None, id="joiner"),
    pytest.param("Привет", None, id="cyrillic"),
    pytest.param("Łódź", None, id="polish"),
    pytest.param("ışık 💡", None, id="emoji"),
    pytest.param("ış\x1b", None, id="escape"),
    pytest.param("ış\ufffd", None, id="undefined"),
    pytest.param("ış\ud800", None, id="surrogate"),
]


@pytest.mark.parametrize(("text", "tables"), PROPOSED)
def test_the_first_that_is_proposed(text: str, tables: tuple[int, int] | None) -> None:
    first = next(candidates(text), None)
    assert (first and (first.locking, first.single)) == tables


def _cost(text: str, locking: int, single: int) -> int | None:
    """Septets, header included, reckoned from the tables alone; None if the pair can't write it."""
    if not set(text) <= LOCKING[locking] | SINGLE[single]:
        return None
    escaped = sum(character not in LOCKING[locking] for character in text)
    return len(text) + escaped + HEADER[bool(locking) + bool(single)]


def _called_for(text: str, locking: int, single: int) -> bool:
    """Whether each of the tables is of the Latin script or of one that the text is in."""

    def called_for(number: int) -> bool:
        return number <= Language.PORTUGUESE or not OWN[Language(number)].isdisjoint(text)

    danda = single == Language.HINDI and not set(DANDAS).isdisjoint(text)
    return called_for(locking) and (called_for(single) or danda)


@st.composite
def _short_texts(draw: st.DrawFn) -> str:
    """Texts of one language or two, with characters of the default alphabet among them."""
    numbers = draw(st.lists(st.sampled_from(SINGLES), min_size=1, max_size=2))
    alphabets = [LATIN, set(DANDAS), {"€"}, *(SINGLE[number] for number in numbers)]
    alphabets += [LOCKING[number] for number in numbers if number in LOCKING]
    characters = st.one_of([st.sampled_from(sorted(alphabet)) for alphabet in alphabets])
    pieces = draw(st.lists(st.tuples(characters, st.integers(1, 9)), max_size=8))
    return "".join(character * count for character, count in pieces)


@given(_short_texts())
def test_the_first_is_the_cheapest_of_all_pairs(text: str) -> None:
    proposed = list(candidates(text))
    costs = [_cost(text, found.locking, found.single) for found in proposed]
    assert None not in costs
    assert costs == sorted(costs, key=lambda cost: cost or 0)
    for found, cost in zip(proposed, costs, strict=True):
        assert decode_septets(found.septets, found.locking, found.single) == (text, False)
        assert cost == len(found.septets) + HEADER[bool(found.locking) + bool(found.single)]
    without = _cost(text, 0, 0)
    best = [
        cost
        for locking, single in PAIRS
        if _called_for(text, locking, single) and (cost := _cost(text, locking, single)) is not None
    ]
    mine = [cost for cost in (*costs, without) if cost is not None]
    assert min(mine, default=None) == min(best, default=None)
    assert len({found.locking for found in proposed}) == len(proposed) <= 5
    assert (0, 0) not in {(found.locking, found.single) for found in proposed}


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    for found in candidates(text):
        assert isinstance(found, NationalText)
        assert decode_septets(found.septets, found.locking, found.single) == (text, False)


@pytest.mark.parametrize("number", list(Language), ids=lambda number: number.name)
def test_every_character_of_a_language_is_found_by_its_code_point(number: Language) -> None:
    characters = SINGLE[number] | LOCKING.get(number, set())
    for character in sorted(characters - LOCKING[0] - SINGLE[0]):
        assert list(candidates(character)), f"U+{ord(character):04X}"


def test_a_pair_of_escape_and_code_is_never_parted() -> None:
    septets = encode("ş^ç" * 3, 0, 1)
    assert septets == bytes.fromhex("1B 73 1B 14 1B 63" * 3)
    assert all(septets[at] == ESCAPE for at in range(0, len(septets), 2))


def test_a_text_as_long_as_a_message_can_be() -> None:
    text = "\u0939\u093fA1" * 10_200
    proposed = list(candidates(text))
    assert [(found.locking, found.single) for found in proposed] == [(6, 6)]
    assert len(proposed[0].septets) == 5 * 10_200


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        ("Привет, мир", set()),
        ("Łódź", set()),
        ("ok 😀", set()),
        ("你好", set()),
        ("plain", set()),
        ("\u0967 \u0ce7 \u0d67", set()),
        ("ışık", {"turkish"}),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", {"hindi", "indic"}),
    ],
    ids=["cyrillic", "polish", "emoji", "chinese", "plain", "three-scripts", "turkish", "hindi"],
)
def test_only_the_tables_that_the_text_calls_for_are_loaded(text: str, loaded: set[str]) -> None:
    script = f"""
import sys
from modem.sms.national import candidates
list(candidates({text!a}))
print(*sorted(name.rpartition(".")[2] for name in sys.modules if ".charsets." in name))
"""
    run = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert set(run.stdout.split()) == loaded
