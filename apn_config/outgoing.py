"""From the outbox to the network: at least once, in order, the same text each time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from apn_config.clock import Clock
from apn_config.steps import Ending, Plan, advance
from apn_config.storage_thread import StoreThread
from apn_config.store import OutboxRow, Store
from apn_config.transaction import Event, State
from modem import CommandRefused, Modem, ModemError, ModemSilent, sms

logger = logging.getLogger(__name__)

# An answer is of use for as long as the network would keep it: a day.
GIVE_UP_S = 24 * 3600.0
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 300.0
# While the modem is registered nowhere, +CREG announces when that changes; this is the net under
# it.
NO_SERVICE_WAIT_S = 10.0
# 3GPP TS 27.005 3.2.5 and 24.011 E-2: what no later try can mend. One of them may still be a
# network's whim, so it is tried thrice.
_PERMANENT_CMS = (1, 8, 10, 28, 50, 69, 81, 95, 96, 97, 99, 302, 303, 304, 305)
PERMANENT = frozenset(("CMS", code) for code in _PERMANENT_CMS)
PERMANENT_TRIES = 3
# No network, or none that answers: tried again when the registration changes, not by the clock.
# 331 and 332 of 27.005 3.2.5, 30 and 31 of 27.007 9.2.
NO_SERVICE = frozenset({("CMS", 331), ("CMS", 332), ("CME", 30), ("CME", 31)})


class Outgoing:
    """Sends what is due. `sending` is held while the modem has a message of ours in hand."""

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        clock: Clock,
        plan: Plan,
        sending: asyncio.Lock,
        sent: Callable[[], None],
    ) -> None:
        self._db = db
        self._modem = modem
        self._clock = clock
        self._plan = plan
        self._sending = sending
        self._sent = sent
        self._wake = asyncio.Event()
        self._handed: OutboxRow | None = None

    def wake(self, due: OutboxRow | None = None) -> None:
        """Something is due, or the network is back.

        `due` is what is to be sent next, from whoever has just read it: that spares the answer a
        second way through the store's thread.
        """
        self._handed = due
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            async with self._sending:
                wait_s = await self._send_one()
            # What was handed over meanwhile was read while this one was still due.
            self._handed = None
            if wait_s == 0:
                continue
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _send_one(self) -> float | None:
        """Send what is due first; how long to wait then (0: not at all, None: for ever)."""
        row = self._handed
        # The answer that proves a change may have been withdrawn since it was read.
        if row is None or row.change_id is not None:
            row, wait_s = await self._db.run(self._look)
            if row is None:
                return wait_s
        try:
            async with asyncio.timeout(NO_SERVICE_WAIT_S):
                modem = await self._modem()
            reference = await self._transmit(modem, row)
        except TimeoutError:
            return NO_SERVICE_WAIT_S
        except ModemError as error:
            return await self._failed(row, error)
        await self._db.run(lambda store: self._took(store, row, reference))
        logger.info("answer %s is sent, reference %s", row.id, reference)
        self._sent()
        return 0

    def _look(self, store: Store) -> tuple[OutboxRow | None, float | None]:
        """The oldest answer that is due, else how long until one is."""
        now = self._clock.now()
        return store.outbox.next_due(now), store.outbox.next_wake(now)

    async def _transmit(self, modem: Modem, row: OutboxRow) -> int:
        """Hand all parts of an answer to the network; the last one's message reference."""
        reference = 0
        for part in sms.compose(row.recipient, row.text, reference=row.id & 0xFF):
            reference = await modem.send_sms(part)
        return reference

    def _took(self, store: Store, row: OutboxRow, reference: int) -> None:
        """Sent, and with it, in one transaction, the change that this answer proves."""
        now = self._clock.now()
        if not store.outbox.sent(row.id, reference, now):
            return
        store.journal.add("answer", str(row.id), {"reference": reference}, now)
        change = None if row.change_id is None else store.changes.get(row.change_id)
        if change is not None and change.state is State.PROVING:
            advance(store, change, Ending(Event.NETWORK_TOOK_ANSWER), self._plan, now)

    async def _failed(self, row: OutboxRow, error: ModemError) -> float:
        """Decide by the meaning of the error when, or whether, to try again."""
        now = self._clock.now()
        refused = (error.kind, error.code) if isinstance(error, CommandRefused) else None
        permanent = refused in PERMANENT
        tries = row.attempts + 1

        def write(store: Store) -> bool:
            over = store.time.age_s(row.created, now) >= GIVE_UP_S
            if over or (permanent and tries >= PERMANENT_TRIES):
                store.outbox.fail(row.id, str(error), now)
                store.journal.add("answer", str(row.id), {"failed": str(error)}, now)
                return True
            if refused in NO_SERVICE:
                store.outbox.postpone(row.id, 0.0, str(error), now)
                return False
            wait_s = min(FIRST_WAIT_S * 2 ** min(row.attempts, 10), LONGEST_WAIT_S)
            store.outbox.postpone(row.id, wait_s, str(error), now)
            return False

        given_up = await self._db.run(write)
        logger.warning("answer %s %s: %s", row.id, "is given up" if given_up else "waits", error)
        if refused in NO_SERVICE:
            return NO_SERVICE_WAIT_S
        # A refusal is this message's own; a mute modem would only be mute to the next one, too.
        return 1.0 if isinstance(error, ModemSilent) else 0
