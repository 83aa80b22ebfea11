"""What the service manager hears: readiness, the watchdog; and what the log carries."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from apn_config.agent import ACTION_LIMIT_S, INTAKE_LIMIT_S, SENDING_LIMIT_S
from apn_config.store import StoreForbidden, StoreFull
from modem import Modem
from tests.service.bench import DAY_S, with_apn
from tests.service.daemon_bench import WATCHDOG_S, DaemonBench, Play, never


def feeds(bench: DaemonBench) -> bool:
    """Is the watchdog fed at present, as often as it wants to be?"""
    return bench.manager.fed_within(WATCHDOG_S / 2)


# --- readiness ------------------------------------------------------------------------------------


def test_it_is_ready_before_its_modem_is(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.unplug()
        bench.launch()
        await bench.until(lambda: bench.manager.count("READY"), "it is ready", 1)
        assert (bench.home / "control.sock").is_socket()
        assert bench.disk.opened == 1
        await bench.passes(30)
        assert f"waiting, {bench.port}: can't open" in str(bench.manager.last("STATUS"))
        assert bench.manager.count("EXTEND_TIMEOUT_USEC") == 1, "only while it started"
        bench.port.touch()
        await bench.until(lambda: bench.phase == "ready", "the modem is ready")
        await bench.passes(WATCHDOG_S)
        assert bench.manager.last("STATUS") == f"ready, {bench.port}, registered: roaming"
        assert bench.manager.count("READY") == 1

    play_daemon(story, started=False)


def test_it_is_not_ready_without_a_store(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.disk.error = StoreForbidden(Path("x"))
        bench.launch()
        await bench.passes(3600)
        assert bench.manager.count("READY") == 0
        # Its start takes longer than any manager's patience, which is renewed in time.
        extended = [at_s for at_s, told in bench.manager.heard if "EXTEND_TIMEOUT_USEC" in told]
        gaps = [after - before for before, after in pairwise(extended)]
        assert max(gaps) <= 15
        assert "waiting for the store" in str(bench.manager.last("STATUS"))
        assert "no permission" in str(bench.manager.last("STATUS"))
        assert feeds(bench)
        bench.disk.error = None
        await bench.until(lambda: bench.manager.count("READY"), "it is ready", 61)

    play_daemon(story, started=False)


def test_it_is_not_ready_without_its_socket(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        blocker = bench.home / "control.sock"
        blocker.write_text("no socket")
        await bench.start()
        assert bench.manager.count("READY") == 0
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        blocker.unlink()
        await bench.until(lambda: bench.manager.count("READY"), "it is ready", 31)

    play_daemon(story, started=False)


def test_without_a_manager_nothing_wakes_it(play_daemon: Play) -> None:
    """No tick and no look at the store: an idle device sleeps."""

    async def story(bench: DaemonBench) -> None:
        bench.manager._address = None
        await bench.start()
        await bench.passes(60)
        timers = [timer for timer in bench.loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        assert all(timer.when() > bench.loop.time() + 60 for timer in timers), timers
        assert [at_s for at_s, _ in bench.manager.heard if at_s > 1010] == []

    play_daemon(story, started=False)


# --- the watchdog ---------------------------------------------------------------------------------


def test_an_idle_daemon_is_fed_all_day(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        await bench.passes(DAY_S)
        assert bench.manager.longest_hunger_s() <= WATCHDOG_S / 2

    play_daemon(story)


def test_a_busy_daemon_is_fed(play_daemon: Play) -> None:
    """Commands, a change that is rolled back by its deadlines, hours without a modem."""

    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.simulated.set_coverage(False)
        await bench.until(lambda: bench.state == "failed", "given up")
        bench.unplug()
        await bench.passes(3600)
        bench.port.touch()
        bench.simulated.set_coverage(True)
        await bench.answer("#1 ROLLBACK APN other")
        assert bench.manager.longest_hunger_s() <= WATCHDOG_S / 2

    play_daemon(story)


def test_a_store_that_hangs_starves_the_watchdog(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.disk.hangs = asyncio.Event()
        await bench.passes(100)
        assert feeds(bench), "a slow disk isn't a dead one"
        await bench.passes(60)
        assert not feeds(bench)
        assert "the store has made no progress" in str(bench.manager.last("STATUS"))
        assert (await bench.status())["store"]["state"] == "waiting"
        bench.disk.hangs.set()
        bench.disk.hangs = None
        await bench.passes(WATCHDOG_S)
        assert feeds(bench)
        assert bench.manager.last("STATUS") == f"ready, {bench.port}, registered: roaming"

    play_daemon(story)


def test_a_store_that_hangs_while_it_is_closed_starves_it_too(
    play_daemon: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: DaemonBench) -> None:
        monkeypatch.setattr(bench.db, "close", never)
        bench.disk.error = StoreFull(Path("x"))
        await bench.passes(200)
        assert not feeds(bench)

    play_daemon(story)


def test_a_blocked_loop_starves_the_watchdog(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        clock = bench.loop._clock  # type: ignore[attr-defined]
        before = bench.manager.count("WATCHDOG")

        def block() -> None:
            clock.now_s += 10 * WATCHDOG_S

        bench.loop.call_soon(block)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert bench.manager.count("WATCHDOG") == before
        assert not feeds(bench)
        await bench.passes(1)
        assert feeds(bench)

    play_daemon(story)


def test_a_keeper_that_never_comes_to_an_end_starves_it(
    play_daemon: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: DaemonBench) -> None:
        monkeypatch.setattr(Modem, "initialise", never)
        bench.launch()
        await bench.passes(800)
        assert feeds(bench), "a modem may take long to start"
        await bench.passes(200)
        assert not feeds(bench)
        assert "the modem's keeper" in str(bench.manager.last("STATUS"))

    play_daemon(story, started=False)


WORKERS: dict[str, tuple[str, str | None, str]] = {
    # what hangs, what makes it be called, and who is told to be stuck
    "intake": ("apn_config.intake.Intake._work", None, "the intake"),
    "reading": ("modem.Modem.read_message", "#1 PING", "the intake"),
    "executor": ("apn_config.executor.Executor._carry_out", "#1 STATUS", "the executor"),
    "reading the APN": ("apn_config.verbs.reading.observe", "#1 APN", "the executor"),
    "applying": ("apn_config.appliers.at.AtApplier.write", "#1 APN other", "the executor"),
    "verifying": ("apn_config.tools.observe", "#1 APN other", "the executor"),
    "outbox": ("modem.Modem.send_sms", "#1 PING", "the outbox"),
    "drift": ("modem.Modem.read_card", None, "the watch for drift"),
}


@pytest.mark.parametrize(("what", "text", "who"), WORKERS.values(), ids=WORKERS)
def test_a_worker_whose_wait_never_ends_starves_it(
    play_daemon: Play, monkeypatch: pytest.MonkeyPatch, what: str, text: str | None, who: str
) -> None:
    limit_s = max(INTAKE_LIMIT_S, ACTION_LIMIT_S, SENDING_LIMIT_S)

    async def story(bench: DaemonBench) -> None:
        monkeypatch.setattr(what, never)
        await bench.start()
        if text is not None:
            bench.send(text)
        await bench.passes(300)
        assert feeds(bench), "it may take long"
        await bench.passes(limit_s)
        assert not feeds(bench)
        assert who in str(bench.manager.last("STATUS"))

    play_daemon(story, started=False)


def test_an_operation_that_never_ends_starves_it(
    play_daemon: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: DaemonBench) -> None:
        monkeypatch.setattr(Modem, "run_at", never)
        asking = asyncio.create_task(bench.do("at", line="AT"))
        await bench.passes(ACTION_LIMIT_S - 100)
        assert feeds(bench)
        await bench.passes(200)
        assert not feeds(bench)
        assert "operation at" in str(bench.manager.last("STATUS"))
        asking.cancel()
        await bench.passes(WATCHDOG_S)
        assert feeds(bench), "who hung up is waited for no longer"

    play_daemon(story)


def test_who_waits_for_his_turn_is_not_stuck(play_daemon: Play) -> None:
    """A change by socket that takes long, and commands by SMS that wait behind it."""

    async def story(bench: DaemonBench) -> None:
        asking = asyncio.create_task(bench.do("apn.set", apn="other"))
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.simulated.set_coverage(False)
        bench.send("#1 APN em")
        await asyncio.wait({asking})
        assert bench.manager.longest_hunger_s() <= WATCHDOG_S / 2

    config = with_apn(verify_timeout_s=2 * ACTION_LIMIT_S, rollback_timeout_s=60.0)
    play_daemon(story, config=config)


# --- its log --------------------------------------------------------------------------------------


def test_the_steps_of_a_change_carry_its_number(
    play_daemon: Play, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#a1 APN other")
        await bench.answer("#a1 OK APN other")
        await bench.until(lambda: bench.state == "committed", "it is committed")

    with caplog.at_level("INFO"):
        play_daemon(story)
    fields = [record.fields for record in caplog.records if hasattr(record, "fields")]
    (answer,) = [each for each in fields if "answer" in each]
    assert answer["change"] == 1
    found = [each for each in fields if "state" in each]
    assert [(each["change"], each["tag"]) for each in found] == [(1, "a1")] * len(found)
    assert [each["state"] for each in found] == ["verifying", "proving", "committed"]
