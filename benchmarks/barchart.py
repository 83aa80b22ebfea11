"""Bars as an SVG that stands by itself: readable on white and on black, no library, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH = 960
_MARGIN = 24
_GAP = 48
_TOP = 92
_ROW = 50
_BAR = 20
# Room behind the longest bar for its number.
_NUMBER = 92
_BELOW = 44

_STYLE = """\
  text { font: 14px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 18px; font-weight: 600; }
  .panel { font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .ground { fill: #ffffff; }
  .axis { stroke: #818b98; stroke-width: 1; }
  .ours { fill: #0969da; }
  .other { fill: #818b98; }
  .part { fill: none; stroke: #818b98; stroke-width: 1; }
  .wrong { fill: url(#stripes); stroke: #cf222e; stroke-width: 1; }
  .stripe { stroke: #cf222e; stroke-width: 3; }
  .bad { fill: #cf222e; font-size: 12px; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .ground { fill: #0d1117; }
    .ours { fill: #4493f8; }
    .other { fill: #656c76; }
    .part { stroke: #656c76; }
    .wrong { stroke: #f85149; }
    .stripe { stroke: #f85149; }
    .bad { fill: #f85149; }
  }"""


class Bar(NamedTuple):
    """One bar: what it is, how long and what is written behind it.

    `value` None: there is nothing to show but `shown`. `kind` is `ours`, `other`, `part`, which
    is hollow, or `wrong`, which is striped. `remark` stands behind the label.
    """

    label: str
    value: float | None
    shown: str
    kind: str = "other"
    remark: str = ""


class Panel(NamedTuple):
    """Bars on one scale."""

    title: str
    bars: Sequence[Bar]


def svg(title: str, panels: Sequence[Panel], below: str) -> str:
    """The panels side by side under a title, and a line of text below them."""
    height = _TOP + _ROW * max(len(panel.bars) for panel in panels) + _BELOW
    width = (_WIDTH - 2 * _MARGIN - _GAP * (len(panels) - 1)) / len(panels)
    drawn = [
        _panel(panel, _MARGIN + number * (width + _GAP), width)
        for number, panel in enumerate(panels)
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
            f' viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}\n</style>",
            '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><line class="stripe" y2="6"/></pattern></defs>',
            f'<rect class="ground" width="{_WIDTH}" height="{height}"/>',
            _text(_MARGIN, 36, title, "title"),
            *drawn,
            _text(_MARGIN, height - 18, below, "quiet"),
            "</svg>\n",
        )
    )


def _panel(panel: Panel, left: float, width: float) -> str:
    longest = max((bar.value or 0.0 for bar in panel.bars), default=0.0) or 1.0
    scale = (width - _NUMBER) / longest
    bottom = _TOP + _ROW * len(panel.bars) - 8
    lines = [
        _text(left, 70, panel.title, "panel"),
        f'<path class="axis" d="M{left:g} {_TOP - 12}V{bottom}"/>',
    ]
    for number, bar in enumerate(panel.bars):
        lines += _bar(bar, left, _TOP + _ROW * number, scale)
    return "\n".join(lines)


def _bar(bar: Bar, left: float, top: float, scale: float) -> list[str]:
    tone = "bad" if bar.kind == "wrong" else "quiet"
    remark = f'<tspan class="{tone}" dx="8">{escape(bar.remark)}</tspan>' if bar.remark else ""
    label = f'<text x="{left + 8:g}" y="{top + 4:g}">{escape(bar.label)}{remark}</text>'
    if bar.value is None:
        return [label, _text(left + 8, top + 26, bar.shown, "quiet")]
    length = max(1.0, bar.value * scale)
    return [
        label,
        f'<rect class="{bar.kind}" x="{left:.1f}" y="{top + 12:g}" width="{length:.1f}"'
        f' height="{_BAR}"/>',
        _text(left + length + 8, top + 27, bar.shown),
    ]


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:g}">{escape(text)}</text>'
