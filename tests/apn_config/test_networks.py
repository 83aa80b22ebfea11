"""Networks in reach as an answer tells them, and the lines that choose one."""

from __future__ import annotations

import pytest

from apn_config.networks import is_plmn, same_plmn, scan_pairs, selection
from modem import Availability, Operator


def operator(state: str, name: str | None, plmn: str, rat: str = "lte") -> Operator:
    return Operator(Availability(state), name, plmn, rat)


def test_the_more_useful_stands_first_and_each_once() -> None:
    found = (
        operator("forbidden", "Vodafone.de", "26202"),
        operator("unknown", "E-Plus", "26203"),
        operator("available", "Telekom.de", "26201", "gsm"),
        operator("available", "o2 - de", "26207"),
        operator("current", "Telekom.de", "26201"),
        operator("forbidden", "E-Plus", "26203", "gsm"),
    )
    assert scan_pairs(found) == (
        ("Telekom.de/26201", "current"),
        ("o2---de/26207", "available"),
        ("E-Plus/26203", "unknown"),
        ("Vodafone.de/26202", "forbidden"),
    )


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (None, "26201"),
        ("", "26201"),
        ('a=b/c"d', "a-b-c-d/26201"),
        ("  Two   Words ", "Two-Words/26201"),
        ("x" * 64, "x" * 16 + "/26201"),
    ],
)
def test_a_name_is_one_short_word(name: str | None, key: str) -> None:
    assert scan_pairs([operator("available", name, "26201")]) == ((key, "available"),)


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("26201", "26201", True),
        ("26201", "262001", True),
        ("310260", "310260", True),
        ("310026", "31026", True),
        ("26201", "26202", False),
        ("26201", "26301", False),
        ("310260", "31026", False),
        ("26201", None, False),
    ],
)
def test_an_mnc_may_have_a_zero_in_front(wanted: str, found: str | None, same: bool) -> None:
    assert same_plmn(wanted, found) is same


def test_lines() -> None:
    assert selection(None) == "AT+COPS=0"
    assert selection("26201") == 'AT+COPS=4,2,"26201"'


@pytest.mark.parametrize(
    "text", ["", "2620", "2620123", "2620a", '26201"', "26201\r", "\u0662\u0666\u0662\u0660\u0661"]
)
def test_what_is_no_number_gets_into_no_line(text: str) -> None:
    assert not is_plmn(text)
    with pytest.raises(ValueError, match="MCC and MNC"):
        selection(text)
