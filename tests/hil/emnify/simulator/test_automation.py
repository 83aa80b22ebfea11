"""Automations: what a file may say, and what a call of a hook does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from hil.emnify.simulator.automation import (
    AutomationError,
    Automations,
    filled,
    parse_automations,
)
from hil.emnify.simulator.deliveries import receipt_body
from hil.emnify.simulator.errors import Refused
from hil.emnify.simulator.records import DeviceStatus, SmsStatus
from tests.hil.emnify.simulator.hook import hooked
from tests.hil.emnify.simulator.office import Office
from tests.hil.emnify.simulator.served import Served, served

# The platform's Zapier template: Catch Hook, Enable a device, Send an SMS.
TEMPLATE = """
[[automation]]
name = "activate"
[[automation.step]]
action = "enable-device"
device = "{endpoint.id}"
[[automation.step]]
action = "send-sms"
device = "{endpoint.id}"
text = "APN {apn}"
from = "12345"
"""


def test_the_template() -> None:
    office = Office()
    office.platform.set_status(office.device, DeviceStatus.DISABLED)
    office.wait(5)
    automations = Automations(office.platform, TEMPLATE)
    (automation,) = automations.automations
    run = automations.run(automation, {"endpoint": {"id": 700001}, "apn": "em"})
    office.wait(5)
    assert run.state == "done"
    (sms,) = office.sent()
    assert (sms.status, sms.payload, sms.source) == (SmsStatus.DELIVERED, "APN em", "12345")
    assert [step.detail for step in run.steps] == ["Device 0 is enabled", f"Device 0: SMS {sms.id}"]


FAILING = {
    "a field is missing": ({"endpoint": {"id": 700001}}, ["done", "failed"], "given no apn"),
    "no such device": ({"endpoint": {"id": 5}, "apn": "em"}, ["failed", "skipped"], "not found"),
    "no id": ({"endpoint": {"id": "x"}, "apn": "em"}, ["failed", "skipped"], "wanted its id"),
    "no object": ([1, 2], ["failed", "skipped"], "given no endpoint.id"),
    "a list": ({"endpoint": {"id": [1]}, "apn": "em"}, ["failed", "skipped"], "no string"),
    "too long": (
        {"endpoint": {"id": 700001}, "apn": "x" * 5000},
        ["done", "failed"],
        "the most is 10",
    ),
}


@pytest.mark.parametrize(("given", "states", "words"), FAILING.values(), ids=FAILING)
def test_a_step_that_fails_ends_it(given: object, states: list[str], words: str) -> None:
    office = Office()
    automations = Automations(office.platform, TEMPLATE)
    run = automations.run(automations.automations[0], given)
    assert [step.state.value for step in run.steps] == states
    assert any(words in step.detail for step in run.steps)
    assert run.state == "failed"


def test_what_was_filled_in_is_not_filled_again() -> None:
    assert filled("{a} {b}", {"a": "{b}", "b": 7}) == "{b} 7"


@pytest.mark.parametrize("form", [int, str])
def test_a_receipt_of_its_own_sms_sets_nothing_off(form: Callable[[int], object]) -> None:
    office = Office()
    automations = Automations(office.platform, TEMPLATE)
    automations.run(automations.automations[0], {"endpoint": {"id": 700001}, "apn": "em"})
    office.wait(5)
    (sms,) = office.sent()
    receipt = {**receipt_body(sms, 4242), "id": form(sms.id)}
    run = automations.run(automations.automations[0], receipt)
    assert [step.state.value for step in run.steps] == ["skipped", "skipped"]
    assert office.sent() == [sms]


def test_a_hook_that_calls_itself_comes_to_an_end() -> None:
    office = Office()
    automations = Automations(office.platform, TEMPLATE)
    (automation,) = automations.automations
    for _ in range(60):
        automations.run(automation, {})
    with pytest.raises(Refused) as refused:
        automations.run(automation, {})
    assert (refused.value.status, refused.value.wait_s) == (429, 61)
    office.wait(60)
    assert automations.run(automation, {}).state == "failed"


WRONG = {
    "no TOML": ("[[", "Invalid initial character"),
    "another table": ("[server]", "wanted [[automation]]"),
    "no table": ("automation = 1", "wanted tables"),
    "no name": ("[[automation]]", "name: wanted"),
    "a name for a path": ('[[automation]]\nname = "../x"', "name: wanted"),
    "no step": ('[[automation]]\nname = "x"', "at least one"),
    "no action": ('[[automation]]\nname = "x"\n[[automation.step]]', "action: wanted"),
    "an action that is none": (
        '[[automation]]\nname = "x"\n[[automation.step]]\naction = "rm"',
        "wanted enable-device, disable-device, send-sms, got 'rm'",
    ),
    "a field missing": (
        '[[automation]]\nname = "x"\n[[automation.step]]\naction = "send-sms"\ndevice = "1"',
        "x, step 1: text is missing",
    ),
    "a field too many": (
        '[[automation]]\nname = "x"\n[[automation.step]]\naction = "enable-device"\n'
        'device = "1"\nsim = "1"',
        "has no 'sim'",
    ),
    "two of a name": (TEMPLATE + TEMPLATE, "two with the name"),
    "long": ("#" * 70_000, "longer"),
}


@pytest.mark.parametrize(("source", "words"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_wrong(source: str, words: str) -> None:
    with pytest.raises(AutomationError) as error:
        parse_automations(source)
    assert words in str(error.value)


def test_a_wrong_file_leaves_what_was() -> None:
    automations = Automations(Office().platform, TEMPLATE)
    with pytest.raises(AutomationError):
        automations.define("[[")
    assert [each.name for each in automations.automations] == ["activate"]


def test_a_hook_over_http() -> None:
    """A webhook may be one: what a device sends then starts an automation."""

    async def story(at: Served) -> None:
        hook = "/hooks/activate"
        answer = await at.call("POST", hook, {"endpoint": {"id": 700001}, "apn": "em"}, token=None)
        assert (answer.status, answer.body["state"]) == (200, "done")
        assert [step["state"] for step in answer.body["steps"]] == ["done", "done"]
        answer = await at.call("PATCH", hook, data=b"{", token=None)
        assert (answer.status, answer.body) == (400, {"message": "The body is no JSON."})
        answer = await at.call("POST", "/hooks/nothing", {}, token=None)
        assert answer.status == 404
        answer = await at.call("POST", hook, data=b" " * 300_000, token=None)
        assert answer.status == 413
        while answer.status != 429:
            answer = await at.call("POST", hook, {}, token=None)
        assert int(answer.headers["Retry-After"]) > 0

    async def main() -> None:
        async with served(automations=TEMPLATE) as at, hooked():
            await story(at)

    asyncio.run(main())
