"""The status as a picture and as a line, in terminals of every width."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from apn_config import status_view
from apn_config.status_view import SignalHistory, clipped, picture, sparkline, uptime
from apn_config.terminal import Canvas
from tests.apn_config.test_display import HOSTILE, MODEM, STATUS

FULL: dict[str, Any] = {
    **STATUS,
    "modem": {**MODEM, "rsrp_dbm": -98, "rsrq_db": -11.5},
    "daemon": {"stage": "running", "uptime_s": 3700.0},
    "outbox": {"pending": 2, "oldest_s": 61.0},
}
MESSAGE: dict[str, Any] = {
    "id": 3,
    "from": "**********78",
    "text": "#1 PING",
    "time": None,
    "state": "settled",
    "verdict": "answered",
}


def looked(*values: int | None) -> SignalHistory:
    history = SignalHistory()
    for value in values:
        history.add(value)
    return history


def test_the_picture_says_what_matters() -> None:
    lines = picture(FULL, [MESSAGE], looked(-113, None, -51), 100)
    text = "\n".join(lines)
    for words in (
        "running, up 1 h 1 min",
        "ready (/dev/ttyUSB2)",
        "Telekom.de, roaming, lte",
        "em (context 1, 10.65.3.4)",
        "-71 dBm ▁▃▅▇",
        "-98 dBm",
        "-11.5 dB",
        "▁·█",
        "-113 to -51 dBm, 3 looks",
        "Answers that wait: 2",
        "#1 PING  [answered]",
    ):
        assert words in text, words


def test_an_active_context_without_an_apn_is_told_of() -> None:
    status = copy.deepcopy(FULL)
    status["modem"]["contexts"][0]["apn"] = ""
    assert "default (context 1, 10.65.3.4)" in "\n".join(picture(status, [], looked(), 100))
    assert "network's default" in status_view.line(status)


def test_without_a_modem_or_a_store_it_says_why() -> None:
    away = copy.deepcopy(FULL)
    away.update(modem=None, outbox=None, link={"phase": "waiting", "port": "/x", "why": "gone"})
    away["store"]["why"] = "the disk is full"
    text = "\n".join(picture(away, [], looked(None, None), 100))
    assert "waiting: gone (/x)" in text
    assert "the disk is full" in text
    assert "dBm" not in text


@pytest.mark.parametrize("columns", [1, 10, 40, 80, 200])
def test_nothing_is_wider_than_the_terminal_and_nothing_hostile_passes(columns: int) -> None:
    hostile = copy.deepcopy(FULL)
    hostile["modem"].update(operator=HOSTILE + "漢字" * 40, registration=HOSTILE)
    hostile["modem"]["contexts"][0]["apn"] = HOSTILE
    hostile["link"]["why"] = HOSTILE
    message = {**MESSAGE, "text": HOSTILE + "漢" * 100, "from": HOSTILE, "time": HOSTILE}
    lines = picture(hostile, [message], looked(*range(-113, -51)), columns)
    assert all(line.isprintable() for line in lines)
    assert all(len(line) + line.count("漢") + line.count("字") <= columns for line in lines)
    assert status_view.line(hostile).isprintable()


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("漢字", 3, "漢"),
        ("漢字", 4, "漢字"),
        ("e\u0301e", 1, "e\u0301"),
        ("", 0, ""),
    ],
)
def test_a_line_is_cut_by_what_it_takes_on_a_terminal(text: str, columns: int, shown: str) -> None:
    assert clipped(text, columns) == shown


@pytest.mark.parametrize(
    ("dbm", "level"), [(-200, "▁"), (-113, "▁"), (-82, "▅"), (-51, "█"), (0, "█"), (None, "·")]
)
def test_a_level_for_each_signal(dbm: int | None, level: str) -> None:
    assert sparkline([dbm]) == level


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59.9, "up 0 min 59 s"),
        (3599, "up 59 min 59 s"),
        (86399, "up 23 h 59 min"),
        (90000, "up 1 d 1 h"),
    ],
)
def test_uptime(seconds: float, words: str) -> None:
    assert uptime(seconds) == words


# --- drawing in place -----------------------------------------------------------------------------


class Screen:
    """A terminal that understands what a canvas says: lines, and where the cursor is."""

    def __init__(self, rows: int = 24, columns: int = 80) -> None:
        self.size = (columns, rows)
        self.lines: list[str] = []
        self.row = 0

    def write(self, text: str) -> None:
        while text:
            if text.startswith("\x1b[2J\x1b[H"):
                self.lines, self.row, text = [], 0, text[7:]
            elif text.startswith("\r\x1b["):
                count, _, text = text[3:].partition("A")
                self.row -= int(count)
            elif text.startswith("\x1b[J"):
                self.lines, text = self.lines[: self.row], text[3:]
            else:
                line, erased, text = text.partition("\x1b[K\n")
                assert erased
                self.lines[self.row : self.row + 1] = [line]
                self.row += 1


def test_lines_are_drawn_in_the_place_of_those_before() -> None:
    screen = Screen(rows=4)
    canvas = Canvas(screen.write, lambda: screen.size)
    for drawn in (["a", "b"], ["longer", "b", "c"], ["x"], ["1", "2", "3", "4", "5"]):
        canvas.draw(drawn)
        assert screen.lines == drawn[:3]


def test_a_terminal_that_became_narrower_is_cleared() -> None:
    screen = Screen()
    canvas = Canvas(screen.write, lambda: screen.size)
    canvas.draw(["a" * 79])
    screen.size = (40, 24)
    screen.lines = ["a" * 40, "a" * 39]  # as it is broken by the terminal
    canvas.draw(["b"])
    assert screen.lines == ["b"]
    assert canvas.columns == 39
