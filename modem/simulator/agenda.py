"""What is due when: one queue of timers for a network and its modems. No clock of its own."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, order=True)
class Appointment:
    """One thing that is due at `due_s`; `cancel()` takes it back."""

    due_s: float
    number: int
    action: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Take it back; harmless when it has happened."""
        self.action = None


class Agenda:
    """Timers on the time that `clock` tells, in seconds from any origin.

    Things that are overdue happen in the order of their times, and each sees its own time as
    `now_s`: a fake clock that jumps by an hour gives the same story as one that creeps.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queue: list[Appointment] = []
        self._count = 0
        self._happening_s: float | None = None
        # Told whenever something may have become due earlier than before.
        self.on_earlier: Callable[[], None] | None = None

    @property
    def now_s(self) -> float:
        """The present: while something happens, the time for which it was due."""
        return self._clock() if self._happening_s is None else self._happening_s

    def after(self, delay_s: float, action: Callable[[], None]) -> Appointment:
        """Have `action` called in `delay_s` seconds."""
        self._count += 1
        appointment = Appointment(self.now_s + max(0.0, delay_s), self._count, action)
        heapq.heappush(self._queue, appointment)
        if self._queue[0] is appointment and self.on_earlier is not None:
            self.on_earlier()
        return appointment

    def next_deadline(self) -> float | None:
        """When something is due next; None when nothing is."""
        while self._queue and self._queue[0].action is None:
            heapq.heappop(self._queue)
        return self._queue[0].due_s if self._queue else None

    def advance(self) -> None:
        """Let happen what is due by now."""
        until_s = self._clock()
        while (due_s := self.next_deadline()) is not None and due_s <= until_s:
            appointment = heapq.heappop(self._queue)
            action = appointment.action
            appointment.action = None
            self._happening_s = due_s
            try:
                if action is not None:
                    action()
            finally:
                self._happening_s = None
