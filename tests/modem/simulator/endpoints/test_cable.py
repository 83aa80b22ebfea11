"""What a pty has instead of DTR, and the cable that a test takes out and puts in."""

from __future__ import annotations

import asyncio
import termios
from pathlib import Path

import pytest

from modem.simulator.answers import Online
from modem.simulator.endpoints import OpenWatcher, PtyEndpoint, Wire
from modem.simulator.services.table import Entry
from tests.modem.simulator.endpoints.test_ports import Client, a_modem, until


def answer_data_calls(wire: Wire) -> None:
    """Give the modem a command of the test's own that connects at once."""
    online = Entry(run=lambda _state, _text: Online(lambda: None))
    wire.modem._table = {**wire.modem._table, "+DATA": online}


def test_closing_the_port_hangs_up_behind_what_was_written() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher())
            pty.plug_in()
            answer_data_calls(wire)
            client = Client(pty.port)
            client.write(b"ATE0+DATA\r")
            await client.read_until(b"CONNECT\r\n")
            assert wire.modem.line.in_data_mode
            other = Client(pty.port)
            client.close()
            await asyncio.sleep(0.01)
            assert wire.modem.line.in_data_mode  # somebody still has it open
            other.close()
            await until(lambda: not wire.modem.line.in_data_mode)
            client = Client(pty.port)
            client.write(b"AT+DATA\r")
            client.close()
            await until(lambda: wire.modem.line.last == "AT+DATA")
            assert wire.modem.state.call is None
            pty.unplug()

    asyncio.run(main())


def test_speed_zero_hangs_up() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher())
            pty.plug_in()
            answer_data_calls(wire)
            client = Client(pty.port)
            client.write(b"ATE0+DATA\r")
            await client.read_until(b"CONNECT\r\n")
            settings = termios.tcgetattr(client.descriptor)
            hung_up = [*settings[:4], termios.B0, termios.B0, settings[6]]
            termios.tcsetattr(client.descriptor, termios.TCSANOW, hung_up)
            assert (await client.read_until(b"CARRIER\r\n")) == b"\r\nNO CARRIER\r\n"
            termios.tcsetattr(client.descriptor, termios.TCSANOW, settings)
            client.write(b"AT\r")
            assert await client.read_until(b"OK\r\n") == b"\r\nOK\r\n"
            assert pty._look is None
            client.close()
            pty.unplug()

    asyncio.run(main())


@pytest.mark.parametrize("renamed", [False, True], ids=["the same name", "another name"])
def test_the_modem_s_cable(tmp_path: Path, renamed: bool) -> None:
    link = tmp_path / "modem0"

    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher(), link=link)
            pty.plug_in()
            before = pty.port
            wire.modem.unplug()
            assert (pty.port, link.is_symlink()) == ("", False)
            wire.modem.plug(renamed=renamed)
            assert (pty.port != before) or not renamed
            client = Client(link)
            client.write(b"AT\r")
            assert await client.read_until(b"OK\r\n") == b"AT\r\r\nOK\r\n"
            client.close()
            pty.unplug()

    asyncio.run(main())
