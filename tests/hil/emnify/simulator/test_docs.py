"""docs/platform.md says what the platform does."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from hil.emnify.simulator.automation import parse_automations
from hil.emnify.simulator.rest.app import ROUTES

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "docs" / "platform.md").read_text()


def test_the_table_of_paths() -> None:
    methods: dict[str, list[str]] = defaultdict(list)
    for route in ROUTES:
        methods[route.path].append(route.method)
    table = TEXT.partition("<!-- routes -->")[2].partition("<!-- /routes -->")[0]
    rows = re.findall(r"^\| `(\S+)` \| (.+) \|$", table, re.MULTILINE)
    assert dict(rows) == {path: ", ".join(listed) for path, listed in methods.items()}


def test_the_pictures_are_there() -> None:
    shown = set(re.findall(r"\((portal/[a-z-]+\.png)\)", TEXT))
    there = {f"portal/{path.name}" for path in (ROOT / "docs" / "portal").iterdir()}
    assert shown == there


def test_the_automation_is_one() -> None:
    (source,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    (automation,) = parse_automations(source)
    assert [step.action for step in automation.steps] == ["enable-device", "send-sms"]
