"""What a modem's display would show: the indicators of +CIND, and +CIEV where +CMER asks for it.

3GPP TS 27.007 8.9, 8.10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.simulator.plmn import Welcome

if TYPE_CHECKING:
    from modem.simulator.state import State

# In the order of +CIND=?; an indicator's number in +CIEV is its place, from 1 on.
RANGES = {
    "battchg": "(0-5)",
    "signal": "(0-5)",
    "service": "(0,1)",
    "call": "(0,1)",
    "roam": "(0,1)",
}
_NO_SIGNAL = 99
_STEP = 6  # of +CSQ's 32, for each bar


class Indicators:
    """The values now, and which of them were told last."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._told = self.values()

    def values(self) -> dict[str, int]:
        """Each indicator's value."""
        subscriber = self._state.subscriber
        rssi = self._state.rssi
        return {
            "battchg": 5,
            "signal": 0 if rssi == _NO_SIGNAL else min(5, 1 + rssi // _STEP),
            "service": int(subscriber.registered),
            "call": int(self._state.call is not None),
            "roam": int(subscriber.registered and subscriber.welcome is Welcome.ROAMING),
        }

    def tell(self) -> None:
        """Say what has changed; with +CMER off it is passed over."""
        values = self.values()
        mode, _, _, wanted, _ = self._state.settings.options.get("+CMER", (0, 0, 0, 0, 0))
        for place, (name, value) in enumerate(values.items(), 1):
            if mode and wanted and value != self._told[name]:
                self._state.say(f"+CIEV: {place},{value}")
        self._told = values
