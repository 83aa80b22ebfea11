"""Opening a port: a serial device or `tcp://host:port`.

The only file that knows pyserial and pyserial-asyncio; both load when a serial device is opened and
not before. Nothing here knows AT. Nothing blocks the loop: devices are opened and closed in an
executor, since both can wait in the kernel (a close waits for what the port has not sent yet).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import functools
import os
import socket
import stat
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from modem import discovery
from modem.errors import LinkLost, MisuseError, PortMissing
from modem.link import Link, LinkUser
from modem.port_errors import busy, open_error

if TYPE_CHECKING:
    import serial

# A machine in the local network answers in milliseconds, one behind a cellular link in a second or
# two; without a limit the kernel goes on for two minutes.
CONNECT_TIMEOUT_S = 10.0

# A read takes what the kernel has, which is at most 4 KiB for a tty.
_READ_BYTES = 4096

# What may wait unsent. An AT command with its payload is below 1 KiB and one is sent at a time, so
# this much means that the port takes nothing any more (flow control, a dead network).
_MAX_UNSENT_BYTES = 64 * 1024

# How long a closing port may send what the kernel still holds. At 9600 baud this is 240 bytes, more
# than any command without a payload.
_DRAIN_S = 0.25

# A peer that vanished without a word (ser2net's power cut) is noticed after 30 + 3 * 10 s.
_KEEPALIVE = (
    (socket.TCP_KEEPIDLE, 30),
    (socket.TCP_KEEPINTVL, 10),
    (socket.TCP_KEEPCNT, 3),
)


async def open_link(port: str, user: LinkUser, *, baud: int = 115200) -> Link:
    """Open a device file or `tcp://host:port` (ser2net in raw mode, a simulated modem).

    `baud` is for devices only; they are set to 8N1, raw, and locked against other programs. Raises
    PortMissing, PortForbidden, PortBusy, or MisuseError for what is no port.
    """
    scheme, found, _ = port.partition("://")
    if not found:
        return await _open_serial(port, user, baud)
    if scheme == "tcp":
        return await _open_tcp(port, user)
    if scheme == "rfc2217":
        raise MisuseError(
            f"{port}: RFC 2217 isn't supported; run ser2net in raw mode and use tcp://host:port"
        )
    raise MisuseError(f"{port}: wanted a device such as /dev/ttyUSB2, or tcp://host:port")


class _StreamLink(asyncio.Protocol):
    """A link on an asyncio transport, serial or TCP."""

    def __init__(self, port: str, user: LinkUser) -> None:
        self.port = port
        self._user = user
        self._over = False  # lost, or closed by us: either way the user hears nothing more
        self._gone = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # pyserial-asyncio's transport is a Transport by its base class, which it can't say in types
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._user.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set_result(None)
        self._lose(_reason_of(exc))

    def _lose(self, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self._user.link_lost(LinkLost(self.port, reason))

    def write(self, data: bytes) -> None:
        transport = self._transport
        if self._over or transport is None:
            return
        transport.write(data)
        if transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
            # Not from within the caller's write: it may be in the middle of its own bookkeeping.
            asyncio.get_running_loop().call_soon(self._lose, "it takes no more bytes")
            transport.abort()

    @property
    def transport(self) -> asyncio.Transport | None:
        """What the bytes go through, while it is open."""
        return None if self._over else self._transport

    @property
    def device(self) -> serial.Serial | None:
        """The serial device, while it is open."""
        transport = self.transport
        return cast("serial.Serial | None", transport and transport.get_extra_info("serial"))

    async def close(self) -> None:
        self._over = True
        if self._transport is not None:
            self._transport.abort()
            await asyncio.shield(self._gone)


def set_speed(link: Link, baud: int) -> None:
    """Have an open serial device go on at another speed; nothing happens where there is none."""
    device = _device_of(link)
    if device is not None:
        with contextlib.suppress(OSError, ValueError, termios.error):  # it is gone, or can't
            device.baudrate = baud


def set_dtr(link: Link, on: bool) -> None:
    """Raise or drop DTR; where there is none, or the modem refuses it (EPIPE), nothing happens."""
    device = _device_of(link)
    if device is not None:
        request = termios.TIOCMBIS if on else termios.TIOCMBIC
        with contextlib.suppress(OSError):
            fcntl.ioctl(device.fileno(), request, struct.pack("I", termios.TIOCM_DTR))


def unsent_bytes(link: Link) -> int:
    """How much of what was written the port hasn't taken yet."""
    transport = link.transport if isinstance(link, _StreamLink) else None
    return 0 if transport is None else transport.get_write_buffer_size()


