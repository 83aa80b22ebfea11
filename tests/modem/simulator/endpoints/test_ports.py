"""The pty and the TCP port, with real clients."""

from __future__ import annotations

import asyncio
import contextlib
import os
import termios
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from modem.simulator import Network, SimulatedModem
from modem.simulator.answers import Deferred, Online
from modem.simulator.endpoints import (
    Clockwork,
    LinkError,
    OpenWatcher,
    PtyEndpoint,
    TcpEndpoint,
    Wire,
    system_epoch,
)
from modem.simulator.endpoints.pty import MAX_UNREAD
from modem.simulator.services.table import Entry

PATIENCE_S = 5.0  # of a failing test


class Client:
    """A program that has a port open, without any of its own settings."""

    def __init__(self, path: str | Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def write(self, data: bytes) -> None:
        assert os.write(self.descriptor, data) == len(data)

    async def read_until(self, end: bytes) -> bytes:
        """What comes, up to `end`."""
        received = b""
        async with asyncio.timeout(PATIENCE_S):
            while not received.endswith(end):
                with contextlib.suppress(BlockingIOError):
                    received += os.read(self.descriptor, 1)
                    continue
                await self._readable()
        return received

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self.descriptor, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self.descriptor)

    def close(self) -> None:
        os.close(self.descriptor)


@contextlib.asynccontextmanager
async def a_modem() -> AsyncIterator[Wire]:
    network = Network(clock=asyncio.get_running_loop().time, epoch=system_epoch())
    with Clockwork(network):
        yield Wire(SimulatedModem(network, start_apn="em"))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 -- what is waited for has no event
            await asyncio.sleep(0.001)


def test_pty_is_raw_and_answers_through_its_link(tmp_path: Path) -> None:
    link = tmp_path / "modem0"

    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher(), link=link)
            pty.plug_in()
            assert link.readlink() == Path(pty.port)
            client = Client(link)
            iflag, oflag, _, lflag, *_ = termios.tcgetattr(client.descriptor)
            assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)
            assert not oflag & termios.OPOST
            assert not iflag & (termios.ICRNL | termios.IXON)
            client.write(b"AT\r")
            assert await client.read_until(b"OK\r\n") == b"AT\r\r\nOK\r\n"
            client.close()
            pty.unplug()
            assert not link.is_symlink()
            pty.unplug()  # once is enough, twice does no harm

    asyncio.run(main())


def test_what_is_said_while_nobody_listens_is_lost(tmp_path: Path) -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher())
            pty.plug_in()
            first = Client(pty.port)
            first.write(b"ATE0+CNMI=2,1\r")
            await first.read_until(b"OK\r\n")
            first.write(b"AT+CLAC\r")  # it leaves without reading the answer
            await until(lambda: b"+CLAC" in bytes(wire.modem.line.last, "ascii"))
            first.close()
            await asyncio.sleep(0)
            wire.modem.deliver("123", "announced to nobody")
            second = Client(pty.port)
            second.write(b"AT+CMGD=?\r")
            assert await second.read_until(b"OK\r\n") == b"\r\n+CMGD: (0),(0-4)\r\n\r\nOK\r\n"
            second.close()
            pty.unplug()

    asyncio.run(main())


def test_bytes_that_were_written_before_a_close_reach_the_modem() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher())
            pty.plug_in()
            client = Client(pty.port)
            client.write(b"AT+CMEE=2\r")
            client.close()
            await until(lambda: wire.modem.state.settings.cmee == 2)
            pty.unplug()

    asyncio.run(main())


def test_client_that_never_reads_costs_no_memory() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher())
            pty.plug_in()
            client = Client(pty.port)
            for _ in range(1000):
                pty._send(b"x" * 1000)
            assert len(pty._unread) <= MAX_UNREAD
            client.close()
            await until(lambda: not pty._unread)
            pty.unplug()

    asyncio.run(main())


