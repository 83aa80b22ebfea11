"""What a modem may still owe after a time-out, and when the link is clean again; no clock, no I/O.

A modem answers in the order it was asked. So after a time-out the driver asks a question whose
answer can't be mistaken, the marker `AT+CMEE?`: what comes before its `+CMEE:` line belongs to the
past, and when the answers to all markers are in, nothing late can follow. Where markers got lost
(the modem restarted, or took them for the text of an SMS), silence has to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from modem.at import Command, Response, Urc
from modem.at.urcs import Shape, known_form

# It changes nothing, every family has it (27.007 9.1), and its answer differs from a bare OK.
MARKER = Command("AT+CMEE?", prefixes=("+CMEE",))

# For a modem that doesn't know the marker.
PROBE = Command("AT")


@dataclass(slots=True)
class Resync:
    """A link on which a late answer may come.

    `stale` is the command that was given up, None on a link that was just opened: its last user may
    have left it in the middle of a command, or at the prompt. `owed` counts the answers to markers
    that haven't come.
    """

    stale: Command | None
    owed: int = 0
    probe: Command = MARKER
    answered: bool = False
    refused: bool = False
    last_ok: bool = False
    heard: bool = False

    @classmethod
    def after(cls, stale: Command | None) -> Resync:
        """The state after `stale` was given up. A late answer to +CMEE? looks like the marker's."""
        own = stale is not None and "+CMEE?" in stale.text.upper()
        return cls(stale, owed=1 if own else 0)

    @property
    def escapes(self) -> bool:
        """May the modem be at the prompt, where it takes all but ESC for the text of an SMS?"""
        return self.stale is None or self.stale.payload is not None

    @property
    def secret(self) -> bool:
        """May what comes now hold a secret?"""
        return self.stale is None or self.stale.hides_answer

    def disowns(self, urc: Urc) -> bool:
        """Is what looks like a URC, since nobody asks for it now, a late answer?"""
        prefix = urc.prefix.casefold()
        asked = {late.casefold() for late in (self.stale.prefixes if self.stale else ())}
        form = known_form(urc.prefix)
        if form is None:
            return prefix == "+cmee" or prefix in asked
        if form.shape is None:
            return False  # answer and news say the same (+CPIN): better heard twice
        shape = form.shape(urc.text)
        if shape is Shape.EITHER:
            return self.stale is None or prefix in asked
        return shape is Shape.ANSWER

    def ask(self, probe: Command) -> None:
        """`probe` is being written."""
        self.probe = probe
        self.answered = self.refused = False
        if probe is MARKER:
            self.owed += 1

    def take(self, response: Response) -> bool:
        """Judge an answer; True when nothing late can come any more."""
        self.heard = True
        self.last_ok = response.final.ok
        if response.final.ok and any(line.startswith("+CMEE:") for line in response.lines):
            self.answered = True
            self.owed -= 1
            return self.owed <= 0
        self.refused = not response.final.ok
        return False
