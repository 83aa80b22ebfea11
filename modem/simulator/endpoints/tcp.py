"""A simulated modem on a TCP port, as ser2net in raw mode would offer a serial one."""

from __future__ import annotations

import asyncio

from modem.simulator.endpoints.wire import Wire

# Kept for a client that doesn't read; what is above is lost, as on a line without flow control.
MAX_UNREAD = 1 << 18


class _Connection(asyncio.Protocol):
    """One connection. The endpoint says whether it gets the line."""

    def __init__(self, endpoint: TcpEndpoint) -> None:
        self._endpoint = endpoint
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if not self._endpoint.claim(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._endpoint.holds(self):
            self._endpoint.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._endpoint.release(self)


class TcpEndpoint:
    """Listens at `host`:`port` (0: any that is free). A second client is turned away at once.

    While the modem's cable is out, every client is: ser2net listens, too, without its device.
    """

    def __init__(self, wire: Wire, host: str, port: int) -> None:
        self._wire = wire
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._client: _Connection | None = None
        self._connected = True
        wire.join(self)

    @property
    def address(self) -> str:
        """host:port, as a client dials it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    async def plug_in(self) -> None:
        """Start listening; OSError when the address can't be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), self._host, self._port, reuse_address=True
        )
        self._port = self._server.sockets[0].getsockname()[1]
        self._wire.attach(self._send)

    def connect(self, *, renamed: bool) -> None:
        """The cable is in again. An address stays what it is."""
        self._connected = True

    def disconnect(self) -> None:
        """The cable is out."""
        self._connected = False
        if self._client is not None and self._client.transport is not None:
            self._client.transport.abort()

    async def unplug(self) -> None:
        """Stop listening, and hang up."""
        self._wire.detach(self._send)
        self._wire.leave(self)
        self.disconnect()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def claim(self, connection: _Connection) -> bool:
        """May this connection have the line?"""
        if self._client is None and self._connected:
            self._client = connection
        return self._client is connection

    def holds(self, connection: _Connection) -> bool:
        """Has this connection the line?"""
        return self._client is connection

    def release(self, connection: _Connection) -> None:
        """The connection is over."""
        if self._client is connection:
            self._client = None
            self._wire.hang_up(self)

    def receive(self, data: bytes) -> None:
        """Bytes from the client."""
        self._wire.receive(data, self)
        transport = self._client.transport if self._client else None
        if transport is not None and self._wire.congested and transport.is_reading():
            transport.pause_reading()
            self._wire.when_relieved(transport.resume_reading)

    def _send(self, data: bytes) -> None:
        transport = self._client.transport if self._client else None
        if transport is None and self._wire.connects(self):
            self._wire.hang_up(self)  # the client left while it was dialling
        elif transport is not None and transport.get_write_buffer_size() < MAX_UNREAD:
            transport.write(data)
