"""Silence, an answer at once, or a command that takes its turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.config import AccessConfig
from apn_config.judgement import Answer, Execute, Judgement, Silence, judge_text
from apn_config.model import ApnRequest, Command, Sender, Verb

OPEN = AccessConfig(senders=("12345",))
LOCKED = AccessConfig(senders=("12345",), pin_file=Path("pin"))
OPERATOR = Sender("12345")
STRANGER = Sender("999")
HELP = (
    "OK HELP (#TAG) (PIN word) APN; APN name user= pass= auth=none/pap/chap type= cid= for=10m;"
    " APN KEEP/ROLLBACK/HISTORY; STATUS; PING; REBOOT MODEM"
)

FROM_THE_OPERATOR: dict[str, Judgement] = {
    "": Silence("empty"),
    "#17 OK PING": Silence("an answer"),
    "PING": Answer("OK PING", "answered"),
    "#17 ping": Answer("#17 OK PING", "answered"),
    "HELP": Answer(HELP, "answered"),
    "hello": Answer("ERR reason=unknown-verb at=1", "unknown-verb"),
    "#17 APN em;": Answer("#17 ERR APN reason=bad-apn at=3", "bad-apn"),
    "#!! APN em": Answer("ERR reason=bad-tag at=1", "bad-tag"),
    "PING x": Answer("ERR PING reason=extra-words at=6", "extra-words"),
    "APN em": Execute(Command(Verb.APN_SET, None, ApnRequest("em"))),
    "#17 APN": Execute(Command(Verb.APN_READ, "17")),
    "APN ROLLBACK": Execute(Command(Verb.APN_ROLLBACK)),
    "STATUS": Execute(Command(Verb.STATUS)),
    "REBOOT MODEM": Execute(Command(Verb.REBOOT_MODEM)),
    "PIN 4821 STATUS": Execute(Command(Verb.STATUS, pin="4821")),
}


@pytest.mark.parametrize(
    ("text", "judgement"), FROM_THE_OPERATOR.items(), ids=map(repr, FROM_THE_OPERATOR)
)
def test_texts_of_the_operator(text: str, judgement: Judgement) -> None:
    assert judge_text(text, OPERATOR, OPEN, None) == judgement


@pytest.mark.parametrize("text", FROM_THE_OPERATOR, ids=repr)
def test_a_stranger_gets_silence_whatever_the_text(text: str) -> None:
    assert isinstance(judge_text(text, STRANGER, OPEN, None), Silence)
    assert isinstance(judge_text(text, OPERATOR, None, None), Silence)


WITH_A_WORD: dict[str, Judgement] = {
    "PING": Silence("pin-missing"),
    "hello": Silence("pin-missing"),
    "APN em;": Silence("pin-missing"),
    "#!! PIN 4821 PING": Silence("pin-missing"),
    "PIN 4822 PING": Silence("pin-wrong"),
    "PIN 4822 hello": Silence("pin-wrong"),
    "4821 PING": Silence("pin-missing"),
    "PIN 4821 PING": Answer("OK PING", "answered"),
    "#17 PIN 4821 APN em;": Answer("#17 ERR APN reason=bad-apn at=3", "bad-apn"),
    "PIN 4821": Answer("ERR reason=no-verb at=8", "no-verb"),
    "pin \u201c4821\u201d apn": Execute(Command(Verb.APN_READ, pin="4821")),
}


@pytest.mark.parametrize(("text", "judgement"), WITH_A_WORD.items(), ids=map(repr, WITH_A_WORD))
def test_without_the_word_there_is_silence_for_errors_too(text: str, judgement: Judgement) -> None:
    assert judge_text(text, OPERATOR, LOCKED, "4821") == judgement


@given(st.text(max_size=60), st.sampled_from(["", "PIN 4821 ", "#17 PIN 4821 "]))
def test_no_answer_is_ever_answered(text: str, head: str) -> None:
    """Two devices that know each other's number would talk for ever."""
    verdict = judge_text(head + text, OPERATOR, LOCKED, "4821")
    if isinstance(verdict, Answer):
        assert "4821" not in verdict.text or "4821" in text
        assert judge_text(verdict.text, OPERATOR, OPEN, None) == Silence("an answer")


def test_a_tag_is_given_back_as_it_came() -> None:
    assert judge_text("#aBc9 PING", OPERATOR, OPEN, None) == Answer("#aBc9 OK PING", "answered")
