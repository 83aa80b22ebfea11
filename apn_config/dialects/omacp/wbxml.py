"""WBXML to a provisioning document (WAP-192-WBXML 1.3, 5 and 7). Pure.

    start     = version publicid charset strtbl *pi element *pi
    version   = 01 | 02 | 03                 WBXML 1.1 to 1.3
    publicid  = 0B | 00 index                PROV 1.0, by number or by its name in the string table
    charset   = uintvar                      MIBenum: 106 UTF-8, 3 ASCII, 4 Latin-1, 1000 UCS-2
    strtbl    = length *octet
    element   = [ switch ] tag [ 1*attribute END ] [ *content END ]
    attribute = [ switch ] ( start | LITERAL index ) *value
    value     = [ switch ] token | STR_I text 00 | STR_T index | ENTITY uintvar | OPAQUE length ...

A tag's octet has 0x80 where attributes follow and 0x40 where content does. Tags and attributes have
a code page each; `00 01` among attributes leaves that of the tags as it is. An attribute's value is
all of its pieces, one behind the other, with what its first token stands for in front. A token that
isn't in the tables is passed over: its element or attribute gets a name that means nothing, and a
value with such a token U+FFFD, which is in no value that is used. Whatever follows the document,
but for processing instructions, is an error; so is an extension token among an attribute's pieces,
since nobody defined what it would stand for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apn_config.dialects.omacp.document import MAX_BODY_OCTETS, Budget, Element, Unusable
from apn_config.dialects.omacp.tokens import (
    ATTRIBUTE_STARTS,
    ATTRIBUTE_VALUES,
    CHARSETS,
    END,
    ENTITY,
    EXT,
    EXT_I,
    EXT_T,
    FIRST_TOKEN,
    HAS_ATTRIBUTES,
    HAS_CONTENT,
    LITERAL,
    OPAQUE,
    PI,
    PUBLIC_ID,
    PUBLIC_ID_TOKEN,
    ROOT,
    STR_I,
    STR_T,
    SWITCH_PAGE,
    TAGS,
    AttributeStart,
)

REASON = "bad-wbxml"
UNKNOWN = "\ufffd"
_VERSIONS = (1, 2, 3)
_TAG = 0x3F
_MAX_UINTVAR_OCTETS = 5
_EXTENSIONS = {base + number: base for base in (EXT_I, EXT_T, EXT) for number in range(3)}
# All that may stand between the tags of an element and isn't a tag. None of it means anything.
_TEXTS = {ENTITY, STR_I, STR_T, OPAQUE, *_EXTENSIONS}


def decode_wbxml(body: bytes) -> Element:
    """The document. Raises Unusable, and nothing else, whose `at` is the offending octet's index.

    Its time is linear in the octets, and bounded: see the limits of `document`.
    """
    return _Decoder(body).document()


@dataclass(slots=True)
class _Open:
    """An element whose end hasn't come."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: list[Element] = field(default_factory=list)

    def closed(self) -> Element:
        return Element(self.tag, self.attributes, tuple(self.children))


