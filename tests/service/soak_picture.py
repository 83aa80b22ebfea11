"""Small panels over the hours of a day, one below the other: an SVG that stands by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 960
_LEFT = 24
_RIGHT = 936
_TOP = 84
_PANEL = 120
_PLOT = 76
_BELOW = 40

_STYLE = """\
  text { font: 14px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 18px; font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .ground { fill: #ffffff; }
  .axis { stroke: #d1d9e0; stroke-width: 1; }
  .line { fill: none; stroke: #0969da; stroke-width: 1.5; }
  .other { fill: none; stroke: #818b98; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .ground { fill: #0d1117; }
    .axis { stroke: #3d444d; }
    .line { stroke: #4493f8; }
    .other { stroke: #656c76; }
  }"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: `values` at the hours of the picture; `beside` is drawn in grey on the same scale.

    The scale begins at 0. `shown` is written at its right: what the last value is, or the most.
    """

    title: str
    shown: str
    values: Sequence[float]
    beside: Sequence[float] = ()


def picture(title: str, below: str, hours: Sequence[float], panels: Sequence[Panel]) -> str:
    """The panels under a title, and a line of text below them."""
    height = _TOP + _PANEL * len(panels) + _BELOW
    drawn = [_panel(panel, hours, _TOP + _PANEL * at) for at, panel in enumerate(panels)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
            f' viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{_STYLE}\n</style>",
            f'<rect class="ground" width="{_WIDTH}" height="{height}"/>',
            _text(_LEFT, 36, title, "title"),
            _text(_LEFT, 58, f"0 to {hours[-1]:.0f} h", "quiet"),
            *drawn,
            _text(_LEFT, height - 16, below, "quiet"),
            "</svg>\n",
        )
    )


def _panel(panel: Panel, hours: Sequence[float], top: float) -> str:
    most = max((*panel.values, *panel.beside), default=0.0) or 1.0
    floor = top + 20 + _PLOT
    return "\n".join(
        (
            _text(_LEFT, top + 12, panel.title),
            _text(_RIGHT, top + 12, panel.shown, "quiet", "end"),
            f'<path class="axis" d="M{_LEFT} {floor:g}H{_RIGHT}"/>',
            *(
                f'<path class="{kind}" d="{_path(hours, values, most, floor)}"/>'
                for kind, values in (("other", panel.beside), ("line", panel.values))
                if values
            ),
        )
    )


def _path(hours: Sequence[float], values: Sequence[float], most: float, floor: float) -> str:
    points = (
        f"{_LEFT + (_RIGHT - _LEFT) * hour / hours[-1]:.1f} {floor - _PLOT * value / most:.1f}"
        for hour, value in zip(hours, values, strict=True)
    )
    return "M" + "L".join(points)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
