"""A platform of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hil.emnify.portal.bench import Platform, Receiver, simulated, webhook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

Opener = Callable[..., "Page"]
DESKTOP, PHONE = (1280, 800), (360, 740)


@pytest.fixture
def platform(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Platform]:
    """Three devices, or as many as the test is parametrized with."""
    pytest.importorskip("aiohttp", reason="the platform needs the extra `bench`")
    errors = tmp_path / "complaints"
    with simulated(errors, getattr(request, "param", 3)) as platform:
        yield platform
        assert platform.process.poll() is None, errors.read_text()
    assert errors.read_text() == ""


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with webhook() as receiver:
        yield receiver


@pytest.fixture
def open_page(browser: Browser, platform: Platform) -> Iterator[Opener]:
    """Opens a page of the portal. No script may fail, nothing may be asked of another host."""
    faults: list[str] = []

    def said(message: ConsoleMessage) -> None:
        # a refused call is in the console too; what becomes of it is the test's concern
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(platform.portal):
            faults.append(f"asked for {request.url}")

    context = browser.new_context()

    def opened(path: str = "", size: tuple[int, int] = DESKTOP) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.on("console", said)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", asked)
        page.goto(platform.portal + path)
        page.get_by_text("Live", exact=True).wait_for()
        return page

    yield opened
    context.close()
    assert faults == []
