"""Provisioning documents and the ways in which they may be written, from a seed.

The writer here is another one than the product's: it takes a different one of the many encodings of
the same document each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from apn_config.dialects.omacp.document import Element
from apn_config.dialects.omacp.tokens import (
    ATTRIBUTE_STARTS,
    ATTRIBUTE_VALUES,
    CHARACTERISTIC,
    PARM,
    PUBLIC_ID,
    ROOT,
)

_TAGS = {ROOT: 0x05, CHARACTERISTIC: 0x06, PARM: 0x07}
# libwbxml knows neither of these values, and spells two others with an R more than the standard.
_UNSURE = {"3G-GSM", "WLAN", "TETRA-SDS", "TETRA-PACKET"}
_TEXTS = (
    "em", "iot.example.net", "Field net", "user@iot", "s3cr&t <x> \"q\" 'a'", "192.0.2.1", "8080",
    "http://example.net/a?b=c&d=e", "Grüße", "日本", "😀", "0", "APN1", "IPV4V6", "x" * 90, "a,b",
)  # fmt: skip
_OWN_NAMES = ("X-AUTO", "PDP-TYPE", "MAX-BANDWIDTH", "Ä")
_MAX_DEPTH = 4


def _of(attribute: str) -> list[str]:
    found = {
        start.prefix
        for page in ATTRIBUTE_STARTS.values()
        for start in page.values()
        if start.name == attribute and start.prefix
    }
    return sorted(found)


_NAMES, _TYPES = _of("name"), _of("type")
_VALUES = sorted({value for page in ATTRIBUTE_VALUES.values() for value in page.values()} - _UNSURE)


def document(random: Random) -> Element:
    """Any document that the DTD allows, and parms and types of nobody's."""
    version = (("version", random.choice(("1.0", "1.1"))),) if random.random() < 0.5 else ()
    kinds = [_characteristic(random, 1) for _ in range(random.randint(1, 5))]
    return Element(ROOT, version, tuple(kinds))


def _characteristic(random: Random, depth: int) -> Element:
    kind = random.choice(_TYPES) if random.random() < 0.9 else "X-OWN"
    children = [_parm(random) for _ in range(random.randint(0, 6))]
    if depth < _MAX_DEPTH:
        children += [_characteristic(random, depth + 1) for _ in range(random.choice((0, 0, 0, 1)))]
    return Element(CHARACTERISTIC, (("type", kind),), tuple(children))


def _parm(random: Random) -> Element:
    name = random.choice(_NAMES) if random.random() < 0.85 else random.choice(_OWN_NAMES)
    if random.random() < 0.1:
        return Element(PARM, (("name", name),))
    value = "".join(
        random.choice(_VALUES if random.random() < 0.4 else _TEXTS)
        for _ in range(random.choice((0, 1, 1, 1, 2, 3)))
    )
    return Element(PARM, (("name", name), ("value", value)))


