"""What is made is read again: access points, pushes, parts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects.omacp import parse
from apn_config.dialects.omacp.encode import (
    PORTS,
    AccessPoint,
    deliver_of,
    document_of,
    encode_push,
    encode_wbxml,
    parts_of,
    submit_of,
)
from apn_config.dialects.omacp.security import key_for, verify
from apn_config.dialects.omacp.wbxml import decode_wbxml
from apn_config.dialects.omacp.xml import print_xml
from apn_config.model import ApnRequest, AuthType, Command, Mac, Message, Security
from modem import sms
from tests.apn_config.dialects.omacp.vectors import BODIES, IMSI, PIN

SIGNED = [each for each in Security if each is not Security.USERPINMAC]
_NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z0-9]{1,9}){0,3}", fullmatch=True)
_WORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=64).filter(
    lambda text: credential_offence(text) is None
)
_TITLES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
POINTS = st.builds(
    AccessPoint,
    apn=_NAMES.filter(lambda name: apn_offence(name) is None),
    user=_WORDS,
    password=_WORDS,
    auth=st.sampled_from([AuthType.PAP, AuthType.CHAP]),
    title=_TITLES,
    napid=_TITLES,
    internet=st.booleans(),
)


def asked(point: AccessPoint) -> ApnRequest:
    if point.auth is AuthType.NONE:
        return ApnRequest(point.apn)
    auth = point.auth if point.user or point.password else None
    return ApnRequest(point.apn, point.user, point.password, auth)


@given(POINTS, st.sampled_from(SIGNED), st.integers(0, 255))
def test_what_is_made_is_understood(point: AccessPoint, security: Security, ref: int) -> None:
    body = encode_wbxml(document_of(point))
    assert decode_wbxml(body) == document_of(point)
    push = encode_push(body, security, key_for(security, PIN, IMSI) or b"")
    parts = parts_of(push, ref)
    assert b"".join(part.data for part in parts) == push
    parsed = parse(Message(data=push, port=2948))
    assert isinstance(parsed, Command)
    assert parsed.request == asked(point)
    assert isinstance(parsed.proof, Mac)
    assert verify(parsed.proof, PIN, IMSI) is (security is not Security.UNSIGNED)
    assert not verify(parsed.proof, PIN + "0", IMSI[::-1])


def test_without_credentials() -> None:
    body = encode_wbxml(document_of(AccessPoint("em")))
    assert body == BODIES[0].octets
    parsed = parse(Message(data=encode_push(body, Security.UNSIGNED), port=2948))
    assert isinstance(parsed, Command)
    assert parsed.request == ApnRequest("em")


@pytest.mark.parametrize("word", ["APN", "PAP", "AAA", "HA", "MAN", "IPV4", "WLAN"])
def test_a_name_that_is_a_token_elsewhere_stays_a_text(word: str) -> None:
    point = AccessPoint(word, user=word, password=word, auth=AuthType.PAP, title=word, napid=word)
    body = encode_wbxml(document_of(point))
    assert body.count(b"\x03" + word.encode() + b"\0") == 5
    assert decode_wbxml(body) == document_of(point)


# One SMS holds 133 octets of a push, each of several 128: 83 of a document that is signed.
SIZES = {
    "one octet": (1, [1]),
    "one SMS": (133, [133]),
    "one more": (134, [128, 6]),
    "two": (256, [128, 128]),
    "three": (257, [128, 128, 1]),
}


@pytest.mark.parametrize(("octets", "shares"), SIZES.values(), ids=SIZES)
def test_parts(octets: int, shares: list[int]) -> None:
    push = bytes(range(256)) * 2
    parts = parts_of(push[:octets], 0x5A)
    assert [len(part.data) for part in parts] == shares
    assert all(len(part.header) + len(part.data) <= 140 for part in parts)
    reassembler = sms.Reassembler()
    for part in reversed(parts):
        submit = submit_of(part, "+491770000001")
        assert (submit.ports, submit.data) == (PORTS, part.data)
        assert submit.warnings == ()
        deliver = deliver_of(part, "emnify", datetime(2026, 11, 28, tzinfo=UTC))
        assert (deliver.number, deliver.ports, deliver.warnings) == ("emnify", PORTS, ())
        whole = reassembler.add(deliver, 0.0)
    assert whole is not None
    assert whole.data == push[:octets]


def test_a_message_of_the_size_that_is_promised() -> None:
    """Signed, one SMS has room for `em` with a user and a password of 14 octets together."""
    for room, parts in ((14, 1), (15, 2)):
        point = AccessPoint("em", "u" * 7, "p" * (room - 7), AuthType.PAP)
        body = encode_wbxml(document_of(point))
        push = encode_push(body, Security.USERPIN, PIN.encode())
        assert len(parts_of(push, 0)) == parts


def test_no_number_is_refused() -> None:
    (part,) = parts_of(b"\x01", 0)
    with pytest.raises(sms.ComposeError):
        submit_of(part, "nobody")


def test_the_password_is_in_no_repr() -> None:
    point = AccessPoint("em", "u", "s3cr3t", AuthType.PAP)
    made = document_of(point)
    parts = parts_of(encode_push(encode_wbxml(made), Security.UNSIGNED), 0)
    assert "s3cr3t" not in repr((point, made, parts)) + print_xml(made)
