"""What is told of a bench's webhook: does what is sent to its address come here?"""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from hil.bench import Bench
from hil.checks import Check, Verdict
from hil.emnify.reachable import why_unreachable
from tests.hil.checking import (
    Desk,
    examined,
    verdicts,
)

# --- the receiver ---------------------------------------------------------------------------------

SECRET = "a secret that is long enough for HS256"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_a_webhook_that_leads_here(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/sms/in_here"
    found = examined(tmp_path, lambda d: d.webhook(url, port, SECRET))
    assert found.first_failure() is None
    assert verdicts(found)[Check.WEBHOOK] is verdicts(found)[Check.RECEIVER] is Verdict.OK


def test_a_webhook_that_everybody_may_call(tmp_path: Path) -> None:
    port = free_port()
    found = examined(tmp_path, lambda d: d.webhook(f"http://127.0.0.1:{port}/", port))
    assert found.first_failure() is None
    assert verdicts(found)[Check.WEBHOOK] is Verdict.WARNING


def test_a_url_that_leads_elsewhere(tmp_path: Path) -> None:
    """The simulated platform itself answers there."""

    def change(found: Desk) -> Bench:
        assert found.simulation.platform is not None
        return found.webhook(f"{found.simulation.platform.api}/portal/", free_port(), SECRET)

    failure = examined(tmp_path, change).first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.RECEIVER, 1)
    assert "leads elsewhere: something else answered there (" in failure.message
    assert "look at the proxy, tunnel or firewall" in failure.message


def test_a_url_at_which_nobody_is(tmp_path: Path) -> None:
    failure = examined(
        tmp_path, lambda d: d.webhook(f"http://127.0.0.1:{free_port()}/", free_port(), SECRET)
    ).first_failure()
    assert failure is not None
    assert (failure.check, "can't be called" in failure.message) == (Check.RECEIVER, True)


def test_a_proxy_that_changes_the_path() -> None:
    async def main() -> str | None:
        port = free_port()
        return await why_unreachable(f"http://127.0.0.1:{port}/x/sms", "127.0.0.1", port, "/sms")

    why = asyncio.run(main())
    assert why is not None
    assert why.endswith("arrives here as /x/sms")


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        url = f"http://127.0.0.1:{port}/"
        failure = examined(tmp_path, lambda d: d.webhook(url, port, SECRET)).first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.RECEIVER, 7)
    assert f"127.0.0.1:{port} is in use" in failure.message


def test_a_secret_that_is_gone(tmp_path: Path) -> None:
    def change(found: Desk) -> Bench:
        bench = found.webhook("http://127.0.0.1:9/", 9, SECRET)
        (found.home / "secret").unlink()
        return bench

    failure = examined(tmp_path, change).first_failure()
    assert failure is not None
    assert (failure.check, failure.exit_code) == (Check.RECEIVER, 78)


def test_without_the_platforms_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(_desk: Desk) -> None:
        monkeypatch.delitem(sys.modules, "hil.emnify.client")
        monkeypatch.delitem(sys.modules, "hil.emnify.session")
        monkeypatch.setitem(sys.modules, "aiohttp", None)

    failure = examined(tmp_path, change).first_failure()
    assert failure is not None
    assert failure.message == ("platform: aiohttp isn't installed; pip install 'modem-helper[hil]'")
