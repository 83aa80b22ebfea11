"""The daemon's lives: stores that fail, ends, other configurations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from apn_config.config import (
    AccessConfig,
    Config,
    ConfigError,
    ControlConfig,
    RecoveryConfig,
    ReplyConfig,
)
from apn_config.config_apn import PppConfig
from apn_config.config_recovery import PowerConfig
from apn_config.control import ControlError
from apn_config.store import StoreCorrupt, StoreError, StoreForbidden, StoreFull, StoreReadOnly
from tests.service.bench import CONFIG, OPERATOR, with_apn
from tests.service.daemon_bench import DaemonBench, Play, never

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
    play_daemon: Play, trouble: StoreError, when: str
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

    play_daemon(story, started=False)


def test_it_waits_longer_each_time_for_its_store(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        async def pauses() -> list[int]:
            began_s = bench.loop.time()
            bench.disk.tried.clear()
            bench.disk.error = StoreFull(Path("x"))
            await bench.passes(1000)
            bench.disk.error = None
            times = [began_s, *bench.disk.tried]
            return [round(after - before) for before, after in pairwise(times)][:8]

        bench.launch()
        assert await pauses() == [1, 2, 4, 8, 16, 32, 60, 60]
        await bench.passes(700)
        # It has recovered: the next trouble is looked at anew, as soon as somebody meets with it.
        assert (await pauses())[1:4] == [2, 4, 8]

    play_daemon(story, started=False)


def test_a_modem_is_not_set_up_for_a_disk_that_takes_nothing(play_daemon: Play) -> None:
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

    play_daemon(story)


def test_a_change_whose_store_fails_goes_on_once_it_is_there(play_daemon: Play) -> None:
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

    play_daemon(story)


# --- the end --------------------------------------------------------------------------------------


async def ended(bench: DaemonBench) -> float:
    """Have it wind down; the seconds that it took."""
    began_s = bench.loop.time()
    winding = asyncio.create_task(bench.daemon.wound_down())
    bench.daemon.stop()
    await winding
    return bench.loop.time() - began_s


def test_an_idle_daemon_ends_at_once(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        assert await ended(bench) == 0
        assert bench.manager.count("STOPPING") == 1
        with pytest.raises(ControlError, match="ending"):
            await bench.do("apn.set", apn="other")
        assert (await bench.status())["daemon"]["stage"] == "stopping"

    play_daemon(story)


def test_a_change_is_finished_before_the_end(play_daemon: Play) -> None:
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

    play_daemon(story)


def test_a_change_that_takes_too_long_is_undone_before_the_end(play_daemon: Play) -> None:
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

    play_daemon(story, lte_only=True)


def test_what_is_not_done_in_time_is_left_to_the_next_start(play_daemon: Play) -> None:
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

    play_daemon(story, config=with_apn(stop_timeout_s=20.0))


def test_a_second_signal_ends_it_at_once(play_daemon: Play) -> None:
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

    play_daemon(story)


def test_whoever_waits_for_a_change_hears_its_end(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        asking = asyncio.create_task(bench.do("apn.set", apn="other"))
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        await ended(bench)
        await asyncio.sleep(0)
        assert asking.done()
        assert (await asking)["outcome"] == "committed"

    play_daemon(story)


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


def test_another_configuration_takes_effect_and_nothing_is_lost(play_daemon: Play) -> None:
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

    play_daemon(story)


def test_a_broken_configuration_changes_nothing(play_daemon: Play) -> None:
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

    play_daemon(story)


def test_what_only_an_agent_finds_wrong_is_found_before_it_takes_effect(play_daemon: Play) -> None:
    spoilt = RecoveryConfig(power=PowerConfig("nosuch", {}))

    async def story(bench: DaemonBench) -> None:
        link = bench.link
        put(bench, other(recovery=spoilt))
        await bench.passes(60)
        assert "recovery.power" in (await bench.status())["config"]["error"]
        assert bench.link is link
        bench.config = replace(bench.config, recovery=spoilt)
        with pytest.raises(ConfigError, match=r"recovery\.power"):
            bench.launch()

    play_daemon(story)


def test_a_new_configuration_waits_for_a_change(play_daemon: Play) -> None:
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

    play_daemon(story)


def test_a_new_port_does_not_wait_for_a_change_that_waits_for_the_old_one(
    play_daemon: Play,
) -> None:
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

    play_daemon(story)


def files_of_pppd(home: Path) -> PppConfig:
    """As in test_ppp_and_script, with the APN in the chat script."""
    (home / "chat").write_text("'' AT\nOK 'AT+CGDCONT=1,\"IP\",\"em\"'\nOK ATD*99#\nCONNECT\n")
    (home / "peer").write_text(f"connect 'chat -f {home}/chat'\nifname lo\npersist\n")
    return PppConfig(home / "peer")


@pytest.fixture
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take real time, which the virtual clock would jump over."""

    async def to_thread(work: Callable[[], object]) -> object:
        await asyncio.sleep(0)
        return work()

    monkeypatch.setattr(asyncio, "to_thread", to_thread)


