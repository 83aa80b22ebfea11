"""A webhook that a test owns: what it was called with, and how it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Called:
    """One call."""

    method: str
    body: Any
    authorization: str | None
    content_type: str


@dataclass(slots=True)
class Hook:
    """Its calls in their order; `status` says what each is answered, by its number from 0."""

    url: str = ""
    status: Callable[[int], int] = lambda _number: 204
    calls: list[Called] = field(default_factory=list)
    hold: asyncio.Event | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        """Take a call."""
        number = len(self.calls)
        authorization = request.headers.get("Authorization")
        body = await request.json()
        self.calls.append(Called(request.method, body, authorization, request.content_type))
        self.news.set()
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.status(number), headers={"Location": "/elsewhere"})

    async def until(self, count: int) -> list[Called]:
        """Wait for so many calls; all of them."""
        async with asyncio.timeout(20):
            while len(self.calls) < count:
                self.news.clear()
                await self.news.wait()
        return self.calls


@asynccontextmanager
async def hooked(status: Callable[[int], int] = lambda _number: 204) -> AsyncIterator[Hook]:
    """It listens at a free port of loopback."""
    hook = Hook(status=status)
    app = web.Application()
    app.router.add_route("*", "/hook", hook.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield hook
    finally:
        if hook.hold is not None:
            hook.hold.set()
        await runner.cleanup()
