"""What the parts of a rule are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.access import sender_key
from apn_config.model import Command, Malformed, Sender, Verb
from apn_config.rules import changes, covers, is_anybody, known_words, sender_pattern, verb_word

NAME = Sender("emnify", alphanumeric=True)
PATTERNS: dict[str, tuple[str, list[Sender], list[Sender]]] = {
    # the pattern, who fits, who doesn't
    "a number": ("12345", [Sender("12345"), Sender("+12345")], [Sender("123456"), NAME]),
    "with a plus": ("+4917*", [Sender("4917"), Sender("+49170")], [Sender("4916")]),
    "the end of numbers": ("*99", [Sender("99"), Sender("4999")], [Sender("991"), NAME]),
    "short numbers": ("?????", [Sender("12345")], [Sender("1234"), Sender("123456")]),
    "no name of as many letters": ("??????", [Sender("123456")], [NAME]),
    "a name": ("emnify", [NAME, Sender("EMNIFY", True)], [Sender("emnify2", True), Sender("1")]),
    "names": ("EM*", [NAME, Sender("em", True)], [Sender("my-em", True), Sender("49")]),
    "a name of digits is no number": ("1*", [Sender("12")], [Sender("12", True)]),
    "nobody": ("", [Sender(""), Sender("", True)], [Sender("1"), NAME]),
    "anybody": ("*", [Sender(""), Sender("1"), NAME], []),
    "anybody, said twice": ("**", [Sender(""), Sender("1"), NAME], []),
    "somebody": ("?*", [Sender("1")], [Sender(""), NAME]),
    "what means something elsewhere": ("a.b", [Sender("A.B", True)], [Sender("axb", True)]),
    "brackets": ("[a]*", [Sender("[a]x", True)], [Sender("a", True)]),
    "a line end in a name": ("a*", [Sender("a\nb", True)], []),
}


@pytest.mark.parametrize(("pattern", "fitting", "others"), PATTERNS.values(), ids=PATTERNS)
def test_patterns(pattern: str, fitting: list[Sender], others: list[Sender]) -> None:
    fits = sender_pattern(pattern)
    assert [sender for sender in fitting if not fits(sender_key(sender))] == []
    assert [sender for sender in others if fits(sender_key(sender))] == []


@given(st.text("0123456789", min_size=1, max_size=20), st.text(min_size=1, max_size=11))
def test_a_pattern_without_wildcards_fits_itself_alone(number: str, name: str) -> None:
    assert sender_pattern(number)(sender_key(Sender(number)))
    assert not sender_pattern(number)(sender_key(Sender(f"{number}0")))
    if not set(name) <= set("0123456789+*?# ") and name.strip():
        assert sender_pattern(name)(sender_key(Sender(name, alphanumeric=True)))


def test_who_anybody_is() -> None:
    assert is_anybody(None)
    assert is_anybody(("1", "*"))
    # Whoever forges a number chooses one that fits.
    for pattern in ("?*", "+*", "??????", "**"):
        assert is_anybody((pattern,))
    assert not is_anybody(("1", "4*", "*9", "", "a?"))


WORDS: dict[str, set[Verb]] = {
    "APN": {verb for verb in Verb if verb.value.split()[0] == "APN"},
    "APN READ": {Verb.APN_READ},
    "APN SET": {Verb.APN_SET},
    "NETWORK": {Verb.NETWORK, Verb.NETWORK_SCAN, Verb.NETWORK_SELECT},
    "NETWORK READ": {Verb.NETWORK},
    "SMSC": {Verb.SMSC, Verb.SMSC_SET},
    "SMSC READ": {Verb.SMSC},
    "REBOOT": {Verb.REBOOT_MODEM, Verb.REBOOT_HOST},
    "REBOOT HOST": {Verb.REBOOT_HOST},
    "STATUS": {Verb.STATUS},
    "PING": {Verb.PING},
    "OWN": {Verb.OWN},
    "*": set(Verb),
}


@pytest.mark.parametrize(("word", "verbs"), WORDS.items(), ids=list(WORDS))
def test_words_for_verbs(word: str, verbs: set[Verb]) -> None:
    """Whoever may sign anything may SYNC."""
    assert word in known_words()
    found = {verb for verb in Verb if covers((word,), Command(verb, words=("DOOR",)))}
    assert found == verbs | {Verb.SYNC}


def test_every_word_is_about_something() -> None:
    for word in known_words():
        assert any(covers((word,), Command(verb)) for verb in Verb if verb is not Verb.SYNC)
    assert "SYNC" not in known_words()


def test_a_part_of_a_word_is_none() -> None:
    assert not covers(("AP",), Command(Verb.APN_SET))


def test_own_verbs_go_by_their_name() -> None:
    door = Command(Verb.OWN, words=("DOOR", "open"))
    assert covers(("DOOR",), door)
    assert covers(("OWN",), door)
    assert not covers(("LAMP",), door)
    assert not covers(("open",), door)
    assert known_words(["DOOR"])[-1] == "DOOR"


BEGINNINGS: dict[str, tuple[str, str | None, bool]] = {
    # the rule's word, what is known of the verb
    "nothing": ("STATUS", None, True),
    "that one": ("APN READ", "APN", False),
    "that one's past": ("APN HISTORY", "APN", False),
    "that one's change": ("APN SET", "APN", True),
    "all of that one": ("APN", "APN", True),
    "networks that are only looked for": ("NETWORK SCAN", "NETWORK", False),
    "one that is chosen": ("NETWORK SELECT", "NETWORK", True),
    "another": ("STATUS", "APN", False),
    "any": ("*", "APN", True),
    "an own one": ("DOOR", "DOOR", True),
    "an own one, by OWN": ("OWN", "DOOR", True),
    "no own one": ("OWN", "APN", False),
    "the counter's": ("STATUS", "SYNC", True),
}


@pytest.mark.parametrize(("word", "first", "expected"), BEGINNINGS.values(), ids=BEGINNINGS)
def test_what_cannot_be_carried_out(word: str, first: str | None, expected: bool) -> None:
    assert covers((word,), Malformed("bad", verb=first)) is expected


def test_nothing_said_of_verbs_means_all() -> None:
    assert all(covers(None, Command(verb)) for verb in Verb)
    assert covers(None, Malformed("bad", verb="APN"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (None, True),
        (("STATUS", "APN READ", "APN HISTORY", "SIGNAL"), False),
        (("STATUS", "APN"), True),
        (("NETWORK",), True),
        (("DOOR",), True),
        (("OWN",), True),
        (("*",), True),
    ],
)
def test_which_words_change_something(words: tuple[str, ...] | None, expected: bool) -> None:
    assert changes(words) is expected


def test_words_in_any_case_and_with_any_blanks() -> None:
    assert verb_word(" apn   set\t") == "APN SET"
