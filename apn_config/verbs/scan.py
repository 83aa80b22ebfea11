"""NETWORK SCAN: the networks in reach, as many as one SMS holds."""

from __future__ import annotations

import logging

from apn_config.apn_changes import Refused
from apn_config.model import Command, Outcome, Result, Verb
from apn_config.networks import SCAN, run_long, scan_pairs
from apn_config.verbs.place import Place
from modem import Modem, ModemSilent, parse_operators

logger = logging.getLogger(__name__)


async def scan(place: Place, modem: Modem, _command: Command) -> Outcome:
    """Takes minutes, and isn't tried again. Raises Refused, ModemError.

    No APN is changed meanwhile. Most modems stay registered while they listen; one that doesn't is
    registered again by itself, and the answer waits for that in the outbox.
    """
    async with place.changing:
        try:
            answer = await run_long(modem, SCAN)
        except ModemSilent as error:
            logger.warning("%s", error)
            raise Refused("timeout") from None
    if not answer.ok:
        logger.warning("%s: %s", answer.line, answer.final)
        raise Refused("refused")
    pairs = scan_pairs(parse_operators(answer.lines))
    return Outcome(Result.OK, Verb.NETWORK_SCAN, pairs=pairs or (("found", "0"),))
