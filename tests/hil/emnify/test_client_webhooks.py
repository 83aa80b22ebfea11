"""Setting and clearing a policy's webhook, against a small API."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.hil.emnify.fake_api import Asked, FakeApi, empty, failing, refused, said, with_client


def policy(number: int, callback: int | None, secret: int | None, interface: int = 1) -> Any:
    return {
        "id": number,
        "name": f"Policy {number}",
        "api_callback": callback and {"id": callback},
        "api_secret": secret and {"id": secret},
        "esme_interface_type": {"id": interface},
    }


def webhook_api(*, others: int | None = None, location: bool = True) -> FakeApi:
    """Policy 5 with callback 1 and secret 2; policy 6 with callback `others`."""
    api = FakeApi()
    state: dict[str, Any] = {"policy": policy(5, 1, 2, interface=2)}

    def patched(asked: Asked) -> web.Response:
        state["policy"] = {**state["policy"], **asked.body}
        return empty()

    def made(asked: Asked) -> web.Response:
        number = 11 if "callback" in asked.path else 12
        return empty(201, **({"Location": f"{asked.path}/{number}"} if location else {}))

    urls = [{"id": 1, "url": "http://old"}, {"id": "11", "url": "http://new"}]
    api.on("GET /api/v1/service_profile", lambda _: said([{"id": 5}, {"id": 6}]))
    api.on("GET /api/v1/service_profile/5", lambda _: said(state["policy"]))
    api.on("GET /api/v1/service_profile/6", lambda _: said(policy(6, others, None)))
    api.on("PATCH /api/v1/service_profile/5", patched)
    api.on("POST /api/v1/api_callback", made)
    api.on("POST /api/v1/api_secret", made)
    api.on("GET /api/v1/api_callback", lambda _: said(urls))
    api.on("GET /api/v1/api_secret", lambda _: said([{"id": 2}, {"id": 12}]))
    for call in ("api_callback/1", "api_callback/11", "api_secret/2", "api_secret/12"):
        api.on(f"DELETE /api/v1/{call}", lambda _: empty())
    return api


def changes(api: FakeApi) -> list[tuple[str, Any]]:
    asked = [a for a in api.asked if a.method != "GET" and not a.path.endswith("authenticate")]
    return [(f"{a.method} {a.path.removeprefix('/api/v1/')}", a.body) for a in asked]


@pytest.mark.parametrize("location", [True, False], ids=["Location", "no Location"])
def test_sets_a_webhook_and_deletes_what_was_there(location: bool) -> None:
    api = webhook_api(location=location)
    with_client(api, lambda client: client.set_webhook(5, "http://new", "key"))
    assert changes(api) == [
        ("POST api_callback", {"url": "http://new"}),
        ("POST api_secret", {"secret": "key"}),
        (
            "PATCH service_profile/5",
            {
                "api_callback": {"id": 11},
                "api_secret": {"id": 12},
                "esme_interface_type": {"id": 1},
            },
        ),
        ("DELETE api_callback/1", None),
        ("DELETE api_secret/2", None),
    ]


def test_keeps_a_callback_that_another_policy_has() -> None:
    api = webhook_api(others=1)
    with_client(api, lambda client: client.clear_webhook(5))
    assert changes(api) == [
        ("PATCH service_profile/5", {"api_callback": {"id": None}, "api_secret": {"id": None}}),
        ("DELETE api_secret/2", None),
    ]


def test_a_refused_webhook_leaves_nothing_behind() -> None:
    api = webhook_api()
    api.on("PATCH /api/v1/service_profile/5", lambda _: refused(403, 1104, "Forbidden", "no"))
    error = failing(api, lambda client: client.set_webhook(5, "http://new", "key"))
    assert error.exit_code == 4
    assert [call for call, _ in changes(api)[-2:]] == [
        "DELETE api_callback/11",
        "DELETE api_secret/12",
    ]
