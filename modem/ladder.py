"""The ladder of recovery: what is seen of a modem -> which remedy next, and when. Pure.

Below its lowest rung the driver resynchronises the link after each time-out, and the keeper begins
a start that failed anew, with growing pauses: both cost the modem nothing. The rungs do: a reset
loses what was under way, and some modems write their flash at each switching. So each has its wait,
its back-off, and the counted ones a budget a day, which whoever keeps the count enforces
(`modem.remedies.Budget`). `docs/recovery.md` shows these tables.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from modem.errors import (
    CommandRefused,
    LinkLost,
    MisuseError,
    ModemError,
    ModemSilent,
    ModemUnsteady,
    NoReception,
    PortError,
    PortMissing,
    ProtocolError,
    SimAbsent,
    SimError,
)

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
# What wasn't seen for so long is over: the ladder is climbed from its foot again.
STEADY_S = HOUR_S
LONGEST_AGAIN_S = 12 * HOUR_S


class Rung(Enum):
    """A remedy, the mildest first."""

    REINITIALISE = "reinitialise"
    RADIO_CYCLE = "radio-cycle"
    RESET = "reset"
    POWER_CYCLE = "power-cycle"


# How often a day each may be used where nobody says otherwise. The maker of the EC200U allows 30
# switchings of power, radio and card together (its release notes, EC200UCNAAR03A14M08).
PER_DAY: Mapping[Rung, int] = {Rung.RADIO_CYCLE: 20, Rung.RESET: 6, Rung.POWER_CYCLE: 3}


class Trouble(Enum):
    """What is seen of the modem, in the words of the status."""

    SILENT = "silent"
    GARBLED = "garbled"
    REFUSING = "refusing"
    REBOOTING = "rebooting"
    GONE = "gone"
    PORT_UNUSABLE = "port-unusable"
    SIM_BUSY = "sim-busy"
    SIM_ABSENT = "sim-absent"
    SIM_LOCKED = "sim-locked"
    NO_RECEPTION = "no-reception"
    STORAGE_FULL = "storage-full"
    NO_SMS = "no-sms"


# These are seen of a modem that can be started, so its being ready doesn't end them.
SEEN_WHILE_READY = frozenset({Trouble.REBOOTING, Trouble.STORAGE_FULL, Trouble.NO_SMS})


@dataclass(frozen=True, slots=True)
class Step:
    """A rung, not before the trouble has lasted `after_s`, nor sooner after the rung before it."""

    rung: Rung
    after_s: float


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps against one trouble, in their order; one that isn't possible is left out.

    They are gone through again after `again_s`, then after twice as long, and so on. The pauses
    between starts that fail are `first_s`, then twice as long, and so on up to `longest_s`.
    """

    steps: tuple[Step, ...] = ()
    again_s: float = HOUR_S
    first_s: float = 1.0
    longest_s: float = 30.0

    def pause_s(self, failures: int) -> float:
        """How long to wait after so many starts in a row that failed."""
        # Beyond ten doublings the limit holds anyway.
        return min(self.first_s * 2.0 ** min(failures - 1, 10), self.longest_s)


LADDERS: Mapping[Trouble, Ladder] = {
    # Mute for three starts of 45 s each, two of them after the first that failed.
    Trouble.SILENT: Ladder((Step(Rung.RESET, 90), Step(Rung.POWER_CYCLE, 120))),
    Trouble.GARBLED: Ladder((Step(Rung.RESET, 90), Step(Rung.POWER_CYCLE, 120))),
    Trouble.REFUSING: Ladder(
        (Step(Rung.RADIO_CYCLE, 60), Step(Rung.RESET, 120), Step(Rung.POWER_CYCLE, 300))
    ),
    # Another restart is no remedy for one that restarts; with its power cut long enough, its
    # capacitors and its crashed firmware begin from nothing.
    Trouble.REBOOTING: Ladder((Step(Rung.POWER_CYCLE, 600),)),
    # A USB modem is gone for half a minute when it restarts; a SIM7600 that changes its USB mode
    # for up to three.
    Trouble.GONE: Ladder((Step(Rung.POWER_CYCLE, 180),)),
    # Another program's port, or no port at all: nothing is known of the modem.
    Trouble.PORT_UNUSABLE: Ladder(),
    # A start waits for half a minute itself. Ten minutes of that: the card hangs.
    Trouble.SIM_BUSY: Ladder((Step(Rung.RESET, 600), Step(Rung.POWER_CYCLE, 600))),
    # A contact that was bad for a moment is found by a modem that starts.
    Trouble.SIM_ABSENT: Ladder((Step(Rung.POWER_CYCLE, 600),), again_s=DAY_S, first_s=30.0),
    # It needs its owner's hands; no restart makes a PIN right.
    Trouble.SIM_LOCKED: Ladder(first_s=30.0),
    # Some variants of a modem have no SMS, and no remedy makes them have it.
    Trouble.NO_RECEPTION: Ladder((Step(Rung.RESET, 600),), again_s=DAY_S, longest_s=300.0),
    # Whoever reads the messages makes room at once. Where it is still full after ten minutes, what
    # fills it was overlooked: a start looks through every memory.
    Trouble.STORAGE_FULL: Ladder((Step(Rung.REINITIALISE, 600),)),
    # The one who complains has tried several times.
    Trouble.NO_SMS: Ladder(
        (Step(Rung.RADIO_CYCLE, 0), Step(Rung.RESET, 900), Step(Rung.POWER_CYCLE, 1800))
    ),
}


