"""A device's page in a browser: the conversation, and the simulated modem behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.hil.emnify.portal.bench import Platform
from tests.hil.emnify.portal.conftest import Opener

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

expect = pytest.importorskip("playwright.sync_api", reason="no playwright").expect

SCRIPT = "<script>window.owned = 1</script><img src=x onerror='window.owned = 2'>"


def bubble(page: Page, text: str) -> Locator:
    return page.locator(".bubble").filter(has=page.get_by_text(text, exact=True))


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")


def of(platform: Platform, number: int = 0) -> str:
    return f"devices/{platform.device(number)}"


def test_a_conversation_in_both_directions(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    expect(page.get_by_text("No messages yet.")).to_be_visible()
    with platform.modem() as modem:
        write(page, "STATUS")
        expect(bubble(page, "STATUS")).to_contain_text("Delivered")
        expect(bubble(page, "STATUS")).to_contain_text("from 12345")
        expect(page.get_by_label("Message", exact=True)).to_have_value("")
        modem.until('+CMTI: "ME",0\r\n')
        assert modem.send_sms("12345", "OK reg=roaming") == "OK"
        expect(bubble(page, "OK reg=roaming")).to_contain_text("to 12345")
    assert page.locator(".message").nth(0).get_attribute("class") == "message mt"
    assert page.locator(".message").nth(1).get_attribute("class") == "message mo"
    page.reload()
    expect(page.locator(".bubble .text")).to_have_text(["STATUS", "OK reg=roaming"])


def test_markup_in_messages_is_text(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    with platform.modem() as modem:
        assert modem.send_sms("12345", SCRIPT) == "OK"
        expect(bubble(page, SCRIPT)).to_have_count(1)
        write(page, SCRIPT)
        expect(bubble(page, SCRIPT)).to_have_count(2)
        expect(page.locator(".mt .bubble")).to_contain_text("Delivered")
    page.reload()
    expect(bubble(page, SCRIPT)).to_have_count(2)
    assert page.locator(".conversation img, .conversation script").count() == 0
    assert page.evaluate("window.owned") is None


def test_characters_and_parts_are_counted(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    counter, text = page.locator(".counter"), page.get_by_label("Message", exact=True)
    for written, said in (
        ("", "0 used · 160 left · 1 part · GSM 7-bit"),
        ("a" * 158 + "€", "160 used · 0 left · 1 part · GSM 7-bit"),
        ("a" * 161, "161 used · 145 left · 2 parts · GSM 7-bit"),
        ("ж", "1 used · 69 left · 1 part · UCS-2"),
    ):
        text.fill(written)
        expect(counter).to_have_text(said)


def test_a_long_text_is_one_bubble(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    down, up = "All work and no play. " * 12, "No news is good news. " * 12
    write(page, down.strip())
    expect(bubble(page, down.strip())).to_contain_text("2 parts")
    with platform.modem() as modem:
        assert modem.send_sms("12345", up.strip()) == "OK"
        expect(bubble(page, up.strip())).to_contain_text("2 parts")
    expect(page.locator(".bubble")).to_have_count(2)


def test_shift_enter_begins_a_line(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    text = page.get_by_label("Message", exact=True)
    text.press_sequentially("one")
    text.press("Shift+Enter")
    text.press_sequentially("two")
    expect(text).to_have_value("one\ntwo")
    text.press("Enter")
    expect(page.locator(".bubble .text")).to_have_text("one\ntwo", use_inner_text=True)


def test_what_is_buffered_can_be_cancelled(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    coverage = page.get_by_role("switch", name="Coverage")
    expect(coverage).to_have_attribute("aria-checked", "true")
    coverage.press("Space")
    expect(coverage).to_have_attribute("aria-checked", "false")
    expect(page.get_by_text("Offline").first).to_be_visible()
    write(page, "first")
    write(page, "second")
    expect(bubble(page, "first")).to_contain_text("Buffered")
    expect(bubble(page, "second")).to_contain_text("next try")
    bubble(page, "first").get_by_role("button", name="Cancel").click()
    expect(bubble(page, "first")).to_contain_text("Cancelled")
    expect(bubble(page, "first").get_by_role("button")).to_have_count(0)
    coverage.click()
    expect(bubble(page, "second")).to_contain_text("Delivered")
    expect(bubble(page, "first")).to_contain_text("Cancelled")


def test_what_is_typed_while_one_is_under_way_is_the_next(
    platform: Platform, open_page: Opener
) -> None:
    page = open_page(of(platform))
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/messages", hold_the_first)
    with page.expect_request(lambda request: request.method == "POST"):
        write(page, "first")
    write(page, "second")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    held[0].continue_()
    expect(page.locator(".bubble .text")).to_have_text(["first", "second"])


def test_what_the_platform_refuses_is_said(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    page.get_by_label("Sender").fill("far too long a")
    write(page, "PING")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("PING")
    expect(page.locator(".bubble")).to_have_count(0)


def test_its_facts_name_and_policy(platform: Platform, open_page: Opener) -> None:
    other = platform.call("POST", "policies", {"name": "Field devices"})["id"]
    page = open_page(of(platform, 1))
    for key in ("iccid", "imsi", "msisdn", "imei"):
        expect(page.get_by_label("Device", exact=True)).to_contain_text(platform.modems[1][key])
    page.get_by_label("Policy").select_option("Field devices")
    expect(page.get_by_text("Policy: Field devices")).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Pump 7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pump 7")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled")).to_be_visible()
    row = platform.call("GET", of(platform, 1))
    assert (row["name"], row["policy"]["id"], row["status"]) == ("Pump 7", other, "Disabled")
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_text("Disabled")).to_be_hidden()
    page.get_by_role("button", name="Reset connectivity").click()
    expect(page.get_by_text("Connectivity reset")).to_be_visible()


def test_the_modem_and_its_traffic(platform: Platform, open_page: Opener) -> None:
    page = open_page(of(platform))
    panel = page.get_by_role("region", name="Simulated modem")
    traffic = page.get_by_role("log", name="AT traffic")
    expect(panel).to_contain_text("Running")
    expect(panel).to_contain_text("Registered")
    with platform.modem() as modem:
        modem.ask('AT+CGDCONT=1,"IP","em"')
        expect(traffic).to_contain_text('AT+CGDCONT=1,"IP","em"')
        expect(panel.get_by_role("table")).to_contain_text("em")
        page.get_by_role("button", name="Pause").click()
        modem.ask("AT+CGMI")
        expect(page.get_by_text(re.compile("[0-9]+ held"))).to_be_visible()
        expect(traffic).not_to_contain_text("AT+CGMI")
        page.get_by_role("button", name="Resume").click()
        expect(traffic).to_contain_text("AT+CGMI")
        page.get_by_role("button", name="Clear").click()
        expect(traffic).to_be_empty()
    write(page, "PING")
    expect(panel).to_contain_text("1 / ")
    page.get_by_role("button", name="Unplug").click()
    expect(panel).to_contain_text("Unplugged")
    page.get_by_role("button", name="Plug in").click()
    expect(panel).to_contain_text("Running")
    page.get_by_role("button", name="Reboot").click()
    expect(panel).to_contain_text("Starting")
    expect(panel).to_contain_text("Running")
