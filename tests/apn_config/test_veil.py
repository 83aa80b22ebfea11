"""What may be shown of a message: no PIN word, no password, nothing that might be one."""

from __future__ import annotations

import pytest

from apn_config.model import Message
from apn_config.reader import Reader
from apn_config.veil import Veil


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hello", "hello"),
        ("#1 PIN 4821 STATUS", "#1 PIN *** STATUS"),
        ("SETUP 7H2K9QXW STATUS", "SETUP *** STATUS"),
        ("APN em user=U pass=P", "APN em user=*** pass=***"),
        ("#2 PIN 4821 APN e;m", "[19 characters]"),
        ("apn em, Password: sesame", "[24 characters]"),
        ("APN em pw=sesame", "[16 characters]"),
        ("UPDATE sesame", "UPDATE ***"),
    ],
)
def test_what_is_shown_of_a_message_holds_no_secret(text: str, wanted: str) -> None:
    assert Veil(Reader(own=frozenset({"UPDATE"}))).shown(Message(text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("P1N 4821x APN em", "P1N *** APN em"),
        ("hello 4821X", "hello ***"),
        ("#4821x STATUS", "#*** STATUS"),
        ("call 04821x9", "call 0***9"),
        ("hello", "hello"),
    ],
)
def test_the_pin_word_is_shown_in_no_form_of_a_text(text: str, wanted: str) -> None:
    assert Veil(words=("4821x",)).shown(text) == wanted
