"""Texts as words: blanks and quotes of phones, and where each word stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects.words import Pair, Word, words_of

BLANKS = {
    "space": " ",
    "spaces": "   ",
    "tab": "\t",
    "line-feed": "\n",
    "carriage-return": "\r",
    "dos-line-end": "\r\n",
    "next-line": "\u0085",
    "non-breaking": "\u00a0",
    "en-space": "\u2002",
    "thin": "\u2009",
    "hair": "\u200a",
    "zero-width": "\u200b",
    "line-separator": "\u2028",
    "paragraph-separator": "\u2029",
    "narrow-non-breaking": "\u202f",
    "ideographic": "\u3000",
    "byte-order-mark": "\ufeff",
}

QUOTES = {
    "straight": '""',
    "english": "\u201c\u201d",
    "german": "\u201e\u201c",
    "swedish": "\u201d\u201d",
    "french": "\u00ab\u00bb",
    "reversed": "\u201f\u201d",
    "double-prime": "\u2033\u2033",
    "mixed": '\u201c"',
}


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
def test_every_blank_divides_words_and_none_begins_or_ends_one(blank: str) -> None:
    text = f"{blank}APN{blank}em{blank}"
    assert words_of(text) == [
        Word("APN", len(blank) + 1),
        Word("em", 2 * len(blank) + 4),
    ]


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202e", "\u2066", "\u00ad", "\x00", "\x1b"])
def test_marks_of_direction_and_controls_are_no_blanks(mark: str) -> None:
    assert words_of(f"APN em{mark}") == [Word("APN", 1), Word(f"em{mark}", 5)]


@pytest.mark.parametrize("quotes", QUOTES.values(), ids=QUOTES)
def test_every_pair_of_quotes_holds_a_value_with_blanks(quotes: str) -> None:
    left, right = quotes[0], quotes[1]
    text = f"{left}a b{right} pass={left}c d{right}"
    assert words_of(text) == [
        Word("a b", 2, quoted=True),
        Pair("pass", Word("c d", 13, quoted=True), Word('pass="c d"', 7)),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("\u2018a\u2019", "'a'", id="english"),
        pytest.param("O\u2019Brien", "O'Brien", id="apostrophe"),
        pytest.param("\u201aa\u2018", "'a'", id="german"),
        pytest.param("a\u2032", "a'", id="prime"),
    ],
)
def test_single_quotes_are_made_straight_and_hold_nothing(text: str, value: str) -> None:
    assert words_of(f"user={text} b") == [
        Pair("user", Word(value, 6), Word(f"user={value}", 1)),
        Word("b", len(text) + 7),
    ]


QUOTED = {
    "empty": ('""', [Word("", 2, quoted=True)]),
    "unclosed": ('"em', [Word('"em', 1)]),
    "unclosed-with-blank": ('"em x', [Word('"em', 1), Word("x", 5)]),
    "closed-within-a-word": ('"em"x', [Word('"em"x', 1)]),
    "closed-later": ('"a"b c"', [Word('a"b c', 2, quoted=True)]),
    "closed-before-the-final-hash": ('"em"#', [Word("em", 2, quoted=True), Word("#", 5)]),
    "closed-before-the-final-hash-and-line-end": (
        '"em"#\r\n',
        [Word("em", 2, quoted=True), Word("#", 5)],
    ),
    "hash-that-is-not-final": ('"em"# x', [Word('"em"#', 1), Word("x", 7)]),
    "behind-a-word": ('a"b c"', [Word('a"b', 1), Word('c"', 5)]),
    "line-end-stays": ('"a\nb"', [Word("a\nb", 2, quoted=True)]),
    "non-breaking-blank-becomes-one": ('"a\u00a0b\u202fc"', [Word("a b c", 2, quoted=True)]),
}


@pytest.mark.parametrize(("text", "words"), QUOTED.values(), ids=QUOTED)
def test_what_quotes_hold(text: str, words: list[Word | Pair]) -> None:
    assert words_of(text) == words


PAIRS = {
    "plain": ("user=U", Pair("user", Word("U", 6), Word("user=U", 1))),
    "key-in-capitals": ("USER=U", Pair("user", Word("U", 6), Word("USER=U", 1))),
    "second-equals-sign": ("pass=a=b", Pair("pass", Word("a=b", 6), Word("pass=a=b", 1))),
    "nothing-behind": ("apn=", Pair("apn", Word("", 4), Word("apn=", 1))),
    "quote-that-opens-only": ('pass="a', Pair("pass", Word('"a', 6), Word('pass="a', 1))),
}


@pytest.mark.parametrize(("text", "pair"), PAIRS.values(), ids=PAIRS)
def test_pairs(text: str, pair: Pair) -> None:
    assert words_of(text) == [pair]


def test_an_equals_sign_without_a_key_makes_no_pair() -> None:
    assert words_of("= =x") == [Word("=", 1), Word("=x", 3)]


@pytest.mark.parametrize(
    ("word", "upper"),
    [
        pytest.param(Word("apn", 1), "APN", id="lower"),
        pytest.param(Word("apn", 1, quoted=True), "", id="quoted"),
        pytest.param(Word("pıng", 1), "", id="dotless-i"),
        pytest.param(Word("\u017ftatus", 1), "", id="long-s"),
    ],
)
def test_a_quoted_word_or_one_that_looks_alike_is_no_verb(word: Word, upper: str) -> None:
    assert word.upper == upper


@given(st.text(alphabet=st.sampled_from("ab=\"#\u201c\u201d \n\u00a0'\u2019"), max_size=40))
def test_positions_are_in_the_text_and_a_whole_word_stands_there(text: str) -> None:
    straight = "".join('"' if c in "\u201c\u201d" else "'" if c == "\u2019" else c for c in text)
    end = 0
    for item in words_of(text):
        whole = item.whole if isinstance(item, Pair) else item
        start = whole.at - 1
        assert start >= end
        if whole.quoted:
            assert straight[start - 1] == '"'
            assert whole.text == straight[start : start + len(whole.text)].replace("\u00a0", " ")
        else:
            assert straight[start:].startswith(whole.text)
        end = start + len(whole.text)
        if isinstance(item, Pair):
            assert 1 <= item.value.at <= len(text)
            assert (
                item.value.quoted
                or straight.startswith(item.value.text, item.value.at - 1)
                or (item.value.text == "")
            )
