"""Reads at_lines.jsonl: lines of named devices, with what other programs' tests make of them.

Each row names its `source` as repository:path:test. ModemManager's registration rows say whether
the line was parsed as an answer (`solicited`) or as a URC; gammu's wires are whole sessions.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `fields` is all of it."""

    source: str
    kind: str
    wire: str
    fields: dict[str, Any]

    def __str__(self) -> str:
        return self.source.rpartition(":")[2].rpartition("/")[2] + ":" + self.wire.strip()[:30]

    def lines(self) -> list[str]:
        """The information lines: without echo, blank lines and the final OK."""
        lines = [line.strip() for line in re.split(r"[\r\n]+", self.wire)]
        return [line for line in lines if line and line != "OK" and not line.startswith("AT")]

    def parameters(self) -> str:
        """What stands behind the colon of the first information line."""
        return self.lines()[0].partition(":")[2]


def rows(kind: str) -> list[Row]:
    """The rows of a kind."""
    text = (Path(__file__).parent / "at_lines.jsonl").read_text("utf-8")
    parsed = [json.loads(line) for line in text.splitlines()]
    return [
        Row(row["source"], row["kind"], row["wire"], row) for row in parsed if row["kind"] == kind
    ]
