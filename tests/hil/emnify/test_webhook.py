"""The webhook's receiver, over real HTTP on the loopback."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import time
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import jwt
import pytest

from hil.emnify.errors import RequestError
from hil.emnify.events import Event, EventError, MoSms, Receipt, parse_event
from hil.emnify.joining import Joiner
from hil.emnify.listening import ListenError
from hil.emnify.models import SmsStatus
from hil.emnify.webhook import MAX_BODY_BYTES, Receiver, listening

SECRET = "a secret that is long enough for every one of the HMAC algorithms, SHA-512 too"
MO: dict[str, Any] = {
    "id": 9000002,
    "endpoint": {"id": 700001, "name": "Pump 7"},
    "organisation": {"id": 4242},
    "source_address": "423000000000001",
    "dest_address": "12345",
    "payload": "APN OK em",
    "dcs": 0,
    "pid": 0,
    "multi_part_info": {"partno": 1, "total": 1, "identifier": "9000002"},
    "submit_date": "2026-01-02 03:04:05",
}
RECEIPT: dict[str, Any] = {
    "id": 9000001,
    "status": {"status": "DELIVERED", "id": 4},
    "endpoint": {"id": 700001, "name": "Pump 7"},
    "organisation": {"id": 4242},
    "submit_date": "2026-01-02 03:04:05",
    "final_date": "2026-01-02 03:04:07",
}


def part(number: int, total: int = 3, identifier: str = "77", **others: Any) -> dict[str, Any]:
    info = {"partno": number, "total": total, "identifier": identifier}
    return {**MO, "id": 100 + number, "payload": f"<{number}>", "multi_part_info": info, **others}


def signed(key: str | bytes = SECRET, algorithm: str = "HS384", **claims: Any) -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.warnings.InsecureKeyLengthWarning)
        token = jwt.encode({"iss": "somebody", **claims}, key, algorithm=algorithm)
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Bench:
    """A receiver that listens, what it gave out, and a sender."""

    receiver: Receiver
    url: str
    http: aiohttp.ClientSession
    taken: list[Event]

    async def call(
        self, method: str, body: object, headers: Mapping[str, str] | None = None
    ) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.request(method, self.url, data=data, headers=headers) as response:
            await response.read()
            return response.status

    async def post(self, body: object, headers: Mapping[str, str] | None = None) -> int:
        return await self.call("POST", body, headers)


@dataclass
class Taker:
    """Takes events; raises so many times before."""

    faults: int = 0
    events: list[Event] = field(default_factory=list)
    tried: int = 0

    def __call__(self, event: Event) -> None:
        self.tried += 1
        if self.tried <= self.faults:
            raise OSError("disk full")
        self.events.append(event)


@asynccontextmanager
async def bench(
    secret: str | None = None, take: Any = None, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Bench]:
    taker = take or Taker()
    receiver = Receiver(taker, secret=secret, clock=clock)
    async with listening(receiver, "127.0.0.1", 0) as url, aiohttp.ClientSession() as http:
        yield Bench(receiver, url, http, getattr(taker, "events", []))


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


VALID: dict[str, dict[str, str]] = {
    "HS256": signed(algorithm="HS256"),
    "HS384": signed(),
    "HS512": signed(algorithm="HS512"),
    "lasts": signed(exp=int(time.time()) + 3600),
    "foreign claims": signed(aud="/api", sub=7, jti=7, iat=int(time.time()) + 3000),
    "lower case": {"Authorization": signed()["Authorization"].replace("Bearer", "bearer")},
}
_PLAIN = signed()["Authorization"].removeprefix("Bearer ").split(".")
_DEEP = base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=")
INVALID: dict[str, dict[str, str]] = {
    "no header": {},
    "wrong key": signed("another key, as long as it has to be for those algorithms, SHA-384 too"),
    "expired": signed(exp=int(time.time()) - 3600),
    "not yet": signed(nbf=int(time.time()) + 3600),
    "none": {"Authorization": f"Bearer {jwt.encode({}, None, algorithm='none')}"},
    "no signature": {"Authorization": f"Bearer {'.'.join(_PLAIN[:2])}."},
    "another signature": {"Authorization": f"Bearer {'.'.join(_PLAIN[:2])}.{'A' * 64}"},
    "basic": {"Authorization": "Basic YTpi"},
    "no JWT": {"Authorization": "Bearer x"},
    "empty": {"Authorization": "Bearer "},
    "too deep": {"Authorization": f"Bearer {_DEEP}.e30.AAAA"},
    "not ASCII": {"Authorization": "Bearer é.é.é"},
}


@pytest.mark.parametrize("headers", VALID.values(), ids=VALID)
def test_a_jwt_of_the_secret_opens(headers: dict[str, str]) -> None:
    async def main() -> None:
        async with bench(SECRET) as b:
            assert await b.post(MO, headers) == 204
            assert await b.call("PATCH", RECEIPT, headers) == 204
        assert len(b.taken) == 2

    asyncio.run(main())


def test_a_clock_that_is_a_little_ahead_is_no_reason() -> None:
    test_a_jwt_of_the_secret_opens(signed(exp=int(time.time()) - 5))


@pytest.mark.parametrize("headers", INVALID.values(), ids=INVALID)
def test_all_else_is_refused(headers: dict[str, str]) -> None:
    async def main() -> None:
        async with bench(SECRET) as b:
            assert await b.post(MO, headers) == 401
            assert await b.call("PATCH", RECEIPT, headers) == 401
        assert b.taken == []

    asyncio.run(main())


def test_a_header_that_is_no_text_is_refused() -> None:
    async def main() -> None:
        async with bench(SECRET) as b:
            port = int(b.url.rstrip("/").rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n")
            writer.write(b"Authorization: Bearer \xe9.\xff.x\r\n\r\n{}")
            assert b" 401 " in await reader.readline()
            writer.close()
            await writer.wait_closed()

    asyncio.run(main())


def test_an_asymmetric_algorithm_is_refused() -> None:
    """Its header says RS256, its signature is an HMAC with the secret."""
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    message = f"{head}.e30"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = base64.urlsafe_b64encode(mac.sign(message.encode(), SECRET.encode())).decode()

    async def main() -> None:
        async with bench(SECRET) as b:
            token = f"{message}.{signature.rstrip('=')}"
            assert await b.post(MO, {"Authorization": f"Bearer {token}"}) == 401

    asyncio.run(main())


@pytest.mark.parametrize("key", [b"raw", b"decoded"], ids=["as it is", "as base64"])
def test_a_secret_in_base64_is_understood_both_ways(key: bytes) -> None:
    octets = bytes(range(64))
    secret = base64.b64encode(octets).decode()

    async def main() -> None:
        async with bench(secret) as b:
            used = octets if key == b"decoded" else secret.encode()
            assert await b.post(MO, signed(used)) == 204

    asyncio.run(main())


def test_a_short_secret_is_the_operators_choice() -> None:
    async def main() -> None:
        async with bench("abc") as b:
            assert await b.post(MO, signed("abc")) == 204
            assert await b.post(MO, signed("abd")) == 401

    asyncio.run(main())


def test_an_empty_secret_is_none() -> None:
    with pytest.raises(RequestError):
        Receiver(Taker(), secret="")


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


def test_a_body_that_is_not_what_its_encoding_says(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with bench() as b:
            assert await b.post(MO, {"Content-Encoding": "gzip"}) == 204

    asyncio.run(main())
    assert caplog.text == ""


def test_a_secret_that_cant_sign() -> None:
    with pytest.raises(RequestError, match="no JWT can be signed"):
        Receiver(print, secret="ssh-rsa AAAA")


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


@pytest.mark.parametrize("host", ["..", "x" * 64])
def test_a_host_that_is_none(host: str) -> None:
    async def main() -> None:
        with pytest.raises(ListenError, match="is no address"):
            async with listening(Receiver(print), host, 0):
                pytest.fail("it listens")

    asyncio.run(main())
