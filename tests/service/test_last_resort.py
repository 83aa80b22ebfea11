"""When even the former APN has no service any more: the last good one, the default, patience."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apn_config.model import Apn
from modem.simulator import NetworkSettings
from tests.service.bench import Bench, Play, with_apn

KNOWS_ALL = NetworkSettings(apns=("em", "other", "third"))


def forget(bench: Bench, *names: str) -> None:
    """The network's operator takes these APNs out of service."""
    kept = tuple(name for name in bench.network.settings.apns if name not in names)
    bench.network.settings = replace(bench.network.settings, apns=kept)


async def change(bench: Bench, tag: int, name: str) -> None:
    bench.send(f"#{tag} APN {name}")
    await bench.answer(f"#{tag} OK APN {name}")


def record(bench: Bench) -> tuple[str, str | None] | None:
    found = bench.db.now(lambda store: store.records.get(bench.simulated.who.iccid, 1))
    if found is None:
        return None
    return found.current.name, None if found.last_good is None else found.last_good.name


def test_the_last_good_one_is_tried_when_the_former_is_dead(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await change(bench, 1, "other")
        assert record(bench) == ("other", "em")
        # `other` dies while an unknown APN is being tried.
        forget(bench, "other")
        bench.send("#2 APN nosuch")
        await bench.answer("#2 ROLLBACK APN nosuch kept=em reason=")
        assert bench.state == "rescued"
        assert bench.serves == "em"
        assert record(bench) == ("em", "other")
        # What is kept now is what a restart finds right.
        await bench.kill()
        await bench.start()
        await bench.passes(60)
        assert bench.serves == "em"

    play(story, lte_only=True, settings=KNOWS_ALL)


@pytest.mark.parametrize(("committed", "kept"), [(True, "em"), (False, "third")])
def test_a_command_that_is_read_before_the_modem_is_registered(
    play: Play, committed: bool, kept: str
) -> None:
    """It waited while power failed: that nothing serves then is no measure of the former APN."""

    async def story(bench: Bench) -> None:
        if committed:
            await change(bench, 1, "other")
        await bench.kill()
        bench.send("#2 APN nosuch")
        bench.simulated.restart()
        bench.on_command = lambda line: forget(bench, bench.apn) if "nosuch" in line else None
        await bench.start()
        await bench.answer(f"#2 ROLLBACK APN nosuch kept={kept} reason=")
        assert bench.state == "rescued"
        assert bench.serves == kept

    play(story, lte_only=True, settings=KNOWS_ALL, config=with_apn(default="third"))


def test_the_default_is_tried_last(play: Play) -> None:
    async def story(bench: Bench) -> None:
        assert record(bench) is None
        bench.on_command = lambda line: forget(bench, "other") if "nosuch" in line else None
        bench.send("#1 APN nosuch")
        await bench.answer("#1 ROLLBACK APN nosuch kept=em reason=")
        assert bench.state == "rescued"
        assert bench.serves == "em"

    play(story, lte_only=True, settings=KNOWS_ALL, start_apn="other")


def test_another_default_and_its_credentials(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.on_command = lambda line: forget(bench, "em") if "nosuch" in line else None
        bench.send("#1 APN nosuch")
        await bench.answer("#1 ROLLBACK APN nosuch kept=third reason=")
        assert bench.serves == "third"

    config = with_apn(default="third", fallback=Apn("third"))
    play(story, lte_only=True, settings=KNOWS_ALL, config=config)


def test_with_no_service_anywhere_the_former_one_stays(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.on_command = lambda line: forget(bench, "em", "other") if "nosuch" in line else None
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "failed", "nothing helps", 3600)
        assert bench.apn == "other"
        bench.network.settings = KNOWS_ALL
        await bench.answer("#1 ROLLBACK APN nosuch kept=other reason=")
        assert bench.serves == "other"

    play(story, lte_only=True, settings=KNOWS_ALL, start_apn="other")


@pytest.mark.parametrize("at", ["rolling-back", "last-good", "default"])
def test_killed_in_the_middle_of_the_last_resort(play: Play, at: str) -> None:
    async def story(bench: Bench) -> None:
        await change(bench, 1, "other")
        forget(bench, "other", "em", "third")
        bench.send("#2 APN nosuch")
        await bench.until(lambda: bench.state == at, at, 7200)
        await bench.kill()
        bench.network.settings = KNOWS_ALL
        await bench.start()
        text, _ = await bench.answer("#2 ROLLBACK APN nosuch kept=")
        assert bench.state == ("rolled-back" if at == "rolling-back" else "rescued")
        assert f"kept={bench.apn} " in text
        await bench.until(lambda: bench.serves == bench.apn, "it serves", 3600)

    play(story, lte_only=True, settings=KNOWS_ALL, config=with_apn(default="third"))
