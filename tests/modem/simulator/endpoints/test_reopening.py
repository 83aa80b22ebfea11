"""A pty that is closed and opened again at once, as shell scripts do for each command."""

from __future__ import annotations

import asyncio

from modem.simulator.endpoints import OpenWatcher, PtyEndpoint
from tests.modem.simulator.endpoints.test_ports import Client, a_modem, until


def test_the_next_client_gets_its_answer_at_once() -> None:
    """All of it before the loop sees any: the closing must not swallow what the next one says."""

    async def scenario() -> None:
        async with a_modem() as wire:
            watcher = OpenWatcher()
            pty = PtyEndpoint(wire, watcher)
            pty.plug_in()
            try:
                first = Client(pty.port)
                first.write(b"ATE0\r")
                await first.read_until(b"OK\r\n")
                first.close()
                second = Client(pty.port)
                second.write(b"AT\r")
                assert await second.read_until(b"OK\r\n") == b"\r\nOK\r\n"
                second.close()
            finally:
                pty.unplug()
                watcher.close()

    asyncio.run(scenario())


def test_what_nobody_waits_for_does_not_stay_connected() -> None:
    """`echo ATD*99# > port`: whoever opens it next finds command mode."""

    async def scenario() -> None:
        async with a_modem() as wire:
            watcher = OpenWatcher()
            pty = PtyEndpoint(wire, watcher)
            pty.plug_in()
            try:
                said = bytearray()
                wire.on_traffic = lambda _, data: said.extend(data)
                dialler = Client(pty.port)
                dialler.write(b"ATE0D*99#\r")
                dialler.close()
                await until(lambda: b"NO CARRIER" in said)
                assert b"CONNECT" in said
                following = Client(pty.port)
                following.write(b"AT\r")
                assert await following.read_until(b"OK\r\n") == b"\r\nOK\r\n"
                following.close()
            finally:
                pty.unplug()
                watcher.close()

    asyncio.run(scenario())
