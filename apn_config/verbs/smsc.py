"""SMSC <number>: another service centre, which has to take the answer within two minutes.

The number is the card's or the modem's (3GPP TS 27.005 3.3.1); most write it down at once, so a
wrong one would outlive everything. Where there was none before nothing can be put back: then the
device could send nothing before, either.
"""

from __future__ import annotations

import re
from functools import partial

from apn_config.apn_changes import Refused
from apn_config.model import Command, Outcome, Result, Verb
from apn_config.store import InboxRow
from apn_config.verbs import Once
from apn_config.verbs.place import Place
from apn_config.verbs.proving import Trial
from modem import Modem

PROOF_S = 120.0
_CSCA = re.compile(r'\+CSCA:\s*"([^"]*)"', re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
# Types of number and numbering plan (3GPP TS 24.011 8.2.5.2).
_INTERNATIONAL, _UNKNOWN = 145, 129


async def read(_place: Place, modem: Modem, _command: Command) -> Outcome:
    """The service centre's number, empty where the modem says that it has none."""
    return Outcome(Result.OK, Verb.SMSC, await _told(modem))


async def _run(place: Place, row: InboxRow, command: Command) -> None:
    number = command.words[0] if command.words else ""
    if not _NUMBER.fullmatch(number):
        raise Refused("bad-number")
    modem = await place.modem()
    async with place.changing:
        former = await _former(modem)
        trial = Trial(place, row, _put_back)
        await trial.run(former, partial(_set, modem, number), PROOF_S)


async def _after_restart(place: Place, row: InboxRow) -> None:
    async with place.changing:
        await Trial(place, row, _put_back).undo(row.undo or "", "interrupted")


async def _set(modem: Modem, number: str) -> Outcome:
    if not await _is_set(modem, number):
        raise Refused("refused")
    return Outcome(Result.OK, Verb.SMSC_SET, number)


async def _former(modem: Modem) -> str:
    """What would have to be put back. A line has no checksum, so it has to say so twice."""
    former = await _told(modem)
    if await _told(modem) != former:
        raise Refused("modem-error")
    return former


async def _told(modem: Modem) -> str:
    """The number; "" only where the modem says that it has none. A refusal or nonsense says nothing
    of that: Refused.
    """
    answer = await modem.run_at("AT+CSCA?")
    told = next(filter(None, map(_CSCA.match, answer.lines)), None) if answer.ok else None
    number = await modem.service_centre()
    if told is None or bool(told[1]) is not bool(number):
        raise Refused("modem-error")
    return number or ""


async def _put_back(modem: Modem, former: str) -> bool:
    """What was written may be there although its answer was lost, so it is looked first."""
    found = await modem.service_centre() or ""
    if found.lstrip("+") == former.lstrip("+"):
        return True
    return former != "" and await _is_set(modem, former)


async def _is_set(modem: Modem, number: str) -> bool:
    """Set it, and read it again: a modem may keep less than it took."""
    kind = _INTERNATIONAL if number.startswith("+") else _UNKNOWN
    answer = await modem.run_at(f'AT+CSCA="{number}",{kind}')
    found = await modem.service_centre() if answer.ok else None
    return found is not None and found.lstrip("+") == number.lstrip("+")


SET = Once(_run, _after_restart)
