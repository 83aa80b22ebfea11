"""Answers: one SMS of basic characters whatever goes in, and the words that scripts rely on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config import replies
from apn_config.dialects.plain import parse
from apn_config.model import NotForUs
from apn_config.network_words import network_pairs, registration_word
from modem import DomainState, Registration, Signal, sms

HOME, ROAMING, SEARCHING = DomainState(1), DomainState(5), DomainState(2)

EXAMPLES = {
    "set": (
        replies.ok(
            "APN em",
            [("ip", "10.65.3.4"), ("reg", "roaming"), ("rat", "lte"), ("rssi", "-71")],
        ),
        "OK APN em ip=10.65.3.4 reg=roaming rat=lte rssi=-71",
    ),
    "rolled-back": (
        replies.rollback("em2", "em", "no-address"),
        "ROLLBACK APN em2 kept=em reason=no-address",
    ),
    "refused": (replies.err("APN", "bad-apn", at=3), "ERR APN reason=bad-apn at=3"),
    "refused-without-position": (replies.err(None, "stale"), "ERR reason=stale"),
    "tagged": (replies.ok("PING", (), "17"), "#17 OK PING"),
    "tagged-error": (
        replies.err("APN", "bad-apn", tag="17", at=3),
        "#17 ERR APN reason=bad-apn at=3",
    ),
    "tagged-rollback": (
        replies.rollback("em2", "em", "refused", "aB1"),
        "#aB1 ROLLBACK APN em2 kept=em reason=refused",
    ),
    "no-former-name": (
        replies.rollback("em2", "", "timeout"),
        'ROLLBACK APN em2 kept="" reason=timeout',
    ),
    "value-with-blank": (replies.ok("STATUS", [("op", "Deutsche T")]), 'OK STATUS op="Deutsche T"'),
    "empty-value": (replies.ok("STATUS", [("apn", "")]), 'OK STATUS apn=""'),
}


@pytest.mark.parametrize(("text", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_examples(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("em", "em", id="plain"),
        pytest.param("", '""', id="empty"),
        pytest.param("a b", '"a b"', id="blank"),
        pytest.param('a"b', "a?b", id="quote"),
        pytest.param("a\nb\r", "a?b?", id="line-ends"),
        pytest.param("[a]{b}~^|\\\u20ac", "?a??b??????", id="two-septets-each"),
        pytest.param("\x1b\x00\x0c", "???", id="controls"),
        pytest.param("\u00e4\u00e9@\u00a3", "\u00e4\u00e9@\u00a3", id="basic-beyond-ascii"),
        pytest.param("\u0430\U0001f600\ud83d", "???", id="no-character-of-the-alphabet"),
    ],
)
def test_values(text: str, shown: str) -> None:
    assert replies.value(text) == shown


def test_help_is_whole_with_the_longest_tag() -> None:
    assert replies.help_text("A" * 8).endswith("; REBOOT MODEM")


def test_the_longest_names_of_a_rollback_stand_with_the_former_one() -> None:
    text = replies.rollback("a" * 62, "b" * 62, "apn-mismatch", "12345678")
    assert text == f"#12345678 ROLLBACK APN {'a' * 62} kept={'b' * 62}"


# --- what doesn't fit -----------------------------------------------------------------------------


def test_keys_are_dropped_from_the_right_whole() -> None:
    pairs = [(f"key{number}", "v" * 30) for number in range(5)]
    text = replies.ok("STATUS", pairs)
    assert text == " ".join(["OK STATUS", *(f"{key}={value}" for key, value in pairs[:4])])


@pytest.mark.parametrize(("length", "fits"), [(152, True), (153, False)])
def test_160_septets_fit_and_161_do_not(length: int, fits: bool) -> None:
    text = replies.ok("PING", [("k", "v" * (length - 2)), ("z", "1")])
    assert len(text) == (160 if fits else len("OK PING"))


def test_a_key_behind_one_that_is_dropped_is_dropped_too() -> None:
    assert replies.ok("PING", [("long", "v" * 160), ("short", "1")]) == "OK PING"


ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)
TAGS = st.none() | st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)
KEYS = st.sampled_from(["ip", "reg", "rssi", "op"])
ANSWERS = st.one_of(
    st.builds(replies.ok, ANY, st.lists(st.tuples(KEYS, ANY), max_size=5), TAGS),
    st.builds(replies.err, st.none() | ANY, ANY, tag=TAGS, at=st.none() | st.integers(1, 1500)),
    st.builds(replies.rollback, ANY, ANY, ANY, TAGS),
    st.builds(replies.help_text, TAGS),
)


@given(ANSWERS)
def test_an_answer_is_one_sms_of_basic_characters(text: str) -> None:
    assert sms.is_gsm7_basic(text)
    length = sms.gsm7_length(text)
    assert length is not None
    assert length <= 160
    assert not set(text) & set("\r\n\f")
    assert len(sms.compose("1234", text)) == 1


@given(ANSWERS)
def test_an_answer_is_no_command(text: str) -> None:
    assert parse(text) == NotForUs("an answer")


# --- the network's words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registration", "word"),
    [
        pytest.param(Registration(), "none", id="nothing-known"),
        pytest.param(Registration(SEARCHING, SEARCHING, SEARCHING), "none", id="searching"),
        pytest.param(Registration(DomainState(3), None, DomainState(3)), "none", id="denied"),
        pytest.param(Registration(HOME), "home", id="home"),
        pytest.param(Registration(None, None, HOME), "home", id="home-for-packets"),
        pytest.param(Registration(ROAMING, None, None), "roaming", id="roaming"),
        pytest.param(Registration(SEARCHING, SEARCHING, ROAMING), "roaming", id="roaming-on-lte"),
        pytest.param(Registration(DomainState(7)), "roaming", id="roaming-for-sms"),
        pytest.param(Registration(DomainState(6)), "home", id="home-for-sms"),
        pytest.param(Registration(DomainState(11), None, None), "none", id="without-sms"),
    ],
)
def test_registration_words(registration: Registration, word: str) -> None:
    assert registration_word(registration) == word


@pytest.mark.parametrize(
    ("registration", "signal", "pairs"),
    [
        pytest.param(Registration(), Signal(), "reg=none", id="nothing"),
        pytest.param(
            Registration(ROAMING, None, DomainState(5, 7)),
            Signal(-71, -100),
            "reg=roaming rat=lte rssi=-71 rsrp=-100",
            id="everything",
        ),
        pytest.param(
            Registration(DomainState(1, 0)), Signal(-113), "reg=home rat=gsm rssi=-113", id="gsm"
        ),
        pytest.param(
            Registration(None, None, DomainState(5, 9)),
            Signal(None, -140),
            "reg=roaming rat=nbiot sms=unproven rsrp=-140",
            id="unproven",
        ),
        pytest.param(
            Registration(DomainState(1, 99)), Signal(), "reg=home", id="unknown-technology"
        ),
    ],
)
def test_network_pairs(registration: Registration, signal: Signal, pairs: str) -> None:
    found = network_pairs(registration, signal)
    assert replies.ok("STATUS", found) == f"OK STATUS {pairs}"
