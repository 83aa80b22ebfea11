"""Schemathesis against the platform's own description: whatever is sent, no 500, no odd answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hil.emnify.simulator.records import Via
from hil.emnify.simulator.rest.app import OPENAPI_PATH, ROUTES
from hil.emnify.simulator.rest.calls import Route
from hil.emnify.simulator.wire_form import Outgoing
from tests.hil.emnify.simulator.served import served

schemathesis = pytest.importorskip("schemathesis")
conformance = pytest.importorskip("schemathesis.specs.openapi.checks")
CHECKS = [
    pytest.importorskip("schemathesis.checks").not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]

# What is there: two devices with SIMs, and one SMS, callback and secret that nothing uses.
KNOWN = {
    "endpoint_id": 700_001,
    "sms_id": 9_000_001,
    "sim_id": 800_001,
    "profile_id": 400_001,
    "service_id": 6,
    "callback_id": 600_001,
    "secret_id": 600_002,
    "limit_id": 1,
}
# What can be deleted: a device without a SIM, a policy that no device has.
SPARE = {
    ("DELETE", "/api/v1/endpoint/{endpoint_id}"): 700_003,
    ("DELETE", "/api/v1/service_profile/{profile_id}"): 400_002,
}
# Fields of bodies that are of use only with what is there, or with what means something.
FIELDS: dict[str, object] = {
    "service_profile": {"id": 400_001},
    "sim": {"id": None},
    "api_callback": {"id": 600_001},
    "api_secret": {"id": 600_002},
    "url": "http://127.0.0.1:9/hook",
    "expiry_date": None,
    "source_address": "12345",
    "source_address_type": {"id": 161},
    "udh": "",
    "dcs": 0,
    "secret": "a secret",
}


class Background:
    """A platform in a thread of its own: the tool blocks its thread."""

    def __init__(self) -> None:
        self.ready: Future[tuple[str, str, str]] = Future()
        self._ended: Future[asyncio.Event] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)

    def start(self) -> tuple[str, str, str]:
        """Base URL, JWT and application token."""
        self._thread.start()
        return self.ready.result(30)

    def stop(self) -> None:
        """End it, and wait for that."""
        loop, ended = self._loop, self._ended.result(30)
        loop.call_soon_threadsafe(ended.set)
        self._thread.join(30)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        self._ended.set_result(ended)
        async with served(modems=2) as at:
            at.simulation.stations[0].modem.set_coverage(False)
            device = at.platform.device(700_001)
            at.platform.terminated.send(device, Outgoing("waits"), Via.REST)
            at.platform.add_callback("http://127.0.0.1:9/hook")
            at.platform.add_secret("a secret")
            at.platform.add_device("spare", device.policy)
            at.platform.add_policy("spare")
            for policy in at.platform.policies.values():
                policy.limits[6] = 10  # so that there is one to take away
            self.ready.set_result((at.running.api, at.token, at.running.application_token))
            await ended.wait()


@pytest.fixture
def platform() -> Iterator[tuple[str, str, str]]:
    made = Background()
    yield made.start()
    made.stop()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_no_call_breaks_it(platform: tuple[str, str, str], route: Route) -> None:
    """Random calls by the description, right and wrong ones, to one operation; some succeed."""
    base, token, application_token = platform
    schema = schemathesis.openapi.from_url(f"{base}{OPENAPI_PATH}")
    operation = schema[route.path][route.method]
    headers = {"Authorization": f"Bearer {token}"}
    statuses: set[int] = set()

    @settings(
        max_examples=40,
        derandomize=True,  # `make test` says the same twice
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.integers(0, 3))
    def play(case: Any, known: int) -> None:
        # An id that is drawn by lot is nobody's, and three wrong tokens lock out.
        if known or route.public:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = SPARE.get((route.method, route.path), KNOWN[name])
            if isinstance(case.body, dict):
                given_fields = {**FIELDS, "application_token": application_token}
                case.body.update({k: v for k, v in given_fields.items() if k in case.body})
            if known == 3 and isinstance(case.query, dict):
                case.query = {}
        statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    play()
    assert route.status in statuses
