"""A session between a host and a modem, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Way(Enum):
    """Which way bytes go, by the mark that a transcript has for it."""

    TO_MODEM = ">>"
    FROM_MODEM = "<<"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that one side wrote at once; `at_s` counts from the session's beginning."""

    at_s: float
    way: Way
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A remark between the bytes, such as that the cable was pulled."""

    at_s: float
    text: str


Step: TypeAlias = Chunk | Note


@dataclass(frozen=True, slots=True)
class Transcript:
    """A session. `headers` are pairs of key and value in the order of the file; a key may repeat.

    `rest_s` is the silence behind the last step.
    """

    headers: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    rest_s: float = 0.0

    def header(self, key: str) -> str | None:
        """The first value of that key."""
        return next((value for name, value in self.headers if name == key), None)
