"""What may be shown of a message: no PIN word, no password, nothing that might be one."""

from __future__ import annotations

import pytest

from apn_config.dialects import dialect_named
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


NEARLY = {
    "a final # forgotten": ("reachfar", "pw,123456,apn,em,u,Sesame"),
    "a dot behind it": ("reachfar", "pw,123456,apn,em,u,Sesame#."),
    "without its comma": ("concox", "APN em,u,Sesame"),
    "in small letters": ("rayleigh", "user secret apn em u Sesame"),
    "without its user": ("rayleigh", "user secret APN em Sesame"),
    "handed on": ("queclink", "Fwd: AT+GTBSI=gl300,em,u,Sesame,,,,,0002$"),
    "a mark of direction in front": ("ruptela", "\u202apass setconnection em,u,Sesame"),
    "wide commas": ("meitrack", "0000\uff0cA81\uff0cem\uff0cu\uff0cSesame"),
    "blanks": ("meitrack", "0000, A81, em, u, Sesame"),
    "lines": ("teltonika", "login\npass\nsetparam\n2001:em;2003:Sesame"),
    "a short number": ("robustel", "Sesame:003"),
}


@pytest.mark.parametrize("plain", [True, False], ids=["with plain", "without"])
@pytest.mark.parametrize(("dialect", "text"), NEARLY.values(), ids=NEARLY)
def test_what_is_nearly_a_command_of_another_dialect_is_hidden(
    dialect: str, text: str, plain: bool
) -> None:
    reader = Reader([dialect_named(name) for name in ("plain",) * plain + (dialect,)])
    assert "Sesame" not in Veil(reader).shown(text)


@pytest.mark.parametrize("text", ["Call me at 12:05", "OK APN em ip=10.0.0.7", "hello"])
def test_what_cant_be_one_is_shown_as_it_is(text: str) -> None:
    reader = Reader([dialect_named("plain"), dialect_named("reachfar")])
    assert Veil(reader).shown(text) == text


def test_words_about_an_apn_are_shown_where_only_the_plain_one_is_enabled() -> None:
    assert Veil().shown("Which apn?") == "Which apn?"


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
