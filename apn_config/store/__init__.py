"""What must survive a power cut: messages, answers, changes, records, and what was tried.

`Store` joins the repositories, one file each, over one `Database`, the only file that knows
sqlite3. Nothing here decides: states and orders come from the callers, and are only kept, whole or
not at all.
"""

from __future__ import annotations

from apn_config.store.changes import UNKNOWN_CARD, ChangeRow, Intent, clock_step_s
from apn_config.store.counters import CounterRow, Took
from apn_config.store.database import Database
from apn_config.store.device_time import DeviceTime, Stamp
from apn_config.store.errors import (
    StoreCorrupt,
    StoreError,
    StoreForbidden,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreMisuse,
    StoreReadOnly,
    StoreTooNew,
    StoreUnavailable,
)
from apn_config.store.inbox import InboxRow, InboxState, Incoming, Place
from apn_config.store.journal import Entry
from apn_config.store.outbox import OutboxRow, OutboxState, Report
from apn_config.store.pins import PinOutcome
from apn_config.store.records import Record, committed_apn
from apn_config.store.rungs import Rung
from apn_config.store.store import Store

__all__ = [
    "UNKNOWN_CARD",
    "ChangeRow",
    "CounterRow",
    "Database",
    "DeviceTime",
    "Entry",
    "InboxRow",
    "InboxState",
    "Incoming",
    "Intent",
    "OutboxRow",
    "OutboxState",
    "PinOutcome",
    "Place",
    "Record",
    "Report",
    "Rung",
    "Stamp",
    "Store",
    "StoreCorrupt",
    "StoreError",
    "StoreForbidden",
    "StoreForeign",
    "StoreFull",
    "StoreLocked",
    "StoreMisuse",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnavailable",
    "Took",
    "clock_step_s",
    "committed_apn",
]
