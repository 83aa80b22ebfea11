"""The power and the cable of a simulated modem, by the socket of `simulate --control`."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from apn_config.control import ControlClient, ControlError
from modem.power import PowerFailed, checked, checked_number, off_and_on

# Nothing has to discharge here; long enough for a daemon to see that the port is gone.
OFF_S = 0.5

# A modem without power has no port. It restarts at both ends: with the first one it forgets what it
# was at, with the second one its start begins when the power is back.
_OPERATIONS: dict[str, dict[bool, tuple[str, ...]]] = {
    "cable": {False: ("unplug",), True: ("plug",)},
    "power": {False: ("unplug", "reboot"), True: ("reboot", "plug")},
}


class Switch:
    """`control` is the socket's path, `of` what is switched: power or cable."""

    toggles = False

    def __init__(self, control: str, of: str, modem: int = 0, off_s: float = OFF_S) -> None:
        self._control = Path(control)
        self._operations = _OPERATIONS[checked("of", of, "power|cable", "power or cable")]
        self._modem = checked_number("modem", modem, 0, 1023)
        self._off_s = off_s
        # A cancelled call goes on in its thread: "on" must not overtake "off".
        self._one_at_a_time = threading.Lock()

    async def cycle(self) -> None:
        """Off and on again."""
        await off_and_on(self._switch, self._off_s)

    async def _switch(self, on: bool) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._say, self._operations[on])

    def _say(self, operations: tuple[str, ...]) -> None:
        with self._one_at_a_time:
            try:
                self._call(operations)
            except (ControlError, OSError) as error:
                raise PowerFailed(f"the simulated modem can't be switched: {error}") from error

    def _call(self, operations: tuple[str, ...]) -> None:
        client = ControlClient.connect(self._control)
        if client is None:
            raise PowerFailed(
                f"nobody listens at {self._control}; does `modem-helper simulate --control` run "
                "there?"
            )
        try:
            for operation in operations:
                client.call(operation, {"modem": self._modem})
        finally:
            client.close()
