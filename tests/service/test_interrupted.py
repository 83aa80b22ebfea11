"""A change that is interrupted for longer than its deadlines, or again and again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apn_config.access import Access
from apn_config.access_secrets import Secrets
from apn_config.admission import Admission
from apn_config.batch import Batch, Counsel, Found
from apn_config.judgement import Judge
from apn_config.model import Device
from apn_config.reader import Reader
from apn_config.voice import Voice
from modem.simulator import NetworkSettings
from tests.service import daemon_bench
from tests.service.bench import CONFIG, Bench, Play, PromptStore
from tests.service.daemon_bench import DaemonBench

# The former APN isn't the default, which would be resorted to.
SETTINGS = NetworkSettings(apns=("em", "other"))


def boot(bench: Bench, name: str) -> None:
    """The host begins anew."""
    bench.clock.boot_id, bench.clock.booted_s = name, bench.loop.time()


@pytest.mark.parametrize("after_s", [0, 700])
def test_a_roll_back_that_is_late_waits_for_the_former_apns_service(
    play: Play, after_s: int
) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "rolling-back", "it is given up", 3000)
        await bench.kill()
        await bench.passes(after_s)
        await bench.start()
        await bench.answer("#1 ROLLBACK APN nosuch kept=other reason=")
        assert bench.state == "rolled-back"
        assert bench.serves == "other"

    play(story, lte_only=True, settings=SETTINGS, start_apn="other")


def test_a_modem_that_is_away_beyond_the_deadline(play_daemon: daemon_bench.Play) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "rolling-back", "it is given up", 3000)
        bench.unplug()
        await bench.passes(800)
        bench.simulated.restart()
        bench.port.touch()
        await bench.answer("#1 ROLLBACK APN nosuch kept=other reason=")
        assert bench.serves == "other"

    play_daemon(story, lte_only=True, settings=SETTINGS, start_apn="other")


def test_a_daemon_that_was_stopped_for_a_quarter_of_an_hour(
    play_daemon: daemon_bench.Play,
) -> None:
    async def story(bench: DaemonBench) -> None:
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.daemon.stop()
        await bench.daemon.wound_down()
        await bench.kill()
        await bench.passes(900)
        await bench.start()
        await bench.answer("#1 ROLLBACK APN nosuch kept=other reason=stopped")
        assert bench.serves == "other"

    # It takes longer than the time for which the daemon may go on.
    settings = replace(SETTINGS, registration_s=70.0)
    play_daemon(story, lte_only=True, settings=settings, start_apn="other")


def test_an_apn_that_works_is_kept_however_late_it_is_looked_at(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        await bench.kill()
        await bench.passes(400)
        await bench.start()
        await bench.answer("#1 OK APN other")

    play(story)


def test_a_host_that_boots_again_and_again_comes_to_the_deadline(play: Play) -> None:
    """What goes by between two boots counts, but for a minute of each."""

    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "verifying", "it is being verified")
        bench.simulated.set_coverage(False)
        boots = 0
        while bench.state == "verifying":
            await bench.kill()
            boots += 1
            boot(bench, f"boot-{boots}")
            await bench.start()
            await bench.passes(150)
        # 300 s of them are wanted.
        assert 2 <= boots <= 4

    play(story, config=CONFIG)


def test_a_modem_that_says_it_boots_has_been_rebooted(play: Play) -> None:
    """The daemon was killed between its command and that."""

    async def story(bench: Bench) -> None:
        bench.send("#1 REBOOT MODEM")
        await bench.until(lambda: bench.count(r"AT\+CRESET"), "it is told")
        await bench.kill()
        await bench.start()
        await bench.answer("#1 OK REBOOT MODEM")
        assert bench.count(r"AT\+CRESET") == 1

    play(story)


def test_a_reboot_that_had_not_been_sent_is_not_done(play: Play) -> None:
    """Power failed between the message and the act, and the daemon was killed within it."""

    async def story(bench: Bench) -> None:
        await bench.kill()
        (pdu,) = bench.send("#1 REBOOT MODEM")
        access = bench.config.access
        assert access is not None
        judge = Judge(Reader(), Access(access, Secrets()))
        counsel = Counsel(judge, Admission(access, Secrets()), Voice(), "1234")
        path = bench.home / "store.db"
        store = PromptStore()
        await store.open(path, bench.clock.now())
        store.now(
            lambda opened: Batch(opened, counsel, Device(), bench.clock.now()).take([Found(pdu)])
        )
        await store.close()
        await bench.passes(50)
        boot(bench, "boot-2")
        store = PromptStore()
        await store.open(path, bench.clock.now())
        await bench.passes(5)
        store.now(
            lambda opened: opened.inbox.start(opened.inbox.pending()[0].id, bench.clock.now())
        )
        await store.close()
        await bench.passes(50)
        await bench.start()
        await bench.answer("#1 ERR reason=interrupted")
        assert bench.count(r"AT\+CRESET") == 0

    play(story)
