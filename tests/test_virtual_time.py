"""The fake clock that other tests stand on."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from tests import virtual_time
from tests.virtual_time import run


def test_an_hour_of_timers_takes_no_time_and_keeps_its_order() -> None:
    async def scenario() -> list[str]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        order: list[str] = []
        loop.call_later(3600.0, order.append, "late")
        loop.call_later(0.001, order.append, "early")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7200.0):
                await loop.create_future()
        assert loop.time() - began == pytest.approx(7200.0)
        return order

    began = time.monotonic()
    assert run(scenario()) == ["early", "late"]
    assert time.monotonic() - began < 60.0


def test_a_ready_descriptor_goes_before_the_next_timer() -> None:
    async def scenario() -> list[str]:
        loop = asyncio.get_running_loop()
        order: list[str] = []
        read, write = os.pipe()
        loop.add_reader(read, lambda: order.append(os.read(read, 1).decode()))
        loop.call_later(1.0, order.append, "timer")
        os.write(write, b"x")
        await asyncio.sleep(2.0)
        loop.remove_reader(read)
        os.close(read)
        os.close(write)
        return order

    assert run(scenario()) == ["x", "timer"]


def test_work_in_a_thread_is_waited_for_where_no_timer_is_pending() -> None:
    async def scenario() -> int:
        return await asyncio.to_thread(lambda: 42)

    assert run(scenario()) == 42


def test_a_wait_that_nothing_can_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "DEADLOCK_S", 0.01)

    async def scenario() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="deadlock"):
        run(scenario())


def test_an_exception_in_a_callback_fails_the_test() -> None:
    async def scenario() -> None:
        asyncio.get_running_loop().call_soon(int, "no number")
        await asyncio.sleep(1.0)

    with pytest.raises(ExceptionGroup) as caught:
        run(scenario())
    assert caught.group_contains(ValueError, match="no number")
