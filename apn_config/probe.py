"""Does data pass through the modem? One question to the configured target, a few times.

Each socket is bound to the modem's interface, so that no other one can answer for it; names are
asked of the target's own DNS server, through the same interface.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apn_config.config_apn import ProbeConfig
from apn_config.dns_message import (
    TYPE_A,
    TYPE_AAAA,
    NoAddressError,
    OtherMessageError,
    build_question,
    parse_answer,
)
from apn_config.interface import SYSFS, InterfaceUnknownError, interface_of
from apn_config.probe_target import Address, Endpoint, ProbeKind, Target, parse_target

# Between tries that fail at once, as without a route.
PAUSE_S = 1.0
# A DNS answer over UDP without EDNS has 512 octets at most (RFC 1035 4.2.1).
_MAX_DATAGRAM = 2048
_MAX_STATUS_LINE = 1024
# ICMP echo request and reply: type and code (RFC 792, RFC 4443 4.1)
_ECHO = {4: (b"\x08\x00", b"\x00\x00"), 6: (b"\x80\x00", b"\x81\x00")}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Whether data passes, and if not, why: for the log and the status."""

    ok: bool
    why: str = ""


class _ProbeError(Exception):
    """No data passes; `final` where another try can't help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        self.final = final
        super().__init__(why)


async def probe(config: ProbeConfig, port: str, *, sysfs: Path = SYSFS) -> ProbeResult:
    """Ask until there is an answer or no try is left; never raises for a network that fails.

    `port` is the modem's, for the interface of its USB device where none is configured.
    """
    target = parse_target(config.kind, config.target)
    interface = config.interface
    try:
        if interface is None:
            interface = await asyncio.to_thread(interface_of, port, sysfs)
    except InterfaceUnknownError as error:
        return ProbeResult(False, str(error))
    why = ""
    for attempt in range(config.tries):
        if attempt:
            await asyncio.sleep(min(PAUSE_S, config.timeout_s))
        try:
            async with asyncio.timeout(config.timeout_s):
                await _ASK[target.kind](target, interface)
        except _ProbeError as error:
            why = str(error)
            if error.final:
                break
        except TimeoutError:
            why = f"no answer within {config.timeout_s:g} s"
        except OSError as error:
            why = error.strerror or str(error)
        else:
            return ProbeResult(True)
    return ProbeResult(False, f"{config.kind} {config.target} through {interface}: {why}")


async def _ask_tcp(target: Target, interface: str) -> None:
    (await _connected(target, interface)).close()


async def _ask_dns(target: Target, interface: str) -> None:
    assert isinstance(target.host, str)
    assert target.server is not None
    await _resolved(target.host, target.server, interface)


async def _ask_http(target: Target, interface: str) -> None:
    """HEAD; a status of 2xx or 3xx is data."""
    context = None
    if target.tls:
        # Loads the machine's authorities, which takes some ten milliseconds.
        import ssl

        context = await asyncio.to_thread(ssl.create_default_context)
    reader, writer = await asyncio.open_connection(
        sock=await _connected(target, interface),
        limit=_MAX_STATUS_LINE,
        ssl=context,
        server_hostname=str(target.host) if context else None,
    )
    try:
        writer.write(_head(target))
        line = await reader.readline()
    except ValueError:
        raise _ProbeError("the answer is no HTTP") from None
    finally:
        writer.transport.abort()
    words = line.decode("latin-1").split()
    status = words[1] if len(words) > 1 and words[0].startswith("HTTP/1.") else ""
    if len(status) != 3 or not status.isdecimal():
        raise _ProbeError("the answer is no HTTP")
    if status[0] not in "23":
        raise _ProbeError(f"the answer is HTTP {status}")


async def _ask_ping(target: Target, interface: str) -> None:
    """ICMP echo over the kernel's ping socket, which needs no privilege."""
    address = await _address(target, interface)
    protocol = socket.IPPROTO_ICMP if address.version == 4 else socket.IPPROTO_ICMPV6
    request, reply = _ECHO[address.version]
    token = secrets.token_bytes(16)
    loop = asyncio.get_running_loop()
    with _bound(address, socket.SOCK_DGRAM, interface, protocol) as pinging:
        # Blocks for nothing; the loop's own would have getaddrinfo() look at the protocol.
        pinging.connect((str(address), 0))
        # The kernel fills in the checksum and the identifier.
        await loop.sock_sendall(pinging, request + bytes(6) + token)
        while True:
            heard = await loop.sock_recv(pinging, _MAX_DATAGRAM)
            if heard[:2] == reply and heard[8:] == token:
                return


_ASK: Mapping[ProbeKind, Callable[[Target, str], Awaitable[None]]] = {
    ProbeKind.TCP: _ask_tcp,
    ProbeKind.DNS: _ask_dns,
    ProbeKind.HTTP: _ask_http,
    ProbeKind.PING: _ask_ping,
}


def _head(target: Target) -> bytes:
    host = f"[{target.host}]" if ":" in str(target.host) else str(target.host)
    lines = (
        f"HEAD {target.path} HTTP/1.1",
        f"Host: {host}:{target.port}",
        "User-Agent: modem-helper",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


async def _connected(target: Target, interface: str) -> socket.socket:
    address = await _address(target, interface)
    connecting = _bound(address, socket.SOCK_STREAM, interface)
    try:
        await asyncio.get_running_loop().sock_connect(connecting, (str(address), target.port))
    except OSError as error:
        connecting.close()
        raise _ProbeError(os.strerror(error.errno or 0)) from None
    except BaseException:
        connecting.close()
        raise
    return connecting


async def _address(target: Target, interface: str) -> Address:
    if not isinstance(target.host, str):
        return target.host
    assert target.server is not None
    return await _resolved(target.host, target.server, interface)


async def _resolved(name: str, server: Endpoint, interface: str) -> Address:
    """Ask the server for an address of its own family: that one passes the modem, if any does."""
    kind = TYPE_A if server.address.version == 4 else TYPE_AAAA
    number = secrets.randbelow(1 << 16)
    loop = asyncio.get_running_loop()
    with _bound(server.address, socket.SOCK_DGRAM, interface) as asking:
        # Connected, so that only the server's datagrams are heard.
        asking.connect((str(server.address), server.port))
        await loop.sock_sendall(asking, build_question(number, name, kind))
        while True:
            try:
                return parse_answer(await loop.sock_recv(asking, _MAX_DATAGRAM), number, name, kind)
            except OtherMessageError:
                continue
            except NoAddressError as error:
                raise _ProbeError(str(error)) from None


def _bound(address: Address, kind: int, interface: str, protocol: int = 0) -> socket.socket:
    """A socket whose traffic passes that interface only (socket(7), SO_BINDTODEVICE)."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        made = socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)
    except PermissionError:
        raise _ProbeError(
            "the kernel allows this group no ping; set net.ipv4.ping_group_range, or take "
            "another kind of probe",
            final=True,
        ) from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    except PermissionError:
        made.close()
        raise _ProbeError(
            "binding to an interface is not allowed; the daemon needs the capability CAP_NET_RAW",
            final=True,
        ) from None
    except OSError as error:
        made.close()
        raise _ProbeError(f"the interface can't be used: {error.strerror}") from None
    return made
