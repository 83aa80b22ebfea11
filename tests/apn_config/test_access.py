"""Who may command, and what is too old to be obeyed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.access import (
    Access,
    Allowed,
    Denied,
    NetworkTime,
    decide,
    is_stale,
    listed,
    moved,
    sender_key,
)
from apn_config.config import AccessConfig
from apn_config.model import Command, Malformed, Sender, Verb

T0 = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


# --- senders --------------------------------------------------------------------------------------

NUMBER = Sender("12345")
LISTED = {
    "same-number": ("12345", NUMBER, True),
    "plus-in-the-message": ("4917012345", Sender("+4917012345"), True),
    "plus-in-the-list": ("+4917012345", Sender("4917012345"), True),
    "plus-in-both": ("+4917012345", Sender("+4917012345"), True),
    "blanks-in-the-list": ("+49 170 12345", Sender("+4917012345"), True),
    "blank-around": (" 12345 ", NUMBER, True),
    "star-and-hash": ("*100#", Sender("*100#"), True),
    "other-number": ("12346", NUMBER, False),
    "longer-number": ("123456", NUMBER, False),
    "shorter-number": ("1234", NUMBER, False),
    "same-end": ("4912345", NUMBER, False),
    "leading-zeros": ("0012345", NUMBER, False),
    "same-name": ("emnify", Sender("emnify", alphanumeric=True), True),
    "name-in-other-case": ("emnify", Sender("EMnify", alphanumeric=True), True),
    "listed-in-other-case": ("EMNIFY", Sender("emnify", alphanumeric=True), True),
    "name-with-blank": ("My Ops", Sender("my ops", alphanumeric=True), True),
    "padded-name": ("emnify", Sender("emnify ", alphanumeric=True), True),
    "other-name": ("emnify", Sender("emnify2", alphanumeric=True), False),
    "name-of-letters-like-digits": ("ABC123", Sender("abc123", alphanumeric=True), True),
    "short-name-of-that-kind": ("B2B", Sender("B2B", alphanumeric=True), True),
    "dotless-i": ("emnify", Sender("emn\u0131fy", alphanumeric=True), False),
    "name-of-digits": ("12345", Sender("12345", alphanumeric=True), False),
    "digits-of-the-network-spell-a-name": ("abc", Sender("abc"), False),
    "nobody": ("", Sender(""), True),
    "nobody-as-a-name": ("", Sender("", alphanumeric=True), True),
    "nobody-as-an-empty-international-number": ("", Sender("+"), True),
    "nobody-is-not-a-number": ("12345", Sender(""), False),
    "a-number-is-not-nobody": ("", NUMBER, False),
    "a-name-is-not-nobody": ("", Sender("emnify", alphanumeric=True), False),
}


@pytest.mark.parametrize(("entry", "sender", "expected"), LISTED.values(), ids=LISTED)
def test_listed(entry: str, sender: Sender, expected: bool) -> None:
    assert listed((entry,), sender) is expected
    assert listed(("777", entry, "somebody"), sender) is expected


def test_an_empty_list_holds_nobody() -> None:
    assert not listed((), NUMBER)
    assert not listed((), Sender(""))


def test_a_mark_is_kept_under_one_key_for_all_forms_of_a_sender() -> None:
    assert sender_key(Sender("+49170")) == sender_key(Sender("49170"))
    assert sender_key(Sender("EMnify", True)) == sender_key(Sender("emnify", True))
    keys = {sender_key(s) for s in (Sender("1"), Sender("1", True), Sender(""), Sender("x", True))}
    assert len(keys) == 4


@given(st.text("0123456789*#", min_size=1, max_size=20).filter(lambda n: n.strip("*#")))
def test_every_number_is_its_own_entry_with_plus_or_without(digits: str) -> None:
    for entry in (digits, f"+{digits}"):
        for sender in (Sender(digits), Sender(f"+{digits}")):
            assert listed((entry,), sender)


# --- who may --------------------------------------------------------------------------------------

SENDERS = AccessConfig(senders=("12345",))
WITH_PIN = AccessConfig(senders=("12345",), pin_file=Path("pin"))
STRANGER = Sender("999")


def ping(pin: str | None = None) -> Command:
    return Command(Verb.PING, pin=pin)


DECISIONS: dict[str, tuple[AccessConfig | None, Sender, str | None, str | None, Access]] = {
    # configuration, sender, the word that is set, the word that is given
    "no-access-section": (None, NUMBER, None, None, Denied("no-access")),
    "no-access-section-and-a-word": (None, NUMBER, None, "4821", Denied("no-access")),
    "empty-list": (AccessConfig(), NUMBER, None, None, Denied("not-listed")),
    "stranger": (SENDERS, STRANGER, None, None, Denied("not-listed")),
    "stranger-with-the-word": (WITH_PIN, STRANGER, "4821", "4821", Denied("not-listed")),
    "listed": (SENDERS, NUMBER, None, None, Allowed()),
    "word-where-none-is-set": (SENDERS, NUMBER, None, "4821", Allowed()),
    "word-missing": (WITH_PIN, NUMBER, "4821", None, Denied("pin-missing")),
    "word-wrong": (WITH_PIN, NUMBER, "4821", "4822", Denied("pin-wrong")),
    "word-longer": (WITH_PIN, NUMBER, "4821", "48211", Denied("pin-wrong")),
    "word-empty": (WITH_PIN, NUMBER, "4821", "", Denied("pin-wrong")),
    "word-in-other-case": (WITH_PIN, NUMBER, "Secret", "secret", Denied("pin-wrong")),
    "word-in-other-script": (WITH_PIN, NUMBER, "secret", "s\u0435cret", Denied("pin-wrong")),
    "word-with-a-surrogate": (WITH_PIN, NUMBER, "secret", "s\ud83d", Denied("pin-wrong")),
    "word-right": (WITH_PIN, NUMBER, "4821", "4821", Allowed()),
}


@pytest.mark.parametrize(
    ("access", "sender", "word", "given_word", "expected"), DECISIONS.values(), ids=DECISIONS
)
def test_decisions(
    access: AccessConfig | None,
    sender: Sender,
    word: str | None,
    given_word: str | None,
    expected: Access,
) -> None:
    assert decide(access, sender, ping(given_word), word) == expected
    refused = Malformed("bad-apn", pin=given_word)
    assert decide(access, sender, refused, word) == expected


# --- how far the network's time has come ----------------------------------------------------------


def after(*stamps: datetime | None, start: NetworkTime | None = None) -> NetworkTime:
    time = start or NetworkTime()
    for stamp in stamps:
        time = moved(time, stamp)
    return time


FAR = datetime(2099, 1, 1, tzinfo=UTC)
MOVES: dict[str, tuple[list[datetime | None], NetworkTime]] = {
    "nothing": ([], NetworkTime()),
    "no-stamp": ([None], NetworkTime()),
    "first": ([T0], NetworkTime(None, T0)),
    "second-confirms": ([T0, T0 + HOUR], NetworkTime(T0 + HOUR)),
    "second-that-is-earlier-confirms": ([T0, T0 - HOUR], NetworkTime(T0)),
    "the-same-stamp-confirms": ([T0, T0], NetworkTime(T0)),
    "a-day-confirms": ([T0, T0 + DAY], NetworkTime(T0 + DAY)),
    "more-confirms-the-earlier": ([T0, T0 + DAY + SECOND], NetworkTime(T0, T0 + DAY + SECOND)),
    "a-day-further": ([T0, T0, T0 + DAY], NetworkTime(T0 + DAY)),
    "more-is-a-candidate": ([T0, T0, T0 + DAY + SECOND], NetworkTime(T0, T0 + DAY + SECOND)),
    "older-moves-nothing": ([T0, T0, T0 - 100 * DAY], NetworkTime(T0)),
    "no-stamp-moves-nothing": ([T0, T0, None], NetworkTime(T0)),
    "wrong-one-moves-nothing": ([T0, T0, FAR, T0 + HOUR], NetworkTime(T0 + HOUR, FAR)),
    "wrong-one-and-a-month": ([T0, T0, FAR, T0 + 30 * DAY], NetworkTime(T0 + 30 * DAY, FAR)),
    "wrong-one-first": ([FAR, T0, T0 + HOUR], NetworkTime(T0 + HOUR, FAR)),
    "wrong-one-in-the-past-first": (
        [T0 - 9000 * DAY, T0, T0 + HOUR],
        NetworkTime(T0 + HOUR),
    ),
    "months-apart": (
        [T0, T0 + 30 * DAY, T0 + 60 * DAY],
        NetworkTime(T0 + 30 * DAY, T0 + 60 * DAY),
    ),
    "far-and-confirmed": ([T0, T0, FAR, FAR + HOUR], NetworkTime(FAR + HOUR)),
    "a-candidate-that-is-reached-is-none-any-more": (
        [T0, T0, T0 + 25 * HOUR, T0 + 20 * HOUR, T0 + 30 * HOUR, T0 + 100 * HOUR],
        NetworkTime(T0 + 30 * HOUR, T0 + 100 * HOUR),
    ),
    "other-time-zone": (
        [T0, T0.astimezone(timezone(timedelta(hours=5, minutes=45))) + HOUR],
        NetworkTime(T0 + HOUR),
    ),
}


@pytest.mark.parametrize(("stamps", "expected"), MOVES.values(), ids=MOVES)
def test_moves(stamps: list[datetime | None], expected: NetworkTime) -> None:
    assert after(*stamps) == expected


HOURS = st.integers(-2000, 2000).map(lambda count: T0 + count * HOUR)
STAMPS = st.lists(st.none() | HOURS | st.datetimes(timezones=st.just(UTC)), max_size=12)


@given(STAMPS)
def test_the_network_time_never_goes_back(stamps: list[datetime | None]) -> None:
    time = NetworkTime()
    for stamp in stamps:
        before, time = time, moved(time, stamp)
        if before.newest is not None:
            assert time.newest is not None
            assert time.newest >= before.newest


@given(STAMPS)
def test_a_candidate_is_always_further_than_a_day(stamps: list[datetime | None]) -> None:
    time = after(*stamps)
    if time.newest is not None and time.candidate is not None:
        assert time.candidate - time.newest > DAY


@given(
    gaps_h=st.lists(st.integers(0, 1500), min_size=1, max_size=12),
    place=st.integers(0, 12),
    wrong=(st.integers(0, 1500) | st.integers(0, 650_000)).map(lambda hours: T0 + hours * HOUR),
)
def test_one_wrong_stamp_ahead_makes_no_right_command_stale(
    gaps_h: list[int], place: int, wrong: datetime
) -> None:
    """Wherever it comes, the first message included; the right ones come in order."""
    time = after(wrong) if place == 0 else NetworkTime()
    right = T0
    for number, gap_h in enumerate(gaps_h, start=1):
        right += gap_h * HOUR
        time = moved(time, right)
        assert not is_stale(right, applied=None, newest=time.newest, max_age_h=24)
        if number == place:
            time = moved(time, wrong)


# --- what is too old ------------------------------------------------------------------------------

STALE: dict[str, tuple[datetime | None, datetime | None, datetime | None, float, bool]] = {
    # its stamp, the last one applied, the newest, the most hours, stale
    "no-marks": (T0, None, None, 24, False),
    "no-stamp": (None, T0, T0, 24, False),
    "newer-than-applied": (T0 + SECOND, T0, T0, 24, False),
    "same-as-applied": (T0, T0, T0, 24, False),
    "older-than-applied": (T0 - SECOND, T0, T0, 24, True),
    "older-than-applied-whatever-the-newest": (T0 - SECOND, T0, None, 24, True),
    "as-old-as-allowed": (T0 - DAY, None, T0, 24, False),
    "older-than-allowed": (T0 - DAY - SECOND, None, T0, 24, True),
    "older-but-newer-than-applied": (T0 - 2 * DAY, T0 - 3 * DAY, T0, 24, True),
    "shorter-age": (T0 - HOUR, None, T0, 0.5, True),
    "within-the-shorter-age": (T0 - HOUR / 2, None, T0, 0.5, False),
    "longer-age": (T0 - 6 * DAY, None, T0, 7 * 24, False),
    "age-beyond-the-calendar": (T0 - 900 * DAY, None, T0, 1e12, False),
    "no-limit": (T0 - 900 * DAY, None, T0, float("inf"), False),
    "other-time-zone": (
        (T0 - SECOND).astimezone(timezone(timedelta(hours=12))),
        T0,
        None,
        24,
        True,
    ),
}


@pytest.mark.parametrize(
    ("scts", "applied", "newest", "max_age_h", "expected"), STALE.values(), ids=STALE
)
def test_stale(
    scts: datetime | None,
    applied: datetime | None,
    newest: datetime | None,
    max_age_h: float,
    expected: bool,
) -> None:
    assert is_stale(scts, applied=applied, newest=newest, max_age_h=max_age_h) is expected


def test_a_mark_from_the_far_future_locks_nobody_out() -> None:
    """One message with a wrong stamp was applied; the time that the network has reached says so."""
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    wrong = now.replace(year=2059)
    assert not is_stale(now, applied=wrong, newest=now, max_age_h=24)
    # Within a day of the network's time the order counts.
    assert is_stale(now, applied=now + timedelta(hours=1), newest=now, max_age_h=24)
    # And before the network's time is known.
    assert is_stale(now, applied=now + timedelta(hours=1), newest=None, max_age_h=24)
