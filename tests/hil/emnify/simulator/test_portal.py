"""The portal's JSON: who may use it, what it takes, and what is live. Its pages are `portal`'s."""

from __future__ import annotations

import asyncio
import json

import pytest

from hil.emnify.simulator.portal import live
from hil.emnify.simulator.portal.live import Channel
from tests.hil.emnify.simulator.served import Served, served
from tests.hil.emnify.simulator.test_automation import TEMPLATE

ONE = "/portal/api/devices/700001"
JSON = {"Content-Type": "application/json"}

GUARDED = {
    "a page of ours": ({"Origin": "{base}"}, 204),
    "no page at all": ({}, 204),
    "another site": ({"Origin": "https://evil.example"}, 403),
    "a sandboxed page": ({"Origin": "null"}, 403),
    "another port": ({"Origin": "http://127.0.0.1:1"}, 403),
    "a name that points here": ({"Host": "evil.example"}, 403),
    "a name and its own page": (
        {"Host": "evil.example", "Origin": "http://evil.example"},
        403,
    ),
    "a Host that is none": ({"Host": "[::1"}, 403),
    "localhost": ({"Host": "localhost"}, 204),
    "a form": ({"Content-Type": "text/plain"}, 400),
}


@pytest.mark.parametrize(("headers", "status"), GUARDED.values(), ids=GUARDED)
def test_who_may_change_something(headers: dict[str, str], status: int) -> None:
    async def main() -> None:
        async with served() as at:
            sent = {name: value.format(base=at.running.api) for name, value in headers.items()}
            body = b'{"enabled": false}'
            answer = await at.call("PATCH", ONE, data=body, headers={**JSON, **sent}, token=None)
            assert answer.status == status
            expected = "DISABLED" if status == 204 else "ENABLED"
            assert at.platform.device(700001).status.name == expected

    asyncio.run(main())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
    ids=["a page", "a name that points here, and its page"],
)
def test_no_other_site_sets_off_an_automation(headers: dict[str, str]) -> None:
    async def main() -> None:
        async with served(automations=TEMPLATE) as at:
            body = {"endpoint": {"id": 700001}, "apn": "em"}
            answer = await at.call("POST", "/hooks/activate", body, headers=headers, token=None)
            assert answer.status == 403
            assert list(at.platform.device(700001).messages) == []

    asyncio.run(main())


def test_a_program_may_call_a_hook_by_a_name() -> None:
    async def main() -> None:
        async with served(automations=TEMPLATE) as at:
            headers = {"Host": "simulator:8090"}
            answer = await at.call("POST", "/hooks/activate", {}, headers=headers, token=None)
            assert answer.status == 200

    asyncio.run(main())


def test_what_a_page_may_load() -> None:
    async def main() -> None:
        async with served() as at:
            answer = await at.call("GET", "/portal/", token=None)
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'self';")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            for path in ("/portal/static/../app.py", "/portal/static/nothing.js", "/portal/x"):
                assert (await at.call("GET", path, token=None)).status == 404
            answer = await at.call("GET", "/", token=None)
            assert (answer.status, answer.headers["Location"]) == (302, "/portal/")

    asyncio.run(main())


BAD = {
    "no JSON": (b"{", 400),
    "no text": (b'{"payload": 5}', 422),
    "an empty text": (b'{"payload": ""}', 422),
    "a text of twenty parts": (json.dumps({"payload": "я" * 1000}).encode(), 422),
    "a name of twelve": (b'{"payload": "x", "source_address": "abcdefghijkl"}', 422),
    "half a surrogate": (b'{"payload": "\\ud800"}', 400),
}


@pytest.mark.parametrize(("data", "status"), BAD.values(), ids=BAD)
def test_what_cant_be_sent(data: bytes, status: int) -> None:
    async def main() -> None:
        async with served() as at:
            answer = await at.call("POST", f"{ONE}/messages", data=data, headers=JSON, token=None)
            assert (answer.status, list(answer.body)) == (status, ["message"])
            assert list(at.platform.device(700001).messages) == []

    asyncio.run(main())


def test_a_long_text_goes_in_parts() -> None:
    async def main() -> None:
        async with served() as at:
            for text, parts in (("x" * 161, 2), ("я" * 140, 3), ("€" * 100, 2)):
                answer = await at.call("POST", f"{ONE}/messages", {"payload": text}, token=None)
                sent = [at.platform.device(700001).messages[key] for key in answer.body["ids"]]
                assert "".join(sms.payload for sms in sent) == text
                assert [sms.part.number for sms in sent] == list(range(1, parts + 1))

    asyncio.run(main())


async def events(at: Served, path: str, wanted: str) -> dict[str, object]:
    """The first event of that name on a stream."""
    async with at.session.get(at.running.api + path) as answer:
        assert answer.content_type == "text/event-stream"
        name = ""
        async for line in answer.content:
            key, _, value = line.decode().rstrip("\n").partition(": ")
            name = value if key == "event" else name
            if key == "data" and name == wanted:
                found: dict[str, object] = json.loads(value)
                return found
    raise AssertionError("the stream has ended")


def test_the_traffic_of_a_modem() -> None:
    async def main() -> None:
        async with served() as at:
            station = at.simulation.stations[0]
            station.wire.receive(b"AT+CSQ\r", station.pty)
            line = await asyncio.wait_for(events(at, f"{ONE}/traffic", "line"), 10)
            assert (line["way"], line["text"]) == (">>", "AT+CSQ<CR>")

    asyncio.run(main())


def test_what_nobody_tells_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A modem whose cable is out, for a page that is open."""
    monkeypatch.setattr(live, "LOOK_S", 0.01)

    async def main() -> None:
        async with served() as at:
            seen = asyncio.create_task(events(at, "/portal/api/events", "modem"))
            found = await asyncio.wait_for(seen, 10)
            assert found["device"] == 700001

    asyncio.run(main())


def test_a_browser_that_sleeps_is_told_to_load_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_BEHIND", 5)

    async def main() -> None:
        channel = Channel()
        assert not channel.heard
        with channel.listen() as behind, channel.listen() as awake:
            for number in range(8):
                channel.send("sms", number)
                assert await anext(awake) == f"event: sms\ndata: {number}\n\n"
            assert await anext(behind) == "event: reload\ndata: {}\n\n"
            assert await anext(behind) == "event: sms\ndata: 5\n\n"
        assert not channel.heard

    asyncio.run(main())
