"""How often in a row a modem gave no answer, and when that means that it is gone. Pure.

Three unanswered commands, each with its resynchronisation, take half a minute and more: what is
left to try is another link. A modem that may still be at a command that was given up before its
time is excused, once, until it is heard again.
"""

from __future__ import annotations

MAX_SILENCES = 3


class Silences:
    """Counts them. Times are of one clock, in seconds."""

    def __init__(self) -> None:
        self._count = 0
        self._excused_until_s: float | None = None

    def heard(self) -> None:
        """It answered."""
        self._count = 0
        self._excused_until_s = None

    def excuse(self, now_s: float, limit_s: float) -> None:
        """A command was given up that it may take so long for."""
        if self._excused_until_s is None:
            self._excused_until_s = now_s + limit_s

    def another(self, now_s: float) -> bool:
        """It gave no answer; is that one too many?"""
        if self._excused_until_s is not None and now_s < self._excused_until_s:
            return False
        self._count += 1
        return self._count >= MAX_SILENCES
