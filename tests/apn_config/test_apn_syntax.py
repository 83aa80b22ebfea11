"""Names of APNs by 3GPP TS 23.003 9.1.1, and what may stand in an AT string."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.apn_syntax import (
    MAX_APN,
    MAX_CREDENTIAL,
    apn_offence,
    credential_offence,
)

GOOD = {
    "one-label": "em",
    "one-character": "e",
    "digits": "3",
    "labels": "internet.provider.example",
    "hyphen-inside": "m2m-iot.em-1",
    "capitals": "EM.Example",
    "62": "a" * 62,
    "62-in-labels": "a" * 30 + "." + "b" * 31,
    "reserved-word-inside": "em.rac",
    "reserved-suffix-alone": "gprs",
    "reserved-suffix-inside": "em.gprs.net",
    "reserved-suffix-as-part": "em.xgprs",
}

BAD = {
    "empty": ("", 0),
    "63": ("a" * 63, 62),
    "63-in-labels": ("a" * 31 + "." + "b" * 31, 62),
    "long-offends-where-it-first-does": ("a_" + "a" * 100, 1),
    "star": ("*", 0),
    "blank": ("em two", 2),
    "trailing-blank": ("internet ", 8),
    "slash": ("http://172.18.83.129", 4),
    "underscore": ("em_2", 2),
    "dot-first": (".em", 0),
    "dot-last": ("em.", 2),
    "dot-alone": (".", 0),
    "dots": ("em..net", 3),
    "hyphen-first": ("-em", 0),
    "hyphen-last": ("em-", 2),
    "hyphen-starts-a-label": ("em.-net", 3),
    "hyphen-ends-a-label": ("em-.net", 3),
    "quote": ('e"m', 1),
    "backslash": ("e\\m", 1),
    "semicolon": ("em;+CFUN=0", 2),
    "comma": ("em,1", 2),
    "cr": ("em\rAT", 2),
    "lf": ("em\nAT", 2),
    "nul": ("em\0", 2),
    "escape": ("\x1bem", 0),
    "ctrl-z": ("em\x1a", 2),
    "umlaut": ("müller", 1),
    "dotless-i": ("ıot", 0),
    "long-s": ("teſt", 2),
    "kelvin": ("\u212a", 0),
    "cyrillic-a": ("internet.\u0430", 9),
    "full-width": ("\uff45m", 0),
    "arabic-digit": ("em\u0661", 2),
    "surrogate": ("em\ud83d", 2),
    "right-to-left-mark": ("em\u200f", 2),
    "rac": ("rac", 0),
    "lac-with-more": ("lac1.example", 0),
    "sgsn": ("sgsn.em", 0),
    "rnc-in-capitals": ("RNC0001", 0),
    "sgsn-in-mixed-case": ("SgSn.em", 0),
    "gprs": ("em.gprs", 2),
    "gprs-in-capitals": ("em.GPRS", 2),
    "operator-identifier": ("em.mnc001.mcc901.gprs", 16),
}


@pytest.mark.parametrize("name", GOOD.values(), ids=GOOD)
def test_these_are_names(name: str) -> None:
    assert apn_offence(name) is None


@pytest.mark.parametrize(("name", "index"), BAD.values(), ids=BAD)
def test_these_are_not_and_offend_there(name: str, index: int) -> None:
    assert apn_offence(name) == index


@pytest.mark.parametrize(
    ("value", "index"),
    [
        pytest.param("", None, id="empty"),
        pytest.param("user name", None, id="blank"),
        pytest.param("a@b.c-(d)+e,f=g#'!~`{}[]^|_%&*/:<>?$", None, id="punctuation"),
        pytest.param("a" * MAX_CREDENTIAL, None, id="64"),
        pytest.param("a" * 65, 64, id="65"),
        pytest.param('pa"ss', 2, id="quote"),
        pytest.param("pa\\ss", 2, id="backslash"),
        pytest.param("pa;ss", 2, id="semicolon"),
        pytest.param("pa\r", 2, id="cr"),
        pytest.param("\npa", 0, id="lf"),
        pytest.param("p\x7f", 1, id="delete"),
        pytest.param("p\x1f", 1, id="control"),
        pytest.param("p\u00e4", 1, id="umlaut"),
        pytest.param("p\u00a0", 1, id="non-breaking-blank"),
        pytest.param("p\ud800", 1, id="surrogate"),
    ],
)
def test_what_can_stand_in_a_user_or_password(value: str, index: int | None) -> None:
    assert credential_offence(value) == index


NEARLY_NAMES = st.text(alphabet='aZ09.-_"\\;\r\n\x00ä', max_size=70)


@given(st.one_of(NEARLY_NAMES, st.text(max_size=80)))
def test_an_offence_is_a_character_of_the_name_and_a_name_is_a_name(name: str) -> None:
    """A name's own rules are written a second time here: labels, not characters."""
    offence = apn_offence(name)
    if offence is not None:
        assert 0 <= offence < max(len(name), 1)
        return
    assert len(name) <= MAX_APN
    for label in name.split("."):
        assert label
        assert label.isascii()
        assert label.replace("-", "x").isalnum()
        assert not label.startswith("-")
        assert not label.endswith("-")


@given(st.lists(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True), min_size=1))
def test_labels_joined_are_a_name_unless_too_long_or_reserved(labels: list[str]) -> None:
    name = ".".join(labels)
    reserved = name.startswith(("rac", "lac", "sgsn", "rnc")) or name.endswith(".gprs")
    assert (apn_offence(name) is None) is (len(name) <= MAX_APN and not reserved)


@given(st.text(max_size=80))
def test_a_credential_leaves_no_at_string(value: str) -> None:
    offence = credential_offence(value)
    if offence is None:
        assert value.isascii()
        assert value == "" or value.isprintable()
        assert not set(value) & set('"\\;')
    else:
        assert 0 <= offence < len(value)
