"""A tap on a modem's line: whoever listens sees the bytes of both directions as they pass, and the
URCs as they were understood.

It costs a call a chunk while nobody listens. What passes is as it is, PINs and texts included: who
keeps it or shows it masks it (`modem.transcript.masking`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from modem.transcript.values import Way

if TYPE_CHECKING:
    from modem.at import Urc
    from modem.errors import LinkLost
    from modem.link import Link, LinkUser

Listener: TypeAlias = Callable[[Way, bytes], None]


class Tap:
    """Where the listeners are. One tap may outlive many links: the modem's port comes and goes."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._hearers: list[Callable[[Urc], None]] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called for every chunk, at once and in order; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def hear(self, hearer: Callable[[Urc], None]) -> Callable[[], None]:
        """Have `hearer` called for every URC; the result ends that."""
        self._hearers.append(hearer)
        return lambda: self._hearers.remove(hearer)

    def said(self, urc: Urc) -> None:
        """The modem said this unasked."""
        for hearer in tuple(self._hearers):
            hearer(urc)

    def passes(self, way: Way, data: bytes) -> None:
        """These bytes pass now."""
        for listener in tuple(self._listeners):
            listener(way, data)


class TappedUser:
    """Stands between a link and its user, and shows the tap what the modem said."""

    def __init__(self, user: LinkUser, tap: Tap) -> None:
        self._user = user
        self._tap = tap

    def data_received(self, data: bytes) -> None:
        """Bytes from the modem."""
        self._tap.passes(Way.FROM_MODEM, data)
        self._user.data_received(data)

    def link_lost(self, error: LinkLost) -> None:
        """The link is gone."""
        self._user.link_lost(error)


class TappedLink:
    """Stands between a link's user and the link, and shows the tap what is written."""

    def __init__(self, link: Link, tap: Tap) -> None:
        self._link = link
        self._tap = tap
        self.port = link.port

    def write(self, data: bytes) -> None:
        """Bytes to the modem."""
        self._tap.passes(Way.TO_MODEM, data)
        self._link.write(data)

    async def close(self) -> None:
        """Close the link."""
        await self._link.close()
