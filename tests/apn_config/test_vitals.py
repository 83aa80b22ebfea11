"""Who counts as stuck, and who doesn't."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from apn_config.vitals import Turn, Vitals, beat, idle
from tests.virtual_time import run

LIMIT_S = 10.0


async def for_ever() -> None:
    await asyncio.Event().wait()


async def hangs() -> None:
    await for_ever()


async def idles() -> None:
    with idle():
        await for_ever()


async def idles_twice_over() -> None:
    with idle():
        with idle():
            await asyncio.sleep(1)
        await for_ever()


async def beats() -> None:
    while True:
        await asyncio.sleep(LIMIT_S)
        beat()


async def hangs_after_idling() -> None:
    with idle():
        await asyncio.sleep(100)
    await for_ever()


async def ends() -> None:
    pass


async def fails() -> None:
    raise ValueError


async def waits_for_its_turn() -> None:
    turn = Turn()
    await turn.acquire()
    async with turn:
        pass


async def waits_for_a_plain_lock() -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    async with lock:
        pass


async def is_cancelled_idle() -> None:
    try:
        async with asyncio.timeout(100):
            with idle():
                await for_ever()
    except TimeoutError:
        await for_ever()


@pytest.mark.parametrize(
    ("work", "stuck_after_s"),
    [
        pytest.param(hangs, 0.0, id="a wait that nobody called idle"),
        pytest.param(idles, None, id="idle"),
        pytest.param(idles_twice_over, None, id="idle within idle"),
        pytest.param(beats, None, id="slow, and getting on"),
        pytest.param(hangs_after_idling, 100.0, id="at work again"),
        pytest.param(is_cancelled_idle, 100.0, id="at work again after a time-out"),
        pytest.param(ends, None, id="done"),
        pytest.param(fails, None, id="failed: that is told otherwise"),
        pytest.param(waits_for_its_turn, None, id="waits for its turn"),
        pytest.param(waits_for_a_plain_lock, 0.0, id="waits for a lock"),
    ],
)
def test_when_a_worker_is_stuck(
    work: Callable[[], Awaitable[None]], stuck_after_s: float | None
) -> None:
    async def main() -> None:
        vitals = Vitals()
        task = asyncio.create_task(vitals.working("it", LIMIT_S, work()))
        await asyncio.sleep((stuck_after_s or 0) + LIMIT_S - 0.1)
        assert vitals.stuck() is None
        await asyncio.sleep(500)
        stuck = vitals.stuck()
        if stuck_after_s is None:
            assert stuck is None
        else:
            assert stuck is not None
            assert stuck.name == "it"
            assert stuck.silent_s == pytest.approx(LIMIT_S - 0.1 + 500)
            assert str(stuck) == "it has made no progress for 510 s"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert vitals.stuck() is None

    run(main())


def test_one_worker_s_idling_is_not_another_s() -> None:
    async def main() -> None:
        vitals = Vitals()
        tasks = [
            asyncio.create_task(vitals.working("idle", LIMIT_S, idles())),
            asyncio.create_task(vitals.working("stuck", LIMIT_S, hangs())),
            asyncio.create_task(vitals.working("just stuck", LIMIT_S * 2, hangs())),
        ]
        await asyncio.sleep(LIMIT_S * 3)
        stuck = vitals.stuck()
        assert stuck is not None
        assert stuck.name in ("stuck", "just stuck")
        for task in tasks:
            task.cancel()

    run(main())


def test_outside_of_any_worker_nothing_is_marked() -> None:
    async def main() -> None:
        beat()
        with idle():
            pass
        async with Turn():
            pass
        assert Vitals().stuck() is None

    run(main())