@dataclass(frozen=True, slots=True)
class Due:
    """The rung that is next, and from when on."""

    rung: Rung
    at_s: float


@dataclass(frozen=True, slots=True)
class Climb:
    """How far the ladder is climbed. Times are seconds on any clock that only goes forward.

    `since` is when each trouble began, `seen_s` when any was seen last; `used` are the rungs of
    this round, the last of them at `taken_s`, and `rounds` how many came before it.
    """

    since: Mapping[Trouble, float] = field(default_factory=dict)
    seen_s: float = float("-inf")
    used: frozenset[Rung] = frozenset()
    taken_s: float = float("-inf")
    rounds: int = 0

    def seen(self, trouble: Trouble, now_s: float) -> Climb:
        """It is seen, for the first time or still."""
        climb = self if now_s - self.seen_s < STEADY_S else Climb()
        return replace(climb, since={trouble: now_s, **climb.since}, seen_s=now_s)

    def ready(self) -> Climb:
        """The modem could be started. What is remembered of the rungs stays until it is steady."""
        left = SEEN_WHILE_READY & self.since.keys()
        return replace(self, since={trouble: self.since[trouble] for trouble in left})

    def next_rung(self, trouble: Trouble, possible: Container[Rung]) -> Due | None:
        """What is next against a trouble that was seen; None where nothing is possible."""
        ladder = LADDERS[trouble]
        steps = [step for step in ladder.steps if step.rung in possible]
        if not steps:
            return None
        left = [step for step in steps if step.rung not in self.used]
        step = (left or steps)[0]
        rest_s = step.after_s if left else max(step.after_s, self._again_s(ladder))
        return Due(step.rung, max(self.since[trouble] + step.after_s, self.taken_s + rest_s))

    def taken(self, rung: Rung, now_s: float) -> Climb:
        """The rung is used now."""
        if rung in self.used:
            return replace(self, used=frozenset({rung}), taken_s=now_s, rounds=self.rounds + 1)
        return replace(self, used=self.used | {rung}, taken_s=now_s)

    def _again_s(self, ladder: Ladder) -> float:
        doubled_s = ladder.again_s * 2.0 ** min(self.rounds, 10)
        return min(doubled_s, max(ladder.again_s, LONGEST_AGAIN_S))


class Complaint(ModemError):
    """What is wrong with a modem that answers well: it is to be begun with anew."""

    def __init__(self, trouble: Trouble, why: str) -> None:
        self.trouble = trouble
        super().__init__(why)


# The first class that fits.
_TROUBLES: tuple[tuple[type[ModemError], Trouble], ...] = (
    (ModemSilent, Trouble.SILENT),
    (ProtocolError, Trouble.GARBLED),
    (ModemUnsteady, Trouble.REBOOTING),
    (PortMissing, Trouble.GONE),
    (LinkLost, Trouble.GONE),
    (PortError, Trouble.PORT_UNUSABLE),
    (MisuseError, Trouble.PORT_UNUSABLE),
    (SimAbsent, Trouble.SIM_ABSENT),
    (SimError, Trouble.SIM_LOCKED),
    (NoReception, Trouble.NO_RECEPTION),
)


def trouble_of(error: ModemError) -> Trouble:
    """What a failure tells of the modem."""
    if isinstance(error, Complaint):
        return error.trouble
    if isinstance(error, CommandRefused) and error.busy:
        return Trouble.SIM_BUSY
    found = (trouble for kind, trouble in _TROUBLES if isinstance(error, kind))
    return next(found, Trouble.REFUSING)
