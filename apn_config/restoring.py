"""The actions that bring service back: the former APN, the last good one, the default."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from apn_config.appliers import ApplierError, Held
from apn_config.clock import Moment
from apn_config.model import Apn, Outcome, Result, Verb
from apn_config.steps import Ending, applier_of, holds, undo_of
from apn_config.store import ChangeRow
from apn_config.tools import FIRST_LOOK_S, LONGEST_LOOK_S, REFUSALS, Tools
from apn_config.transaction import Event, Level, Reason
from modem import Modem, ModemError, same_apn

logger = logging.getLogger(__name__)

# Each two seconds apart: a card is busy for half a minute at most.
REFUSALS_BORNE = 30
# Of a service that isn't there (NetworkManager, a program that says "not now"): half an hour.
ABSENCES_BORNE = 900
# From a radio cycle to the registration it takes half a minute, and up to two where the modem has
# to look through all bands. A roll-back that begins after its deadline has that much, too.
SERVICE_S = 120.0
BEGINNINGS = 10
# A modem that was waited for so long was away: it may have forgotten what was written, and has to
# register.
AWAY_S = 1.0

_Write = Callable[[Modem], Awaitable[None]]


class Restoring:
    """Writes an APN that is known, however long it takes, and waits for its service."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def restore(self, change: ChangeRow) -> Ending:
        """The former APN, up to the service that it gave."""

        async def write(modem: Modem) -> None:
            await self._write_former(modem, change)

        if await self._serves_again(change, write) is None:
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
        refusals = absences = 0
        while refusals < REFUSALS_BORNE and absences < ABSENCES_BORNE:
            try:
                modem = await self._tools.modem_for(change)
                await self._write_former(modem, change)
                await self._switch_radio(modem, change)
            except (ModemError, ApplierError) as error:
                refusals += isinstance(error, REFUSALS)
                absences += isinstance(error, ApplierError)
                await self._tools.pause_after(error)
                continue
            return self._over(change, Event.FORMER_WRITTEN, change.intent.former)
        return self.given_up(change)

    def given_up(self, change: ChangeRow) -> Ending:
        """The former APN can't be written: nobody is told that it is in force."""
        logger.error(
            "change %s: the former APN can't be written back; it is tried again as drift",
            change.id,
            extra={"fields": {"change": change.id}},
        )
        reason = Reason.NOT_RESTORED
        answer = Outcome(
            Result.ERR, Verb.APN_SET, change.intent.wanted.name, reason=reason.value, word="APN"
        )
        return Ending(Event.FORMER_REFUSED, reason, answer)

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

        modem = await self._serves_again(change, write)
        if modem is None:
            return Ending(Event.RESTORE_TIMEOUT, change.reason)
        return self._over(change, Event.RESTORED, apn, rescue=apn, iccid=modem.identity.iccid)

    async def _serves_again(self, change: ChangeRow, write: _Write) -> Modem | None:
        """Write, then wait for the service that the former APN gave; None when time is up.

        The radio is switched once more when half of the time is over. A modem that isn't there is
        waited for beyond the deadline, so that the APN is written, and then for its service; one
        that refuses isn't.
        """
        tools = self._tools
        level = change.intent.former_level
        attempt = _Attempt(min(SERVICE_S, tools.plan.apn.rollback_timeout_s))
        cycle_again_below_s = tools.plan.apn.rollback_timeout_s / 2
        while True:
            remaining_s = await tools.remaining_s()
            if remaining_s <= 0 and attempt.over(tools.clock.now()):
                return None
            try:
                asked = tools.clock.now()
                modem = await tools.modem_for(change)
                if asked.age_s(tools.clock.now()) > AWAY_S:
                    attempt.written = False
                if not attempt.written:
                    attempt.begin(tools.clock.now())
                    await write(modem)
                    attempt.written = True
                if not attempt.cycled or 0 < remaining_s < cycle_again_below_s:
                    cycle_again_below_s = -1.0 if attempt.cycled else cycle_again_below_s
                    # Whatever comes of it: a modem that gives way at each cycle gets two of them.
                    attempt.cycled = True
                    await self._switch_radio(modem, change)
                    attempt.begin(tools.clock.now())
                seen = await tools.look(modem, change, activate=level.reaches(Level.CONTEXT))
                if seen.level.reaches(level):
                    return modem
                attempt.refused = False
            except (ModemError, ApplierError) as error:
                attempt.refused = isinstance(error, (*REFUSALS, ApplierError))
                # It may have restarted, and may have forgotten what was written.
                attempt.written = attempt.written and attempt.refused
                await tools.pause_after(error)
                continue
            soon_over = 0 < remaining_s <= LONGEST_LOOK_S
            await tools.pause(FIRST_LOOK_S if soon_over else LONGEST_LOOK_S)

    async def _switch_radio(self, modem: Modem, change: ChangeRow) -> None:
        """One that refuses isn't asked again and again: its service may return all the same."""
        try:
            await self._tools.switch_radio(modem, change)
        except REFUSALS as error:
            logger.warning(
                "change %s: %s", change.id, error, extra={"fields": {"change": change.id}}
            )

    async def _write_former(self, modem: Modem, change: ChangeRow) -> None:
        """All that the change touched, as it was, by the applier that made the change."""
        intent, tools = change.intent, self._tools
        applier, undo = tools.applier_for(intent), undo_of(intent)
        if applier is tools.applier and applier_of(intent) not in (None, tools.plan.apn.applier):
            undo = None  # another applier's words, whose section is gone
        if applier is tools.applier and undo is None:
            try:
                if await tools.is_set(modem, intent.cid, intent.former):
                    return
            except REFUSALS as error:
                # What can't be read may be written all the same.
                logger.info("%s", error)
        await applier.restore(modem, intent.cid, Held(intent.former, undo))
        if applier is not tools.applier and not await tools.is_set(
            modem, intent.cid, intent.former
        ):
            # The one that is configured now has the last word.
            await tools.applier.write(modem, intent.cid, intent.former)

    def _over(
        self,
        change: ChangeRow,
        event: Event,
        kept: Apn,
        *,
        rescue: Apn | None = None,
        iccid: str | None = None,
    ) -> Ending:
        reason = change.reason or Reason.TIMEOUT
        answer = None
        if change.intent.kind.answered:
            answer = Outcome(
                Result.ROLLBACK,
                Verb.APN_SET,
                change.intent.wanted.name,
                reason=reason.value,
                kept=kept.name,
            )
        return Ending(event, reason, answer, rescue, iccid)


class _Attempt:
    """How far one run of a roll-back's action has come."""

    def __init__(self, patience_s: float) -> None:
        self.written = self.cycled = self.refused = False
        self._patience_s = patience_s
        self._since: Moment | None = None
        self._beginnings = 0

    def begin(self, now: Moment) -> None:
        """The modem, or the network, hears of it now: until it serves, a while may go by.

        A modem that forgets it again and again gets no more time for that.
        """
        self._beginnings += 1
        if self._beginnings <= BEGINNINGS:
            self._since = now

    def over(self, now: Moment) -> bool:
        """May it be given up once its deadline is over?"""
        waited = self._since is not None and self._since.age_s(now) >= self._patience_s
        return waited and (self.refused or (self.written and self.cycled))


def _is_new(change: ChangeRow, apn: Apn) -> bool:
    """Is it neither the one that was given up nor the one that didn't come back?"""
    intent = change.intent
    return not holds(intent.former, apn) and not same_apn(intent.wanted.name, apn.name)
