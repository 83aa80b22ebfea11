"""A provisioning message, from what it is to say to the SMS that carry it. Pure.

The document is written as Kannel does: a value is either one token or a text in line, never both,
there is no string table, and what both code pages have is written with page 0. Only values from the
standard's lists become tokens, so no name or password does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from apn_config.dialects.omacp.document import Element
from apn_config.dialects.omacp.reading import PORT
from apn_config.dialects.omacp.security import digest
from apn_config.dialects.omacp.tokens import (
    ATTRIBUTE_STARTS,
    ATTRIBUTE_VALUES,
    CHARACTERISTIC,
    END,
    HAS_ATTRIBUTES,
    HAS_CONTENT,
    PARM,
    PUBLIC_ID_TOKEN,
    ROOT,
    STR_I,
    SWITCH_PAGE,
    TAGS,
)
from apn_config.dialects.omacp.wsp import (
    LENGTH_QUOTE,
    MAC,
    MEDIA_NUMBERS,
    PUSH,
    SEC,
    SECURITIES,
    SHORT,
    Media,
)
from apn_config.model import AuthType, Security
from modem import sms

_WBXML_1_3, _UTF_8 = 3, 106
PORTS = sms.Ports(PORT, 9200)
"""From the port of connectionless WSP to that of push (WAP-235-PushOTA)."""
EIGHT_BIT_DCS = 0x04
_MAX_PART_OCTETS = 140
_CONCAT_OCTETS = 5
# Parms whose values are from a list of the standard's.
_LISTED = {"BEARER", "NAP-ADDRTYPE", "AUTHTYPE", "PXADDRTYPE", "LOCAL-ADDRTYPE", "SERVICE"}
_AUTH = {AuthType.PAP: "PAP", AuthType.CHAP: "CHAP"}


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """What a message sets: the APN and its credentials. `title` is what a phone shows for it.

    `auth` is PAP or CHAP, or NONE: no credentials are said. `internet` flags it as the one for the
    internet, which phones may want where they have several.
    """

    apn: str
    user: str = ""
    password: str = field(default="", repr=False)
    auth: AuthType = AuthType.NONE
    title: str = ""
    napid: str = "NAP1"
    internet: bool = False


def document_of(point: AccessPoint) -> Element:
    """The document that sets it, with the parms in the order of the standard's examples."""
    children = [
        _parm("NAPID", point.napid),
        _parm("BEARER", "GSM-GPRS"),
        _parm("NAME", point.title or point.apn),
        _parm("NAP-ADDRESS", point.apn),
        _parm("NAP-ADDRTYPE", "APN"),
    ]
    if point.internet:
        children.append(_parm("INTERNET"))
    if point.auth is not AuthType.NONE:
        credentials = (
            _parm("AUTHTYPE", _AUTH[point.auth]),
            _parm("AUTHNAME", point.user),
            _parm("AUTHSECRET", point.password),
        )
        children.append(Element(CHARACTERISTIC, (("type", "NAPAUTHINFO"),), credentials))
    napdef = Element(CHARACTERISTIC, (("type", "NAPDEF"),), tuple(children))
    return Element(ROOT, (("version", "1.0"),), (napdef,))


def _parm(name: str, value: str | None = None) -> Element:
    named = (("name", name),)
    return Element(PARM, named if value is None else (*named, ("value", value)))


# --- WBXML ----------------------------------------------------------------------------------------


def encode_wbxml(document: Element) -> bytes:
    """A document of the standard's elements. Raises KeyError for another one."""
    return bytes((_WBXML_1_3, PUBLIC_ID_TOKEN, _UTF_8, 0)) + b"".join(_Writer().element(document))


