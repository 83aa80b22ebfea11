"""A terminal's screen as a picture: the escape sequences of `tmux capture-pane -e` to SVG."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

# The sixteen colours of a dark terminal, and what stands behind them.
_INK, _PAPER = "#d6dae0", "#14181f"
_COLOURS = (
    "#5c6370", "#ef6b73", "#7ec77b", "#e5c07b", "#6cb0f0", "#d68ae8", "#56c2cf", _INK,
)  # fmt: skip
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_WIDTH, _HEIGHT, _MARGIN, _SIZE = 8.4, 18, 12, 14
_DIM = 0.62
# SVG takes several blanks for one.
_BLANK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Look:
    """How characters look."""

    ink: str | None = None
    paper: str | None = None
    bold: bool = False
    dim: bool = False
    turned: bool = False


_CODES: dict[int, Callable[[Look], Look]] = {
    0: lambda _look: Look(),
    1: lambda look: replace(look, bold=True),
    2: lambda look: replace(look, dim=True),
    7: lambda look: replace(look, turned=True),
    22: lambda look: replace(look, bold=False, dim=False),
    27: lambda look: replace(look, turned=False),
    39: lambda look: replace(look, ink=None),
    49: lambda look: replace(look, paper=None),
}


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one look, from a column on."""

    column: int
    text: str
    look: Look


def svg(screen: str, columns: int, title: str) -> str:
    """The picture of a screen."""
    lines = screen.rstrip().split("\n")
    width = round(columns * _WIDTH + 2 * _MARGIN)
    height = len(lines) * _HEIGHT + 2 * _MARGIN
    look = Look()
    body: list[str] = []
    for row, line in enumerate(lines):
        runs, look = _runs(line, look)
        for run in runs:
            body += _drawn(run, row)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" rx="6" fill="{_PAPER}"/>',
            f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{_SIZE}"'
            f' fill="{_INK}">',
            *body,
            "</g>",
            "</svg>\n",
        )
    )


def _runs(line: str, look: Look) -> tuple[list[Run], Look]:
    """The runs of a line, and the look behind it."""
    found: list[Run] = []
    column = 0
    parts = _SGR.split(line)
    for place, part in enumerate(parts):
        if place % 2:
            look = _turned(look, part)
        elif part:
            found.append(Run(column, part, look))
            column += len(part)
    return found, look


def _turned(look: Look, codes: str) -> Look:
    """The look after a sequence of SGR codes (ECMA-48 8.3.117)."""
    values = iter([int(code or 0) for code in codes.split(";")])
    for value in values:
        if value in (38, 48):
            colour = _extended(values)
            look = replace(look, ink=colour) if value == 38 else replace(look, paper=colour)
        else:
            look = _simple(look, value)
    return look


def _simple(look: Look, value: int) -> Look:
    if 30 <= value <= 37 or 90 <= value <= 97:
        return replace(look, ink=_COLOURS[value % 10])
    if 40 <= value <= 47 or 100 <= value <= 107:
        return replace(look, paper=_COLOURS[value % 10])
    return _CODES[value](look) if value in _CODES else look


def _extended(values: Iterator[int]) -> str | None:
    """A colour of 256, or of red, green and blue."""
    kind = next(values, 0)
    if kind == 2:
        return "#{:02x}{:02x}{:02x}".format(*(next(values, 0) for _ in range(3)))
    number = next(values, 0)
    if number < 16:
        return _COLOURS[number % 8]
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    number -= 16
    levels = (0, 95, 135, 175, 215, 255)
    parts = (levels[number // 36], levels[number // 6 % 6], levels[number % 6])
    return "#{:02x}{:02x}{:02x}".format(*parts)


def _drawn(run: Run, row: int) -> Iterator[str]:
    look = run.look
    ink, paper = look.ink or _INK, look.paper
    if look.turned:
        ink, paper = paper or _PAPER, ink
    x = _MARGIN + run.column * _WIDTH
    y = _MARGIN + row * _HEIGHT
    width = len(run.text) * _WIDTH
    if paper is not None:
        yield (f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_HEIGHT}" fill="{paper}"/>')
    if not run.text.strip():
        return
    extra = ' font-weight="bold"' if look.bold else ""
    extra += f' opacity="{_DIM}"' if look.dim else ""
    extra += f' fill="{ink}"' if ink != _INK else ""
    yield (
        f'<text x="{x:.1f}" y="{y + _HEIGHT - 5}" textLength="{width:.1f}"{extra}>'
        f"{escape(run.text).replace(' ', _BLANK)}</text>"
    )
