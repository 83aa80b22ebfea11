"""Signed commands: the vectors, what phones do to a text, and what an attacker could try.

`tests/vectors/signed_commands.json` was made by the program on the page docs/signed-commands.md,
which shares no code with this dialect.
"""

from __future__ import annotations

import hmac
import json
from base64 import b32encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from apn_config.dialects import plain, signed, words
from apn_config.dialects.signed import (
    ANSWER_ROOM,
    CODE_CHARS,
    DIALECT,
    MAX_COUNTER,
    CannotSign,
    device_id,
    is_signed,
    mac_input,
    normalised,
    parse_signed,
    sign,
    sign_answer,
    signature_of,
    verify,
    verify_answer,
)
from apn_config.model import (
    ApnRequest,
    Command,
    Malformed,
    Message,
    NotForUs,
    Parsed,
    PinWord,
    SetupCode,
    Signature,
    Verb,
)
from modem import sms

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "signed_commands.json").read_text()
)
KEYS = {name: bytes.fromhex(key["hex"]) for name, key in VECTORS["keys"].items()}
SIGNED: dict[str, dict[str, Any]] = {each["name"]: each for each in VECTORS["signed"]}
KEY, OTHER_KEY = KEYS["first"], KEYS["second"]
ICCID = SIGNED["apn"]["iccid"]
COMMANDS = {name: each for name, each in SIGNED.items() if each["domain"] == "command"}
ANSWERS = {name: each for name, each in SIGNED.items() if each["domain"] == "answer"}


def parse(text: str) -> Parsed:
    return parse_signed(Message(text))


def proven(text: str, key: bytes = KEY, iccid: str = ICCID) -> Command | Malformed | None:
    """What the device carries out or answers: what is read and has a right signature."""
    parsed = parse(text)
    if isinstance(parsed, NotForUs) or not isinstance(parsed.proof, Signature):
        return None
    return parsed if verify(key, iccid, parsed.proof) else None


def command(text: str, counter: int = 1) -> Parsed:
    return parse(sign(KEY, ICCID, counter, text))


# --- the vectors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", COMMANDS.values(), ids=list(COMMANDS))
def test_commands_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    key, iccid, counter = KEYS[vector["key"]], vector["iccid"], vector["counter"]
    assert sign(key, iccid, counter, vector["text"]) == vector["signed"]
    octets = bytes.fromhex(vector["mac_input"])
    domain = VECTORS["domains"]["command"]
    assert mac_input(domain, iccid, counter, normalised(vector["text"])) == octets
    assert hmac.digest(key, octets, "sha256").hex() == vector["hmac"]
    found = signature_of(vector["signed"])
    assert found == Signature(normalised(vector["text"]), counter, vector["mac"])
    assert verify(key, iccid, found)
    assert not verify_answer(key, iccid, found)


@pytest.mark.parametrize("vector", ANSWERS.values(), ids=list(ANSWERS))
def test_answers_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    key, iccid, counter = KEYS[vector["key"]], vector["iccid"], vector["counter"]
    assert sign_answer(key, iccid, counter, vector["text"]) == vector["signed"]
    found = signature_of(vector["signed"])
    assert found is not None
    assert verify_answer(key, iccid, found)
    assert not verify(key, iccid, found)


@pytest.mark.parametrize("each", VECTORS["normalised"], ids=lambda each: each["what"])
def test_texts_are_normalised(each: dict[str, str]) -> None:
    assert normalised(each["text"]) == each["normalised"]


@pytest.mark.parametrize("each", VECTORS["iccids"], ids=lambda each: each["what"])
def test_cards_are_known_by_one_number(each: dict[str, str]) -> None:
    assert device_id(each["iccid"]) == each["device_id"]


@pytest.mark.parametrize("each", VECTORS["accepted"], ids=lambda each: each["what"])
def test_what_phones_do_is_accepted(each: dict[str, str]) -> None:
    found = proven(each["text"])
    assert isinstance(found, Command)
    assert (found.verb, found.request, found.tag) == (Verb.APN_SET, ApnRequest("em"), "17")


@pytest.mark.parametrize("each", VECTORS["refused"], ids=lambda each: each["what"])
def test_what_was_changed_is_refused(each: dict[str, str]) -> None:
    assert proven(each["text"]) is None


# --- the format -----------------------------------------------------------------------------------


def test_a_hundred_characters_stay_in_one_sms() -> None:
    vector = SIGNED["hundred"]
    assert len(vector["text"]) == 100
    assert sms.count(vector["signed"]) == sms.count("x" * 131)
    assert sms.count(vector["signed"]).parts == 1
    assert len(vector["signed"]) - 100 == ANSWER_ROOM == 31


