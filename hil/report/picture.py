"""The way of messages as pictures: inline SVG whose colours come from the page's stylesheet.

`bars` sets messages under each other on one time axis that is to scale. `sequence` draws one of
them: a lane for each leg, time going down, a row for each mark. Rows have a least height, so that
marks within a millisecond stay apart; `STRETCH` more pixels are shared out by time, so that a leg
of 200 s is seen at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hil.report.values import Leg, Mark, MessageTrace
from hil.report.words import span
from modem.markup import Markup, join, tag, text

LANES = tuple(Leg)
ROW = 30.0
STRETCH = 120.0
_TIME_W, _LANE_W, _WORDS_W = 82.0, 78.0, 400.0
_HEAD_H, _FOOT_H, _BEND = 34.0, 16.0, 8.0
# What fits into _WORDS_W in the widest fonts of `--sans` at 12.5 px; all is in the title.
_WORDS_MOST = 54

_BAR_X, _BAR_W, _BAR_END_W, _BAR_H = 150.0, 700.0, 96.0, 13.0
_BAR_ROW, _AXIS_H = 22.0, 24.0
_LABEL_MOST = 22
_TICKS_MOST = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a mark stands in the sequence, and what is written at the gap before it."""

    mark: Mark
    x: float
    y: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a bar in which a message was in one leg."""

    leg: Leg
    from_s: float
    to_s: float

    @property
    def span_s(self) -> float:
        """How long."""
        return self.to_s - self.from_s


def lane_x(leg: Leg) -> float:
    """The middle of its lane."""
    return _TIME_W + (LANES.index(leg) + 0.5) * _LANE_W


def spots(message: MessageTrace) -> tuple[Spot, ...]:
    """The marks' places, in the order of time."""
    marks = message.in_order()
    total_s = marks[-1].at_s - marks[0].at_s if marks else 0.0
    placed: list[Spot] = []
    y = _HEAD_H + ROW / 2
    for number, mark in enumerate(marks):
        after_s = mark.at_s - marks[number - 1].at_s if number else 0.0
        if number:
            y += ROW + (STRETCH * after_s / total_s if total_s else 0.0)
        placed.append(Spot(mark, lane_x(mark.leg), y, after_s))
    return tuple(placed)


def pieces(message: MessageTrace) -> tuple[Piece, ...]:
    """A message is in a mark's leg until the next mark; neighbours of one leg are one piece."""
    merged: list[Piece] = []
    marks = message.in_order()
    for mark, following in pairwise(marks):
        if merged and merged[-1].leg is mark.leg:
            mark = Mark(merged.pop().from_s, mark.leg, mark.what)
        merged.append(Piece(mark.leg, mark.at_s, following.at_s))
    return tuple(merged)


def spent(message: MessageTrace) -> dict[Leg, float]:
    """Seconds in each leg that it was in."""
    sums: dict[Leg, float] = {}
    for piece in pieces(message):
        sums[piece.leg] = sums.get(piece.leg, 0.0) + piece.span_s
    return sums


def ticks(span_s: float) -> tuple[float, ...]:
    """Round times from 0 on, six at most: steps of 1, 2 or 5 of a power of ten."""
    if span_s <= 0:
        return (0.0,)
    power = 10.0 ** math.floor(math.log10(span_s / _TICKS_MOST))
    step = next(power * part for part in (1, 2, 5, 10) if span_s / (power * part) < _TICKS_MOST)
    return tuple(number * step for number in range(int(span_s / step) + 1))


def sequence(message: MessageTrace) -> Markup:
    """One message: lanes, marks with times and words, the spans between them."""
    placed = spots(message)
    bottom = (placed[-1].y if placed else _HEAD_H) + _FOOT_H
    width = _TIME_W + len(LANES) * _LANE_W + _WORDS_W
    return _svg(
        width,
        bottom,
        f"{message.label}: {_told(message)}",
        *_lanes(bottom),
        *(piece for spot in placed for piece in _leader(spot)),
        *(_step(one, other) for one, other in pairwise(placed)),
        *(piece for spot in placed for piece in _dot(spot, placed[0].mark.at_s)),
    )


def bars(messages: Sequence[MessageTrace]) -> Markup:
    """Messages as bars on one axis, which begins with the first mark of all."""
    times = [mark.at_s for message in messages for mark in message.marks]
    zero, end = (min(times), max(times)) if times else (0.0, 0.0)
    scale = _BAR_W / (end - zero) if end > zero else 0.0
    bottom = len(messages) * _BAR_ROW
    drawn: list[Markup] = []
    for at_s in ticks(end - zero):
        x = _BAR_X + at_s * scale
        drawn.append(tag("line", class_="grid", x1=x, x2=x, y1=0, y2=bottom + 4))
        drawn.append(_words(_round(at_s), x, bottom + 18, "tick middle"))
    for number, message in enumerate(messages):
        drawn += _bar(message, number * _BAR_ROW, zero, scale)
    label = "; ".join(f"{message.label}: {_whole(message)}" for message in messages)
    return _svg(_BAR_X + _BAR_W + _BAR_END_W, bottom + _AXIS_H, label, *drawn)


