"""NETWORK <number> and NETWORK AUTO: the network is registered in, and takes the answer.

Choosing the same network twice does no harm. It is begun once all the same, since a choice that
isn't proven has to be undone, over a restart of the program, too: then the modem chooses by itself
again.
"""

from __future__ import annotations

import logging
import re
from functools import partial

from apn_config.apn_changes import Refused
from apn_config.dialects.plain import AUTOMATIC
from apn_config.model import Command, Outcome, Result, Verb
from apn_config.networks import is_plmn, registered_in, run_long, selection
from apn_config.store import InboxRow
from apn_config.verbs import Once
from apn_config.verbs.place import Place
from apn_config.verbs.proving import Trial
from apn_config.verbs.reading import where
from modem import Modem

logger = logging.getLogger(__name__)

# After the modem's own answer, which comes when it has tried for minutes.
REGISTER_S = 60.0
# <mode> 0 of 3GPP TS 27.007 7.3.
_BY_ITSELF = re.compile(r"\+COPS:\s*0\b", re.IGNORECASE)


async def _run(place: Place, row: InboxRow, command: Command) -> None:
    word = command.words[0] if command.words else ""
    if word != AUTOMATIC and not is_plmn(word):
        raise Refused("bad-network")
    modem = await place.modem()
    async with place.changing:
        trial = Trial(place, row, _put_back)
        # As long as the answer to an APN change has.
        within_s = place.plan.apn.channel_timeout_s
        await trial.run(AUTOMATIC, partial(_choose, place, modem, word), within_s)


async def _after_restart(place: Place, row: InboxRow) -> None:
    async with place.changing:
        await Trial(place, row, _put_back).undo(AUTOMATIC, "interrupted")


async def _choose(place: Place, modem: Modem, word: str) -> Outcome:
    plmn = None if word == AUTOMATIC else word
    answer = await run_long(modem, selection(plmn))
    if not answer.ok:
        # It tells how the first search ended, and the modem goes on with it.
        logger.info("%s: %s", answer.line, answer.final)
    registration = await registered_in(modem, plmn, place.clock, REGISTER_S)
    if registration is None:
        raise Refused("not-registered")
    return Outcome(Result.OK, Verb.NETWORK_SELECT, word, await where(modem, registration))


async def _put_back(modem: Modem, _former: str) -> bool:
    """Its refusal may tell how its search ended, too; that it has to choose by itself is kept. It
    may do so already: the answer was lost.
    """
    answer = await modem.run_at("AT+COPS?")
    if any(_BY_ITSELF.match(line) for line in answer.lines):
        return True
    await run_long(modem, selection(None))
    return True


SELECT = Once(_run, _after_restart)
