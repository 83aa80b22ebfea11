"""A simulated modem at the end of an in-memory link (modem.memory_link)."""

from __future__ import annotations

from modem.errors import LinkLost
from modem.memory_link import MemoryLink
from modem.simulator.endpoints.wire import Wire


class MemoryEndpoint:
    """The modem's side of a link: give it to `memory_links` as a user, then `attach` its end.

    While the modem's cable is out (`modem.plugged`) nobody shall attach a link.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._link: MemoryLink | None = None
        wire.join(self)

    def attach(self, link: MemoryLink) -> None:
        """Write what the modem says to `link`."""
        self._link = link
        self._wire.attach(link.write)

    def connect(self, *, renamed: bool) -> None:
        """The cable is in again; the next link is for the test to attach."""

    def disconnect(self) -> None:
        """The cable is out: both ends hear of it."""
        if self._link is not None:
            self._link.break_wire()

    def data_received(self, data: bytes) -> None:
        """Bytes from the host."""
        self._wire.receive(data, self)

    def link_lost(self, error: LinkLost) -> None:
        """The host has let go, or the cable is out."""
        if self._link is not None:
            self._wire.detach(self._link.write)
            self._link = None
            self._wire.hang_up(self)
