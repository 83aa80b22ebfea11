"""The portal's pages as pictures in docs/portal: `python -m tests.hil.emnify.portal_pictures`.

A small fleet is simulated and used a little, so that each page has something to show.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.hil.emnify.portal.bench import (
    AUTOMATION,
    CHROMIUM,
    CHROMIUM_ARGS,
    PATIENCE_S,
    Platform,
    Receiver,
    http_json,
    simulated,
    webhook,
)

PICTURES = Path(__file__).parents[3] / "docs" / "portal"
DESKTOP, PHONE = (1280, 800), (390, 844)
NAMES = ("Pump 7", "Cold store", "Lift 2", "Gate north", "Weather mast", "Meter 0815")
CONVERSATION = ("#7K APN em", "STATUS", "APN nosuch.apn", "<script>alert('only text')</script>")
CONFIG = """\
[modem]
port = "{port}"
[reply]
to = "1234"
[access]
senders = ["12345"]
[apn]
verify_timeout_s = 10
[store]
path = "{home}/store/modem-helper.db"
[control]
socket = "{home}/control.sock"
"""


def main() -> int:
    """Take them all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        webhook() as hook,
        simulated(Path(folder) / "complaints", len(NAMES)) as platform,
        sync_playwright() as playwright,
    ):
        settle_in(platform, hook, Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        take_all(browser, platform)
        browser.close()
    return 0


def settle_in(platform: Platform, hook: Receiver, home: Path) -> None:
    """Names, policies, messages, deliveries and a run."""
    for number, name in enumerate(NAMES):
        platform.call("PATCH", f"devices/{platform.device(number)}", {"name": name})
    standard = platform.call("GET", f"devices/{platform.device()}")["policy"]["id"]
    field = platform.call("POST", "policies", {"name": "Field devices"})["id"]
    limits = {"mt_limit": platform.call("GET", "policies")["limits"][-1], "p2p_ext": False}
    platform.call("PATCH", f"policies/{standard}", limits)
    platform.call("PUT", f"policies/{standard}/webhook", {"url": hook.url, "secret": "x" * 64})
    for number in (3, 4):
        platform.call("PATCH", f"devices/{platform.device(number)}", {"policy": field})
    platform.call("PATCH", f"devices/{platform.device(5)}", {"enabled": False})
    away = {"action": "coverage", "on": False}
    platform.call("POST", f"devices/{platform.device(2)}/modem", away)
    send(platform, 2, "APN em")
    talk(platform, hook, home)
    platform.call("PUT", "automations", {"source": AUTOMATION})
    url = platform.call("GET", "automations")["automations"][0]["hook"]
    for device in (platform.device(1), 4711):
        http_json("POST", url, {"device": device})


def send(platform: Platform, number: int, text: str) -> None:
    """An SMS to a device."""
    message = {"payload": text, "source_address": "12345"}
    platform.call("POST", f"devices/{platform.device(number)}/messages", message)


def talk(platform: Platform, hook: Receiver, home: Path) -> None:
    """The first device's conversation with the program itself. Its webhook fails once."""
    config = home / "config.toml"
    config.write_text(CONFIG.format(port=platform.modems[0]["port"], home=home))
    command = [sys.executable, "-m", "cli", "run", "--config", str(config)]
    with (home / "log").open("w") as log, subprocess.Popen(command, stderr=log) as program:
        hook.answers += [204, 503]
        for number, text in enumerate(CONVERSATION, 1):
            send(platform, 0, text)
            until_answered(platform, number)
        program.terminate()


def until_answered(platform: Platform, answers: int) -> None:
    """Wait for so many messages from the first device."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        messages = platform.call("GET", f"devices/{platform.device()}/messages")["messages"]
        if sum(message["direction"] == "MO" for message in messages) >= answers:
            return
        time.sleep(0.05)
    raise AssertionError(f"the device hasn't sent {answers} SMS within {PATIENCE_S:g} s")


@contextmanager
def opened(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, scheme: str = "light"
) -> Iterator[Page]:
    """A page that is filled and live."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(url)
    page.get_by_text("Live", exact=True).wait_for()
    page.get_by_role("heading", level=1).wait_for()
    # it has loaded again after the stream began, and nothing more is on its way
    page.wait_for_timeout(500)
    yield page
    page.close()


def take_all(browser: Browser, platform: Platform) -> None:
    """Each page, and what opens in one."""
    url, device = platform.portal, platform.device()
    standard = platform.call("GET", f"devices/{device}")["policy"]["id"]
    for name, path, size, scheme in (
        ("devices-dark", "", DESKTOP, "dark"),
        ("device", f"devices/{device}", (1280, 1180), "light"),
        ("device-phone", f"devices/{device}", PHONE, "light"),
        ("devices-phone", "", PHONE, "light"),
        ("policies", "policies", DESKTOP, "light"),
        ("policy", f"policies/{standard}", DESKTOP, "light"),
        ("automations", "automations", DESKTOP, "light"),
    ):
        with opened(browser, url + path, size, scheme) as page:
            shoot(page, name)
    take_webhook(browser, f"{url}policies/{standard}")
    take_deliveries(browser, f"{url}deliveries")
    take_bulk(browser, url)


def take_webhook(browser: Browser, url: str) -> None:
    """The dialog of a webhook."""
    with opened(browser, url) as page:
        page.get_by_role("button", name="Change webhook").click()
        shoot(page, "webhook")


def take_deliveries(browser: Browser, url: str) -> None:
    """The log, with the delivery that needed two tries open."""
    with opened(browser, url) as page:
        retried = page.locator("table.deliveries tbody").filter(has_text="#7K OK")
        retried.get_by_role("button", name="Details").click()
        shoot(page, "deliveries")


def take_bulk(browser: Browser, url: str) -> None:
    """The list with all picked, and what became of an SMS to all."""
    with opened(browser, url) as page:
        page.get_by_label("Select all devices shown").check()
        shoot(page, "devices")
        page.get_by_role("button", name="Send SMS to").click()
        page.get_by_label("Text").fill("APN em")
        page.get_by_text("6 used").wait_for()
        shoot(page, "bulk")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("6 of 6 accepted, 4 delivered").wait_for()
        shoot(page, "bulk-result")


def shoot(page: Page, name: str) -> None:
    """One picture."""
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
