"""What people see: nothing unprintable of an SMS or of a modem reaches the terminal."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config import display
from apn_config.masking import masked
from apn_config.model import Sender

# Clears the screen, rings, moves up, turns the text around, and a lone surrogate.
HOSTILE = "\x1b[2J\x07\r\n\t\x9b1A\u202e\u200b\ud83d\x7f"

CONTEXT: dict[str, Any] = {
    "cid": 1,
    "type": "IP",
    "apn": "em",
    "active": True,
    "address": "10.65.3.4",
}
MODEM: dict[str, Any] = {
    "port": "/dev/ttyUSB2",
    "manufacturer": "SIMCOM INCORPORATED",
    "model": "SIMCOM_SIM7600G-H",
    "revision": "LE20B04SIM7600G22",
    "profile": "sim7600",
    "imei": "860000000000001",
    "iccid": "8988303000000000001",
    "imsi": "901430000000001",
    "operator": "Telekom.de",
    "registration": "roaming",
    "domains": {"creg": "roaming", "cgreg": None, "cereg": "roaming"},
    "rat": "lte",
    "rssi_dbm": -71,
    "data_ready": True,
    "sms_ready": True,
    "sms": "ready",
    "service_centre": "+423663920000",
    "storage": {"memory": "SM", "used": 1, "total": 20},
    "contexts": [CONTEXT],
    "warnings": ["no memory offered"],
}
STATUS: dict[str, Any] = {
    "modem": MODEM,
    "link": {"port": "/dev/ttyUSB2", "phase": "ready", "why": None},
    "recovery": {"trouble": None, "remedies": []},
    "daemon": {"stage": "running"},
    "config": {"error": None},
    "store": {"state": "ok", "why": None, "replaced": 0},
    "outbox": {"pending": 0, "oldest_s": None},
    "change": None,
    "warnings": ["sweeping often"],
}
DOWN: dict[str, Any] = {
    **STATUS,
    "modem": None,
    "link": {"port": "/dev/ttyUSB2", "phase": "waiting", "why": "no such file"},
    "warnings": [],
}
TROUBLED: dict[str, Any] = {
    **DOWN,
    "recovery": {
        "trouble": "silent",
        "remedies": [
            {
                "rung": "reset",
                "trouble": "silent",
                "why": "no answer",
                "ago_s": 30.4,
                "failed": "not done",
            }
        ],
    },
    "daemon": {"stage": "reloading"},
    "config": {"error": "c.toml: reply.to: wanted digits"},
    "store": {"state": "waiting", "why": "no room", "replaced": 2},
    "outbox": {"pending": 3, "oldest_s": 340.0},
    "change": {"apn": "em2", "outcome": "verifying", "remaining_s": 271.6},
}
APN: dict[str, Any] = {
    "cid": 1,
    "apn": "em",
    "type": "ip",
    "user": None,
    "auth": None,
    "active": True,
    "address": "10.65.3.4",
    "live_apn": "em",
    "last_good": None,
}
CHANGE: dict[str, Any] = {
    "outcome": "rolled-back",
    "apn": "em2",
    "kept": "em",
    "reason": "no-address",
}
MESSAGES: dict[str, Any] = {
    "modem": [
        {
            "memory": "SM",
            "index": 3,
            "from": "12345",
            "time": "2025-03-01T12:00:00+00:00",
            "text": "APN em",
            "error": None,
        }
    ],
    "inbox": [
        {
            "id": 7,
            "from": "12345",
            "time": "2025-03-01T12:00:00+00:00",
            "verdict": "answered",
            "state": "done",
            "text": "PING",
        }
    ],
}

Lines = Callable[[Any], list[str]]
SHOWN: dict[str, tuple[Lines, dict[str, Any]]] = {
    "info": (display.info_lines, STATUS),
    "info-without-modem": (display.info_lines, DOWN),
    "apn": (display.apn_lines, APN),
    "change": (display.change_lines, CHANGE),
    "change-failed": (display.change_lines, {**CHANGE, "outcome": "failed"}),
    "change-not-restored": (
        display.change_lines,
        {**CHANGE, "outcome": "failed", "kept": None},
    ),
    "change-done": (display.change_lines, {**CHANGE, "outcome": "committed"}),
    "messages": (display.sms_lines, MESSAGES),
}


def _spoilt(value: Any) -> Iterator[Any]:
    """The value with each of its texts made hostile in turn."""
    if isinstance(value, str):
        yield f"{value}{HOSTILE}"
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            for worse in _spoilt(part):
                other = copy.copy(value)
                other[key] = worse
                yield other


@pytest.mark.parametrize(("lines", "value"), SHOWN.values(), ids=SHOWN)
def test_nothing_unprintable_is_shown(lines: Lines, value: dict[str, Any]) -> None:
    spoilt = list(_spoilt(value))
    assert len(spoilt) >= 3
    whole = lines(value)
    for worse in spoilt:
        shown = lines(worse)
        assert all(line.isprintable() for line in shown), shown
        assert len(shown) == len(whole)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("em", "em", id="plain"),
        pytest.param("\u00e4 \u20ac \u4f60", "\u00e4 \u20ac \u4f60", id="printable-beyond-ascii"),
        pytest.param(None, "-", id="none"),
        pytest.param("", "-", id="empty"),
        pytest.param(0, "0", id="zero"),
        pytest.param("a\x1b[2J", "a\\x1b[2J", id="escape"),
        pytest.param("a\nb", "a\\x0ab", id="line-feed"),
        pytest.param("a\u202eb", "a\\x202eb", id="direction"),
        pytest.param("\ud83d", "\\xd83d", id="surrogate"),
    ],
)
def test_safe(value: object, shown: str) -> None:
    assert display.safe(value) == shown


@given(st.lists(st.tuples(st.just("name"), st.text(st.characters(exclude_categories=())))))
def test_a_table_has_a_printable_line_for_each_row(rows: list[tuple[str, object]]) -> None:
    lines = display.table(rows)
    assert len(lines) == len(rows)
    assert all(line.isprintable() for line in lines)


def test_columns_are_as_wide_as_their_widest() -> None:
    assert display.columns(("id", "text"), [(1, "a"), (100, None)]) == [
        "id   text",
        "1    a",
        "100  -",
    ]


def test_a_table_of_nothing() -> None:
    assert display.table([]) == []


@pytest.mark.parametrize(
    ("rssi_dbm", "shown"),
    [
        (None, "unknown"),
        (-113, "-113 dBm"),
        (-106, "-106 dBm"),
        (-105, "-105 dBm \u2581"),
        (-95, "-95 dBm \u2581\u2583"),
        (-85, "-85 dBm \u2581\u2583\u2585"),
        (-75, "-75 dBm \u2581\u2583\u2585\u2587"),
        (-51, "-51 dBm \u2581\u2583\u2585\u2587\u2588"),
    ],
)
def test_signal(rssi_dbm: int | None, shown: str) -> None:
    assert display.signal_text(rssi_dbm) == shown


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({}, "SMS           ready", id="ready"),
        pytest.param({"sms": "unproven"}, "SMS           ready, unproven", id="unproven"),
        pytest.param({"sms_ready": False}, "SMS           not ready", id="not-ready"),
        pytest.param({}, "stored SMS    1 of 20 in SM", id="storage"),
        pytest.param({"storage": None}, "stored SMS    -", id="no-storage"),
        pytest.param({"operator": None}, "operator      -", id="no-operator"),
        pytest.param(
            {}, "registration  roaming (CREG roaming, CEREG roaming)", id="domains-that-are-known"
        ),
        pytest.param({}, "warning: no memory offered", id="the-modem's-warning"),
        pytest.param({}, "warning: sweeping often", id="the-daemon's-warning"),
        pytest.param({}, "1    IP    em   yes     10.65.3.4", id="context"),
    ],
)
def test_info(changes: dict[str, Any], line: str) -> None:
    assert line in display.info_lines({**STATUS, "modem": {**MODEM, **changes}})


def test_info_without_a_modem_tells_why() -> None:
    assert display.info_lines(DOWN) == [
        "port   /dev/ttyUSB2",
        "state  waiting",
        "why    no such file",
    ]


def test_what_is_out_of_the_ordinary_is_told() -> None:
    assert display.info_lines(TROUBLED)[4:] == [
        "The store can't be used: no room.",
        "The store was damaged and begun anew, 2 times in 24 hours.",
        "The configuration wasn't read again: c.toml: reply.to: wanted digits.",
        "A new configuration waits until nothing is under way.",
        "An APN change is under way: em2, verifying, 272 s left.",
        "Answers that wait: 3, the oldest for 340 s.",
        "Trouble with the modem: silent.",
        "Last remedy, 30 s ago: reset (not done), for silent: no answer.",
    ]
    for worse in _spoilt(TROUBLED):
        assert all(line.isprintable() for line in display.info_lines(worse))


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        ("committed", "The APN is em2: verified."),
        ("rolled-back", "em2 was given up (no-address): back to em."),
        (
            "failed",
            "em2 was given up (no-address); em is written back, but its service hasn't returned"
            " yet.",
        ),
    ],
)
def test_a_change_in_words(outcome: str, line: str) -> None:
    assert display.change_lines({**CHANGE, "outcome": outcome}) == [line]


def test_nobody_reads_that_an_apn_is_back_which_is_not() -> None:
    change = {**CHANGE, "outcome": "failed", "kept": None, "reason": "not-restored"}
    (line,) = display.change_lines(change)
    assert "can't be written back" in line
    row = {**change, "id": 1, "started": "2026-01-01", "origin": "sms"}
    assert "?" in display.history_lines([row])[1]


def test_what_is_unknown_is_not_called_empty() -> None:
    lines = display.apn_lines(APN)
    assert "user            unknown" in lines
    assert "authentication  unknown" in lines
    assert "user            -" in display.apn_lines({**APN, "user": ""})


def test_a_message_without_text_shows_its_error_or_nothing() -> None:
    message = MESSAGES["modem"][0]
    for text, error, shown in (("", None, "-"), (None, "octet 3", "octet 3")):
        lines = display.sms_lines(
            {**MESSAGES, "modem": [{**message, "text": text, "error": error}]}
        )
        assert lines[2].endswith(f"  {shown}")


# --- numbers in logs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        pytest.param(Sender(""), "nobody", id="empty"),
        pytest.param(Sender("12345"), "12345", id="short"),
        pytest.param(Sender("123456"), "****56", id="longer"),
        pytest.param(Sender("+4917012345"), "*********45", id="international"),
        pytest.param(Sender("EMnify", True), "EMnify", id="name"),
        pytest.param(Sender("a\x1b[2J\nb", True), "a?[2J?b", id="hostile-name"),
        pytest.param(Sender("12345678\n\x1b"), "********??", id="hostile-number"),
    ],
)
def test_masked(sender: Sender, shown: str) -> None:
    assert masked(sender) == shown
