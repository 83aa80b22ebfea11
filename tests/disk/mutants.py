"""Broken products: each breaks one promise. The proof has to find every one of them.

They reach into the product by the names of its parts, so they follow when these change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from apn_config.apn_changes import ApnChanges
from apn_config.batch import Found
from apn_config.intake import Intake, places_to_empty
from apn_config.model import Apn, ApnRequest
from apn_config.restoring import Restoring
from apn_config.steps import Ending
from apn_config.store import ChangeRow, Store, database
from apn_config.store.database import Database
from apn_config.store.outbox import Outbox
from apn_config.transaction import Event
from modem import Modem, StoredMessage
from tests.crash.bench import SteppedStore

Mutate = Callable[[pytest.MonkeyPatch], None]


def no_syncs(patch: pytest.MonkeyPatch) -> None:
    """PRAGMA synchronous = OFF."""
    settings = tuple(each.replace("= FULL", "= OFF") for each in database._SETTINGS)
    assert settings != database._SETTINGS
    patch.setattr(database, "_SETTINGS", settings)


def deleted_first(patch: pytest.MonkeyPatch) -> None:
    """CMGD before the commit."""

    async def take_stored(self: Intake, modem: Modem, messages: Sequence[StoredMessage]) -> None:
        for memory, indexes in places_to_empty(messages).items():
            await modem.delete_messages(memory, indexes)
        if messages:
            await self._commit(modem, [Found(m.pdu, m.memory, m.index) for m in messages])

    patch.setattr(Intake, "_take_stored", take_stored)


def no_intent(patch: pytest.MonkeyPatch) -> None:
    """The modem is told before it is written down what is about to be done."""
    wanted_of = ApnChanges._wanted

    async def wanted(
        self: ApnChanges, request: ApnRequest | None, former: Apn, iccid: str, cid: int
    ) -> Apn:
        apn = await wanted_of(self, request, former, iccid, cid)
        modem = await self._runner._tools.modem()
        await self._applier.write(modem, cid, apn)
        await self._applier.take_effect(modem)
        return apn

    patch.setattr(ApnChanges, "_wanted", wanted)


def no_roll_back(patch: pytest.MonkeyPatch) -> None:
    """The action that brings the former APN back does nothing."""

    async def restore(self: Restoring, change: ChangeRow) -> Ending:
        return self._over(change, Event.RESTORED, change.intent.former)

    patch.setattr(Restoring, "restore", restore)


def answer_apart(patch: pytest.MonkeyPatch) -> None:
    """The outbox row in a transaction of its own, after the one that makes it due."""
    due: dict[Database, list[Callable[[Store], object]]] = defaultdict(list)
    run, add = SteppedStore.run, Outbox.add

    def add_later(self: Outbox, *args: Any, **kwargs: Any) -> int:
        due[self._database].append(lambda store: add(store.outbox, *args, **kwargs))
        return 0

    async def run_and_add(self: SteppedStore, work: Callable[[Store], Any]) -> Any:
        result = await run(self, work)
        assert self._store is not None
        later = due[self._store._database]
        while later:
            await run(self, later.pop(0))
            agent = self._bench.daemon._agent
            assert agent is not None
            agent.outgoing.wake()
        return result

    patch.setattr(Outbox, "add", add_later)
    patch.setattr(SteppedStore, "run", run_and_add)


MUTANTS: dict[str, Mutate] = {
    "synchronous=OFF": no_syncs,
    "CMGD before the commit": deleted_first,
    "no intent": no_intent,
    "no roll-back": no_roll_back,
    "outbox outside the transaction": answer_apart,
}