def test_slow_line_holds_the_writer_back() -> None:
    async def main() -> None:
        network = Network(clock=asyncio.get_running_loop().time)
        wire = Wire(SimulatedModem(network), baud=921600)
        pty = PtyEndpoint(wire, OpenWatcher())
        pty.plug_in()
        client = Client(pty.port)
        sent = 0
        while sent < 20_000:
            with contextlib.suppress(BlockingIOError):
                sent += os.write(client.descriptor, b"\n" * 1000)
            assert wire._inwards.pending < 3 * 4096
            await asyncio.sleep(0)
        client.write(b"AT\r")
        assert await client.read_until(b"OK\r\n") == b"AT\r\r\nOK\r\n"
        client.close()
        pty.unplug()

    asyncio.run(main())


def test_cable_out_and_in_again(tmp_path: Path) -> None:
    link = tmp_path / "modem0"

    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher(), link=link)
            pty.plug_in()
            client = Client(link)
            pty.unplug()
            with pytest.raises(OSError, match="Input/output error"):
                client.write(b"AT\r")
            client.close()
            wire.modem.deliver("123", "x")
            pty.plug_in()
            client = Client(link)
            client.write(b"ATE0\rAT+CMGD=?\r")
            assert (await client.read_until(b"(0-4)\r\n\r\nOK\r\n")).startswith(b"ATE0\r")
            client.close()
            pty.unplug()

    asyncio.run(main())


# ---- the link


def test_a_link_that_leads_nowhere_is_replaced(tmp_path: Path) -> None:
    async def main() -> None:
        async with a_modem() as wire:
            for target in ("/dev/pts/999999", "nowhere"):
                link = tmp_path / "modem0"
                link.symlink_to(target)
                pty = PtyEndpoint(wire, OpenWatcher(), link=link)
                pty.plug_in()
                assert link.readlink() == Path(pty.port)
                pty.unplug()

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_names_that_can_t_be_had(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    (tmp_path / "foreign").symlink_to(tmp_path / "file")
    wanted = {
        tmp_path / "file": "is no symbolic link",
        tmp_path / "foreign": "is a link to",
        tmp_path / "none" / "modem0": "doesn't exist",
        tmp_path: "is no symbolic link",
    }

    async def main() -> None:
        async with a_modem() as wire:
            for link, message in wanted.items():
                pty = PtyEndpoint(wire, OpenWatcher(), link=link)
                with pytest.raises(LinkError, match=message):
                    pty.plug_in()
                assert pty.port == ""

    asyncio.run(main())
    assert (tmp_path / "file").read_text() == "precious"


def test_link_that_is_another_s_by_now_stays(tmp_path: Path) -> None:
    link = tmp_path / "modem0"

    async def main() -> None:
        async with a_modem() as wire:
            pty = PtyEndpoint(wire, OpenWatcher(), link=link)
            pty.plug_in()
            link.unlink()
            link.symlink_to("/dev/pts/another")
            pty.unplug()

    asyncio.run(main())
    assert link.readlink() == Path("/dev/pts/another")


# ---- TCP


async def hung_up(reader: asyncio.StreamReader) -> bool:
    """Has the other end gone, by a reset or by an end, without a word?"""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    except ConnectionResetError:
        return True


def test_tcp_serves_one_client_at_a_time() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            tcp = TcpEndpoint(wire, "127.0.0.1", 0)
            await tcp.plug_in()
            host, port = tcp.address.split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"AT\r")
            assert await reader.readuntil(b"OK\r\n") == b"AT\r\r\nOK\r\n"
            other, other_writer = await asyncio.open_connection(host, int(port))
            assert await hung_up(other)
            other_writer.close()
            writer.close()
            await writer.wait_closed()
            await until(lambda: tcp._client is None)
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"AT\r")
            await reader.readuntil(b"OK\r\n")
            await tcp.unplug()
            assert await hung_up(reader)
            writer.close()
            await tcp.plug_in()
            assert tcp.address == f"{host}:{port}"
            await tcp.unplug()

    asyncio.run(main())


