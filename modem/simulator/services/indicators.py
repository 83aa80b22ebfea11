"""Indicators, their events, and the time of day (3GPP TS 27.007 8)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from modem.at.parameters import split
from modem.simulator.answers import Cme, CmeRefusal, Reply
from modem.simulator.indicators import RANGES
from modem.simulator.services.table import Entry, Table, option, says
from modem.simulator.state import State

_TIME = re.compile(r"(\d\d)/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)([+-]\d\d)?", re.ASCII)
_MAX_ZONE = 56  # 14 h, in quarters


# +CIND?: the indicators' values, in the order of +CIND=? (8.9); none can be set
def _read_cind(state: State, _text: str) -> Reply:
    return [f"+CIND: {','.join(map(str, state.indicators.values().values()))}"]


_CIND_TEST = ",".join(f'("{name}",{values})' for name, values in RANGES.items())


# +CCLK=<time>, "yy/MM/dd,hh:mm:ss±zz" (8.15)
def _set_clock(state: State, text: str) -> Reply:
    match = _TIME.fullmatch((split(text) or [None])[0] or "")
    if match is None:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    year, month, day, hour, minute, second = (int(digits) for digits in match.groups()[:6])
    zone = int(match[7] or 0)
    try:
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS) from error
    if abs(zone) > _MAX_ZONE:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    state.clock.set(local, zone)
    return ()


def _read_clock(state: State, _text: str) -> Reply:
    return [f'+CCLK: "{state.clock}"']


INDICATORS: Table = {
    "+CIND": Entry(read=_read_cind, test=says(f"+CIND: {_CIND_TEST}")),
    # 8.10: <mode> 1 to 3 as one, as nothing is held back on this line; <ind> 1 and 2 likewise
    "+CMER": option(
        "+CMER",
        "(0-3),(0),(0),(0-2),(0,1)",
        (0, 0, 0, 0, 0),
        changed=lambda state: state.indicators.tell(),
    ),
    "+CCLK": Entry(set=_set_clock, read=_read_clock),
    "+CTZU": option("+CTZU", "(0,1)", (0,)),  # 8.40: the network sets the clock
    "+CTZR": option("+CTZR", "(0-2)", (0,)),  # 8.41: +CTZV or +CTZE when it tells the time
}
