"""Plays a story with blows at its steps, and counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from apn_config.clock import Moment
from apn_config.config import AccessConfig
from apn_config.store import Store
from modem.simulator import NetworkSettings
from modem.simulator.endpoints.clockwork import Clockwork
from tests.crash.bench import STORE, Blow, CrashBench, Step
from tests.crash.counting import Counts, Seen, count, outcomes_of
from tests.crash.stories import APNS, PIN_WORD, Cue, Sms, Story
from tests.service.bench import EPOCH, OPERATOR, with_apn
from tests.virtual_time import run

# Short, or a story would be looks at the modem for the most part; but the modem's power may fail in
# each, which takes it 10 s to start again and some more to register.
DEADLINES = {"verify_timeout_s": 60.0, "rollback_timeout_s": 60.0, "channel_timeout_s": 60.0}
# For all messages of a story: a trial of ten minutes, ten of a disk that takes nothing, deadlines.
PATIENCE_S = 2 * 3600.0
# So long the story goes on when all is answered: a sweep is made in it, and repeats would come.
AFTERWARDS_S = 700.0
# What is spoilt of a damaged store: some of its pages, but the schema's.
SPOILT = slice(8 * 2048, 16 * 2048)
# Before the first message the daemon has its modem.
START_S = 5.0

# Where a modem is asked the same again and again, with nothing new between, so many rounds count.
ROUNDS = 2

Prepare = Callable[[CrashBench], None]


@dataclass(frozen=True, slots=True)
class Played:
    """A story that was played: what is counted, and its steps until all was answered."""

    counts: Counts
    steps: tuple[Step, ...]

    def points(self) -> Iterator[int]:
        """The numbers of the steps at which a blow makes a difference."""
        known: set[Step] = set()
        rounds: Counter[Step] = Counter()
        for number, step in enumerate(self.steps):
            if step not in known:
                known.add(step)
                rounds.clear()
            rounds[step] += 1
            if rounds[step] <= ROUNDS or step.of_store:
                yield number


def play(
    story: Story,
    home: Path,
    blows: Mapping[int, Blow] | None = None,
    prepare: Prepare | None = None,
) -> Played:
    """Play it in a new directory below `home`, with blows at the steps of these numbers."""
    return run(_play(story, home, blows or {}, prepare))


async def _play(
    story: Story, home: Path, blows: Mapping[int, Blow], prepare: Prepare | None
) -> Played:
    with pytest.MonkeyPatch.context() as monkeypatch:
        bench = _bench(story, home, monkeypatch)
        steps: list[Step] = []

        def strike(step: Step) -> Blow | None:
            steps.append(step)
            return blows.get(len(steps) - 1)

        bench.strike = strike
        bench.dropped, bench.off_s = story.dropped, story.off_s
        if prepare is not None:
            prepare(bench)
        with Clockwork(bench.network):
            living = asyncio.create_task(bench.live())
            await _tell(bench, story)
            bench.strike = lambda _step: None
            await asyncio.sleep(AFTERWARDS_S)
            counts = _count(bench, story)
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
    return Played(counts, tuple(steps))


def _bench(story: Story, home: Path, monkeypatch: pytest.MonkeyPatch) -> CrashBench:
    access = AccessConfig(senders=(OPERATOR,))
    (home / "life-1").mkdir(parents=True)
    if story.pin:
        pin_file = home / "pin"
        pin_file.write_text(PIN_WORD)
        pin_file.chmod(0o600)
        access = replace(access, pin_file=pin_file)
    if story.damaged:
        _damage(home / "life-1" / STORE)
    return CrashBench(
        home / "life-1",
        monkeypatch,
        config=replace(with_apn(**DEADLINES), access=access),
        settings=NetworkSettings(apns=APNS),
        **story.options,  # type: ignore[arg-type]
    )


def _damage(path: Path) -> None:
    """Make a store, and spoil its tables; the schema is left."""
    Store.open(path, Moment("boot-0", 0.0, EPOCH)).close()
    spoilt = bytearray(path.read_bytes())
    spoilt[SPOILT] = b"\xa5" * (SPOILT.stop - SPOILT.start)
    path.write_bytes(spoilt)


async def _tell(bench: CrashBench, story: Story) -> None:
    """Send the messages, each at its cue, and wait until all is done."""
    await asyncio.sleep(START_S)
    sent: list[Sms] = []

    async def done() -> None:
        await bench.sees(lambda: _done(bench, sent), until_s)

    until_s = bench.loop.time() + PATIENCE_S
    for sms in story.messages:
        if sms.cue is Cue.ANSWERED:
            await done()
        elif sms.cue is Cue.APPLIED:
            await bench.sees(lambda: len(bench.values) > 1, until_s)
        pdus = bench.send(sms.text)
        sent.append(sms)
        if sms.again:
            await done()
            for pdu in pdus:
                bench.simulated.deliver_pdu(pdu)
    await done()


def _done(bench: CrashBench, messages: list[Sms]) -> bool:
    return (
        all(outcomes_of(sms, bench.answers) for sms in messages)
        and not bench.simulated.state.subscriber.waiting
        and bench.stored_in_modem() == 0
    )


def _count(bench: CrashBench, story: Story) -> Counts:
    files = [path for path in bench.home.rglob("*") if path.is_file()]
    seen = Seen(
        answers=bench.answers,
        values=bench.values,
        serving=bench.serves,
        held=bench.apn,
        once=0 if story.once is None else bench.count(story.once),
        left=bench.stored_in_modem() + (0 if bench.failure else bench.unfinished()),
        leaked=sum(PIN_WORD.encode() in path.read_bytes() for path in files),
        damaged=sum(path.match("*.damaged-[0-9]") for path in files) - story.damaged,
    )
    ended = Counts()
    if bench.failure is not None:
        ended = Counts(ended=1, notes=(f"the daemon ended: {bench.failure!r}",))
    return count(story, seen) + ended
