"""Which networks are in reach, and which one is used: what control socket and SMS have in common.

A search and a choice take minutes. The modem gives them up when it hears anything else; its driver
asks nothing meanwhile.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable

from apn_config.clock import Clock
from apn_config.vitals import beat, idle
from modem import AtAnswer, Availability, Modem, Operator, Registration

# A search of all bands and technologies takes minutes; so does a registration by hand.
SEARCH_S = 180.0
TELL_S = 1.0
LOOK_S = 2.0
SCAN = "AT+COPS=?"
_PLMN = re.compile(r"[0-9]{5,6}")
_NUMBER = re.compile(r'\+COPS:\s*[0-9],2,"?([0-9]{5,6})\b')
# In an answer by SMS: so that some names have room in it.
_NAME_CHARS = 16


def is_plmn(text: str) -> bool:
    """Is it MCC and MNC?"""
    return _PLMN.fullmatch(text) is not None


def selection(plmn: str | None) -> str:
    """The line that chooses the network of that number, or lets the modem choose by itself.

    In <mode> 4: where that network isn't to be had the modem chooses by itself, so nobody is left
    without any (3GPP TS 27.007 7.3).
    """
    if plmn is None:
        return "AT+COPS=0"
    if not is_plmn(plmn):
        raise ValueError("MCC and MNC, five or six digits")
    return f'AT+COPS=4,2,"{plmn}"'


async def run_long(
    modem: Modem, line: str, tell: Callable[[float], None] = lambda _elapsed_s: None
) -> AtAnswer:
    """Run a command that takes minutes, and tell each second how long it has taken.

    Raises ModemError; what the modem refuses is an answer.
    """
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    running = asyncio.ensure_future(modem.run_at(line, timeout_s=SEARCH_S))
    try:
        while not (await asyncio.wait({running}, timeout=TELL_S))[0]:
            beat()
            tell(round(loop.time() - began_s, 1))
        return running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def number_of(modem: Modem) -> str | None:
    """The number of the network in use. In one line, so that nobody who is cut off leaves the modem
    at numbers where everybody else expects names.
    """
    answer = await modem.run_at("AT+COPS=3,2;+COPS?;+COPS=3,0")
    found = map(_NUMBER.match, answer.lines)
    return next((match[1] for match in found if match is not None), None)


async def registered_in(
    modem: Modem, plmn: str | None, clock: Clock, within_s: float
) -> Registration | None:
    """Wait for the registration in the network of that number, or in any; None where none comes."""
    began = clock.now()
    while True:
        registration = await modem.registration()
        if registration.registered and (plmn is None or same_plmn(plmn, await number_of(modem))):
            return registration
        if began.age_s(clock.now()) >= within_s:
            return None
        beat()
        with idle():
            await asyncio.sleep(LOOK_S)


def same_plmn(wanted: str, found: str | None) -> bool:
    """The same network? Some modems write an MNC of two digits with three."""
    if found is None or wanted[:3] != found[:3]:
        return False
    return wanted == found or int(wanted[3:]) == int(found[3:])


def scan_pairs(operators: Iterable[Operator]) -> tuple[tuple[str, str], ...]:
    """Networks as an answer by SMS tells them: name/number=state, the more useful first.

    One that is heard in several technologies stands there once, in the best of its states.
    """
    best: dict[tuple[str, str], Availability] = {}
    for each in operators:
        key = (_short(each.name), each.plmn)
        if key not in best or _RANKS[each.availability] < _RANKS[best[key]]:
            best[key] = each.availability
    ranked = sorted(best.items(), key=lambda item: _RANKS[item[1]])
    return tuple(
        (f"{name}/{plmn}" if name else plmn, state.value) for (name, plmn), state in ranked
    )


_RANKS = {
    Availability.CURRENT: 0,
    Availability.AVAILABLE: 1,
    Availability.UNKNOWN: 2,
    Availability.FORBIDDEN: 3,
}


def _short(name: str | None) -> str:
    """A name that is one word and has no sign with a meaning of its own."""
    words = "-".join((name or "").split())
    return "".join("-" if c in '=/"' else c for c in words)[:_NAME_CHARS]