class _Decoder:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._budget = Budget(REASON)
        self._tag_page = self._attribute_page = 0
        self._charset, self._width = "utf-8", 1
        self._table = b""

    def document(self) -> Element:
        if len(self._body) > MAX_BODY_OCTETS:
            raise Unusable("too-long", f"more than {MAX_BODY_OCTETS} octets", MAX_BODY_OCTETS)
        self._header()
        self._instructions()
        root = self._element()
        self._instructions()
        if self._at < len(self._body):
            raise self._wrong("octets behind the document", self._at)
        return root

    # --- what a document begins with ----------------------------------------------------------

    def _header(self) -> None:
        if self._octet() not in _VERSIONS:
            raise self._wrong("no WBXML 1.1 to 1.3", 0)
        public_id = self._uintvar()
        index = self._uintvar() if public_id == 0 else None
        charset_at = self._at
        charset = self._uintvar()
        if charset not in CHARSETS:
            raise self._wrong(f"character set {charset}", charset_at)
        self._charset, self._width = CHARSETS[charset]
        self._table = self._octets(self._uintvar())
        known = public_id == PUBLIC_ID_TOKEN if index is None else self._text(index) == PUBLIC_ID
        if not known:
            raise self._wrong("the document isn't of PROV 1.0", 1)

    def _instructions(self) -> None:
        while self._at < len(self._body) and self._body[self._at] == PI:
            self._at += 1
            self._attributes()

    # --- elements -----------------------------------------------------------------------------

    def _element(self) -> Element:
        opened: list[_Open] = []
        while True:
            at, token = self._at, self._octet()
            if self._passes_over(token, inside=bool(opened)):
                continue
            if token == END and opened:
                whole = opened.pop().closed()
            else:
                begun = self._begin(token, len(opened) + 1, at)
                if token & HAS_CONTENT:
                    opened.append(begun)
                    continue
                whole = begun.closed()
            if not opened:
                return whole
            opened[-1].children.append(whole)

    def _passes_over(self, token: int, *, inside: bool) -> bool:
        """Take what stands between tags; False, and nothing is taken, for a tag or an END."""
        if token == SWITCH_PAGE:
            self._tag_page = self._octet()
        elif inside and token == PI:
            self._attributes()
        elif inside and token == OPAQUE:
            self._octets(self._uintvar())
        elif inside and token in _TEXTS:
            self._piece(token)
        else:
            return False
        return True

    def _begin(self, token: int, depth: int, at: int) -> _Open:
        """What a tag's octet begins, with its attributes."""
        number = token & _TAG
        if number < LITERAL:
            raise self._wrong("no tag where one is wanted", at)
        self._budget.element(depth, at)
        tag = self._literal() if number == LITERAL else self._tag(number)
        if (tag == ROOT) != (depth == 1):
            raise self._wrong(f"{ROOT} isn't the document's root, or isn't it alone", at)
        return _Open(tag, self._attributes() if token & HAS_ATTRIBUTES else ())

    def _tag(self, number: int) -> str:
        page = self._tag_page
        return TAGS.get(page, {}).get(number, f"token-{page}-{number:02X}")

    def _attributes(self) -> tuple[tuple[str, str], ...]:
        """Up to their END."""
        begun_at = self._at
        found: list[tuple[str, list[str]]] = []
        while (token := self._octet()) != END:
            at = self._at - 1
            if token == SWITCH_PAGE:
                self._attribute_page = self._octet()
            elif token == LITERAL or (token < HAS_ATTRIBUTES and token & _TAG >= FIRST_TOKEN):
                start = self._start(token)
                found.append((start.name, [start.prefix]))
            elif not found:
                raise self._wrong("a value without an attribute", at)
            else:
                found[-1][1].append(self._value(token, at))
        self._budget.attributes([name for name, _ in found], begun_at)
        return tuple((name, "".join(pieces)) for name, pieces in found)

    def _start(self, token: int) -> AttributeStart:
        if token == LITERAL:
            return AttributeStart(self._literal())
        page = self._attribute_page
        known = ATTRIBUTE_STARTS.get(page, {}).get(token)
        return known or AttributeStart(f"token-{page}-{token:02X}")

    def _value(self, token: int, at: int) -> str:
        """A piece of an attribute's value."""
        if token in _EXTENSIONS:
            raise self._wrong("an extension token, which stands for nothing", at)
        if token in _TEXTS:
            return self._piece(token)
        if token < HAS_ATTRIBUTES or token & _TAG < FIRST_TOKEN:
            raise self._wrong("a tag's token among attributes", at)
        known = ATTRIBUTE_VALUES.get(self._attribute_page, {}).get(token, UNKNOWN)
        return self._budget.text(known, at)

    # --- strings ------------------------------------------------------------------------------

    def _piece(self, token: int) -> str:
        """The text that a global token stands for; "" for an extension's."""
        at = self._at
        if token == ENTITY:
            text = self._entity()
        elif token == STR_T or _EXTENSIONS.get(token) == EXT_T:
            index = self._uintvar()
            text = self._text(index) if token == STR_T else ""
        elif token == OPAQUE:
            text = self._decoded(self._octets(self._uintvar()), at)
        elif _EXTENSIONS.get(token) == EXT:
            text = ""
        else:
            text = self._inline()
        return self._budget.text(text, at)

    def _entity(self) -> str:
        at, code = self._at, self._uintvar()
        if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
            raise self._wrong("an entity that is no character", at)
        return chr(code)

    def _inline(self) -> str:
        start = self._at
        end = self._end_of_string(self._body, start)
        if end is None:
            raise self._wrong("a string without its end", start)
        self._at = end + self._width
        return self._decoded(self._body[start:end], start)

    def _literal(self) -> str:
        at = self._at
        return self._budget.text(self._text(self._uintvar()), at)

    def _text(self, index: int) -> str:
        """The string at an index of the table."""
        at = self._at - 1
        end = self._end_of_string(self._table, index) if index < len(self._table) else None
        if end is None:
            raise self._wrong("no such string in the table", at)
        return self._decoded(self._table[index:end], at)

    def _end_of_string(self, octets: bytes, start: int) -> int | None:
        if self._width == 1:
            end = octets.find(0, start)
            return None if end < 0 else end
        pairs = range(start, len(octets) - 1, 2)
        return next((at for at in pairs if octets[at] == octets[at + 1] == 0), None)

    def _decoded(self, octets: bytes, at: int) -> str:
        try:
            return octets.decode(self._charset)
        except UnicodeDecodeError:
            raise self._wrong("a string that isn't of its character set", at) from None

    # --- octets -------------------------------------------------------------------------------

    def _octet(self) -> int:
        if self._at >= len(self._body):
            raise self._wrong("it ends too early", self._at)
        self._at += 1
        return self._body[self._at - 1]

    def _octets(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if self._at > len(self._body):
            raise self._wrong("it ends too early", len(self._body))
        return self._body[start : self._at]

    def _uintvar(self) -> int:
        at, value = self._at, 0
        for _ in range(_MAX_UINTVAR_OCTETS):
            octet = self._octet()
            value = value << 7 | octet & 0x7F
            if octet < 0x80:
                return value
        raise self._wrong("a number of more than five octets", at)

    def _wrong(self, what: str, at: int) -> Unusable:
        return Unusable(REASON, what, at)
