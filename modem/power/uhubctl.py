"""A port of a USB hub that can switch its power, by the program uhubctl."""

from __future__ import annotations

from modem.power import OFF_S, checked, checked_number, off_and_on
from modem.power.program import run

_ADVICE = (
    "is it installed (sudo apt install uhubctl), does `sudo uhubctl` show the hub, and may this "
    "user switch it?"
)


class HubSwitch:
    """`location` is the hub's place as uhubctl shows it, 1-1 or 2; `port` its port, from 1 on."""

    toggles = False

    def __init__(self, location: str, port: int, off_s: float = OFF_S) -> None:
        hub = checked("location", location, r"[0-9]{1,3}(-[0-9]{1,3}(\.[0-9]{1,3})*)?", "1-1")
        self._argv = ("uhubctl", "-l", hub, "-p", str(checked_number("port", port, 1, 255)), "-a")
        self._off_s = off_s

    async def cycle(self) -> None:
        """Off and on again."""
        await off_and_on(self._switch, self._off_s)

    async def _switch(self, on: bool) -> None:
        await run((*self._argv, "on" if on else "off"), _ADVICE)
