"""A change that can't be made to take effect, for no radio cycle is left, is none."""

from __future__ import annotations

from dataclasses import replace

from apn_config.config import RecoveryConfig
from apn_config.store import Rung
from tests.service.bench import CONFIG, Bench, Play


def test_the_last_cycle_is_gone_when_it_is_to_be_made(play: Play) -> None:
    """The ladder of recovery, or a crash, has taken it since the change began."""

    async def story(bench: Bench) -> None:
        taken: list[int] = []

        def take(line: str) -> None:
            if line.startswith("AT+CGDCONT=") and not taken:
                taken.append(1)
                now = bench.clock.now()
                bench.db.now(lambda store: store.rungs.record(Rung.RADIO_CYCLE, now))

        bench.on_command = take
        bench.send("#1 APN other")
        await bench.answer("#1 ROLLBACK APN other kept=em reason=budget")
        assert taken
        assert bench.serves == bench.apn == "em"

    play(story, config=replace(CONFIG, recovery=RecoveryConfig(radio_cycles_per_day=1)))


def test_what_needs_no_cycle_is_refused_for_none(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN em")
        await bench.answer("#1 OK APN em")
        bench.send("#2 APN other")
        await bench.answer("#2 ERR reason=budget")

    play(story, config=replace(CONFIG, recovery=RecoveryConfig(radio_cycles_per_day=0)))


def test_a_modem_that_gives_way_at_each_cycle_gets_two_in_a_roll_back(play: Play) -> None:
    """Its link is lost each time; the change ends all the same."""

    async def story(bench: Bench) -> None:
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "rolling-back", "it is given up", 900)
        before = bench.count(r"AT\+CFUN=4")

        def break_down(line: str) -> None:
            if line == "AT+CFUN=4":
                bench.simulated.restart()

        bench.on_command = break_down
        await bench.until(lambda: bench.state != "rolling-back", "it ends", 3600)
        assert bench.count(r"AT\+CFUN=4") - before <= 4

    play(story, lte_only=True)
