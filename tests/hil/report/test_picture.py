"""Facts about the pictures: what is where, and that it can be read in any proportion."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.report.picture import (
    LANES,
    ROW,
    STRETCH,
    bars,
    lane_x,
    pieces,
    sequence,
    spent,
    spots,
    ticks,
)
from hil.report.values import Leg, Mark, MessageTrace
from tests.hil.report import samples

MARKS = st.builds(
    Mark,
    st.floats(0, 100_000, allow_nan=False).map(lambda at_s: round(at_s, 3)),
    st.sampled_from(Leg),
    st.text(max_size=80),
)
MESSAGES = st.builds(MessageTrace, st.text(max_size=40), st.lists(MARKS, max_size=15).map(tuple))
SAMPLES = {
    "minutes": samples.buffered(),
    "milliseconds": samples.instant(),
    "usual": samples.round_trip("usual"),
}


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@pytest.mark.parametrize("message", SAMPLES.values(), ids=SAMPLES.keys())
def test_rows_stay_apart_and_the_stretch_goes_by_time(message: MessageTrace) -> None:
    placed = spots(message)
    total_s = placed[-1].mark.at_s - placed[0].mark.at_s
    for one, other in pairwise(placed):
        assert other.y - one.y == pytest.approx(ROW + STRETCH * other.after_s / total_s)
    assert placed[-1].y - placed[0].y == pytest.approx(ROW * (len(placed) - 1) + STRETCH)


def test_a_long_leg_is_seen() -> None:
    heights = [other.y - one.y for one, other in pairwise(spots(samples.buffered()))]
    assert max(heights) > 3 * sorted(heights)[-2]


def test_lanes_are_in_the_order_of_the_way() -> None:
    assert [lane.value for lane in LANES] == [
        "REST call",
        "platform",
        "modem",
        "daemon",
        "outbox",
        "webhook",
    ]
    assert all(lane_x(one) < lane_x(other) for one, other in pairwise(LANES))
    words = [element.text for element in drawn(sequence(samples.buffered()).html)]
    assert words[: 2 * len(LANES) : 2] == [lane.value for lane in LANES]


@given(MESSAGES)
def test_spots_are_in_order_and_apart(message: MessageTrace) -> None:
    placed = spots(message)
    assert len(placed) == len(message.marks)
    assert all(spot.x == lane_x(spot.mark.leg) and spot.after_s >= 0 for spot in placed)
    assert all(other.y - one.y >= ROW - 1e-6 for one, other in pairwise(placed))


@given(MESSAGES)
def test_pieces_fill_the_time(message: MessageTrace) -> None:
    parts = pieces(message)
    marks = message.in_order()
    whole_s = marks[-1].at_s - marks[0].at_s if marks else 0.0
    assert sum(spent(message).values()) == pytest.approx(whole_s, abs=1e-6)
    for one, other in pairwise(parts):
        assert one.to_s == other.from_s
        assert one.leg is not other.leg


@given(st.lists(MESSAGES, max_size=5))
def test_pictures_are_well_formed_and_nothing_leaves_them(messages: list[MessageTrace]) -> None:
    for picture in (bars(messages), *map(sequence, messages)):
        svg = drawn(picture.html)
        width, height = (float(svg.attrib[name]) for name in ("width", "height"))
        for element in svg.iter():
            for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(element.attrib.get(name, 0)) <= most
            if element.tag == "rect":
                end = float(element.attrib["x"]) + float(element.attrib["width"])
                assert end <= width


def test_each_mark_and_each_gap_is_told() -> None:
    message = samples.buffered()
    svg = drawn(sequence(message).html)
    texts = [element.text for element in svg.iter("text")]
    for mark in message.marks:
        assert mark.what in texts
        assert f"+{mark.at_s:.3f} s" in texts
    assert "3 min 21 s" in texts
    assert len(list(svg.iter("circle"))) == len(message.marks)
    assert len(list(svg.iter("path"))) == len(message.marks) - 1
    assert "+3 min 21 s modem" in svg.attrib["aria-label"]


def test_long_words_are_cut_and_whole_on_hover() -> None:
    words = "x" * 200
    svg = drawn(sequence(MessageTrace("m", (Mark(0.0, Leg.MODEM, words),))).html)
    (title,) = svg.iter("title")
    assert title.text == words
    assert title.tail is not None
    assert len(title.tail) < 60


def test_bars_are_to_scale_on_one_axis() -> None:
    def message(begin_s: float, end_s: float) -> MessageTrace:
        return MessageTrace(
            "m", (Mark(begin_s, Leg.REST, "sent"), Mark(end_s, Leg.WEBHOOK, "received"))
        )

    svg = drawn(bars((message(5, 7), message(6, 9))).html)
    first, second = (
        (float(rect.attrib["x"]), float(rect.attrib["width"])) for rect in svg.iter("rect")
    )
    assert first[1] / second[1] == pytest.approx(2 / 3, rel=0.01)
    assert second[0] - first[0] == pytest.approx(first[1] / 2, rel=0.01)
    assert first[0] + 2 * first[1] == pytest.approx(second[0] + second[1], rel=0.01)


def test_a_burst_has_a_bar_each() -> None:
    svg = drawn(bars(samples.burst()).html)
    labels = [text.text for text in svg.iter("text") if text.attrib["class"] == "label end"]
    assert labels == [f"PING {number} of 20" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("span_s", "expected"),
    [
        (0.0, (0.0,)),
        (0.046, (0.0, 0.01, 0.02, 0.03, 0.04)),
        (3.1, (0.0, 1.0, 2.0, 3.0)),
        (206.4, (0.0, 50.0, 100.0, 150.0, 200.0)),
    ],
)
def test_ticks(span_s: float, expected: tuple[float, ...]) -> None:
    assert ticks(span_s) == pytest.approx(expected)


@given(st.floats(1e-4, 1e6))
def test_ticks_are_few(span_s: float) -> None:
    found = ticks(span_s)
    assert 2 <= len(found) <= 6
    assert found[-1] <= span_s * (1 + 1e-9)
