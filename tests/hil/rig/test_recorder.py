"""What a test leaves for the report, and what of it is shown."""

from __future__ import annotations

import logging
import time

import pytest

from hil.report.values import Leg, Way
from hil.results import mask_failure
from hil.rig.masking import Masker
from hil.rig.recorder import KEPT_LINES, Recorder, TrafficHandler


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a short number 12345678", "a short number 12345678", id="short"),
        pytest.param("+CIMI 901997434909401", "+CIMI *************01", id="IMSI"),
        pytest.param("from +883990000001", "from +**********01", id="MSISDN"),
        pytest.param("Bearer s3cr3t-token", "Bearer <token>", id="secret"),
        pytest.param("10.65.0.3 at 2026-11-28", "10.65.0.3 at 2026-11-28", id="address and date"),
    ],
)
def test_masking(text: str, shown: str) -> None:
    masked = Masker()
    masked.hide("s3cr3t-token", "<token>")
    masked.hide(None, "<nothing>")
    masked.hide("a", "<too short to be one>")
    assert masked(text) == shown


def test_a_failure_is_masked_where_pytest_holds_it() -> None:
    try:
        iccid = "8988399007902325614"
        raise ValueError(f"the card is {iccid}")
    except ValueError:
        found = pytest.ExceptionInfo.from_current()
    shown = found.getrepr(showlocals=True, funcargs=True)
    mask_failure(shown, Masker())
    assert "8988399007902325614" not in str(shown.reprcrash)
    lines = [line for entry in shown.chain[0][0].reprentries for line in entry.lines]  # type: ignore[union-attr]
    assert any("the card is *****************14" in line for line in lines)


def test_the_driver_s_lines_become_traffic() -> None:
    recorder = Recorder(Masker())
    logger = logging.getLogger("tests.hil.rig")
    handler = TrafficHandler(recorder)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        logger.debug("-> %s", "AT+CGSN")
        logger.debug("<- %s", "001017005766699")
        logger.debug("resynchronising")
    finally:
        logger.removeHandler(handler)
    found = [(line.way, line.text) for line in recorder.end().transcript]
    assert found == [
        (Way.TO_MODEM, "AT+CGSN"),
        (Way.FROM_MODEM, "*************99"),
        (Way.NOTE, "resynchronising"),
    ]


def test_marks_are_in_the_order_of_time_and_masked() -> None:
    recorder = Recorder(Masker())
    trace = recorder.message("to +883990000001")
    now = time.monotonic()
    trace.mark(Leg.WEBHOOK, "last", now + 2)
    trace.mark(Leg.REST, "first", now)
    (message,) = recorder.end().messages
    assert message.label == "to +**********01"
    assert [mark.what for mark in message.marks] == ["first", "last"]
    assert message.marks[1].at_s - message.marks[0].at_s == pytest.approx(2)


def test_a_long_transcript_keeps_its_begin_and_its_end() -> None:
    recorder = Recorder(Masker())
    recorder.begin()
    for number in range(KEPT_LINES + 100):
        recorder.note(f"line {number}")
    lines = recorder.end().transcript
    assert len(lines) == KEPT_LINES + 1
    assert lines[0].text == "line 0"
    assert lines[-1].text == f"line {KEPT_LINES + 99}"
    assert any(line.text == "100 lines before these are left out" for line in lines)


def test_each_test_begins_with_nothing() -> None:
    recorder = Recorder(Masker())
    recorder.measure("mt_s", 1.5)
    recorder.note("of another test")
    recorder.begin()
    recorder.measure("mo_s", 2.5)
    found = recorder.end()
    assert (found.measures, found.transcript, found.messages) == ({"mo_s": 2.5}, (), ())
