"""A message bus within the test's process, and services that answer on it.

It speaks D-Bus's wire protocol by jeepney, which shares no code with the library that the product
uses: what is sent must be well formed, and of the types that the services' methods have.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import jeepney
import jeepney.low_level as wire
import pytest

PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
_BUS = "org.freedesktop.DBus"

Answer = tuple[str, tuple[Any, ...]]  # a signature and a body, as jeepney writes them
NOTHING: Answer = ("", ())


class Refusal(Exception):
    """What a service answers with an error."""

    def __init__(self, name: str, text: str = "no") -> None:
        self.name = name
        self.text = text
        super().__init__(name)


@dataclass(frozen=True)
class Call:
    """A method call as it came in."""

    service: str
    path: str
    interface: str
    member: str
    signature: str
    body: tuple[Any, ...]


class Service(Protocol):
    """Whatever owns a name on the bus."""

    def answer(self, call: Call) -> Answer | bytes | None:
        """The reply; octets are sent as they are, and None is silence. May raise Refusal."""
        ...


class Cut(Enum):
    """How a call is cut off."""

    BEFORE = "the connection is lost, and the call with it"
    AFTER = "the call is carried out, and the connection lost before its reply"
    GONE = "the service isn't there"
    NO_REPLY = "the call is carried out, and the bus gives up waiting for the reply"


@dataclass
class BusServer:
    """A bus with these services. From call `cut_at` on everything is cut off as `cut` says."""

    path: Path
    services: Mapping[str, Service]
    cut_at: int | None = None
    cut: Cut = Cut.BEFORE
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    on_call: Callable[[int], object] = lambda _number: None

    @property
    def members(self) -> list[str]:
        """The names of the methods called."""
        return [call.member for call in self.calls]

    @property
    def was_cut(self) -> bool:
        """Did the call come that was to be cut off?"""
        return self.cut_at is not None and len(self.calls) > self.cut_at

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._authenticate(reader, writer)
            parser = wire.Parser()
            while octets := await reader.read(1 << 16):
                for message in parser.feed(octets):
                    reply = self._reply(message)
                    if reply is not None:
                        writer.write(reply)
        except ConnectionError:
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _authenticate(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert await reader.readexactly(1) == b"\0"
        assert (await reader.readuntil(b"\r\n")).startswith(b"AUTH EXTERNAL")
        writer.write(b"OK 0123456789abcdef0123456789abcdef\r\n")
        while await reader.readuntil(b"\r\n") != b"BEGIN\r\n":
            writer.write(b"ERROR\r\n")

    def _reply(self, message: Any) -> bytes | None:
        fields = message.header.fields
        call = Call(
            service=fields[wire.HeaderFields.destination],
            path=fields[wire.HeaderFields.path],
            interface=fields[wire.HeaderFields.interface],
            member=fields[wire.HeaderFields.member],
            signature=fields.get(wire.HeaderFields.signature, ""),
            body=message.body,
        )
        if call.service == _BUS:
            return _octets(jeepney.new_method_return(message, "s", (":1.1",)))
        self.calls.append(call)
        self.on_call(len(self.calls))
        try:
            answer = self._answered(call)
        except Refusal as refusal:
            error = jeepney.new_error(message, refusal.name, "s", (refusal.text,))
            return _octets(error)
        if answer is None or isinstance(answer, bytes):
            return answer
        return _octets(jeepney.new_method_return(message, *answer))

    def _answered(self, call: Call) -> Answer | bytes | None:
        service = self.services.get(call.service)
        if service is None or (self.was_cut and self.cut is Cut.GONE):
            raise Refusal("org.freedesktop.DBus.Error.ServiceUnknown")
        if not self.was_cut:
            return service.answer(call)
        if self.cut is Cut.BEFORE or len(self.calls) - 1 != self.cut_at:
            raise ConnectionResetError
        with suppress(Refusal):
            service.answer(call)
        if self.cut is Cut.NO_REPLY:
            raise Refusal("org.freedesktop.DBus.Error.NoReply")
        raise ConnectionResetError


_serial = iter(range(1, 1 << 31))


def _octets(message: Any) -> bytes:
    octets: bytes = message.serialise(serial=next(_serial))
    return octets


@asynccontextmanager
async def serving(
    monkeypatch: pytest.MonkeyPatch, home: Path, services: Mapping[str, Service]
) -> AsyncIterator[BusServer]:
    """Be the system bus while the block lasts."""
    path = home / "bus"
    path.unlink(missing_ok=True)
    server = BusServer(path, services)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={path}")
    async with await asyncio.start_unix_server(server._serve, sock=listener):
        yield server
