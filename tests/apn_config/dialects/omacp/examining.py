"""What holds of whatever octets come, be it from a test or from the fuzzer."""

from __future__ import annotations

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects.omacp import reading
from apn_config.dialects.omacp.document import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_TEXT,
    Element,
    Unusable,
)
from apn_config.dialects.omacp.security import verify
from apn_config.dialects.omacp.wbxml import decode_wbxml
from apn_config.dialects.omacp.xml import decode_xml, is_secret, print_xml
from apn_config.model import AuthType, Command, Mac, Malformed, Message, NotForUs, Security, Verb

# The words of all refusals; docs/omacp.md has them, too.
REASONS = {
    "ambiguous-apn",
    "bad-apn",
    "bad-auth",
    "bad-mac",
    "bad-pass",
    "bad-sec",
    "bad-user",
    "bad-wbxml",
    "bad-wsp",
    "bad-xml",
    "no-apn",
    "too-long",
}

IN_A_VALUE = {"bad-apn", "bad-user", "bad-pass"}


def examine_message(octets: bytes, port: int | None) -> None:
    """A message's octets."""
    found = reading.read(Message(data=octets, port=port))
    parsed = found.parsed
    if isinstance(parsed, NotForUs):
        assert found.push is None
        return
    assert parsed.dialect == reading.NAME
    _examine_proof(parsed, octets)
    if isinstance(parsed, Malformed):
        assert parsed.reason in REASONS
        assert parsed.verb == "APN"
        assert found.what
        # In a value it counts characters, and a token of one octet may stand for many.
        most = 65 if parsed.reason in IN_A_VALUE else len(octets) + 1
        assert parsed.at is None or 1 <= parsed.at <= most
    else:
        _examine_command(parsed)


def _examine_proof(parsed: Command | Malformed, octets: bytes) -> None:
    proof = parsed.proof
    if proof is None:
        assert isinstance(parsed, Malformed)
        return
    assert isinstance(proof, Mac)
    assert octets.endswith(proof.body)
    signed = proof.security not in (Security.UNSIGNED, Security.USERPINMAC)
    assert len(proof.mac) == 20 if signed else len(proof.mac) in (0, 20)
    # No input of a fuzzer's was signed by who knows this PIN.
    assert not verify(proof, "never-a-pin", "")
    assert not verify(proof, "", "")


def _examine_command(command: Command) -> None:
    request = command.request
    assert command.verb is Verb.APN_SET
    assert request is not None
    assert apn_offence(request.name) is None
    assert credential_offence(request.user or "") is None
    assert credential_offence(request.password or "") is None
    assert (request.user is None) == (request.password is None)
    assert request.auth in (None, AuthType.PAP, AuthType.CHAP)
    assert (request.auth is not None) == bool(request.user or request.password)
    assert (request.type, request.cid, request.trial_s) == (None, None, None)


def examine_wbxml(octets: bytes) -> None:
    """A document in WBXML."""
    try:
        document = decode_wbxml(octets)
    except Unusable as unusable:
        _examine_error(unusable, octets, "bad-wbxml")
    else:
        _examine_document(document)


def examine_xml(octets: bytes) -> None:
    """A document in XML."""
    try:
        document = decode_xml(octets)
    except Unusable as unusable:
        _examine_error(unusable, octets, "bad-xml")
    else:
        _examine_document(document)


def _examine_error(unusable: Unusable, octets: bytes, reason: str) -> None:
    assert unusable.reason in (reason, "too-long")
    assert unusable.at is not None
    assert 0 <= unusable.at <= len(octets)
    assert unusable.what.isprintable()


def _examine_document(document: Element) -> None:
    elements = list(_every(document, 1))
    assert len(elements) <= MAX_ELEMENTS
    assert max(depth for _, depth in elements) <= MAX_DEPTH
    texts = [text for element, _ in elements for pair in element.attributes for text in pair]
    # Names of tokens aren't counted, nor beginnings of values: both are as short as the tables are.
    assert sum(map(len, texts)) <= MAX_TEXT + 64 * len(texts)
    shown = print_xml(document)
    assert all(line.isprintable() for line in shown.split("\n"))
    for element, _ in elements:
        value, name = element.get("value"), element.get("name")
        if element.tag == "parm" and value and name is not None and is_secret(name):
            assert '="***"' in shown


def _every(element: Element, depth: int) -> list[tuple[Element, int]]:
    below = [each for child in element.children for each in _every(child, depth + 1)]
    return [(element, depth), *below]
