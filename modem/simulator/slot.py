"""The card's place in a modem: whether it answers, how it starts, what the modem says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.profiles import Said
from modem.simulator.agenda import Appointment
from modem.simulator.answers import Cme, CmeRefusal
from modem.simulator.card import Card, Lock

if TYPE_CHECKING:
    from modem.simulator.state import State

_CARD_IS_READY = "+CPIN: READY"
_CARD_IS_GONE = "+CPIN: NOT READY"  # when one is taken out: EC200U manual, AT+QSIMDET
_READY_NOW = Said(0.0, _CARD_IS_READY)

_SILENT = {Lock.OFF: Cme.SIM_FAILURE, Lock.BUSY: Cme.SIM_BUSY}
_LOCKED = {
    Lock.PIN: Cme.SIM_PIN_REQUIRED,
    Lock.PUK: Cme.SIM_PUK_REQUIRED,
    Lock.BLOCKED: Cme.SIM_FAILURE,
}


class Slot:
    """Holds a card, or none."""

    def __init__(self, state: State, card: Card | None) -> None:
        self.card = card
        self._state = state
        self._unlocked_lines: tuple[Said, ...] = (_READY_NOW,)
        self._start: Appointment | None = None

    def present(self) -> Card:
        """The card, locked or not; raises CmeRefusal 10, 13 or 14 where none answers."""
        if self.card is None:
            raise CmeRefusal(Cme.SIM_NOT_INSERTED)
        if self.card.lock in _SILENT:
            raise CmeRefusal(_SILENT[self.card.lock])
        return self.card

    def usable(self) -> Card:
        """The card, if it is open; raises CmeRefusal 10 to 14."""
        card = self.present()
        if card.lock in _LOCKED:
            raise CmeRefusal(_LOCKED[card.lock])
        return card

    def boot_lines(self) -> tuple[Said, ...]:
        """What the modem says after power on; what needs the card waits until it is open."""
        said = self._state.profile.simulator.boot_urcs
        lines = [each.line for each in said]
        lock = self.card.asks if self.card else None
        if lock is Lock.READY or _CARD_IS_READY not in lines:
            return said
        place = lines.index(_CARD_IS_READY)
        ready_s = said[place].after_s
        self._unlocked_lines = tuple(
            Said(each.after_s - ready_s, each.line) for each in said[place:]
        )
        asked = () if lock in (None, Lock.BLOCKED) else (f"+CPIN: {lock.value}",)
        return (*said[:place], *(Said(ready_s, line) for line in asked))

    def unlocked(self) -> None:
        """The card took the PIN or the PUK."""
        lines, self._unlocked_lines = self._unlocked_lines, (_READY_NOW,)
        self._state.announce(lines)
        self._state.connect()

    def power_up(self) -> None:
        """It starts with the modem, and is busy for as long as the profile says."""
        self._begin(self._state.profile.simulator.sim_busy_s, announced=False)

    def refresh(self, imsi: str | None) -> None:
        """It starts again by itself, maybe with another IMSI, while the modem goes on."""
        card = self.present()
        self._state.radio_off()
        if imsi is not None:
            card.imsi = imsi
        self._state.say(_CARD_IS_GONE)
        self._begin(self._state.network.settings.refresh_s, announced=True)

    def switch(self, *, on: bool) -> None:
        """Give it power, or take it away; the modem goes on."""
        if self.card is None:
            return
        self._cancel()
        self.card.power_up()
        self.card.off = not on
        if on:
            self._announce()

    def _begin(self, busy_s: float, *, announced: bool) -> None:
        self._cancel()
        if self.card is None:
            return
        self.card.power_up()
        self.card.busy = busy_s > 0
        if self.card.busy:
            self._start = self._state.network.after(busy_s, lambda: self._ready(announced))

    def _ready(self, announced: bool) -> None:
        self._start = None
        if self.card is not None:
            self.card.busy = False
        if announced:
            self._announce()
        self._state.connect()

    def _announce(self) -> None:
        """All that follows a start's +CPIN: READY, or what the card asks for."""
        lines = self.boot_lines()
        places = [at for at, each in enumerate(lines) if each.line.startswith("+CPIN: ")]
        since = lines[places[0] :] if places else ()
        self._state.announce(Said(each.after_s - since[0].after_s, each.line) for each in since)

    def _cancel(self) -> None:
        if self._start is not None:
            self._start.cancel()
            self._start = None
