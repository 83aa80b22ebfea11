"""Schemathesis against the platform's own description: whatever is sent, no 500, no odd answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from hil.emnify.simulator.rest.app import OPENAPI_PATH, ROUTES
from tests.hil.emnify.simulator.served import served

schemathesis = pytest.importorskip("schemathesis")

# The first of each kind; what the calls make themselves follows them.
KNOWN = {
    "endpoint_id": 700_001,
    "sms_id": 9_000_001,
    "sim_id": 800_001,
    "profile_id": 400_001,
    "service_id": 6,
    "callback_id": 600_001,
    "secret_id": 600_001,
}


class Background:
    """A platform in a thread of its own: the tool blocks its thread."""

    def __init__(self) -> None:
        self.ready: Future[tuple[str, str]] = Future()
        self._ended: Future[asyncio.Event] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)

    def start(self) -> tuple[str, str]:
        """Base URL and JWT."""
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
            self.ready.set_result((at.running.api, at.token))
            await ended.wait()


@contextmanager
def background() -> Iterator[tuple[str, str]]:
    """One, while the context lasts."""
    made = Background()
    base, token = made.start()
    try:
        yield base, token
    finally:
        made.stop()


@pytest.fixture(scope="module")
def platform() -> Iterator[tuple[str, str]]:
    with background() as at:
        yield at


def _operations() -> list[tuple[str, str]]:
    return [(route.method, route.path) for route in ROUTES]


@pytest.mark.parametrize(("method", "path"), _operations(), ids=str)
def test_no_call_breaks_it(platform: tuple[str, str], method: str, path: str) -> None:
    """Random calls by the description, right and wrong ones, to one operation."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    base, token = platform
    schema = schemathesis.openapi.from_url(f"{base}{OPENAPI_PATH}")
    operation = schema[path][method]
    headers = {"Authorization": f"Bearer {token}"}
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]

    tried = settings(
        max_examples=40,
        derandomize=True,  # `make test` says the same twice
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @tried
    @given(case=operation.as_strategy(), known=st.booleans(), second=st.booleans())
    def play(case: Any, known: bool, second: bool) -> None:
        if known:  # an id that is drawn by lot is nobody's
            for name in case.path_parameters or {}:
                case.path_parameters[name] = KNOWN.get(name, 1) + second
        case.call_and_validate(headers=headers, checks=checks)

    play()
