"""Documents in XML: what is read, what is refused, what is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects.omacp.document import MAX_BODY_OCTETS, MAX_DEPTH, Element, Unusable
from apn_config.dialects.omacp.xml import decode_xml, is_secret, print_xml
from tests.apn_config.dialects.omacp.examining import examine_xml

HEAD = '<?xml version="1.0"?>'
PUBLIC = (
    '<!DOCTYPE wap-provisioningdoc PUBLIC "-//WAPFORUM//DTD PROV 1.0//EN"'
    ' "http://www.wapforum.org/DTD/prov.dtd">'
)


def doc(inside: str, before: str = "") -> bytes:
    return f"{before}<wap-provisioningdoc>{inside}</wap-provisioningdoc>".encode()


READ = {
    "alone": doc(""),
    "with a head": doc("", HEAD),
    "with a document type": doc("", HEAD + PUBLIC),
    "with another encoding in its head, which is none": doc(
        "", '<?xml version="1.0" encoding="rot13"?>'
    ),
    "with a byte order mark": b"\xef\xbb\xbf" + doc(""),
    "with a comment, an instruction and blanks": doc("\n <!-- a --> <?b c?> d\n"),
    "with blanks in front": b" \r\n" + doc(""),
}


@pytest.mark.parametrize("body", READ.values(), ids=READ)
def test_a_document_of_nothing(body: bytes) -> None:
    assert decode_xml(body) == Element("wap-provisioningdoc")


def test_values() -> None:
    body = doc('<parm name="A" value="a&amp;&lt;&#x42;&#67;&quot;ü"/><parm name=\'B\' />')
    a = Element("parm", (("name", "A"), ("value", 'a&<BC"ü')))
    b = Element("parm", (("name", "B"),))
    assert decode_xml(body) == Element("wap-provisioningdoc", (), (a, b))


BOMB = (
    '<!DOCTYPE wap-provisioningdoc [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
REFUSED = {
    "empty": b"",
    "no XML": b"APN em",
    "cut off": doc("")[:-1],
    "octets behind": doc("") + b"<a/>",
    "not well formed": doc("<parm></characteristic>"),
    "an attribute twice": doc('<parm name="A" name="B"/>'),
    "another root": b"<characteristic/>",
    "the root within itself": doc("<wap-provisioningdoc/>"),
    "not utf-8": doc('<parm name="X"/>').replace(b"X", b"\xff"),
    "utf-16": doc("").decode().encode("utf-16"),
    "utf-16 without its mark": doc("").decode().encode("utf-16-le"),
    "utf-16 of the other order": doc("").decode().encode("utf-16-be"),
    "a NUL": doc('<parm name="A" value="X"/>').replace(b"X", b"\0"),
    "a bomb of entities": doc('<parm name="A" value="&i;"/>', BOMB),
    "a bomb that isn't used": doc("", BOMB),
    "an entity of a file": doc(
        "&a;", '<!DOCTYPE wap-provisioningdoc [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    ),
    "an entity of a parameter": doc(
        "", '<!DOCTYPE wap-provisioningdoc [<!ENTITY % a SYSTEM "http://127.0.0.1/a"> %a;]>'
    ),
    "a value by default": doc(
        "<parm/>", '<!DOCTYPE wap-provisioningdoc [<!ATTLIST parm value CDATA "evil">]>'
    ),
    "an entity that nobody defines": doc('<parm name="A" value="e&x;m"/>', PUBLIC),
    "an ampersand alone": doc('<parm name="A" value="a & b"/>'),
    "too many elements": doc("<parm/>" * 600),
    "too deep": doc("<characteristic>" * MAX_DEPTH + "</characteristic>" * MAX_DEPTH),
    "too many attributes": doc("<parm " + "".join(f'a{i}="" ' for i in range(20)) + "/>"),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_no_document(body: bytes) -> None:
    with pytest.raises(Unusable) as caught:
        decode_xml(body)
    assert caught.value.reason == "bad-xml"
    assert caught.value.at is not None
    assert 0 <= caught.value.at <= len(body)


def test_an_error_names_its_octet() -> None:
    body = doc("<parm></characteristic>", HEAD)
    with pytest.raises(Unusable) as caught:
        decode_xml(body)
    assert caught.value.at == body.index(b"characteristic>")


def test_what_is_too_long() -> None:
    assert decode_xml(doc(" " * (MAX_BODY_OCTETS - len(doc("")))))
    with pytest.raises(Unusable) as caught:
        decode_xml(doc(" " * (MAX_BODY_OCTETS - len(doc("")) + 1)))
    assert caught.value.reason == "too-long"


SECRETS = [
    "AUTHSECRET", "AAUTHSECRET", "PXAUTH-PW", "BASAUTH-PW", "PROXY-PW", "AAUTHDATA", "X-PASSWORD",
    "passwd", "WEP-KEY0", "SIM-PIN",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_stars_for_secrets(name: str) -> None:
    parms = tuple(Element("parm", (("name", name), ("value", value))) for value in ("s3cr<t", ""))
    document = Element("wap-provisioningdoc", (), parms)
    assert is_secret(name)
    shown = print_xml(document)
    assert "s3cr" not in shown
    assert f'<parm name="{name}" value="***"/>' in shown
    assert f'<parm name="{name}" value=""/>' in shown
    assert 'value="s3cr&lt;t"' in print_xml(document, secrets=True)
    assert "s3cr" not in repr(document)


@pytest.mark.parametrize("name", ["AUTHNAME", "NAP-ADDRESS", "AUTHTYPE", "NAPID", "INTERNET"])
def test_none_for_the_rest(name: str) -> None:
    assert not is_secret(name)


def test_a_parm_of_which_the_name_isnt_known_is_starred() -> None:
    parm = Element("parm", (("token-0-7F", "s3cret"), ("value", "s3cret")))
    shown = print_xml(Element("wap-provisioningdoc", (), (parm,)))
    assert "s3cret" not in shown


def test_nothing_steers_a_terminal() -> None:
    parm = Element("parm", (("name", "A\x1b[2J"), ("value", "\u202e\r\n\0\"'&<>")))
    shown = print_xml(Element("wap-provisioningdoc", (), (parm,)))
    assert '<parm name="A&#x1B;[2J" value="&#x202E;&#xD;&#xA;&#x0;&quot;\'&amp;&lt;&gt;"/>' in shown


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=5))
def test_what_is_shown_is_read_again(parms: list[tuple[str, str]]) -> None:
    listed = tuple(
        Element("parm", (("name", name), ("value", value)))
        for name, value in parms
        if not is_secret(name) and "\ufffe" not in name + value and "\uffff" not in name + value
    )
    document = Element("wap-provisioningdoc", (), listed)
    assert decode_xml(print_xml(document).encode()) == document


@given(st.binary(max_size=200))
def test_no_octets_do_harm(octets: bytes) -> None:
    examine_xml(octets)
    examine_xml(b"<wap-provisioningdoc>" + octets + b"</wap-provisioningdoc>")
