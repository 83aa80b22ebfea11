"""What an open port is to its user, and the user to it: the shape that every kind of link has."""

from __future__ import annotations

from typing import Protocol

from modem.errors import LinkLost


class Link(Protocol):
    """An open port. `port` is what it was opened as."""

    port: str

    def write(self, data: bytes) -> None:
        """Send `data`, in order and wholly; after a loss or a close, do nothing."""

    async def close(self) -> None:
        """Let go of the port. The user hears nothing more, not even of a loss."""


class LinkUser(Protocol):
    """Who gets what a link receives."""

    def data_received(self, data: bytes) -> None:
        """Bytes came in; never empty."""

    def link_lost(self, error: LinkLost) -> None:
        """The link is gone; called once, and not after a close of our own."""
