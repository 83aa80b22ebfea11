"""The REST client against a small API that does as told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from hil.emnify.client import Client
from hil.emnify.errors import (
    ApiError,
    MaybeSent,
    NoAnswer,
    RequestError,
    UnexpectedAnswer,
)
from hil.emnify.models import SmsRequest
from tests.hil.emnify.fake_api import (
    APPLICATION_TOKEN,
    DEVICE,
    Asked,
    Clock,
    FakeApi,
    Lost,
    created,
    empty,
    failing,
    refused,
    said,
    serving,
    with_client,
)

DEVICES = "GET /api/v1/endpoint"
DEVICE_7 = "GET /api/v1/endpoint/700001"
SEND = "POST /api/v1/endpoint/700001/sms"
LOG_IN = "POST /api/v1/authenticate"


def lost(_asked: Asked) -> web.Response:
    raise Lost


# Log-in


def test_one_log_in_serves_many_calls_and_is_no_secret_of_the_url() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said(DEVICE))

    async def work(client: Client) -> None:
        await asyncio.gather(*(client.device(700001) for _ in range(5)))

    with_client(api, work)
    assert api.log_ins == 1
    assert all(APPLICATION_TOKEN not in str((a.query, a.headers, a.path)) for a in api.asked)


def test_renews_a_token_shortly_before_it_ends() -> None:
    api, clock = FakeApi(life_s=1000), Clock()
    api.on(DEVICE_7, lambda _: said(DEVICE))

    async def work(client: Client) -> list[int]:
        counts = []
        for seconds in (0, 900, 50):
            clock.now_s += seconds
            await client.device(700001)
            counts.append(api.log_ins)
        return counts

    assert with_client(api, work, clock) == [1, 1, 2]


def test_a_token_whose_life_is_unreadable_is_used_until_it_is_refused() -> None:
    api, clock = FakeApi(), Clock()
    api.valid.add("opaque")
    api.on(LOG_IN, lambda _: said({"auth_token": "opaque"}))
    api.on(DEVICE_7, lambda _: said(DEVICE))

    async def work(client: Client) -> None:
        for _ in range(3):
            clock.now_s += 1e6
            await client.device(700001)

    with_client(api, work, clock)
    assert len(api.asked) == 4


@pytest.mark.parametrize("times", [1, 2])
def test_logs_in_again_once_after_a_401(times: int) -> None:
    api = FakeApi()
    expired = lambda _: refused(401, 1103, "TokenExpired", "token is expired")  # noqa: E731
    api.on(SEND, *[expired] * times, created)

    async def work(client: Client) -> Any:
        return await client.send_sms(700001, SmsRequest("x"))

    if times == 1:
        assert with_client(api, work) == 9000001
    else:
        error = failing(api, work)
        assert isinstance(error, ApiError)
        assert (error.status, error.token, error.exit_code) == (401, "TokenExpired", 6)
    assert (api.log_ins, len(api.calls())) == (2, 2)


def test_calls_that_run_beside_each_other_log_in_anew_together() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said(DEVICE))

    async def work(client: Client) -> None:
        await client.device(700001)
        api.valid.clear()
        await asyncio.gather(*(client.device(700001) for _ in range(8)))

    with_client(api, work)
    assert api.log_ins == 2


def test_a_refused_application_token_is_tried_once_only() -> None:
    api = FakeApi()

    async def work(client: Client) -> list[Any]:
        calls = (client.device(n) for n in range(1, 9))
        return await asyncio.gather(*calls, return_exceptions=True)

    errors = with_client(api, work, token="wrong-token")
    assert len(api.asked) == 1
    assert {type(error) for error in errors} == {ApiError}
    assert errors[0].exit_code == 6
    assert "application token" in str(errors[0])
    assert "wrong-token" not in str(errors[0])


def test_a_locked_log_in_is_left_alone() -> None:
    api, clock = FakeApi(), Clock()
    api.on(LOG_IN, lambda _: refused(429, 1105, "TooManyRequests", "later"))

    async def work(client: Client) -> None:
        for _ in range(3):
            with pytest.raises(ApiError, match="TooManyRequests"):
                await client.device(700001)
        clock.now_s += 301
        del api.answers[LOG_IN]
        api.on(DEVICE_7, lambda _: said(DEVICE))
        await client.device(700001)

    with_client(api, work, clock)
    assert [a.call for a in api.asked] == [LOG_IN, LOG_IN, DEVICE_7]


# Repeats


@pytest.mark.parametrize(
    ("headers", "waited"), [({"Retry-After": "7"}, 7), ({}, 0.25)], ids=["told", "not told"]
)
@pytest.mark.parametrize("call", [DEVICE_7, SEND], ids=["GET", "POST"])
def test_429_is_repeated_after_what_the_platform_says(
    call: str, headers: dict[str, str], waited: float
) -> None:
    api, clock = FakeApi(), Clock()
    good = created if call == SEND else lambda _: said(DEVICE)
    api.on(call, lambda _: said({"message": "slow down"}, 429, headers), good)

    async def work(client: Client) -> None:
        if call == SEND:
            await client.send_sms(700001, SmsRequest("x"))
        else:
            await client.device(700001)

    began_s = clock()
    with_client(api, work, clock)
    assert clock() - began_s >= waited
    assert len(api.calls()) == 2


def test_a_retry_after_beyond_patience_is_an_error_at_once() -> None:
    api, clock = FakeApi(), Clock()
    api.on(DEVICE_7, lambda _: said({}, 429, {"Retry-After": "3600"}))
    error = failing(api, lambda client: client.device(700001), clock=clock)
    assert "429" in str(error)
    assert len(api.calls()) == 1


@pytest.mark.parametrize("bad", [lost, lambda _: said({}, 503)], ids=["lost", "503"])
def test_what_is_harmless_is_repeated(bad: Any) -> None:
    api, clock = FakeApi(), Clock()
    # aiohttp itself repeats a GET once where a kept connection was closed: the PATCH shows ours.
    path = "PATCH /api/v1/endpoint/700001"
    api.on(path, bad, bad, lambda _: empty())
    with_client(api, lambda client: client.set_enabled(700001, True), clock)
    assert api.calls().count(path) >= 3
    assert [s for s in clock.slept if s >= 0.25][:2] == [0.25, 0.5]


def test_gives_up_after_some_tries() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said({"message": "Service Unavailable"}, 503))
    error = failing(api, lambda client: client.device(700001))
    assert isinstance(error, ApiError)
    assert (error.status, len(api.calls())) == (503, 5)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (lost, 8),
        (lambda _: said({}, 500), 1),
        (lambda _: said({}, 502), 1),
        (lambda _: said({}, 504), 1),
        (lambda _: empty(201), 1),
    ],
    ids=["lost", "500", "502", "504", "no Location"],
)
def test_an_sms_that_may_have_been_sent_is_not_repeated(bad: Any, code: int) -> None:
    api = FakeApi()
    api.on(SEND, bad, created)
    error = failing(api, lambda client: client.send_sms(700001, SmsRequest("x")))
    assert isinstance(error, MaybeSent)
    assert error.exit_code == code
    assert "may have been sent" in str(error)
    assert len(api.calls()) == 1


def test_an_sms_that_never_left_is_tried_again(unused_port: int) -> None:
    clock = Clock()

    async def main() -> None:
        base = f"http://127.0.0.1:{unused_port}"
        async with Client(APPLICATION_TOKEN, base, clock=clock, sleep=clock.sleep) as client:
            await client.send_sms(700001, SmsRequest("x"))

    with pytest.raises(NoAnswer) as caught:
        asyncio.run(main())
    assert (caught.value.exit_code, caught.value.sent) == (8, False)
    assert len(clock.slept) >= 4


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def test_a_redirect_is_not_followed() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: empty(302, Location=f"{api.base}/elsewhere"))
    error = failing(api, lambda client: client.device(700001))
    assert "302" in str(error)
    assert api.calls() == [DEVICE_7]


# Errors


@pytest.mark.parametrize(
    ("answer", "exit_code", "words"),
    [
        (refused(404, 1401, "InvalidReference", "Endpoint with Id '1' not found."), 1, "Id '1'"),
        (refused(403, 1104, "Forbidden", "no"), 4, "may not do that"),
        (refused(409, 1406, "NotAllowed", "in use"), 4, "NotAllowed: in use"),
        (refused(422, 0, "", "Traffic limit of 10 MT-SMS per month exceeded"), 4, "limit of 10"),
        (refused(422, 1400, "InputValidationFailed", "payload"), 1, "422"),
        (said(["what"], 500), 1, "500"),
        (web.Response(status=500, text="<html>" * 9999), 1, "500"),
        (web.Response(status=500, text="[" * 100_000), 1, "500"),
    ],
)
def test_an_error_says_what_the_platform_said(
    answer: web.Response, exit_code: int, words: str
) -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: web.Response(body=answer.body, status=answer.status))
    error = failing(api, lambda client: client.device(700001))
    assert isinstance(error, ApiError)
    assert (error.status, error.exit_code) == (answer.status, exit_code)
    assert words in str(error)
    assert len(str(error)) < 500


def test_the_parts_of_an_error_are_told() -> None:
    api = FakeApi()
    body = {
        "error_code": 1400,
        "error_token": "InputValidationFailed",
        "message": "Validation failed",
        "errors": [{"error_code": 1402, "error_token": "Required", "message": "payload missing"}],
    }
    api.on(SEND, lambda _: said(body, 422))
    error = failing(api, lambda client: client.send_sms(700001, SmsRequest("x")))
    assert isinstance(error, ApiError)
    assert (error.code, error.token) == (1400, "InputValidationFailed")
    assert error.errors[0]["error_token"] == "Required"
    assert "payload missing" in str(error)


@pytest.mark.parametrize("body", ["", "no json", "[1", "7", "null"])
def test_a_senseless_answer_is_an_error(body: str) -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: web.Response(text=body))
    api.on(DEVICES, lambda _: web.Response(text=body))

    async def work(client: Client) -> None:
        with pytest.raises(UnexpectedAnswer):
            await client.device(700001)
        with pytest.raises(UnexpectedAnswer):
            _ = [device async for device in client.devices()]

    with_client(api, work)


@pytest.mark.parametrize(
    "base",
    ["", "cdn.emnify.net", "ftp://x", "http://", "https://u:p@x", "http://[::1", "http://x?y"],
)
def test_a_base_that_is_none(base: str) -> None:
    with pytest.raises(RequestError):
        Client(APPLICATION_TOKEN, base)


def test_the_base_may_end_in_api() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said(DEVICE))

    async def main() -> None:
        async with serving(api), Client(APPLICATION_TOKEN, f"{api.base}/api/") as client:
            assert (await client.device(700001)).id == 700001

    asyncio.run(main())