@pytest.mark.usefixtures("_no_threads")
def test_another_applier_waits_for_a_trials_end(play_daemon: Play, tmp_path: Path) -> None:
    """Whoever applied an APN brings the former one back."""
    ppp = files_of_pppd(tmp_path)

    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other for=10m")
        await bench.answer("#1 OK APN other for=10m")
        assert "other" in (tmp_path / "chat").read_text()
        put(bench, CONFIG)
        await bench.passes(300)
        assert (await bench.status())["daemon"]["stage"] == "reloading"
        await bench.answer("#1 ROLLBACK APN other kept=em reason=trial-over")
        assert '"em"' in (tmp_path / "chat").read_text()
        await bench.passes(30)
        assert (await bench.status())["daemon"]["stage"] == "running"
        assert bench.serves == "em"

    play_daemon(story, config=with_apn(applier="ppp", ppp=ppp))


@pytest.mark.usefixtures("_no_threads")
def test_a_daemon_that_starts_with_another_applier(play_daemon: Play, tmp_path: Path) -> None:
    """As long as its section is there, the one that applied the APN brings the former one back."""
    ppp = files_of_pppd(tmp_path)

    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN other for=10m")
        await bench.answer("#1 OK APN other for=10m")
        await bench.kill()
        bench.config = replace(bench.config, apn=replace(bench.config.apn, applier="at"))
        await bench.start()
        await bench.answer("#1 ROLLBACK APN other kept=em reason=trial-over")
        assert '"em"' in (tmp_path / "chat").read_text()
        assert bench.serves == "em"

    play_daemon(story, config=with_apn(applier="ppp", ppp=ppp))


def test_a_new_configuration_may_mend_the_store(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.disk.error = StoreFull(Path("x"))
        bench.launch()
        await bench.passes(1000)
        bench.disk.error = None
        began_s = bench.loop.time()
        put(bench, other())
        await bench.until(lambda: bench.phase == "ready", "it doesn't wait for its next try")
        assert bench.loop.time() - began_s < 10

    play_daemon(story, started=False)


@pytest.mark.parametrize("turns", range(0, 40, 3))
def test_it_can_be_ended_in_the_middle_of_a_reload(play_daemon: Play, turns: int) -> None:
    async def story(bench: DaemonBench) -> None:
        put(bench, other())
        for _ in range(turns):
            await asyncio.sleep(0)
        running, bench._running = bench._running, None
        assert running is not None
        running.cancel()
        ended, _ = await asyncio.wait({running}, timeout=60)
        assert ended

    play_daemon(story)


def test_the_socket_moves_with_the_configuration(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        old, new = bench.config.control.socket, bench.home / "run" / "other.sock"
        bench.on_disk = replace(bench.config, control=ControlConfig(new))
        bench.daemon.reload()
        await bench.until(new.is_socket, "the new one is there", 10)
        assert not old.exists()
        await bench.until(lambda: bench.manager.count("READY") == 2, "and that is told")

    play_daemon(story)


def test_what_is_asked_meanwhile_is_told_to_ask_again(play_daemon: Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.unplug()
        bench.monkeypatch.setattr("apn_config.desk.ready_modem", never)
        asking = asyncio.create_task(bench.do("apn.show"))
        await bench.passes(1)
        put(bench, other())
        with pytest.raises(ControlError, match="ask again"):
            await asking

    play_daemon(story)
