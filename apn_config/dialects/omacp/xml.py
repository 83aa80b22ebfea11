"""A provisioning document from XML, as some senders put it into the message, and as XML for people.

Pure. A document type may stand there, but none that declares something itself (an entity, say), and
nothing outside is read. It is UTF-8, whatever its first line says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from apn_config.dialects.omacp.document import MAX_BODY_OCTETS, Budget, Element, Unusable
from apn_config.dialects.omacp.tokens import PARM, ROOT

REASON = "bad-xml"
STARS = "***"
# AUTHSECRET, AAUTHSECRET, PXAUTH-PW, BASAUTH-PW, PROXY-PW; AAUTHDATA may hold half of one. Vendors'
# own parms have such words in their names.
_SECRET = ("SECRET", "-PW", "PASS", "PWD", "PIN", "KEY", "AUTHDATA")
# What XML itself names. Another entity in a value would be dropped without a word where a document
# type stands that might define it.
_UNDEFINED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def decode_xml(body: bytes) -> Element:
    """The document. Raises Unusable, and nothing else; its `at` is an octet's index."""
    if len(body) > MAX_BODY_OCTETS:
        raise Unusable("too-long", f"more than {MAX_BODY_OCTETS} octets", MAX_BODY_OCTETS)
    offence = _offence(body)
    if offence is not None:
        raise Unusable(REASON, "no UTF-8, or an entity that nobody defines", offence)
    return _Builder().document(body)


def _offence(body: bytes) -> int | None:
    """Where there is what expat would read as something else: UTF-16 is seen by its first octets,
    whatever encoding it is told.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    nul, undefined = body.find(0), _UNDEFINED.search(body)
    if nul >= 0:
        return nul
    return None if undefined is None else undefined.start()


class _Builder:
    """What expat calls. Its elements are lists of children until they end."""

    def __init__(self) -> None:
        self._budget = Budget(REASON)
        self._opened: list[tuple[str, tuple[tuple[str, str], ...], list[Element]]] = []
        self._root: Element | None = None
        self._parser = parser = expat.ParserCreate(encoding="UTF-8")
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def document(self, body: bytes) -> Element:
        try:
            self._parser.Parse(body, True)
        except expat.ExpatError as error:
            what = expat.ErrorString(error.code) or "it can't be read"
            raise self._wrong(f"no XML: {what}") from None
        if self._root is None:
            raise self._wrong("no document")
        return self._root

    def _start(self, tag: str, listed: list[str]) -> None:
        at = self._at()
        depth = len(self._opened) + 1
        self._budget.element(depth, at)
        if (tag == ROOT) != (depth == 1):
            raise self._wrong(f"{ROOT} isn't the document's root, or isn't it alone")
        attributes = tuple(zip(listed[::2], listed[1::2], strict=True))
        self._budget.attributes([name for name, _ in attributes], at)
        for name, value in attributes:
            self._budget.text(name + value, at)
        self._opened.append((tag, attributes, []))

    def _end(self, _tag: str) -> None:
        tag, attributes, children = self._opened.pop()
        whole = Element(tag, attributes, tuple(children))
        if self._opened:
            self._opened[-1][2].append(whole)
        else:
            self._root = whole

    def _doctype(self, _name: str, _system: object, _public: object, declares: bool) -> None:
        if declares:
            raise self._wrong("a document type with declarations of its own")

    def _at(self) -> int:
        return max(self._parser.CurrentByteIndex, 0)

    def _wrong(self, what: str) -> Unusable:
        return Unusable(REASON, what, self._at())


def print_xml(document: Element, *, secrets: bool = False) -> str:
    """The document with an element a line, indented; stars for passwords unless `secrets`.

    Characters that aren't printable stand as numbers, so it may be shown on a terminal.
    """
    return "\n".join(_lines(document, "", secrets))


def _lines(element: Element, indent: str, secrets: bool) -> Iterator[str]:
    name = element.get("name")
    hides = not secrets and element.tag == PARM and (name is None or is_secret(name))
    shown = "".join(
        f' {_escaped(key)}="{STARS if hides and key != "name" and value else _escaped(value)}"'
        for key, value in element.attributes
    )
    tag = _escaped(element.tag)
    if not element.children:
        yield f"{indent}<{tag}{shown}/>"
        return
    yield f"{indent}<{tag}{shown}>"
    for child in element.children:
        yield from _lines(child, indent + "  ", secrets)
    yield f"{indent}</{tag}>"


def is_secret(name: str) -> bool:
    """Does a parm of that name hold what nobody is to see?"""
    return any(part in name.upper() for part in _SECRET)


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(c) or (c if c.isprintable() else f"&#x{ord(c):X};") for c in text)
