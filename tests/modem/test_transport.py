"""Links on real ptys, on loopback TCP, and in memory."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import grp
import os
import pwd
import socket
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest
import serial

from modem import discovery, transport
from modem.errors import (
    Holder,
    LinkLost,
    MisuseError,
    PortBusy,
    PortForbidden,
    PortMissing,
)
from modem.memory_link import MemoryLink, memory_links
from modem.transport import open_link
from tests.virtual_time import run as run_virtual

PATIENCE_S = 5.0  # of a failing test; a passing one waits for events only
TIOCGEXCL = 0x80045440


@dataclass
class User:
    """Collects what a link reports, and lets a test wait for it."""

    received: bytearray = field(default_factory=bytearray)
    losses: list[LinkLost] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def data_received(self, data: bytes) -> None:
        assert data
        self.received += data
        self.changed.set()

    def link_lost(self, error: LinkLost) -> None:
        self.losses.append(error)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Pty:
    """The modem's end of a pty; `port` is the other end's name."""

    master: int
    port: str

    def close_master(self) -> None:
        os.close(self.master)
        self.master = -1


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    made = Pty(master, os.ttyname(slave))
    os.close(slave)
    yield made
    if made.master >= 0:
        made.close_master()


def run(scenario: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(4 * PATIENCE_S):
            await scenario

    asyncio.run(bounded())


async def read_fully(descriptor: int, count: int) -> bytes:
    """Read `count` bytes from a descriptor without blocking the loop."""

    def read() -> bytes:
        data = b""
        while len(data) < count:
            data += os.read(descriptor, count - len(data))
        return data

    return await asyncio.to_thread(read)


# --- serial devices -------------------------------------------------------------------------------


def test_bytes_go_both_ways_unchanged(pty: Pty) -> None:
    everything = bytes(range(256))

    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        assert link.port == pty.port
        link.write(everything)
        assert await read_fully(pty.master, 256) == everything
        os.write(pty.master, everything)
        await user.until(lambda: len(user.received) == 256)
        assert user.received == everything
        await link.close()
        assert user.losses == []

    run(scenario())


def test_the_line_is_raw_8n1_at_the_wanted_speed(pty: Pty) -> None:
    async def scenario() -> None:
        link = await open_link(pty.port, User(), baud=9600)
        _, oflag, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(pty.master)
        assert (ispeed, ospeed) == (termios.B9600, termios.B9600)
        assert cflag & termios.CSIZE == termios.CS8
        assert not cflag & (termios.PARENB | termios.CSTOPB | termios.CRTSCTS)
        assert not lflag & (termios.ICANON | termios.ECHO | termios.ISIG)
        assert not oflag & termios.OPOST
        await link.close()

    run(scenario())


def test_a_full_port_loses_nothing_and_blocks_nobody(pty: Pty) -> None:
    data = bytes(range(256)) * 128  # several times what a pty's buffer holds

    async def scenario() -> None:
        link = await open_link(pty.port, User())
        for at in range(0, len(data), 1000):
            link.write(data[at : at + 1000])
        await asyncio.sleep(0)  # the loop turns although nobody reads
        assert await read_fully(pty.master, len(data)) == data
        await link.close()

    run(scenario())


def test_a_port_that_takes_nothing_for_ever_is_lost(pty: Pty) -> None:
    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        for _ in range(200):
            link.write(bytes(1000))
        assert user.losses == [], "not from within write"
        await user.until(lambda: bool(user.losses))
        assert user.losses[0].reason == "it takes no more bytes"
        await link.close()
        assert len(user.losses) == 1

    run(scenario())


def test_close_with_unsent_bytes_does_not_stall_the_loop(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's close may wait 30 s for a port that flow control holds: not on the loop."""
    loop_went_on = threading.Event()
    close = transport._close_device

    def slow_close(device: serial.Serial, drain_s: float) -> None:
        assert loop_went_on.wait(PATIENCE_S), "the loop waited for the close"
        close(device, drain_s)

    monkeypatch.setattr(transport, "_close_device", slow_close)

    async def scenario() -> None:
        link = await open_link(pty.port, User())
        link.write(bytes(20_000))  # nobody reads
        closing = asyncio.create_task(link.close())
        await asyncio.sleep(0)
        loop_went_on.set()
        await closing

    run(scenario())


