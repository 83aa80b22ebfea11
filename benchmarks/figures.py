"""Numbers to read: quantiles, and tables of text. Nothing is measured here."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """What a series of measurements came to, in the unit of the series."""

    median: float
    p95: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of one or more values; p95 by the nearest rank."""
        ordered = sorted(values)
        rank = max(0, -(-95 * len(ordered) // 100) - 1)
        return cls(statistics.median(ordered), ordered[rank], ordered[-1])

    def json(self, digits: int) -> dict[str, float]:
        """For a script."""
        return {
            "median": round(self.median, digits),
            "p95": round(self.p95, digits),
            "max": round(self.max, digits),
        }


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns: the first to the left, the others to the right. The first row is the heading."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
