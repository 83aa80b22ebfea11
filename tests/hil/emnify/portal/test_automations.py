"""Automations in a browser: the source, the hook, the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hil.emnify.portal.bench import AUTOMATION, Platform, http_json
from tests.hil.emnify.portal.conftest import Opener

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="no playwright").expect


def save(page: Page, source: str) -> None:
    page.get_by_label("Automations as TOML").fill(source)
    page.get_by_role("button", name="Save").click()


def hook_url(page: Page) -> str:
    code = page.locator(".hookline code")
    expect(code).to_contain_text("/hooks/activate")
    return code.inner_text()


def test_a_hook_enables_a_device_and_sends_an_sms(platform: Platform, open_page: Opener) -> None:
    device = platform.device()
    platform.call("PATCH", f"devices/{device}", {"enabled": False})
    page = open_page("automations")
    save(page, AUTOMATION)
    expect(page.get_by_text("Automations saved")).to_be_visible()
    http_json("POST", hook_url(page), {"device": device, "note": "<script>"})
    runs = page.get_by_role("log", name="Runs")
    expect(runs).to_contain_text("#1 activate")
    expect(runs.locator(".progress li")).to_have_count(2)
    expect(runs.locator(".progress li").filter(has_text="Done")).to_have_count(2)
    runs.get_by_text("Input").click()
    expect(runs).to_contain_text('"note": "<script>"')
    row = platform.call("GET", f"devices/{device}")
    (sms,) = platform.call("GET", f"devices/{device}/messages")["messages"]
    assert (row["status"], sms["payload"], sms["via"]) == ("Enabled", "APN em", "automation")


def test_a_run_that_fails_says_where(platform: Platform, open_page: Opener) -> None:
    page = open_page("automations")
    save(page, AUTOMATION)
    http_json("POST", hook_url(page), {"device": 4711})
    steps = page.get_by_role("log", name="Runs").locator(".progress li")
    expect(steps.nth(0)).to_contain_text("Failed")
    expect(steps.nth(0)).to_contain_text("4711")
    expect(steps.nth(1)).to_contain_text("Skipped")
    page.reload()
    expect(steps).to_have_count(2)


def test_a_source_with_a_mistake_is_kept_in_the_field(open_page: Opener) -> None:
    page = open_page("automations")
    before = AUTOMATION.replace("enable-device", "make-coffee")
    save(page, before)
    expect(page.get_by_role("alert")).to_contain_text("action")
    expect(page.get_by_label("Automations as TOML")).to_have_value(before)
    expect(page.locator(".hookline")).to_have_count(0)


def test_the_hook_can_be_copied(platform: Platform, open_page: Opener) -> None:
    page = open_page("automations")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    save(page, AUTOMATION)
    url = hook_url(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == url
