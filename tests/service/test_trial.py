"""An APN on trial: back by itself unless somebody keeps it, whatever happens in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from apn_config.apn_changes import Refused
from apn_config.model import ApnRequest
from apn_config.transaction import State
from tests.service.bench import Bench, Play


async def on_trial(bench: Bench, words: str = "#1 APN other for=10m") -> None:
    bench.send(words)
    await bench.answer("#1 OK APN other for=10m")
    await bench.until(lambda: bench.state == "trial", "it is on trial")
    assert bench.serves == "other"


def no_record(bench: Bench) -> bool:
    record = bench.db.now(lambda store: store.records.get(bench.simulated.who.iccid, 1))
    return record is None or record.current.name != "other"


def test_it_goes_back_by_itself(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await on_trial(bench)
        assert no_record(bench)
        _, took_s = await bench.answer("#1 ROLLBACK APN other kept=em reason=trial-over")
        assert took_s == pytest.approx(600, abs=10)
        assert bench.serves == "em"
        assert no_record(bench)

    play(story)


def test_it_stays_once_it_is_kept(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await on_trial(bench)
        bench.send("#2 APN KEEP")
        await bench.answer("#2 OK APN KEEP other")
        assert bench.state == "committed"
        assert not no_record(bench)
        await bench.passes(1200)
        assert bench.serves == "other"
        assert len(bench.answers) == 2

    play(story)


def test_there_is_nothing_to_keep_without_a_trial(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN KEEP")
        await bench.answer("#1 ERR reason=no-trial")

    play(story)


def test_a_trial_can_be_ended_at_once(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await on_trial(bench)
        bench.send("#2 APN ROLLBACK")
        await bench.answer("#1 ROLLBACK APN other kept=em reason=asked", 60)
        assert [text.split()[0] for text in bench.answers] == ["#1", "#2", "#1"]
        assert "#2 OK APN ROLLBACK other" in bench.answers
        assert bench.serves == "em"

    play(story)


def test_a_second_change_is_refused_while_one_is_on_trial(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await on_trial(bench)
        bench.send("#2 APN em")
        await bench.answer("#2 ERR reason=trial")
        bench.send("#3 PING")
        await bench.answer("#3 OK PING")
        await bench.answer("#1 ROLLBACK APN other kept=em reason=trial-over")

    play(story)


@pytest.mark.parametrize("booted", [False, True], ids=["killed", "power cut"])
def test_a_trial_goes_on_after_a_restart(play: Play, booted: bool) -> None:
    """What was left of it stays left, but for a tenth; the time that the device was off counts for
    nothing.
    """

    async def story(bench: Bench) -> None:
        await on_trial(bench)
        await bench.passes(300)
        await bench.kill()
        if booted:
            bench.clock.boot_id = "boot-2"
            bench.clock.booted_s = bench.loop.time()
        await bench.start()
        assert bench.state == "trial"
        _, took_s = await bench.answer("#1 ROLLBACK APN other kept=em reason=trial-over")
        assert took_s == pytest.approx(330 if booted else 300, abs=40)
        assert bench.serves == "em"

    play(story)


def test_a_modem_that_forgets_its_context_gets_the_one_on_trial_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await on_trial(bench)
        contexts = bench.simulated.state.contexts
        contexts[1] = replace(contexts[1], apn="em")
        bench.simulated.restart()
        await bench.until(lambda: bench.serves == "other", "it is put back", 120)
        assert bench.state == "trial"

    play(story)


def test_a_trial_that_does_not_work_is_none(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN nosuch for=10m")
        await bench.answer("#1 ROLLBACK APN nosuch kept=em")
        assert bench.state == "rolled-back"

    play(story, lte_only=True)


def test_a_trial_by_the_socket(play: Play) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.agent.keeper.modem()
        seen: list[State | None] = []
        change = await bench.agent.set_apn(modem, ApnRequest("other", trial_s=60.0), seen.append)
        assert change.state is State.TRIAL
        assert seen == [State.APPLYING, State.VERIFYING]
        with pytest.raises(Refused, match="trial"):
            await bench.agent.set_apn(modem, ApnRequest("em"), seen.append)
        await bench.until(lambda: bench.state == "rolled-back", "it is over", 120)
        assert bench.serves == "em"
        assert bench.answers == []

    play(story)


def test_a_trial_by_the_socket_can_be_kept_and_ended(play: Play) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.agent.keeper.modem()
        await bench.agent.set_apn(modem, ApnRequest("other", trial_s=60.0), lambda _: None)
        assert (await bench.agent.changes.keep()).state is State.COMMITTED
        await bench.agent.set_apn(modem, ApnRequest("em", trial_s=60.0), lambda _: None)
        ended = await bench.agent.set_apn(modem, None, lambda _: None)
        assert ended.state is State.ROLLED_BACK
        assert bench.serves == "other"

    play(story)


def test_whoever_comes_second_hears_that_it_waits(play: Play) -> None:
    async def story(bench: Bench) -> None:
        modem = await bench.agent.keeper.modem()
        first: list[State | None] = []
        second: list[State | None] = []
        one = asyncio.create_task(bench.agent.set_apn(modem, ApnRequest("other"), first.append))
        await bench.until(lambda: bench.state == "verifying", "the first is under way")
        two = await bench.agent.set_apn(modem, ApnRequest("em"), second.append)
        assert one.done()
        assert first[0] is State.APPLYING
        assert second[:2] == [None, State.APPLYING]
        assert two.state is State.COMMITTED
        assert bench.serves == "em"

    play(story)


def test_history(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN HISTORY")
        await bench.answer("#1 OK APN HISTORY")
        bench.send("#2 APN other")
        await bench.answer("#2 OK")
        bench.send("#3 APN nosuch")
        await bench.answer("#3 ROLLBACK")
        bench.send("#4 APN HISTORY")
        await bench.answer("#4 OK APN HISTORY nosuch=rolled-back other=committed")

    play(story, lte_only=True)
