"""A day of the whole daemon in some minutes: 10,000 commands, faults at random, nothing may grow.

    python -m tests.service.soak --write docs

Daemon, simulated modem and network are in one process, on a virtual clock (`daemon_bench`); the
store is a file on a disk. The seed decides what is commanded, what goes wrong, and when.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import re
import resource
import sys
import tempfile
import time
from array import array
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from statistics import linear_regression
from zlib import crc32

import pytest

from apn_config.config import RecoveryConfig
from modem.simulator import Action, Direction, Fault, FaultPlan, Submission
from modem.simulator.endpoints.clockwork import Clockwork
from tests.reckoning import Change, change_of, done_once
from tests.service.bench import CONFIG, OPERATOR
from tests.service.command_matrix import Device, known, until_done, wrong_at_the_end
from tests.service.soak_page import page_of, picture_of
from tests.service.troubles import STRANGER, TROUBLES
from tests.virtual_time import run

HOUR_S = 3600.0

# How often each comes, of a hundred. A bad APN costs LTE's registration, and a minute.
COMMANDS = {
    "PING": 50,
    "STATUS": 20,
    "APN": 20,
    "APN other": 3,
    "APN em": 3,
    "APN nosuch": 1,
    "APN em frequency=5": 1,  # makes no sense, and is answered so
}
STRANGERS = 0.02  # of all
NAMES = ("em", "other", "nosuch")

_IN = Direction.TO_MODEM
# By lot, at each portion of bytes, command line, URC or message that it may befall.
FAULTS = (
    Fault(Action.DELAY, probability=0.002, seconds=2),
    Fault(Action.DROP, probability=0.001),
    Fault(Action.DROP, probability=0.001, direction=_IN),
    Fault(Action.GARBLE, probability=0.0005, octets=2),
    Fault(Action.GARBLE, probability=0.0005, octets=2, direction=_IN),
    Fault(Action.SPLIT, probability=0.005, octets=3),
    Fault(Action.GLUE, probability=0.005),
    Fault(Action.ECHO, probability=0.0005),
    Fault(Action.REFUSE, probability=0.0005),
    Fault(Action.REFUSE, probability=0.0005, code="CMS 500"),
    Fault(Action.NO_PROMPT, probability=0.001, prefix="AT+CMGS"),
    Fault(Action.LATE_FINAL, probability=0.0005, seconds=20),
    Fault(Action.NO_FINAL, probability=0.0005),
    Fault(Action.NO_ANSWER, probability=0.0005),
    Fault(Action.URC_BURST, probability=0.005),
    Fault(Action.SILENT, probability=0.0001, seconds=60),
    Fault(Action.REBOOT, probability=0.0002),
    Fault(Action.UNPLUG, probability=0.0002, seconds=8),
    Fault(Action.STORAGE_FULL, probability=0.0001, seconds=60),
    Fault(Action.URC_TWICE, probability=0.01),
    Fault(Action.URC_LOST, probability=0.005),
    Fault(Action.DUPLICATE, probability=0.01),
)
# What happens besides, one after the other: network, messages, cable, power, kills of the daemon.
EVENTS = tuple(trouble for trouble in TROUBLES if trouble.happens is not None)
# The first part of the samples isn't judged: tables fill up to what is kept of them.
WARM_UP = 1 / 3
# What there may be more of for each command: an object that leaks is a block of 50 bytes and more,
# and so is a row in the database. The samples themselves are a seventh of a block.
GROWTH = {"blocks": 0.25, "rss_bytes": 100.0, "database_bytes": 25.0}
# SQLite moves it to the database by itself from 1000 pages on, of 2 KiB here.
MOST_LOG_BYTES = 4 * 1024 * 1024
# How long the last answers may take when nothing goes wrong any more.
PATIENCE_S = 2 * HOUR_S
# A radio cycle for each change and two for each roll-back, where a day has twenty by default.
CONFIGURATION = replace(CONFIG, recovery=RecoveryConfig(radio_cycles_per_day=10_000))
# Rows are kept for 30 days and by the thousand; here for hours, so that a day sees them go.
RETENTION = {
    "apn_config.store.inbox.KEEP_S": 4 * HOUR_S,
    "apn_config.store.outbox.KEEP_S": 4 * HOUR_S,
    "apn_config.store.changes.KEEP_ROWS": 100,
    "apn_config.store.journal.KEEP_ROWS": 2000,
}
_TAGGED = re.compile(r"#(\d+) (\w+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how many commands, how many events about."""

    hours: float = 24.0
    commands: int = 10_000
    events: int = 120
    seed: int = 1
    samples: int = 144


