"""Device policies in a browser: switches that take effect, the webhook, the delivery log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.hil.emnify.portal.bench import Platform, Receiver
from tests.hil.emnify.portal.conftest import Opener

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

expect = pytest.importorskip("playwright.sync_api", reason="no playwright").expect

SECRET = "a secret key of the operator's, long enough for HS512: " + "x" * 16
MO, MT = "Devices may send SMS (MO)", "Devices may receive SMS (MT)"
P2P_OWN = "SMS between own devices (P2P)"


def policy_of(platform: Platform, number: int = 0) -> int:
    found: int = platform.call("GET", f"devices/{platform.device(number)}")["policy"]["id"]
    return found


def stored(platform: Platform, key: str) -> Any:
    """What the platform holds of the first device's policy."""
    policies = platform.call("GET", "policies")["policies"]
    return next(each for each in policies if each["id"] == policy_of(platform))[key]


def switch(page: Page, label: str, *, on: bool) -> None:
    control = page.get_by_role("switch", name=label)
    expect(control).to_have_attribute("aria-checked", str(not on).lower())
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        control.click()
    expect(control).to_have_attribute("aria-checked", str(on).lower())


def set_webhook(page: Page, url: str, secret: str = "") -> None:
    page.get_by_role("radio", name="Webhook").check()
    page.get_by_role("textbox", name="URL").fill(url)
    page.get_by_label("Secret key").fill(secret)
    page.get_by_role("button", name="Save webhook").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def delivery(page: Page, method: str) -> Locator:
    return page.locator("table.deliveries tbody").filter(has_text=method)


def test_mo_and_mt_take_effect(platform: Platform, open_page: Opener) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    device = open_page(f"devices/{platform.device()}")
    with platform.modem() as modem:
        switch(page, MO, on=False)
        assert modem.send_sms("12345", "refused").startswith("+CMS ERROR")
        switch(page, MO, on=True)
        assert modem.send_sms("12345", "let through") == "OK"
        expect(device.locator(".bubble .text")).to_have_text(["let through"])
        switch(page, MT, on=False)
        device.get_by_label("Message", exact=True).fill("PING")
        device.keyboard.press("Enter")
        device.get_by_role("button", name="Send").click()
        expect(device.get_by_role("alert").first).to_contain_text("not allowed")
        switch(page, MT, on=True)
        device.get_by_role("button", name="Send").click()
        expect(device.locator(".mt .bubble")).to_contain_text("Delivered")


def test_p2p_takes_effect(platform: Platform, open_page: Opener) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    other = open_page(f"devices/{platform.device(1)}")
    number = platform.modems[1]["msisdn"]
    with platform.modem() as modem:
        switch(page, P2P_OWN, on=False)
        assert modem.send_sms(number, "refused").startswith("+CMS ERROR")
        switch(page, P2P_OWN, on=True)
        assert modem.send_sms(number, "hello neighbour") == "OK"
        expect(other.locator(".mt .bubble")).to_contain_text("hello neighbour")
        expect(other.locator(".mt .bubble")).to_contain_text("P2P")


def test_a_switch_that_is_refused_stays(platform: Platform, open_page: Opener) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    answer = {"status": 409, "body": json.dumps({"message": "Not now."})}
    page.route("**/api/policies/*", lambda route: route.fulfill(**answer))
    page.get_by_role("switch", name=MO).click()
    expect(page.get_by_role("alert")).to_contain_text("Not now.")
    expect(page.get_by_role("switch", name=MO)).to_have_attribute("aria-checked", "true")


def test_the_monthly_limit(platform: Platform, open_page: Opener) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    limits = platform.call("GET", "policies")["limits"]
    received = page.get_by_label("SMS received, each device")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        received.select_option(f"{limits[0]} a month")
    assert stored(platform, "mt_limit") == limits[0]
    page.reload()
    expect(received).to_have_value(str(limits[0]))
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        received.select_option("No limit")
    assert stored(platform, "mt_limit") is None


