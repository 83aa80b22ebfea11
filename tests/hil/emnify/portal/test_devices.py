"""Connected devices in a browser: the list, its search, and an SMS to several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.hil.emnify.portal.bench import Platform
from tests.hil.emnify.portal.conftest import PHONE, Opener

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

expect = pytest.importorskip("playwright.sync_api", reason="no playwright").expect


def rows(page: Page) -> Locator:
    return page.locator("table.devices tbody tr:visible")


def result(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=name)


def name_of(platform: Platform, number: int) -> str:
    name: str = platform.call("GET", f"devices/{platform.device(number)}")["name"]
    return name


def start_bulk(page: Page, text: str) -> None:
    page.get_by_label("Select all devices shown").check()
    page.get_by_role("button", name="Send SMS to").click()
    page.get_by_label("Text").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_the_list_and_its_search(platform: Platform, open_page: Opener) -> None:
    page = open_page()
    expect(page).to_have_title(re.compile("Connected devices"))
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_text("3 devices")).to_be_visible()
    second = platform.modems[1]
    for key in ("iccid", "msisdn", "imsi", "imei"):
        page.get_by_label("Search devices").fill(second[key])
        expect(page.get_by_text("1 of 3 devices")).to_be_visible()
        expect(rows(page)).to_contain_text(second["iccid"])
    page.get_by_label("Search devices").fill("no such device")
    expect(page.get_by_text("No device matches.")).to_be_visible()
    page.get_by_label("Search devices").fill("")
    expect(rows(page)).to_have_count(3)


def test_the_status_is_live_and_a_filter(platform: Platform, open_page: Opener) -> None:
    page = open_page()
    attached = page.get_by_role("button", name=re.compile("^Attached"))
    offline = page.get_by_role("button", name=re.compile("^Offline"))
    expect(attached).to_contain_text("3")
    away = {"action": "coverage", "on": False}
    platform.call("POST", f"devices/{platform.device(2)}/modem", away)
    expect(offline).to_contain_text("1")
    offline.click()
    expect(offline).to_have_attribute("aria-pressed", "true")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(platform.modems[2]["iccid"])
    expect(rows(page)).to_contain_text("Offline")
    # what comes back leaves the filtered list
    platform.call("POST", f"devices/{platform.device(2)}/modem", away | {"on": True})
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name=re.compile("^All")).click()
    expect(rows(page)).to_have_count(3)


def test_select_all_takes_what_is_shown(platform: Platform, open_page: Opener) -> None:
    page = open_page()
    page.get_by_label("Search devices").fill(platform.modems[0]["iccid"])
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Select all devices shown").check()
    expect(page.get_by_role("button", name="Send SMS to 1")).to_be_visible()
    page.get_by_label("Search devices").fill("")
    expect(page.get_by_label("Select all devices shown")).not_to_be_checked()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name="Send SMS to")).to_be_hidden()


def test_an_sms_to_all_with_what_became_of_each(platform: Platform, open_page: Opener) -> None:
    closed = platform.call("POST", "policies", {"name": "Closed"})["id"]
    platform.call("PATCH", f"policies/{closed}", {"mt": False})
    platform.call("PATCH", f"devices/{platform.device(1)}", {"policy": closed})
    away = {"action": "coverage", "on": False}
    platform.call("POST", f"devices/{platform.device(2)}/modem", away)
    page = open_page()
    start_bulk(page, "APN em")
    expect(page.get_by_text("2 of 3 accepted, 1 delivered, 1 error")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "3")
    expect(result(page, name_of(platform, 0))).to_contain_text("Delivered")
    expect(result(page, name_of(platform, 1))).to_contain_text("not allowed")
    expect(result(page, name_of(platform, 2))).to_contain_text("Buffered")
    # and each goes on as the network does
    platform.call("POST", f"devices/{platform.device(2)}/modem", away | {"on": True})
    expect(page.get_by_text("2 of 3 accepted, 2 delivered, 1 error")).to_be_visible()
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for number, texts in ((0, ["APN em"]), (1, []), (2, ["APN em"])):
        messages = platform.call("GET", f"devices/{platform.device(number)}/messages")["messages"]
        assert [each["payload"] for each in messages] == texts


@pytest.mark.parametrize("platform", [6], indirect=True)
@pytest.mark.parametrize("how", ["button", "Escape"])
def test_stop_sends_no_more(platform: Platform, open_page: Opener, how: str) -> None:
    page = open_page()
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route))
    start_bulk(page, "PING")
    expect(page.get_by_text("sending…")).to_have_count(4)
    if how == "button":
        page.get_by_role("button", name="Stop").click()
    else:
        page.keyboard.press("Escape")
    for route in held:
        route.continue_()
    expect(page.get_by_text("4 of 6 accepted, 4 delivered, stopped")).to_be_visible()
    expect(page.get_by_text("not sent")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_disable_and_enable_several(platform: Platform, open_page: Opener) -> None:
    page = open_page()
    page.get_by_label("Select all devices shown").check()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("3 devices disabled")).to_be_visible()
    expect(rows(page).filter(has_text="Disabled")).to_have_count(3)
    page.get_by_role("button", name="Enable").click()
    expect(rows(page).filter(has_text="Disabled")).to_have_count(0)
    statuses = [row["status"] for row in platform.call("GET", "devices")["devices"]]
    assert statuses == ["Enabled"] * 3


def test_a_device_named_in_markup(platform: Platform, open_page: Opener) -> None:
    name = "<img src=x onerror=alert(1)><b>Pump</b>"
    platform.call("PATCH", f"devices/{platform.device()}", {"name": name})
    page = open_page()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_by_keyboard_alone(platform: Platform, open_page: Opener) -> None:
    page = open_page()
    keys = page.keyboard
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    expect(page.get_by_label("Search devices")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    keys.type(platform.modems[0]["iccid"])
    expect(rows(page)).to_have_count(1)
    for _ in range(6):  # the five filters, then the box of all
        keys.press("Tab")
    expect(page.get_by_label("Select all devices shown")).to_be_focused()
    keys.press("Space")
    send = page.get_by_role("button", name="Send SMS to 1")
    for _ in range(4):  # box, name and policy of the row, then the bar
        keys.press("Tab")
    expect(send).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_label("Text")).to_be_focused()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(send).to_be_focused()
    keys.press("Enter")
    keys.type("PING")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_text("1 of 1 accepted, 1 delivered")).to_be_visible()
    expect(page.get_by_role("button", name="Close").last).to_be_focused()


def test_back_and_forward(platform: Platform, open_page: Opener) -> None:
    page = open_page()
    page.get_by_role("link", name=name_of(platform, 0)).click()
    expect(page).to_have_url(f"{platform.portal}devices/{platform.device()}")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("link", name="Device policies").click()
    expect(page.get_by_role("heading", name="Device policies")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=name_of(platform, 0))).to_be_visible()
    page.go_back()
    expect(rows(page)).to_have_count(3)


def test_a_device_that_is_not_there(open_page: Opener) -> None:
    page = open_page("devices/4711")
    expect(page.get_by_text("4711")).to_be_visible()


# Each page, and something that is there once it is filled.
PAGES = {
    "": "Cold-store",
    "devices/{device}": "wordword",
    "policies": "Webhook",
    "policies/{policy}": "Change webhook",
    "deliveries": "127.0.0.1:9",
    "automations": "No automations yet.",
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "devices")
def test_no_page_is_wider_than_a_phone(platform: Platform, open_page: Opener, path: str) -> None:
    device = platform.device()
    policy = platform.call("GET", f"devices/{device}")["policy"]["id"]
    nobody = {"url": "http://127.0.0.1:9/" + "sms" * 40}  # the discard port: refused
    platform.call("PUT", f"policies/{policy}/webhook", nobody)
    platform.call("PATCH", f"devices/{device}", {"name": "Cold-store-" * 9})
    body = {"payload": "word" * 30, "source_address": "12345"}
    platform.call("POST", f"devices/{device}/messages", body)
    page = open_page(path.format(device=device, policy=policy), size=PHONE)
    expect(page.locator("#page")).to_contain_text(PAGES[path])
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0
