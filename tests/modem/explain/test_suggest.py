"""Completion of command lines."""

from __future__ import annotations

import pytest

from modem.explain import Suggestion, suggestions
from modem.explain.suggest import Offered


def _texts(text: str, offered: Offered | None = None) -> list[str]:
    return [each.text for each in suggestions(text, offered or {})]


@pytest.mark.parametrize("text", ["", "A", "+CSQ", "hello", "AT+NOSUCH", "AT+CNMI=?", "AT+CNMI?"])
def test_nothing_to_suggest(text: str) -> None:
    assert suggestions(text, {}) == ()


@pytest.mark.parametrize(
    ("text", "name", "replaces"),
    [
        ("AT+CS", "+CSQ", 3),
        ("at+cs", "+csq", 3),
        ("AT+cs", "+CSQ", 3),
        ("AT", "+CSQ", 0),
        ("AT", "E", 0),
        ("AT&", "&F", 1),
        ("AT^", "^HCSQ", 1),
        ("AT+CSQ;+CR", "+CREG", 3),
        ('AT+CPBF="a;b";+CR', "+CREG", 3),
    ],
)
def test_names(text: str, name: str, replaces: int) -> None:
    found = {each.text: each for each in suggestions(text, {})}
    assert found[name].replaces == replaces
    assert found[name].summary


def test_a_name_that_is_whole_suggests_its_forms() -> None:
    assert suggestions("AT+CREG", {}) == (
        Suggestion("?", 0, "what it is now"),
        Suggestion("=?", 0, "which values it takes"),
        Suggestion("=", 0, "set it"),
    )
    assert _texts("AT+CSQ") == ["=?"]


def test_a_name_that_stands_there_is_not_suggested() -> None:
    assert "+CREG" not in _texts("AT+CREG")


def test_a_name_that_others_begin_with_suggests_both() -> None:
    assert _texts("AT+CR")[:4] == ["?", "=?", "=", "+CRC"]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("AT+CMGF=", ["0", "1", "?"]),
        ("at+cmgf=", ["0", "1", "?"]),
        ("AT+CNMI=2,", ["0", "1", "2", "3"]),
        ("AT+CNMI=2,1,0,2,0,", []),
        ("AT+CFUN=1", ["15", "16"]),
        ('AT+CPMS="M', ['"ME"', '"MT"']),
        ("AT+CPMS=m", ['"ME"', '"MT"']),
        ('AT+CPMS="ME","SM",', ['"ME"', '"SM"', '"MT"', '"SR"', '"BM"', '"TA"']),
        ("AT+CSQ;+CMGF=", ["0", "1", "?"]),
        ("ATE", ["0", "1"]),
        ('AT+QCFG="r', ['"roamservice"', '"risignaltype"']),
        ('AT+CGDCONT=1,"IPV4', ['"IPV4V6"']),
        ("AT+NOSUCH=", []),
    ],
)
def test_values(text: str, texts: list[str]) -> None:
    assert _texts(text) == texts


def test_values_have_their_meaning() -> None:
    found = {each.text: each for each in suggestions("AT+CNMI=2,", {})}
    assert found["1"] == Suggestion("1", 0, "stored, then told by +CMTI")
    found = {each.text: each for each in suggestions('AT+CPMS="S', {})}
    assert found['"SM"'] == Suggestion('"SM"', 2, "the card's storage")


@pytest.mark.parametrize(
    ("text", "offered", "texts"),
    [
        pytest.param(
            "AT+CNMI=2,",
            {"+CNMI": (("0", "1", "2"), ("0", "1"))},
            ["0", "1"],
            id="the modem's before the table's",
        ),
        pytest.param(
            "AT+CNMI=2,1,",
            {"+CNMI": (("0", "1", "2"), ("0", "1"))},
            ["0", "1", "2", "3"],
            id="the table's where the modem told fewer",
        ),
        pytest.param("AT+CGDCONT=", {"+CGDCONT": (("1-24",),)}, ["?"], id="a range is none"),
        pytest.param(
            'AT+COPS=1,2,"26',
            {"+COPS": ((), (), ('"26203"', '"26207"'))},
            ['"26203"', '"26207"'],
            id="networks",
        ),
        pytest.param("AT+NOSUCH=", {"+NOSUCH": (("5", "6"),)}, ["5", "6"], id="unknown command"),
    ],
)
def test_offered_values(text: str, offered: Offered, texts: list[str]) -> None:
    assert _texts(text, offered) == texts
