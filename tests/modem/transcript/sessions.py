"""The sessions of tests/transcripts, each with its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modem.transcript import format as text_format
from modem.transcript.values import Chunk, Step, Transcript, Way

DIRECTORY = Path(__file__).parents[2] / "transcripts"


@dataclass(frozen=True, slots=True)
class Session:
    """A file of tests/transcripts."""

    path: Path
    transcript: Transcript

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps."""
        return self.transcript.steps

    def said(self, way: Way) -> bytes:
        """All that one side said."""
        return b"".join(
            step.data for step in self.steps if isinstance(step, Chunk) and step.way is way
        )


SESSIONS = [
    Session(path, text_format.read(path.read_text("utf-8"), path.name))
    for path in sorted(DIRECTORY.glob("*.txt"))
]