def hold_reading(link: Link, hold: bool) -> None:
    """Read nothing more from the port, or go on: the modem is to wait, as with flow control."""
    transport = link.transport if isinstance(link, _StreamLink) else None
    if transport is not None and hold:
        transport.pause_reading()
    elif transport is not None:
        transport.resume_reading()


def _device_of(link: Link) -> serial.Serial | None:
    return link.device if isinstance(link, _StreamLink) else None


def _reason_of(error: Exception | None) -> str:
    """Why a connection ended, in one line; asyncio says None when the other end closed it."""
    if error is None:
        return "the other end closed the connection"
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__


# --- TCP ------------------------------------------------------------------------------------------


async def _open_tcp(port: str, user: LinkUser) -> Link:
    host, number = _host_and_port(port)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            transport, link = await loop.create_connection(
                lambda: _StreamLink(port, user), host, number
            )
    except TimeoutError:
        raise PortMissing(
            port, f"{host} port {number} didn't answer within {CONNECT_TIMEOUT_S:g} s"
        ) from None
    except OSError as error:
        raise PortMissing(
            port,
            f"can't connect to {host} port {number}: {_reason_of(error)}; does ser2net "
            "or the simulated modem run there?",
        ) from error
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        connection.setsockopt(socket.IPPROTO_TCP, option, value)
    return link


def _host_and_port(port: str) -> tuple[str, int]:
    try:
        parts = urlsplit(port)
        host, number = parts.hostname, parts.port
    except ValueError:
        host = number = None
    if not host or not number or parts.path or parts.query or parts.username is not None:
        raise MisuseError(f"{port}: wanted tcp://host:port, such as tcp://192.168.1.5:7000")
    return host, number


# --- Serial devices -------------------------------------------------------------------------------


async def _open_serial(port: str, user: LinkUser, baud: int) -> Link:
    loop = asyncio.get_running_loop()
    opening = loop.run_in_executor(None, _open_device, port, baud)
    try:
        device = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_orphan)
        raise
    link = _StreamLink(port, user)
    # The transport does this, too, but in the loop's next turn, and the link is to be used now.
    link.connection_made(_transport_class()(loop, link, device))
    return link


def _close_orphan(opening: asyncio.Future[serial.Serial]) -> None:
    """Close the device that was opened for somebody who doesn't wait for it any more."""
    if not opening.cancelled() and opening.exception() is None:
        opening.get_loop().run_in_executor(None, _close_device, opening.result())


def _open_device(port: str, baud: int) -> serial.Serial:
    """Open and lock a serial device; blocks."""
    import serial

    _require_device(port)
    users = discovery.holders(port)
    if users:
        raise busy(port, users)
    try:
        # inter_byte_timeout=0 makes pyserial set VMIN=1: then a read with nothing to read fails
        # with EAGAIN, and only a port that is gone reads as empty. With pyserial's VMIN=0 both read
        # as empty, and a byte that another reader stole looks like an unplugged cable.
        device = _port_class()(port, baud, exclusive=True, inter_byte_timeout=0)
    except serial.SerialException as error:
        raise open_error(port, error) from error
    except ValueError as error:
        raise MisuseError(f"{port}: {baud} baud isn't possible") from error
    try:
        _forbid_others(device)
    except OSError as error:
        device.close()
        raise open_error(port, error) from error
    return device


def _require_device(port: str) -> None:
    try:
        found = Path(port).stat()
    except OSError as error:
        raise open_error(port, error) from error
    except ValueError:  # a NUL in it
        raise MisuseError(f"{port!r} is no name of a device") from None
    if not stat.S_ISCHR(found.st_mode) or not discovery.may_be_serial(found.st_rdev):
        raise MisuseError(f"{port!r} is no serial port")


