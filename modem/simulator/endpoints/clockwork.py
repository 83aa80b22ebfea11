"""The network's agenda on an event loop: what is due happens when it is due, and nothing polls."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import TracebackType

from modem.simulator.cellular import Network


def system_epoch() -> datetime:
    """The wall time at the zero of the running loop's clock, for a network that runs on that."""
    return datetime.now(tz=UTC) - timedelta(seconds=asyncio.get_running_loop().time())


class Clockwork:
    """Advances a network whose clock is the running loop's (loop.time)."""

    def __init__(self, network: Network) -> None:
        self._agenda = network.agenda
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._ticking = False

    def __enter__(self) -> Clockwork:
        self._agenda.on_earlier = self._wind
        self._wind()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._agenda.on_earlier = None
        self._cancel()

    def _wind(self) -> None:
        """Set the timer to the next deadline."""
        if self._ticking:
            return
        self._cancel()
        deadline_s = self._agenda.next_deadline()
        if deadline_s is not None:
            self._timer = self._loop.call_at(deadline_s, self._tick)

    def _tick(self) -> None:
        self._ticking = True
        try:
            self._agenda.advance()
        finally:
            # Time goes on for the other modems, whatever one of them came upon.
            self._ticking = False
            self._wind()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
