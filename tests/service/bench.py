"""The daemon's parts in one process with a simulated modem, on one virtual clock.

The link is in memory and the store works at once, without its thread: so the clock, which jumps
whenever nothing is ready, never outruns a commit. All else is the real thing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from apn_config.agent import Agent
from apn_config.clock import Moment
from apn_config.config import (
    AccessConfig,
    ApnConfig,
    Config,
    ModemConfig,
    RecoveryConfig,
    ReplyConfig,
)
from apn_config.storage_thread import StoreThread
from apn_config.store import ChangeRow, Store
from modem.link import Link, LinkUser
from modem.memory_link import MemoryLink, memory_links
from modem.profiles import SIM7600, Profile
from modem.simulator import Network, NetworkSettings, SimulatedModem, Submission
from modem.simulator.answers import Cms, CmsRefusal, Reply
from modem.simulator.endpoints.clockwork import Clockwork
from modem.simulator.endpoints.memory import MemoryEndpoint
from modem.simulator.endpoints.wire import Direction, Wire
from modem.simulator.reception import Cnmi
from modem.simulator.services.table import Entry
from modem.simulator.state import State
from modem.sms import compose_deliver
from tests.virtual_time import run

T = TypeVar("T")

OPERATOR = "12345"
DAY_S = 86400.0
# How long a story may take on the virtual clock before it is called stuck.
PATIENCE_S = 2 * DAY_S
LOOK_S = 0.05
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

CONFIG = Config(
    modem=ModemConfig(port="memory"),
    reply=ReplyConfig(to="1234"),
    access=AccessConfig(senders=(OPERATOR, "emnify")),
    recovery=RecoveryConfig(radio_cycles_per_day=1000),
)
"""The defaults, deadlines among them, but for the budget of radio cycles."""


class PromptStore(StoreThread):
    """The store, working in the loop's own thread."""

    _open_store: Store | None = None

    async def open(self, path: Path, now: Moment) -> None:
        self._open_store = Store.open(path, now)

    async def run(self, work: Callable[[Store], T]) -> T:
        # One turn of the loop, so that tasks take turns as they do where a thread works.
        await asyncio.sleep(0)
        return self.now(work)

    def now(self, work: Callable[[Store], T]) -> T:
        """The same for a test, at once."""
        assert self._open_store is not None
        with self._open_store.transaction():
            return work(self._open_store)

    async def truncate_wal(self) -> None:
        assert self._open_store is not None
        self._open_store.truncate_wal()

    async def close(self) -> None:
        if self._open_store is not None:
            self._open_store.close()
            self._open_store = None


@dataclass
class FakeClock:
    """Boot time is the loop's; the wall clock is wherever a test puts it."""

    boot_id: str = "boot-1"
    booted_s: float = 0.0
    wall_offset: timedelta = timedelta()

    def now(self) -> Moment:
        now_s = asyncio.get_running_loop().time() - self.booted_s
        return Moment(self.boot_id, now_s, EPOCH + timedelta(seconds=now_s) + self.wall_offset)


