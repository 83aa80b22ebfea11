"""The operations about keys: their counters. A key itself never passes the socket."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apn_config.control import BadRequest, Emit, Json, Operation
from apn_config.desk import Desk
from apn_config.keys import MAX_KEYS
from apn_config.store import CounterRow, Store

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


class KeyOperations:
    """The operations by name. The modem isn't asked for any."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.table: Mapping[str, Operation] = {
            "keys.enrol": self._enrol,
            "keys.counters": self._counters,
        }

    async def _enrol(self, args: Json, _emit: Emit) -> Json:
        """Let a key's counter begin, by its fingerprint; one that is known stays as it is."""
        fingerprint = _checked(args.get("fingerprint"))
        now = self._desk.clock.now()

        def work(store: Store) -> bool:
            enrolled = store.counters.enrol(fingerprint)
            if enrolled:
                store.journal.add("key", fingerprint, {"what": "enrolled"}, now)
            return enrolled

        return {"enrolled": await self._desk.agent.db.run(work)}

    async def _counters(self, args: Json, _emit: Emit) -> Json:
        """What is known of the keys of these fingerprints; of all where none are given."""
        given = args.get("fingerprints")
        wanted = None if given is None else _fingerprints(given)

        def work(store: Store) -> list[CounterRow]:
            return store.counters.all() if wanted is None else store.counters.of(wanted)

        rows = await self._desk.agent.db.run(work)
        return {"counters": [_counter_json(row) for row in rows]}


def _fingerprints(given: object) -> list[str]:
    if not isinstance(given, list) or len(given) > 2 * MAX_KEYS:
        raise BadRequest(f"fingerprints has to be a list of {2 * MAX_KEYS} at most")
    return [_checked(each) for each in given]


def _checked(given: object) -> str:
    if not isinstance(given, str) or not _FINGERPRINT.fullmatch(given):
        raise BadRequest("fingerprint has to be 16 hexadecimal digits in lower case")
    return given


def _counter_json(row: CounterRow) -> Json:
    return {
        "fingerprint": row.key,
        "highest": row.highest,
        "applied": row.applied,
        "awaits_code": row.awaits_code,
    }
