"""The page and the picture of a change say what the table of states says."""

from __future__ import annotations

from xml.etree import ElementTree

from apn_config.transaction import TABLE, State
from tests.apn_config import change_pages


def test_the_page_is_drawn_from_the_table() -> None:
    written = change_pages.PAGE.read_text()
    assert change_pages.page(written) == written
    for state in State:
        assert f"| **{state.value}** |" in written


def test_the_picture_is_drawn_from_the_table() -> None:
    assert change_pages.PICTURE.read_text() == change_pages.picture()


def test_the_picture_has_a_box_for_each_state_and_each_event_on_a_line() -> None:
    root = ElementTree.fromstring(change_pages.picture())
    shown = "-".join(text.strip() for text in root.itertext() if text.strip())
    for state in State:
        assert state.value in shown
    for row in TABLE:
        assert row.event.value in shown


def test_no_two_boxes_overlap() -> None:
    boxes = list(change_pages.BOXES.values())
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart_x = abs(one.x - other.x) >= (one.width + other.width) // 2
            apart_y = abs(one.y - other.y) >= change_pages.BOX_H
            assert apart_x or apart_y
