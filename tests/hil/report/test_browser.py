"""The report in Chromium: filters, folding by keyboard, a phone's width, a silent console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hil.report.summary import write
from hil.report.values import Run
from tests.hil.report import samples
from tests.hil.report.test_page import ATTACKS, filled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESKTOP, PHONE = (1280, 800), (360, 740)
Opener = Callable[..., "Page"]


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Writes a run and opens its page. Nothing may be said in the console or asked for."""
    faults: list[str] = []
    context = browser.new_context()

    def opened(
        run: Run, former: Run | None = None, size: tuple[int, int] = DESKTOP, scheme: str = "light"
    ) -> Page:
        url = write(run, tmp_path / "run", former).as_uri()
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.on("console", lambda message: faults.append(message.text))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: faults.append(asked.url) if asked.url != url else None)
        page.goto(url)
        return page

    yield opened
    context.close()
    assert faults == []


def shown(page: Page) -> list[str]:
    """The ids of the tests that are seen."""
    return page.locator(".test:visible .title > .id").all_inner_texts()


def test_filters(open_report: Opener) -> None:
    page = open_report(samples.later(), samples.former())
    assert len(shown(page)) == len(samples.later().tests)
    page.get_by_label("Failed 2").check()
    assert shown(page) == ["test_unicode", "test_burst"]
    assert page.locator("h3:visible").all_inner_texts() == ["Messages", "Daemon"]
    page.get_by_label("Slower 3").check()
    assert shown(page) == ["test_registration", "test_signal", "test_mt[160]"]
    page.get_by_label("Skipped 4").check()
    assert len(shown(page)) == 4
    page.get_by_label("All 16").check()
    assert len(shown(page)) == 16


def test_filters_by_keyboard(open_report: Opener) -> None:
    page = open_report(samples.later(), samples.former())
    page.get_by_label("All 16").focus()
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["test_unicode", "test_burst"]


def test_filters_that_would_show_nothing_are_off(open_report: Opener) -> None:
    page = open_report(samples.former())
    assert page.get_by_label("Failed 0").is_disabled()
    assert page.get_by_label("Slower 0").is_disabled()


def test_a_test_opens_by_keyboard(open_report: Opener) -> None:
    page = open_report(samples.former())
    test = page.locator(".test", has_text="test_status")
    assert not test.locator(".transcript").is_visible()
    test.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert test.locator(".transcript").is_visible()
    assert test.locator("figure").is_visible()
    # what scrolls is reached by keyboard, too
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "FIGURE"


def test_failed_tests_are_open_and_the_burst_unfolds(open_report: Opener) -> None:
    page = open_report(samples.later())
    test = page.locator(".test", has_text="test_burst")
    assert test.get_by_text("BenchBroke:").is_visible()
    figures = test.locator("figure:visible")
    assert figures.count() == 1
    test.get_by_text("7 messages one by one").click()
    assert figures.count() == 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_page_does_not_scroll_sideways(
    open_report: Opener, size: tuple[int, int], scheme: str
) -> None:
    page = open_report(samples.later(), samples.former(), size, scheme)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_words_without_a_space_do_not_widen_it(open_report: Opener) -> None:
    page = open_report(filled("0" * 300), None, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_attacks_stay_text(open_report: Opener) -> None:
    words = " ".join(ATTACKS)
    page = open_report(filled(words), filled(words))
    assert page.evaluate("document.querySelectorAll('script, img, body style').length") == 0
    assert "<script>alert(1)</script>" in page.locator("h1").inner_text()
