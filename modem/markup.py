"""HTML and SVG from pieces: what isn't Markup is text and gets escaped, so none can forget it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Markup:
    """Text that is HTML already, made by `tag` or `join`."""

    html: str


Piece = Markup | str | None
_VOID = frozenset({"meta", "link", "input", "br", "hr"})
_SHAPES = frozenset({"rect", "circle", "path", "line"})


def text(words: str) -> Markup:
    """Hostile text, lines kept: tags become letters, control and bidi characters escapes."""
    lines = (_printable(line) for line in words.split("\n"))
    return Markup(escape("\n".join(lines)))


def tag(name: str, /, *children: Piece, **attributes: str | float | bool | None) -> Markup:
    """An element. `class_` stands for `class`, `data_x` for `data-x`; True is a bare attribute.

    An attribute that is None or False, and a child that is None, is left out.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        words.append(key if value is True else f'{key}="{_attribute(value)}"')
    opening = " ".join(words)
    if name in _VOID:
        return Markup(f"<{opening}>")
    if name in _SHAPES and not children:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>{join(children).html}</{name}>")


def join(pieces: Iterable[Piece]) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(_html(piece) for piece in pieces))


def _html(piece: Piece) -> str:
    if piece is None:
        return ""
    return piece.html if isinstance(piece, Markup) else text(piece).html


def _attribute(value: str | float) -> str:
    if isinstance(value, str):
        return escape(_printable(value))
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
