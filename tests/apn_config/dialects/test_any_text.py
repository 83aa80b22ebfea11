"""Whatever text comes, no dialect raises, and nothing that it gives could leave an AT string."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects import dialect_named
from apn_config.dialects.dialect import Dialect
from apn_config.dialects.plain import MAX_TEXT
from apn_config.model import (
    Apn,
    Command,
    Form,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Result,
    Verb,
)
from tests.apn_config.dialects.table_cases import (
    AROUND,
    CASES,
    NAMES,
    NOWHERE,
    OURS,
    Case,
    of,
    read,
    success,
)


def check(dialect: Dialect, text: str) -> None:
    """It doesn't raise, and what it gives can't leave an AT string."""
    parsed = dialect.parse(Message(text))
    if isinstance(parsed, NotForUs):
        return
    assert parsed.dialect == dialect.name
    dialect.say(Outcome(Result.ERR, reason="bad-apn", word="APN", at=1), parsed.form, AROUND)
    if isinstance(parsed, Malformed):
        return
    assert len(text) <= MAX_TEXT
    dialect.say(success(parsed.verb), parsed.form, AROUND)
    request = parsed.request
    assert (request is not None) == (parsed.verb is Verb.APN_SET)
    if request is not None:
        assert request.name == "" or apn_offence(request.name) is None
        assert credential_offence(request.user or "") is None
        assert credential_offence(request.password or "") is None


@of(OURS)
def test_no_part_of_a_text_does_harm(case: Case) -> None:
    dialect, text = dialect_named(case.dialect), case.text
    for index in range(len(text)):
        check(dialect, text[:index])
        check(dialect, text[index:])
        for character in "\0\"';\r\n,\u202e\u0430 ":
            check(dialect, text[:index] + character + text[index + 1 :])
            check(dialect, text[:index] + character + text[index:])


@of(OURS)
def test_what_is_too_long_is_no_command(case: Case) -> None:
    dialect = dialect_named(case.dialect)
    for text in (case.text * MAX_TEXT, case.text + "a" * MAX_TEXT, case.text + " " * MAX_TEXT):
        assert not isinstance(dialect.parse(Message(text)), Command)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_text_does_harm(name: str, data: st.DataObject) -> None:
    dialect = dialect_named(name)
    texts = [case.text for case in CASES if case.dialect == name]
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    filling = data.draw(st.text(max_size=80) | st.sampled_from(texts))
    check(dialect, text[:start] + filling + text[end:])
    check(dialect, data.draw(st.text()))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_it_may_be_told_makes_it_raise(name: str) -> None:
    dialect = dialect_named(name)
    forms = [read(case).form for case in OURS if case.dialect == name]
    odd = Apn("\u20ac" * 99, credentials=None)
    for form in (*forms, Form(name), Form(name, echo=("?",) * 9)):
        for verb in (None, *Verb):
            for result in Result:
                for outcome in (Outcome(result, verb), Outcome(result, verb, odd.name, apn=odd)):
                    said = dialect.say(outcome, form, NOWHERE)
                    assert said is None or len(said) <= 160
