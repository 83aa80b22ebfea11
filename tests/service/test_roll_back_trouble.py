"""A roll-back that meets a fault of ours, or a system that takes nothing: it ends, and truly."""

from __future__ import annotations

import pytest

from apn_config.model import Apn
from modem import CommandRefused, Modem
from modem.simulator import NetworkSettings
from tests.service.bench import Bench, Play

SETTINGS = NetworkSettings(apns=("em", "other"))


@pytest.mark.parametrize("passing", [True, False])
def test_a_fault_of_ours_ends_no_roll_back(play: Play, passing: bool) -> None:
    """What fails for ever is left for the next thing to try, down to the last."""

    async def story(bench: Bench) -> None:
        applier, read = bench.agent.applier, bench.agent.applier.read
        failures = 0

        async def fail(modem: Modem, cid: int) -> object:
            nonlocal failures
            if bench.state == "rolling-back" and (failures < 2 or not passing):
                failures += 1
                raise ValueError("a bug")
            return await read(modem, cid)

        bench.monkeypatch.setattr(applier, "read", fail)
        bench.send("#1 APN nosuch")
        kept = "other" if passing else "em"
        await bench.answer(f"#1 ROLLBACK APN nosuch kept={kept} reason=")
        assert bench.serves == kept
        bench.send("#2 PING")
        bench.send("#3 APN em")
        await bench.answer("#3 OK APN em")
        assert len(bench.answers) == 3

    play(story, lte_only=True, settings=SETTINGS, start_apn="other")


def test_nobody_is_told_that_an_apn_is_kept_which_can_not_be_written(play: Play) -> None:
    """It is put back once the modem takes it, although nothing was ever committed."""

    async def story(bench: Bench) -> None:
        applier = bench.agent.applier
        broken = True
        write, restore = applier.write, applier.restore

        async def refuse_all_but_one(modem: Modem, cid: int, apn: Apn) -> None:
            if broken and apn.name != "nosuch":
                raise CommandRefused("AT+CGDCONT", "CME", 100)
            await write(modem, cid, apn)

        async def refuse(modem: Modem, cid: int, held: object) -> None:
            if broken:
                raise CommandRefused("AT+CGDCONT", "CME", 100)
            await restore(modem, cid, held)  # type: ignore[arg-type]

        bench.monkeypatch.setattr(applier, "write", refuse_all_but_one)
        bench.monkeypatch.setattr(applier, "restore", refuse)
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "failed", "it is given up", 3 * 3600)
        assert bench.apn == "nosuch"
        assert bench.answers in ([], ["#1 ERR APN reason=not-restored"])
        broken = False
        await bench.until(lambda: bench.serves == "em", "it is put back as drift", 2 * 3600)
        assert bench.answers == ["#1 ERR APN reason=not-restored"]

    # With 3G to fall back to, the answer can be sent.
    play(story)
