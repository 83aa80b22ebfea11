"""A receiver that listens on loopback, and what is sent to it."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt

from hil.emnify.events import Event
from hil.emnify.webhook import Receiver, listening

SECRET = "a secret that is long enough for every one of the HMAC algorithms, SHA-512 too"


MO: dict[str, Any] = {
    "id": 9000002,
    "endpoint": {"id": 700001, "name": "Pump 7"},
    "organisation": {"id": 4242},
    "source_address": "423000000000001",
    "dest_address": "12345",
    "payload": "APN OK em",
    "dcs": 0,
    "pid": 0,
    "multi_part_info": {"partno": 1, "total": 1, "identifier": "9000002"},
    "submit_date": "2026-01-02 03:04:05",
}


RECEIPT: dict[str, Any] = {
    "id": 9000001,
    "status": {"status": "DELIVERED", "id": 4},
    "endpoint": {"id": 700001, "name": "Pump 7"},
    "organisation": {"id": 4242},
    "submit_date": "2026-01-02 03:04:05",
    "final_date": "2026-01-02 03:04:07",
}


def signed(key: str | bytes = SECRET, algorithm: str = "HS384", **claims: Any) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The HMAC key")
        token = jwt.encode({"iss": "somebody", **claims}, key, algorithm=algorithm)
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Bench:
    """A receiver that listens, what it gave out, and a sender."""

    receiver: Receiver
    url: str
    http: aiohttp.ClientSession
    taken: list[Event]

    async def call(
        self, method: str, body: object, headers: Mapping[str, str] | None = None
    ) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.request(method, self.url, data=data, headers=headers) as response:
            await response.read()
            return response.status

    async def post(self, body: object, headers: Mapping[str, str] | None = None) -> int:
        return await self.call("POST", body, headers)


@dataclass
class Taker:
    """Takes events; raises so many times before."""

    faults: int = 0
    events: list[Event] = field(default_factory=list)
    tried: int = 0

    def __call__(self, event: Event) -> None:
        self.tried += 1
        if self.tried <= self.faults:
            raise OSError("disk full")
        self.events.append(event)


@asynccontextmanager
async def bench(
    secret: str | None = None, take: Any = None, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Bench]:
    taker = take or Taker()
    receiver = Receiver(taker, secret=secret, clock=clock)
    async with listening(receiver, "127.0.0.1", 0) as url, aiohttp.ClientSession() as http:
        yield Bench(receiver, url, http, getattr(taker, "events", []))


def part(number: int, total: int = 3, identifier: str = "77", **others: Any) -> dict[str, Any]:
    info = {"partno": number, "total": total, "identifier": identifier}
    return {**MO, "id": 100 + number, "payload": f"<{number}>", "multi_part_info": info, **others}
