"""What a family's modems say again and again, unasked, as its profile has it (^RSSI, ^BOOT)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from modem.profiles import Said
from modem.simulator.agenda import Appointment
from modem.simulator.template import filled, values_of

if TYPE_CHECKING:
    from modem.simulator.state import State


class Background:
    """One modem's murmur, from power on to power off."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._next: dict[Said, Appointment] = {}
        self.start()

    def start(self) -> None:
        """Begin, or begin anew: each line comes after its span."""
        self.stop()
        for said in self._state.profile.simulator.background_urcs:
            self._arrange(said)

    def stop(self) -> None:
        """Be quiet."""
        for appointment in self._next.values():
            appointment.cancel()
        self._next.clear()

    def _arrange(self, said: Said) -> None:
        self._next[said] = self._state.network.after(said.after_s, partial(self._say, said))

    def _say(self, said: Said) -> None:
        command, _, off = self._state.profile.simulator.background_off.partition("=")
        if not command or self._state.kept.get(command) != off:
            self._state.say(filled(said.line, values_of(self._state)))
        self._arrange(said)
