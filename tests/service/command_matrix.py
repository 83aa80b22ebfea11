"""The daemon against each kind of modem and each fault: is each command answered, done once?

    python -m tests.service.command_matrix --markdown > docs/command-matrix.md

The daemon is the whole one, in one process with a simulated modem, on a virtual clock (`bench`).
What goes wrong are all cases of the driver's matrix (`tests.modem.fault_matrix`), and what the
network, the messages, the cable and the power can do besides (`troubles`).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from collections import Counter, deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from random import Random
from sys import intern

import pytest

from modem import PortMissing
from modem.link import Link, LinkUser
from modem.profiles import Profile, Technology, profile_named, profile_names
from modem.simulator import Act, Direction, FaultPlan
from modem.simulator.endpoints.clockwork import Clockwork
from modem.simulator.plmn import ContextRefused
from tests.reckoning import change_of, done_once
from tests.service.daemon_bench import WATCHDOG_S, DaemonBench
from tests.service.troubles import TROUBLES, Bears, Trouble
from tests.virtual_time import run

# One APN that works, one that doesn't, and back; other verbs between.
STREAM = ("PING", "APN other", "STATUS", "APN nosuch", "APN em", "PING")
BAD_APN = "nosuch"
FIRST_APN = "em"
SPACING_S = 15.0
# From the message to its answer, where nothing goes wrong.
CHANGE_S = 4.0
# The sweeps of a quiet daemon are ten minutes apart: what they find is found by then.
CALM_S = 700.0
# The longest of waits are T3402's twelve minutes, a roll-back's ten and an hour in one trouble.
LIMIT_S = 3 * 3600.0
_CID = 1


@dataclass
class Device(DaemonBench):
    """The whole daemon and its modem, whose cable may be out; notes what the context is set to."""

    pdus: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    values: list[str] = field(default_factory=lambda: [FIRST_APN])
    faults: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.simulated.on_fault = lambda _name: self.count_fault()
        self.prepare(WATCHDOG_S)

    def count_fault(self) -> None:
        """Something has gone wrong."""
        self.faults += 1

    async def _open_link(self, port: str, user: LinkUser, *, baud: int = 115200) -> Link:
        if not self.simulated.plugged:
            raise PortMissing(port, f"{port} isn't there")
        # A port takes a moment to open; by then the other end knows that the former link is gone.
        await asyncio.sleep(0.01)
        return await super()._open_link(port, user, baud=baud)

    def _watch(self, direction: Direction, data: bytes) -> None:
        """Before the modem has what the host wrote, and after it answered."""
        if self.apn != self.values[-1]:
            self.values.append(intern(self.apn))

    @property
    def alive(self) -> bool:
        """Does the daemon run, and feed its watchdog?"""
        runs = self._running is not None and not self._running.done()
        return runs and self.manager.fed_within(WATCHDOG_S)

    @property
    def left(self) -> int:
        """Messages that are in the modem, or on their way to it."""
        state = self.simulated.state
        memories = {id(state.memories[name]): state.memories[name] for name in ("SM", "ME")}
        held = sum(
            message.status.name.startswith("REC")
            for memory in memories.values()
            for _, message in memory.items()
        )
        return held + len(state.subscriber.waiting)

    @property
    def open_rows(self) -> int:
        """What the store has still to do: messages, changes, answers."""
        if self.db._open_store is None:
            return 1
        return self.db.now(
            lambda store: (
                len(store.inbox.pending())
                + len(store.inbox.started())
                + len(store.inbox.open_parts())
                + store.outbox.pending_count()
                + (store.changes.active() is not None)
            )
        )

    @property
    def works(self) -> bool:
        """Is it registered, with an APN that the network grants; by LTE, is the bearer up?"""
        state = self.simulated.state
        try:
            granted = self.network.grant(state.context(_CID)).apn
        except ContextRefused:
            return False
        attached = state.subscriber.attached and state.functionality == 1
        return attached and (state.subscriber.act is not Act.EUTRAN or self.serves == granted)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the stream: what is wrong, what was borne, how often something went wrong."""

    wrong: tuple[str, ...]
    borne: frozenset[Bears]
    faults: int

    def holds(self, trouble: Trouble) -> bool:
        """Is nothing wrong, and nothing borne but what the trouble is claimed to cost?"""
        return not self.wrong and self.borne <= trouble.bears


