"""What the daemon says of itself, its store, its configuration and its modem: what `info` shows.

All of it is read, nothing is changed here. No password and no PIN is in any of it.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from enum import Enum

from apn_config.agent import Agent
from apn_config.clock import Moment, wall_clock_synced
from apn_config.config import Config
from apn_config.control import Json
from apn_config.network_words import registration_word
from apn_config.store import ChangeRow, Rung, Store, StoreError
from apn_config.tally import Tally
from apn_config.transaction import Reason, State
from modem import KeeperPhase, Modem, ModemError, ModemKeeper, Registration

# A modem that is just being initialised is worth waiting for; one that is gone isn't.
MODEM_WAIT_S = 20.0
# A dying disk may let its users wait for minutes; whoever asks for the status shall hear of it.
STORE_WAIT_S = 10.0
_SILENT = f"no answer for {STORE_WAIT_S:g} s; look at the disk and at the kernel's log"


class Stage(Enum):
    """What the daemon is doing as a whole."""

    RUNNING = "running"
    RELOADING = "reloading"
    """A new configuration waits until nothing is under way."""
    STOPPING = "stopping"


@dataclass(slots=True)
class Standing:
    """How the daemon stands, apart from its modem. The daemon writes it, the status reads it.

    `store_why` tells what keeps it from its store, None while it has it; `config_error` why the
    configuration that it was last told to read isn't in force.
    """

    config: Config
    began: Moment
    loaded: Moment
    stage: Stage = Stage.RUNNING
    store_why: str | None = None
    config_error: str | None = None
    tally: Tally = field(default_factory=Tally)


async def status(standing: Standing, agent: Agent | None, now: Moment) -> Json:
    """All of it. `agent` is None while there is no store, and the modem is left alone."""
    config = standing.config
    stored, why = await _stored(agent, now)
    why = standing.store_why or why
    return {
        "link": _link(standing, agent),
        "modem": None if agent is None else await _modem(agent.keeper),
        "recovery": None if agent is None else _recovery(agent.keeper, stored["budgets"]),
        "sweep": None
        if agent is None
        else {"interval_s": agent.sweeps.interval_s, "fast": agent.sweeps.fast},
        "daemon": {
            "pid": os.getpid(),
            "stage": standing.stage.value,
            "uptime_s": round(standing.began.age_s(now), 1),
            "boot_id": now.boot_id,
            "boot_s": round(now.boottime_s, 1),
            "clock_synced": wall_clock_synced(),
        },
        "config": {
            "path": None if config.path is None else str(config.path),
            "loaded": standing.loaded.wall.isoformat(timespec="seconds"),
            "error": standing.config_error,
        },
        "store": {
            "path": str(config.store.path),
            "state": "ok" if why is None else "waiting",
            "why": why,
            "replaced": stored["replaced"],
        },
        "outbox": stored["outbox"],
        "radio_cycles": stored["budgets"] and stored["budgets"][Rung.RADIO_CYCLE.value],
        "change": stored["change"],
        "warnings": list(config.warnings),
    }


def status_line(
    standing: Standing,
    agent: Agent | None,
    change: ChangeRow | None,
    registration: Registration | None,
) -> str:
    """The same in a line; change and registration are those that were seen last."""
    if standing.stage is Stage.STOPPING:
        doing = "ending"
    elif agent is None:
        doing = f"waiting for the store: {standing.store_why}"
    else:
        keeper = agent.keeper.state
        doing = f"{keeper.phase.value}, {keeper.port}"
        if keeper.why is not None:
            doing += f": {keeper.why}"
        elif keeper.phase is KeeperPhase.READY and registration is not None:
            doing += f", registered: {registration_word(registration)}"
    if change is not None:
        doing += f"; change to {change.intent.wanted.name}: {change.state.value}"
    if standing.config_error is not None:
        doing += f"; configuration not reloaded: {standing.config_error}"
    return doing


def _link(standing: Standing, agent: Agent | None) -> Json:
    if agent is None:
        why = "nothing is read from the modem while there is no store for it"
        return {"phase": "waiting", "port": standing.config.modem.port, "why": why, "attempts": 0}
    keeper = agent.keeper.state
    return {
        "phase": keeper.phase.value,
        "port": keeper.port,
        "why": keeper.why,
        "attempts": keeper.attempts,
    }


def _recovery(keeper: ModemKeeper, budgets: Json | None) -> Json:
    """What is wrong with the modem in a word, and what was done about it, the newest last."""
    state, now_s = keeper.state, asyncio.get_running_loop().time()
    return {
        "trouble": None if state.trouble is None else state.trouble.value,
        "remedies": [
            {
                "rung": remedy.rung.value,
                "trouble": remedy.trouble.value,
                "why": remedy.why,
                "ago_s": round(now_s - remedy.at_s, 1),
                "failed": remedy.failed,
            }
            for remedy in state.remedies
        ],
        "budgets": budgets,
    }


async def _stored(agent: Agent | None, now: Moment) -> tuple[Json, str | None]:
    """What stands in the store, and, where it can't be read, why not."""
    nothing: Json = dict.fromkeys(("replaced", "outbox", "budgets", "change"))
    if agent is None:
        return nothing, None
    config = agent.config.recovery
    per_day = {
        Rung.RADIO_CYCLE: config.radio_cycles_per_day,
        Rung.RESET: config.resets_per_day,
        Rung.POWER_CYCLE: config.power_cycles_per_day,
    }

    def read(store: Store) -> Json:
        change = store.changes.active()
        budgets = {
            rung.value: {"used": store.rungs.used(rung, now), "budget": budget}
            for rung, budget in per_day.items()
        }
        return {
            "replaced": store.rungs.used(Rung.STORE, now),
            "outbox": {
                "pending": store.outbox.pending_count(),
                "oldest_s": store.outbox.oldest_due_age(now),
            },
            "budgets": budgets,
            "change": change and change_json(change, store.changes.remaining_s(now)),
        }

    try:
        async with asyncio.timeout(STORE_WAIT_S):
            return await agent.db.run(read), None
    except StoreError as error:
        return nothing, str(error)
    except TimeoutError:
        return nothing, _SILENT


