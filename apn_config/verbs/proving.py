"""Changes of what the channel itself depends on: their own answer proves them, or they are undone.

That the verb has begun, and what it would put back, is on the disk before the modem is told. Then
the answer is queued. The network's taking it ends the matter; where it doesn't within the time, or
the program was stopped in between, what was there before is put back, the answer is withdrawn, and
another one tells why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apn_config.apn_changes import Refused
from apn_config.model import Outcome, Result
from apn_config.store import InboxRow, Store, StoreError, StoreMisuse
from apn_config.verbs.place import Place
from apn_config.vitals import beat
from modem import CommandRefused, MisuseError, Modem, ModemError, ModemSilent

logger = logging.getLogger(__name__)

# Each two seconds apart: a card is busy for half a minute at most.
REFUSALS_BORNE = 30
# Each may take minutes, and meanwhile nothing is answered.
SILENCES_BORNE = 3
AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Trial:
    """How such a change is undone: `put_back` tells a modem what was there, and whether it took
    that.
    """

    place: Place
    row: InboxRow
    put_back: Callable[[Modem, str], Awaitable[bool]]

    async def run(self, undo: str, act: Callable[[], Awaitable[Outcome]], within_s: float) -> None:
        """Begin, `act`, answer with its outcome and wait for the network to take that.

        `act` raises Refused or ModemError where it isn't done.
        """
        await self.place.begin(self.row, undo)
        try:
            outcome = await act()
        except Refused as refusal:
            await self.undo(undo, refusal.reason)
        except ModemError as error:
            logger.warning("%s", error)
            await self.undo(undo, "modem-error")
        except (StoreError, StoreMisuse):
            raise
        except Exception:
            logger.exception("a change of the channel failed")
            await self.undo(undo, "internal")
        else:
            await self._prove(undo, outcome, within_s)

    async def _prove(self, undo: str, outcome: Outcome, within_s: float) -> None:
        place, row = self.place, self.row
        answer_id = await place.db.run(lambda store: place.queue_answer(store, row, outcome))
        place.answer_queued()
        if await place.sent(answer_id, within_s):
            await place.settle(row, "done")
        elif not place.closing.is_set():  # else the next start ends the matter
            await self.undo(undo, "not-sent")

    async def undo(self, undo: str, reason: str) -> None:
        """Put back what was there and tell so, unless the network took the answer after all.

        What others were answered meanwhile and was given up is due again.
        """
        place, row = self.place, self.row
        if not await place.withdraw(row):
            await place.settle(row, "done")
            return
        if not await self._is_put_back(undo):
            reason = "not-restored"
        await place.answer(row, Outcome(Result.ERR, reason=reason), reason, also=self._revive)

    def _revive(self, store: Store) -> None:
        """Its own answer is withdrawn, unless it was given up; that one tells what isn't true."""
        begun = store.inbox.get(self.row.id)
        if begun is not None and begun.started_s is not None:
            store.outbox.due_again(begun.started_s, but=self.row.id)

    async def _is_put_back(self, undo: str) -> bool:
        """Try until it is; a modem that is away is waited for, one that refuses isn't for ever."""
        refusals = silences = 0
        # Where there was nothing, it is only looked whether there still is nothing.
        borne = REFUSALS_BORNE if undo else 1
        while refusals < borne and silences < SILENCES_BORNE:
            modem = await self.place.modem()
            try:
                if await self.put_back(modem, undo):
                    return True
                refusals += 1
            except (CommandRefused, MisuseError) as error:
                logger.info("%s", error)
                refusals += 1
            except ModemError as error:
                logger.info("%s", error)
                silences += isinstance(error, ModemSilent)
            beat()
            await asyncio.sleep(AGAIN_S)
        logger.error("what was there before can't be put back")
        return False
