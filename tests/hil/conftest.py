"""A browser for each file of tests that wants one.

It does not outlive its file: as long as Playwright's loop runs, no test may call `asyncio.run`, and
other files' tests do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.hil.emnify.portal.bench import CHROMIUM, CHROMIUM_ARGS, PATIENCE_S

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    sync_api.expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()
