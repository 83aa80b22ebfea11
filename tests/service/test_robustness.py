"""The daemon ends whenever it is told to, and bears a modem that echoes for ever."""

from __future__ import annotations

import asyncio

import pytest

from modem import KeeperPhase
from modem.simulator.endpoints import MemoryEndpoint, Wire
from tests.service.bench import Bench, Play

# Half a second and more for each command, so that an end comes in the middle of one.
SLOW_BAUD = 600
END_S = 30.0


def slow(bench: Bench) -> None:
    """Put the modem on a slow line."""
    bench.wire = Wire(bench.simulated, baud=SLOW_BAUD)
    bench.wire.on_traffic = bench._watch
    bench.endpoint = MemoryEndpoint(bench.wire)


@pytest.mark.parametrize("first_s", [0.0, 0.3, 0.6, 0.9])
def test_an_end_in_the_middle_of_anything_is_an_end(play: Play, first_s: float) -> None:
    """A command that is cut off must not swallow the cancellation; the next start goes on."""

    async def story(bench: Bench) -> None:
        await bench.kill()
        slow(bench)
        bench.send("#1 APN other")
        for lives in range(40):
            starting = asyncio.create_task(bench.start())
            await asyncio.sleep(first_s + lives * 1.3)
            starting.cancel()
            async with asyncio.timeout(END_S):
                await bench.kill()
        await bench.start()
        await bench.until(lambda: bench.answers, "it is answered")
        assert set(bench.answers) <= {bench.answers[0]}

    play(story)


def test_an_echo_that_stays_is_lived_with(play: Play) -> None:
    async def story(bench: Bench) -> None:
        await bench.kill()
        settings = bench.simulated.state.settings
        bench.on_command = lambda _line: setattr(settings, "echo", True)
        agent = await bench.start()
        bench.send("#1 PING")
        await bench.answer("#1 OK PING")
        assert agent.keeper.state.phase is KeeperPhase.READY

    play(story)


def test_a_roll_back_ends_though_the_modem_refuses_to_switch_its_radio(play: Play) -> None:
    """As a Cinterion refuses AT+CFUN=4: the change ends, and what waits behind it has its turn."""

    async def story(bench: Bench) -> None:
        bench.refuse("+CFUN")
        bench.send("#1 APN other")
        bench.send("#2 STATUS")
        text, _ = await bench.answer("#1 ROLLBACK APN other kept=em")
        assert "reason=refused" in text
        await bench.until(lambda: len(bench.answers) == 2, "both are answered")
        assert bench.answers[1].startswith("#2 OK STATUS")
        assert bench.apn == "em"

    play(story)


def test_what_a_killed_run_has_written_is_tried_before_it_is_committed(play: Play) -> None:
    """The service that is there is still the former one's, until the radio was switched."""

    async def story(bench: Bench) -> None:
        cut: list[str] = []

        def when_all_is_written(line: str) -> None:
            if line.startswith("AT+CGAUTH=") and not cut:
                cut.append(line)
                assert bench.link is not None
                bench.link.break_wire("cut off")

        bench.on_command = when_all_is_written
        bench.send("#1 APN em user=U pass=P")
        await bench.until(lambda: cut, "the credentials are written")
        await bench.kill()
        assert bench.count(r"AT\+CFUN=4") == 0
        await bench.start()
        await bench.answer("#1 OK APN em")
        assert bench.count(r"AT\+CFUN=4") == 1

    play(story)