@dataclass(frozen=True, slots=True)
class Order:
    """One command: when it is sent, and by whom."""

    at_s: float
    text: str
    stranger: bool


def orders(plan: Plan) -> tuple[Order, ...]:
    """What is commanded, spread over the hours by lot."""
    chance = Random(plan.seed)
    times = sorted(chance.uniform(0.0, plan.hours * HOUR_S) for _ in range(plan.commands))
    words, weights = list(COMMANDS), list(COMMANDS.values())
    return tuple(
        Order(at_s, f"#{number} {chance.choices(words, weights)[0]}", chance.random() < STRANGERS)
        for number, at_s in enumerate(times)
    )


@dataclass
class Book:
    """What the network took of each command's answer. It doesn't grow with what it holds."""

    orders: Sequence[Order]
    sent: int = 0
    answered: int = 0
    again: int = 0
    words: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sums = array("Q", bytes(8 * len(self.orders)))
        self._changes: list[Change | None] = [None] * len(self.orders)
        self._known: dict[Change, Change] = {}

    @property
    def due(self) -> int:
        """How many of the commands that were sent are to be answered."""
        return self.sent - sum(order.stranger for order in self.orders[: self.sent])

    def take(self, submission: Submission) -> None:
        """The network has a message of the device's."""
        text = submission.text or ""
        match = _TAGGED.match(text)
        number = int(match[1]) if match else -1
        if match is None or number >= self.sent or self.orders[number].stranger:
            self.wrong.append(f"nobody asked for {text!r}")
            return
        # An answer's sum is never 0: that is for none.
        total = crc32(text.encode()) | 1 << 32
        if self._sums[number]:
            self.again += 1
            if self._sums[number] != total:
                self.wrong.append(f"{self.orders[number].text!r} is answered in two ways: {text!r}")
            return
        self._sums[number] = total
        self.answered += 1
        self.words[match[2]] += 1
        if self.orders[number].text.partition(" ")[2].startswith("APN "):
            change = change_of(text)
            if change is not None:
                self._changes[number] = self._known.setdefault(change, change)

    def unanswered(self) -> list[str]:
        """The commands without an answer."""
        return [
            order.text
            for order, total in zip(self.orders, self._sums, strict=True)
            if not total and not order.stranger
        ]

    @property
    def changes(self) -> list[Change]:
        """What the answers tell of the APN, in the order of the commands."""
        return [change for change in self._changes if change is not None]


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: `blocks` are the objects that Python holds, `waiting` the unanswered commands."""

    hour: float
    rss_bytes: int
    blocks: int
    database_bytes: int
    wal_bytes: int
    answered: int
    waiting: int
    faults: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a soak came to; `wrong` is empty when all is right. `faults` are counted by name."""

    plan: Plan
    samples: tuple[Sample, ...]
    faults: Counter[str]
    words: Counter[str]
    answered: int
    again: int
    changes: int
    unanswered: tuple[str, ...]
    wrong: tuple[str, ...]
    took_s: float

    def slope(self, name: str) -> float:
        """How much of that there is more each hour, once warm; least squares."""
        rest = self.samples[round(len(self.samples) * WARM_UP) :]
        return linear_regression(
            [sample.hour for sample in rest], [float(getattr(sample, name)) for sample in rest]
        ).slope

    def grown(self) -> list[str]:
        """What grows by more than its bound, for each command."""
        an_hour = self.plan.commands / self.plan.hours
        slopes = {name: self.slope(name) / an_hour for name in GROWTH}
        grown = [
            f"{name}: {slopes[name]:.1f} more for each command, where {most:g} may be"
            for name, most in GROWTH.items()
            if slopes[name] > most
        ]
        log = max(sample.wal_bytes for sample in self.samples)
        return grown + ([f"the log of writes had {log} bytes"] if log > MOST_LOG_BYTES else [])


# --- the day --------------------------------------------------------------------------------------


def soak(plan: Plan) -> Report:
    """Play it; it is the same each time, but for the memory and how long it takes."""
    began_s = time.monotonic()

    async def main(home: Path, patched: pytest.MonkeyPatch) -> Report:
        day = _Day(plan, Device(home, patched, CONFIGURATION, lte_only=True))
        with Clockwork(day.bench.network):
            try:
                await day.pass_by()
                return day.report(time.monotonic() - began_s)
            finally:
                await day.bench.kill()

    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patched:
        for name, value in RETENTION.items():
            patched.setattr(name, value)
        return run(main(Path(home), patched))


