"""The receiver of the platform's webhook, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import gzip
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from hil.emnify.events import Event, EventError, MoSms, Receipt, parse_event
from hil.emnify.listening import ListenError
from hil.emnify.models import SmsStatus
from hil.emnify.webhook import MAX_BODY_BYTES, Receiver, listening
from tests.hil.emnify.receiving import MO, RECEIPT, Taker, bench


def test_sms_come_by_post_and_receipts_by_patch() -> None:
    async def main() -> None:
        async with bench() as b:
            assert await b.post(MO) == 204
            assert await b.call("PATCH", RECEIPT) == 204
            # Others relay both by POST.
            assert await b.post({**RECEIPT, "id": "9000003"}) == 204
        sms, receipt, relayed = b.taken
        assert isinstance(sms, MoSms)
        assert (sms.id, sms.device_id, sms.device_name) == (9000002, 700001, "Pump 7")
        assert (sms.source, sms.dest, sms.text) == ("423000000000001", "12345", "APN OK em")
        assert sms.submitted == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert isinstance(receipt, Receipt)
        assert (receipt.id, receipt.status) == (9000001, SmsStatus.DELIVERED)
        assert receipt.final == datetime(2026, 1, 2, 3, 4, 7, tzinfo=UTC)
        assert isinstance(relayed, Receipt)
        assert relayed.id == 9000003

    asyncio.run(main())


def test_repeats_are_dropped() -> None:
    async def main() -> None:
        async with bench() as b:
            for _ in range(3):
                assert await b.post(MO) == 204
                assert await b.post({**MO, "id": str(MO["id"])}) == 204
                assert await b.call("PATCH", RECEIPT) == 204
            # The same number as an SMS and as a receipt are two things.
            assert await b.call("PATCH", {**RECEIPT, "id": MO["id"]}) == 204
        assert len(b.taken) == 3

    asyncio.run(main())


def test_repeats_at_once_wait_for_the_first() -> None:
    taken: list[Event] = []
    go = asyncio.Event()

    async def take(event: Event) -> None:
        await go.wait()
        taken.append(event)

    async def main() -> None:
        async with bench(take=take) as b:
            calls = [asyncio.create_task(b.post(MO)) for _ in range(5)]
            done, _ = await asyncio.wait(calls, timeout=0.05)
            assert not done
            go.set()
            assert await asyncio.gather(*calls) == [204] * 5
        assert len(taken) == 1

    asyncio.run(main())


def test_what_the_taker_could_not_take_is_taken_again() -> None:
    taker = Taker(faults=2)

    async def main() -> None:
        async with bench(take=taker) as b:
            assert [await b.post(MO) for _ in range(4)] == [500, 500, 204, 204]

    asyncio.run(main())
    assert (taker.tried, len(taker.events)) == (3, 1)


def test_of_repeats_at_once_one_is_taken_though_the_first_failed() -> None:
    taker = Taker(faults=1)

    async def main() -> None:
        async with bench(take=taker) as b:
            found = await asyncio.gather(*(b.post(MO) for _ in range(4)))
            assert sorted(found) == [204, 204, 204, 500]

    asyncio.run(main())
    assert len(taker.events) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"no json", 400, id="no JSON"),
        pytest.param(b"[1]", 400, id="a list"),
        pytest.param(b'"x"', 400, id="a string"),
        pytest.param(b"{}", 400, id="neither of both"),
        pytest.param(b'{"payload": "x"}', 400, id="no id"),
        pytest.param(b'{"payload": "x", "id": {}}', 400, id="an id that is none"),
        pytest.param(b"\xff\xfe\xfd", 400, id="no UTF-8"),
        pytest.param(b"[" * 60_000, 400, id="too deep"),
        pytest.param(b'{"id": ' + b"9" * 5000 + b"}", 400, id="a huge number"),
        pytest.param(b" " * (MAX_BODY_BYTES + 1), 413, id="too large"),
        pytest.param(b'{"id": 1, "payload": "' + b"a" * 60_000 + b'"}', 204, id="just not"),
    ],
)
def test_bad_bodies(body: bytes, status: int) -> None:
    async def main() -> None:
        async with bench() as b:
            assert await b.post(body) == status
            assert await b.post(MO) == 204

    asyncio.run(main())


def test_a_packed_body_is_not_unpacked() -> None:
    async def main() -> None:
        async with bench() as b:
            packed = gzip.compress(b" " * 10_000_000)
            assert await b.post(packed, {"Content-Encoding": "gzip"}) == 400
            assert await b.post(MO) == 204

    asyncio.run(main())


def test_other_methods_and_paths() -> None:
    async def main() -> None:
        async with bench() as b:
            for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS"):
                assert await b.call(method, MO) == 405
            b.url += "elsewhere"
            assert await b.post(MO) == 404
        assert b.taken == []

    asyncio.run(main())


@pytest.mark.parametrize(
    "others",
    [
        {"multi_part_info": None},
        {"multi_part_info": "x"},
        {"multi_part_info": {"partno": 0, "total": 3}},
        {"multi_part_info": {"partno": 4, "total": 3}},
        {"multi_part_info": {"partno": 1, "total": 100000}},
        {"endpoint": None, "submit_date": "yesterday", "dcs": "x"},
        {"dest_address": 12345, "source_address": 423, "id": "an-id"},
    ],
)
def test_odd_fields_lose_no_message(others: dict[str, Any]) -> None:
    event = parse_event("POST", {**MO, **others})
    assert isinstance(event, MoSms)
    assert (event.text, event.part) == ("APN OK em", None)
    assert event.dest == "12345"


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_where_the_content_does_not_tell_the_method_does(method: str) -> None:
    both = {**MO, **RECEIPT}
    assert isinstance(parse_event(method, both), Receipt) is (method == "PATCH")


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ({"status": "FAILED"}, "FAILED"),
        ({"description": "EXPIRED", "id": "6"}, "EXPIRED"),
        ("DELIVERED", "DELIVERED"),
        ({"id": 12, "status": "NEW"}, "UNKNOWN 12"),
        (None, "UNKNOWN 0"),
    ],
)
def test_reads_a_status_in_each_form(status: object, wanted: str) -> None:
    event = parse_event("PATCH", {**RECEIPT, "status": status})
    assert isinstance(event, Receipt)
    assert event.status.text == wanted


def test_what_is_neither_is_an_error() -> None:
    with pytest.raises(EventError):
        parse_event("PATCH", {"id": 1})


@pytest.mark.parametrize("date", ["0001-01-01 00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_at_the_ends_of_the_calendar_is_none(date: str) -> None:
    async def main() -> None:
        async with bench() as b:
            assert await b.post({**MO, "submit_date": date}) == 204
            (event,) = b.taken
            assert event.submitted is None

    asyncio.run(main())


def test_ids_that_look_alike_are_others() -> None:
    async def main() -> None:
        async with bench() as b:
            for key in (7, "007", "٧", "0_7"):
                assert await b.post({**MO, "id": key}) == 204
            assert await b.post({**MO, "id": "7"}) == 204  # a number as a string: a repeat
            assert [event.id for event in b.taken] == [7, "007", "٧", "0_7"]

    asyncio.run(main())


def test_a_body_that_is_not_what_its_encoding_says(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with bench() as b:
            assert await b.post(MO, {"Content-Encoding": "gzip"}) == 204

    asyncio.run(main())
    assert caplog.text == ""


def test_an_address_that_is_taken() -> None:
    async def main() -> None:
        async with bench() as b:
            port = urlsplit(b.url).port
            assert port is not None
            with pytest.raises(ListenError, match="is in use") as error:
                async with listening(Receiver(print), "127.0.0.1", port):
                    pytest.fail("it listens")
            assert error.value.exit_code == 7

    asyncio.run(main())


def test_an_end_is_not_held_up_by_a_call_that_never_ends() -> None:
    async def main() -> None:
        async with bench() as b:
            port = urlsplit(b.url).port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
            assert await b.post(MO) == 204
        assert await reader.read() == b""
        writer.close()

    began_s = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - began_s < 30  # aiohttp would wait for a minute


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x" * 101},
        {"multi_part_info": {"partno": 1, "total": 2, "identifier": "x" * 101}},
    ],
    ids=["an id", "an identifier"],
)
def test_what_is_remembered_is_bounded(change: dict[str, Any]) -> None:
    async def main() -> None:
        async with bench() as b:
            status = await b.post({**MO, **change})
            # the first is refused, the second given out at once: it is held for nothing
            assert (status, len(b.taken)) == ((400, 0) if "id" in change else (204, 1))

    asyncio.run(main())


def test_repeats_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.emnify.webhook.MAX_REMEMBERED", 2)

    async def main() -> None:
        async with bench() as b:
            for key in (1, 2, 3, 1):
                assert await b.post({**MO, "id": key}) == 204
            assert [event.id for event in b.taken] == [1, 2, 3, 1]

    asyncio.run(main())


@pytest.mark.parametrize("host", ["..", "x" * 64])
def test_a_host_that_is_none(host: str) -> None:
    async def main() -> None:
        with pytest.raises(ListenError, match="is no address"):
            async with listening(Receiver(print), host, 0):
                pytest.fail("it listens")

    asyncio.run(main())
