"""Waiting for something that another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_LOOK_S = 0.01


class NotInTime(AssertionError):
    """What was awaited didn't happen."""


def until(
    condition: Callable[[], T | None],
    what: str,
    limit_s: float,
    *,
    every_s: float = _LOOK_S,
    also: Callable[[], str] = lambda: "",
) -> T:
    """Wait until `condition` gives something true; what it gave. Raises NotInTime.

    `also` is asked what else helps to understand it.
    """
    deadline = time.monotonic() + limit_s
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() >= deadline:
            more = also()
            raise NotInTime(f"not within {limit_s:g} s: {what}" + (f"\n{more}" if more else ""))
        time.sleep(every_s)


def pause(seconds: float) -> None:
    """Let time pass, where that is what a test is about."""
    time.sleep(max(0.0, seconds))
