"""What a dialect is: how its messages are read, and how its answers are worded. Pure.

A dialect is a file of this folder with its grammar at the top and a `DIALECT` at its end, named in
`dialects/__init__.py`; others come as entry points of the group `modem_helper.dialects`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from apn_config.model import Device, Form, Message, Outcome, Parsed


class PasswordForm(Enum):
    """What a dialect's messages can be proven with."""

    NONE = "none"
    """Nothing: whoever is listed may command."""
    WORD = "word"
    """A password."""
    LOGIN = "login"
    """A login name and a password."""


@dataclass(frozen=True, slots=True)
class Around:
    """What an answer may tell beside the outcome: the device's numbers, and the time (UTC)."""

    device: Device
    now: datetime


@dataclass(frozen=True, slots=True)
class Dialect:
    """A syntax of commands.

    `parse` never raises, whatever it is given. `say` gives an answer in the dialect's own words of
    at most 160 septets of GSM 7-bit, None where it has none for this (the plain dialect's are taken
    then). It must not be understood as a command by any dialect. `claims` are texts that it
    understands, one of each form at least: two enabled dialects that understand the same one are an
    error of the configuration. `names_device`: its messages say for which device they are, by the
    end of the IMEI or by what is configured.
    """

    name: str
    summary: str
    parse: Callable[[Message], Parsed]
    say: Callable[[Outcome, Form, Around], str | None]
    claims: tuple[str, ...]
    password: PasswordForm = PasswordForm.NONE
    names_device: bool = False
