"""A port that may be there, a scripted modem behind it, and a keeper on it, on a jumping clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from modem.device import Modem
from modem.errors import ModemError, PortMissing
from modem.link import Link, LinkUser
from modem.memory_link import MemoryLink, memory_links
from modem.notices import ModemEvent
from modem.power import PowerSwitch
from modem.recovery import ModemKeeper
from modem.remedies import Budget, Remedy
from tests.modem.scripted import ScriptedModem, now_s, ok
from tests.virtual_time import run


class Bench:
    """A port that may be there, with a scripted modem behind it, and a keeper on it."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        path: Path,
        *,
        budget: Budget | None = None,
        power: PowerSwitch | None = None,
    ) -> None:
        self.path = path
        self.script = ScriptedModem()
        self.script.answers["AT+CGATT?"] = ok("+CGATT: 1")
        self.events: list[ModemEvent] = []
        self.ready: list[float] = []
        self.opened: list[float] = []
        self.failures: list[ModemError] = []
        self.then: Callable[[Modem], Awaitable[None]] | None = None
        path.touch()
        monkeypatch.setattr("modem.device.open_link", self.open)
        self.keeper = ModemKeeper(
            str(path),
            on_event=self.events.append,
            on_ready=self.on_ready,
            pin_for=None,
            budget=budget,
            power=power,
        )

    async def open(self, port: str, user: LinkUser, *, baud: int) -> Link:
        self.opened.append(now_s())
        if self.failures:
            raise self.failures.pop(0)
        if not self.path.exists():
            raise PortMissing(port, f"{port} isn't there")
        ours, self.script.link = memory_links(user, self.script)
        return ours

    async def on_ready(self, modem: Modem) -> None:
        self.ready.append(now_s())
        if self.then is not None:
            await self.then(modem)

    @property
    def link(self) -> MemoryLink:
        assert self.script.link is not None
        return self.script.link

    @property
    def remedies(self) -> list[tuple[str, str]]:
        """What was done, against what."""
        return [(note.rung.value, note.trouble.value) for note in self.notes]

    @property
    def notes(self) -> tuple[Remedy, ...]:
        return self.keeper.state.remedies

    def unplug(self) -> None:
        self.path.unlink()
        self.link.break_wire("unplugged")

    async def until(self, condition: Callable[[], bool], limit_s: float = 300.0) -> None:
        give_up = now_s() + limit_s
        while not condition():
            assert now_s() < give_up, "it never happened"
            await asyncio.sleep(0.05)

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        """Play a story while the keeper runs; an error that ends the keeper ends the story."""

        async def main() -> None:
            keeping = asyncio.create_task(self.keeper.run())
            playing = asyncio.ensure_future(story())
            await asyncio.wait({keeping, playing}, return_when=asyncio.FIRST_COMPLETED)
            for task in (playing, keeping):
                if task.done():
                    task.result()
                task.cancel()
            await asyncio.gather(keeping, playing, return_exceptions=True)

        run(main())
