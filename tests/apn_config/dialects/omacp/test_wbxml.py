"""WBXML on its own: tokens, the ways to write a value, limits, errors."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects.omacp.document import (
    MAX_ATTRIBUTES,
    MAX_BODY_OCTETS,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_TEXT,
    Element,
    Unusable,
)
from apn_config.dialects.omacp.tokens import ATTRIBUTE_STARTS, ATTRIBUTE_VALUES
from apn_config.dialects.omacp.wbxml import decode_wbxml
from apn_config.dialects.omacp.xml import print_xml
from tests.apn_config.dialects.omacp.examining import examine_wbxml

PROV = "03 0b 6a 00"
ROOT = "45"


def body(*parts: str, head: str = PROV) -> bytes:
    return bytes.fromhex("".join((head, *parts)).replace(" ", ""))


def parm(value: str, head: str = PROV) -> str | None:
    """What the value of a parm NAME is read as."""
    document = decode_wbxml(body(ROOT, "87 07", value, "01 01", head=head))
    (found,) = document.children
    assert found.get("name") == "NAME"
    return found.get("value")


# Some of each table by their numbers, from gw/ota_compiler.c and wbxml_tables.c: names that stand
# behind a gap, first ones, and last ones.
STARTS = {
    (0, 0x05): ("name", ""), (0, 0x06): ("value", ""), (0, 0x07): ("name", "NAME"),
    (0, 0x08): ("name", "NAP-ADDRESS"), (0, 0x09): ("name", "NAP-ADDRTYPE"),
    (0, 0x0C): ("name", "AUTHTYPE"), (0, 0x0D): ("name", "AUTHNAME"),
    (0, 0x0E): ("name", "AUTHSECRET"), (0, 0x10): ("name", "BEARER"), (0, 0x11): ("name", "NAPID"),
    (0, 0x14): ("name", "INTERNET"), (0, 0x22): ("name", "TO-NAPID"),
    (0, 0x2F): ("name", "PHYSICAL-PROXY-ID"), (0, 0x3F): ("name", "PPGAUTH-TYPE"),
    (0, 0x45): ("version", ""), (0, 0x46): ("version", "1.0"), (0, 0x47): ("name", "PULLENABLED"),
    (0, 0x48): ("name", "DNS-ADDR"), (0, 0x4C): ("name", "T-BIT"),
    (0, 0x4E): ("name", "AUTH-ENTITY"), (0, 0x4F): ("name", "SPI"), (0, 0x50): ("type", ""),
    (0, 0x51): ("type", "PXLOGICAL"), (0, 0x52): ("type", "PXPHYSICAL"),
    (0, 0x55): ("type", "NAPDEF"), (0, 0x5A): ("type", "NAPAUTHINFO"),
    (0, 0x5B): ("type", "ACCESS"),
    (1, 0x05): ("name", ""), (1, 0x06): ("value", ""), (1, 0x22): ("name", "TO-NAPID"),
    (1, 0x2E): ("name", "AACCEPT"), (1, 0x36): ("name", "APPID"), (1, 0x39): ("name", "TO-PROXY"),
    (1, 0x3B): ("name", "RULE"), (1, 0x50): ("type", ""), (1, 0x55): ("type", "APPLICATION"),
    (1, 0x59): ("type", "RESOURCE"),
}  # fmt: skip
VALUES = {
    (0, 0x85): "IPV4", (0, 0x89): "APN", (0, 0x8C): "MAN", (0, 0x90): "ANALOG-MODEM",
    (0, 0x95): "DIRECT-ASYNCHRONOUS-DATA-SERVICE", (0, 0x9A): "PAP", (0, 0x9B): "CHAP",
    (0, 0x9F): "MD5", (0, 0xA2): "GSM-USSD", (0, 0xAB): "GSM-GPRS", (0, 0xB5): "TETRA-SDS",
    (0, 0xBA): "CDMA2000-1X-MOBILE-IP", (0, 0xBC): "WLAN", (0, 0xC5): "AUTOBAUDING",
    (0, 0xCA): "CL-WSP", (0, 0xCF): "CO-SEC-WTA", (0, 0xD0): "OTA-HTTP-TO",
    (0, 0xD3): "OTA-HTTP-TLS-PO", (0, 0xE0): "AAA", (0, 0xE1): "HA", (1, 0x86): "IPV6",
    (1, 0x8D): "APPSRV", (1, 0x90): ",", (1, 0x91): "HTTP-", (1, 0x93): "DIGEST",
}  # fmt: skip


def test_the_tables_have_their_numbers() -> None:
    assert {key: tuple(ATTRIBUTE_STARTS[key[0]][key[1]]) for key in STARTS} == STARTS
    assert {key: ATTRIBUTE_VALUES[key[0]][key[1]] for key in VALUES} == VALUES
    assert [len(ATTRIBUTE_STARTS[page]) for page in (0, 1)] == [81, 29]
    assert [len(ATTRIBUTE_VALUES[page]) for page in (0, 1)] == [60, 9]


PIECES = {
    "in line": ("06 03 656d 00", "em"),
    "none": ("06", ""),
    "an empty text": ("06 03 00", ""),
    "no value at all": ("", None),
    "a token": ("06 89", "APN"),
    "a token and a text": ("06 85 03 5636 00", "IPV4V6"),
    "texts in a row": ("06 03 65 00 03 6d 00", "em"),
    "a token of page 1": ("06 03 61 00 00 01 90 03 62 00", "a,b"),
    "page 1 and back": ("06 00 01 8d 00 00 89", "APPSRVAPN"),
    "value of page 1": ("00 01 06 03 656d 00", "em"),
    "an entity": ("06 02 65 02 8352", "e" + chr(3 << 7 | 0x52)),
    "an entity beyond 16 bits": ("06 02 87ec00", "😀"),
    "opaque": ("06 c3 02 656d", "em"),
    "opaque and empty": ("06 c3 00", ""),
    "utf-8": ("06 03 47 72c3bcc39f65 00", "Grüße"),
    "an unknown token": ("06 fe", "\ufffd"),
    "an unknown token of an unknown page": ("06 00 63 89", "\ufffd"),
}


@pytest.mark.parametrize(("value", "wanted"), PIECES.values(), ids=PIECES)
def test_a_value(value: str, wanted: str | None) -> None:
    assert parm(value) == wanted


TABLE = "03 0b 6a 06 656d00 41 4200"
STRINGS = {
    "the first": ("06 83 00", TABLE, "em"),
    "a later one": ("06 83 03", TABLE, "AB"),
    "the end of one": ("06 83 04", TABLE, "B"),
    "an empty one": ("06 83 05", TABLE, ""),
    "latin-1": ("06 03 fc 00", "03 0b 04 00", "ü"),
    "latin-1 in the table": ("06 83 00", "03 0b 04 02 fc 00", "ü"),
    "ascii": ("06 03 61 00", "03 0b 03 00", "a"),
    "ucs-2": ("06 03 0065 006d 0000", "03 0b 8768 00", "em"),
    "ucs-2 in the table": ("06 83 02", "03 0b 8768 06 0065 006d 0000", "m"),
    "ucs-2 with an odd zero": ("06 03 6500 006d 0000", "03 0b 8768 00", "攀m"),
    "WBXML 1.1": ("06 03 61 00", "01 0b 6a 00", "a"),
    "WBXML 1.2": ("06 03 61 00", "02 0b 6a 00", "a"),
    "the public id by name": (
        "06 83 00", f"03 00 00 6a 1e {b'-//WAPFORUM//DTD PROV 1.0//EN'.hex()} 00",
        "-//WAPFORUM//DTD PROV 1.0//EN",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("value", "head", "wanted"), STRINGS.values(), ids=STRINGS)
def test_a_string(value: str, head: str, wanted: str) -> None:
    assert parm(value, head) == wanted


SHAPES = {
    "a document of nothing": ("05", "<wap-provisioningdoc/>"),
    "nothing with a version": ("85 46 01", '<wap-provisioningdoc version="1.0"/>'),
    "a version by text": ("85 45 03 312e31 00 01", '<wap-provisioningdoc version="1.1"/>'),
    "content that is empty": ("45 01", "<wap-provisioningdoc/>"),
    "tags without attributes": (
        "45 46 07 01 01",
        "<wap-provisioningdoc>\n  <characteristic>\n    <parm/>\n  </characteristic>\n"
        "</wap-provisioningdoc>",
    ),
    "a type by text": (
        "45 86 50 03 4e41504445 46 00 01 01",
        '<wap-provisioningdoc>\n  <characteristic type="NAPDEF"/>\n</wap-provisioningdoc>',
    ),
    "a page of tags and one of attributes": (
        # The tags' page is 1 here, and the attributes' still 0: 14 is INTERNET on both, 11 is not.
        "45 00 01 87 11 06 03 61 00 01 00 00 87 14 01 01",
        '<wap-provisioningdoc>\n  <parm name="NAPID" value="a"/>\n  <parm name="INTERNET"/>\n'
        "</wap-provisioningdoc>",
    ),
    "an unknown page of attributes leaves the tags alone": (
        "45 87 14 00 63 01 07 01",
        '<wap-provisioningdoc>\n  <parm name="INTERNET"/>\n  <parm/>\n</wap-provisioningdoc>',
    ),
    "an unknown page of tags leaves the attributes alone": (
        "45 00 63 87 14 01 00 01 07 01",
        '<wap-provisioningdoc>\n  <token-99-07 name="INTERNET"/>\n  <parm/>\n'
        "</wap-provisioningdoc>",
    ),
    "a page of attributes stays": (
        "45 86 00 01 55 01 87 36 06 03 7732 00 01 87 22 06 03 4e 00 01 01",
        '<wap-provisioningdoc>\n  <characteristic type="APPLICATION"/>\n'
        '  <parm name="APPID" value="w2"/>\n  <parm name="TO-NAPID" value="N"/>\n'
        "</wap-provisioningdoc>",
    ),
    "texts, entities and extensions between elements": (
        "45 03 61 00 02 41 c3 01 ff 40 61 00 80 05 c0 87 14 01 01",
        '<wap-provisioningdoc>\n  <parm name="INTERNET"/>\n</wap-provisioningdoc>',
    ),
    "processing instructions": (
        "43 07 03 61 00 01 45 43 07 01 87 14 01 01 43 07 01",
        '<wap-provisioningdoc>\n  <parm name="INTERNET"/>\n</wap-provisioningdoc>',
    ),
    "an unknown tag with everything": (
        "45 ca 05 03 61 00 01 87 14 01 01 01",
        '<wap-provisioningdoc>\n  <token-0-0A name="a">\n    <parm name="INTERNET"/>\n'
        "  </token-0-0A>\n</wap-provisioningdoc>",
    ),
    "an unknown attribute": (
        "45 87 14 7f 03 61 00 01 01",
        '<wap-provisioningdoc>\n  <parm name="INTERNET" token-0-7F="a"/>\n</wap-provisioningdoc>',
    ),
}


@pytest.mark.parametrize(("digits", "wanted"), SHAPES.values(), ids=SHAPES)
def test_a_document(digits: str, wanted: str) -> None:
    assert print_xml(decode_wbxml(body(digits))) == wanted


def test_names_in_the_string_table() -> None:
    table = b"wap-provisioningdoc\0parm\0name\0characteristic\0"
    head = f"03 0b 6a {len(table):02x} {table.hex()}"
    parm_at, name_at, kind_at = (table.index(name) for name in (b"parm", b"name", b"charac"))
    digits = (
        f"44 00 84 {parm_at:02x} 04 {name_at:02x} 03 61 00 01"
        f" c4 {kind_at:02x} 50 03 62 00 01 04 {parm_at:02x} 01 01"
    )
    parm = Element("parm", (("name", "a"),))
    kind = Element("characteristic", (("type", "b"),), (Element("parm"),))
    assert decode_wbxml(body(digits, head=head)) == Element("wap-provisioningdoc", (), (parm, kind))


ERRORS = {
    "empty": ("", 0),
    "WBXML 1.0": ("00 0b 6a 00 05", 0),
    "WBXML of tomorrow": ("04 0b 6a 00 05", 0),
    "another document type": ("03 05 6a 00 05", 1),
    "an unknown document type": ("03 01 6a 00 05", 1),
    "a document type by another name": ("03 00 00 6a 02 61 00 05", 1),
    "a document type beyond the table": ("03 00 05 6a 02 61 00 05", 6),
    "an unknown character set": ("03 0b 6b 00 05", 2),
    "a string table that is too long": ("03 0b 6a 7f 05", 5),
    "a string table of gigabytes": ("03 0b 6a 8f ff ff ff 7f 05", 9),
    "a number that never ends": ("03 0b 80 80 80 80 80 80 00 05", 2),
    "no document": (PROV, 4),
    "another root": (f"{PROV} 06", 4),
    "an END first": (f"{PROV} 01", 4),
    "a text first": (f"{PROV} 03 61 00 05", 4),
    "the root within itself": (f"{PROV} 45 05 01", 5),
    "two documents": (f"{PROV} 05 05", 5),
    "octets behind": (f"{PROV} 05 00", 5),
    "no END": (f"{PROV} 45 07", 6),
    "an END too many": (f"{PROV} 45 01 01", 6),
    "no END of attributes": (f"{PROV} 45 87 14", 7),
    "a value without an attribute": (f"{PROV} 45 87 03 61 00 01 01", 6),
    "a token without an attribute": (f"{PROV} 45 87 89 01 01", 6),
    "a tag among attributes": (f"{PROV} 45 87 14 44 01 01", 7),
    "an extension in a value": (f"{PROV} 45 87 14 06 c0 01 01", 8),
    "an extension with a text in a value": (f"{PROV} 45 87 14 06 40 61 00 01 01", 8),
    "an attribute twice": (f"{PROV} 45 87 07 08 01 01", 6),
    "a text without its end": (f"{PROV} 45 87 07 06 03 61 62", 9),
    "a text that isn't utf-8": (f"{PROV} 45 87 07 06 03 ff 00 01 01", 9),
    "a text that isn't ascii": ("03 0b 03 00 45 87 07 06 03 ff 00 01 01", 9),
    "half a pair in ucs-2": ("03 0b 8768 00 45 87 07 06 03 d800 0000 01 01", 10),
    "half a character in ucs-2": ("03 0b 8768 00 45 87 07 06 c3 01 00 01 01", 10),
    "a text beyond the table": (f"{PROV} 45 87 07 06 83 00 01 01", 9),
    "a table's text without its end": ("03 0b 6a 01 61 45 87 07 06 83 00 01 01", 10),
    "opaque octets that aren't there": (f"{PROV} 45 87 07 06 c3 05 61 01 01", 13),
    "an entity of nothing": (f"{PROV} 45 87 07 06 02 00 01 01", 9),
    "an entity of half a pair": (f"{PROV} 45 87 07 06 02 83b000 01 01", 9),
    "an entity beyond Unicode": (f"{PROV} 45 87 07 06 02 c48000 01 01", 9),
}  # fmt: skip


@pytest.mark.parametrize(("digits", "at"), ERRORS.values(), ids=ERRORS)
def test_an_error_names_its_octet(digits: str, at: int) -> None:
    octets = bytes.fromhex(digits.replace(" ", ""))
    with pytest.raises(Unusable) as caught:
        decode_wbxml(octets)
    assert (caught.value.reason, caught.value.at) == ("bad-wbxml", at)


def nested(depth: int) -> bytes:
    return body("45", "46" * (depth - 2), "07", "01" * (depth - 1))


def test_depth_has_a_limit() -> None:
    assert decode_wbxml(nested(MAX_DEPTH))
    with pytest.raises(Unusable, match="deep"):
        decode_wbxml(nested(MAX_DEPTH + 1))


def test_elements_have_a_limit() -> None:
    assert decode_wbxml(body("45", "07" * (MAX_ELEMENTS - 1), "01"))
    with pytest.raises(Unusable, match="elements"):
        decode_wbxml(body("45", "07" * MAX_ELEMENTS, "01"))


def test_attributes_have_a_limit() -> None:
    def element(count: int) -> bytes:
        return body("45", "87", "".join(f"{0x60 + i:02x}" for i in range(count)), "01 01")

    assert decode_wbxml(element(MAX_ATTRIBUTES))
    with pytest.raises(Unusable, match="attributes"):
        decode_wbxml(element(MAX_ATTRIBUTES + 1))


def test_text_has_a_limit() -> None:
    """A long string of the table, named so often that it would fill the memory."""
    table = b"a" * 1023 + b"\0"
    head = f"03 0b 6a 8800 {table.hex()}"
    most = MAX_TEXT // 1023
    assert len(parm("06" + "83 00" * most, head) or "") == most * 1023
    with pytest.raises(Unusable, match="characters"):
        parm("06" + "83 00" * (most + 1), head)


def test_octets_have_a_limit() -> None:
    most = MAX_BODY_OCTETS - len(body("45", "87 07 06 03 00 01 01"))
    assert parm(f"06 03 {'61' * most} 00") == "a" * most
    with pytest.raises(Unusable) as caught:
        parm(f"06 03 {'61' * (most + 1)} 00")
    assert (caught.value.reason, caught.value.at) == ("too-long", MAX_BODY_OCTETS)


# What costs most: as many of each kind of token as there is room for.
COSTLY = {
    "elements": body("45", "07" * 9000),
    "attributes": body("45", "87", "60" * 9000),
    "values": body("45", "87 07 06", "89" * 9000),
    "empty strings": body("45", "87 07 06", "83 00" * 4000, head="03 0b 6a 01 00"),
    "long strings": body(
        "45", "87 07 06", "83 00" * 2000, head="03 0b 6a a000" + "61" * 4095 + "00"
    ),
    "long strings of ucs-2": body(
        "45", "87 07 06", "83 00" * 2000, head="03 0b 8768 a000" + "0061" * 2047 + "0000"
    ),
    "strings without an end": body("45", "03" * 8000),
    "pages": body("45", "00 01" * 4000),
    "instructions": body("43 01" * 4000),
    "depth": body("45", "46" * 8000),
}  # fmt: skip


@pytest.mark.parametrize("octets", COSTLY.values(), ids=COSTLY)
def test_nothing_takes_long(octets: bytes) -> None:
    begun_s = time.process_time()
    examine_wbxml(octets[:MAX_BODY_OCTETS])
    assert time.process_time() - begun_s < 0.5


@given(st.binary(max_size=200))
def test_no_octets_do_harm(octets: bytes) -> None:
    examine_wbxml(octets)
    examine_wbxml(body("45") + octets)
    examine_wbxml(body("45 87 07 06") + octets)