class Writer:
    """Writes a document in one of its encodings."""

    def __init__(self, random: Random, *, everything: bool) -> None:
        """With `everything`, with what libwbxml doesn't read, too: other character sets, opaque
        octets, tags by name.
        """
        self._random = random
        self._everything = everything
        self._page = self._tag_page = 0
        self._table = b""
        self._charset = 106

    def written(self, document: Element) -> bytes:
        texts = list(_every_text(document))
        if self._everything and all(text.isascii() for text in texts):
            self._charset = self._random.choice((3, 4, 106, 1000))
        elif self._everything and _is_basic(texts):
            self._charset = self._random.choice((106, 1000))
        public_id = b"\x0b"
        if self._random.random() < 0.2:
            public_id = b"\x00" + _uintvar(self._index(PUBLIC_ID))
        body = b"".join(self._element(document, 1))
        version = self._random.choice((1, 2, 3))
        head = bytes((version,)) + public_id + _uintvar(self._charset)
        return head + _uintvar(len(self._table)) + self._table + body

    def _element(self, element: Element, depth: int) -> Iterator[bytes]:
        flags = (0x80 if element.attributes else 0) | (0x40 if element.children else 0)
        if self._random.random() < 0.05 and depth > 1:
            self._tag_page = 1 - self._tag_page
            yield bytes((0x00, self._tag_page))
        if self._everything and self._random.random() < 0.05:
            yield bytes((0x04 | flags,)) + _uintvar(self._index(element.tag))
        else:
            if depth == 1 or element.tag == ROOT:
                self._tag_page = 0
            yield bytes((_TAGS[element.tag] | flags,))
        if element.attributes:
            for name, value in element.attributes:
                yield from self._attribute(name, value)
            yield b"\x01"
        for child in element.children:
            yield from self._element(child, depth + 1)
        if element.children:
            yield b"\x01"

    def _attribute(self, name: str, value: str) -> Iterator[bytes]:
        fitting = [
            (page, token, start.prefix)
            for page, starts in ATTRIBUTE_STARTS.items()
            for token, start in starts.items()
            if start.name == name and start.prefix in ("", value)
        ]
        whole = [each for each in fitting if each[2]]
        page, token, prefix = self._random.choice(
            whole if whole and self._random.random() < 0.8 else fitting
        )
        yield from self._on(page)
        yield bytes((token,))
        rest = value[len(prefix) :]
        if rest or (name == "value" and self._random.random() < 0.5):
            yield from self._pieces(rest)

    def _pieces(self, value: str) -> Iterator[bytes]:
        if not value:
            yield self._inline("")
        while value:
            token = self._token(value)
            if token is not None and self._random.random() < 0.6:
                page, number, length = token
                yield from self._on(page)
                yield bytes((number,))
            else:
                length = (
                    len(value)
                    if self._random.random() < 0.6
                    else self._random.randint(1, len(value))
                )
                yield self._text(value[:length])
            value = value[length:]

    def _token(self, value: str) -> tuple[int, int, int] | None:
        """A token that the value begins with: page, number, and how much it stands for."""
        found = [
            (page, number, len(text))
            for page, texts in ATTRIBUTE_VALUES.items()
            for number, text in texts.items()
            if value.startswith(text) and text not in _UNSURE
        ]
        return self._random.choice(found) if found else None

    def _text(self, text: str) -> bytes:
        dice = self._random.random()
        if dice < 0.2:
            return b"\x83" + _uintvar(self._index(text))
        # libwbxml 0.11.8 writes U+1F600 as FF 98 80.
        if dice < 0.3 and len(text) == 1 and (self._everything or ord(text) < 0x10000):
            return b"\x02" + _uintvar(ord(text))
        if dice < 0.4 and self._everything:
            octets = text.encode(self._codec)
            return b"\xc3" + _uintvar(len(octets)) + octets
        return self._inline(text)

    def _inline(self, text: str) -> bytes:
        return b"\x03" + text.encode(self._codec) + self._end

    def _index(self, text: str) -> int:
        octets = text.encode(self._codec) + self._end
        found = self._table.find(octets)
        if found < 0 or (found % len(self._end)):
            found = len(self._table)
            self._table += octets
        return found

    def _on(self, page: int) -> Iterator[bytes]:
        if page != self._page:
            self._page = page
            yield bytes((0x00, page))

    @property
    def _codec(self) -> str:
        return {3: "ascii", 4: "latin-1", 106: "utf-8", 1000: "utf-16-be"}[self._charset]

    @property
    def _end(self) -> bytes:
        return b"\0\0" if self._charset == 1000 else b"\0"


def _every_text(element: Element) -> Iterator[str]:
    yield from (text for pair in element.attributes for text in pair)
    for child in element.children:
        yield from _every_text(child)


def _is_basic(texts: Sequence[str]) -> bool:
    return all(ord(character) < 0x10000 for text in texts for character in text)


def _uintvar(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.insert(0, value & 0x7F | 0x80)
    return bytes(octets)