def patch(leg: Leg) -> Markup:
    """Its colour, for a legend."""
    shape = tag("rect", class_=_leg_class("fill", leg), width=11, height=11, rx=3)
    return tag("svg", shape, aria_hidden="true")


def _bar(message: MessageTrace, y: float, zero: float, scale: float) -> Iterator[Markup]:
    yield _words(_cut(message.label, _LABEL_MOST), _BAR_X - 10, y + 15, "label end", message.label)
    parts = pieces(message)
    for part in parts:
        yield tag(
            "rect",
            tag("title", f"{part.leg.value} {span(part.span_s)}"),
            class_=_leg_class("fill", part.leg),
            x=_BAR_X + (part.from_s - zero) * scale,
            y=y + 4,
            # What took no time to speak of is still there.
            width=max(part.span_s * scale, 1.0),
            height=_BAR_H,
        )
    if parts:
        x = _BAR_X + (parts[-1].to_s - zero) * scale + 6
        yield _words(_whole(message), x, y + 15, "took")


def _lanes(bottom: float) -> Iterator[Markup]:
    for leg in LANES:
        x = lane_x(leg)
        yield _words(leg.value, x, 16, "lane middle")
        yield tag("line", class_="grid", x1=x, x2=x, y1=_HEAD_H - 8, y2=bottom)


def _leader(spot: Spot) -> Iterator[Markup]:
    """From the time to the words, through the mark's row."""
    end = _TIME_W + len(LANES) * _LANE_W
    yield tag("line", class_="leader", x1=_TIME_W - 4, x2=end, y1=spot.y, y2=spot.y)


def _step(one: Spot, other: Spot) -> Markup:
    """From a mark to the next one: down in its lane as long as it takes, then across."""
    path = f"M{one.x:.1f} {one.y:.1f}"
    if one.x == other.x:
        path += f"V{other.y:.1f}"
    else:
        bend = math.copysign(_BEND, other.x - one.x)
        path += f"V{other.y - _BEND:.1f}q0 {_BEND:g} {bend:g} {_BEND:g}H{other.x:.1f}"
    shape = tag("path", class_=_leg_class("stroke", one.mark.leg), d=path)
    words = _words(span(other.after_s), one.x + 8, (one.y + other.y) / 2 + 4, "gap")
    return join((shape, words))


def _dot(spot: Spot, zero: float) -> Iterator[Markup]:
    yield _words(f"+{spot.mark.at_s - zero:.3f} s", _TIME_W - 10, spot.y + 4, "time end")
    yield tag("circle", class_=_leg_class("fill", spot.mark.leg), cx=spot.x, cy=spot.y, r=5.5)
    x = _TIME_W + len(LANES) * _LANE_W + 6
    what = spot.mark.what
    yield _words(_cut(what, _WORDS_MOST), x, spot.y + 4, "what", what)


def _told(message: MessageTrace) -> str:
    """The picture in words, for who can't see it."""
    placed = spots(message)
    if not placed:
        return "no marks"
    zero = placed[0].mark.at_s
    return ", ".join(
        f"+{span(spot.mark.at_s - zero)} {spot.mark.leg.value} {spot.mark.what}" for spot in placed
    )


def _whole(message: MessageTrace) -> str:
    marks = message.in_order()
    return span(marks[-1].at_s - marks[0].at_s) if marks else "no marks"


def _words(words: str, x: float, y: float, class_: str, title: str | None = None) -> Markup:
    hover = tag("title", title) if title is not None and title != words else None
    return tag("text", hover, text(words), class_=class_, x=x, y=y)


def _round(at_s: float) -> str:
    """A tick's time, without the zeros that `span` has for a reader of columns."""
    if at_s == 0:
        return "0"
    if at_s < 1:
        return f"{at_s * 1000:g} ms"
    return f"{at_s:g} s" if at_s < 100 else span(at_s)


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _leg_class(kind: str, leg: Leg) -> str:
    return f"{kind} leg-{leg.name.lower()}"


def _svg(width: float, height: float, label: str, *children: Markup) -> Markup:
    size = f"0 0 {math.ceil(width)} {math.ceil(height)}"
    return tag(
        "svg",
        *children,
        viewBox=size,
        width=math.ceil(width),
        height=math.ceil(height),
        role="img",
        aria_label=label,
    )
