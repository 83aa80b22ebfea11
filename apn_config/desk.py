"""What every operation works with: the present agent and its modem, or why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from apn_config.agent import Agent
from apn_config.clock import Clock
from apn_config.control import EXIT_BUSY, ControlError
from apn_config.status import MODEM_WAIT_S, Standing, ready_modem
from apn_config.vitals import Turn
from modem import Modem

EXIT_REFUSED = 4


class Desk:
    """`present` tells the present agent: None while there is no store.

    `alone` is true where a one-shot command has the modem to itself: then nobody takes messages.
    """

    def __init__(
        self,
        present: Callable[[], Agent | None],
        standing: Standing,
        clock: Clock,
        *,
        alone: bool = False,
    ) -> None:
        self.present = present
        self.standing = standing
        self.clock = clock
        self.alone = alone
        self._turn = Turn()
        self._searching = False

    @property
    def agent(self) -> Agent:
        """The agent. Raises ControlError."""
        agent = self.present()
        if agent is None:
            raise ControlError(f"not without the store: {self.standing.store_why}")
        return agent

    async def modem(self) -> Modem:
        """The modem, waiting while it is being opened. Raises ControlError, ModemError."""
        try:
            async with asyncio.timeout(MODEM_WAIT_S):
                return await ready_modem(self.agent.keeper)
        except TimeoutError:
            raise ControlError("the modem isn't ready yet; try again", exit_code=8) from None

    @asynccontextmanager
    async def turn(self, *, search: bool = False) -> AsyncIterator[Modem]:
        """The modem for one command of a client's, one client after the other.

        So the daemon's own wait for one of them at most, however many clients there are. A `search`
        takes minutes; of those there is one, and none waits. Raises ControlError, ModemError.
        """
        if search and self._searching:
            raise ControlError(
                "another client searches for networks; try again after it", EXIT_BUSY
            )
        self._searching = self._searching or search
        try:
            async with self._turn:
                yield await self.modem()
        finally:
            self._searching = self._searching and not search

    async def refuse_amid_change(self, what: str) -> None:
        """Raises ControlError (4) while an APN change needs the modem; one on trial doesn't."""
        agent = self.agent
        change = await agent.changes.active()
        busy = change is not None and not change.state.restful
        if busy or agent.changes.changing.locked():
            raise ControlError(f"an APN change is under way; {what} after it", EXIT_REFUSED)
