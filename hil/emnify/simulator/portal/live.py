"""What is live in the portal: changes of the platform, and the AT traffic of modems.

Each browser has a bounded queue. One that doesn't keep up loses what was in it and is told to load
everything anew, so a sleeping tab costs no memory; of a modem's traffic it sees a gap.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from hil.emnify.simulator.automation import Automations, Run
from hil.emnify.simulator.changes import Change, DeviceChanged, SmsChanged
from hil.emnify.simulator.deliveries import Deliveries, Delivery
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.portal import shapes
from hil.station import Station
from hil.trace import Trace, TraceLine

# What a browser may be behind before it has to load anew.
_BEHIND = 2000
TRAFFIC_LINES = 200
# Modems are looked at for what nobody tells: storage, contexts, cable. Only while somebody looks.
LOOK_S = 0.25


class Channel:
    """Fans text events out to whoever listens."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[str]] = set()

    @property
    def heard(self) -> bool:
        """Does anybody listen?"""
        return bool(self._queues)

    def send(self, event: str, data: Any) -> None:
        """Tell all who listen."""
        if not self._queues:
            return
        text = sse(event, data)
        for queue in self._queues:
            if queue.full():  # it has lost something: let it load anew, and begin again
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(sse("reload", {}))
            queue.put_nowait(text)

    @contextmanager
    def listen(self, first: Iterable[str] = ()) -> Iterator[AsyncIterator[str]]:
        """The events from now on, `first` before them."""
        queue: asyncio.Queue[str] = asyncio.Queue(_BEHIND)
        for text in first:
            queue.put_nowait(text)
        self._queues.add(queue)
        try:
            yield _all_of(queue)
        finally:
            self._queues.discard(queue)


async def _all_of(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()


def sse(event: str, data: Any) -> str:
    """One server-sent event (HTML Standard 9.2.6)."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


class Live:
    """The channel of changes of one platform."""

    def __init__(
        self, platform: Platform, deliveries: Deliveries, automations: Automations
    ) -> None:
        self.channel = Channel()
        self._platform = platform
        self._seen_rows: dict[int, Any] = {}
        self._seen_modems: dict[int, Any] = {}
        platform.watch(self._changed)
        deliveries.on_change = self._delivery
        automations.on_run = self._run

    def _changed(self, change: Change) -> None:
        if isinstance(change, SmsChanged):
            self.channel.send("sms", shapes.message(change.sms))
        elif isinstance(change, DeviceChanged):
            self.channel.send("devices", [shapes.device_row(change.device)])
        else:
            self.channel.send("policies", {})

    def _delivery(self, delivery: Delivery) -> None:
        self.channel.send("delivery", shapes.delivery_row(delivery))

    def _run(self, run: Run) -> None:
        self.channel.send("run", shapes.run_row(run))

    async def look(self) -> None:
        """Tell what has changed in modems and in the network, until cancelled."""
        while True:
            if self.channel.heard:
                self._look_once()
            await asyncio.sleep(LOOK_S)

    def _look_once(self) -> None:
        rows = []
        for device in self._platform.all_devices():
            row = shapes.device_row(device)
            if self._seen_rows.get(device.id) != row:
                self._seen_rows[device.id] = row
                rows.append(row)
            state = shapes.modem_state(device)
            if state is not None and self._seen_modems.get(device.id) != state:
                self._seen_modems[device.id] = state
                self.channel.send("modem", {"device": device.id, "state": state})
        if rows:
            self.channel.send("devices", rows)


class Traffic:
    """The AT traffic of one modem: the last lines, and those that come."""

    def __init__(self, station: Station, since_s: float) -> None:
        self.channel = Channel()
        self._lines: deque[TraceLine] = deque(maxlen=TRAFFIC_LINES)
        station.watch(Trace(self._take, since_s))

    def so_far(self) -> list[str]:
        """The lines there are, as events."""
        return [sse("line", _line(line)) for line in self._lines]

    def _take(self, line: TraceLine) -> None:
        self._lines.append(line)
        self.channel.send("line", _line(line))


def _line(line: TraceLine) -> dict[str, Any]:
    return {"time": round(line.time_s, 6), "way": line.way, "text": line.text}
