"""The wall clock moved by ten years, forth and back, in every state: the daemon does the same at
the same time, command for command.

The states of a change that is rolled back by its deadlines are in test_deadlines.py, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apn_config.store import StoreFull
from modem.simulator import NetworkSettings
from tests.service.bench import CONFIG, DAY_S, with_apn
from tests.service.daemon_bench import DaemonBench, play

Jump = Callable[[], None]
Story = Callable[[DaemonBench, Jump], Awaitable[None]]


async def idle(bench: DaemonBench, jump: Jump) -> None:
    await bench.passes(900)
    jump()
    await bench.passes(1800)
    bench.send("#1 PING")
    await bench.answer("#1 OK PING")


async def without_a_port(bench: DaemonBench, jump: Jump) -> None:
    bench.unplug()
    await bench.passes(50)
    jump()
    await bench.passes(100)
    bench.port.touch()
    bench.send("#1 PING")
    await bench.answer("#1 OK PING")


async def without_a_store(bench: DaemonBench, jump: Jump) -> None:
    bench.disk.error = StoreFull(Path("x"))
    await bench.passes(100)
    jump()
    bench.send("#1 PING")
    await bench.passes(500)
    bench.disk.error = None
    await bench.answer("#1 OK PING")


async def an_answer_waits(bench: DaemonBench, jump: Jump) -> None:
    allow = bench.refuse("+CMGS")
    bench.send("#1 PING")
    await bench.passes(100)
    jump()
    await bench.passes(600)
    allow()
    await bench.answer("#1 OK PING")


async def an_answer_is_too_old(bench: DaemonBench, jump: Jump) -> None:
    allow = bench.refuse("+CMGS")
    bench.send("#1 PING")
    await bench.passes(3000)
    jump()
    waited_s = await bench.until(lambda: not pending(bench), "it is given up")
    assert waited_s == pytest.approx(600, abs=310)
    allow()


def pending(bench: DaemonBench) -> int:
    return bench.db.now(lambda store: store.outbox.pending_count())


async def a_part_is_missing(bench: DaemonBench, jump: Jump) -> None:
    first, second = bench.network_parts("#1 APN other" + " " * 150)
    bench.simulated.deliver_pdu(first)
    await bench.passes(600)
    jump()
    await bench.passes(600)
    bench.simulated.deliver_pdu(second)
    await bench.answer("#1 OK APN other")


async def on_trial(bench: DaemonBench, jump: Jump) -> None:
    bench.send("#1 APN other for=10m")
    await bench.answer("#1 OK APN other")
    await bench.passes(200)
    jump()
    back_s = await bench.until(lambda: bench.state == "rolled-back", "it goes back by itself")
    assert 390 <= back_s <= 430


async def a_network_refuses(bench: DaemonBench, jump: Jump) -> None:
    """Its no counts once it has lasted."""
    bench.send("#1 APN nosuch")
    await bench.until(lambda: bench.state == "verifying", "it is being verified")
    await bench.passes(20)
    jump()
    await bench.answer("#1 ROLLBACK APN nosuch kept=em reason=refused")


async def the_budget_is_spent(bench: DaemonBench, jump: Jump) -> None:
    bench.send("#1 APN other")
    await bench.answer("#1 OK APN other")
    jump()
    await bench.passes(0.9 * DAY_S)
    bench.send("#2 APN em")
    await bench.answer("#2 ERR reason=budget")
    await bench.passes(0.2 * DAY_S)
    bench.send("#3 APN em")
    await bench.answer("#3 OK APN em")


async def a_message_is_stale(bench: DaemonBench, jump: Jump) -> None:
    """By the network's time, whatever the device's own clock says."""
    then = bench.network.wall()
    await bench.passes(60)
    bench.send("#1 APN other")
    await bench.answer("#1 OK APN other")
    jump()
    bench.send("#2 APN em", at=then)
    await bench.answer("#2 ERR reason=stale")
    bench.send("#3 APN em")
    await bench.answer("#3 OK APN em")


DESPERATE = ("applying", "verifying", "rolling-back", "last-good", "default", "giving-up")


async def a_change_that_nothing_helps(bench: DaemonBench, jump: Jump) -> None:
    """Through every state that a lost network leads to, with a jump in each."""
    bench.send("#1 APN other")
    await bench.answer("#1 OK APN other")
    seen: list[str | None] = []

    def look(_line: str) -> None:
        if bench.state != seen[-1]:
            seen.append(bench.state)
            jump()

    seen.append(bench.state)
    bench.listeners.append(look)
    bench.send("#2 APN fourth")
    await bench.until(lambda: bench.state == "verifying", "it is being verified")
    bench.simulated.set_coverage(False)
    await bench.until(lambda: bench.state == "failed", "nothing helps")
    assert seen[1:] == [*DESPERATE, "failed"]
    bench.simulated.set_coverage(True)
    await bench.answer("#2 ROLLBACK APN fourth kept=other")


OPTIONS: dict[Story, dict[str, Any]] = {
    a_network_refuses: {"lte_only": True},
    an_answer_is_too_old: {"config": replace(CONFIG, reply=replace(CONFIG.reply, expire_h=1.0))},
    the_budget_is_spent: {
        "config": replace(
            CONFIG,
            modem=replace(CONFIG.modem, sweep_s=6 * 3600.0),
            recovery=replace(CONFIG.recovery, radio_cycles_per_day=1),
        )
    },
    a_change_that_nothing_helps: {
        "settings": NetworkSettings(apns=("em", "other", "third")),
        "config": with_apn(default="third", verify_timeout_s=30.0, rollback_timeout_s=40.0),
    },
}
STORIES: tuple[Story, ...] = (
    idle,
    without_a_port,
    without_a_store,
    an_answer_waits,
    an_answer_is_too_old,
    a_part_is_missing,
    on_trial,
    a_network_refuses,
    the_budget_is_spent,
    a_message_is_stale,
    a_change_that_nothing_helps,
)


def trace(
    story: Story, home: Path, monkeypatch: pytest.MonkeyPatch, years: int, **options: Any
) -> list[tuple[float, str]]:
    """All that the daemon asked its modem for, and when."""
    found: list[tuple[float, str]] = []

    async def play_it(bench: DaemonBench) -> None:
        bench.listeners.append(lambda line: found.append((round(bench.loop.time(), 1), line)))
        jumped: list[int] = []

        def jump() -> None:
            """Once there, and, where there are more, back and forth."""
            jumped.append(years * (-1) ** len(jumped))
            bench.clock.wall_offset = timedelta(days=365.25 * jumped[-1])

        await story(bench, jump)
        assert jumped
        await bench.passes(60)

    play(play_it, home, monkeypatch, watchdog_s=None, **options)
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_wall_clock_moves_nothing(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = OPTIONS.get(story, {})
    usual = trace(story, tmp_path / "0", monkeypatch, 0, **options)
    assert usual
    for years in (10, -10):
        assert trace(story, tmp_path / str(years), monkeypatch, years, **options) == usual
