"""The WSP push that a provisioning document comes in (WAP-230-WSP 8.2.4.1, 8.4). Pure.

    push       = id ( 06 | 07 ) uintvar content-type *header body     the number: of both headers
    content-type = media | length media *parameter
    media      = B6 | B5 | text 00         B6 application/vnd.wap.connectivity-wbxml
                                           B5 text/vnd.wap.connectivity-xml
    length     = 00 to 1E | 1F uintvar
    parameter  = 91 80..83                 SEC: NETWPIN, USERPIN, USERNETWPIN, USERPINMAC
               | 92 40 hex digits 00       MAC, in any case
               | name value                others are passed over

SEC and MAC may be named by text, too. A parameter that is there twice is an error: each reader
would take the one that it likes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from apn_config.dialects.omacp.document import Unusable
from apn_config.model import Security

REASON = "bad-wsp"
PUSH, CONFIRMED_PUSH = 0x06, 0x07
# The well-known parameters of a provisioning document (OMNA, WSP well-known parameters), and the
# one of the standard's own whose value has another form than the rest.
SEC, MAC, _Q = 0x11, 0x12, 0x00
SECURITIES = (Security.NETWPIN, Security.USERPIN, Security.USERNETWPIN, Security.USERPINMAC)
SHORT = 0x80
LENGTH_QUOTE = 0x1F
_TEXT = range(0x20, 0x80)
_QUOTES = b'\x7f"'
_MAX_UINTVAR_OCTETS = 5
_MAX_INTEGER_OCTETS = 30
_HEX_MAC = re.compile(rb"[0-9A-Fa-f]{40}")


class Media(Enum):
    """How the document is written."""

    WBXML = "application/vnd.wap.connectivity-wbxml"
    XML = "text/vnd.wap.connectivity-xml"


MEDIA_NUMBERS = {0x36: Media.WBXML, 0x35: Media.XML}


@dataclass(frozen=True, slots=True)
class Push:
    """A push with a provisioning document: `body` begins at the index `body_at`.

    `mac` is None where there is none; `fault` is what is wrong with SEC or MAC.
    """

    media: Media
    security: Security
    mac: bytes | None = field(repr=False)
    body: bytes = field(repr=False)
    body_at: int
    fault: Unusable | None = None


def parse_push(octets: bytes) -> Push | None:
    """The push; None where it is none, or one of something else (an MMS notification, say).

    Raises Unusable where it can't be read, with the index of the offending octet.
    """
    if len(octets) < 2 or octets[1] not in (PUSH, CONFIRMED_PUSH):
        return None
    cursor = _Cursor(octets, 2, len(octets))
    length = cursor.uintvar()
    body_at = cursor.at + length
    if body_at > len(octets):
        raise Unusable(REASON, "it ends within its headers", len(octets))
    cursor.end = body_at
    media, parameters = _content_type(cursor)
    if media is None:
        return None
    security, mac, fault = _proof(parameters)
    return Push(media, security, mac, octets[body_at:], body_at, fault)


# --- content type ---------------------------------------------------------------------------------

_Value = int | bytes
_Parameters = list[tuple[int | bytes, _Value, int]]


def _content_type(cursor: _Cursor) -> tuple[Media | None, _Parameters]:
    """The media type and its parameters: name, value, where."""
    first = cursor.peek()
    if first >= SHORT or first in _TEXT:
        return _media(cursor), []
    cursor.end = cursor.length() + cursor.at
    media = _media(cursor)
    parameters: _Parameters = []
    while media is not None and cursor.at < cursor.end:
        at = cursor.at
        name = _name(cursor)
        parameters.append((name, cursor.uintvar() if name == _Q else cursor.value(), at))
    return media, parameters


def _media(cursor: _Cursor) -> Media | None:
    found = cursor.value()
    if isinstance(found, int):
        return MEDIA_NUMBERS.get(found)
    text = found.decode("latin-1").strip().lower()
    return next((media for media in Media if media.value == text), None)


def _name(cursor: _Cursor) -> int | bytes:
    name = cursor.value()
    if isinstance(name, bytes):
        return {b"sec": SEC, b"mac": MAC}.get(name.lower(), name)
    return name


def _proof(parameters: _Parameters) -> tuple[Security, bytes | None, Unusable | None]:
    """SEC, MAC, and what is wrong with them."""
    given: dict[int | bytes, tuple[_Value, int]] = {}
    for name, value, at in parameters:
        if name in given and name in (SEC, MAC):
            return Security.UNSIGNED, None, Unusable(REASON, "SEC or MAC twice", at)
        given[name] = value, at
    if SEC not in given:
        wrong = Unusable("bad-sec", "a MAC without SEC", given[MAC][1]) if MAC in given else None
        return Security.UNSIGNED, None, wrong
    sec, at = given[SEC]
    number = int(sec) if isinstance(sec, int) or re.fullmatch(rb"[0-3]", sec) else -1
    if number not in range(len(SECURITIES)):
        return Security.UNSIGNED, None, Unusable("bad-sec", "an unknown SEC", at)
    return _with_mac(SECURITIES[number], *given.get(MAC, (None, at)))


def _with_mac(
    security: Security, value: _Value | None, at: int
) -> tuple[Security, bytes | None, Unusable | None]:
    if value is None:
        # The user types what this one brings, so it has no MAC.
        needs = security is not Security.USERPINMAC
        return security, None, Unusable("bad-mac", "no MAC", at) if needs else None
    if isinstance(value, int) or not _HEX_MAC.fullmatch(value):
        return security, None, Unusable("bad-mac", "wanted a MAC of 40 hex digits", at)
    return security, bytes.fromhex(value.decode("ascii")), None


# --- octets ---------------------------------------------------------------------------------------


class _Cursor:
    """Reads from `at`, and never beyond `end`."""

    def __init__(self, octets: bytes, at: int, end: int) -> None:
        self._octets = octets
        self.at = at
        self._end = end

    @property
    def end(self) -> int:
        return self._end

    @end.setter
    def end(self, end: int) -> None:
        """A field within those that hold it."""
        if end > self._end:
            raise Unusable(REASON, "a field that is longer than what holds it", self.at)
        self._end = end

    def peek(self) -> int:
        if self.at >= self._end:
            raise Unusable(REASON, "a field ends too early", self.at)
        return self._octets[self.at]

    def octet(self) -> int:
        found = self.peek()
        self.at += 1
        return found

    def uintvar(self) -> int:
        at, value = self.at, 0
        for _ in range(_MAX_UINTVAR_OCTETS):
            octet = self.octet()
            value = value << 7 | octet & 0x7F
            if octet < SHORT:
                return value
        raise Unusable(REASON, "a number of more than five octets", at)

    def length(self) -> int:
        """A value length (8.4.2.2)."""
        first = self.octet()
        return self.uintvar() if first == LENGTH_QUOTE else first

    def value(self) -> _Value:
        """A number, or the octets of a text or of what has its length in front (8.4.1.2)."""
        first = self.peek()
        if first >= SHORT:
            return self.octet() & 0x7F
        if first in _TEXT:
            return self._text()
        at, length = self.at, self.length()
        end = self.at + length
        if end > self._end:
            raise Unusable(REASON, "a field that is longer than what holds it", at)
        found = self._octets[self.at : end]
        self.at = end
        is_integer = first != LENGTH_QUOTE and 0 < length <= _MAX_INTEGER_OCTETS
        return int.from_bytes(found, "big") if is_integer else found

    def _text(self) -> bytes:
        start = self.at
        end = self._octets.find(0, start, self._end)
        if end < 0:
            raise Unusable(REASON, "a text without its end", start)
        self.at = end + 1
        # A quote says that the text begins with an octet that would else mean something.
        return self._octets[start + (self._octets[start] in _QUOTES) : end]
