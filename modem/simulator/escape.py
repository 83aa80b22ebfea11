"""The way out of a data connection: "+++" between two silences. Nothing else is seen in data."""

from __future__ import annotations

from collections.abc import Callable

from modem.simulator.agenda import Agenda, Appointment

# Before and behind it: the guard time of Hayes' Smartmodem, 50 fiftieths of a second in S12.
GUARD_S = 1.0
_ESCAPE = b"+++"


class Escape:
    """Finds the escape in a host's data; `escaped` is called after the silence behind it."""

    def __init__(self, agenda: Agenda, escaped: Callable[[], None]) -> None:
        self._agenda = agenda
        self._escaped = escaped
        self._last_s = agenda.now_s
        self._begun = b""
        self._timer: Appointment | None = None

    def feed(self, data: bytes) -> None:
        """Data from the host."""
        self.cancel()
        now_s = self._agenda.now_s
        if now_s - self._last_s >= GUARD_S:
            self._begun = data
        elif self._begun:
            self._begun = (self._begun + data)[: len(_ESCAPE) + 1]
        self._last_s = now_s
        if not _ESCAPE.startswith(self._begun):
            self._begun = b""
        elif self._begun == _ESCAPE:
            self._timer = self._agenda.after(GUARD_S, self._escaped)

    def cancel(self) -> None:
        """The silence behind it was broken, or the connection is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
