"""Links in memory: a driver and a simulated modem, or a test, joined without a port.

The wire delivers in the loop's next turn, in order; it neither delays nor loses.
"""

from __future__ import annotations

import asyncio

from modem.errors import LinkLost
from modem.link import LinkUser


class MemoryLink:
    """One end of a wire in memory. What reaches an end without a user is kept for `read`."""

    def __init__(self, port: str, user: LinkUser | None) -> None:
        self.port = port
        self._user = user
        self._peer: MemoryLink | None = None
        self._over = False
        self._arrived = bytearray()

    def write(self, data: bytes) -> None:
        """Send `data`; it arrives at the other end in the loop's next turn."""
        if data and not self._over and self._peer is not None:
            asyncio.get_running_loop().call_soon(self._peer._arrive, bytes(data))  # noqa: SLF001

    def read(self) -> bytes:
        """Take what has arrived at an end without a user."""
        taken = bytes(self._arrived)
        self._arrived.clear()
        return taken

    async def close(self) -> None:
        """End it; the other end hears that it was closed."""
        self._over = True
        if self._peer is not None:
            self._peer._lose_soon("the other end closed the connection")  # noqa: SLF001

    def break_wire(self, reason: str = "the device is gone") -> None:
        """Lose the link at both ends, as an unplugged cable does; what was sent before arrives."""
        self._lose_soon(reason)
        if self._peer is not None:
            self._peer._lose_soon(reason)  # noqa: SLF001

    def join(self, peer: MemoryLink) -> None:
        """Lay the wire from this end to `peer`; one direction."""
        self._peer = peer

    def _arrive(self, data: bytes) -> None:
        if self._over:
            return
        if self._user is None:
            self._arrived += data
        else:
            self._user.data_received(data)

    def _lose_soon(self, reason: str) -> None:
        asyncio.get_running_loop().call_soon(self._lose, reason)

    def _lose(self, reason: str) -> None:
        if self._over:
            return
        self._over = True
        if self._user is not None:
            self._user.link_lost(LinkLost(self.port, reason))


def memory_links(
    user_a: LinkUser | None, user_b: LinkUser | None = None
) -> tuple[MemoryLink, MemoryLink]:
    """Two links joined by a wire in memory: what one writes, the other's user receives."""
    a, b = MemoryLink("memory:a", user_a), MemoryLink("memory:b", user_b)
    a.join(b)
    b.join(a)
    return a, b