def test_a_new_policy_and_its_name(platform: Platform, open_page: Opener) -> None:
    page = open_page("policies")
    page.get_by_role("button", name="New policy").click()
    page.get_by_role("textbox", name="Name").fill("<i>Field</i>")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="<i>Field</i>").click()
    expect(page.get_by_role("heading", name="<i>Field</i>")).to_be_visible()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Field devices")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Field devices")).to_be_visible()


def test_the_webhook_dialog(platform: Platform, open_page: Opener, hook: Receiver) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    portal = page.get_by_role("radio", name="Web portal")
    page.get_by_role("radio", name="Webhook").check()
    expect(page.get_by_role("textbox", name="URL")).to_be_focused()
    page.keyboard.press("Escape")
    expect(portal).to_be_checked()
    assert stored(platform, "interface") == "portal"
    set_webhook(page, hook.url, SECRET)
    expect(page.get_by_text("set; calls carry a signed JWT")).to_be_visible()
    expect(page.get_by_role("region", name="SMS interface")).to_contain_text(hook.url)
    assert (stored(platform, "interface"), stored(platform, "has_secret")) == ("webhook", True)
    page.get_by_role("button", name="Change webhook").click()
    expect(page.get_by_label("Secret key")).to_have_value("")
    expect(page.get_by_role("textbox", name="URL")).to_have_value(hook.url)
    page.get_by_role("button", name="Cancel").click()
    portal.check()
    page.get_by_role("dialog").get_by_role("button", name="Remove webhook").click()
    expect(portal).to_be_checked()
    expect(page.get_by_role("button", name="Change webhook")).to_have_count(0)
    assert stored(platform, "interface") == "portal"


def test_a_url_that_is_none_stays_in_the_dialog(platform: Platform, open_page: Opener) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    page.get_by_role("radio", name="Webhook").check()
    page.get_by_role("textbox", name="URL").fill("ftp://example.com/sms")
    page.get_by_role("button", name="Save webhook").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    assert stored(platform, "interface") == "portal"


def test_what_a_webhook_gets(platform: Platform, open_page: Opener, hook: Receiver) -> None:
    jwt = pytest.importorskip("jwt", reason="no PyJWT")
    page = open_page(f"policies/{policy_of(platform)}")
    set_webhook(page, hook.url, SECRET)
    hook.answers.append(500)
    log = open_page("deliveries")
    expect(log.get_by_text("Nothing was delivered yet.")).to_be_visible()
    with platform.modem() as modem:
        assert modem.send_sms("12345", "<script>OK</script>") == "OK"
    first, again = hook.next(), hook.next()
    assert first.method == again.method == "POST"
    assert first.body["payload"] == "<script>OK</script>"
    assert first.body["id"] == again.body["id"]
    scheme, _, token = (again.authorization or "").partition(" ")
    assert scheme == "Bearer"
    jwt.decode(token, SECRET, algorithms=["HS256", "HS384", "HS512"], options={"verify_aud": False})
    sent = delivery(log, "POST")
    expect(sent).to_contain_text("Accepted")
    sent.get_by_role("button", name="Details").click()
    expect(sent).to_contain_text("<script>OK</script>")
    attempts = sent.locator(".inside table tbody tr")
    expect(attempts).to_have_count(2)
    expect(attempts.nth(0)).to_contain_text("500")
    expect(attempts.nth(1)).to_contain_text("200")


def test_a_receipt_is_live_in_the_log(
    platform: Platform, open_page: Opener, hook: Receiver
) -> None:
    page = open_page(f"policies/{policy_of(platform)}")
    set_webhook(page, hook.url)
    log = open_page("deliveries")
    message = {"payload": "PING", "source_address": "12345"}
    (key,) = platform.call("POST", f"devices/{platform.device()}/messages", message)["ids"]
    receipt = hook.next()
    assert (receipt.method, receipt.authorization) == ("PATCH", None)
    assert receipt.body["status"]["status"] == "DELIVERED"
    expect(delivery(log, "PATCH")).to_contain_text(str(key))
    expect(delivery(log, "PATCH")).to_contain_text("Accepted")
