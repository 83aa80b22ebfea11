"""Answers: one SMS of basic characters whatever goes in, and the words that scripts rely on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config import replies
from apn_config.dialects.plain import parse
from apn_config.model import Apn, Credentials, NotForUs, Outcome, Result, Verb
from apn_config.network_words import network_pairs, registration_word
from modem import DomainState, Registration, Signal, sms

HOME, ROAMING, SEARCHING = DomainState(1), DomainState(5), DomainState(2)


def ok(verb: Verb | None, *pairs: tuple[str, str], name: str | None = None) -> Outcome:
    return Outcome(Result.OK, verb, name, pairs)


def err(reason: str, word: str | None = None, at: int | None = None) -> Outcome:
    return Outcome(Result.ERR, reason=reason, word=word, at=at)


def rollback(name: str, kept: str, reason: str) -> Outcome:
    return Outcome(Result.ROLLBACK, Verb.APN_SET, name, reason=reason, kept=kept)


EXAMPLES = {
    "set": (
        ok(
            Verb.APN_SET,
            ("ip", "10.65.3.4"),
            ("reg", "roaming"),
            ("rat", "lte"),
            ("rssi", "-71"),
            name="em",
        ),
        None,
        "OK APN em ip=10.65.3.4 reg=roaming rat=lte rssi=-71",
    ),
    "read": (
        Outcome(
            Result.OK,
            Verb.APN_READ,
            pairs=(("reg", "home"),),
            apn=Apn("em", credentials=Credentials(user="u", password="secret")),
        ),
        None,
        "OK APN em reg=home",
    ),
    "read-without-one": (Outcome(Result.OK, Verb.APN_READ, apn=Apn("")), None, 'OK APN ""'),
    "status-that-knows-the-apn": (
        Outcome(Result.OK, Verb.STATUS, pairs=(("apn", "em"),), apn=Apn("em")),
        None,
        "OK STATUS apn=em",
    ),
    "rolled-back": (
        rollback("em2", "em", "no-address"),
        None,
        "ROLLBACK APN em2 kept=em reason=no-address",
    ),
    "not-restored": (
        Outcome(Result.ERR, Verb.APN_SET, "em", reason="not-restored", word="APN"),
        None,
        "ERR APN reason=not-restored",
    ),
    "refused": (err("bad-apn", "APN", 3), None, "ERR APN reason=bad-apn at=3"),
    "refused-without-position": (err("stale"), None, "ERR reason=stale"),
    "verb-that-is-not-at-fault": (
        Outcome(Result.ERR, Verb.SMSC_SET, "123", reason="not-sent"),
        None,
        "ERR reason=not-sent",
    ),
    "counter": (
        Outcome(Result.ERR, reason="counter-unknown", pairs=(("code", "ABCDEFGH"),)),
        None,
        "ERR reason=counter-unknown code=ABCDEFGH",
    ),
    "tagged": (ok(Verb.PING), "17", "#17 OK PING"),
    "tagged-error": (err("bad-apn", "APN", 3), "17", "#17 ERR APN reason=bad-apn at=3"),
    "tagged-rollback": (
        rollback("em2", "em", "refused"),
        "aB1",
        "#aB1 ROLLBACK APN em2 kept=em reason=refused",
    ),
    "no-former-name": (
        rollback("em2", "", "timeout"),
        None,
        'ROLLBACK APN em2 kept="" reason=timeout',
    ),
    "value-with-blank": (
        ok(Verb.STATUS, ("op", "Deutsche T")),
        None,
        'OK STATUS op="Deutsche T"',
    ),
    "empty-value": (ok(Verb.STATUS, ("apn", "")), None, 'OK STATUS apn=""'),
    "key-from-outside": (ok(Verb.NETWORK_SCAN, ("e\n[/1", "x")), None, "OK NETWORK SCAN e??/1=x"),
    "trial-ended": (ok(Verb.APN_ROLLBACK, name="em"), "1", "#1 OK APN ROLLBACK em"),
    "kept": (ok(Verb.APN_KEEP, name="em"), None, "OK APN KEEP em"),
    "history": (
        ok(Verb.APN_HISTORY, ("em2", "rolled-back"), ("em", "committed")),
        None,
        "OK APN HISTORY em2=rolled-back em=committed",
    ),
    "history-of-none": (
        ok(Verb.APN_HISTORY, ("", "committed"), ("em", "rolled-back")),
        None,
        'OK APN HISTORY ""=committed em=rolled-back',
    ),
    "network-chosen": (
        ok(Verb.NETWORK_SELECT, ("op", "T-Mobile"), name="26201"),
        None,
        "OK NETWORK 26201 op=T-Mobile",
    ),
    "service-centre": (ok(Verb.SMSC, name="+491710760000"), None, "OK SMSC +491710760000"),
    "service-centre-set": (ok(Verb.SMSC_SET, name="+49171"), "1", "#1 OK SMSC +49171"),
    "reboot": (ok(Verb.REBOOT_HOST), "17", "#17 OK REBOOT HOST"),
    "own": (
        Outcome(Result.OK, Verb.OWN, "UPDATE", text="3 packages"),
        None,
        "OK UPDATE 3 packages",
    ),
    "own-silent": (Outcome(Result.OK, Verb.OWN, "UPDATE"), "17", "#17 OK UPDATE"),
    "own-failed": (
        Outcome(Result.ERR, reason="exit-3", text="disk full"),
        "17",
        "#17 ERR reason=exit-3 disk full",
    ),
    "own-argument": (
        Outcome(
            Result.ERR,
            Verb.OWN,
            "UPDATE",
            (("argument", "2"),),
            reason="bad-argument",
            word="UPDATE",
        ),
        None,
        "ERR UPDATE reason=bad-argument argument=2",
    ),
    "own-that-looks-like-more": (
        Outcome(Result.OK, Verb.OWN, "UPDATE", text="a\r\nb\x1b[2J\u20ac"),
        None,
        "OK UPDATE a??b??2J?",
    ),
}


@pytest.mark.parametrize(("outcome", "tag", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_examples(outcome: Outcome, tag: str | None, expected: str) -> None:
    assert replies.words(outcome, tag) == expected


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
    text = replies.words(ok(Verb.HELP), "A" * 8)
    assert text.endswith("; REBOOT MODEM/HOST")
    for verb in set(Verb) - {Verb.HELP, Verb.OWN, Verb.SYNC}:
        assert verb.value.split()[0] in text


def test_help_is_dropped_word_by_word_where_an_answer_is_signed() -> None:
    whole, cut = replies.words(ok(Verb.HELP)), replies.words(ok(Verb.HELP), None, 129)
    assert whole.startswith(f"{cut};")
    assert len(cut) <= 129


def test_the_longest_names_of_a_rollback_stand_with_the_former_one() -> None:
    text = replies.words(rollback("a" * 62, "b" * 62, "apn-mismatch"), "12345678")
    assert text == f"#12345678 ROLLBACK APN {'a' * 62} kept={'b' * 62}"


# --- what doesn't fit -----------------------------------------------------------------------------


def test_keys_are_dropped_from_the_right_whole() -> None:
    pairs = [(f"key{number}", "v" * 30) for number in range(5)]
    text = replies.words(ok(Verb.STATUS, *pairs))
    assert text == " ".join(["OK STATUS", *(f"{key}={value}" for key, value in pairs[:4])])


@pytest.mark.parametrize(
    ("room", "length", "fits"),
    [
        (160, 152, True),
        (160, 153, False),
        (129, 121, True),
        (129, 122, False),
    ],
)
def test_what_there_is_room_for_fits_and_one_more_does_not(
    room: int, length: int, fits: bool
) -> None:
    text = replies.words(ok(Verb.PING, ("k", "v" * (length - 2)), ("z", "1")), None, room)
    assert len(text) == (room if fits else len("OK PING"))


def test_a_key_behind_one_that_is_dropped_is_dropped_too() -> None:
    assert replies.words(ok(Verb.PING, ("long", "v" * 160), ("short", "1"))) == "OK PING"


def test_what_a_program_said_is_cut() -> None:
    text = replies.words(Outcome(Result.OK, Verb.OWN, "UPDATE", text="x" * 200), "17", 100)
    assert text == "#17 OK UPDATE " + "x" * 86


ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)
TAGS = st.none() | st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)
KEYS = st.sampled_from(["ip", "reg", "rssi", "op"]) | ANY
OUTCOMES = st.builds(
    Outcome,
    st.sampled_from(Result),
    st.none() | st.sampled_from(Verb),
    st.none() | ANY,
    st.lists(st.tuples(KEYS, ANY), max_size=5).map(tuple),
    st.none() | ANY,
    st.none() | ANY,
    st.none() | st.sampled_from(["APN", "UPDATE"]),
    st.none() | st.integers(1, 1500),
    st.none() | st.builds(Apn, ANY),
    st.none() | ANY,
)


@given(OUTCOMES, TAGS, st.integers(129, 160))
def test_an_answer_is_one_sms_of_basic_characters(
    outcome: Outcome, tag: str | None, room: int
) -> None:
    text = replies.words(outcome, tag, room)
    assert sms.is_gsm7_basic(text)
    length = sms.gsm7_length(text)
    assert length is not None
    assert length <= room
    assert not set(text) & set("\r\n\f")
    assert len(sms.compose("1234", text)) == 1


@given(OUTCOMES, TAGS)
def test_an_answer_is_no_command(outcome: Outcome, tag: str | None) -> None:
    own = frozenset({"UPDATE", outcome.name or "X"})
    assert parse(replies.words(outcome, tag), own) == NotForUs("an answer")


@given(ANY)
def test_whatever_a_dialect_says_is_fitted(said: str) -> None:
    text = replies.fitted(said)
    assert sms.is_gsm7_basic(text)
    assert len(text) == min(len(said), 160)


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
    assert replies.words(ok(Verb.STATUS, *found)) == f"OK STATUS {pairs}"
