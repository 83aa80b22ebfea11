"""The push around a document: all of its forms, and what is wrong with others."""

from __future__ import annotations

import pytest

from apn_config.dialects.omacp.document import Unusable
from apn_config.dialects.omacp.wsp import Media, parse_push
from apn_config.model import Security

BODY = bytes.fromhex("030b6a0005")
MAC = "617669835fb823ab9f4eca008ad5673ae57a6bbe"
HEX = MAC.encode().hex()
WBXML_TEXT = b"application/vnd.wap.connectivity-wbxml\0".hex()
XML_TEXT = b"text/vnd.wap.connectivity-xml\0".hex()


def push(content_type: str, further: str = "", kind: str = "06", identifier: str = "01") -> bytes:
    headers = bytes.fromhex(content_type.replace(" ", "") + further.replace(" ", ""))
    length = len(headers)
    coded = bytes((length,)) if length < 0x80 else bytes((0x80 | length >> 7, length & 0x7F))
    return bytes.fromhex(identifier + kind) + coded + headers + BODY


def parameters(text: str) -> str:
    octets = bytes.fromhex(text.replace(" ", ""))
    return (bytes((0x1F, len(octets))) + octets).hex()


SIGNED = f"b6 91 80 92 {HEX} 00"
FORMS: dict[str, tuple[bytes, Media, Security, str | None]] = {
    "no parameters": (push("b6"), Media.WBXML, Security.UNSIGNED, None),
    "an empty list of them": (push("01 b6"), Media.WBXML, Security.UNSIGNED, None),
    "confirmed": (push("b6", kind="07"), Media.WBXML, Security.UNSIGNED, None),
    "any identifier": (push("b6", identifier="ff"), Media.WBXML, Security.UNSIGNED, None),
    "XML": (push("b5"), Media.XML, Security.UNSIGNED, None),
    "as text": (push(WBXML_TEXT), Media.WBXML, Security.UNSIGNED, None),
    "as text, in capitals": (
        push(WBXML_TEXT.upper()), Media.WBXML, Security.UNSIGNED, None,
    ),
    "XML as text": (push(XML_TEXT), Media.XML, Security.UNSIGNED, None),
    "as text with parameters": (
        push(parameters(f"{WBXML_TEXT} 91 81 92 {HEX} 00")), Media.WBXML, Security.USERPIN, MAC,
    ),
    "as a long integer": (push("02 01 36"), Media.WBXML, Security.UNSIGNED, None),
    "SEC alone": (push("03 b6 91 83"), Media.WBXML, Security.USERPINMAC, None),
    "NETWPIN": (push(parameters(SIGNED)), Media.WBXML, Security.NETWPIN, MAC),
    "USERPIN": (push(parameters(SIGNED.replace("91 80", "91 81"))), Media.WBXML,
                Security.USERPIN, MAC),
    "USERNETWPIN": (push(parameters(SIGNED.replace("91 80", "91 82"))), Media.WBXML,
                    Security.USERNETWPIN, MAC),
    "USERPINMAC with a MAC": (push(parameters(SIGNED.replace("91 80", "91 83"))), Media.WBXML,
                              Security.USERPINMAC, MAC),
    "SEC as a long integer": (push(parameters(f"b6 91 01 01 92 {HEX} 00")), Media.WBXML,
                              Security.USERPIN, MAC),
    "MAC in capitals": (
        push(parameters(f"b6 91 80 92 {MAC.upper().encode().hex()} 00")), Media.WBXML,
        Security.NETWPIN, MAC,
    ),
    "MAC first": (push(parameters(f"b6 92 {HEX} 00 91 80")), Media.WBXML, Security.NETWPIN, MAC),
    "MAC quoted": (push(parameters(f"b6 91 80 92 7f {HEX} 00")), Media.WBXML,
                   Security.NETWPIN, MAC),
    "MAC in quotes": (push(parameters(f"b6 91 80 92 22 {HEX} 00")), Media.WBXML,
                      Security.NETWPIN, MAC),
    "parameters named by text": (
        push(parameters(f"b6 {b'SEC'.hex()} 00 {b'1'.hex()} 00 {b'mac'.hex()} 00 {HEX} 00")),
        Media.WBXML, Security.USERPIN, MAC,
    ),
    "a character set": (push(parameters(f"b6 81 ea 91 80 92 {HEX} 00")), Media.WBXML,
                        Security.NETWPIN, MAC),
    "a q, whose value is a number of its own kind": (
        push(parameters(f"b6 80 83 24 91 80 92 {HEX} 00")), Media.WBXML, Security.NETWPIN, MAC,
    ),
    "unknown parameters of each form": (
        push(parameters(
            f"b6 a0 81 a1 {b'x'.hex()} 00 a2 03 010203 a3 00 a4 1f 01 ff 91 80 92 {HEX} 00"
        )),
        Media.WBXML, Security.NETWPIN, MAC,
    ),
    "further headers": (
        push(parameters(SIGNED), further="af 84 8d 81 d8 b4 81 84"), Media.WBXML,
        Security.NETWPIN, MAC,
    ),
    "further headers of two hundred octets": (
        push("b6", further="99" * 200), Media.WBXML, Security.UNSIGNED, None,
    ),
    "the length in more octets than it takes": (
        bytes.fromhex("0106 808001 b6") + BODY, Media.WBXML, Security.UNSIGNED, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("octets", "media", "kind", "mac"), FORMS.values(), ids=FORMS)
def test_a_push(octets: bytes, media: Media, kind: Security, mac: str | None) -> None:
    found = parse_push(octets)
    assert found is not None
    assert (found.media, found.security) == (media, kind)
    assert found.mac == (None if mac is None else bytes.fromhex(mac))
    assert found.body == BODY
    assert octets[found.body_at :] == BODY
    assert found.fault is None
    assert MAC not in repr(found)


OTHERS = {
    "empty": b"",
    "one octet": b"\x01",
    "another PDU type": push("b6", kind="04"),
    "an MMS notification": push("be"),
    "a service indication": push("ae"),
    "a service loading": push("b0"),
    "an unknown type as text": push(b"text/plain\0".hex()),
    "one that only begins so": push(b"application/vnd.wap.connectivity-wbxml2\0".hex()),
    "an unknown type with parameters": push(parameters("be 91 80")),
    "a text message": b"Hello, please call me back",
}


@pytest.mark.parametrize("octets", OTHERS.values(), ids=OTHERS)
def test_what_is_no_push_of_a_document(octets: bytes) -> None:
    assert parse_push(octets) is None


FAULTS = {
    "SEC unknown": (parameters(f"b6 91 84 92 {HEX} 00"), "bad-sec"),
    "SEC as a text that is none": (parameters(f"b6 91 {b'9'.hex()} 00 92 {HEX} 00"), "bad-sec"),
    "MAC without SEC": (parameters(f"b6 92 {HEX} 00"), "bad-sec"),
    "SEC without MAC": ("03 b6 91 81", "bad-mac"),
    "MAC too short": (parameters(f"b6 91 80 92 {HEX[2:]} 00"), "bad-mac"),
    "MAC too long": (parameters(f"b6 91 80 92 {HEX} 30 00"), "bad-mac"),
    "MAC of other letters": (parameters(f"b6 91 80 92 {b'g'.hex()}{HEX[2:]} 00"), "bad-mac"),
    "MAC with a line end": (parameters(f"b6 91 80 92 {HEX} 0a 00"), "bad-mac"),
    "MAC as a number": (parameters("b6 91 80 92 81"), "bad-mac"),
    "SEC twice": (parameters(f"b6 91 80 91 81 92 {HEX} 00"), "bad-wsp"),
    "MAC twice": (parameters(f"b6 91 80 92 {HEX} 00 92 {HEX} 00"), "bad-wsp"),
}


@pytest.mark.parametrize(("content_type", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_proof(content_type: str, reason: str) -> None:
    octets = push(content_type)
    found = parse_push(octets)
    assert found is not None
    assert found.fault is not None
    assert found.fault.reason == reason
    assert found.fault.at is not None
    assert 3 <= found.fault.at < found.body_at
    assert found.mac is None


BROKEN = {
    "nothing behind the type": ("0106", 2),
    "an endless length": ("0106 808080808001 b6", 2),
    "headers longer than the message": ("0106 7f b6 00", 5),
    "no headers": ("0106 00 0300", 3),
    "a length beyond the headers": ("0106 02 05 b6 00", 4),
    "a text without its end": ("0106 02 41 42 00", 3),
    "a parameter without its value": ("0106 03 02 b6 91 00", 6),
    "a value beyond the content type": ("0106 06 05 b6 a2 09 0102 00", 6),
}


@pytest.mark.parametrize(("digits", "at"), BROKEN.values(), ids=BROKEN)
def test_a_broken_push(digits: str, at: int) -> None:
    with pytest.raises(Unusable) as caught:
        parse_push(bytes.fromhex(digits))
    assert (caught.value.reason, caught.value.at) == ("bad-wsp", at)
