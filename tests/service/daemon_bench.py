"""The whole daemon on the virtual clock: control, store, supervision and lives, not the agent
alone. Its service manager, its disk and its signals are the test's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from apn_config.agent import Agent
from apn_config.clock import Moment
from apn_config.config import Config, ControlConfig, StoreConfig
from apn_config.notify import Notifier
from apn_config.service import Daemon
from apn_config.store import ChangeRow, Store, StoreError, StoreFull
from modem.errors import PortMissing
from modem.link import Link, LinkUser
from modem.simulator.endpoints.clockwork import Clockwork
from modem.sms import compose_deliver
from tests.service.bench import CONFIG, OPERATOR, Bench, PromptStore
from tests.virtual_time import run

T = TypeVar("T")

WATCHDOG_S = 20.0


async def never(*_arguments: object, **_options: object) -> None:
    """A bug, or a dead disk: what is waited for never comes."""
    await asyncio.Event().wait()


class Manager(Notifier):
    """A service manager that remembers what it was told, and when."""

    def __init__(self, watchdog_s: float | None = WATCHDOG_S) -> None:
        super().__init__("/nowhere", watchdog_s)
        self.heard: list[tuple[float, dict[str, str | int]]] = []

    def tell(self, **assignments: str | int) -> None:
        self.heard.append((asyncio.get_running_loop().time(), assignments))

    def count(self, name: str) -> int:
        """How often it was told that."""
        return sum(name in told for _, told in self.heard)

    def last(self, name: str) -> str | int | None:
        """What it was told last."""
        return next((told[name] for _, told in reversed(self.heard) if name in told), None)

    def fed_within(self, seconds: float) -> bool:
        """Was the watchdog fed so recently?"""
        now_s = asyncio.get_running_loop().time()
        return any("WATCHDOG" in told and now_s - at_s <= seconds for at_s, told in self.heard)

    def longest_hunger_s(self) -> float:
        """The longest time between two feedings, the present one included."""
        fed = [at_s for at_s, told in self.heard if "WATCHDOG" in told]
        ends = [*fed[1:], asyncio.get_running_loop().time()]
        return max(end - begin for begin, end in zip(fed, ends, strict=True))


class Disk:
    """What becomes of the store: each of its operations raises `error`, or never ends, or all goes
    well but that nothing more can be written.
    """

    def __init__(self) -> None:
        self.takes_nothing = False
        self.error: StoreError | None = None
        self.hangs: asyncio.Event | None = None
        self.opened = 0
        self.tried: list[float] = []


class DiskStore(PromptStore):
    """The store on such a disk."""

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self._disk = disk

    async def _meet_the_disk(self) -> None:
        if self._disk.hangs is not None:
            await self._disk.hangs.wait()
        if self._disk.error is not None:
            raise self._disk.error

    async def probe(self, path: Path) -> None:
        self._disk.tried.append(asyncio.get_running_loop().time())
        await self._meet_the_disk()
        if self._disk.takes_nothing:
            raise StoreFull(path)

    async def open(self, path: Path, now: Moment) -> None:
        await self._meet_the_disk()
        await super().open(path, now)
        self._disk.opened += 1

    async def run(self, work: Callable[[Store], T]) -> T:
        await self._meet_the_disk()
        return await super().run(work)


class DaemonBench(Bench):
    """A bench whose daemon is the whole one."""

    def prepare(self, watchdog_s: float | None) -> None:
        """What a daemon finds; nothing runs yet."""
        self.home.mkdir(exist_ok=True)
        self.port = self.home / "port"
        self.port.touch()
        self.config = replace(
            self.config,
            modem=replace(self.config.modem, port=str(self.port)),
            store=StoreConfig(self.home / "store.db"),
            control=ControlConfig(self.home / "control.sock"),
        )
        self.disk = Disk()
        self.manager = Manager(watchdog_s)
        self.listeners: list[Callable[[str], object]] = []
        self.on_command = self._tell_listeners
        self.on_disk: Config | Exception = self.config
        self.monkeypatch.setattr("apn_config.service.StoreThread", self._store)

    def _tell_listeners(self, line: str) -> None:
        for listener in self.listeners:
            listener(line)

    def network_parts(self, text: str) -> list[str]:
        """The PDUs of a message that isn't sent yet."""
        parts = compose_deliver(OPERATOR, text, timestamp=self.network.wall(), reference=7)
        return [part.pdu for part in parts]

    def unplug(self) -> None:
        """The modem and its port are gone, until `port` is touched."""
        self.port.unlink()
        if self.link is not None:
            self.link.break_wire("unplugged")

    def _store(self) -> DiskStore:
        self.db = made = DiskStore(self.disk)
        return made

    async def _open_link(self, port: str, user: LinkUser, *, baud: int = 115200) -> Link:
        if not Path(port).exists():  # noqa: ASYNC240 -- a file of the test's
            raise PortMissing(port, f"can't open {port}: No such file or directory")
        return await super()._open_link(port, user, baud=baud)

    def _read_config(self) -> Config:
        if isinstance(self.on_disk, Exception):
            raise self.on_disk
        return self.on_disk

    def launch(self) -> None:
        """Start the daemon; nothing is waited for."""
        self.daemon = Daemon(self.config, self._read_config, self.clock, self.manager)
        self._running = asyncio.create_task(self.daemon.run())

    async def start(self) -> Agent:
        self.launch()
        await self.until(lambda: self.phase == "ready", "the modem is ready")
        agent = self.daemon._agent
        assert agent is not None
        return agent

    async def kill(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None

    def change(self) -> ChangeRow | None:
        return None if self.db._open_store is None else super().change()

    @property
    def phase(self) -> str | None:
        """What the keeper of the present life does; None where there is no life."""
        agent = self.daemon._agent
        return None if agent is None else agent.keeper.state.phase.value

    async def do(self, op: str, **args: object) -> Any:
        """An operation, as the control socket runs it."""
        return await self.daemon._table[op](args, lambda _event: None)

    async def status(self) -> Any:
        """What the daemon says of itself."""
        return await self.do("status")


Story = Callable[[DaemonBench], Awaitable[None]]
Play = Callable[..., None]


def play(
    story: Story,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    started: bool = True,
    watchdog_s: float | None = WATCHDOG_S,
    config: Config = CONFIG,
    **options: object,
) -> None:
    """Run a story, with the daemon `started` and ready at its begin, or only prepared."""

    async def main() -> None:
        bench = DaemonBench(home, monkeypatch, config, **options)  # type: ignore[arg-type]
        bench.prepare(watchdog_s)
        with Clockwork(bench.network):
            try:
                if started:
                    await bench.start()
                await story(bench)
            finally:
                await bench.kill()

    run(main())
