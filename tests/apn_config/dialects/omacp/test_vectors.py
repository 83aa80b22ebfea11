"""All of tests/vectors/omacp.json: each encoding, each SEC, each segment."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from apn_config.dialects.omacp import DIALECT, security
from apn_config.dialects.omacp.document import Element, Unusable
from apn_config.dialects.omacp.encode import deliver_of, encode_push, encode_wbxml, parts_of
from apn_config.dialects.omacp.source import source_of
from apn_config.dialects.omacp.wbxml import decode_wbxml
from apn_config.dialects.omacp.wsp import Media, parse_push
from apn_config.dialects.omacp.xml import decode_xml
from apn_config.model import ApnRequest, Command, Mac, Malformed, Message, Security, Verb
from modem import sms
from tests.apn_config.dialects.omacp.examining import examine_message, examine_wbxml
from tests.apn_config.dialects.omacp.vectors import (
    BODIES,
    IMSI,
    KANNEL,
    MESSAGES,
    PIN,
    SENDER,
    Body,
    KannelMessage,
    Vector,
    vectors,
)

SCTS = datetime(2026, 11, 22, 10, 34, tzinfo=UTC)
REFERENCE = 0x5A
# The second one's password has quotes, which can't be written in an AT command.
WANTED: dict[str, ApnRequest | str] = {
    "01_min_em": ApnRequest("em"),
    "02_pap": "bad-pass",
    "04_two_nap_proxy": ApnRequest("em", "", ""),
    "06_vendorconfig_unknown": ApnRequest("em"),
}

each_body = pytest.mark.parametrize("body", BODIES, ids=lambda body: body.id)
each_message = pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.id)
each_of_kannel = pytest.mark.parametrize("message", KANNEL, ids=lambda message: message.id)


def tree(node: ElementTree.Element) -> Element:
    return Element(node.tag, tuple(node.attrib.items()), tuple(map(tree, node)))


def test_there_are_some_of_each() -> None:
    assert (len(BODIES), len(MESSAGES), len(KANNEL)) == (12, 20, 4)
    assert {message.security for message in MESSAGES} == set(Security)


@each_body
def test_a_document_is_what_its_xml_says(body: Body) -> None:
    assert decode_wbxml(body.octets) == tree(ElementTree.fromstring(body.xml))
    assert decode_xml(body.xml) == decode_wbxml(body.octets)


@each_message
def test_a_document_is_written_as_kannel_writes_it(message: Vector) -> None:
    assert encode_wbxml(decode_wbxml(message.body)) == message.body


@each_message
def test_a_push_is_read(message: Vector) -> None:
    push = parse_push(message.push)
    assert push is not None
    assert (push.media, push.security, push.body) == (Media.WBXML, message.security, message.body)
    assert push.mac == (message.mac or None)
    assert push.fault is None
    assert message.push[push.body_at :] == message.body


@each_message
@pytest.mark.parametrize("port", [2948, None, 9200])
def test_a_message_is_understood(message: Vector, port: int | None) -> None:
    parsed = DIALECT.parse(Message(data=message.push, port=port))
    wanted = WANTED[message.id.split()[0]]
    proof = Mac(message.security, message.mac, message.body)
    if isinstance(wanted, str):
        # The offence is the quote, the twelfth character of the password.
        assert parsed == Malformed(wanted, verb="APN", at=12, proof=proof, dialect="omacp")
    else:
        assert parsed == Command(Verb.APN_SET, request=wanted, proof=proof, dialect="omacp")


@each_message
def test_a_mac_is_right(message: Vector) -> None:
    mac = Mac(message.security, message.mac, message.body)
    signed = message.security not in (Security.UNSIGNED, Security.USERPINMAC)
    assert security.verify(mac, PIN, IMSI) is signed
    if signed:
        assert security.key_for(message.security, PIN, IMSI) == message.key
        assert security.digest(message.key, message.body) == message.mac
    if message.typed is not None:
        assert security.typed_digits(PIN, message.body) == message.typed


@each_message
def test_a_message_is_written_octet_for_octet(message: Vector) -> None:
    assert encode_push(message.body, message.security, message.key) == message.push
    parts = parts_of(message.push, REFERENCE)
    assert tuple(part.header + part.data for part in parts) == message.parts
    pdus = tuple(deliver_of(part, SENDER, SCTS).pdu.lower() for part in parts)
    assert pdus == message.pdus


@each_message
def test_segments_are_joined(message: Vector) -> None:
    reassembler = sms.Reassembler()
    whole = None
    for pdu in reversed(message.pdus):
        deliver = sms.decode_pdu(pdu)
        assert isinstance(deliver, sms.Deliver)
        assert deliver.ports == sms.Ports(2948, 9200)
        whole = reassembler.add(deliver, 0.0)
    assert whole is not None
    assert whole.data == message.push


@each_of_kannel
def test_what_kannel_sent_is_read(message: KannelMessage) -> None:
    """Its headers have the port twice, and its references are its own."""
    lines = "\n".join(segment.hex() for segment in message.segments)
    found = source_of(lines.encode()).message
    assert found == Message(data=message.push, port=2948)
    parsed = DIALECT.parse(found)
    assert isinstance(parsed, Command | Malformed)
    assert isinstance(parsed.proof, Mac)
    assert parsed.proof.mac == message.mac
    assert security.verify(parsed.proof, PIN, IMSI)
    reference = message.segments[0][9] if len(message.segments) > 1 else 0
    parts = parts_of(message.push, reference, sms.Ports(2948, 2948))
    assert tuple(part.header + part.data for part in parts) == message.segments


def test_a_mac_that_another_program_made() -> None:
    """NowSMS made it in 2007, from an IMSI of 15 digits."""
    vector = vectors()["external_mac_vector"]
    body, mac = bytes.fromhex(vector["wbxml_hex"]), bytes.fromhex(vector["mac"])
    assert security.imsi_octets(vector["imsi"]) == bytes.fromhex(vector["key_hex"])
    assert security.verify(Mac(Security.NETWPIN, mac, body), "", vector["imsi"])
    push = b"\x01\x06\x01\xb6" + body
    parsed = DIALECT.parse(Message(data=push, port=2948))
    assert isinstance(parsed, Malformed | Command)
    assert decode_wbxml(body).children[1].get("type") == "NAPDEF"


@each_message
def test_what_is_cut_off_is_no_command(message: Vector) -> None:
    for length in range(len(message.push)):
        cut = message.push[:length]
        for port in (2948, None):
            examine_message(cut, port)
            assert not isinstance(DIALECT.parse(Message(data=cut, port=port)), Command)


@each_body
def test_a_document_that_is_cut_off_is_none(body: Body) -> None:
    for length in range(len(body.octets)):
        examine_wbxml(body.octets[:length])
        with pytest.raises(Unusable):
            decode_wbxml(body.octets[:length])


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.mac], ids=lambda message: message.id)
def test_a_spoiled_octet_is_no_proof(message: Vector) -> None:
    """Whatever octet of the document is another one, the MAC is wrong."""
    head = len(message.push) - len(message.body)
    for at in range(head, len(message.push)):
        spoiled = bytearray(message.push)
        spoiled[at] ^= 0x20
        examine_message(bytes(spoiled), 2948)
        parsed = DIALECT.parse(Message(data=bytes(spoiled), port=2948))
        assert isinstance(parsed, Command | Malformed)
        assert isinstance(parsed.proof, Mac)
        assert not security.verify(parsed.proof, PIN, IMSI)
