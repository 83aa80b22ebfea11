"""Silence, an answer at once, or a command that takes its turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.access import Access
from apn_config.access_secrets import Secrets
from apn_config.config import AccessConfig
from apn_config.judgement import Answer, Execute, Judge, Silence
from apn_config.model import ApnRequest, Command, Device, Message, PinWord, Sender, Verb
from apn_config.reader import Reader
from apn_config.voice import Voice

OPEN = AccessConfig(senders=("12345",))
LOCKED = AccessConfig(senders=("12345",), pin_file=Path("pin"))
OPERATOR = Sender("12345")
STRANGER = Sender("999")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, in words."""

    text: str
    verdict: str


def judged(
    text: str, sender: Sender, access: AccessConfig | None, pin: str | None
) -> Silence | Said | Command:
    """What becomes of a text, as somebody would see it."""
    judge = Judge(Reader(), Access(access, Secrets(pin_word=pin)))
    verdict = judge.judge(Message(text), sender, Device())
    match verdict:
        case Answer():
            return Said(Voice().say(verdict.outcome, verdict.form, NOW), verdict.verdict)
        case Execute():
            return verdict.command
    return Silence(verdict.why)


FROM_THE_OPERATOR: dict[str, Silence | Said | Command] = {
    "": Silence("empty"),
    "#17 OK PING": Silence("an answer"),
    "PING": Said("OK PING", "answered"),
    "#17 ping": Said("#17 OK PING", "answered"),
    "hello": Said("ERR reason=unknown-verb at=1", "unknown-verb"),
    "#17 APN em;": Said("#17 ERR APN reason=bad-apn at=3", "bad-apn"),
    "#!! APN em": Said("ERR reason=bad-tag at=1", "bad-tag"),
    "PING x": Said("ERR PING reason=extra-words at=6", "extra-words"),
    "APN em": Command(Verb.APN_SET, None, ApnRequest("em")),
    "#17 APN": Command(Verb.APN_READ, "17"),
    "APN ROLLBACK": Command(Verb.APN_ROLLBACK),
    "STATUS": Command(Verb.STATUS),
    "REBOOT MODEM": Command(Verb.REBOOT_MODEM),
    "PIN 4821 STATUS": Command(Verb.STATUS, proof=PinWord("4821")),
}


@pytest.mark.parametrize(
    ("text", "judgement"), FROM_THE_OPERATOR.items(), ids=map(repr, FROM_THE_OPERATOR)
)
def test_texts_of_the_operator(text: str, judgement: Silence | Said | Command) -> None:
    assert judged(text, OPERATOR, OPEN, None) == judgement


@pytest.mark.parametrize("text", FROM_THE_OPERATOR, ids=repr)
def test_a_stranger_gets_silence_whatever_the_text(text: str) -> None:
    assert isinstance(judged(text, STRANGER, OPEN, None), Silence)
    assert isinstance(judged(text, OPERATOR, None, None), Silence)


WITH_A_WORD: dict[str, Silence | Said | Command] = {
    "PING": Silence("pin-missing"),
    "hello": Silence("pin-missing"),
    "APN em;": Silence("pin-missing"),
    "#!! PIN 4821 PING": Silence("pin-missing"),
    "PIN 4822 PING": Silence("pin-wrong"),
    "PIN 4822 hello": Silence("pin-wrong"),
    "4821 PING": Silence("pin-missing"),
    "PIN 4821 PING": Said("OK PING", "answered"),
    "#17 PIN 4821 APN em;": Said("#17 ERR APN reason=bad-apn at=3", "bad-apn"),
    "PIN 4821": Said("ERR reason=no-verb at=8", "no-verb"),
    "pin \u201c4821\u201d apn": Command(Verb.APN_READ, proof=PinWord("4821")),
}


@pytest.mark.parametrize(("text", "judgement"), WITH_A_WORD.items(), ids=map(repr, WITH_A_WORD))
def test_without_the_word_there_is_silence_for_errors_too(
    text: str, judgement: Silence | Said | Command
) -> None:
    assert judged(text, OPERATOR, LOCKED, "4821") == judgement


@given(st.text(max_size=60), st.sampled_from(["", "PIN 4821 ", "#17 PIN 4821 "]))
def test_no_answer_is_ever_answered(text: str, head: str) -> None:
    """Two devices that know each other's number would talk for ever."""
    verdict = judged(head + text, OPERATOR, LOCKED, "4821")
    if isinstance(verdict, Said):
        assert "4821" not in verdict.text or "4821" in text
        assert judged(verdict.text, OPERATOR, OPEN, None) == Silence("an answer")


def test_a_tag_is_given_back_as_it_came() -> None:
    assert judged("#aBc9 PING", OPERATOR, OPEN, None) == Said("#aBc9 OK PING", "answered")
