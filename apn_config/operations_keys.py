"""The operations about keys: their counters. A key itself never passes the socket."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apn_config import arguments
from apn_config.control import BadRequest, Emit, Json, Operation
from apn_config.desk import Desk
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
        fingerprint = arguments.text(args, "fingerprint")
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise BadRequest("fingerprint has to be 16 hexadecimal digits in lower case")
        now = self._desk.clock.now()

        def work(store: Store) -> bool:
            enrolled = store.counters.enrol(fingerprint)
            if enrolled:
                store.journal.add("key", fingerprint, {"what": "enrolled"}, now)
            return enrolled

        return {"enrolled": await self._desk.agent.db.run(work)}

    async def _counters(self, _args: Json, _emit: Emit) -> Json:
        rows = await self._desk.agent.db.run(lambda store: store.counters.all())
        return {"counters": [_counter_json(row) for row in rows]}


def _counter_json(row: CounterRow) -> Json:
    return {
        "fingerprint": row.key,
        "highest": row.highest,
        "applied": row.applied,
        "awaits_code": row.awaits_code,
    }
