"""What a verb works with, and how its message is begun, answered and settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from apn_config.apn_changes import move_mark
from apn_config.appliers import Applier
from apn_config.budgets import RadioBudget
from apn_config.clock import Clock
from apn_config.config_commands import CommandsConfig
from apn_config.model import Form, Outcome
from apn_config.steps import Plan, settle
from apn_config.storage_thread import StoreThread
from apn_config.store import InboxRow, OutboxState, Store
from apn_config.vitals import Turn, idle
from modem import Modem

# What is left of a span may be a rounding error, which no clock ever gets over.
_SHORTEST_PAUSE_S = 1e-3


class Initialisations:
    """Counts how often the modem became ready, for whoever waits for the next time."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def another(self) -> None:
        """The modem is ready (again)."""
        self.count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def beyond(self, count: int) -> int:
        """Wait until there were more than `count`; how many there were."""
        while self.count <= count:
            await self._changed.wait()
        return self.count


@dataclass(frozen=True, slots=True)
class Place:
    """One for all verbs, which run one at a time.

    `modem` waits for a modem that is initialised. `changing` is held by whoever changes the
    device's settings. `sending` is held while an answer is being handed to the network. `stirred`
    is set by whoever hears that the network took one or that it was given up, `closing` when the
    program is about to end.
    """

    db: StoreThread
    modem: Callable[[], Awaitable[Modem]]
    applier: Applier
    plan: Plan
    budget: RadioBudget
    clock: Clock
    commands: CommandsConfig
    initialisations: Initialisations
    answer_queued: Callable[[], None]
    changing: asyncio.Lock = field(default_factory=Turn)
    sending: asyncio.Lock = field(default_factory=Turn)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(
        self,
        row: InboxRow,
        undo: str | None = None,
        also: Callable[[Store], None] = lambda _store: None,
    ) -> None:
        """Write down that the verb has begun, and what it would put back; older ones are stale."""
        now = self.clock.now()

        def write(store: Store) -> None:
            store.inbox.start(row.id, now, undo)
            move_mark(store, row)
            also(store)

        await self.db.run(write)

    async def answer(
        self,
        row: InboxRow,
        outcome: Outcome,
        verdict: str,
        also: Callable[[Store], None] = lambda _store: None,
    ) -> int:
        """Settle the message and queue its answer, in one transaction; the answer's id."""

        def write(store: Store) -> int:
            also(store)
            self._settle(store, row, verdict)
            return self.queue_answer(store, row, outcome)

        answer_id = await self.db.run(write)
        self.answer_queued()
        return answer_id

    async def settle(self, row: InboxRow, verdict: str) -> None:
        """Be done with a message that was answered already."""
        await self.db.run(lambda store: self._settle(store, row, verdict))

    async def answer_instead(self, row: InboxRow, outcome: Outcome, verdict: str) -> None:
        """As `answer`, in the place of answers that aren't sent yet. Holds `sending`."""

        def write(store: Store) -> None:
            self._withdraw(store, row)
            self._settle(store, row, verdict)
            self.queue_answer(store, row, outcome)

        async with self.sending:
            await self.db.run(write)
        self.answer_queued()

    async def withdraw(self, row: InboxRow) -> bool:
        """Have none of its answers sent any more; False where the network took one. Holds
        `sending`: what is just being handed over isn't withdrawn.
        """

        def write(store: Store) -> bool:
            answers = store.outbox.of_message(row.id)
            if any(answer.state is OutboxState.SENT for answer in answers):
                return False
            self._withdraw(store, row)
            return True

        async with self.sending:
            return await self.db.run(write)

    def _withdraw(self, store: Store, row: InboxRow) -> None:
        now = self.clock.now()
        for former in store.outbox.of_message(row.id):
            store.outbox.withdraw(former.id, now)

    def queue_answer(self, store: Store, row: InboxRow, outcome: Outcome) -> int:
        """Queue an answer within a transaction of the caller, without settling; its id.

        The caller tells `answer_queued` of it.
        """
        now = self.clock.now()
        text = self.plan.voice.say(outcome, row.form or Form(), now.wall)
        return store.outbox.add(self.plan.reply_to, text, now, inbox_id=row.id)

    async def sent(self, answer_id: int, within_s: float) -> bool:
        """Wait until the network took that answer; False where it didn't within that time, or never
        will, or the program is about to end.
        """
        began = self.clock.now()
        while True:
            self.stirred.clear()
            row = await self.db.run(lambda store: store.outbox.get(answer_id))
            if row is None or row.state is not OutboxState.DUE:
                return row is not None and row.state is OutboxState.SENT
            left_s = within_s - began.age_s(self.clock.now())
            if left_s <= 0 or self.closing.is_set():
                return False
            with suppress(TimeoutError), idle():
                async with asyncio.timeout(max(left_s, _SHORTEST_PAUSE_S)):
                    await self.stirred.wait()

    def _settle(self, store: Store, row: InboxRow, verdict: str) -> None:
        now = self.clock.now()
        settle(store, row.id, verdict, now)
        store.journal.add("command", str(row.id), {"verdict": verdict}, now)