def _forbid_others(device: serial.Serial) -> None:
    """Keep out programs that don't look at pyserial's flock, unless they are root's.

    Not on a pty: there the flag outlives our descriptor as long as the modem holds the master, so
    that after a kill -9 only root could open the port again (tried on Linux 6.18).
    """
    if discovery.pty_index(os.fstat(device.fileno()).st_rdev) is None:
        fcntl.ioctl(device.fileno(), termios.TIOCEXCL)


def _close_device(device: serial.Serial, drain_s: float = 0.0) -> None:
    """Close a device; blocks, but not for much longer than `drain_s`.

    The kernel's close waits for unsent bytes, up to 30 s (closing_wait) where flow control holds
    them. So the last ones get a moment, and the rest is thrown away.
    """
    try:
        end = time.monotonic() + drain_s
        while device.out_waiting and time.monotonic() < end:
            time.sleep(0.01)
        device.reset_output_buffer()
    except (OSError, termios.error):  # the device is gone: nothing to drain
        pass
    finally:
        device.close()


@functools.cache
def _port_class() -> type[serial.Serial]:
    import serial

    class Port(serial.Serial):
        """A port whose modem lines stay as the kernel sets them when opening: DTR and RTS on.

        pyserial sets them once more and fails where a modem refuses that: EPIPE on a SIM7000 and on
        Huawei sticks (github.com/pyserial/pyserial issues 139 and 438).
        """

        def _update_dtr_state(self) -> None:
            pass

        def _update_rts_state(self) -> None:
            pass

    return Port


@functools.cache
def _transport_class() -> Callable[
    [asyncio.AbstractEventLoop, asyncio.Protocol, serial.Serial], asyncio.Transport
]:
    import serial_asyncio

    class Transport(_SerialTransport, serial_asyncio.SerialTransport):  # type: ignore[misc]
        """pyserial-asyncio's transport with the repairs of `_SerialTransport`."""

    return Transport


class _SerialTransport:
    """What serial_asyncio.SerialTransport 0.6 needs done otherwise.

    * Reads and writes go straight to the descriptor: pyserial's read asks select first, which fails
      for descriptors above 1023, and its write spins while the kernel's buffer is full.
    * Writing starts at once, not in the loop's next turn.
    * Closing leaves the loop at once, never drains on it, and may happen twice.
    * connection_lost comes exactly once, when the device is closed.
    """

    _loop: asyncio.AbstractEventLoop
    _protocol: asyncio.BaseProtocol
    _serial: serial.Serial
    _closing: bool
    _write_buffer: list[bytes]
    _ensure_writer: Callable[[], None]
    _remove_writer: Callable[[], None]
    _remove_reader: Callable[[], None]

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def _read_ready(self) -> None:
        try:
            data = os.read(self._serial.fileno(), _READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:  # EIO, ENXIO, ENODEV: the device went away
            self._abort(error)
            return
        if data:
            cast("asyncio.Protocol", self._protocol).data_received(data)
        else:
            self._abort(OSError(errno.ENODEV, "the device is gone"))

    def write(self, data: bytes) -> None:
        if self._closing or not data:
            return
        if not self._write_buffer:
            data = data[self._send(data) :]
        if data and not self._closing:
            self._write_buffer.append(data)
            self._ensure_writer()

    def _write_ready(self) -> None:
        data = b"".join(self._write_buffer)
        self._write_buffer.clear()
        rest = data[self._send(data) :]
        if self._closing:
            return
        if rest:
            self._write_buffer.append(rest)
        else:
            self._remove_writer()

    def _send(self, data: bytes) -> int:
        """Write what the kernel takes now; the number of bytes taken."""
        try:
            return os.write(self._serial.fileno(), data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._abort(error)
            return 0

    def _close(self, exc: Exception | None = None) -> None:
        self._abort(exc)

    def _abort(self, exc: Exception | None) -> None:
        if self._closing:
            return
        self._closing = True
        self._remove_reader()
        self._remove_writer()
        self._write_buffer.clear()
        drain_s = _DRAIN_S if exc is None else 0.0
        closing = self._loop.run_in_executor(None, _close_device, self._serial, drain_s)
        closing.add_done_callback(lambda _: self._protocol.connection_lost(exc))
