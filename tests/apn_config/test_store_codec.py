"""What columns hold: there and back, and nothing else is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.model import Apn, AuthType, Credentials, PdpType
from apn_config.store import StoreCorrupt, StoreMisuse
from apn_config.store.codec import (
    dump_apn,
    dump_detail,
    dump_time,
    load_apn,
    load_detail,
    load_enum,
    load_time,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
APNS = st.builds(
    Apn,
    TEXTS,
    st.sampled_from(PdpType),
    st.none() | st.builds(Credentials, st.sampled_from(AuthType), TEXTS, TEXTS),
)
TIMES = st.datetimes(
    min_value=datetime(1950, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2150, 1, 1),  # noqa: DTZ001
    timezones=st.builds(
        timezone, st.integers(-48, 48).map(lambda quarters: timedelta(minutes=15 * quarters))
    ),
).map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000))


@given(APNS)
def test_apn_there_and_back(apn: Apn) -> None:
    assert load_apn(dump_apn(apn)) == apn


@given(st.dictionaries(TEXTS, st.none() | st.integers() | TEXTS))
def test_detail_there_and_back(detail: dict[str, str | int | None]) -> None:
    assert load_detail(dump_detail(detail)) == detail


@given(TIMES, TIMES)
def test_times_there_and_back_and_sorted_as_text(one: datetime, other: datetime) -> None:
    assert load_time(dump_time(one)) == one
    assert (dump_time(one) < dump_time(other)) == (one < other)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(StoreMisuse):
        dump_time(datetime(2024, 1, 1))  # noqa: DTZ001 - that is the point


GOOD = json.loads(dump_apn(Apn("em", credentials=Credentials(AuthType.PAP, "u", "hidden"))))
BAD_APNS = {
    "not-json": "{",
    "not-an-object": "[]",
    "deep": "[" * 100_000,
    "missing": json.dumps({key: value for key, value in GOOD.items() if key != "type"}),
    "unknown-key": json.dumps(GOOD | {"roaming": True}),
    "name-kind": json.dumps(GOOD | {"name": 1}),
    "type-value": json.dumps(GOOD | {"type": "ppp"}),
    "type-kind": json.dumps(GOOD | {"type": {}}),
    "credentials-kind": json.dumps(GOOD | {"credentials": "hidden"}),
    "credentials-keys": json.dumps(GOOD | {"credentials": {"user": "u", "password": "hidden"}}),
    "password-kind": json.dumps(GOOD | {"credentials": GOOD["credentials"] | {"password": 7}}),
    "auth-value": json.dumps(GOOD | {"credentials": GOOD["credentials"] | {"auth": "hidden"}}),
}


@pytest.mark.parametrize("text", BAD_APNS.values(), ids=BAD_APNS)
def test_only_what_was_written_is_read_and_nothing_of_it_is_told(text: str) -> None:
    with pytest.raises(StoreCorrupt, match="makes no sense") as caught:
        load_apn(text)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"a": true}', '{"a": 1.5}', '{"a": []}'])
def test_details_are_flat(text: str) -> None:
    with pytest.raises(StoreCorrupt):
        load_detail(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-05-17T12:00:00"])
def test_times_are_whole(text: str) -> None:
    with pytest.raises(StoreCorrupt):
        load_time(text)


def test_enums() -> None:
    assert load_enum(PdpType, "ip") is PdpType.IP
    with pytest.raises(StoreCorrupt, match="PdpType"):
        load_enum(PdpType, "IP")


def test_text_is_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert dump_time(datetime(2024, 5, 17, 14, tzinfo=east)) == "2024-05-17T12:00:00.000+00:00"
    assert load_time("2024-05-17T12:00:00.000+00:00") == datetime(2024, 5, 17, 12, tzinfo=UTC)
