"""What each error of sending means, and when an answer is tried again."""

from __future__ import annotations

import pytest

from apn_config import retries
from apn_config.retries import Meaning, Retry, meaning_of, retry
from modem import CommandRefused, LinkLost, MisuseError, ModemError, ModemSilent, ProtocolError
from modem.at.results import CME_NAMES, CMS_NAMES

# What the standards' own words say, for every code of +CMS ERROR that they define.
CMS: dict[Meaning, str] = {
    Meaning.NO_SERVICE: "310 311 312 313 315 316 317 318 331 332",
    Meaning.LATER: "17 22 27 38 41 42 47 192 194 208 211 322 330",
    Meaning.BUSY: "212 301 314",
    Meaning.REFUSED: "1 8 10 28 29 50 69 81 95 96 97 99 128 129 130 143 144 145 159 160 161 175 176"
    " 193 195 196 197 198 199 302 303 304 305",
    Meaning.UNCLEAR: "21 30 98 111 127 209 210 213 255 300 320 321 340 500",
}


@pytest.mark.parametrize("meaning", Meaning, ids=lambda each: each.name.lower())
def test_cms_codes(meaning: Meaning) -> None:
    found = {
        code
        for code in CMS_NAMES
        if meaning_of(CommandRefused("AT+CMGS=20", "CMS", code)) is meaning
    }
    assert found == {int(code) for code in CMS[meaning].split()}


OTHERS: dict[str, tuple[ModemError, Meaning]] = {
    "sim-busy": (CommandRefused("AT+CMGS=20", "CME", 14), Meaning.BUSY),
    "no-service": (CommandRefused("AT+CMGS=20", "CME", 30), Meaning.NO_SERVICE),
    "card-absent": (CommandRefused("AT+CMGS=20", "CME", 10), Meaning.NO_SERVICE),
    "congestion": (CommandRefused("AT+CMGS=20", "CME", 122), Meaning.LATER),
    "not-allowed": (CommandRefused("AT+CMGS=20", "CME", 3), Meaning.REFUSED),
    "cme-of-another-meaning-than-cms": (CommandRefused("x", "CME", 17), Meaning.NO_SERVICE),
    "a-maker's-own": (CommandRefused("AT+CMGS=20", "CMS", 513), Meaning.UNCLEAR),
    "reserved-by-23.040": (CommandRefused("AT+CMGS=20", "CMS", 131), Meaning.REFUSED),
    "without-a-code": (CommandRefused("AT+CMGS=20", "ERROR"), Meaning.UNCLEAR),
    "in-words-alone": (CommandRefused("x", "CMS", None, "Unknown error"), Meaning.UNCLEAR),
    "silent": (ModemSilent("AT+CMGS=20", 60), Meaning.UNCLEAR),
    "link-lost": (LinkLost("/dev/ttyUSB2", "gone"), Meaning.UNCLEAR),
    "nonsense": (ProtocolError("AT+CMGS=20", (), "+CMGS"), Meaning.UNCLEAR),
    "misuse": (MisuseError("x"), Meaning.REFUSED),
}


@pytest.mark.parametrize(("error", "meaning"), OTHERS.values(), ids=OTHERS)
def test_other_errors(error: ModemError, meaning: Meaning) -> None:
    assert meaning_of(error) is meaning


def test_a_code_stands_once_in_the_tables_and_in_the_standard() -> None:
    for table, names in ((retries._CMS, CMS_NAMES), (retries._CME, CME_NAMES)):
        codes = [code for codes in table.values() for code in codes]
        assert len(codes) == len(set(codes))
        reserved = set(range(128, 192))  # 23.040 9.2.3.22: of TP-PID, TP-DCS, TP-Command
        assert set(codes) - reserved <= names.keys()


WAITS: dict[Meaning, list[float]] = {
    Meaning.NO_SERVICE: [10, 20, 40, 60, 60],
    Meaning.LATER: [5, 10, 20, 40, 80, 120, 120],
    Meaning.BUSY: [2, 4, 8, 16, 30, 30],
}


@pytest.mark.parametrize("meaning", WAITS, ids=lambda each: each.name.lower())
def test_what_all_wait_for(meaning: Meaning) -> None:
    found = [retry(meaning, tries) for tries in range(1, len(WAITS[meaning]) + 1)]
    assert found == [Retry(wait_s, alone=False) for wait_s in WAITS[meaning]]
    assert retry(meaning, 10_000) == found[-1]


def test_a_refused_one_waits_alone_and_not_for_long() -> None:
    found = [retry(Meaning.REFUSED, tries) for tries in range(1, 4)]
    assert found == [Retry(5, alone=True), Retry(10, alone=True), Retry(None, alone=True)]


def test_what_is_unclear_holds_up_the_others_for_some_tries() -> None:
    found = [retry(Meaning.UNCLEAR, tries) for tries in (1, 2, 3, 4, 10)]
    assert [(each.wait_s, each.alone) for each in found] == [
        (5, False),
        (10, False),
        (20, True),
        (40, True),
        (300, True),
    ]


@pytest.mark.parametrize("meaning", [*WAITS, Meaning.UNCLEAR], ids=lambda each: each.name.lower())
def test_the_answer_that_proves_a_change_is_tried_several_times(meaning: Meaning) -> None:
    """It has 300 s (`[apn] channel_timeout_s`)."""
    elapsed_s, tries = 0.0, 1
    while (wait_s := retry(meaning, tries).wait_s) is not None and elapsed_s + wait_s < 300:
        elapsed_s += wait_s
        tries += 1
    assert tries >= 6
    assert elapsed_s > 150
