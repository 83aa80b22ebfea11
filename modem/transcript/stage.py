"""Where a replay is reached: a pty or a TCP port, on the event loop's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from modem.pty_port import PtyPort
from modem.transcript.errors import TranscriptError
from modem.transcript.replay import Replay


class Stage:
    """Plays a modem to whoever opens the port, one after the other.

    The session begins when the first one does. When all was played and that one is gone, it begins
    anew, or ends where it is played `once`.
    """

    def __init__(self, make: Callable[[], Replay], *, once: bool) -> None:
        self._make = make
        self._once = once
        self._loop = asyncio.get_running_loop()
        self._replay: Replay | None = None
        self._write: Callable[[bytes], None] = lambda _data: None
        self._timer: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> None:
        """Until it is over. Raises ReplayDiffers."""
        try:
            await self._over
        finally:
            self._cancel()

    def open(self, write: Callable[[bytes], None]) -> None:
        """Somebody is there; `write` reaches them."""
        self._write = write
        if self._replay is None:
            self._replay = self._make()
            self._replay.start(self._loop.time())
        self._play()

    def receive(self, data: bytes) -> None:
        """They said this."""
        if self._replay is None or self._over.done():
            return
        try:
            self._replay.feed(data, self._loop.time())
        except TranscriptError as error:
            self._play()
            self._over.set_exception(error)
            return
        self._play()

    def close(self) -> None:
        """They are gone."""
        self._write = lambda _data: None
        if self._replay is not None and self._replay.finished:
            self._replay = None
            if self._once and not self._over.done():
                self._over.set_result(None)

    def _play(self) -> None:
        self._cancel()
        if self._replay is None:
            return
        data = self._replay.due(self._loop.time())
        if data:
            self._write(data)
        due_s = self._replay.next_due_s()
        if due_s is not None:
            self._timer = self._loop.call_at(due_s, self._play)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def play_on_pty(stage: Stage, link: Path | None, ready: Callable[[str], None]) -> None:
    """Play on a pty, `ready` with its name. Raises LinkError, OSError, ReplayDiffers."""
    user = _PtyUser(stage)
    user.pty = pty = PtyPort(user, link=link)
    try:
        ready(pty.name)
        await stage.run()
    finally:
        pty.close()


async def play_on_tcp(stage: Stage, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Play on a TCP port (0: any that is free) to one client at a time. As `play_on_pty`."""
    clients: list[_Connection] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(stage, clients), host, port)
    try:
        number = server.sockets[0].getsockname()[1]
        ready(f"tcp://{f'[{host}]' if ':' in host else host}:{number}")
        await stage.run()
    finally:
        server.close()
        for client in tuple(clients):
            client.hang_up()
        await server.wait_closed()


class _PtyUser:
    pty: PtyPort

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.data_received = stage.receive

    def opened(self) -> None:
        self._stage.open(self.pty.write)

    def closed(self, hangs_up: bool) -> None:
        self._stage.close()


class _Connection(asyncio.Protocol):
    """A client; while one is there, others are turned away."""

    def __init__(self, stage: Stage, clients: list[_Connection]) -> None:
        self._stage = stage
        self._clients = clients
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._clients:
            self._transport.abort()
            return
        self._clients.append(self)
        self._stage.open(self._transport.write)

    def data_received(self, data: bytes) -> None:
        if self in self._clients:
            self._stage.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self._clients:
            self._clients.remove(self)
            self._stage.close()

    def hang_up(self) -> None:
        """End it, what was written sent first."""
        if self._transport is not None:
            self._transport.close()