def change_json(change: ChangeRow, remaining_s: float | None = None) -> Json:
    """A change, as `apn set --json` and the status show it."""
    intent = change.intent
    holds_wanted = change.state in (State.COMMITTED, State.TRIAL)
    return {
        "id": change.id,
        "outcome": change.state.value,
        "apn": intent.wanted.name,
        "kept": None
        if change.reason is Reason.NOT_RESTORED
        else change.kept or (intent.wanted.name if holds_wanted else intent.former.name),
        "reason": None if change.reason is None else change.reason.value,
        "origin": intent.origin.value,
        "started": change.started.wall.isoformat(timespec="seconds"),
        "remaining_s": remaining_s,
    }


async def _modem(keeper: ModemKeeper) -> Json | None:
    try:
        async with asyncio.timeout(MODEM_WAIT_S):
            return await describe(await ready_modem(keeper))
    except (ModemError, TimeoutError):
        return None


async def ready_modem(keeper: ModemKeeper) -> Modem:
    """The keeper's modem, waiting while it is being opened. Raises what the keeper failed with."""
    waiting = asyncio.ensure_future(keeper.modem())
    failing = asyncio.ensure_future(keeper.failure())
    try:
        await asyncio.wait({waiting, failing}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        raise failing.result()
    finally:
        waiting.cancel()
        failing.cancel()


async def describe(modem: Modem) -> Json:
    """The modem, its card, its network: what `info` shows."""
    identity = modem.identity
    registration = await modem.registration()
    signal = await modem.signal()
    storage = await modem.storage()
    return {
        "port": modem.port,
        "profile": modem.profile.name,
        "manufacturer": identity.manufacturer,
        "model": identity.model,
        "revision": identity.revision,
        "imei": identity.imei,
        "imsi": identity.imsi,
        "iccid": identity.iccid,
        "operator": await modem.operator(),
        "registration": registration_word(registration),
        "domains": {
            name: None if state is None else state.name
            for name, state in (
                ("creg", registration.cs),
                ("cgreg", registration.ps),
                ("cereg", registration.eps),
            )
        },
        "rat": registration.rat,
        "data_ready": registration.data_ready,
        "sms_ready": registration.sms_ready,
        "sms": "unproven" if registration.sms_unproven else None,
        "rssi_dbm": signal.rssi_dbm,
        "rsrp_dbm": signal.rsrp_dbm,
        "rsrq_db": signal.rsrq_db,
        "service_centre": await modem.service_centre(),
        "storage": None
        if storage is None
        else {"memory": storage.memory, "used": storage.used, "total": storage.total},
        "contexts": [
            {
                "cid": context.cid,
                "type": context.type,
                "apn": context.apn,
                "active": context.active,
                "address": context.address,
            }
            for context in await modem.contexts()
        ],
        "warnings": list(modem.setup.warnings),
    }
