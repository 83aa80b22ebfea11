"""Spans of time as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.spans import parse_span, shown_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2H", 7200), ("1d", 86400), ("0s", 0), ("007m", 420)],
)
def test_spans(text: str, seconds: float) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "10", "m", "1.5h", "-1m", "1m30s", " 1m", "1w", "1234567s", "١m"]
)
def test_no_spans(text: str) -> None:
    assert parse_span(text) is None


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (90, "90s"), (5400, "90m"), (7200, "2h"), (172800, "2d")],
)
def test_shown(seconds: float, shown: str) -> None:
    assert shown_span(seconds) == shown


@given(st.integers(0, 999_999))
def test_what_is_shown_reads_as_the_same(seconds: int) -> None:
    assert parse_span(shown_span(seconds)) == seconds