def test_what_is_undone_is_what_the_plain_dialect_undoes() -> None:
    """Its list may grow; the one that is signed belongs to version 1."""
    assert set(signed.BLANKS) == set(words._BLANKS)
    assert {'"', *signed.DOUBLE_QUOTES} == words._DOUBLE_QUOTES
    assert {"'", *signed.SINGLE_QUOTES} == words._SINGLE_QUOTES


@given(st.text())
@example("e\u200b\u0301")
@example("\u2000\u0338\u201c")
def test_normalising_is_done_once(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert not set(once) & set(signed.BLANKS.replace(" ", ""))


@given(st.text(), st.integers(1, MAX_COUNTER))
def test_what_is_signed_is_verified(text: str, counter: int) -> None:
    assume(normalised(text) and not is_signed(normalised(text)))
    found = signature_of(sign(KEY, ICCID, counter, text))
    assert found == Signature(normalised(text), counter, found.mac if found else "")
    assert verify(KEY, ICCID, found)
    assert not verify(OTHER_KEY, ICCID, found)
    assert not verify(KEY, SIGNED["20-digits"]["iccid"], found)
    assert not verify_answer(KEY, ICCID, found)


@given(st.text(max_size=200), st.integers(1, MAX_COUNTER))
def test_an_answer_is_verified_and_is_no_command(text: str, counter: int) -> None:
    found = signature_of(sign_answer(KEY, ICCID, counter, text))
    assert found is not None
    assert verify_answer(KEY, ICCID, found)
    assert not verify(KEY, ICCID, found)


fields = st.tuples(*[st.text(max_size=6)] * 3, st.integers(1, 99))


@given(fields, fields)
def test_no_two_sets_of_fields_have_the_same_octets(one: Any, other: Any) -> None:
    def octets(fields: Any) -> bytes:
        domain, iccid, text, counter = fields
        return mac_input(domain, iccid, counter, text)

    same = (one[0], device_id(one[1]), *one[2:]) == (other[0], device_id(other[1]), *other[2:])
    assert (octets(one) == octets(other)) == same


CANNOT: dict[str, tuple[str, int, str, str]] = {
    "no text": (ICCID, 1, " \u00a0", "no text"),
    "no card": ("", 1, "PING", "ICCID"),
    "no digits": (" - FF", 1, "PING", "ICCID"),
    "counter 0": (ICCID, 0, "PING", "counter"),
    "a counter too large": (ICCID, MAX_COUNTER + 1, "PING", "counter"),
    "signed already": (ICCID, 1, sign(KEY, ICCID, 1, "PING"), "ends with a signature"),
    "nearly signed": (ICCID, 1, "PING S1:", "ends with a signature"),
    "too long": (ICCID, 1, "x" * (plain.MAX_TEXT - ANSWER_ROOM + 1), "1000 characters"),
}


@pytest.mark.parametrize(("iccid", "counter", "text", "why"), CANNOT.values(), ids=CANNOT)
def test_what_cant_be_signed(iccid: str, counter: int, text: str, why: str) -> None:
    with pytest.raises(CannotSign, match=why):
        sign(KEY, iccid, counter, text)


def test_the_longest_text_can_be_read() -> None:
    text = "x" * (plain.MAX_TEXT - ANSWER_ROOM)
    assert isinstance(command(text, MAX_COUNTER), Malformed)
    assert proven(sign(KEY, ICCID, MAX_COUNTER, text)) is not None


def test_without_a_card_nothing_is_right() -> None:
    found = signature_of(SIGNED["apn"]["signed"])
    assert found is not None
    assert not verify(KEY, "", found)


# --- what a text asks for -------------------------------------------------------------------------

READ: dict[str, tuple[str, Verb, dict[str, Any]]] = {
    "status": ("STATUS", Verb.STATUS, {}),
    "apn": ("#17 APN em", Verb.APN_SET, {"tag": "17", "request": ApnRequest("em")}),
    "a quoted user": ('APN em user="a b"', Verb.APN_SET, {"request": ApnRequest("em", "a b")}),
    "a phone's": ("apn\u00a0em user=\u201cJ D\u201d\r\n", Verb.APN_SET, {
        "request": ApnRequest("em", "J D"),
    }),
    "blanks become one": ('APN em user="a \u00a0 b"', Verb.APN_SET, {
        "request": ApnRequest("em", "a b"),
    }),
    "sync": ("SYNC abcdefgh", Verb.SYNC, {"words": ("ABCDEFGH",)}),
    "sync with a tag": ("#a1 sync ABCDEF27", Verb.SYNC, {"tag": "a1", "words": ("ABCDEF27",)}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "verb", "fields"), READ.values(), ids=READ)
def test_a_command(text: str, verb: Verb, fields: dict[str, Any]) -> None:
    found = command(text, 7)
    assert isinstance(found, Command)
    assert (found.verb, found.dialect) == (verb, "signed")
    assert {name: getattr(found, name) for name in fields} == fields
    assert isinstance(found.proof, Signature)
    assert found.proof.text == normalised(text)
    assert found.form.counter == 7


@pytest.mark.parametrize("word", ["PIN 4821", "pin Sesame"])
def test_a_pin_word_in_it_is_no_proof(word: str) -> None:
    found = command(f"#1 {word} PING")
    assert isinstance(found, Command)
    assert isinstance(found.proof, Signature)
    assert found.verb is Verb.PING


@pytest.mark.parametrize("proof", [PinWord("4821"), SetupCode("12345678"), None])
def test_whatever_the_inner_parser_takes_for_proof_is_dropped(proof: Any) -> None:
    for read in (Command(Verb.PING, proof=proof), Malformed("bad-apn", proof=proof)):

        def inner(_text: str, read: Parsed = read) -> Parsed:
            return read

        found = parse_signed(Message(sign(KEY, ICCID, 1, "X")), inner)
        assert not isinstance(found, NotForUs)
        assert isinstance(found.proof, Signature)
        assert found.dialect == "signed"


def test_the_inner_parser_gets_what_is_signed() -> None:
    handed: list[str] = []

    def inner(text: str) -> Parsed:
        handed.append(text)
        return Command(Verb.OWN, words=("OPEN",))

    found = parse_signed(
        Message(" " + sign(KEY, ICCID, 1, "OPEN \u201cgate 1\u201d") + "\n"), inner
    )
    assert handed == ['OPEN "gate 1"']
    assert isinstance(found, Command)
    assert isinstance(found.proof, Signature)
    assert found.proof.text == handed[0]


MALFORMED: dict[str, tuple[str, str, str | None, int | None]] = {
    "bad apn": ("#2 APN e;m", "bad-apn", "APN", 2),
    "unknown verb": ("FROB", "unknown-verb", None, 1),
    "extra words": ("PING me", "extra-words", "PING", 6),
    "a blank less": ("APN  em  frob", "unknown-option", "APN", 8),
    "sync without a code": ("#2 SYNC", "bad-code", "SYNC", 8),
    "sync with a short one": ("SYNC ABC", "bad-code", "SYNC", 6),
    "sync with a digit 1": ("SYNC ABCDEFG1", "bad-code", "SYNC", 6),
    "sync with a second": ("SYNC ABCDEFGH x", "bad-code", "SYNC", 6),
    "a word like sync": ("SYNCHRO ABCDEFGH", "unknown-verb", None, 1),
}


@pytest.mark.parametrize(("text", "reason", "verb", "at"), MALFORMED.values(), ids=MALFORMED)
def test_a_typing_error_keeps_its_proof(
    text: str, reason: str, verb: str | None, at: int | None
) -> None:
    found = command(text)
    assert isinstance(found, Malformed)
    assert (found.reason, found.verb, found.at, found.dialect) == (reason, verb, at, "signed")
    assert isinstance(found.proof, Signature)
    assert verify(KEY, ICCID, found.proof)


def test_a_signature_of_nothing() -> None:
    found = parse("S1:1:AAAAAAAAAAAAAAAA")
    assert found == Malformed(
        "unknown-verb", at=1, proof=Signature("", 1, "A" * 16), dialect="signed"
    )


NO_SIGNATURE = {
    "cut": "APN em S1:1:AAAAAAAAAAAAAAA",
    "longer": "APN em S1:1:AAAAAAAAAAAAAAAAA",
    "no counter": "APN em S1::AAAAAAAAAAAAAAAA",
    "counter 0": "APN em S1:0:AAAAAAAAAAAAAAAA",
    "a zero in front": "APN em S1:01:AAAAAAAAAAAAAAAA",
    "eleven digits": "APN em S1:12345678901:AAAAAAAAAAAAAAAA",
    "Arabic digits": "APN em S1:\u0661:AAAAAAAAAAAAAAAA",
    "full-width digits": "APN em S1:\uff11:AAAAAAAAAAAAAAAA",
    "a long s in the MAC": "APN em S1:1:AAAAAAAAAAAAAAA\u017f",
    "a dotless i in the MAC": "APN em S1:1:AAAAAAAAAAAAAAA\u0131",
    "a 1 in the MAC": "APN em S1:1:AAAAAAAAAAAAAAA1",
    "another version": "APN em S2:1:AAAAAAAAAAAAAAAA",
    "version 0": "APN em s0:x",
    "only its begin": "APN em S1:",
    "a dot behind": "APN em S1:1:AAAAAAAAAAAAAAAA.",
    "a quote behind": 'APN "em S1:1:AAAAAAAAAAAAAAAA"',
    "NUL behind": "APN em S1:1:AAAAAAAAAAAAAAAA\x00",
    "a mark from right to left": "APN em S1:1:AAAAAAAAAAAAAAAA\u202e",
    "alone": "S1:",
}


@pytest.mark.parametrize("text", NO_SIGNATURE.values(), ids=NO_SIGNATURE)
def test_what_is_meant_for_a_signature_is_nobody_elses(text: str) -> None:
    assert is_signed(text)
    assert parse(text) == Malformed("bad-signature", dialect="signed")


NOT_SIGNED = {
    "plain": "APN em",
    "empty": "",
    "blanks": " \u00a0 ",
    "in quotes": 'APN em "S1:1:AAAAAAAAAAAAAAAA"',
    "in a phone's quotes": "APN em \u201cS1:1:AAAAAAAAAAAAAAAA\u201d",
    "a value": "APN em pass=S1:1:AAAAAAAAAAAAAAAA",
    "not at the end": "S1:1:AAAAAAAAAAAAAAAA APN em",
    "Cyrillic": "APN em \u04051:1:AAAAAAAAAAAAAAAA",
    "a long s": "APN em \u017f1:1:AAAAAAAAAAAAAAAA",
    "full width": "APN em \uff331:1:AAAAAAAAAAAAAAAA",
    "a full-width colon": "APN em S1\uff1a1:AAAAAAAAAAAAAAAA",
    "an invisible joiner": "APN em S\u200d1:1:AAAAAAAAAAAAAAAA",
    "two digits": "APN em S10:1:AAAAAAAAAAAAAAAA",
    "a word with S": "see you at S1",
}


@pytest.mark.parametrize("text", NOT_SIGNED.values(), ids=NOT_SIGNED)
def test_what_isnt_signed_is_left_to_others(text: str) -> None:
    assert not is_signed(text)
    assert parse(text) == NotForUs("not signed")


def test_octets_are_left_to_others() -> None:
    assert parse_signed(Message(data=b"S1:1:AAAAAAAAAAAAAAAA", port=2948)) == NotForUs("no text")


@pytest.mark.parametrize("vector", ANSWERS.values(), ids=list(ANSWERS))
def test_our_own_answer_is_no_command(vector: dict[str, Any]) -> None:
    """One that came back is neither answered nor taken for a try to forge a signature."""
    assert isinstance(parse(vector["signed"]), NotForUs)


def test_two_signatures_are_one_over_the_other() -> None:
    """The outer one would have to cover the inner one, and that is no command."""
    inner = sign(KEY, ICCID, 1, "APN em")
    mac = b32encode(
        hmac.digest(KEY, mac_input(VECTORS["domains"]["command"], ICCID, 2, inner), "sha256")[:10]
    ).decode()
    found = proven(f"{inner} S1:2:{mac}")
    assert isinstance(found, Malformed)
    assert found.reason == "unknown-option"


def test_a_text_too_long_isnt_looked_at() -> None:
    text = "a\u0301\u0316" * 20_000 + " S1:1:AAAAAAAAAAAAAAAA"
    assert parse(text) == Malformed("too-long", at=plain.MAX_TEXT + 1, dialect="signed")


@settings(max_examples=500)
@given(st.text(max_size=60), st.integers(0, 60), st.characters())
def test_one_character_more_or_another_is_no_command(tail: str, place: int, character: str) -> None:
    """Whatever is done to a signed text, what is proven is the text that was signed."""
    text = SIGNED["apn"]["signed"]
    for changed in (
        text[:place] + character + text[place:],
        text[:place] + character + text[place + 1 :],
        text[:place] + text[place + 1 :],
        tail + text,
        text + tail,
    ):
        found = proven(changed)
        if found is not None:
            assert isinstance(found, Command)
            assert (found.request, found.form.counter) == (ApnRequest("em"), 2)
            assert normalised(changed).upper() == text.upper()


@given(st.one_of(st.text(), st.text("S1:A2 \u00a0\x00\u017f", max_size=60)))
def test_nothing_makes_it_fail(text: str) -> None:
    found = parse(text)
    assert isinstance(found, NotForUs) or found.dialect == "signed"
    assert is_signed(text) or isinstance(found, NotForUs)
    assert is_signed(normalised(text)) == is_signed(text)


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_half_a_character_of_utf_16_makes_nothing_fail(text: str) -> None:
    assert proven(f"{text} S1:1:AAAAAAAAAAAAAAAA") is None


def test_no_secret_is_in_a_repr() -> None:
    found = parse(SIGNED["phone"]["signed"])
    assert isinstance(found, Command)
    assert "pass" not in repr(found)
    assert "Jane" not in repr(found.proof)


def test_it_is_a_dialect() -> None:
    assert DIALECT.name == "signed"
    for claim in DIALECT.claims:
        assert isinstance(DIALECT.parse(Message(claim)), Command)
    assert len("ABCDEFGH") == CODE_CHARS
