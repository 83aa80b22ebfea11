"""The bench of tests/service, on which everything may lose its power at any step.

A step is something that others than the daemon's own memory know of: a line to the modem, what the
modem says, a transaction. At each the daemon may be killed, the modem's power may be cut, or both;
what begins anew has what is on the disk and in the modem's flash, and nothing else.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from apn_config.config import Config
from apn_config.notify import Notifier
from apn_config.service import Daemon
from apn_config.storage_thread import StoreThread
from apn_config.store import Store
from modem.errors import LinkLost
from modem.link import Link, LinkUser
from modem.memory_link import memory_links
from tests.service.bench import LOOK_S, Bench

T = TypeVar("T")

# In a directory that the store has to make.
STORE = Path("state", "store.db")
# How long the store takes: others have their turns meanwhile, as where a thread works; and whoever
# asks it whether time is up, a rounding error too early, asks again a moment later.
STORE_S = 1e-6
# Ten times as many as the longest story has, with a day's sweeps behind it.
MOST_STEPS = 50_000


class When(Enum):
    """Where in a step it is."""

    BEFORE = "before"
    """The modem hasn't the line; the transaction hasn't begun."""
    TAKEN = "taken"
    """The modem has the line, and nobody has its answer."""
    AFTER = "after"
    """The daemon has heard the modem; the transaction is committed."""


@dataclass(frozen=True, slots=True)
class Step:
    """`what` is a line to the modem, `<` and what the modem says, or `[transaction]`."""

    what: str
    when: When

    @property
    def of_store(self) -> bool:
        """Is it the store that does something?"""
        return self.what.startswith("[")


class Blow(Enum):
    """What happens at a step."""

    DAEMON = "daemon"
    """kill -9; it is started again."""
    MODEM = "modem"
    """Its power is cut, and comes back."""
    BOTH = "both"
    """The power of the host and of its modem is cut, and comes back."""
    HOST = "host"
    """The host's power alone."""


@dataclass(eq=False)
class Life:
    """Of one daemon. When it is over, nothing that its code still does has any effect."""

    alive: bool = True


