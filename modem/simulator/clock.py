"""A modem's clock: what +CCLK tells, and what the network's time does to it (NITZ).

3GPP TS 22.042; 27.007 8.15, 8.40, 8.41. The time itself is the network's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.simulator.state import State

_QUARTER = timedelta(minutes=15)


class Clock:
    """Right at the start, as if an earlier registration had set it; local time with its zone."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._wrong_by = timedelta()
        self._zone_quarters = state.network.settings.zone_quarters

    def __str__(self) -> str:
        """As +CCLK has it: yy/MM/dd,hh:mm:ss±zz, the zone in quarters of an hour."""
        local = self._state.network.wall() + self._wrong_by + self._zone_quarters * _QUARTER
        return f"{local:%y/%m/%d,%H:%M:%S}{self._zone_quarters:+03}"

    def set(self, local: datetime, zone_quarters: int) -> None:
        """The host knows better."""
        self._zone_quarters = zone_quarters
        self._wrong_by = local - zone_quarters * _QUARTER - self._state.network.wall()

    def network_time(self) -> None:
        """The network has told its time, as it does when a modem registers."""
        options = self._state.settings.options
        zone = self._state.network.settings.zone_quarters
        if options.get("+CTZU", (0,)) != (0,):
            self._wrong_by = timedelta()
            self._zone_quarters = zone
        told = options.get("+CTZR", (0,))
        if told == (1,):
            self._state.say(f'+CTZV: "{zone:+03}"')
        elif told == (2,):
            local = self._state.network.wall() + zone * _QUARTER
            self._state.say(f'+CTZE: "{zone:+03}",0,"{local:%Y/%m/%d,%H:%M:%S}"')
