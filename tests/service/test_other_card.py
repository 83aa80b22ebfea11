"""State belongs to the card: another one in the modem ends a change that was made for the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.service.bench import Bench, Play

OTHER = "89882280666000000999"


def put_other_card_in(bench: Bench) -> None:
    """While the device is off: the card is another one of the same network."""
    card = bench.simulated.state.card
    assert card is not None
    card.iccid = OTHER


@pytest.mark.parametrize("state", ["verifying", "trial"])
def test_a_change_for_another_card_is_undone(play: Play, state: str) -> None:
    async def story(bench: Bench) -> None:
        first = bench.simulated.who.iccid
        bench.send("#1 APN other for=1h")
        await bench.until(lambda: bench.state == state, state)
        await bench.kill()
        put_other_card_in(bench)
        await bench.start()
        await bench.answer("#1 ROLLBACK APN other kept=em reason=other-sim")
        assert bench.serves == "em"
        for iccid in (first, OTHER):
            record = bench.db.now(lambda store, of=iccid: store.records.get(of, 1))  # type: ignore[misc]
            assert record is None

    play(story)


def test_another_cards_network_proves_nothing(play: Play) -> None:
    """It comes when only the answer is missing: the first card's success is never told by it."""

    async def story(bench: Bench) -> None:
        allow = bench.refuse("+CMGS")
        bench.send("#1 APN other")
        await bench.until(lambda: bench.state == "proving", "it waits for its answer")
        await bench.kill()
        put_other_card_in(bench)
        allow()
        await bench.start()
        await bench.answer("#1 ROLLBACK APN other kept=em reason=other-sim")
        assert len(bench.answers) == 1
        assert bench.serves == "em"

    play(story)


def test_a_rescue_with_another_card_is_no_matter_of_the_first_ones_record(play: Play) -> None:
    async def story(bench: Bench) -> None:
        first = bench.simulated.who.iccid
        bench.send("#1 APN nosuch")
        await bench.until(lambda: bench.state == "rolling-back", "it is given up", 3000)
        await bench.kill()
        bench.network.settings = replace(bench.network.settings, apns=("em",))
        put_other_card_in(bench)
        await bench.start()
        await bench.answer("#1 ROLLBACK APN nosuch kept=em reason=")
        assert bench.db.now(lambda store: store.records.get(first, 1)) is None

    play(story, lte_only=True, start_apn="other")


def test_another_card_has_a_record_of_its_own(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.send("#1 APN other")
        await bench.answer("#1 OK APN other")
        await bench.kill()
        put_other_card_in(bench)
        await bench.start()
        bench.send("#2 APN ROLLBACK")
        await bench.answer("#2 ERR reason=no-former")
        # What the other card's change has set is left alone.
        assert bench.apn == "other"

    play(story)
