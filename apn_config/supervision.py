"""How the daemon looks to the service manager: ready, in what state, alive.

WATCHDOG=1 is sent only while no worker is stuck, and from the event loop, so a loop that is blocked
sends none either. Meanings: sd_notify(3), and WatchdogSec= in systemd.service(5).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from apn_config.notify import Notifier
from apn_config.vitals import Stuck, Vitals

logger = logging.getLogger(__name__)

# How often the manager is told at least; twice within the time of its watchdog, as
# sd_watchdog_enabled(3) advises.
TELL_S = 15.0
# While it starts, reloads or ends the manager's patience is renewed each time it is told.
PATIENCE_S = 60.0


class Supervision:
    """Tells the manager. `line` is what the daemon is doing, in one line."""

    def __init__(self, notifier: Notifier, vitals: Vitals, line: Callable[[], str]) -> None:
        self._notifier = notifier
        self._vitals = vitals
        self._line = line
        self._told: str | None = None
        self._stuck: Stuck | None = None
        # Whatever the manager waits for takes as long as it takes.
        self._begun = False
        self._patience = True

    @property
    def every_s(self) -> float | None:
        """How often the manager is told; None where there is none."""
        if not self._notifier.listened_to:
            return None
        watchdog_s = self._notifier.watchdog_s
        return TELL_S if watchdog_s is None else min(TELL_S, watchdog_s / 2)

    def ready(self) -> None:
        """The daemon is up, or has done with reloading."""
        if self._patience:
            self._begun, self._patience = True, False
            self._notifier.tell(READY=1)
        self.tell()

    def reloading(self) -> None:
        """A new configuration is read; `ready` follows. Before the first `ready` that says it."""
        if self._begun:
            self._patience = True
            microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            self._notifier.tell(RELOADING=1, MONOTONIC_USEC=microseconds)

    def stopping(self) -> None:
        """The daemon begins to end."""
        self._patience = True
        self._notifier.tell(STOPPING=1)
        self.tell()

    async def run(self) -> None:
        """Until cancelled; there is nothing to do where there is no manager."""
        while (every_s := self.every_s) is not None:
            self.tell()
            await asyncio.sleep(every_s)

    def tell(self) -> None:
        """Say what has changed, and that the daemon is alive if it is."""
        self._notice(self._vitals.stuck())
        line = str(self._stuck or self._line())
        if line != self._told:
            self._told = line
            self._notifier.tell(STATUS=line)
        if self._stuck is not None:
            return
        if self._patience:
            self._notifier.tell(EXTEND_TIMEOUT_USEC=round(PATIENCE_S * 1e6))
        if self._notifier.watchdog_s is not None:
            self._notifier.tell(WATCHDOG=1)

    def _notice(self, stuck: Stuck | None) -> None:
        if stuck is not None and self._stuck is None:
            logger.error("%s: the watchdog isn't fed any more", stuck)
        elif stuck is None and self._stuck is not None:
            logger.warning("%s goes on", self._stuck.name)
        self._stuck = stuck
