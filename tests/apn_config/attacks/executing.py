"""The executor on what was let in, with a modem and an applier that nobody may touch."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from apn_config.apn_changes import ApnChanges
from apn_config.batch import Counsel
from apn_config.clock import Moment
from apn_config.config import AccessConfig, Config
from apn_config.executor import Executor
from apn_config.steps import Plan
from apn_config.storage_thread import StoreThread
from apn_config.verbs.place import Initialisations, Place


class Reached(Exception):
    """A command has passed all checks."""


class _Untouchable:
    """What a command changes; that it comes so far is noted."""

    def __init__(self, reached: list[str]) -> None:
        self._reached = reached

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._reached.append(name)
        raise Reached(name)


def execute(config: Config, counsel: Counsel, database: Path, now: Moment) -> list[str]:
    """Carry out what is pending in a store, which is closed; what of the device it touched."""
    return asyncio.run(_execute(config, counsel, database, now))


async def _execute(config: Config, counsel: Counsel, database: Path, now: Moment) -> list[str]:
    reached: list[str] = []
    device = cast(Any, _Untouchable(reached))
    db = StoreThread()
    await db.open(database, now)
    try:
        executor = _executor(config, counsel, db, now, device)
        for row in await db.run(lambda store: store.inbox.pending()):
            await executor._carry_out(row)
    finally:
        await db.close()
    return reached


def _executor(
    config: Config, counsel: Counsel, db: StoreThread, now: Moment, device: Any
) -> Executor:
    clock = SimpleNamespace(now=lambda: now)
    budget = cast(Any, SimpleNamespace(left=_true))
    plan = Plan(config.apn, counsel.reply_to, counsel.voice)

    async def modem() -> Any:
        return device

    place = Place(
        db=db,
        modem=modem,
        applier=device,
        plan=plan,
        budget=budget,
        clock=clock,
        commands=config.commands,
        initialisations=Initialisations(),
        answer_queued=lambda: None,
    )
    changes = ApnChanges(
        db=db, applier=device, runner=device, plan=plan, budget=budget, clock=clock
    )
    access = config.access or AccessConfig()
    return Executor(place=place, changes=changes, max_age_h=access.max_age_h, judge=counsel.judge)


async def _true() -> bool:
    return True
