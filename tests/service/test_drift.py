"""What was committed is put back, however the first look fails; and it stays the right card's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modem.simulator import NetworkSettings
from tests.service.bench import Bench, Play

SETTINGS = NetworkSettings(apns=("em", "other", "third"))


def test_a_look_that_fails_is_taken_again(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        await bench.kill()
        contexts = bench.simulated.state.contexts
        contexts[1] = replace(contexts[1], apn="wrong")
        allow = bench.refuse("+CGDCONT")
        await bench.start()
        await bench.passes(30)
        assert bench.apn == "wrong"
        allow()
        await bench.until(lambda: bench.serves == "other", "it is put back", 3600)

    play(story)


def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The card's number can't be read."""

    async def none(_execute: object) -> None:
        return None

    monkeypatch.setattr("modem.asking.iccid", none)


def test_a_card_whose_number_can_not_be_read_for_a_moment_stays_the_same(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        modem = await bench.agent.keeper.modem()
        unreadable(bench.monkeypatch)
        identity = await modem.read_card()
        assert identity.iccid == bench.simulated.who.iccid

    play(story)


def test_what_was_committed_for_an_unreadable_card_is_that_cards(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        await bench.kill()
        with bench.monkeypatch.context() as patched:
            unreadable(patched)
            await bench.start()
            bench.send("#2 APN third")
            await bench.answer("#2 OK APN third")
            await bench.kill()
        await bench.start()
        await bench.passes(120)
        assert bench.serves == "third"
        who = bench.simulated.who.iccid
        records = bench.db.now(
            lambda store: (store.records.get(who, 1), store.records.get("unknown", 1))
        )
        assert records[0] is not None
        assert (records[0].current.name, records[1]) == ("third", None)

    play(story, settings=SETTINGS)
