"""The daemon as a whole: what its manager hears, stores that fail, ends, other configurations."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from apn_config.config import AccessConfig, Config, ConfigError, ControlConfig, ReplyConfig
from apn_config.control import ControlError
from apn_config.store import StoreCorrupt, StoreError, StoreForbidden, StoreFull, StoreReadOnly
from modem import Modem
from tests.service.bench import CONFIG, DAY_S, OPERATOR, with_apn
from tests.service.daemon_bench import WATCHDOG_S, DaemonBench, Play, Story
from tests.service.daemon_bench import play as play_daemon


@pytest.fixture(name="play")
def _play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Runs a story; options are the bench's."""

    def run_story(story: Story, **options: Any) -> None:
        play_daemon(story, tmp_path, monkeypatch, **options)

    return run_story


def feeds(bench: DaemonBench) -> bool:
    """Is the watchdog fed at present, as often as it wants to be?"""
    return bench.manager.fed_within(WATCHDOG_S / 2)


# --- readiness ------------------------------------------------------------------------------------


def test_it_is_ready_before_its_modem_is(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.unplug()
        bench.launch()
        await bench.until(lambda: bench.manager.count("READY"), "it is ready", 1)
        assert (bench.home / "control.sock").is_socket()
        assert bench.disk.opened == 1
        await bench.passes(30)
        assert f"can't open {bench.port}" in str(bench.manager.last("STATUS"))
        assert bench.manager.count("EXTEND_TIMEOUT_USEC") == 1, "only while it started"
        bench.port.touch()
        await bench.until(lambda: bench.phase == "ready", "the modem is ready")
        await bench.passes(WATCHDOG_S)
        assert bench.manager.last("STATUS") == f"ready, {bench.port}"
        assert bench.manager.count("READY") == 1

    play(story, started=False)


def test_it_is_not_ready_without_a_store(play: Play) -> None:
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

    play(story, started=False)


def test_it_is_not_ready_without_its_socket(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        blocker = bench.home / "control.sock"
        blocker.write_text("no socket")
        await bench.start()
        assert bench.manager.count("READY") == 0
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        blocker.unlink()
        await bench.until(lambda: bench.manager.count("READY"), "it is ready", 31)

    play(story, started=False)


def test_without_a_manager_nothing_wakes_it(play: Play) -> None:
    """No tick and no look at the store: an idle device sleeps."""

    async def story(bench: DaemonBench) -> None:
        bench.manager._address = None
        await bench.start()
        await bench.passes(60)
        timers = [timer for timer in bench.loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        assert all(timer.when() > bench.loop.time() + 60 for timer in timers), timers
        assert [at_s for at_s, _ in bench.manager.heard if at_s > 1010] == []

    play(story, started=False)


# --- the watchdog ---------------------------------------------------------------------------------


def test_an_idle_daemon_is_fed_all_day(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        await bench.passes(DAY_S)
        assert bench.manager.longest_hunger_s() <= WATCHDOG_S / 2

    play(story)


def test_a_busy_daemon_is_fed(play: Play) -> None:
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

    play(story)


def test_a_store_that_hangs_starves_the_watchdog(play: Play) -> None:
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
        assert bench.manager.last("STATUS") == f"ready, {bench.port}"

    play(story)


def test_a_store_that_hangs_while_it_is_closed_starves_it_too(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: DaemonBench) -> None:
        async def never() -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(bench.db, "close", never)
        bench.disk.error = StoreFull(Path("x"))
        await bench.passes(200)
        assert not feeds(bench)

    play(story)


def test_a_blocked_loop_starves_the_watchdog(play: Play) -> None:
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

    play(story)


async def never(*_arguments: object, **_options: object) -> None:
    """A bug: what is waited for never comes."""
    await asyncio.Event().wait()


def test_a_keeper_that_never_comes_to_an_end_starves_it(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: DaemonBench) -> None:
        monkeypatch.setattr(Modem, "initialise", never)
        bench.launch()
        await bench.passes(800)
        assert feeds(bench), "a modem may take long to start"
        await bench.passes(200)
        assert not feeds(bench)
        assert "the modem's keeper" in str(bench.manager.last("STATUS"))

    play(story, started=False)


def test_an_operation_that_never_ends_starves_it(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(bench: DaemonBench) -> None:
        monkeypatch.setattr(Modem, "run_at", never)
        asking = asyncio.create_task(bench.do("at", line="AT"))
        await bench.passes(500)
        assert feeds(bench)
        await bench.passes(200)
        assert not feeds(bench)
        assert "operation at" in str(bench.manager.last("STATUS"))
        asking.cancel()
        await bench.passes(WATCHDOG_S)
        assert feeds(bench), "who hung up is waited for no longer"

    play(story)


# --- a store that fails ---------------------------------------------------------------------------

TROUBLES: dict[str, StoreError] = {
    "full": StoreFull(Path("/x")),
    "read-only": StoreReadOnly(Path("/x")),
    "forbidden": StoreForbidden(Path("/x")),
    "damaged": StoreCorrupt(Path("/x"), "page 7"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("when", ["at the start", "at work"])
def test_without_its_store_it_leaves_messages_in_the_modem(
    play: Play, trouble: StoreError, when: str
) -> None:
    async def story(bench: DaemonBench) -> None:
        if when == "at work":
            await bench.start()
            bench.disk.error = trouble
        else:
            bench.disk.error = trouble
            bench.launch()
        bench.send("#1 PING")
        await bench.passes(10 * 60)
        assert bench.stored_in_modem() == 1
        assert bench.answers == []
        status = await bench.status()
        assert status["store"] == {
            "path": str(bench.home / "store.db"),
            "state": "waiting",
            "why": str(trouble),
            "replaced": None,
        }
        assert status["link"]["phase"] == "waiting"
        assert "store" in status["link"]["why"]
        assert (status["modem"], status["outbox"], status["change"]) == (None, None, None)
        with pytest.raises(ControlError, match="not without the store: the store /x: ") as refused:
            await bench.do("apn.show")
        assert refused.value.exit_code == 1
        bench.disk.error = None
        await bench.until(lambda: bench.answers == ["#1 OK PING"], "it is answered", 70)
        assert (await bench.status())["store"]["state"] == "ok"
        assert bench.stored_in_modem() == 0

    play(story, started=False)


def test_it_waits_longer_each_time_for_its_store(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        opening: list[float] = []
        real = bench._store

        def store() -> Any:
            opening.append(bench.loop.time())
            return real()

        bench.monkeypatch.setattr("apn_config.service.StoreThread", store)
        bench.disk.error = StoreFull(Path("x"))
        bench.launch()
        await bench.passes(1000)
        gaps = [round(after - before) for before, after in pairwise(opening)]
        assert gaps[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
        bench.disk.error = None
        await bench.passes(700)
        # It had recovered: the next trouble is looked at anew.
        opening.clear()
        bench.disk.error = StoreFull(Path("x"))
        await bench.passes(1000)
        gaps = [round(after - before) for before, after in pairwise(opening)]
        assert gaps[:3] == [2, 4, 8]

    play(story, started=False)


def test_a_modem_is_not_set_up_for_a_disk_that_takes_nothing(play: Play) -> None:
    """A full disk can often be read: the store opens, and the first message fails."""

    async def story(bench: DaemonBench) -> None:
        bench.disk.error = StoreFull(Path("x"))
        await bench.until(lambda: bench.phase is None, "it is noticed")
        bench.disk.error, bench.disk.takes_nothing = None, True
        begun = bench.count("ATE0")
        await bench.passes(3600)
        assert bench.count("ATE0") == begun
        assert "no room" in (await bench.status())["store"]["why"]
        bench.disk.takes_nothing = False
        await bench.until(lambda: bench.phase == "ready", "it goes on", 70)

    play(story)


def test_a_change_whose_store_fails_goes_on_once_it_is_there(play: Play) -> None:
    """Also where nobody but whoever asked for it met with the failure."""

    async def story(bench: DaemonBench) -> None:
        bench.simulated.set_coverage(False)
        asking = asyncio.create_task(bench.do("apn.set", apn="other"))
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.disk.error = StoreFull(Path("/x"))
        with pytest.raises(StoreError):
            await asking
        bench.disk.error = None
        bench.simulated.set_coverage(True)
        await bench.until(lambda: bench.state == "committed", "the change went on", 200)

    play(story)


# --- the end --------------------------------------------------------------------------------------


async def ended(bench: DaemonBench) -> float:
    """Have it wind down; the seconds that it took."""
    began_s = bench.loop.time()
    winding = asyncio.create_task(bench.daemon.wound_down())
    bench.daemon.stop()
    await winding
    return bench.loop.time() - began_s


def test_an_idle_daemon_ends_at_once(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        assert await ended(bench) == 0
        assert bench.manager.count("STOPPING") == 1
        with pytest.raises(ControlError, match="ending"):
            await bench.do("apn.set", apn="other")
        assert (await bench.status())["daemon"]["stage"] == "stopping"

    play(story)


def test_a_change_is_finished_before_the_end(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.send("#2 APN em")
        await ended(bench)
        assert bench.state == "committed"
        assert bench.serves == "other"
        # Nothing more was begun; it is done after the next start.
        assert len(bench.db.now(lambda store: store.changes.history(9))) == 1
        await bench.kill()
        bench.manager.heard.clear()
        await bench.start()
        await bench.answer("#2 OK APN em")

    play(story)


def test_a_change_that_takes_too_long_is_undone_before_the_end(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        took_s = await ended(bench)
        assert 30 <= took_s <= 70
        assert bench.state == "rolled-back"
        assert bench.apn == "em"
        patience = [at_s for at_s, told in bench.manager.heard if "EXTEND_TIMEOUT_USEC" in told]
        assert bench.loop.time() - patience[-1] <= 15
        assert bench.answers in ([], ["#1 ROLLBACK APN nosuch kept=em reason=stopped"])

    play(story, lte_only=True)


def test_what_is_not_done_in_time_is_left_to_the_next_start(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.simulated.set_coverage(False)
        assert await ended(bench) == pytest.approx(20, abs=2)
        assert bench.state == "rolling-back"
        await bench.kill()
        bench.simulated.set_coverage(True)
        await bench.start()
        await bench.answer("#1 ROLLBACK APN other kept=em")

    play(story, config=with_apn(stop_timeout_s=20.0))


def test_a_second_signal_ends_it_at_once(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.simulated.set_coverage(False)
        bench.loop.call_later(1.5, bench.daemon.stop)
        assert await ended(bench) == pytest.approx(1.5, abs=0.1)
        await bench.kill()
        bench.simulated.set_coverage(True)
        await bench.start()
        await bench.until(lambda: len(bench.answers) == 1, "the next start went on with it")

    play(story)


def test_whoever_waits_for_a_change_hears_its_end(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        asking = asyncio.create_task(bench.do("apn.set", apn="other"))
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        await ended(bench)
        await asyncio.sleep(0)
        assert asking.done()
        assert (await asking)["outcome"] == "committed"

    play(story)


# --- another configuration ------------------------------------------------------------------------


def other(**changes: object) -> Config:
    """The configuration that stands in the file by now; paths are the bench's."""
    return replace(CONFIG, **changes)  # type: ignore[arg-type]


def put(bench: DaemonBench, config: Config) -> None:
    """Write the configuration and say so."""
    if config.modem is CONFIG.modem:
        config = replace(config, modem=bench.config.modem)
    bench.on_disk = replace(config, store=bench.config.store, control=bench.config.control)
    bench.daemon.reload()


def test_another_configuration_takes_effect_and_nothing_is_lost(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 PING", sender="4711")
        await bench.until(lambda: bench.verdicts() == ["not-listed"], "a stranger's")
        put(bench, other(access=AccessConfig(("4711",)), reply=ReplyConfig("99")))
        bench.send("#2 PING", sender="4711")
        assert bench.manager.count("RELOADING") == 1
        await bench.answer("#2 OK PING", 60)
        assert bench.sent[-1].to == "99"
        assert bench.manager.count("READY") == 2
        names = [name for _, told in bench.manager.heard for name in told]
        assert names.index("RELOADING") < len(names) - names[::-1].index("READY")
        reloading = next(told for _, told in bench.manager.heard if "RELOADING" in told)
        assert int(reloading["MONOTONIC_USEC"]) > 0
        assert bench.verdicts() == ["not-listed", "answered"]
        bench.send("#3 PING", sender=OPERATOR)
        await bench.until(lambda: len(bench.verdicts()) == 3, "judged by the new one")
        assert bench.verdicts()[2] == "not-listed"

    play(story)


def test_a_broken_configuration_changes_nothing(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        loaded = (await bench.status())["config"]["loaded"]
        link = bench.link
        bench.on_disk = ConfigError(Path("/c.toml"), "reply.to", "wanted digits, got letters")
        await bench.passes(10)
        bench.daemon.reload()
        await bench.passes(60)
        status = await bench.status()
        assert status["config"]["loaded"] == loaded
        assert "reply.to" in status["config"]["error"]
        assert "not reloaded" in str(bench.manager.last("STATUS"))
        assert bench.manager.count("READY") == 2
        assert bench.link is link, "the modem wasn't touched"
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        put(bench, other())
        await bench.until(lambda: bench.link is not link, "a good one takes effect")
        status = await bench.status()
        assert status["config"]["error"] is None
        assert status["config"]["loaded"] > loaded

    play(story)


def test_a_new_configuration_waits_for_a_change(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.simulated.set_coverage(False)
        link = bench.link
        put(bench, other(reply=ReplyConfig("99")))
        await bench.passes(100)
        assert bench.link is link
        assert (await bench.status())["daemon"]["stage"] == "reloading"
        assert bench.manager.count("READY") == 1
        bench.simulated.set_coverage(True)
        await bench.answer("#1 OK APN other")
        assert bench.sent[-1].to == "1234", "as it was when the change began"
        await bench.until(lambda: bench.link is not link, "it takes effect", 10)
        assert bench.manager.count("READY") == 2
        assert (await bench.status())["daemon"]["stage"] == "running"

    play(story)


def test_a_new_port_does_not_wait_for_a_change_that_waits_for_the_old_one(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.unplug()
        await bench.until(lambda: bench.phase == "waiting", "it is noticed")
        elsewhere = bench.home / "elsewhere"
        elsewhere.touch()
        put(bench, other(modem=replace(CONFIG.modem, port=str(elsewhere))))
        await bench.answer("#1 OK APN other", 60)
        assert (await bench.status())["link"]["port"] == str(elsewhere)

    play(story)


def test_a_new_configuration_may_mend_the_store(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.disk.error = StoreFull(Path("x"))
        bench.launch()
        await bench.passes(1000)
        bench.disk.error = None
        began_s = bench.loop.time()
        put(bench, other())
        await bench.until(lambda: bench.phase == "ready", "it doesn't wait for its next try")
        assert bench.loop.time() - began_s < 10

    play(story, started=False)


def test_the_socket_moves_with_the_configuration(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        old, new = bench.config.control.socket, bench.home / "run" / "other.sock"
        bench.on_disk = replace(bench.config, control=ControlConfig(new))
        bench.daemon.reload()
        await bench.until(new.is_socket, "the new one is there", 10)
        assert not old.exists()
        await bench.until(lambda: bench.manager.count("READY") == 2, "and that is told")

    play(story)


def test_what_is_asked_meanwhile_is_told_to_ask_again(play: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.unplug()
        bench.monkeypatch.setattr("apn_config.operations.ready_modem", never)
        asking = asyncio.create_task(bench.do("apn.show"))
        await bench.passes(1)
        put(bench, other())
        with pytest.raises(ControlError, match="ask again"):
            await asking

    play(story)
