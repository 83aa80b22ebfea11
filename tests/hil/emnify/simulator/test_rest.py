"""The REST API over HTTP: paths, statuses, bodies and headers, as the facts have them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.hil.emnify.simulator.served import Served, eventually, served

ONE = "/api/v1/endpoint/700001"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")


def run(story: Callable[[Served], Awaitable[None]], **options: Any) -> None:
    """A story with a platform that listens."""

    async def main() -> None:
        async with served(**options) as platform:
            await story(platform)

    asyncio.run(main())


async def settled(at: Served, sms_id: int, device: int = 700001) -> dict[str, Any]:
    """A message, once it has come to its end."""

    async def final() -> dict[str, Any] | None:
        answer = await at.call("GET", f"/api/v1/endpoint/{device}/sms/{sms_id}")
        found: dict[str, Any] = answer.body
        return found if found["status"]["id"] >= 4 else None

    return await eventually(final, "the message is final")


def test_an_sms_in_the_recorded_shapes() -> None:
    async def story(at: Served) -> None:
        body = {"payload": "APN em", "source_address": "12345", "source_address_type": {"id": 161}}
        answer = await at.call("POST", f"{ONE}/sms", body)
        assert (answer.status, answer.body, answer.headers["Content-Length"]) == (201, None, "0")
        assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
        base, _, key = answer.headers["Location"].rpartition("/")
        assert base == f"{at.running.api}{ONE}/sms"
        assert answer.headers["Location"].split("/")[8] == key  # as third parties parse it
        sms = await settled(at, int(key))
        assert sms["status"] == {"description": "DELIVERED", "id": 4}
        strings = ("retry_count", "dcs", "pid", "endpoint_id", "sim_id", "organisation_id")
        assert all(isinstance(sms[name], str) for name in strings)
        assert (sms["id"], sms["endpoint_id"]) == (int(key), "700001")
        assert sms["source_address_type"] == {"description": "National", "id": 161}
        assert sms["sms_type"] == {"description": "MT", "id": 1}
        assert DATE.fullmatch(sms["submit_date"])
        assert DATE.fullmatch(sms["final_date"])
        assert (sms["gsm_map_error"], sms["msc"], "endpoint" in sms) == (None, None, False)
        assert (await at.call("GET", f"{ONE}/sms")).body == [sms]

    run(story)


def test_a_payload_alone_and_an_old_style_sender() -> None:
    async def story(at: Served) -> None:
        await at.call("POST", f"{ONE}/sms", {"payload": "x"})
        await at.call("POST", f"{ONE}/sms", {"payload": "x", "source_address": 12345})
        newest, oldest = (await at.call("GET", f"{ONE}/sms")).body
        assert (oldest["source_address"], oldest["source_address_type"]["id"]) == ("", 161)
        assert newest["source_address"] == "12345"

    run(story)


def test_a_number_with_a_point_is_a_number() -> None:
    async def story(at: Served) -> None:
        body = b'{"payload": "x", "dcs": 8.0, "source_address_type": {"id": 1.61e2}}'
        answer = await at.call("POST", f"{ONE}/sms", data=body)
        assert answer.status == 201
        (sms,) = (await at.call("GET", f"{ONE}/sms")).body
        assert (sms["dcs"], sms["source_address_type"]["id"]) == ("8", 161)

    run(story)


def test_cancelling() -> None:
    async def story(at: Served) -> None:
        at.simulation.stations[0].modem.set_coverage(False)
        answer = await at.call("POST", f"{ONE}/sms", {"payload": "x"})
        path = answer.headers["Location"].removeprefix(at.running.api)
        answer = await at.call("DELETE", path)
        assert (answer.status, answer.body) == (200, None)
        assert (await at.call("GET", path)).body["status"] == {"description": "CANCELED", "id": 7}
        answer = await at.call("DELETE", path)
        assert (answer.status, answer.body["error_token"]) == (409, "NotAllowed")

    run(story)


def test_devices_in_pages_filtered_and_sorted() -> None:
    async def story(at: Served) -> None:
        answer = await at.call("GET", "/api/v1/endpoint?per_page=2&page=2&sort=-id")
        assert [device["id"] for device in answer.body] == [700001]
        counts = {name: answer.headers[name] for name in answer.headers if name.startswith("X-")}
        assert counts == {
            "X-Count-Per-Page": "2",
            "X-Current-Page": "2",
            "X-Total-Pages": "2",
            "X-Total-Count": "3",
            "X-Sort": "-id",
        }
        await at.call("PATCH", ONE, {"name": "Pump 7", "tags": "sensor, north"})
        for query in ("name:pump", "tags:sensor", "id:700001", "name:pump,status:0"):
            answer = await at.call("GET", f"/api/v1/endpoint?q={query}")
            assert [device["id"] for device in answer.body] == [700001], query
        assert (await at.call("GET", "/api/v1/endpoint?q=status:1")).body == []
        for query, token in (
            ("q=colour:red", "InvalidQueryCriteria"),
            ("q=status", "InvalidQueryCriteria"),
            ("sort=colour", "InvalidSortCriteria"),
            ("page=0", "InvalidQueryCriteria"),
            ("page=٣", "InvalidQueryCriteria"),
            ("per_page=999999", "InvalidQueryCriteria"),
        ):
            answer = await at.call("GET", f"/api/v1/endpoint?{query}")
            assert (answer.status, answer.body["error_token"]) == (422, token), query

    run(story, modems=3)


def test_a_device_is_disabled_and_enabled() -> None:
    async def story(at: Served) -> None:
        status = f"{ONE}/connectivity"
        assert (await at.call("GET", status)).body["status"] == {"description": "ONLINE"}
        answer = await at.call("PATCH", ONE, {"status": {"id": 1}})
        assert (answer.status, answer.body) == (204, None)
        found = (await at.call("GET", ONE)).body
        assert found["status"] == {"id": 1, "description": "Disabled"}
        answer = await at.call("GET", status)
        assert answer.body == {"status": {"description": "BLOCKED"}, "services": []}
        await at.call("PATCH", ONE, {"status": {"id": 0}})

        async def online() -> Any:
            body = (await at.call("GET", status)).body
            return body if body["status"]["description"] == "ONLINE" else None

        body = await eventually(online, "it is online again")
        assert (body["pdp_context"]["apn"], "location" in body) == ("em", True)

    run(story)


@pytest.mark.parametrize("what", ["location", "pdp_context"])
def test_a_reset_of_connectivity(what: str) -> None:
    async def story(at: Served) -> None:
        before = (await at.call("GET", ONE)).body["ip_address"]
        answer = await at.call("PATCH", f"{ONE}/connectivity", {what: None})
        assert answer.status == 204

        async def other_address() -> bool:  # it registers again, and gets another one
            return (await at.call("GET", ONE)).body["ip_address"] not in (before, None)

        await eventually(other_address, "it has another address")

    run(story)


def test_a_policy_with_its_webhook() -> None:
    async def story(at: Served) -> None:
        async def made(path: str, body: dict[str, Any]) -> int:
            answer = await at.call("POST", path, body)
            assert (answer.status, answer.body) == (201, None)
            return int(answer.headers["Location"].rpartition("/")[2])

        url = "http://127.0.0.1:1/hook"
        callback = await made("/api/v1/api_callback", {"url": url})
        secret = await made("/api/v1/api_secret", {"secret": "s3cret"})
        body = {"name": "Fleet", "sms_p2p_ext": False, "api_callback": {"id": callback}}
        policy = await made("/api/v1/service_profile", body)
        path = f"/api/v1/service_profile/{policy}"
        assert (await at.call("PATCH", path, {"api_secret": {"id": secret}})).status == 204
        found = (await at.call("GET", path)).body
        assert (found["name"], found["sms_p2p_ext"], found["sms_p2p_int"]) == ("Fleet", False, True)
        assert (found["api_callback"]["url"], found["api_secret"]["id"]) == (url, secret)
        assert "s3cret" not in json.dumps(
            [found, (await at.call("GET", "/api/v1/api_secret")).body]
        )
        assert found["esme_interface_type"] == {"id": 1, "description": "RestAPI"}
        assert [service["id"] for service in found["service"]] == [6, 32, 38]

        for kind, key in (("api_callback", callback), ("api_secret", secret)):
            assert (await at.call("DELETE", f"/api/v1/{kind}/{key}")).status == 409
            assert (await at.call("PATCH", path, {kind: {"id": None}})).status == 204
            assert (await at.call("DELETE", f"/api/v1/{kind}/{key}")).status == 204
            assert (await at.call("GET", f"/api/v1/{kind}/{key}")).status == 404

        assert (await at.call("PATCH", ONE, {"service_profile": {"id": policy}})).status == 204
        assert (await at.call("DELETE", path)).status == 409  # in use

    run(story)


def test_services_and_their_limits() -> None:
    async def story(at: Served) -> None:
        (policy,) = at.platform.policies
        path = f"/api/v1/service_profile/{policy}"
        for service in (6, 32):
            assert (await at.call("DELETE", f"{path}/service/{service}")).status == 204
        answer = await at.call("POST", f"{ONE}/sms", {"payload": "x"})
        assert (answer.status, answer.body["error_code"]) == (409, 1406)
        assert (await at.call("PUT", f"{path}/service/6")).status == 204
        limits = (await at.call("GET", "/api/v1/service/6/traffic_limit")).body
        ten = next(limit["id"] for limit in limits if limit["value"] == 10)
        assert (await at.call("PUT", f"{path}/service/6/traffic_limit/{ten}")).status == 204
        for _ in range(10):
            assert (await at.call("POST", f"{ONE}/sms", {"payload": "x"})).status == 201
        answer = await at.call("POST", f"{ONE}/sms", {"payload": "x"})
        message = "Traffic limit of 10 MT-SMS per month exceeded"
        assert (answer.status, answer.body["message"]) == (422, message)
        assert (await at.call("DELETE", f"{path}/service/6/traffic_limit/{ten}")).status == 204
        assert (await at.call("POST", f"{ONE}/sms", {"payload": "x"})).status == 201
        answer = await at.call("DELETE", f"{path}/service/38")
        assert (answer.status, "doesn't switch Data" in answer.body["message"]) == (409, True)

    run(story)


def test_a_device_is_made_and_a_sim_moves() -> None:
    async def story(at: Served) -> None:
        (policy,) = at.platform.policies
        body = {"name": "New", "service_profile": {"id": policy}, "status": {"id": 0}}
        answer = await at.call("POST", "/api/v1/endpoint", body)
        path = answer.headers["Location"].removeprefix(at.running.api)
        found = (await at.call("GET", path)).body
        assert (found["status"]["description"], found["sim"]) == ("Disabled", None)
        sim = (await at.call("GET", ONE)).body["sim"]["id"]
        assert (await at.call("PATCH", path, {"sim": {"id": sim}})).status == 409
        taken = {**body, "sim": {"id": sim}}
        assert (await at.call("POST", "/api/v1/endpoint", taken)).status == 409
        assert len((await at.call("GET", "/api/v1/endpoint")).body) == 2
        assert (await at.call("DELETE", ONE)).status == 409
        assert (await at.call("PATCH", ONE, {"sim": {"id": None}})).status == 204
        assert (await at.call("DELETE", ONE)).status == 204
        assert (await at.call("GET", ONE)).status == 404
        change = {"sim": {"id": sim}, "status": {"id": 0}}
        assert (await at.call("PATCH", path, change)).status == 204
        answer = await at.call("PATCH", f"/api/v1/sim/{sim}", {"status": {"id": 2}})
        assert answer.status == 204
        found = (await at.call("GET", f"/api/v1/sim/{sim}")).body
        assert (found["status"]["description"], found["endpoint"]["name"]) == ("Suspended", "New")
        assert len((await at.call("GET", "/api/v1/sim")).body) == 1

    run(story)


DEEP = b"[" * 50_000
BAD: dict[str, tuple[str, str, bytes | None, int, object]] = {
    "no JSON": ("POST", f"{ONE}/sms", b"{", 400, 1000),
    "not UTF-8": ("POST", f"{ONE}/sms", b'{"payload":"\xff"}', 400, 1000),
    "half a surrogate": ("POST", f"{ONE}/sms", b'{"payload":"\\ud800"}', 400, 1000),
    "NaN": ("POST", f"{ONE}/sms", b'{"payload":NaN}', 400, 1000),
    "a number beyond all": ("POST", f"{ONE}/sms", b'{"payload":1e999}', 400, 1000),
    "deep": ("POST", f"{ONE}/sms", DEEP, 400, 1000),
    "a number of 10,000 digits": ("POST", f"{ONE}/sms", b"9" * 10_000, 400, 1000),
    "too large": ("POST", f"{ONE}/sms", b" " * 70_000, 413, 1000),
    "empty": ("POST", f"{ONE}/sms", b"", 400, 1000),
    "a list": ("POST", f"{ONE}/sms", b"[]", 422, 1400),
    "a field missing": ("POST", f"{ONE}/sms", b"{}", 422, 1400),
    "a wrong type": ("POST", f"{ONE}/sms", b'{"payload":1}', 422, 1400),
    "too long": ("POST", f"{ONE}/sms", json.dumps({"payload": "x" * 161}).encode(), 422, 1400),
    "a date that is none": (
        "POST",
        f"{ONE}/sms",
        b'{"payload":"x","expiry_date":"soon"}',
        422,
        1400,
    ),
    "binary": ("POST", f"{ONE}/sms", b'{"payload":"00","dcs":4}', 409, 1406),
    "no such device": ("POST", "/api/v1/endpoint/5/sms", b'{"payload":"x"}', 404, 1401),
    "no such SMS": ("GET", f"{ONE}/sms/5", None, 404, 1401),
    "no such policy": ("PATCH", ONE, b'{"service_profile":{"id":5}}', 404, 1401),
    "no such status": ("PATCH", ONE, b'{"status":{"id":2}}', 422, 1400),
    "an id that is none": ("GET", "/api/v1/endpoint/x", None, 404, 1201),
    "an id without end": ("GET", f"/api/v1/endpoint/{'9' * 30}", None, 404, 1201),
    "no such path": ("GET", "/api/v1/nothing", None, 404, 1201),
    "no such method": ("PUT", ONE, None, 405, 1201),
    **{
        f"a URL that is none, {url}": (
            "POST",
            "/api/v1/api_callback",
            json.dumps({"url": url}).encode(),
            422,
            1400,
        )
        for url in (
            "ftp://x",
            "http://",
            "http:///x",
            "http://..",
            "http://[::1/",
            "http://127.0.0.1:99999/",
            "http://a b/",
            "http://user:pw@host/",
        )
    },
    "a secret that is no secret": (
        "POST",
        "/api/v1/api_secret",
        b'{"secret":"ssh-rsa AAAA"}',
        422,
        1400,
    ),
    "a wrong token": (
        "POST",
        "/api/v1/authenticate",
        b'{"application_token":"wrong"}',
        401,
        1101,
    ),
}


@pytest.mark.parametrize(("method", "path", "data", "status", "code"), BAD.values(), ids=BAD)
def test_bad_input(method: str, path: str, data: bytes | None, status: int, code: object) -> None:
    async def story(at: Served) -> None:
        answer = await at.call(method, path, data=data)
        assert (answer.status, answer.body["error_code"]) == (status, code)
        assert answer.body["message"]
        assert (await at.call("GET", ONE)).status == 200  # it runs on
        assert (await at.call("GET", f"{ONE}/sms")).body == []

    run(story)


def test_errors_name_each_field() -> None:
    async def story(at: Served) -> None:
        body = {"source_address": [], "dcs": 256, "source_address_type": {}}
        answer = await at.call("POST", f"{ONE}/sms", body)
        assert (answer.status, answer.body["error_token"]) == (422, "InputValidationFailed")
        fields = {error["message"].partition(":")[0] for error in answer.body["errors"]}
        assert {"payload", "source_address", "dcs"} <= fields
        assert {error["error_token"] for error in answer.body["errors"]} <= {
            "Required",
            "InvalidFormat",
        }

    run(story)


def test_who_may_call() -> None:
    async def story(at: Served) -> None:
        for token in (None, "wrong", at.token[:-3] + "abc"):
            answer = await at.call("GET", ONE, token=token)
            assert (answer.status, set(answer.body)) == (401, {"message"})
            assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
        answer = await at.call("POST", "/api/v1/application_token", {"description": "second"})
        token = answer.body["application_token"]
        answer = await at.call(
            "POST", "/api/v1/authenticate", {"application_token": token}, token=None
        )
        assert list(answer.body) == ["auth_token"]
        assert (await at.call("GET", ONE, token=answer.body["auth_token"])).status == 200
        listed = await at.call("GET", "/api/v1/application_token")
        assert token not in json.dumps(listed.body)

    run(story)


def test_the_documented_request_limits() -> None:
    async def story(at: Served) -> None:
        statuses = [(await at.call("GET", "/api/v1/endpoint")).status for _ in range(20)]
        assert statuses[:5] == [200] * 5
        assert 429 in statuses
        answer = await at.call("GET", "/api/v1/endpoint")
        while answer.status != 429:
            answer = await at.call("GET", "/api/v1/endpoint")
        assert (answer.body["error_token"], answer.headers["Retry-After"]) == (
            "TooManyRequests",
            "1",
        )
        assert (await at.call("POST", f"{ONE}/sms", {"payload": "x"})).status == 201

    run(story, request_limits=True)
