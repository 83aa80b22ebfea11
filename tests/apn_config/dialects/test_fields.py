"""The pieces that the dialects are made of: places, ends, and what is dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects import fields
from apn_config.dialects.fields import Asked, Frame, Refused
from apn_config.dialects.plain import MAX_TEXT
from apn_config.dialects.words import Word
from apn_config.model import Command, Malformed, Message, NotForUs, Outcome, Password, Result, Verb
from modem import sms

TEXTS = st.text(alphabet="ab ,;\t\u00a0\r\n\u201c\u2019#", max_size=30)


def stands_where_it_says(text: str, word: Word) -> bool:
    """Is the word the text's, but for blanks and quotes?"""
    return fields.line(text[word.at - 1 :] + "x").text.startswith(word.text)


@given(TEXTS)
def test_a_line_keeps_its_place(text: str) -> None:
    line = fields.line(text)
    assert line.text == line.text.strip(" \r\n")
    assert not line.text or stands_where_it_says(text, line)


@given(TEXTS)
def test_fields_keep_their_places(text: str) -> None:
    line = fields.line(text)
    for separator in (",", ";"):
        found = fields.split(line, separator)
        assert separator.join(each.text for each in found) == line.text
        assert all(line.text[each.at - line.at :].startswith(each.text) for each in found)


@given(TEXTS, st.integers(0, 3))
def test_words_keep_their_places(text: str, most: int) -> None:
    line = fields.line(text)
    assert [each.text for each in fields.words(line)] == [w for w in line.text.split(" ") if w]
    found = fields.words(line, most)
    assert len(found) <= most + 1
    for each in found:
        assert line.text[each.at - line.at :].startswith(each.text)


def test_blanks_and_quotes_of_phones_are_undone_and_line_ends_only_at_the_ends() -> None:
    line = fields.line("\r\n\u00a0 \u201ca\u201d\u2007\u2019b\r\nc\u2028\n")
    assert line == Word('"a" \'b\r\nc', 5)


def test_a_verb_has_so_many_words_before_it_at_most() -> None:
    text = fields.line("one  Two SET  a b ")
    found = fields.find_verb(text, {"set"}, 2)
    assert found is not None
    assert (found.verb, found.rest) == ("set", Word("a b", 15))
    assert found.before == (Word("one", 1), Word("Two", 6))
    assert fields.find_verb(text, {"set"}, 1) is None
    assert fields.find_verb(fields.line("\u017fet a"), {"set"}, 1) is None


@pytest.mark.parametrize(
    ("check", "text", "reason", "at"),
    [
        (fields.apn, "", "empty-value", 7),
        (fields.apn, "e m", "bad-apn", 2),
        (fields.user, 'a"', "bad-user", 2),
        (fields.password, "ab;", "bad-pass", 3),
        (fields.password, "a" * 65, "bad-pass", 65),
    ],
)
def test_a_bad_value_is_refused_with_its_place(
    check: object, text: str, reason: str, at: int
) -> None:
    assert callable(check)
    with pytest.raises(Refused) as caught:
        check(Word(text, 7))
    assert (caught.value.reason, caught.value.at, caught.value.verb) == (reason, at, "APN")


def test_what_has_no_end_is_incomplete() -> None:
    assert fields.until(Word("a#", 3), "#") == Word("a", 3)
    with pytest.raises(Refused) as caught:
        fields.until(Word("a", 3), "#")
    assert (caught.value.reason, caught.value.at) == ("incomplete", 4)


def understood(frame: Frame) -> Asked:
    if frame.rest.text == "no":
        raise Refused("unsupported", frame.rest.at, "APN")
    return Asked(Verb.STATUS, echo=("c",), words=("d",))


def recognised(text: Word) -> Frame | None:
    word, *rest = [*fields.words(text, 1), Word("", 0)]
    if word.text != "do":
        return None
    return Frame("do", rest[0], Password("secret"), tag="17", device="9", echo=("a",))


PARSE = fields.parser("own", recognised, understood)


def test_a_parser_hands_on_what_the_frame_has() -> None:
    proof = Password("secret")
    assert PARSE(Message("do")) == Command(
        Verb.STATUS, "17", None, proof, "own", ("d",), ("c",), "9"
    )
    assert PARSE(Message("do no")) == Malformed(
        "unsupported", "17", "APN", 4, proof, "own", ("a",), "9"
    )
    assert isinstance(PARSE(Message("undo")), NotForUs)
    assert isinstance(PARSE(Message(data=b"do")), NotForUs)


def test_a_parser_reads_no_part_of_what_is_too_long() -> None:
    assert isinstance(PARSE(Message("do" + " " * (MAX_TEXT - 2))), Command)
    refused = PARSE(Message("do" + " " * (MAX_TEXT - 1)))
    assert isinstance(refused, Malformed)
    assert (refused.reason, refused.at) == ("too-long", MAX_TEXT + 1)


def test_nothing_with_a_secret_shows_it() -> None:
    frame = recognised(Word("do it-with secret", 1))
    assert "secret" not in repr(frame)
    assert "secret" not in repr(fields.find_verb(Word("secret do", 1), {"do"}, 1))


@given(st.lists(st.text(max_size=90), max_size=6))
def test_what_doesnt_fit_is_dropped_from_the_right(parts: list[str]) -> None:
    joined = fields.joined(parts, ";")
    assert len(joined) <= 160
    assert sms.is_gsm7_basic(joined)
    whole = ";".join(map(fields.fitted, parts))
    assert whole.startswith(joined)
    assert joined == whole or len(whole) > 160


def test_a_reason_stands_in_parentheses() -> None:
    outcome = Outcome(Result.ERR, reason="bad-apn", at=2)
    assert fields.with_reason("No", outcome) == "No (bad-apn at=2)"
    assert fields.with_reason("No\n[x]\u20ac", Outcome(Result.ERR)) == "No??x?? (failed)"


@pytest.mark.parametrize(
    ("dbm", "level"),
    [("-113", 0), ("-51", 31), ("-71", 21), ("-140", 0), ("-20", 31), ("", None), (None, None)],
)
def test_the_signal_is_counted_as_csq_does(dbm: str | None, level: int | None) -> None:
    assert fields.csq(dbm) == level
