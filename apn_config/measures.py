"""The numbers behind the metrics: what the store holds, what was counted, how the modem stands.

`received` survives restarts, since the store numbers what it takes; what is `since_start` begins
with the daemon. No text, name or number of a message is in any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from apn_config.agent import Agent
from apn_config.clock import Moment
from apn_config.control import Emit, Json
from apn_config.desk import Desk
from apn_config.network_words import registration_word
from apn_config.store import Rung, Store
from apn_config.tally import ANSWER_WORDS, Tally
from apn_config.transaction import State
from modem import KeeperPhase, ModemError

# A scrape has 10 s by default (Prometheus' scrape_timeout); a modem at other work isn't waited for.
MODEM_S = 5.0
OUTCOMES = tuple(state.value for state in State if state.final)
ANSWERS = tuple(ANSWER_WORDS.values())
RUNGS = tuple(rung.value for rung in Rung if rung is not Rung.STORE)


class Measures:
    """The operation `metrics`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def take(self, _args: Json, _emit: Emit) -> Json:
        """All numbers of now; `store` is None while there is none."""
        from importlib.metadata import version

        standing, agent = self._desk.standing, self._desk.present()
        now = self._desk.clock.now()
        return {
            "version": version("modem-helper"),
            "uptime_s": round(standing.began.age_s(now), 1),
            "store": None if agent is None else await _stored(agent, standing.tally, now),
            "link": KeeperPhase.WAITING.value if agent is None else agent.keeper.state.phase.value,
            "modem": None if agent is None else await _modem(agent),
            "since_start": _since_start(standing.tally),
        }


async def _stored(agent: Agent, tally: Tally, now: Moment) -> Json:
    def read(store: Store) -> Json:
        tally.follow(store)
        return {
            "bytes": _size(store),
            "inbox": store.inbox.count(),
            "received": store.inbox.newest_id(),
            "outbox_pending": store.outbox.pending_count(),
            "outbox_oldest_s": store.outbox.oldest_due_age(now),
        }

    return await agent.db.run(read)


async def _modem(agent: Agent) -> Json | None:
    if agent.keeper.state.phase is not KeeperPhase.READY:
        return None
    with suppress(ModemError, TimeoutError):
        async with asyncio.timeout(MODEM_S):
            modem = await agent.keeper.modem()
            registration, signal = await modem.registration(), await modem.signal()
            return {
                "registration": registration_word(registration),
                "rat": registration.rat,
                "data_ready": registration.data_ready,
                "sms_ready": registration.sms_ready,
                "rssi_dbm": signal.rssi_dbm,
                "rsrp_dbm": signal.rsrp_dbm,
                "rsrq_db": signal.rsrq_db,
            }
    return None


def _size(store: Store) -> int:
    """The database with its log of writes."""
    path = store.path
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _since_start(tally: Tally) -> Json:
    return {
        "modem_starts": tally.modem_starts,
        "modem_restarts": tally.modem_restarts,
        "commands": [
            {"verb": verb, "outcome": outcome, "count": count}
            for (verb, outcome), count in sorted(tally.commands.items())
        ],
        "changes": _counts("outcome", tally.changes, OUTCOMES),
        "answers": _counts("outcome", tally.answers, ANSWERS),
        "remedies": _counts("rung", tally.remedies, RUNGS),
    }


def _counts(key: str, counts: Mapping[str, int], words: Iterable[str]) -> list[Json]:
    """The counts of all words: a counter that begins at 0 shows its first increase, too."""
    return [{key: word, "count": counts.get(word, 0)} for word in words]
