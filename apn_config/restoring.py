"""The actions that bring service back: the former APN, the last good one, the default."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from apn_config import replies
from apn_config.appliers import ApplierError, Held
from apn_config.model import Apn
from apn_config.steps import Ending, holds, undo_of
from apn_config.store import ChangeRow
from apn_config.tools import FIRST_LOOK_S, LONGEST_LOOK_S, REFUSALS, Tools
from apn_config.transaction import Event, Level, Reason
from modem import Modem, ModemError, same_apn

logger = logging.getLogger(__name__)

# Each two seconds apart: a card is busy for half a minute at most.
REFUSALS_BORNE = 30

_Write = Callable[[Modem], Awaitable[None]]


class Restoring:
    """Writes an APN that is known, however long it takes, and waits for its service."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def restore(self, change: ChangeRow) -> Ending:
        """The former APN, up to the service that it gave."""

        async def write(modem: Modem) -> None:
            await self._write_former(modem, change)

        returned = await self._serves_again(change, write)
        if not returned:
            return Ending(Event.RESTORE_TIMEOUT, change.reason)
        return self._over(change, Event.RESTORED, change.intent.former)

    async def try_last_good(self, change: ChangeRow) -> Ending:
        """The last APN that ever worked with the card."""
        return await self._try(change, await self._last_good(change))

    async def try_default(self, change: ChangeRow) -> Ending:
        """The one that the configuration names, unless it is the last good one."""
        default = self._tools.plan.apn.last_resort
        tried = await self._last_good(change)
        again = tried is not None and same_apn(tried.name, default.name)
        return await self._try(change, default if _is_new(change, default) and not again else None)

    async def write_former(self, change: ChangeRow) -> Ending:
        """The former APN is what stays where no APN has service.

        A refusal may be a passing one, such as of a card that is busy after a radio cycle.
        """
        refusals = 0
        while refusals < REFUSALS_BORNE:
            try:
                modem = await self._tools.modem_for(change)
                await self._write_former(modem, change)
                await self._switch_radio(modem, change)
            except (ModemError, ApplierError) as error:
                refusals += isinstance(error, REFUSALS)
                await self._tools.pause_after(error)
                continue
            break
        return self._over(change, Event.FORMER_WRITTEN, change.intent.former)

    async def _last_good(self, change: ChangeRow) -> Apn | None:
        """The newest APN of the card's record that wasn't tried yet."""
        intent = change.intent
        record = await self._tools.db.run(lambda store: store.records.get(intent.iccid, intent.cid))
        known = () if record is None else (record.current, record.last_good)
        return next((apn for apn in known if apn is not None and _is_new(change, apn)), None)

    async def _try(self, change: ChangeRow, apn: Apn | None) -> Ending:
        if apn is None:
            return Ending(Event.NOTHING_TO_TRY, change.reason)

        if change.intent.former.credentials is None:
            # They couldn't be brought back: what the modem has is left alone.
            apn = replace(apn, credentials=None)
        tried = apn

        async def write(modem: Modem) -> None:
            if not await self._tools.is_set(modem, change.intent.cid, tried):
                await self._tools.applier.write(modem, change.intent.cid, tried)

        if not await self._serves_again(change, write):
            return Ending(Event.RESTORE_TIMEOUT, change.reason)
        return self._over(change, Event.RESTORED, apn, rescue=apn)

    async def _serves_again(self, change: ChangeRow, write: _Write) -> bool:
        """Write, then wait for the service that the former APN gave; False when time is up.

        The radio is switched once more when half of the time is over. A modem that isn't there is
        waited for beyond the deadline, so that the APN is written; one that refuses isn't.
        """
        tools = self._tools
        level = change.intent.former_level
        written = cycled = refused = False
        cycle_again_below_s = tools.plan.apn.rollback_timeout_s / 2
        while True:
            remaining_s = await tools.remaining_s()
            if remaining_s <= 0 and (refused or (written and cycled)):
                return False
            try:
                modem = await tools.modem_for(change)
                if not written:
                    await write(modem)
                    written = True
                if not cycled or remaining_s < cycle_again_below_s:
                    cycle_again_below_s = -1.0 if cycled else cycle_again_below_s
                    # Whatever comes of it: a modem that gives way at each cycle gets two of them.
                    cycled = True
                    await self._switch_radio(modem, change)
                seen = await tools.look(modem, change, activate=level.reaches(Level.CONTEXT))
                if seen.level.reaches(level):
                    return True
            except (ModemError, ApplierError) as error:
                refused = isinstance(error, REFUSALS)
                # It may have restarted, and may have forgotten what was written.
                written = written and refused
                await tools.pause_after(error)
                continue
            await tools.pause(LONGEST_LOOK_S if remaining_s > LONGEST_LOOK_S else FIRST_LOOK_S)

    async def _switch_radio(self, modem: Modem, change: ChangeRow) -> None:
        """One that refuses isn't asked again and again: its service may return all the same."""
        try:
            await self._tools.switch_radio(modem, change)
        except REFUSALS as error:
            logger.warning(
                "change %s: %s", change.id, error, extra={"fields": {"change": change.id}}
            )

    async def _write_former(self, modem: Modem, change: ChangeRow) -> None:
        """All that the change touched, as it was."""
        intent, applier = change.intent, self._tools.applier
        undo = undo_of(intent, self._tools.plan)
        if undo is not None:
            await applier.restore(modem, intent.cid, Held(intent.former, undo))
        elif not await self._tools.is_set(modem, intent.cid, intent.former):
            await applier.write(modem, intent.cid, intent.former)

    def _over(
        self, change: ChangeRow, event: Event, kept: Apn, *, rescue: Apn | None = None
    ) -> Ending:
        reason = change.reason or Reason.TIMEOUT
        answer = None
        if change.intent.kind.answered:
            answer = replies.rollback(
                change.intent.wanted.name, kept.name, reason.value, change.intent.tag
            )
        return Ending(event, reason, answer, rescue)


def _is_new(change: ChangeRow, apn: Apn) -> bool:
    """Is it neither the one that was given up nor the one that didn't come back?"""
    intent = change.intent
    return not holds(intent.former, apn) and not same_apn(intent.wanted.name, apn.name)
