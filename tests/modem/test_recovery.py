"""ModemKeeper on a jumping clock: ports that go and come, modems that restart, lock, are mute."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from modem.device import Modem
from modem.errors import (
    CommandRefused,
    LinkLost,
    MisuseError,
    ModemSilent,
    PortBusy,
    PortMissing,
)
from modem.notices import Restarted
from modem.recovery import KeeperPhase
from tests import virtual_time
from tests.modem.keeping import Bench
from tests.modem.scripted import MUTE, now_s, ok, settle


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bench:
    return Bench(monkeypatch, tmp_path / "modem0")


def test_ready_and_then_asleep(bench: Bench) -> None:
    async def story() -> None:
        modem = await bench.keeper.modem()
        await settle()
        state = bench.keeper.state
        assert (state.phase, state.why, state.attempts) == (KeeperPhase.READY, None, 0)
        asked = len(bench.script.lines)
        await asyncio.sleep(86_400.0)
        assert len(bench.script.lines) == asked
        assert modem is await bench.keeper.modem()
        assert len(bench.opened) == 1

    bench.run(story)


def test_nothing_wakes_it_while_it_is_ready(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "DEADLOCK_S", 0.01)

    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        # The loop fails where neither a timer nor a descriptor can ever wake it.
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="deadlock"):
        bench.run(story)


def test_a_port_that_comes_back_is_answered_within_two_seconds(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.unplug()
        await asyncio.sleep(8.0)
        assert bench.keeper.state.phase is KeeperPhase.WAITING
        assert "isn't there" in (bench.keeper.state.why or "")
        back = now_s()
        bench.path.touch()
        await bench.until(lambda: len(bench.ready) == 2)
        assert now_s() - back < 2.0
        await settle()
        assert bench.keeper.state.why is None

    bench.run(story)


def test_waiting_for_a_port_never_spins(bench: Bench) -> None:
    """A pty whose modem is gone still has its name."""
    bench.failures = [PortMissing("modem0", "no such device or address") for _ in range(1000)]

    async def story() -> None:
        await asyncio.sleep(60.0)
        assert 60 <= len(bench.opened) <= 121

    bench.run(story)


def test_a_restart_is_initialised_again_without_reopening(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.script.echo = True
        bench.script.say("RDY", "+CPIN: READY", "SMS DONE")
        await bench.until(lambda: len(bench.ready) == 2)
        assert bench.events == [Restarted("RDY")]
        assert len(bench.opened) == 1
        assert bench.script.count("ATE0") == 2

    bench.run(story)


def test_late_duplicates_of_a_boot_do_not_start_a_second_one(bench: Bench) -> None:
    """BG96 (transcript bg96-boot): the card's and the SMS lines come again two seconds later."""

    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        bench.script.say("RDY", "+CFUN: 1", "APP RDY")
        bench.script.say("+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE")
        await bench.until(lambda: len(bench.ready) == 2)
        await asyncio.sleep(2.0)
        bench.script.say("+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE")
        await asyncio.sleep(60.0)
        assert len(bench.ready) == 2
        # APP RDY came while it was initialised after RDY: that start was begun anew, not doubled.
        assert bench.script.count("ATE0") <= 3

    bench.run(story)


def test_a_refresh_of_the_card_initialises_nothing(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        for _ in range(20):
            bench.script.say("+QUSIM: 1")
            await asyncio.sleep(10.0)
        assert len(bench.ready) == 1

    bench.run(story)


def test_who_waits_for_the_modem_gets_it_only_when_it_is_ready(bench: Bench) -> None:
    async def story() -> None:
        first = await bench.keeper.modem()
        await settle()
        bench.unplug()
        await asyncio.sleep(3.0)
        waiting = asyncio.create_task(bench.keeper.modem())
        await asyncio.sleep(3.0)
        assert not waiting.done()
        bench.path.touch()
        second = await waiting
        assert second is not first
        assert second.identity.imei

    bench.run(story)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param("+CME ERROR: 10", "no card", id="absent"),
        pytest.param(ok("+CPIN: SIM PIN"), "PIN", id="locked"),
    ],
)
def test_a_card_is_looked_for_every_half_minute(bench: Bench, answer: str, why: str) -> None:
    async def story() -> None:
        bench.script.answers["AT+CPIN?"] = answer
        await asyncio.sleep(100.0)
        assert why in (bench.keeper.state.why or "")
        assert 3 <= len(bench.opened) <= 4
        bench.script.answers["AT+CPIN?"] = ok("+CPIN: READY")
        await bench.until(lambda: len(bench.ready) == 1, limit_s=31.0)

    bench.run(story)


