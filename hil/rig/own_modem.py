"""The modem in our own hands, for what is tested without the daemon: one port, one owner."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from hil.bench import Bench
from hil.checks.pin import OnePin
from hil.checks.port import port_of
from hil.rig.budget import Budget
from hil.rig.loop import Loop
from hil.rig.waiting import until
from modem import (
    MessageDirect,
    MessageStored,
    Modem,
    ModemError,
    ModemEvent,
    Restarted,
    sms,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the modem announced or handed over, and when, on the monotonic clock."""

    message: sms.Deliver
    at: float


class OwnModem:
    """An initialised modem. Its methods wait; `do` runs any of the modem's own."""

    def __init__(self, loop: Loop, bench: Bench, budget: Budget) -> None:
        self._loop = loop
        self._bench = bench
        self._budget = budget
        self._events: asyncio.Queue[tuple[float, ModemEvent]] = asyncio.Queue()
        self.restarts: list[str] = []
        self.received: list[Received] = []
        self._unread: list[str] = []
        self._reading: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Open the port and initialise. Raises ModemError, ConfigError."""
        self._loop.run(self._open())

    async def _open(self) -> None:
        port = port_of(self._bench.modem)
        self.modem = await Modem.open(port, baud=self._bench.modem.baud, on_event=self._on_event)
        try:
            await self.modem.initialise(pin_for=OnePin(self._bench))
        except BaseException:
            await self.modem.close()
            raise
        self._reading = asyncio.create_task(self._read_messages())

    def close(self) -> None:
        """Let go of the port; the modem keeps its settings. Once closed, it stays so."""
        reading, self._reading = self._reading, None
        if reading is None:
            return

        async def close() -> None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await self.modem.close()

        self._loop.run(close())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Something that the modem can: `own.do(own.modem.signal())`."""
        return self._loop.run(work)

    def _on_event(self, event: ModemEvent) -> None:
        if isinstance(event, Restarted):
            self.restarts.append(event.why)
        elif isinstance(event, MessageStored | MessageDirect):
            self._events.put_nowait((time.monotonic(), event))

    # --- messages -----------------------------------------------------------------------------

    async def _read_messages(self) -> None:
        while True:
            at, event = await self._events.get()
            try:
                for pdu in await self._pdus_of(event):
                    message = sms.decode_pdu(pdu)
                    if isinstance(message, sms.Deliver):
                        self.received.append(Received(message, at))
            except (ModemError, sms.PduError) as error:
                self._unread.append(str(error))

    async def _pdus_of(self, event: ModemEvent) -> list[str]:
        """The PDUs that an event is about; the modem is rid of them then."""
        if isinstance(event, MessageDirect):
            await self.modem.acknowledge()
            return [event.pdu]
        assert isinstance(event, MessageStored)
        if event.index is None:  # `+CMTI: ,-1`: somewhere
            found = await self.modem.stored_messages(every_memory=True)
        else:
            one = await self.modem.read_message(event.memory, event.index)
            found = () if one is None else (one,)
        for each in found:
            await self.modem.delete_messages(each.memory, [each.index])
        return [each.pdu for each in found]

    def empty(self) -> int:
        """Delete what was received before and nobody took; how many that were."""

        async def empty() -> int:
            found = await self.modem.stored_messages(every_memory=True)
            for message in found:
                await self.modem.delete_messages(message.memory, [message.index])
            return len(found)

        return self._loop.run(empty())

    def awaited(
        self, fits: Callable[[sms.Deliver], bool], count: int, what: str
    ) -> tuple[Received, ...]:
        """Wait for `count` messages that fit. Raises NotInTime."""

        def found() -> tuple[Received, ...] | None:
            fitting = tuple(each for each in self.received if fits(each.message))
            return fitting if len(fitting) >= count else None

        return until(found, what, self._bench.patience_s, also=self._seen)

    def _seen(self) -> str:
        """What came, without a word of it: it may be somebody else's."""
        count = len(self.received)
        seen = f"the modem announced {count} SMS" if count else "the modem announced no message"
        return "\n".join([seen, *(f"one couldn't be read: {why}" for why in self._unread)])

    def send(self, content: str | bytes, *, reference: int = 0) -> tuple[int, ...]:
        """An SMS to the short number; the references that the network gave.

        There is no other recipient: a bench writes to nobody's phone.
        """
        platform = self._bench.platform
        assert platform is not None
        parts = sms.compose(platform.short_number, content, reference=reference)
        self._budget.submit(len(parts))
        return tuple(self._loop.run(self._send(parts)))

    async def _send(self, parts: Iterable[sms.Part]) -> list[int]:
        return [await self.modem.send_sms(part) for part in parts]
