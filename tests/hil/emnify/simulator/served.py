"""A simulated platform that listens on loopback, in the test's own loop, and a plain client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import pytest

from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.server import Running
from hil.simulate import Options, Simulation
from modem.simulator import NetworkSettings

T = TypeVar("T")

PATIENCE_S = 20.0  # of a failing test


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is JSON, or None where there was none."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Served:
    """The platform, and calls to it."""

    simulation: Simulation
    running: Running
    session: aiohttp.ClientSession
    token: str

    @property
    def platform(self) -> Platform:
        """What is behind it."""
        return self.running.platform

    async def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        data: bytes | None = None,
        token: str | None = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call; `token` "" is the right one, None is none."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        async with self.session.request(
            method,
            self.running.api + path,
            json=json,
            data=data,
            headers=sent,
            allow_redirects=False,
        ) as answer:
            is_json = answer.content_type == "application/json"
            body = await answer.json() if is_json else None
            if not is_json and method != "GET":
                assert await answer.read() == b""
            return Answer(answer.status, body, dict(answer.headers))


async def eventually(condition: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Ask until it gives something true; what it gave."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await condition()
            if found:
                return found
            await asyncio.sleep(0.005)  # the network's spans are milliseconds here
    raise AssertionError(what)


@asynccontextmanager
async def served(modems: int = 1, **options: Any) -> AsyncIterator[Served]:
    """It listens at a free port while the context lasts; its network is fast."""
    chosen: dict[str, Any] = {
        "modems": modems,
        "start_apn": "em",
        "listen": ("127.0.0.1", 0),
        "network": NetworkSettings(time_scale=1000),
        "request_limits": False,
        **options,
    }
    async with (
        Simulation(Options(**chosen), complain=pytest.fail) as simulation,
        aiohttp.ClientSession() as session,
    ):
        running = simulation.platform
        assert running is not None
        body = {"application_token": running.application_token}
        async with session.post(f"{running.api}/api/v1/authenticate", json=body) as answer:
            token = (await answer.json())["auth_token"]
        yield Served(simulation, running, session, token)
