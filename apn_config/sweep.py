"""When the modem's storage is looked through, although nothing was announced.

Events carry the messages; the sweep is the net under them. Where it keeps finding what no +CMTI
announced (beside ModemManager the second port gets none), it comes every half minute. Pure: spans
in seconds come in, nothing is timed here.
"""

from __future__ import annotations

FAST_INTERVAL_S = 30.0
CALM_S = 24 * 3600.0


class SweepPolicy:
    """How long until the next sweep, from what the former ones found."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._fast_since_s: float | None = None
        self._announced = False
        self._clean = False

    @property
    def interval_s(self) -> float:
        """Seconds from one sweep to the next."""
        return (
            self._interval_s
            if self._fast_since_s is None
            else min(FAST_INTERVAL_S, self._interval_s)
        )

    @property
    def fast(self) -> bool:
        """Do announcements get lost here?"""
        return self._fast_since_s is not None

    def disturbed(self) -> None:
        """The link was new, the modem initialised, or its storage full: finds prove nothing now."""
        self._clean = False

    def announced(self) -> None:
        """A message came with its announcement."""
        self._announced = True

    def swept(self, unannounced: int, now_s: float) -> bool:
        """A periodic sweep is over and found so many messages that nobody had announced.

        Only what was stored since the sweep before, with the link up all that time, counts. True
        when this sweep changed the pace.
        """
        counts = self._clean
        self._clean = True
        was_fast = self.fast
        if unannounced and counts:
            self._fast_since_s = now_s
            self._announced = False
        elif self._announced and self._calm_for_s(now_s) >= CALM_S:
            self._fast_since_s = None
        return self.fast != was_fast

    def _calm_for_s(self, now_s: float) -> float:
        return 0.0 if self._fast_since_s is None else now_s - self._fast_since_s
