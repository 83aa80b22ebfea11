"""The report as pictures in docs/hil: `python -m tests.hil.report_pictures [RESULTS [FORMER]]`.

Of a run's results.json and a former one's, or of the samples that the tests have.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

from hil.report.summary import write
from hil.report.values import Run, load
from tests.hil.emnify.portal.bench import CHROMIUM, CHROMIUM_ARGS
from tests.hil.report import samples

PICTURES = Path(__file__).parents[2] / "docs" / "hil"
WIDTH, HEIGHT = 1180, 1240
MARGIN = 8


def main(arguments: list[str]) -> int:
    """Take them all."""
    runs = [load(Path(name)) for name in arguments]
    run = runs[0] if runs else samples.former()
    former = runs[1] if len(runs) > 1 else None
    compared, beside = (run, former) if runs else (samples.later(), samples.former())
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        plain = opened(browser, run, former, Path(folder) / "plain")
        plain.screenshot(path=PICTURES / "report.png")
        take(longest(plain), "timeline")
        if beside is not None:
            page = opened(browser, compared, beside, Path(folder) / "compared")
            take(page.locator("section").first, "report-compare")
        browser.close()
    return 0


def opened(browser: Browser, run: Run, former: Run | None, folder: Path) -> Page:
    """The page of a run."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto(write(run, folder, former).as_uri())
    return page


def longest(page: Page) -> Locator:
    """The picture that says most: of a command and its answer, if there is one. It is opened."""
    page.evaluate("for (const test of document.querySelectorAll('.test')) test.open = false")
    tests = page.locator(".test", has=page.locator("figure:has(figcaption)"))
    whole = tests.filter(has_text="test_ping")
    test = (whole if whole.count() else tests).first
    test.locator("summary").first.click()
    return test.locator("figure:has(figcaption)").first


def take(part: Locator, name: str) -> None:
    """One picture of a part of a page, with a margin."""
    part.page.evaluate("window.scrollTo(0, 0)")
    box = part.bounding_box()
    assert box is not None, f"there is nothing to see of {name}"
    clip: FloatRect = {
        "x": box["x"] - MARGIN,
        "y": box["y"] - MARGIN,
        "width": box["width"] + 2 * MARGIN,
        "height": box["height"] + 2 * MARGIN,
    }
    part.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
