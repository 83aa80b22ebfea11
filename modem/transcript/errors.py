"""What can be wrong with a transcript; each error is one line for whoever runs the command.

TranscriptError
├── FormatError      a line of a file isn't what the format wants
├── RecordingError   a recording can't be written
└── ReplayDiffers    the host said something else than what was recorded
"""

from __future__ import annotations


class TranscriptError(Exception):
    """Something about a transcript; the message says what, and what to do."""

    exit_code = 1


class FormatError(TranscriptError):
    """A line that isn't one: `name` and `line` say where, `wanted` what should stand there."""

    def __init__(self, name: str, line: int, wanted: str) -> None:
        self.name = name
        self.line = line
        self.wanted = wanted
        super().__init__(f"{name}:{line}: wanted {wanted}")


class RecordingError(TranscriptError):
    """The file can't be written."""


class ReplayDiffers(TranscriptError):
    """In a strict replay the host left the script; `number` counts what it says, from 1.

    `masked` tells that the recording is: the host can't say again what isn't in it any more.
    """

    def __init__(
        self, number: int, at_s: float, expected: bytes, got: bytes, *, masked: bool = False
    ) -> None:
        self.number = number
        self.at_s = at_s
        self.expected = expected
        self.got = got
        wanted = _shown(expected) if expected else "nothing more"
        super().__init__(
            f"line {number} of the host differs: recorded at {at_s:.3f} s was {wanted},"
            f" now came {_shown(got)}"
            + ("; the recording is masked: play it without --strict" if masked else "")
        )


def _shown(data: bytes) -> str:
    return ascii(data.decode("latin-1"))
