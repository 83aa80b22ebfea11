"""What some dialects share: fields in quotes, settings that may be given once, erased APNs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects import fields
from apn_config.dialects.settings import apn_request, bare, once, quoted_fields
from apn_config.dialects.words import Word
from apn_config.model import ApnRequest

VALUES = st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [("", 5)], id="empty"),
        pytest.param("a,b", [("a", 5), ("b", 7)], id="plain"),
        pytest.param(" a , b ", [("a", 6), ("b", 10)], id="blanks"),
        pytest.param(",,", [("", 5), ("", 6), ("", 7)], id="nothing-between"),
        pytest.param('"a,b",c', [("a,b", 6), ("c", 11)], id="comma-in-quotes"),
        pytest.param('  "a,b" , c', [("a,b", 8), ("c", 15)], id="blanks-around-quotes"),
        pytest.param('"", ""', [("", 6), ("", 10)], id="nothing-in-quotes"),
        pytest.param('"a,b', [('"a', 5), ("b", 8)], id="not-closed"),
        pytest.param('"a"b,c', [('"a"b', 5), ("c", 10)], id="more-behind-the-quote"),
        pytest.param('"', [('"', 5)], id="one-quote"),
        pytest.param('a"b,c"', [('a"b', 5), ('c"', 9)], id="quotes-within"),
    ],
)
def test_fields(text: str, found: list[tuple[str, int]]) -> None:
    assert [(each.text, each.at) for each in quoted_fields(Word(text, 5))] == found


@given(st.lists(VALUES, min_size=1))
def test_quoted_values_come_back(values: list[str]) -> None:
    text = ",".join(f'"{value}"' for value in values)
    assert [each.text for each in quoted_fields(Word(text, 1))] == values


@given(st.text(st.sampled_from('", ab')))
def test_a_field_stands_where_it_says(text: str) -> None:
    for each in quoted_fields(Word(text, 1)):
        assert text[each.at - 1 :].startswith(each.text)


def test_bare() -> None:
    assert bare(Word("  a b ", 3)) == Word("a b", 5)


def test_once() -> None:
    first, second = Word("em", 3), Word("u", 6)
    assert once([("apn", first), ("user", second)]) == {"apn": first, "user": second}
    with pytest.raises(fields.Refused) as refused:
        once([("apn", first), ("apn", second)])
    assert (refused.value.reason, refused.value.at) == ("duplicate-option", 6)


EMPTY, EM, U, P = Word("", 1), Word("em", 2), Word("u", 5), Word("p", 7)


@pytest.mark.parametrize(
    ("given", "request_"),
    [
        pytest.param((EM, None, None), ApnRequest("em"), id="name"),
        pytest.param((EM, U, P), ApnRequest("em", "u", "p"), id="all"),
        pytest.param((EM, EMPTY, EMPTY), ApnRequest("em", "", ""), id="cleared"),
        pytest.param((EMPTY, None, None), ApnRequest(""), id="erased"),
        pytest.param((EMPTY, EMPTY, EMPTY), ApnRequest("", "", ""), id="all-erased"),
    ],
)
def test_request(given: tuple[Word | None, ...], request_: ApnRequest) -> None:
    assert apn_request(*given) == request_


@pytest.mark.parametrize(
    ("given", "reason", "at"),
    [
        pytest.param((None, U, P), "unsupported", 5, id="no-name"),
        pytest.param((None, None, None), "unsupported", None, id="nothing"),
        pytest.param((EMPTY, U, None), "empty-value", 1, id="user-without-name"),
        pytest.param((EMPTY, None, P), "empty-value", 1, id="password-without-name"),
        pytest.param((Word("e m", 2), None, None), "bad-apn", 2, id="bad-name"),
        pytest.param((EM, Word('"', 5), None), "bad-user", 1, id="bad-user"),
        pytest.param((EM, None, Word("p;", 5)), "bad-pass", 2, id="bad-password"),
    ],
)
def test_refused_request(given: tuple[Word | None, ...], reason: str, at: int | None) -> None:
    with pytest.raises(fields.Refused) as refused:
        apn_request(*given)
    assert (refused.value.reason, refused.value.at) == (reason, at)
    assert refused.value.verb == "APN"