class _Day:
    def __init__(self, plan: Plan, bench: Device) -> None:
        self.plan = plan
        self.bench = bench
        self.book = Book(orders(plan))
        self.faults: Counter[str] = Counter()
        self.samples: list[Sample] = []
        self.lives = 0
        self._over = asyncio.Event()
        self._wrong: tuple[str, ...] = ()
        bench.simulated.on_submission = self.book.take
        bench.simulated.on_fault = self._note_fault
        # What a service manager was told; its whole memory would grow.
        bench.manager.heard = deque(bench.manager.heard, 100)  # type: ignore[assignment]

    def _note_fault(self, name: str) -> None:
        self.faults[name.partition("-")[2]] += 1

    async def pass_by(self) -> None:
        """From the first command to the last answer."""
        plan = self.plan
        self._begun_s = self.bench.loop.time()
        await self.bench.start()
        self.bench.simulated.set_faults(FaultPlan(FAULTS, seed=plan.seed))
        async with asyncio.TaskGroup() as tasks:
            sampling = tasks.create_task(self._sample_all())
            striking = tasks.create_task(self._strike_all())
            await self._send_all()
            self._over.set()
            await striking
            await sampling
        self.bench.simulated.set_faults(FaultPlan())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await until_done(self.bench)
        except TimeoutError:
            pass  # the report shows what is missing
        self._wrong = tuple(self._what_is_wrong())

    async def _send_all(self) -> None:
        for order in self.book.orders:
            await asyncio.sleep(max(0.0, self._begun_s + order.at_s - self.bench.loop.time()))
            self.book.sent += 1
            sender = STRANGER if order.stranger else OPERATOR
            self.bench.pdus += self.bench.send(order.text, sender)

    async def _strike_all(self) -> None:
        """One event after the other, at random distances, until the last command is sent."""
        chance = Random(self.plan.seed)
        mean_s = self.plan.hours * HOUR_S / self.plan.events
        while True:
            try:
                async with asyncio.timeout(chance.expovariate(1 / mean_s)):
                    await self._over.wait()
                    return
            except TimeoutError:
                pass
            event = chance.choice(EVENTS)
            assert event.happens is not None
            self.faults[event.name] += 1
            await event.happens(self.bench, chance)

    async def _sample_all(self) -> None:
        every_s = self.plan.hours * HOUR_S / self.plan.samples
        for number in range(1, self.plan.samples + 1):
            await asyncio.sleep(self._begun_s + number * every_s - self.bench.loop.time())
            self.samples.append(self._sample(number * every_s / HOUR_S))

    def _sample(self, hour: float) -> Sample:
        gc.collect()
        store = self.bench.home / "store.db"
        log = store.with_name("store.db-wal")
        return Sample(
            hour,
            _rss_bytes(),
            sys.getallocatedblocks(),
            store.stat().st_size,
            log.stat().st_size if log.exists() else 0,
            self.book.answered,
            self.book.due - self.book.answered,
            self.faults.total(),
        )

    # --- what came of it --------------------------------------------------------------------------

    def _what_is_wrong(self) -> Iterator[str]:
        yield from self.book.wrong
        yield from (f"{text!r} has no answer" for text in self.book.unanswered())
        values = known(self.bench.values, NAMES)
        if not done_once(values, self.book.changes, rescued=True):
            yield f"the context was set to {values} for {self.book.changes}"
        yield from wrong_at_the_end(self.bench)

    def report(self, took_s: float) -> Report:
        """What it came to."""
        return Report(
            self.plan,
            tuple(self.samples),
            self.faults,
            self.book.words,
            self.book.answered,
            self.book.again,
            len(self.book.changes),
            tuple(self.book.unanswered()),
            self._wrong,
            took_s,
        )


def _rss_bytes() -> int:
    """What the process holds in memory: daemon, simulator and this test."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> None:
    """Write the page and the picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.service.soak", description=__doc__)
    parser.add_argument("--write", type=Path, required=True, metavar="DIR", help="write them there")
    directory: Path = parser.parse_args().write
    logging.disable()  # the daemon has much to say of all this
    report = soak(Plan())
    (directory / "soak.svg").write_text(picture_of(report))
    (directory / "soak.md").write_text(page_of(report))


if __name__ == "__main__":
    main()