def test_nothing_drains_on_the_loop(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    def drain(_: object) -> NoReturn:
        raise AssertionError("tcdrain waits without a limit")

    monkeypatch.setattr(termios, "tcdrain", drain)

    async def scenario() -> None:
        link = await open_link(pty.port, User())
        link.write(bytes(20_000))
        await link.close()
        await link.close()

    run(scenario())


def test_after_close_the_user_hears_nothing_and_writes_go_nowhere(pty: Pty) -> None:
    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        os.write(pty.master, b"late")
        await link.close()
        link.write(b"lost")
        pty.close_master()
        await asyncio.sleep(0)
        assert (bytes(user.received), user.losses) == (b"", [])

    run(scenario())


def test_a_device_that_goes_away_is_reported_once(pty: Pty) -> None:
    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        pty.close_master()
        await user.until(lambda: bool(user.losses))
        link.write(b"ignored")
        await link.close()
        await asyncio.sleep(0)
        assert [loss.port for loss in user.losses] == [pty.port]

    run(scenario())


@pytest.mark.parametrize("failing", ["read", "write"])
def test_an_input_output_error_is_a_loss(
    failing: str, pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an unplugged USB port gives: EIO."""

    def fail(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        with monkeypatch.context() as patched:
            patched.setattr(os, failing, fail)
            os.write(pty.master, b"x") if failing == "read" else link.write(b"x")
            await user.until(lambda: bool(user.losses))
        assert user.losses[0].reason == "Input/output error"

    run(scenario())


def test_a_byte_that_another_reader_took_is_no_loss(pty: Pty) -> None:
    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        assert isinstance(link, transport._StreamLink)
        reader: Any = link._transport
        reader._read_ready()  # readiness without a byte
        os.write(pty.master, b"y")
        await user.until(lambda: user.received == b"y")
        assert user.losses == []
        await link.close()

    run(scenario())


def test_the_transport_is_pyserial_asyncios_repaired(pty: Pty) -> None:
    import serial_asyncio

    async def scenario() -> None:
        user = User()
        link = await open_link(pty.port, user)
        assert isinstance(link, transport._StreamLink)
        opened: Any = link._transport
        assert isinstance(opened, serial_asyncio.SerialTransport)
        assert opened.get_protocol() is link
        opened.set_protocol(link)
        opened.abort()
        opened.abort()
        opened.close()
        await user.until(lambda: bool(user.losses))
        opened.abort()
        assert opened.is_closing()
        assert len(user.losses) == 1

    run(scenario())


# --- opening fails --------------------------------------------------------------------------------


def refusal(port: str, *, baud: int = 115200) -> Exception:
    async def attempt() -> Exception:
        with pytest.raises((PortMissing, PortForbidden, PortBusy, MisuseError)) as caught:
            await open_link(port, User(), baud=baud)
        return caught.value

    return asyncio.run(attempt())


@pytest.mark.parametrize(
    ("port", "error", "hint"),
    [
        pytest.param("/dev/ttyUSB77", PortMissing, "plugged in", id="missing"),
        pytest.param("/dev/null", MisuseError, "no serial port", id="not-a-tty"),
        pytest.param("/tmp", MisuseError, "no serial port", id="directory"),
        pytest.param("", MisuseError, "no serial port", id="empty"),
        pytest.param("/dev/tty\0", MisuseError, "no name of a device", id="nul"),
        pytest.param("rfc2217://host:7000", MisuseError, "ser2net", id="rfc2217"),
        pytest.param("socket://host:7000", MisuseError, "tcp://host:port", id="other-scheme"),
        pytest.param("tcp://", MisuseError, "tcp://host:port", id="no-host"),
        pytest.param("tcp://host", MisuseError, "tcp://host:port", id="no-tcp-port"),
        pytest.param("tcp://host:x", MisuseError, "tcp://host:port", id="bad-tcp-port"),
        pytest.param("tcp://host:70000", MisuseError, "tcp://host:port", id="big-tcp-port"),
        pytest.param("tcp://u@host:7000", MisuseError, "tcp://host:port", id="user"),
        pytest.param("tcp://host:7000/x", MisuseError, "tcp://host:port", id="path"),
    ],
)
def test_what_is_no_port_is_told_with_what_to_do(
    port: str, error: type[Exception], hint: str
) -> None:
    refused = refusal(port)
    assert type(refused) is error
    assert hint in str(refused)


def test_a_missing_port_names_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    there = discovery.SerialPort("/dev/ttyUSB2", "/dev/serial/by-id/usb-Quectel", "EC25", usb=True)
    monkeypatch.setattr(discovery, "serial_ports", lambda: (there,))
    assert "/dev/serial/by-id/usb-Quectel" in str(refusal("/dev/ttyUSB77"))


def test_an_impossible_speed_is_a_misuse(pty: Pty) -> None:
    refused = refusal(pty.port, baud=-1)
    assert isinstance(refused, MisuseError)
    assert "-1 baud" in str(refused)


def test_a_port_of_another_group_names_user_and_group(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may open everything, so the kernel's answer is put in its place."""

    def forbid(*_: object, **__: object) -> NoReturn:
        raise serial.SerialException(errno.EACCES, "Permission denied")

    monkeypatch.setattr(transport, "_port_class", lambda: forbid)
    monkeypatch.setattr(
        pwd,
        "getpwuid",
        lambda _: pwd.struct_passwd(("pi", "x", 1000, 1000, "", "/", "/bin/sh")),
    )
    monkeypatch.setattr(grp, "getgrgid", lambda _: grp.struct_group(("uucp", "x", 20, [])))
    refused = refusal(pty.port)
    assert isinstance(refused, PortForbidden)
    assert "sudo usermod -aG uucp pi" in str(refused)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_port_without_permission_for_a_real_user(pty: Pty) -> None:
    Path(pty.port).chmod(0o600)
    code = (
        "import asyncio, concurrent.futures.thread, os, serial, sys\n"  # nobody may not read them
        "from modem.transport import open_link\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "asyncio.run(open_link(sys.argv[1], None))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, pty.port], capture_output=True, text=True, check=False
    )
    assert "PortForbidden" in done.stderr
    assert "sudo usermod -aG" in done.stderr


# --- sharing --------------------------------------------------------------------------------------


def test_a_second_opening_is_refused_until_the_first_is_closed(pty: Pty) -> None:
    async def scenario() -> None:
        link = await open_link(pty.port, User())
        with pytest.raises(PortBusy):
            await open_link(pty.port, User())
        await link.close()
        again = await open_link(pty.port, User())
        await again.close()

    run(scenario())


def test_a_port_that_another_program_holds_names_it(pty: Pty) -> None:
    code = (
        "import os, sys\n"
        "os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)\n"
        "print(flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, pty.port], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        refused = refusal(pty.port)
        other.communicate(b"")
    assert isinstance(refused, PortBusy)
    assert [holder.pid for holder in refused.holders] == [other.pid]
    assert f"(pid {other.pid})" in str(refused)


@pytest.mark.parametrize(
    ("holders", "running", "says", "hint"),
    [
        pytest.param((Holder(7, "minicom"),), True, "minicom (pid 7)", False, id="somebody"),
        pytest.param((Holder(7, "ModemManager"),), True, "(pid 7)", True, id="manager-seen"),
        pytest.param((), True, "probably holds it", True, id="manager-unseen"),
        pytest.param((), False, "another program", False, id="nobody-seen"),
    ],
)
def test_who_holds_a_locked_port(
    holders: tuple[Holder, ...],
    running: bool,
    says: str,
    hint: bool,
    pty: Pty,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discovery, "modem_manager_running", lambda: running)
    answers = iter([(), holders])  # before the opening, and after it failed
    monkeypatch.setattr(discovery, "holders", lambda _: next(answers))
    slave = os.open(pty.port, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(slave, fcntl.LOCK_EX)
    refused = refusal(pty.port)
    os.close(slave)
    assert isinstance(refused, PortBusy)
    assert refused.holders == holders
    assert says in str(refused)
    assert ("ID_MM_PORT_IGNORE" in str(refused)) is hint


@pytest.mark.parametrize(
    ("index", "exclusive"),
    [pytest.param(None, 1, id="device"), pytest.param(3, 0, id="pty")],
)
def test_other_programs_are_kept_out_of_devices_but_not_of_ptys(
    index: int | None, exclusive: int, pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "pty_index", lambda _: index)
    monkeypatch.setattr(discovery, "holders", lambda _: ())

    async def scenario() -> None:
        link = await open_link(pty.port, User())
        slave = os.open(pty.port, os.O_RDWR | os.O_NOCTTY)
        flag = struct.unpack("i", fcntl.ioctl(slave, TIOCGEXCL, bytes(4)))[0]
        os.close(slave)
        assert flag == exclusive
        await link.close()

    run(scenario())


def test_a_modem_that_refuses_modem_lines_opens(pty: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    """EPIPE for TIOCMBIS: SIM7000 and Huawei (github.com/pyserial/pyserial issues 139, 438)."""
    ioctl = fcntl.ioctl

    def refuse(fd: int, request: int, *rest: Any) -> Any:
        if request in (termios.TIOCMBIS, termios.TIOCMBIC, termios.TIOCMGET):
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        return ioctl(fd, request, *rest)

    monkeypatch.setattr(fcntl, "ioctl", refuse)

    async def scenario() -> None:
        link = await open_link(pty.port, User())
        await link.close()

    run(scenario())


def test_a_cancelled_opening_leaves_the_port_free(
    pty: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_open, closed = threading.Event(), threading.Event()
    open_device, close_device = transport._open_device, transport._close_device

    def slow_open(port: str, baud: int) -> serial.Serial:
        assert may_open.wait(PATIENCE_S)
        return open_device(port, baud)

    def noted_close(device: serial.Serial, drain_s: float = 0.0) -> None:
        close_device(device, drain_s)
        closed.set()

    monkeypatch.setattr(transport, "_open_device", slow_open)
    monkeypatch.setattr(transport, "_close_device", noted_close)

    async def scenario() -> None:
        opening = asyncio.create_task(open_link(pty.port, User()))
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        may_open.set()
        assert await asyncio.to_thread(closed.wait, PATIENCE_S)
        link = await open_link(pty.port, User())
        await link.close()

    run(scenario())


def test_serial_loads_only_when_a_device_is_opened() -> None:
    code = "import modem.transport, sys; sys.exit('serial' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- TCP ------------------------------------------------------------------------------------------


class Listener:
    """A TCP server on loopback that keeps its first connection."""

    def __init__(self) -> None:
        self.connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.get_running_loop().create_future()
        )

    async def __aenter__(self) -> Listener:
        self.server = await asyncio.start_server(
            lambda reader, writer: self.connected.set_result((reader, writer)), "127.0.0.1", 0
        )
        self.port = f"tcp://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.connected.done():
            writer = self.connected.result()[1]
            writer.close()
        self.server.close()
        await self.server.wait_closed()


def test_tcp_carries_bytes_both_ways_without_delay() -> None:
    async def scenario() -> None:
        async with Listener() as listener:
            user = User()
            link = await open_link(listener.port, user)
            reader, writer = await listener.connected
            link.write(b"AT\r")
            assert await reader.readexactly(3) == b"AT\r"
            writer.write(b"OK\r\n")
            await user.until(lambda: user.received == b"OK\r\n")
            assert isinstance(link, transport._StreamLink)
            assert link._transport is not None
            connection = link._transport.get_extra_info("socket")
            for level, option in (
                (socket.IPPROTO_TCP, socket.TCP_NODELAY),
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            ):
                assert connection.getsockopt(level, option)
            await link.close()
            assert await reader.read() == b""
            assert user.losses == []

    run(scenario())


def test_a_tcp_peer_that_closes_is_a_lost_link() -> None:
    async def scenario() -> None:
        async with Listener() as listener:
            user = User()
            link = await open_link(listener.port, user)
            _, writer = await listener.connected
            writer.close()
            await user.until(lambda: bool(user.losses))
            link.write(b"ignored")
            await link.close()
            assert [loss.reason for loss in user.losses] == ["the other end closed the connection"]

    run(scenario())


def test_a_tcp_peer_that_resets_is_a_lost_link() -> None:
    async def scenario() -> None:
        async with Listener() as listener:
            user = User()
            await open_link(listener.port, user)
            _, writer = await listener.connected
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            await user.until(lambda: bool(user.losses))
            assert user.losses[0].reason == "Connection reset by peer"

    run(scenario())


def test_a_refused_connection_is_a_missing_port() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening
        refused = refusal(f"tcp://127.0.0.1:{unused.getsockname()[1]}")
    assert isinstance(refused, PortMissing)
    assert "Connection refused" in str(refused)


def test_a_peer_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()

        async def never(*_: object, **__: object) -> NoReturn:
            await asyncio.get_running_loop().create_future()
            raise AssertionError

        monkeypatch.setattr(loop, "create_connection", never)
        began = loop.time()
        with pytest.raises(PortMissing, match="didn't answer within 10 s"):
            await open_link("tcp://192.0.2.1:7000", User())
        assert loop.time() - began == pytest.approx(transport.CONNECT_TIMEOUT_S)

    run_virtual(scenario())


# --- in memory ------------------------------------------------------------------------------------


def test_a_wire_in_memory_keeps_the_order_and_delivers_later() -> None:
    async def scenario() -> None:
        a, b = User(), User()
        link_a, link_b = memory_links(a, b)
        link_a.write(b"one ")
        link_a.write(b"two")
        link_b.write(b"three")
        assert not b.received, "not from within write"
        await asyncio.sleep(0)
        assert (bytes(a.received), bytes(b.received)) == (b"three", b"one two")

    run_virtual(scenario())


def test_an_end_without_a_user_keeps_what_arrives() -> None:
    async def scenario() -> None:
        near, far = memory_links(User())
        near.write(b"AT\r")
        await asyncio.sleep(0)
        assert (far.read(), far.read()) == (b"AT\r", b"")

    run_virtual(scenario())


@pytest.mark.parametrize("side", [0, 1], ids=["this-end", "that-end"])
def test_a_broken_wire_is_reported_once_at_both_ends_after_the_data(side: int) -> None:
    async def scenario() -> None:
        users = (User(), User())
        links = memory_links(*users)
        links[0].write(b"last words")
        links[side].break_wire("unplugged")
        links[1 - side].break_wire("again")
        await asyncio.sleep(0)
        links[0].write(b"ignored")
        await links[0].close()
        await asyncio.sleep(0)
        assert users[1].received == b"last words"
        assert [[loss.reason for loss in user.losses] for user in users] == [["unplugged"]] * 2

    run_virtual(scenario())


def test_closing_one_end_is_a_loss_at_the_other_only() -> None:
    async def scenario() -> None:
        users = (User(), User())
        links: tuple[MemoryLink, MemoryLink] = memory_links(*users)
        links[1].write(b"late")
        await links[0].close()
        await asyncio.sleep(0)
        assert (bytes(users[0].received), users[0].losses) == (b"", [])
        assert len(users[1].losses) == 1

    run_virtual(scenario())
