"""From the modem to the inbox: read, commit to disk, and only then delete in the modem.

Announcements are collected while a batch is being read, so that any number of them, however close
together, costs no message. What can be answered without asking the modem is judged in the same
transaction that stores the message, so such an answer waits for one commit only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress

from apn_config.batch import PARTS_WAIT_S, Batch, Counsel, Found, Taken
from apn_config.clock import Clock
from apn_config.model import Device
from apn_config.storage_thread import StoreThread
from apn_config.store import Store
from apn_config.sweep import SweepPolicy
from apn_config.vitals import Turn, idle
from modem import MessageDirect, MessageStored, Modem, ModemError, StoredMessage, sms

logger = logging.getLogger(__name__)

# More announcements than this at once are read by one list, which costs fewer round trips.
LIST_FROM = 8
# An announced slot that is empty may lie in another memory or be written a moment later
# (transcript cmgr-321-empty-slots): look through everything soon.
SECOND_LOOK_S = 2.0
# How long a card may take to tell its numbers: a SIM is busy for half a minute at most.
CARD_S = 30.0
# Between two looks at a storage that can't be read.
LONGEST_PAUSE_S = 300.0


class Intake:
    """Reads what the modem received, and keeps the sweeps that find what was not announced.

    `by_card`: the numbers of the card (iccid, imsi) that prove messages, so they are waited for.
    """

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        clock: Clock,
        counsel: Counsel,
        device: Callable[[], Device],
        by_card: Collection[str] = (),
        policy: SweepPolicy,
        stored: Callable[[Taken], None],
    ) -> None:
        self._db = db
        self._modem = modem
        self._clock = clock
        self._counsel = counsel
        self._device = device
        self._by_card = by_card
        # Was it waited for in vain? Then not again before the next initialisation.
        self._card_is_mute = False
        self._policy = policy
        self._stored = stored
        self._announced: set[tuple[str | None, int]] = set()
        self._direct: list[MessageDirect] = []
        self._sweep_all = False
        self._sweep_at_s: float | None = None
        self._second_look = False
        # Slots that the modem refused to empty: what is found there again is nothing new.
        self._stuck: set[tuple[str, int]] = set()
        self._wake = asyncio.Event()
        # Held while slots are read and emptied: who holds it finds in a slot what was there before.
        self.at_work: asyncio.Lock = Turn()

    # --- what wakes it: called from the event loop, never blocks ------------------------------

    def announce(self, event: MessageStored) -> None:
        """A +CMTI. One without a readable place makes a sweep."""
        self._policy.announced()
        if event.index is None:
            self.sweep_soon()
        else:
            self._announced.add((event.memory, event.index))
            self._wake.set()

    def take_direct(self, event: MessageDirect) -> None:
        """A +CMT: the message itself."""
        self._direct.append(event)
        self._wake.set()

    def initialised(self) -> None:
        """The modem is ready (again): look through every memory."""
        self._policy.disturbed()
        self._announced.clear()
        self._sweep_all = True
        self._card_is_mute = False
        self._wake.set()

    def storage_full(self) -> None:
        """Make room at once: the network delivers what it holds back."""
        self._policy.disturbed()
        self._sweep_all = True
        self._wake.set()

    def sweep_soon(self) -> None:
        """Something was announced that can't be read where it should be: it may lie elsewhere."""
        self._second_look = True
        at_s = asyncio.get_running_loop().time() + SECOND_LOOK_S
        self._sweep_at_s = at_s if self._sweep_at_s is None else min(at_s, self._sweep_at_s)
        self._wake.set()

    # --- the loop -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            modem = await self._modem()
            try:
                async with self.at_work:
                    await self._work(modem)
            except ModemError as error:
                # The keeper deals with the modem; what was announced is found by the sweep after
                # the next initialisation, or by this one if the modem only stumbled.
                logger.warning("messages couldn't be read: %s", error)
                self.sweep_soon()
                with idle():
                    await asyncio.sleep(min(SECOND_LOOK_S * 2**failures, LONGEST_PAUSE_S))
                failures = min(failures + 1, 10)
            else:
                failures = 0
                await self._wait()

    async def _work(self, modem: Modem) -> None:
        self._wake.clear()
        await self._know_card(modem)
        if self._direct:
            await self._take_direct(modem)
        if self._sweep_all:
            await self._sweep(modem, every_memory=True)
            self._sweep_all = False
        elif self._announced:
            await self._read_announced(modem)
        elif self._sweep_is_due():
            await self._sweep(modem, every_memory=self._second_look)
            self._second_look = False

    async def _wait(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._sweep_at_s is None:
            self._sweep_at_s = now_s + self._policy.interval_s
        if self._announced or self._direct or self._sweep_all:
            return
        with suppress(TimeoutError), idle():
            async with asyncio.timeout_at(self._sweep_at_s):
                await self._wake.wait()

    def _sweep_is_due(self) -> bool:
        now_s = asyncio.get_running_loop().time()
        return self._sweep_at_s is not None and now_s >= self._sweep_at_s

    async def _read_announced(self, modem: Modem) -> None:
        places, self._announced = self._announced, set()
        if len(places) >= LIST_FROM:
            await self._take_stored(modem, await modem.stored_messages(every_memory=False))
            places = {place for place in places if place[0] not in (None, _selected(modem))}
        found = []
        for memory, index in sorted(places, key=lambda place: (place[0] or "", place[1])):
            message = await modem.read_message(memory, index)
            if message is None:
                self.sweep_soon()
            else:
                found.append(message)
        await self._take_stored(modem, found)

    async def _sweep(self, modem: Modem, *, every_memory: bool) -> None:
        announced, self._announced = self._announced, set()
        messages = await modem.stored_messages(every_memory=every_memory)
        self._sweep_at_s = None
        # A +CMTI that came while the list was read announces one of these.
        known = {index for _, index in announced | self._announced}
        surprises = sum(
            message.index not in known and (message.memory, message.index) not in self._stuck
            for message in messages
        )
        loop_s = asyncio.get_running_loop().time()
        if self._policy.swept(0 if every_memory else surprises, loop_s):
            pace = "often" if self._policy.fast else "slowly again"
            logger.warning("messages come unannounced: sweeping %s", pace)
        await self._take_stored(modem, messages)
        if await self._db.run(self._tidy) or not self._db.wiped:
            await self._db.truncate_wal()

    def _tidy(self, store: Store) -> bool:
        """Drop what is old; give up parts whose others never came: were there any?"""
        now = self._clock.now()
        store.housekeeping(now)
        alone = [
            row.id
            for row in store.inbox.open_parts()
            if store.time.age_s(row.received, now) > PARTS_WAIT_S
        ]
        if alone:
            store.inbox.expire(alone, now)
            store.journal.add("message", "incomplete", {"parts": len(alone)}, now)
        return bool(alone)

    async def _take_stored(self, modem: Modem, messages: Sequence[StoredMessage]) -> None:
        if not messages:
            return
        found = [
            Found(m.pdu, m.memory, m.index, (m.memory, m.index) in self._stuck) for m in messages
        ]
        await self._commit(modem, found)
        self._stuck.clear()
        for memory, indexes in places_to_empty(messages).items():
            self._stuck |= {(memory, slot) for slot in await modem.delete_messages(memory, indexes)}

    async def _take_direct(self, modem: Modem) -> None:
        while self._direct:
            await self._commit(modem, [Found(self._direct[0].pdu)])
            self._direct.pop(0)
            await modem.acknowledge()

    async def _know_card(self, modem: Modem) -> None:
        told = _tells(modem, self._by_card)
        if not told and not self._card_is_mute:
            told = await _await_card(modem, self._by_card)
        self._card_is_mute = not told

    async def _commit(self, modem: Modem, found: Sequence[Found]) -> None:
        if "imsi" in self._by_card and any(_has_octets(each.pdu) for each in found):
            # An applet may have changed it since, and not every modem tells of that.
            await modem.read_card()
            await self._know_card(modem)
        now, device = self._clock.now(), self._device()
        taken = await self._db.run(
            lambda store: Batch(store, self._counsel, device, now).take(found)
        )
        self._stored(taken)
        # One turn of the loop: an answer that is due already goes out before the modem is kept busy
        # with deleting, which takes long where it writes flash.
        await asyncio.sleep(0)
        for line in taken.log:
            logger.info("%s", line)
        if taken.redacted:
            await self._db.truncate_wal()


def _has_octets(pdu: str) -> bool:
    """Is it a message that an IMSI may prove?"""
    try:
        message = sms.decode_pdu(pdu)
    except sms.PduError:
        return False
    return isinstance(message, sms.Deliver) and message.data is not None


def _tells(modem: Modem, numbers: Collection[str]) -> bool:
    return all(getattr(modem.identity, number) for number in numbers)


async def _await_card(modem: Modem, numbers: Collection[str]) -> bool:
    """Ask for these numbers of the card until it tells them, for CARD_S at most; does it?

    What waited in the modem is read first after a start, when a card may still be busy (transcript
    qualcomm-sim-busy-after-pin); and what is proven by its numbers couldn't be.
    """
    loop = asyncio.get_running_loop()
    until_s = loop.time() + CARD_S
    while not _tells(modem, numbers):
        if loop.time() >= until_s:
            logger.warning("the card doesn't tell its %s", " and ".join(sorted(numbers)))
            return False
        with idle():
            await asyncio.sleep(SECOND_LOOK_S)
        await modem.read_card()
    return True


def places_to_empty(messages: Iterable[StoredMessage]) -> dict[str, list[int]]:
    """Where what was read is to be deleted: each message in the first memory it was seen in.

    Some memories are aliases (MT of ME on an EC25): a second deletion would hit what has come into
    the same slot since. True doubles in another memory are found again by the next look there.
    """
    first: dict[str, str] = {}
    places: dict[str, list[int]] = {}
    for message in messages:
        if first.setdefault(message.pdu, message.memory) == message.memory:
            places.setdefault(message.memory, []).append(message.index)
    return places


def _selected(modem: Modem) -> str | None:
    return modem.setup.memory
