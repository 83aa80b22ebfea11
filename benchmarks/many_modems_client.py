"""The client of many_modems: one connection a modem, each message read and deleted.

    python many_modems_client.py HOST:PORT ...

It prints a line once every modem announces its messages, and a line of JSON when its standard input
is closed. It is nothing but a client: no retry, no time-out, no codec; so what is lost is seen.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections import deque

_START = (b"ATE0", b"AT+CMGF=0", b"AT+CNMI=2,1")


class Client(asyncio.Protocol):
    """One modem's host. `ready` is set once messages are announced."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.read = 0
        self.pdus: set[bytes] = set()
        self._commands: deque[bytes] = deque(_START)
        self._pending = b""
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r\n")
        for line in lines:
            if line:
                self._take(line)

    def _take(self, line: bytes) -> None:
        if line.startswith(b"+CMTI:"):
            index = line.rpartition(b",")[2]
            self._commands += (b"AT+CMGR=" + index, b"AT+CMGD=" + index)
            if not self._pending:
                self._next()
        elif line == b"OK":
            self._next()
        elif line.endswith(b"ERROR") or b"ERROR:" in line:
            raise RuntimeError(f"{self._pending!r}: {line!r}")
        elif self._pending.startswith(b"AT+CMGR") and not line.startswith(b"+"):
            self.read += 1
            self.pdus.add(line)

    def _next(self) -> None:
        self._pending = self._commands.popleft() if self._commands else b""
        if self._pending:
            assert self._transport is not None
            self._transport.write(self._pending + b"\r")
        elif not self.ready.done():
            self.ready.set_result(None)


async def _run(addresses: list[str]) -> None:
    loop = asyncio.get_running_loop()
    clients = []
    for address in addresses:
        host, _, port = address.rpartition(":")
        _, client = await loop.create_connection(Client, host, int(port))
        clients.append(client)
    for client in clients:
        await client.ready
    begun_s = time.process_time()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    found = {
        "read": sum(client.read for client in clients),
        "different": sum(len(client.pdus) for client in clients),
        "cpu_s": round(time.process_time() - begun_s, 2),
    }
    print(json.dumps(found), flush=True)


def main() -> None:
    """Take the other core, and files enough."""
    os.sched_setaffinity(0, set(range(os.cpu_count() or 1)))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_run(sys.argv[1:]))


if __name__ == "__main__":
    main()