def test_tcp_turns_all_away_while_the_cable_is_out() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            tcp = TcpEndpoint(wire, "127.0.0.1", 0)
            await tcp.plug_in()
            host, port = tcp.address.split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            wire.modem.unplug()
            assert await hung_up(reader)
            writer.close()
            reader, writer = await asyncio.open_connection(host, int(port))
            assert await hung_up(reader)
            writer.close()
            wire.modem.plug()
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"AT\r")
            assert await reader.readuntil(b"OK\r\n") == b"AT\r\r\nOK\r\n"
            writer.close()
            await tcp.unplug()

    asyncio.run(main())


def test_data_call_over_tcp_beside_a_pty() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty, tcp = PtyEndpoint(wire, OpenWatcher()), TcpEndpoint(wire, "127.0.0.1", 0)
            pty.plug_in()
            await tcp.plug_in()
            host, port = tcp.address.split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"ATD*99#\r")
            heard = await asyncio.wait_for(reader.readuntil(b"000\r\n"), PATIENCE_S)
            assert heard == b"ATD*99#\r\r\nCONNECT 150000000\r\n"
            visitor = Client(pty.port)
            visitor.write(b"AT\r")  # what it leaves isn't its call either
            visitor.close()
            await until(lambda: not pty._clients)
            await asyncio.sleep(0.05)
            assert wire.modem.line.in_data_mode
            writer.close()
            await until(lambda: not wire.modem.line.in_data_mode)
            pty.unplug()
            await tcp.unplug()

    asyncio.run(main())


def test_data_call_on_a_pty_beside_tcp() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            pty, tcp = PtyEndpoint(wire, OpenWatcher()), TcpEndpoint(wire, "127.0.0.1", 0)
            pty.plug_in()
            await tcp.plug_in()
            host, port = tcp.address.split(":")
            client = Client(pty.port)
            client.write(b"ATE0D*99#\r")
            await client.read_until(b"CONNECT 150000000\r\n")
            _, writer = await asyncio.open_connection(host, int(port))
            await until(lambda: tcp._client is not None)
            writer.close()
            await until(lambda: tcp._client is None)
            assert wire.modem.line.in_data_mode
            client.close()
            await until(lambda: not wire.modem.line.in_data_mode)
            pty.unplug()
            await tcp.unplug()

    asyncio.run(main())


def test_tcp_client_that_leaves_while_it_dials_gets_no_call() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            tcp = TcpEndpoint(wire, "127.0.0.1", 0)
            await tcp.plug_in()
            host, port = tcp.address.split(":")
            _, writer = await asyncio.open_connection(host, int(port))
            dialled, connected = Deferred(), Online(lambda: None)
            dial = Entry(run=lambda _state, _text: dialled)
            wire.modem._table = {**wire.modem._table, "+DATA": dial}
            writer.write(b"AT+DATA\r")
            await until(lambda: wire.modem.line.last == "AT+DATA")
            writer.close()
            await until(lambda: tcp._client is None)
            dialled.connect(connected)
            assert wire.modem.state.call is None
            await tcp.unplug()

    asyncio.run(main())


def test_address_in_use_is_an_os_error() -> None:
    async def main() -> None:
        async with a_modem() as wire:
            first = TcpEndpoint(wire, "127.0.0.1", 0)
            await first.plug_in()
            second = TcpEndpoint(wire, "127.0.0.1", int(first.address.rpartition(":")[2]))
            with pytest.raises(OSError, match="in use"):
                await second.plug_in()
            await first.unplug()

    asyncio.run(main())


def test_ipv6_address_stands_in_brackets() -> None:
    async def main() -> str:
        async with a_modem() as wire:
            return TcpEndpoint(wire, "::1", 7000).address

    assert asyncio.run(main()) == "[::1]:7000"
