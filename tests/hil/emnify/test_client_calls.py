"""What the client asks for, and how it reads the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from hil.emnify.client import Client
from hil.emnify.errors import PartlySent, RequestError, UnexpectedAnswer
from hil.emnify.models import SmsRequest, SmsStatus
from hil.emnify.texts import octets_request
from tests.hil.emnify.fake_api import (
    DEVICE,
    SMS,
    Asked,
    FakeApi,
    created,
    empty,
    failing,
    refused,
    said,
    with_client,
)

DEVICES = "GET /api/v1/endpoint"
DEVICE_7 = "GET /api/v1/endpoint/700001"
SEND = "POST /api/v1/endpoint/700001/sms"


def page_of(total: int, *, headers: bool) -> Callable[[Asked], web.Response]:
    """Pages of devices 1 to `total`."""

    def answer(asked: Asked) -> web.Response:
        page, size = int(asked.query["page"]), int(asked.query["per_page"])
        found = [{**DEVICE, "id": n + 1} for n in range((page - 1) * size, min(total, page * size))]
        told = {"X-Total-Pages": str(-(-total // size)), "X-Current-Page": str(page)}
        return said(found, headers=told if headers else None)

    return answer


@pytest.mark.parametrize("headers", [True, False], ids=["headers", "no headers"])
@pytest.mark.parametrize(("total", "pages"), [(0, 1), (3, 1), (4, 1), (5, 2), (9, 3)])
def test_lists_devices_over_pages(total: int, pages: int, headers: bool) -> None:
    api = FakeApi()
    api.on(DEVICES, page_of(total, headers=headers))

    async def work(client: Client) -> list[int]:
        return [d.id async for d in client.devices({"status": "0", "tags": "a b"}, "-id", 4)]

    assert with_client(api, work) == list(range(1, total + 1))
    # Without headers a full page may be followed by an empty one.
    assert len(api.calls()) - pages in ((0,) if headers or total % 4 or not total else (1,))
    assert api.asked[1].query["q"] == "status:0,tags:a b"
    assert api.asked[1].query["sort"] == "-id"


def test_a_platform_that_ignores_the_page_ends() -> None:
    api = FakeApi()
    api.on(DEVICES, lambda _: said([{**DEVICE, "id": n} for n in (1, 2)]))

    async def work(client: Client) -> list[int]:
        return [d.id async for d in client.devices(per_page=2)]

    assert with_client(api, work) == [1, 2]


@pytest.mark.parametrize("filters", [{"tags": "a,b"}, {"": "x"}, {"a:b": "c"}])
def test_a_filter_that_can_not_be_written(filters: dict[str, str]) -> None:
    async def work(client: Client) -> None:
        with pytest.raises(RequestError):
            _ = [d async for d in client.devices(filters)]

    with_client(FakeApi(), work)


def test_reads_a_device_with_strings_for_numbers() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said(DEVICE), lambda _: said({"id": 7}))

    async def work(client: Client) -> Any:
        return await client.device(700001), await client.device(700001)

    full, bare = with_client(api, work)
    assert (full.id, full.enabled, full.status, full.policy_id) == (700001, True, "Enabled", 4711)
    assert (full.iccid, full.sim_id) == ("89883030000000000016", 800001)
    assert (bare.id, bare.enabled, bare.name, bare.sim_id) == (7, False, "", None)


def test_switches_the_device_and_its_sim() -> None:
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said(DEVICE))
    api.on("PATCH /api/v1/endpoint/700001", lambda _: empty())
    api.on("PATCH /api/v1/sim/800001", lambda _: empty())

    async def work(client: Client) -> None:
        await client.set_enabled(700001, False, sim=True)
        await client.set_enabled(700001, True)

    with_client(api, work)
    patches = [(a.path, a.body["status"]["id"]) for a in api.asked if a.method == "PATCH"]
    assert patches == [
        ("/api/v1/endpoint/700001", 1),
        ("/api/v1/sim/800001", 2),
        ("/api/v1/endpoint/700001", 0),
    ]


def test_connectivity_is_read_and_reset() -> None:
    api = FakeApi()
    path = "/api/v1/endpoint/700001/connectivity"
    api.on(f"GET {path}", lambda _: said({"status": {"description": "OFFLINE"}, "services": []}))
    api.on(f"PATCH {path}", lambda _: empty())

    async def work(client: Client) -> Any:
        await client.reset_connectivity(700001, location=False)
        return await client.connectivity(700001)

    found = with_client(api, work)
    assert (found.status, found.location, found.pdp_context) == ("OFFLINE", None, None)
    assert api.asked[1].body == {"pdp_context": None}


def test_sends_all_fields() -> None:
    api = FakeApi()
    api.on(SEND, created)
    request = SmsRequest(
        "#APN em",
        source_address="12345",
        source_address_type=161,
        expiry_date=datetime(2026, 11, 22, 18, tzinfo=UTC),
        udh="0500030A0101",
        dcs=0,
        dest_address="x",
    )
    assert with_client(api, lambda client: client.send_sms(700001, request)) == 9000001
    assert api.asked[-1].body == {
        "payload": "#APN em",
        "source_address": "12345",
        "source_address_type": {"id": 161},
        "expiry_date": "2026-11-22T18:00:00Z",
        "udh": "0500030A0101",
        "dcs": 0,
        "dest_address": "x",
    }


def test_a_plain_text_is_a_payload_alone() -> None:
    api = FakeApi()
    api.on(SEND, created)
    assert with_client(api, lambda client: client.send_text(700001, "APN em")) == (9000001,)
    assert api.asked[-1].body == {"payload": "APN em"}


def test_octets_are_refused_unless_said_to_be_unverified() -> None:
    api = FakeApi()
    api.on(SEND, created)
    request = octets_request(b"\x01\xab")

    async def work(client: Client) -> None:
        with pytest.raises(RequestError, match="unverified"):
            await client.send_sms(700001, request)
        await client.send_sms(700001, request, unverified=True)

    with_client(api, work)
    assert [a.body for a in api.asked if a.call == SEND] == [{"payload": "01AB", "dcs": 4}]


def test_long_texts_have_references_of_their_own() -> None:
    api = FakeApi()
    api.on(SEND, created)

    async def work(client: Client) -> None:
        for _ in range(2):
            assert len(await client.send_text(700001, "a" * 161)) == 2

    with_client(api, work)
    headers = [a.body["udh"] for a in api.asked if a.call == SEND]
    assert [h[:6] + h[8:] for h in headers] == ["0500030201", "0500030202"] * 2
    assert len({h[6:8] for h in headers}) == 2


def test_a_text_of_which_a_part_failed_tells_what_went() -> None:
    api = FakeApi()
    api.on(SEND, created, lambda _: refused(409, 1406, "NotAllowed", "no"))
    error = failing(api, lambda client: client.send_text(700001, "a" * 161))
    assert isinstance(error, PartlySent)
    assert (error.ids, error.total, error.exit_code) == ((9000001,), 2, 4)


def test_lists_gets_and_cancels_sms() -> None:
    api = FakeApi()
    mo = {"id": "9000002", "sms_type": {"description": "MO"}, "status": {"id": "9"}, "payload": "x"}
    api.on("GET /api/v1/endpoint/700001/sms", lambda _: said([mo, SMS]))
    api.on("GET /api/v1/endpoint/700001/sms/9000001", lambda _: said(SMS))
    api.on("DELETE /api/v1/endpoint/700001/sms/9000001", lambda _: empty(200))

    async def work(client: Client) -> Any:
        listed = await client.sms_list(700001)
        await client.cancel_sms(700001, 9000001)
        return listed, await client.sms(700001, 9000001)

    (first, second), one = with_client(api, work)
    assert second == one
    assert (one.direction, one.status, one.retry_count) == ("MT", SmsStatus.BUFFERED, 0)
    assert one.submit_date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (first.direction, int(first.status), first.status.text) == ("MO", 9, "UNKNOWN 9")


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.emnify.session._MAX_ANSWER_BYTES", 1 << 20)
    api = FakeApi()
    api.on(DEVICE_7, lambda _: said({**DEVICE, "name": "x" * (2 << 20)}))

    async def ask(client: Client) -> None:
        await client.device(700001)

    with pytest.raises(UnexpectedAnswer, match="more than 1 MiB"):
        with_client(api, ask)


def test_pages_without_end_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.emnify.client._MAX_PAGES", 3)
    api = FakeApi()
    api.on(DEVICES, page_of(10_000, headers=True))

    async def ask(client: Client) -> None:
        async for _ in client.devices(per_page=10):
            pass

    with pytest.raises(UnexpectedAnswer, match="more than 3 pages"):
        with_client(api, ask)
