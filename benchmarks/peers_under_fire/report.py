"""What was counted. Nothing is run here, and nothing told: see `page`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

OUTCOMES = ("lost", "doubled", "left", "altered")


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the messages.

    `lost` are neither handed over nor in the modem, `doubled` were handed over more than once,
    `left` are in the modem at the end. `altered` counts texts that were handed over and that
    nobody sent.
    """

    sent: int
    lost: int
    doubled: int
    left: int
    altered: int

    def told(self) -> str:
        """What isn't as it should be, in words."""
        found = [f"{getattr(self, name)} {name}" for name in OUTCOMES if getattr(self, name)]
        return ", ".join(found) or "ok"


def counted(
    sent: Sequence[str], handed_over: Sequence[str], left: Sequence[str], *, waiting: int = 0
) -> Count:
    """Compare the texts; so many of those that are nowhere wait at the network."""
    times = Counter(handed_over)
    nowhere = set(sent) - set(times) - set(left)
    return Count(
        sent=len(sent),
        lost=max(0, len(nowhere) - waiting),
        doubled=sum(times[text] > 1 for text in sent),
        left=len(left) + waiting,
        altered=sum(count for text, count in times.items() if text not in set(sent)),
    )


def kinder(ways: Mapping[str, Count]) -> str:
    """The way by which least was lost; where that is the same, doubled; then altered."""
    return min(ways, key=lambda name: (ways[name].lost, ways[name].doubled, ways[name].altered))


@dataclass(frozen=True, slots=True)
class Kills:
    """A program that was killed. `first_s` is from a start to the first message handed over."""

    program: str
    kills: int
    first_s: float
    took_s: float
    ways: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class Cell:
    """A program and a trouble.

    `happened` is how often the plan's faults came, `ended` how often the program ended by itself
    and was started again. A stuck one took no message any more.
    """

    program: str
    trouble: str
    happened: int
    ended: int
    stuck: bool
    ways: Mapping[str, Count]

    def told(self) -> str:
        """The kinder way, in words."""
        told = self.ways[kinder(self.ways)].told()
        return f"stuck, {told}" if self.stuck else told


@dataclass(frozen=True, slots=True)
class Tried:
    """A program as it was run. Without a version it wasn't there, and `notes` say what installs it.

    `files` are its configuration and its hook.
    """

    name: str
    version: str | None
    notes: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """A run."""

    tried: Sequence[Tried]
    kills: Sequence[Kills]
    cells: Sequence[Cell]
    machine: Mapping[str, str | int]
    command: str
    patience_s: float
    took_s: float

    def cell(self, program: str, trouble: str) -> Cell | None:
        """What was found of that program in that trouble."""
        for cell in self.cells:
            if (cell.program, cell.trouble) == (program, trouble):
                return cell
        return None

    @property
    def troubles(self) -> list[str]:
        """In the order in which they were tried."""
        return list(dict.fromkeys(cell.trouble for cell in self.cells))

    def json(self) -> dict[str, object]:
        """For a script."""
        return asdict(self)
