"""A provisioning document as a tree, whichever form it came in; and why one is of no use. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from apn_config.dialects.omacp.tokens import CHARACTERISTIC, PARM

# What real messages have, many times over: the longest of seven that were seen has 1198 octets, and
# four levels. Each bound is on what one message may cost.
MAX_BODY_OCTETS = 8192
MAX_DEPTH = 16
MAX_ELEMENTS = 512
MAX_ATTRIBUTES = 8
MAX_TEXT = 32768
"""Characters of all names and values together: a table's string may be named many times."""


class Unusable(Exception):
    """A message that can't be carried out.

    `reason` is the word of an answer, `at` where (an octet's index, or that of a character in the
    value, as `reason` has it), `what` is for people and holds nothing of the message.
    """

    def __init__(self, reason: str, what: str, at: int | None = None) -> None:
        self.reason = reason
        self.what = what
        self.at = at
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its attributes, in order; text between elements means nothing here.

    What a document names by a token that nobody knows is called `token-` page `-` number.
    """

    tag: str
    attributes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    children: tuple[Element, ...] = ()

    def get(self, name: str) -> str | None:
        """The value of an attribute."""
        return dict(self.attributes).get(name)

    @property
    def parms(self) -> Iterator[tuple[str, str | None]]:
        """Name and value of each parm in it; a flag such as INTERNET has no value."""
        for child in self.children:
            name = child.get("name")
            if child.tag == PARM and name is not None:
                yield name, child.get("value")

    def characteristics(self, kind: str) -> Iterator[Element]:
        """Those of a type that stand right in it."""
        for child in self.children:
            if child.tag == CHARACTERISTIC and child.get("type") == kind:
                yield child


class Budget:
    """Counts what a document costs. Raises Unusable with `reason` where that is too much."""

    def __init__(self, reason: str) -> None:
        self._reason = reason
        self._elements = 0
        self._text = 0

    def element(self, depth: int, at: int) -> None:
        """One more, at that depth (1 is the root)."""
        self._elements += 1
        if depth > MAX_DEPTH:
            raise Unusable(self._reason, f"elements more than {MAX_DEPTH} deep", at)
        if self._elements > MAX_ELEMENTS:
            raise Unusable(self._reason, f"more than {MAX_ELEMENTS} elements", at)

    def text(self, text: str, at: int) -> str:
        """So many characters more."""
        self._text += len(text)
        if self._text > MAX_TEXT:
            raise Unusable(self._reason, f"more than {MAX_TEXT} characters of text", at)
        return text

    def attributes(self, names: list[str], at: int) -> None:
        """The attributes of one element: no two of a name, which each reader would take as it
        likes.
        """
        if len(names) > MAX_ATTRIBUTES:
            raise Unusable(self._reason, f"more than {MAX_ATTRIBUTES} attributes", at)
        if len(set(names)) < len(names):
            raise Unusable(self._reason, "an attribute twice in one element", at)