@dataclass
class Bench:
    """A simulated modem, and an agent that may be killed and started again."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    config: Config = CONFIG
    profile: Profile = SIM7600
    settings: NetworkSettings = field(default_factory=lambda: NetworkSettings(apns=("em", "other")))
    start_apn: str = "em"
    lte_only: bool = False

    def __post_init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.clock = FakeClock()
        self.network = Network(self.settings, clock=self.loop.time, epoch=EPOCH)
        self.simulated = SimulatedModem(
            self.network, self.profile, start_apn=self.start_apn, lte_only=self.lte_only
        )
        self.sent: list[Submission] = []
        self.simulated.on_submission = self.sent.append
        self.wire = Wire(self.simulated)
        self.wire.on_traffic = self._watch
        self.commands: list[str] = []
        self.on_command: Callable[[str], object] = lambda _line: None
        self.endpoint = MemoryEndpoint(self.wire)
        self.link: MemoryLink | None = None
        self.monkeypatch.setattr("modem.device.open_link", self._open_link)
        self.db = PromptStore()
        self._running: asyncio.Task[None] | None = None
        self._typed = ""

    # --- the daemon ---------------------------------------------------------------------------

    async def start(self) -> Agent:
        """Start the daemon, on the store that the last one left; wait until it has its modem."""
        self.db = PromptStore()
        await self.db.open(self.home / "store.db", self.clock.now())
        self.agent = Agent(self.config, self.db, self.clock)
        self._running = asyncio.create_task(self.agent.run())
        await self.agent.keeper.modem()
        return self.agent

    async def kill(self) -> None:
        """Stop it wherever it is; what no transaction committed is lost."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None
        await self.db.close()

    async def _open_link(self, port: str, user: LinkUser, *, baud: int = 115200) -> Link:
        ours, theirs = memory_links(user, self.endpoint)
        self.endpoint.attach(theirs)
        self.link = ours
        return ours

    # --- the modem ----------------------------------------------------------------------------

    def _watch(self, direction: Direction, data: bytes) -> None:
        if direction is not Direction.TO_MODEM:
            return
        *lines, self._typed = (self._typed + data.decode("latin-1")).split("\r")
        for line in lines:
            self.commands.append(line)
            self.on_command(line)

    def count(self, pattern: str) -> int:
        """How many commands so far look like that."""
        return sum(re.fullmatch(pattern, line) is not None for line in self.commands)

    def refuse(self, name: str) -> Callable[[], None]:
        """Have the modem refuse a command, until what is returned is called."""
        before = self.simulated._table

        def refusal(_state: State, _text: str) -> Reply:
            raise CmsRefusal(Cms.NO_NETWORK_SERVICE)

        self.simulated._table = {**before, name: Entry(set=refusal)}

        def allow() -> None:
            self.simulated._table = before

        return allow

    def announce_nothing(self) -> None:
        """As beside ModemManager: messages are stored, and no +CMTI comes to this port."""
        self.simulated.state.settings.cnmi = Cnmi()

    def send(self, text: str, sender: str = OPERATOR, *, at: datetime | None = None) -> list[str]:
        """An SMS to the device, with the network's time or another; its PDUs."""
        parts = compose_deliver(
            sender, text, timestamp=at or self.network.wall(), reference=len(self.commands) % 256
        )
        for part in parts:
            self.simulated.deliver_pdu(part.pdu)
        return [part.pdu for part in parts]

    # --- what is to be seen -------------------------------------------------------------------

    @property
    def answers(self) -> list[str]:
        """What the network took from the device."""
        return [submission.text or "" for submission in self.sent]

    async def until(
        self, condition: Callable[[], object], what: str, limit_s: float = PATIENCE_S
    ) -> float:
        """Wait for it; the seconds that it took, half a percent too many at most."""
        began_s = self.loop.time()
        while not condition():
            assert self._running is None or not self._running.done(), "the daemon ended"
            waited_s = self.loop.time() - began_s
            assert waited_s < limit_s, f"not within {limit_s:g} s: {what}; {self.answers}"
            # As exact as half a percent of what is measured.
            await asyncio.sleep(max(LOOK_S, waited_s / 200))
        return self.loop.time() - began_s

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)
        assert self._running is None or not self._running.done(), "the daemon ended"

    async def answer(self, start: str, limit_s: float = PATIENCE_S) -> tuple[str, float]:
        """Wait for a new answer that begins so; the answer, and the seconds that it took."""
        known = len(self.sent)

        def found() -> list[str]:
            return [text for text in self.answers[known:] if text.startswith(start)]

        took_s = await self.until(found, f"an answer {start!r}", limit_s)
        return found()[0], took_s

    def change(self) -> ChangeRow | None:
        """The last change."""
        rows = self.db.now(lambda store: store.changes.history(1))
        return rows[0] if rows else None

    @property
    def state(self) -> str | None:
        """The state of the last change."""
        change = self.change()
        return None if change is None else change.state.value

    @property
    def apn(self) -> str:
        """What the attach context is set to."""
        return self.simulated.state.contexts[1].apn

    @property
    def serves(self) -> str | None:
        """The APN that the network serves now."""
        bearer = self.simulated.state.subscriber.bearers.get(1)
        return None if bearer is None else bearer.apn

    def verdicts(self) -> list[str | None]:
        """What became of the messages, in the order in which they were stored."""
        return [row.verdict for row in self.db.now(lambda store: store.inbox.recent(100))]

    def stored_in_modem(self) -> int:
        """How many messages the modem holds."""
        return self.simulated.state.memories["ME"].used


Story = Callable[[Bench], Awaitable[None]]
Play = Callable[..., None]


def with_apn(**changes: object) -> Config:
    """The configuration with other values in [apn]."""
    return replace(CONFIG, apn=replace(ApnConfig(), **changes))  # type: ignore[arg-type]


def play(story: Story, home: Path, monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
    """Run a story on a bench, with the daemon running at its begin."""

    async def main() -> None:
        bench = Bench(home, monkeypatch, **options)  # type: ignore[arg-type]
        with Clockwork(bench.network):
            await bench.start()
            try:
                await story(bench)
            finally:
                await bench.kill()

    run(main())
