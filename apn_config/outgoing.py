"""From the outbox to the network: at least once, in order, the same text each time."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from apn_config.clock import Clock
from apn_config.retries import Meaning, meaning_of, retry
from apn_config.steps import Ending, Plan, advance
from apn_config.storage_thread import StoreThread
from apn_config.store import UNKNOWN_CARD, OutboxRow, Report, Store
from apn_config.transaction import Event, State
from apn_config.vitals import idle
from modem import CommandRefused, Modem, ModemError, sms

logger = logging.getLogger(__name__)

# An answer is of use for as long as the network would keep it: a day.
EXPIRE_S = 24 * 3600.0
# How long what was handed over may wait for a modem: then it may have expired.
HANDED_S = 60.0
# So many failures in a row, a minute or two, with a registration that stands: SMS doesn't work here
# although everything says it should.
NO_SMS_AFTER = 5
_OF_THE_NETWORK = frozenset({Meaning.NO_SERVICE, Meaning.LATER, Meaning.UNCLEAR})


@dataclass(frozen=True, slots=True)
class _Pause:
    """Nothing is sent for so long (None: for ever), or until that happens."""

    seconds: float | None
    unless: asyncio.Event | None

    async def over(self) -> None:
        with suppress(TimeoutError), idle():
            async with asyncio.timeout(self.seconds):
                await (self.unless or asyncio.Event()).wait()


class Outgoing:
    """Sends what is due. `sending` is held while the modem has a message of ours in hand.

    What isn't sent within `expire_s` is given up. With `status_report` the service centre is asked
    what became of each answer. `ended` hears that one was taken or given up, `no_sms` when the
    network takes nothing although the modem is registered.
    """

    def __init__(
        self,
        *,
        db: StoreThread,
        modem: Callable[[], Awaitable[Modem]],
        clock: Clock,
        plan: Plan,
        sending: asyncio.Lock,
        ended: Callable[[], None],
        expire_s: float = EXPIRE_S,
        status_report: bool = False,
        no_sms: Callable[[str], None] = lambda _why: None,
    ) -> None:
        self._db = db
        self._modem = modem
        self._clock = clock
        self._plan = plan
        self._sending = sending
        self._ended = ended
        self._expire_s = expire_s
        self._status_report = status_report
        self._no_sms = no_sms
        self._due = asyncio.Event()
        self._network = asyncio.Event()
        self._handed: OutboxRow | None = None
        self._failures = 0  # of the network, in a row
        # By answer and meaning: a day of congestion tells nothing of whether a refusal is a whim.
        self._tries: Counter[tuple[int, Meaning]] = Counter()

    def wake(self, due: OutboxRow | None = None) -> None:
        """Something is due.

        `due` is what is to be sent next, from whoever has just read it: that spares the answer a
        second way through the store's thread.
        """
        self._handed = due
        self._due.set()

    def network_changed(self) -> None:
        """The modem is ready, or its registration another: whoever waits for service tries."""
        self._network.set()
        self._due.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._due.clear()
            self._network.clear()
            asked = self._clock.now()
            modem = await self._modem()
            if asked.age_s(self._clock.now()) > HANDED_S:
                self._handed = None
            async with self._sending:
                spoiled = modem.restarted.is_set()
                pause = None if spoiled else await self._send_one(modem)
            if spoiled:  # its settings are set again first, and `network_changed` tells of that
                with idle():
                    await self._network.wait()
                self._handed = None  # it may have become too old meanwhile
                continue
            # What was handed over meanwhile was read while this one was still due.
            self._handed = None
            if pause is not None:
                await pause.over()

    async def _send_one(self, modem: Modem) -> _Pause | None:
        """Send what is due first; how long to pause then, if at all."""
        row = self._handed
        # The answer that proves a change may have been withdrawn since it was read.
        if row is None or row.change_id is not None:
            row, wait_s, expired = await self._db.run(self._look)
            if expired:
                self._ended()
            if row is None:
                if wait_s is None:
                    self._tries.clear()
                return _Pause(wait_s, unless=self._due)
        iccid = modem.identity.iccid
        if row.change_id and await self._db.run(lambda store: _of_another_card(store, row, iccid)):
            # Its network's taking the answer would prove nothing; the change is being called off.
            return _Pause(None, unless=self._due)
        parts = self._compose(row)
        if not parts:
            await self._give_up(row, "it can't be composed")
            return None
        try:
            for part in parts:
                reference = await modem.send_sms(part)
        except ModemError as error:
            return await self._failed(modem, row, error)
        self._failures = 0
        await self._db.run(lambda store: self._took(store, row, reference))
        logger.info("answer %s is sent, reference %s", row.id, reference, extra=_fields(row))
        self._ended()
        return None

    def _look(self, store: Store) -> tuple[OutboxRow | None, float | None, bool]:
        """The oldest answer that is due and not too old, else how long until one is; and whether
        any has expired.
        """
        now = self._clock.now()
        expired = False
        for text in store.notices.take():
            store.outbox.add(self._plan.reply_to, text, now)
        while (row := store.outbox.next_due(now)) is not None:
            if store.time.age_s(row.created, now) < self._expire_s:
                return row, None, expired
            logger.warning("answer %s is too old to be sent", row.id, extra=_fields(row))
            expired = store.outbox.expire(row.id, now)
            store.journal.add("answer", str(row.id), {"expired": row.last_error}, now)
        return None, store.outbox.next_wake(now), expired

    def _compose(self, row: OutboxRow) -> tuple[sms.Part, ...]:
        """The parts; none where the codec can't do it, which must not hold up the others.

        TP-MR of the last part alone is kept, so it is the one that is reported on.
        """

        def parts(*, report: bool) -> tuple[sms.Part, ...]:
            reference = row.id & 0xFF
            return sms.compose(row.recipient, row.text, reference=reference, status_report=report)

        try:
            *others, last = parts(report=False)
            return (*others, parts(report=True)[-1] if self._status_report else last)
        except ValueError as error:  # ComposeError, or a text that no alphabet has
            logger.error("answer %s can't be composed: %s", row.id, error, extra=_fields(row))
            return ()

    def _took(self, store: Store, row: OutboxRow, reference: int) -> None:
        """Sent, and with it, in one transaction, the change that this answer proves."""
        now = self._clock.now()
        report = Report.AWAITED if self._status_report else None
        if not store.outbox.sent(row.id, reference, now, report=report):
            return
        store.journal.add("answer", str(row.id), {"reference": reference}, now)
        change = None if row.change_id is None else store.changes.get(row.change_id)
        if change is not None and change.state is State.PROVING:
            advance(store, change, Ending(Event.NETWORK_TOOK_ANSWER), self._plan, now)

    async def _give_up(self, row: OutboxRow, why: str) -> None:
        now = self._clock.now()

        def write(store: Store) -> None:
            store.outbox.fail(row.id, why, now)
            store.journal.add("answer", str(row.id), {"failed": why}, now)

        await self._db.run(write)
        # Where it is due again, it has its tries again.
        for meaning in Meaning:
            del self._tries[row.id, meaning]
        self._ended()

    async def _failed(self, modem: Modem, row: OutboxRow, error: ModemError) -> _Pause | None:
        """Decide by the meaning of the error when, or whether, to try again."""
        meaning = meaning_of(error)
        self._failures += meaning in _OF_THE_NETWORK
        service = meaning is Meaning.NO_SERVICE
        self._tries[row.id, meaning] += 1
        again = retry(meaning, self._tries[row.id, meaning])
        logger.warning("answer %s (%s): %s", row.id, meaning.value, error, extra=_fields(row))
        if again.wait_s is None:
            await self._give_up(row, str(error))
            return None
        # A device without service tries for days: what is known already isn't written again.
        if not service or str(error) != row.last_error:
            await self._postpone(row, again.wait_s if again.alone else 0.0, str(error))
        if meaning in _OF_THE_NETWORK and self._failures % NO_SMS_AFTER == 0:
            await self._tell_no_sms(modem, error)
        if again.alone:
            return None
        return _Pause(again.wait_s, unless=self._network if service else None)

    async def _postpone(self, row: OutboxRow, wait_s: float, why: str) -> None:
        now = self._clock.now()
        await self._db.run(lambda store: store.outbox.postpone(row.id, wait_s, why, now))

    async def _tell_no_sms(self, modem: Modem, error: ModemError) -> None:
        """The ladder of remedies has nothing to do where the modem itself knows of no service."""
        try:
            registered = (await modem.registration()).sms_ready
        except ModemError:
            return  # the keeper's trouble
        if registered and isinstance(error, CommandRefused):
            self._no_sms(str(error))


def _fields(row: OutboxRow) -> dict[str, dict[str, int | None]]:
    """What the journal can be searched by."""
    return {"fields": {"answer": row.id, "change": row.change_id, "message": row.inbox_id}}


def _of_another_card(store: Store, row: OutboxRow, iccid: str | None) -> bool:
    """Is it the proof of a change that was made for another card than that one?"""
    change = None if row.change_id is None else store.changes.get(row.change_id)
    if change is None or change.state is not State.PROVING:
        return False
    return iccid is not None and change.intent.iccid not in (iccid, UNKNOWN_CARD)
