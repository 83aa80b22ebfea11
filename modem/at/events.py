"""What the engine reports: answers, unsolicited result codes, prompts, echoes, and noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from modem.at.command import Command
from modem.at.results import Final


@dataclass(frozen=True, slots=True)
class Response:
    """The whole answer to a command: its information lines, then the final result."""

    command: Command
    lines: tuple[str, ...]
    final: Final

    def __repr__(self) -> str:
        """For tracebacks and logs: without the answer to a secret command."""
        lines = "***" if self.command.hides_answer else repr(self.lines)
        return f"Response({self.command!r}, {lines}, {self.final!r})"


@dataclass(frozen=True, slots=True)
class Urc:
    """An unsolicited result code.

    `prefix` is the part before the colon in upper case ("+CMTI", "^RSSI"), or the whole line for
    one without ("RDY", "SMS Ready": as `modem.at.urcs` spells it); `text` is what stands behind the
    colon, stripped; `data` are the lines that follow it (the PDU of a +CMT).
    """

    prefix: str
    text: str = ""
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem waits for the payload of `command`."""

    command: Command


@dataclass(frozen=True, slots=True)
class Echo:
    """The modem repeated the command line or its payload."""

    command: Command


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes that belong to nothing; `why` says what was wrong with them."""

    data: bytes
    why: str


Event: TypeAlias = Response | Urc | Prompt | Echo | Noise