# --- the story ------------------------------------------------------------------------------------


async def _story(bench: Device, trouble: Trouble, lot: int) -> Result:
    chance = Random(lot)
    try:
        async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
            if trouble.happens is not None:
                tasks.create_task(_strike(bench, trouble, lot, chance))
            tasks.create_task(_send_all(bench))
            # The first message waits in the modem when the daemon starts.
            await bench.start()
        async with asyncio.timeout(LIMIT_S):
            await until_done(bench)
            await asyncio.sleep(CALM_S)
            await until_done(bench)
    except TimeoutError:
        pass  # the result shows what is missing
    return _judge(bench)


async def _strike(bench: Device, trouble: Trouble, lot: int, chance: Random) -> None:
    """Have it happen once: half of the lots share the stream, the others a change, evenly."""
    assert trouble.happens is not None
    share = (lot - 1) // 2 + chance.random()
    whole_s = len(STREAM) * SPACING_S if lot % 2 else CHANGE_S
    begin_s = 0.0 if lot % 2 else STREAM.index("APN other") * SPACING_S
    await asyncio.sleep(begin_s + whole_s * share / ((len(trouble.lots) + 1) // 2))
    bench.count_fault()
    await trouble.happens(bench, chance)


async def _send_all(bench: Device) -> None:
    for number, command in enumerate(STREAM):
        bench.pdus += bench.send(f"#{number} {command}")
        await asyncio.sleep(SPACING_S)


async def until_done(bench: Device) -> None:
    """Wait until nothing is left to do and the APN works."""
    while bench.alive and (bench.left or bench.open_rows or not bench.works):  # noqa: ASYNC110
        await asyncio.sleep(1.0)


# --- what came of it ------------------------------------------------------------------------------


def _judge(bench: Device) -> Result:
    wrong: list[str] = []
    borne: set[Bears] = set()
    texts: list[str] = []
    for number, command in enumerate(STREAM):
        answers = Counter(text for text in bench.answers if text.startswith(f"#{number} "))
        if len(answers) != 1:
            wrong.append(f"{command!r} has {len(answers)} answers: {sorted(answers)}")
        if max(answers.values(), default=1) > 1:
            borne.add(Bears.AGAIN)
        texts.append(next(iter(answers), ""))
        borne |= _shortfall(command, texts[-1].partition(" ")[2], wrong)
    tagged = tuple(f"#{number} " for number in range(len(STREAM)))
    wrong += [f"nobody asked for {text!r}" for text in bench.answers if not text.startswith(tagged)]
    changes = [
        change_of(text) for command, text in zip(STREAM, texts, strict=True) if "APN" in command
    ]
    made = [change for change in changes if change is not None]
    values = known(bench.values, [command.removeprefix("APN ") for command in STREAM])
    if not done_once(values, made):
        borne.add(Bears.RESCUED)
        if not done_once(values, made, rescued=True):
            wrong.append(f"the context was set to {bench.values} for {texts}")
    wrong += wrong_at_the_end(bench)
    return Result(tuple(wrong), frozenset(borne), bench.faults)


def _shortfall(command: str, answer: str, wrong: list[str]) -> set[Bears]:
    """What the answer is short of what was asked for."""
    apn = command.removeprefix("APN ")
    if apn == BAD_APN and answer.startswith(f"ROLLBACK APN {apn} kept="):
        return set()
    if apn != BAD_APN and answer.startswith(f"OK {command}"):
        return set()
    if apn != command and answer.startswith((f"ROLLBACK APN {apn} kept=", "ERR reason=modem")):
        return {Bears.UNDONE}
    if apn != command and answer == "ERR reason=stale":
        return {Bears.STALE}
    if apn == command and answer == "ERR reason=modem-error":
        return {Bears.ERROR}
    wrong.append(f"{command!r} is answered {answer!r}")
    return set()


def known(values: Sequence[str], names: Container[str]) -> list[str]:
    """The values without what a spoilt line made of a name, each once in a row."""
    return [name for name, _ in groupby(value for value in values if value in names)]


def wrong_at_the_end(bench: Device) -> Iterator[str]:
    """What is wrong with the device, when all should be done."""
    if not bench.alive:
        yield "the daemon ended"
    if bench.left:
        yield f"{bench.left} messages are left"
    if bench.open_rows:
        yield f"{bench.open_rows} things are left to do"
    if not bench.works:
        yield f"APN {bench.apn} doesn't work"


@cache
def try_trouble(profile_name: str, trouble: Trouble, lot: int) -> Result:
    """Play the story on such a modem, with that trouble. It is the same each time."""
    profile = profile_named(profile_name)

    async def main() -> Result:
        with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patched:
            bench = Device(Path(home), patched, profile=profile, lte_only=_has_lte(profile))
            bench.simulated.set_faults(FaultPlan(trouble.faults, seed=lot))
            with Clockwork(bench.network):
                try:
                    return await _story(bench, trouble, lot)
                finally:
                    await bench.kill()

    return run(main())


def _has_lte(profile: Profile) -> bool:
    return Technology.EUTRAN in profile.simulator.technologies


# --- the page -------------------------------------------------------------------------------------


def cell(profile_name: str, trouble: Trouble) -> str:
    """What the worst of all lots came to."""
    results = [try_trouble(profile_name, trouble, lot) for lot in trouble.lots]
    if not all(result.holds(trouble) for result in results):
        return "**wrong**"
    borne = {bears for result in results for bears in result.borne}
    return ", ".join(bears.value for bears in Bears if bears in borne) or "ok"


def markdown() -> str:
    """The page: a row a trouble, a column a kind of modem."""
    names = profile_names()
    rows = [["what goes wrong", *names], ["---"] * (len(names) + 1)]
    rows += [[trouble.name, *(cell(name, trouble) for name in names)] for trouble in TROUBLES]
    notes: dict[str, list[str]] = {}
    for trouble in TROUBLES:
        if trouble.why:
            notes.setdefault(trouble.why, []).append(trouble.name)
    return _PAGE.format(
        stream=", ".join(f"`{command}`" for command in STREAM),
        spacing=SPACING_S,
        plays=len(names) * sum(len(trouble.lots) for trouble in TROUBLES),
        legend="\n".join(f"* {bears.value}: {bears.meaning}." for bears in Bears),
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
        notes="\n".join(f"* {'; '.join(troubles)}: {why}." for why, troubles in notes.items()),
    )


_PAGE = """# What the daemon bears under commands

The whole daemon on simulated modems, with what goes wrong in the first column. It gets {stream},
one each {spacing:g} s, the first before it is started; `other` and `em` are APNs that the network
knows, and where a modem has LTE, it has nothing else, so that `nosuch` takes its registration.
What goes wrong are all cases of [the driver's matrix](fault-matrix.md)
([faults](simulator.md#faults)), and what network, messages, cable and power can do besides, at
moments that are drawn by lot: {plays} plays.

In every cell: each command has its answer, with one text, however often it is sent; what the
context was set to, value by value, is what the answers tell, each change once; nothing is left in
the modem, in the network or to do in the store; at the end the device is registered, with an APN
that works; the daemon lives, and feeds its watchdog. A cell in which that isn't so is **wrong**.
Beyond that a trouble may cost something, which is claimed for each, and what it did cost stands
in the cell:

* ok: all was done as it was asked for, and answered once.
{legend}

{table}

{notes}

The page is made by `python -m tests.service.command_matrix --markdown > docs/command-matrix.md` and
held by `tests/service/test_command_matrix.py`: all of it by `make proof`, a sample by `make test`.
"""


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.service.command_matrix", description=__doc__
    )
    parser.add_argument("--markdown", action="store_true", required=True, help="print the page")
    parser.parse_args()
    logging.disable()  # the daemon has much to say of all this
    print(markdown(), end="")  # noqa: T201


if __name__ == "__main__":
    main()
