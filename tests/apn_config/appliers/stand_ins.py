"""What an applier works with, as stand-ins: a modem that only remembers, and power that is cut."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from modem import ContextSettings, Identity, LiveContext, Modem

MOST_STEPS = 200
IDENTITY = Identity("A", "B", "C", "862636050000017", "90143", "89882390000000000017")
INACTIVE = LiveContext(False)


class PowerCut(Exception):
    """Not an OSError: no product code may catch it, as it couldn't clean up either."""


@dataclass
class Steps:
    """Counts what is done to the world, and stops it before one of the steps."""

    before: int | None = None
    done: list[str] = field(default_factory=list)
    cut: bool = False

    def take(self, name: str) -> None:
        """One step; from the one on that is cut off, none is taken any more."""
        if len(self.done) == self.before:
            self.cut = True
            raise PowerCut(name)
        self.done.append(name)


@dataclass
class FakeModem:
    """A modem's contexts, and whether the network has seen what they are set to."""

    steps: Steps
    contexts: dict[int, tuple[str, str]] = field(default_factory=lambda: {1: ("IP", "em")})
    attached_with: str = "em"
    live: LiveContext = INACTIVE
    port: str = "/dev/ttyUSB2"
    identity: Identity = IDENTITY

    async def write_context(self, settings: ContextSettings) -> None:
        self.steps.take(f"CGDCONT {settings.apn}")
        assert settings.auth is None
        self.contexts[settings.cid] = (settings.type, settings.apn)

    async def radio_cycle(self) -> None:
        self.steps.take("CFUN")
        self.attached_with = self.contexts[1][1]

    async def attached(self) -> bool:
        return True

    async def live_context(self, cid: int) -> LiveContext:
        return self.live

    def as_modem(self) -> Modem:
        """For the type checker."""
        return cast("Modem", self)


def watch_files(monkeypatch: pytest.MonkeyPatch, home: Path, steps: Steps) -> None:
    """Make each change of the file system below `home` a step."""

    def stepping(
        owner: Any, name: str, is_one: Callable[..., bool], what: Callable[..., object]
    ) -> None:
        real = getattr(owner, name)

        def wrapped(*arguments: Any, **options: Any) -> Any:
            if is_one(*arguments):
                steps.take(f"{name} {what(*arguments)}")
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, wrapped)

    def below(path: object, *_: object) -> bool:
        return str(path).startswith(str(home))

    def file_name(path: object, *_: object) -> str:
        return Path(str(path)).name

    stepping(
        os, "open", lambda path, flags, *_: below(path) and bool(flags & os.O_CREAT), file_name
    )
    stepping(os, "fdopen", lambda _number, mode: mode == "wb", lambda *_: "")
    stepping(os, "fchmod", lambda *_: True, lambda *_: "")
    stepping(os, "fsync", lambda *_: True, lambda *_: "")
    stepping(Path, "replace", below, file_name)
    stepping(Path, "unlink", lambda path: below(path) and path.exists(), file_name)


def every_cut() -> Iterator[int]:
    """Numbers of steps to cut off at; stop when one run wasn't cut."""
    yield from range(MOST_STEPS)
    raise AssertionError("it never ends")
