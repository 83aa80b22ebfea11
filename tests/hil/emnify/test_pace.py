"""How fast the platform is asked, and when again."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hil.emnify.pace import Backoff, Failure, Pace


def times(call: str, count: int, pace: Pace | None = None, now_s: float = 0.0) -> list[float]:
    used = pace or Pace()
    method, path = call.split()
    return [used.reserve(method, path, now_s) for _ in range(count)]


@pytest.mark.parametrize(
    ("call", "rate", "burst"),
    [
        ("GET /api/v1/endpoint", 10, 5),
        ("GET /api/v1/endpoint/7", 50, 25),
        ("GET /api/v1/endpoint/7/connectivity", 50, 25),
        ("GET /api/v1/service_profile/1", 100, 50),
        ("POST /api/v1/endpoint/7/sms", 10, 1),
        ("GET /api/v1/endpoint/7/sms", 10, 1),
    ],
)
def test_keeps_the_documented_limits(call: str, rate: float, burst: int) -> None:
    found = times(call, 200)
    assert found[burst - 1] == pytest.approx(0)
    assert found[burst] >= 0.9 / rate
    for first, last in pairwise(found[burst - 1 :]):
        assert last - first == pytest.approx(1 / rate)


def test_never_more_than_2000_in_five_minutes() -> None:
    pace = Pace()
    found = times("GET /api/v1/service_profile", 2000, pace)
    found += times("GET /api/v1/endpoint/7", 2001, pace, now_s=found[-1])
    assert all(later - first >= 300 for first, later in zip(found, found[2000:], strict=False))


def test_never_more_than_100_log_ins_in_five_minutes() -> None:
    found = times("POST /api/v1/authenticate", 101)
    assert found[100] - found[0] >= 300


def test_classes_do_not_wait_for_each_other() -> None:
    pace = Pace()
    assert times("POST /api/v1/endpoint/7/sms", 50, pace)[-1] > 4
    assert times("GET /api/v1/endpoint/7", 1, pace) == [0]


def test_holds_all_calls_back() -> None:
    pace = Pace()
    pace.hold(9)
    pace.hold(5)
    assert times("GET /api/v1/endpoint/7", 1, pace) == [9]


@pytest.mark.parametrize(
    ("failure", "repeatable", "again"),
    [
        (Failure.NOT_CONNECTED, False, True),
        (Failure.REFUSED, False, True),
        (Failure.LOST, False, False),
        (Failure.GATEWAY, False, False),
        (Failure.LOST, True, True),
        (Failure.GATEWAY, True, True),
    ],
)
def test_repeats_what_may_be_repeated(failure: Failure, repeatable: bool, again: bool) -> None:
    wait_s = Backoff().wait_s(failure, 1, repeatable=repeatable, jitter=1)
    assert (wait_s is not None) is again


def test_waits_longer_each_time_and_then_gives_up() -> None:
    def waited(tried: int, jitter: float) -> float | None:
        return Backoff(9).wait_s(Failure.LOST, tried, repeatable=True, jitter=jitter)

    assert [waited(n, 1) for n in range(1, 10)] == [0.5, 1, 2, 4, 8, 16, 30, 30, None]
    assert waited(1, 0) == 0.25


@pytest.mark.parametrize(("told_s", "waits_s"), [(0, 0), (7, 7), (-3, 0), (121, None)])
def test_a_retry_after_counts(told_s: float, waits_s: float | None) -> None:
    found = Backoff().wait_s(Failure.REFUSED, 1, repeatable=True, jitter=0, retry_after_s=told_s)
    assert found == waits_s
