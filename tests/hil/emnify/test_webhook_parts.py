"""Long messages at the receiver: joined, incomplete, bounded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hil.emnify.events import MoSms
from hil.emnify.joining import Joiner
from tests.hil.emnify.receiving import MO, Taker, bench, part


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 2, 3, 3, 1)])
def test_parts_are_joined_in_their_order(order: tuple[int, ...]) -> None:
    async def main() -> None:
        async with bench() as b:
            for number in order:
                # Another device's, and another message's, are of no account.
                assert await b.post(part(number)) == 204
                assert await b.post(part(1, id=7, endpoint={"id": 8})) == 204
                assert await b.post(part(1, id=8, identifier="78")) == 204
            whole, *incomplete = list(b.taken)
            assert not incomplete
            assert isinstance(whole, MoSms)
            assert (whole.text, whole.ids, whole.missing) == ("<1><2><3>", (101, 102, 103), ())

    asyncio.run(main())


def test_parts_that_share_one_id_are_joined() -> None:
    async def main() -> None:
        async with bench() as b:
            for number in (1, 2, 3):
                assert await b.post(part(number, id=5)) == 204
            assert [event.text for event in b.taken if isinstance(event, MoSms)] == ["<1><2><3>"]

    asyncio.run(main())


def test_a_last_part_that_was_not_taken_completes_at_its_repeat() -> None:
    taker = Taker(faults=1)

    async def main() -> None:
        async with bench(take=taker) as b:
            found = [await b.post(part(n)) for n in (1, 2, 3, 3, 3)]
            assert found == [204, 204, 500, 204, 204]

    asyncio.run(main())
    assert [event.text for event in taker.events if isinstance(event, MoSms)] == ["<1><2><3>"]


def test_what_stays_incomplete_is_given_out_after_ten_minutes() -> None:
    now = [0.0]
    taker = Taker(faults=1)

    async def main() -> None:
        async with bench(take=taker, clock=lambda: now[0]) as b:
            await b.post(part(3))
            now[0] = 599
            await b.receiver.give_out_incomplete()
            assert taker.tried == 0
            now[0] = 600
            await b.receiver.give_out_incomplete()  # isn't taken
            await b.receiver.give_out_incomplete()
            await b.receiver.give_out_incomplete()
            (sms,) = taker.events
            assert isinstance(sms, MoSms)
            assert (sms.text, sms.missing) == ("<3>", (1, 2))

    asyncio.run(main())
    assert taker.tried == 2


def test_what_is_incomplete_at_the_end_is_given_out() -> None:
    taker = Taker()

    async def main() -> None:
        async with bench(take=taker) as b:
            await b.post(part(1))
            await b.post(part(2))

    asyncio.run(main())
    (sms,) = taker.events
    assert isinstance(sms, MoSms)
    assert (sms.text, sms.missing) == ("<1><2>", (3,))


def test_a_reference_that_is_used_again_displaces_what_waits() -> None:
    """The second part of the first message was lost; nothing of either is."""

    def part(key: int, number: int, text: str) -> dict[str, Any]:
        info = {"partno": number, "total": 2, "identifier": "75"}
        return {**MO, "id": key, "payload": text, "multi_part_info": info}

    async def main() -> None:
        async with bench() as b:
            for key, number, text in ((1, 1, "old "), (2, 1, "new "), (3, 2, "text")):
                assert await b.post(part(key, number, text)) == 204
            found = [(event.text, event.missing) for event in b.taken if isinstance(event, MoSms)]
            assert found == [("old ", (2,)), ("new text", ())]

    asyncio.run(main())


def test_parts_that_were_sent_at_other_times_are_of_other_messages() -> None:
    """A device that began to count anew: "A1" of ten o'clock and "B2" of nine past ten."""

    def part(key: int, number: int, minute: int) -> dict[str, Any]:
        info = {"partno": number, "total": 2, "identifier": "0"}
        date = f"2026-01-02 10:{minute:02}:00"
        return {**MO, "id": key, "payload": str(key), "multi_part_info": info, "submit_date": date}

    async def main() -> None:
        async with bench() as b:
            for key, number, minute in ((1, 1, 0), (2, 2, 9), (3, 1, 8)):
                assert await b.post(part(key, number, minute)) == 204
            found = [(event.text, event.missing) for event in b.taken if isinstance(event, MoSms)]
            assert found == [("1", (2,)), ("32", ())]

    asyncio.run(main())


def test_parts_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with bench() as b:
            b.receiver._joiner = Joiner(max_waiting=2)
            for key in (1, 2, 3):
                info = {"partno": 1, "total": 2, "identifier": str(key)}
                assert await b.post({**MO, "id": key, "multi_part_info": info}) == 204
            assert [event.id for event in b.taken] == [1]

    asyncio.run(main())


def test_parts_are_not_acknowledged_where_nobody_takes_what_has_to_go() -> None:
    """A taker that fails: what is beyond the room is answered 500, and comes again."""

    async def main() -> None:
        async with bench(take=Taker(faults=2)) as b:
            b.receiver._joiner = Joiner(max_waiting=2)
            statuses = []
            for key in (1, 2, 3, 4):
                info = {"partno": 1, "total": 2, "identifier": str(key)}
                statuses.append(await b.post({**MO, "id": key, "multi_part_info": info}))
            assert statuses == [204, 204, 500, 500]
            info = {"partno": 1, "total": 2, "identifier": "3"}
            assert await b.post({**MO, "id": 3, "multi_part_info": info}) == 204
            assert [event.id for event in b.taken] == [1]

    asyncio.run(main())
