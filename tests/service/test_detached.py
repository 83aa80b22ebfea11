"""Cut off between leaving the network and coming back to it: the next start brings it back."""

from __future__ import annotations

import asyncio

import pytest

from modem.profiles import profile_named
from modem.simulator.plmn import PdpContext
from tests.service.bench import Bench, Play


@pytest.mark.parametrize(
    ("profile_name", "leaving"),
    [("telit-910", "AT+COPS=2"), ("sim800", "AT+CGATT=0")],
)
def test_a_modem_that_was_left_detached(play: Play, profile_name: str, leaving: str) -> None:
    """While a drift is being put back: nothing else would attach it again."""

    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        await bench.kill()
        state = bench.simulated.state
        state.contexts[1] = PdpContext("IP", "em")
        cut: list[bool] = []

        def when_it_leaves(line: str) -> None:
            if line == leaving and not cut:
                cut.append(True)
                # In the next turn of the loop, when the modem has it and the answer is on its way.
                bench.loop.call_soon(lambda: bench._running and bench._running.cancel())

        bench.on_command = when_it_leaves
        await bench.start()
        await asyncio.sleep(60)
        assert cut
        assert not state.subscriber.attached
        await bench.kill()
        await bench.start()
        await bench.until(lambda: state.subscriber.attached, "it is attached", 600)
        assert bench.apn == "other"

    play(story, profile=profile_named(profile_name))
