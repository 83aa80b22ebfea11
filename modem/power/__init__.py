"""Switches of a modem's power: one small file for each kind.

A switch is made from plain values (`power_switch`), and `cycle` is all that is done with it.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Protocol

from modem.errors import ModemError

logger = logging.getLogger(__name__)

# Long enough for the capacitors of most boards.
OFF_S = 5.0
# A hub or relay that doesn't take the first word must not leave the modem without power for hours.
ON_PAUSES_S = (2.0, 10.0)

_HOMES = {
    "command": ("modem.power.command", "CommandSwitch"),
    "usb": ("modem.power.usb", "UsbSwitch"),
    "uhubctl": ("modem.power.uhubctl", "HubSwitch"),
    "gpio": ("modem.power.gpio", "KeySwitch"),
}


class PowerFailed(ModemError):
    """The power couldn't be switched, or can't be with these parameters."""


class PowerSwitch(Protocol):
    """Something that switches a modem's power.

    `toggles` is true of one key for on and off: it switches on what was off.
    """

    toggles: bool

    async def cycle(self) -> None:
        """Off and on again, or one press of the key. Raises PowerFailed."""
        ...


def power_switch(kind: str, **parameters: str | float) -> PowerSwitch:
    """The switch of that kind: command, usb, uhubctl or gpio.

    `parameters` are those of its class. Raises PowerFailed for wrong ones; nothing is touched yet.
    """
    if kind not in _HOMES:
        raise PowerFailed(f"no power switch is a {kind!r}; there are {', '.join(_HOMES)}")
    module, name = _HOMES[kind]
    make: Callable[..., PowerSwitch] = getattr(import_module(module), name)
    try:
        inspect.signature(make).bind(**parameters)
    except TypeError as error:
        raise PowerFailed(f"a power switch of the kind {kind}: {error}") from None
    return make(**parameters)


async def off_and_on(switch: Callable[[bool], Awaitable[None]], off_s: float) -> None:
    """Switch off, wait, switch on, and on in any case: cancelled or failed, it isn't left off."""
    try:
        await switch(False)
        await asyncio.sleep(off_s)
    finally:
        for pause_s in ON_PAUSES_S:
            try:
                await switch(True)
                break
            except PowerFailed as error:
                logger.warning("it isn't on yet: %s", error)
            await asyncio.sleep(pause_s)
        else:
            await switch(True)


def checked(what: str, text: object, pattern: str, example: str) -> str:
    """A name that becomes a part of a path or an argument. Raises PowerFailed."""
    if not isinstance(text, str) or re.fullmatch(pattern, text, re.ASCII) is None:
        raise PowerFailed(f"{what}: wanted a name such as {example}, got {text!r}")
    return text


def checked_number(what: str, number: object, low: int, high: int) -> int:
    """A number within limits. Raises PowerFailed."""
    if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
        raise PowerFailed(f"{what}: wanted a number from {low} to {high}, got {number!r}")
    return number
