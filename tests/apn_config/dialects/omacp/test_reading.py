"""A message as it comes: whose it is, and what is told of it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects import dialect_named, known
from apn_config.dialects.dialect import Around, PasswordForm
from apn_config.dialects.omacp import DIALECT, parse, reading
from apn_config.dialects.omacp.security import digest
from apn_config.model import (
    ApnRequest,
    Command,
    Device,
    Form,
    Mac,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Result,
    Security,
    Verb,
)
from tests.apn_config.dialects.omacp.examining import examine_message
from tests.apn_config.dialects.omacp.test_wsp import OTHERS
from tests.apn_config.dialects.omacp.vectors import MESSAGES, PIN

BODY = MESSAGES[0].body
PUSH = b"\x01\x06\x01\xb6"
XML = (
    b'<wap-provisioningdoc><characteristic type="NAPDEF"><parm name="NAP-ADDRESS" value="em"/>'
    b'<parm name="NAP-ADDRTYPE" value="APN"/></characteristic></wap-provisioningdoc>'
)
XML_PUSH = b"\x01\x06\x01\xb5"


def signed(body: bytes, pin: str = PIN, media: int = 0xB6) -> bytes:
    digits = digest(pin.encode(), body).hex().encode()
    content_type = bytes((media, 0x91, 0x81, 0x92)) + digits + b"\0"
    return bytes((1, 6, len(content_type) + 2, 0x1F, len(content_type))) + content_type + body


def test_it_is_the_dialect_of_its_name() -> None:
    assert "omacp" in known()
    assert dialect_named("omacp") is DIALECT
    assert (DIALECT.name, DIALECT.claims, DIALECT.password) == ("omacp", (), PasswordForm.NONE)
    assert not DIALECT.names_device


@pytest.mark.parametrize("port", [2948, None, 0, 9200, 49999])
def test_ports(port: int | None) -> None:
    """What is recognised by content is, whatever the port."""
    parsed = parse(Message(data=PUSH + BODY, port=port))
    proof = Mac(Security.UNSIGNED, b"", BODY)
    assert parsed == Command(Verb.APN_SET, request=ApnRequest("em"), proof=proof, dialect="omacp")


def test_xml_in_a_push() -> None:
    for port in (2948, None):
        parsed = parse(Message(data=signed(XML, media=0xB5), port=port))
        assert isinstance(parsed, Command)
        assert parsed.request == ApnRequest("em")
        assert isinstance(parsed.proof, Mac)
        assert parsed.proof.body == XML


NOT_OURS = {
    "no octets": Message(),
    "a text": Message(text="APN em"),
    "a text to that port": Message(text="APN em", port=2948),
    "a text and octets": Message(text="APN em", data=PUSH + BODY, port=2948),
    "nothing, to that port": Message(data=b"", port=2948),
    "noise": Message(data=b"\xff" * 40),
    "a document without a push": Message(data=BODY),
    "XML without a push": Message(data=XML),
    "a push of nothing": Message(data=PUSH),
    "a push of something else": Message(data=PUSH + b"Hello"),
    "a push of WBXML 1.0": Message(data=PUSH + b"\0" + BODY[1:]),
    "a push of another document type": Message(data=PUSH + b"\x03\x05\x6a\x00\x45\x01"),
    "XML that is none": Message(data=XML_PUSH + b"APN em"),
    "broken headers": Message(data=b"\x01\x06\x7f\xb6" + BODY),
    "the secure port's, which is ciphered": Message(data=b"\x17\x03" + b"\xaa" * 60, port=2949),
    "longer than any": Message(data=b"\x01\x06\x01\xb6" + BODY + b"\0" * 40000),
}


@pytest.mark.parametrize("message", NOT_OURS.values(), ids=NOT_OURS)
def test_what_isnt_ours(message: Message) -> None:
    assert isinstance(parse(message), NotForUs)


@pytest.mark.parametrize("octets", OTHERS.values(), ids=OTHERS)
def test_what_else_comes_to_that_port(octets: bytes) -> None:
    """MMS notifications and service indications do."""
    assert isinstance(parse(Message(data=octets, port=2948)), NotForUs)


MALFORMED: dict[str, tuple[bytes, str, int | None, bool]] = {
    "broken headers": (b"\x01\x06\x7f\xb6" + BODY, "bad-wsp", len(BODY) + 5, False),
    "longer than any": (PUSH + BODY + b"\0" * 40000, "too-long", None, False),
    "a document that is too long": (PUSH + BODY + b"\0" * 9000, "too-long", 4 + 8192 + 1, True),
    "a push of nothing": (PUSH, "bad-wbxml", 5, True),
    "a document that is cut off": (PUSH + BODY[:-1], "bad-wbxml", 4 + len(BODY), True),
    "octets behind the document": (PUSH + BODY + b"\0", "bad-wbxml", 4 + len(BODY) + 1, True),
    "XML that is none": (XML_PUSH + b"<APN em>", "bad-xml", None, True),
    "no access point": (PUSH + bytes.fromhex("030b6a0005"), "no-apn", None, True),
    "a bad APN": (PUSH + BODY.replace(b"em", b'e"'), "bad-apn", 2, True),
    "no MAC": (b"\x01\x06\x04\x03\xb6\x91\x81" + BODY, "bad-mac", 6, False),
    "an unknown SEC": (b"\x01\x06\x04\x03\xb6\x91\x8f" + BODY, "bad-sec", 6, False),
}


@pytest.mark.parametrize(("octets", "reason", "at", "proven"), MALFORMED.values(), ids=MALFORMED)
def test_what_cant_be_carried_out(octets: bytes, reason: str, at: int | None, proven: bool) -> None:
    found = reading.read(Message(data=octets, port=2948))
    parsed = found.parsed
    assert isinstance(parsed, Malformed)
    assert (parsed.reason, parsed.verb, parsed.dialect) == (reason, "APN", "omacp")
    if at is not None or reason != "bad-xml":
        assert parsed.at == at
    assert (parsed.proof is not None) == proven
    assert found.what


def test_a_refusal_carries_its_proof() -> None:
    """So that access can tell whether it comes from somebody who may be answered."""
    body = BODY.replace(b"em", b'e"')
    parsed = parse(Message(data=signed(body), port=2948))
    assert isinstance(parsed, Malformed)
    assert parsed.proof == Mac(Security.USERPIN, digest(PIN.encode(), body), body)


def test_it_has_no_words_of_its_own() -> None:
    around = Around(Device(), datetime(2026, 11, 28, tzinfo=UTC))
    said = {
        DIALECT.say(Outcome(result, verb, "em"), Form("omacp"), around)
        for verb in (None, *Verb)
        for result in Result
    }
    assert said == {None}


def test_no_secret_is_in_a_repr() -> None:
    secret = b"s3cr3t-word"
    body = (
        BODY[:-2]
        + bytes.fromhex("c65a01870c069a01870d0603750001870e0603")
        + secret
        + (b"\0\x01\x01\x01\x01")
    )
    found = reading.read(Message(data=signed(body), port=2948))
    assert isinstance(found.parsed, Command)
    assert found.parsed.request is not None
    assert found.parsed.request.password == secret.decode()
    for value in (found, found.parsed, found.push, found.document, found.parsed.form):
        assert secret.decode() not in repr(value)
        assert secret.hex() not in repr(value)
    broken = reading.read(Message(data=signed(body[:-1]), port=2948))
    assert secret.decode() not in repr(broken) + str(broken.what)


def test_two_readings_are_the_same() -> None:
    for vector in MESSAGES:
        message = Message(data=vector.push, port=2948)
        assert parse(message) == parse(replace(message))


@pytest.mark.parametrize(
    "octets",
    [
        PUSH + bytes.fromhex("030b6a00") + b"\x45" + b"\x07" * 34000,
        b"\x01\x06\xff\xff\xff\xff\x7f" + b"\xb6" * 34000,
        b"\x01\x06\x82\x8a\x00\x1f\x82\x89\x00\xb6" + b"\xa0\x81" * 17000,
        b"\x01\x06" + b"\x80" * 34000,
        XML_PUSH + b"<" * 34000,
        XML_PUSH + b" " * 34000,
        XML_PUSH + b"<wap-provisioningdoc>" + b"<a>" * 11000,
    ],
    ids=["elements", "lengths", "parameters", "numbers", "brackets", "blanks", "depth"],
)
def test_nothing_takes_long(octets: bytes) -> None:
    begun_s = time.process_time()
    examine_message(octets[: reading.MAX_OCTETS], 2948)
    examine_message(octets[: reading.MAX_OCTETS], None)
    assert time.process_time() - begun_s < 0.5


@given(st.binary(max_size=160), st.sampled_from([2948, None]))
def test_no_octets_do_harm(octets: bytes, port: int | None) -> None:
    examine_message(octets, port)
    examine_message(b"\x01\x06" + octets, port)
    examine_message(PUSH + BODY[:4] + octets, port)
    examine_message(XML_PUSH + b"<wap-provisioningdoc>" + octets, port)
