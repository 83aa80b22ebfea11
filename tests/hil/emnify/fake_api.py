"""A small API to test the client against: what it answers is written in the tests.

The shapes are those of recorded calls: numbers as strings, empty bodies, `Location`. It isn't the
simulated platform, so that a wrong belief that both ends share would still show.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from aiohttp import web

from hil.emnify.client import Client
from hil.emnify.errors import EmnifyError

APPLICATION_TOKEN = "an-application-token"
KEY = "the platform's own key, which nobody else has, long enough for HS384"
DEVICE = {
    "id": "700001",
    "name": "Pump 7",
    "tags": "pump",
    "status": {"id": "0", "description": "Enabled"},
    "service_profile": {"id": 4711, "name": "Default"},
    "sim": {
        "id": 800001,
        "iccid": "8988303000000000001",
        "iccid_with_luhn": "89883030000000000016",
        "imsi": "295050000000001",
        "msisdn": "423000000000001",
        "status": {"id": 1, "description": "Activated"},
    },
    "imei": "350000000000001",
    "ip_address": "10.0.0.7",
    "runtime_data": {},
}
SMS = {
    "id": 9000001,
    "submit_date": "2026-01-02T03:04:05.000+0000",
    "delivery_date": None,
    "expiry_date": "2026-01-03T03:04:05.000+0000",
    "final_date": None,
    "retry_date": None,
    "last_delivery_attempt": None,
    "retry_count": "0",
    "gsm_map_error": None,
    "dcs": "0",
    "pid": "0",
    "source_address": "12345",
    "endpoint_id": "700001",
    "sim_id": "800001",
    "iccid": "8988303000000000001",
    "msisdn": "423000000000001",
    "imsi": "",
    "msc": None,
    "udh": "",
    "payload": "APN em",
    "status": {"description": "BUFFERED", "id": 3},
    "sms_type": {"description": "MT", "id": 1},
    "source_address_type": {"description": "National", "id": 161},
    "esme_interface_type": {"description": "RestAPI", "id": 1},
    "dlr_status_id": "0",
    "organisation_id": "4242",
    "p2p_ext": 0,
}


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def call(self) -> str:
        """Such as "GET /api/v1/endpoint"."""
        return f"{self.method} {self.path}"


Answering = Callable[[Asked], "web.StreamResponse | Awaitable[web.StreamResponse]"]


class Lost(Exception):
    """Raised by an answer: the connection is cut instead."""


def said(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """JSON."""
    return web.Response(
        text=json.dumps(value), status=status, headers=headers, content_type="application/json"
    )


def empty(status: int = 204, **headers: str) -> web.Response:
    """No body, as text/html: what a created thing is answered with."""
    return web.Response(status=status, headers={"Content-Type": "text/html", **headers})


def refused(status: int, code: int, token: str, message: str) -> web.Response:
    """An error of the API."""
    return said({"error_code": code, "error_token": token, "message": message}, status)


@dataclass
class FakeApi:
    """Answers by call; a list of answers is used up one by one, its last one stays."""

    answers: dict[str, list[Answering]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    base: str = ""
    life_s: int = 14400
    log_ins: int = 0
    valid: set[str] = field(default_factory=set)

    def on(self, call: str, *answers: Answering) -> None:
        """What to answer to a call, in turn."""
        self.answers[call] = list(answers)

    def calls(self) -> list[str]:
        """What was called, without log-ins."""
        return [a.call for a in self.asked if not a.path.endswith("/authenticate")]

    def _log_in(self, asked: Asked) -> web.Response:
        if asked.body != {"application_token": APPLICATION_TOKEN}:
            return refused(401, 1101, "InvalidCredentials", "no")
        self.log_ins += 1
        claims = {"iat": 1_000_000, "exp": 1_000_000 + self.life_s, "n": self.log_ins}
        token = jwt.encode(claims, KEY, algorithm="HS384")
        self.valid.add(token)
        return said({"auth_token": token})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Any request."""
        raw = await request.read()
        asked = Asked(
            request.method,
            request.path,
            dict(request.query),
            dict(request.headers),
            json.loads(raw) if raw else None,
        )
        self.asked.append(asked)
        waiting = self.answers.get(asked.call)
        if waiting is None and asked.path == "/api/v1/authenticate":
            return self._log_in(asked)
        if asked.path != "/api/v1/authenticate":
            token = asked.headers.get("Authorization", "").removeprefix("Bearer ")
            if token not in self.valid:
                return said({"message": "token contains an invalid number of segments"}, 401)
        if waiting is None:
            return refused(404, 1201, "NotFound", f"no {asked.call}")
        answer = waiting[0] if len(waiting) == 1 else waiting.pop(0)
        try:
            found = answer(asked)
            return await found if isinstance(found, Awaitable) else found
        except Lost:
            assert request.transport is not None
            request.transport.close()
            return web.Response()


@asynccontextmanager
async def serving(api: FakeApi) -> AsyncIterator[FakeApi]:
    """The API on a free port of the loopback."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", api.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()


@dataclass
class Clock:
    """Time that passes only where somebody sleeps."""

    now_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        """At once, and later."""
        self.slept.append(seconds)
        self.now_s += max(0.0, seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def connected(
    api: FakeApi, clock: Clock | None = None, token: str = APPLICATION_TOKEN
) -> AsyncIterator[Client]:
    """A client of the served API, whose clock is `clock`."""
    used = clock or Clock()
    async with (
        serving(api),
        Client(token, api.base, clock=used, sleep=used.sleep, jitter=lambda: 0.0) as client,
    ):
        yield client


def created(asked: Asked) -> web.Response:
    """201 with an empty body; the id only in `Location`, as an absolute URL (observed)."""
    return empty(201, Location=f"https://cdn.emnify.net{asked.path}/9000001")


def with_client(
    api: FakeApi,
    work: Callable[[Client], Awaitable[Any]],
    clock: Clock | None = None,
    token: str = APPLICATION_TOKEN,
) -> Any:
    """Do something with a client of the API."""

    async def main() -> Any:
        async with connected(api, clock, token) as client:
            return await work(client)

    return asyncio.run(main())


def failing(api: FakeApi, work: Callable[[Client], Awaitable[Any]], **kwargs: Any) -> EmnifyError:
    """What it fails with."""
    with pytest.raises(EmnifyError) as caught:
        with_client(api, work, **kwargs)
    return caught.value
