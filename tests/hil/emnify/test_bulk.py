"""One text to many devices, and watching one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from hil.emnify.bulk import Limits, Outcome, Result, Stopping, send_to_all
from hil.emnify.client import Client
from hil.emnify.errors import ApiError, EmnifyError, MaybeSent, NoAnswer, PartlySent
from hil.emnify.models import Sms, SmsStatus
from hil.emnify.watching import news, watch
from tests.hil.emnify.fake_api import SMS, Clock, FakeApi, connected, said


def run(
    devices: range | list[int],
    fault: Callable[[int], EmnifyError | None],
    limits: Limits | None = None,
    concurrency: int = 4,
) -> tuple[tuple[Result, ...], list[int], int]:
    """The results, the devices that were tried, and how many at most at once."""
    tried: list[int] = []
    busy = most = 0

    async def send(device: int) -> tuple[int, ...]:
        nonlocal busy, most
        tried.append(device)
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        error = fault(device)
        if error is not None:
            raise error
        return (device * 10,)

    shown: list[Result] = []
    results = asyncio.run(
        send_to_all(devices, send, limits=limits, progress=shown.append, concurrency=concurrency)
    )
    assert sorted(result.device for result in shown) == sorted(tried)
    return results, tried, most


def refusal(status: int = 422) -> ApiError:
    return ApiError("POST", status, None)


def test_sends_to_each_once_some_at_a_time() -> None:
    results, tried, most = run([3, 1, 3, 2, *range(4, 40)], lambda _: None)
    assert [result.device for result in results] == [3, 1, 2, *range(4, 40)]
    assert sorted(tried) == list(range(1, 40))
    assert all((r.outcome, r.ids) == (Outcome.SENT, (r.device * 10,)) for r in results)
    assert most == 4


def test_nobody_is_no_fault() -> None:
    assert run([], lambda _: None)[0] == ()


def test_stops_when_too_many_fail() -> None:
    # Every third fails: over 20 % as soon as ten were tried.
    results, tried, _ = run(range(1, 101), lambda d: None if d % 3 else refusal())
    assert 10 <= len(tried) <= 10 + 4
    untried = [r.device for r in results if r.outcome is Outcome.NOT_TRIED]
    assert untried == list(range(len(tried) + 1, 101))


@pytest.mark.parametrize(("limits", "tried"), [(Limits(0.5), 100), (Limits(0.2, 101), 100)])
def test_goes_on_below_the_limit(limits: Limits, tried: int) -> None:
    assert len(run(range(100), lambda d: None if d % 3 else refusal(), limits)[1]) == tried


def test_none_may_fail_where_the_limit_is_0() -> None:
    limits = Limits(0.0, 1)
    assert len(run(range(100), lambda _: refusal(), limits, concurrency=1)[1]) == 1


def test_a_bad_token_stops_at_once() -> None:
    assert len(run(range(100), lambda _: refusal(401), concurrency=1)[1]) == 1


def test_tells_what_a_failure_means() -> None:
    why = NoAnswer("POST", "reset", sent=True)
    faults: dict[int, EmnifyError] = {
        1: MaybeSent(1, why),
        2: PartlySent(2, [7], 2, refusal()),
        3: refusal(),
    }
    results, _, _ = run([1, 2, 3, 4], faults.get)
    assert [(r.outcome.value, r.ids) for r in results] == [
        ("maybe sent", ()),
        ("partly sent", (7,)),
        ("failed", ()),
        ("sent", (40,)),
    ]
    assert [r.error for r in results] == [*faults.values(), None]


def test_what_is_given_up_may_have_been_sent() -> None:
    """The second signal: nothing is waited for, and all that is known is told."""
    stopping = Stopping()

    async def send(device: int) -> tuple[int, ...]:
        if device == 3:
            stopping.ask()
            stopping.ask()
        if device > 1:
            await asyncio.Event().wait()
        return (device * 10,)

    async def main() -> tuple[Result, ...]:
        async with asyncio.timeout(10):
            return await send_to_all((1, 2, 3, 4, 5), send, stopping=stopping, concurrency=2)

    results = asyncio.run(main())
    outcomes = [result.outcome for result in results]
    assert outcomes == [
        Outcome.SENT,
        Outcome.MAYBE,
        Outcome.MAYBE,
        Outcome.NOT_TRIED,
        Outcome.NOT_TRIED,
    ]


def test_a_fault_of_ours_hides_no_other_result(caplog: pytest.LogCaptureFixture) -> None:
    def fault(device: int) -> EmnifyError | None:
        if device == 2:
            raise ZeroDivisionError
        return None

    results, _, _ = run([1, 2, 3], fault)
    outcomes = [result.outcome for result in results]
    assert outcomes == [Outcome.SENT, Outcome.MAYBE, Outcome.SENT]
    assert "ZeroDivisionError" in caplog.text


def test_watches_what_is_under_way_and_what_is_new() -> None:
    delivered = {**SMS, "status": {"id": 4, "description": "DELIVERED"}}
    earlier = {**delivered, "id": 8000000}
    answer = {**SMS, "id": 9000002, "sms_type": {"description": "MO", "id": 2}}
    api = FakeApi()
    api.on(
        "GET /api/v1/endpoint/700001/sms",
        lambda _: said([SMS, earlier]),
        lambda _: said([SMS, earlier]),
        lambda _: said({}, 500),
        lambda _: said([answer, delivered, earlier]),
    )
    clock = Clock()

    async def look(client: Client) -> list[Sms]:
        found = []
        async for sms in watch(client, 700001, sleep=clock.sleep):
            found.append(sms)
            if len(found) == 3:
                break
        return found

    async def main() -> list[Sms]:
        async with connected(api, clock) as client:
            return await look(client)

    found = asyncio.run(main())
    assert [(s.id, s.direction, s.status.text) for s in found] == [
        (9000001, "MT", "BUFFERED"),
        (9000001, "MT", "DELIVERED"),
        (9000002, "MO", "BUFFERED"),
    ]


def test_a_status_that_nobody_knows_is_news_once() -> None:
    odd = [Sms.from_json({**SMS, "status": {"id": 8, "description": "QUARANTINED"}})]
    known: dict[int, SmsStatus] = {}
    assert [len(news(known, [Sms.from_json({**SMS, "status": {"id": 8}})])) for _ in range(3)] == [
        1,
        0,
        0,
    ]
    assert news(known, odd) == []


def test_watching_a_device_that_is_not_there_ends() -> None:
    async def main() -> None:
        async with connected(FakeApi()) as client:
            async for _ in watch(client, 1):
                pass

    with pytest.raises(ApiError, match="404"):
        asyncio.run(main())