class SteppedStore(StoreThread):
    """The store of one life, in the loop's own thread; whatever it is asked for is a step."""

    def __init__(self, bench: CrashBench) -> None:
        # Without the thread of the real one.
        self._jobs = SimpleQueue()
        self._store = None
        self._bench = bench
        self._life = bench.life
        bench.stores.append(self)

    async def _call(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(STORE_S)
        name = f"[{getattr(work, '__name__', 'store')}]"
        if not self._life.alive or self._bench.step(Step(name, When.BEFORE)):
            raise asyncio.CancelledError
        done = work()
        if isinstance(done, Store):
            self._bench.opened.append(done)
        if self._bench.step(Step(name, When.AFTER)):
            raise asyncio.CancelledError
        return done


class _Mouth:
    """The modem's end of the link of one life: lines arrive here."""

    def __init__(self, bench: CrashBench) -> None:
        self._bench = bench
        self._life = bench.life

    def data_received(self, data: bytes) -> None:
        line = data.decode("latin-1").strip()
        if not self._life.alive or self._bench.step(Step(line, When.BEFORE)):
            return
        self._bench.take(line, data)
        self._bench.step(Step(line, When.TAKEN))

    def link_lost(self, error: LinkLost) -> None:
        self._bench.endpoint.link_lost(error)


class _Ear:
    """The daemon's end of the link of one life."""

    def __init__(self, bench: CrashBench, user: LinkUser) -> None:
        self._bench = bench
        self._life = bench.life
        self._user = user

    def data_received(self, data: bytes) -> None:
        if self._life.alive and not self._bench.speechless:
            self._user.data_received(data)
            self._bench.step(Step(f"<{data.decode('latin-1').strip()}", When.AFTER))

    def link_lost(self, error: LinkLost) -> None:
        if self._life.alive:
            self._user.link_lost(error)


class CrashBench(Bench):
    """One daemon after the other, on one simulated modem.

    `strike` is asked at each step what happens there. `salvage` makes the directory with which the
    next daemon begins from the last one's; by default, as after kill -9, it is a copy. `dropped`
    has the APNs that the network gives up when the modem takes another. `off_s` is how long the
    next daemon is waited for.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.db._jobs.put(None)  # the thread of a store that isn't used here
        self.strike: Callable[[Step], Blow | None] = lambda _step: None
        self.salvage: Callable[[Path, Path], None] = copied
        self.dropped: Mapping[str, str] = {}
        self.off_s = 0.0
        self.life = Life()
        self.stores: list[SteppedStore] = []
        # Kept, or Python would close what a killed process never closes.
        self.opened: list[Store] = []
        self.values = [self.apn]
        self.lines: list[str] = []
        self.speechless = False
        self.failure: BaseException | None = None
        self._steps = 0
        self._fallen = asyncio.Event()
        self._struck: Blow | None = None
        self._mine: set[asyncio.Task[Any] | None] = {asyncio.current_task()}
        self.monkeypatch.setattr("apn_config.service.StoreThread", lambda: SteppedStore(self))
        self.monkeypatch.setattr("apn_config.service.offer_control", _for_ever)

    # --- the daemon ---------------------------------------------------------------------------

    async def live(self) -> None:
        """Run a daemon, and after each death the next one, until cancelled."""
        self._mine.add(asyncio.current_task())
        fallen: asyncio.Task[object] | None = None
        number = 1
        try:
            while True:
                self.life = Life()
                self.daemon = self._new_daemon()
                daemon = asyncio.create_task(self.daemon.run())
                fallen = asyncio.create_task(self._fallen.wait())
                self._mine.add(fallen)
                await asyncio.wait({daemon, fallen}, return_when=asyncio.FIRST_COMPLETED)
                if not self._fallen.is_set():
                    daemon.result()
                    raise RuntimeError("the daemon ended")
                await self._bury()
                await asyncio.sleep(self.off_s)
                former, number = self.home, number + 1
                self.home = former.with_name(f"life-{number}")
                self.salvage(former, self.home)
                self._release()
                shutil.rmtree(former)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is counted
            self.failure = error
        finally:
            self.life.alive = False
            if fallen is not None:
                fallen.cancel()
            await self._bury()
            self._release()

    def _new_daemon(self) -> Daemon:
        store = replace(self.config.store, path=self.home / STORE)
        config = replace(self.config, store=store)

        def read_config() -> Config:
            return config

        return Daemon(config, read_config, self.clock, Notifier())

    async def _bury(self) -> None:
        """End what is left of the daemon's code; the modem sees that the port is closed."""
        if self.link is not None:
            await self.link.close()
        while others := asyncio.all_tasks() - self._mine:
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=LOOK_S)
        if self._struck in (Blow.BOTH, Blow.HOST):
            self.clock.boot_id = f"boot-after-{self.home.name}"
            self.clock.booted_s = self.loop.time()
        self._fallen.clear()

    def _release(self) -> None:
        """Give back what the process holds of the dead."""
        for store in self.opened:
            store.close()
        self.opened.clear()
        self.stores.clear()

    async def _open_link(self, port: str, user: LinkUser, *, baud: int = 115200) -> Link:
        if not self.life.alive:
            raise asyncio.CancelledError
        ours, theirs = memory_links(_Ear(self, user), _Mouth(self))
        self.endpoint.attach(theirs)
        self.link = ours
        return ours

    # --- steps --------------------------------------------------------------------------------

    def step(self, step: Step) -> bool:
        """It is there; is the daemon dead now?"""
        if not self.life.alive:
            return True
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise RuntimeError("it goes round and round")
        blow = self.strike(step)
        if blow is None:
            return False
        if blow in (Blow.MODEM, Blow.BOTH):
            self.cut_power()
        if blow is not Blow.MODEM:
            self._struck = blow
            self.life.alive = False
            self._fallen.set()
        return not self.life.alive

    def cut_power(self) -> None:
        """The modem's: what it was saying is lost, and it starts again, with its flash."""
        self.simulated.restart()
        self.speechless = True
        self.loop.call_soon(self._speak)

    def _speak(self) -> None:
        self.speechless = False

    def take(self, line: str, data: bytes) -> None:
        """The modem gets a line; notes what came of it."""
        if not self.simulated.line.down:
            self.lines.append(line)
        self.endpoint.data_received(data)
        if self.apn != self.values[-1]:
            self.values.append(self.apn)
            if (name := self.dropped.get(self.apn)) is not None:
                settings = self.network.settings
                left = tuple(each for each in settings.apns if each != name)
                self.network.settings = replace(settings, apns=left)

    # --- what is to be seen -------------------------------------------------------------------

    async def sees(self, condition: Callable[[], object], until_s: float) -> bool:
        """Wait for it, until that time of the loop; does it come true?"""
        began_s = self.loop.time()
        while not condition():
            now_s = self.loop.time()
            if now_s >= until_s or self.failure is not None:
                return False
            await asyncio.sleep(max(LOOK_S, (now_s - began_s) / 20))
        return True

    def count(self, pattern: str) -> int:
        """How many lines the modem got that look like that."""
        return sum(re.fullmatch(pattern, line) is not None for line in self.lines)

    def unfinished(self) -> int:
        """How many rows of the store wait for something; 1 where there is no store."""
        store = self.stores[-1]._store if self.stores else None
        if store is None:
            return 1
        with store.transaction():
            return (
                len(store.inbox.pending())
                + len(store.inbox.started())
                + len(store.inbox.open_parts())
                + (store.changes.active() is not None)
                + store.outbox.pending_count()
            )


def copied(former: Path, home: Path) -> None:
    """What kill -9 leaves: all that was written. The index of the WAL is made anew from it."""
    shutil.copytree(former, home, ignore=shutil.ignore_patterns("*-shm", "*.lock"))


async def _for_ever(*_: object, **__: object) -> None:
    """Instead of the control socket."""
    await asyncio.Event().wait()
