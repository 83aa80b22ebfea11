"""What was found of the codecs: rates, ratios, aims, and what is wrong. Nothing is measured."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks import machine
from benchmarks.codec.peers import Peer

DIRECTIONS = ("decode", "encode")
AIMS = {"Python": 5.0, "C": 1.0}
"""How many times as fast as the others we are to be: in pure Python, and in C with a binding."""


@dataclass(slots=True)
class Way:
    """One direction of one library: seconds by kind, a round each; and what was wrong.

    `pdus` is how many PDUs suffice for a round, by kind. `wrong` counts PDUs that were read wrong,
    or messages that were written wrong, of `of`; `by` is how often each field was, or each judge
    found something; `made` is how many PDUs the library made of the messages.
    """

    pdus: dict[str, int] = field(default_factory=dict)
    rounds: list[dict[str, float]] = field(default_factory=list)
    wrong: int = 0
    of: int = 0
    by: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def rates(self, *kinds: str) -> list[float]:
        """PDUs a second, a round each, of those kinds, or of all."""
        return [
            sum(self.pdus[kind] for kind in kinds or seconds)
            / sum(seconds[kind] for kind in kinds or seconds)
            for seconds in self.rounds
        ]


@dataclass(slots=True)
class Row:
    """All that was found of a library. `missing` says why nothing was."""

    peer: Peer
    version: str = ""
    missing: str | None = None
    decode: Way = field(default_factory=Way)
    encode: Way = field(default_factory=Way)

    def way(self, direction: str) -> Way:
        """`decode` or `encode`."""
        return self.decode if direction == "decode" else self.encode

    def is_right(self, direction: str) -> bool:
        """Whether it was measured, does the whole job, and nothing was wrong."""
        way = self.way(direction)
        return bool(way.rounds) and self.peer.job == "whole" and not way.wrong


def spread(values: Sequence[float], digits: int = 0) -> dict[str, float]:
    """The median and the ends."""
    found = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: round(value, digits) for name, value in found.items()}


class Goal(NamedTuple):
    """How many times as fast as `against` we are, which is the fastest of those that are right.

    None where there is none.
    """

    direction: str
    language: str
    aim: float
    against: str | None
    ratio: float | None

    def json(self) -> dict[str, object]:
        """For a script."""
        ratio = None if self.ratio is None else round(self.ratio, 2)
        return {"against": self.against, "ratio": ratio, "aim": self.aim}


@dataclass(frozen=True, slots=True)
class Result:
    """A run: a row for each library, ours first."""

    rows: Sequence[Row]

    def ratios(self, row: Row, direction: str) -> list[float]:
        """How many times as fast we are, a round each, on the kinds of message that both can."""
        ours, theirs = self.rows[0].way(direction), row.way(direction)
        kinds = tuple(theirs.pdus)
        return [a / b for a, b in zip(ours.rates(*kinds), theirs.rates(), strict=True)]

    def fastest(self, direction: str, language: str) -> Row | None:
        """Of the libraries in that language that are right, the one nearest to us."""
        right = [
            row
            for row in self.rows[1:]
            if row.peer.language == language and row.is_right(direction)
        ]
        return min(
            right, key=lambda row: statistics.median(self.ratios(row, direction)), default=None
        )

    def goals(self) -> list[Goal]:
        """Both ways, against pure Python and against C."""
        return [
            self._goal(direction, language, aim)
            for direction in DIRECTIONS
            for language, aim in AIMS.items()
        ]

    def _goal(self, direction: str, language: str, aim: float) -> Goal:
        row = self.fastest(direction, language)
        if row is None:
            return Goal(direction, language, aim, None, None)
        ratio = statistics.median(self.ratios(row, direction))
        return Goal(direction, language, aim, row.peer.name, ratio)

    def json(self) -> dict[str, object]:
        """PDUs a second, ratios of them, and counts of what was wrong."""
        return {
            "machine": machine.described(),
            "rounds": len(self.rows[0].decode.rounds),
            "libraries": {row.peer.name: self._row(row) for row in self.rows},
            "goals": {f"{goal.direction}_{goal.language}": goal.json() for goal in self.goals()},
        }

    def _row(self, row: Row) -> dict[str, object]:
        found: dict[str, object] = {
            "version": row.version,
            "missing": row.missing,
            "language": row.peer.language,
            "lacks": list(row.peer.lacks),
        }
        for direction in DIRECTIONS:
            way = row.way(direction)
            found[direction] = self._way(row, direction) if way.rounds else None
        return found

    def _way(self, row: Row, direction: str) -> dict[str, object]:
        way = row.way(direction)
        return {
            "pdus_per_s": spread(way.rates()),
            "pdus_per_s_by_kind": {kind: spread(way.rates(kind)) for kind in way.pdus},
            "ours_is_times": spread(self.ratios(row, direction), 2),
            "wrong": way.wrong,
            "of": way.of,
            "wrong_by": dict(way.by),
            "pdus_made": way.made or None,
        }
