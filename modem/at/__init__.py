"""The AT protocol as bytes in, events out: no port, no clock, no logging."""

from modem.at.command import Command
from modem.at.engine import Engine
from modem.at.events import Echo, Event, Noise, Prompt, Response, Urc
from modem.at.results import Final, FinalKind

__all__ = [
    "Command",
    "Echo",
    "Engine",
    "Event",
    "Final",
    "FinalKind",
    "Noise",
    "Prompt",
    "Response",
    "Urc",
]
