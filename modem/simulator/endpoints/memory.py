"""A simulated modem at the end of an in-memory link (modem.transport.memory_links)."""

from __future__ import annotations

from modem.errors import LinkLost
from modem.link import Link
from modem.simulator.endpoints.wire import Wire


class MemoryEndpoint:
    """The modem's side of a link: give it to `memory_links` as a user, then `attach` its end."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._link: Link | None = None

    def attach(self, link: Link) -> None:
        """Write what the modem says to `link`."""
        self._link = link
        self._wire.attach(link.write)

    def data_received(self, data: bytes) -> None:
        """Bytes from the host."""
        self._wire.receive(data)

    def link_lost(self, error: LinkLost) -> None:
        """The host has let go."""
        if self._link is not None:
            self._wire.detach(self._link.write)
            self._link = None