def test_a_failure_is_told_to_who_waits(bench: Bench) -> None:
    bench.failures = [PortBusy("modem0", "held by minicom (4711)")]

    async def story() -> None:
        assert "minicom" in str(await bench.keeper.failure())
        await bench.keeper.modem()
        failing = asyncio.create_task(bench.keeper.failure())
        await asyncio.sleep(60.0)
        assert not failing.done()
        bench.unplug()
        assert isinstance(await failing, PortMissing)

    bench.run(story)


def test_other_failures_back_off_to_half_a_minute(bench: Bench) -> None:
    bench.failures = [PortBusy("modem0", "held by minicom (4711)") for _ in range(8)]

    async def story() -> None:
        await bench.until(lambda: len(bench.ready) == 1)
        gaps = [
            round(after - before)
            for before, after in zip(bench.opened, bench.opened[1:], strict=False)
        ]
        assert gaps == [1, 2, 4, 8, 16, 30, 30, 30]
        await settle()
        assert bench.keeper.state.attempts == 0

    bench.run(story)


def test_a_mute_modem_is_tried_again_on_a_new_link(bench: Bench) -> None:
    async def story() -> None:
        modem = await bench.keeper.modem()
        await settle()
        answers = dict(bench.script.answers)
        bench.script.answers = dict.fromkeys(answers, MUTE)
        for _ in range(3):
            with pytest.raises(ModemSilent):
                await modem.attached()
        await asyncio.sleep(1.0)
        assert len(bench.opened) == 2
        await asyncio.sleep(120.0)
        assert "no answer" in (bench.keeper.state.why or "")
        bench.script.answers = answers
        await bench.until(lambda: len(bench.ready) == 2)

    bench.run(story)


def test_a_failure_of_the_callers_part_is_the_modems(bench: Bench) -> None:
    async def story() -> None:
        async def fails_once(modem: Modem) -> None:
            bench.then = None
            raise CommandRefused("AT+CMGL=4", "CMS", 320)

        bench.then = fails_once
        await bench.until(lambda: len(bench.ready) == 2)
        assert len(bench.opened) == 2

    bench.run(story)


def test_a_restart_during_the_callers_part_begins_anew(bench: Bench) -> None:
    async def story() -> None:
        async def restarts(modem: Modem) -> None:
            bench.then = None
            bench.script.say("RDY")
            await settle()
            raise LinkLost("modem0", "as far as this caller knows")

        bench.then = restarts
        await bench.until(lambda: len(bench.ready) == 2)
        assert len(bench.opened) == 1

    bench.run(story)


def test_a_modem_that_can_not_stay_up_is_not_set_up_all_the_time(bench: Bench) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for starts in range(1, 9):
            await bench.until(lambda: len(bench.ready) == starts)  # noqa: B023 -- awaited at once
            bench.script.say("RDY")
            await settle()
        await bench.until(lambda: len(bench.ready) == 9)
        # Three at once, then after 1, 2, 4, 8, 16 and 30 s.
        assert loop.time() - began_s >= 1 + 2 + 4 + 8 + 16 + 30
        assert len(bench.opened) == 1

    bench.run(story)


def test_bugs_are_not_swallowed(bench: Bench) -> None:
    async def raises(modem: Modem) -> None:
        raise ZeroDivisionError

    async def story() -> None:
        await asyncio.sleep(3600.0)

    bench.then = raises
    with pytest.raises(ZeroDivisionError):
        bench.run(story)


def test_a_port_that_can_not_be_one_is_told_and_waited_for(bench: Bench) -> None:
    """A device file may be another thing now and a modem at the next plugging-in."""

    async def story() -> None:
        assert isinstance(await bench.keeper.failure(), MisuseError)
        assert bench.keeper.state.phase is KeeperPhase.WAITING
        assert bench.keeper.state.why == "rfc2217:// isn't supported"
        await bench.keeper.modem()

    bench.failures = [MisuseError("rfc2217:// isn't supported")]
    bench.run(story)


def test_the_end_closes_the_link(bench: Bench) -> None:
    async def story() -> None:
        await bench.keeper.modem()

    bench.run(story)
    assert bench.script.link is None or bench.script.link._over