class _Writer:
    """Remembers the page of attributes; that of tags is always 0."""

    def __init__(self) -> None:
        self._page = 0

    def element(self, element: Element) -> Iterator[bytes]:
        token = _TAG_TOKENS[element.tag]
        token |= HAS_ATTRIBUTES if element.attributes else 0
        token |= HAS_CONTENT if element.children else 0
        yield bytes((token,))
        if element.attributes:
            listed = element.get("name") in _LISTED
            for name, value in element.attributes:
                yield from self._attribute(name, value, listed and name == "value")
            yield bytes((END,))
        for child in element.children:
            yield from self.element(child)
        if element.children:
            yield bytes((END,))

    def _attribute(self, name: str, value: str, listed: bool) -> Iterator[bytes]:
        if value and (name, value) in _START_TOKENS:
            yield self._start(name, value)
            return
        yield self._start(name, "")
        if listed and value in _VALUE_TOKENS:
            yield bytes((_VALUE_TOKENS[value],))
        elif value or name == "value":
            yield bytes((STR_I,)) + value.encode() + b"\0"

    def _start(self, name: str, prefix: str) -> bytes:
        pages = _START_TOKENS[name, prefix]
        page = min(pages)
        switch = b"" if page == self._page else bytes((SWITCH_PAGE, page))
        self._page = page
        return switch + bytes((pages[page],))


_TAG_TOKENS = {tag: token for token, tag in TAGS[0].items()}
_VALUE_TOKENS = {value: token for token, value in ATTRIBUTE_VALUES[0].items()}
_START_TOKENS: dict[tuple[str, str], dict[int, int]] = {}
for _page, _starts in ATTRIBUTE_STARTS.items():
    for _token, _begun in _starts.items():
        _START_TOKENS.setdefault((_begun.name, _begun.prefix), {})[_page] = _token


# --- WSP ------------------------------------------------------------------------------------------


def encode_push(body: bytes, security: Security, key: bytes = b"", transaction: int = 1) -> bytes:
    """The push that carries a document in WBXML, with its MAC where its SEC has one."""
    content_type = bytes((_MEDIA_TOKENS[Media.WBXML] | SHORT,))
    if security is not Security.UNSIGNED:
        content_type += bytes((SEC | SHORT, SECURITIES.index(security) | SHORT))
        if security is not Security.USERPINMAC:
            digits = digest(key, body).hex().upper().encode()
            content_type += bytes((MAC | SHORT,)) + digits + b"\0"
        content_type = _length(len(content_type)) + content_type
    return bytes((transaction, PUSH)) + _uintvar(len(content_type)) + content_type + body


_MEDIA_TOKENS = {media: number for number, media in MEDIA_NUMBERS.items()}


def _length(octets: int) -> bytes:
    short = octets < LENGTH_QUOTE
    return bytes((octets,)) if short else bytes((LENGTH_QUOTE,)) + _uintvar(octets)


def _uintvar(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.insert(0, value & 0x7F | SHORT)
    return bytes(octets)


# --- SMS ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """What one SMS carries: the elements of its header, and its share of the octets."""

    elements: tuple[sms.InformationElement, ...]
    data: bytes = field(repr=False)

    @property
    def header(self) -> bytes:
        """The user data header with its length."""
        octets = b"".join(bytes((iei, len(data))) + data for iei, data in self.elements)
        return bytes((len(octets),)) + octets


def parts_of(octets: bytes, reference: int, ports: sms.Ports = PORTS) -> tuple[Part, ...]:
    """The parts of a message, the ports before the number in each header, as Kannel has them."""
    port = sms.ports_element(ports)
    room = _MAX_PART_OCTETS - 1 - 2 - len(port.data)
    if len(octets) <= room:
        return (Part((port,), octets),)
    room -= _CONCAT_OCTETS
    pieces = [octets[start : start + room] for start in range(0, len(octets), room)]
    return tuple(
        Part((port, sms.concat_element(sms.Concat(reference, len(pieces), seq))), piece)
        for seq, piece in enumerate(pieces, 1)
    )


def submit_of(part: Part, to: str) -> sms.Submit:
    """The SMS-SUBMIT that sends a part. Raises ComposeError for what is no number."""
    return sms.build_submit(
        sms.parse_number(to), payload=part.data, elements=part.elements, dcs=EIGHT_BIT_DCS
    )


def deliver_of(part: Part, sender: str, timestamp: datetime) -> sms.Deliver:
    """The SMS-DELIVER that brings a part, for tests. Raises ComposeError as `submit_of`."""
    return sms.build_deliver(
        sms.parse_sender(sender),
        timestamp,
        payload=part.data,
        elements=part.elements,
        dcs=EIGHT_BIT_DCS,
    )
