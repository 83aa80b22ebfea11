"""No-code automation, as the platform's Zapier template does it: a catch hook, then actions.

    [[automation]]
    name = "activate"                   # POST or PATCH JSON to /hooks/activate
    [[automation.step]]
    action = "enable-device"
    device = "{device}"                 # a field of the JSON; {endpoint.id} looks into it
    [[automation.step]]
    action = "send-sms"
    device = "{device}"
    text = "APN em"
    from = "12345"

The names of Zapier's own input fields are not documented; these are ours.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from hil.emnify.simulator.errors import ErrorKind, Refused
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.records import Device, DeviceStatus, Via
from hil.emnify.simulator.submission import submit_text

MAX_SOURCE = 64 << 10
KEPT_RUNS = 200
MAX_RUNS_A_MINUTE = 60
_MINUTE = timedelta(minutes=1)
_MAX_AUTOMATIONS, _MAX_STEPS = 50, 20
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FIELD = re.compile(r"{([A-Za-z0-9_.-]{1,100})}")


class AutomationError(ValueError):
    """A file that can't be used; says where and what was wanted."""


class StepState(Enum):
    """How far a step is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """One action with its fields, as templates."""

    action: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Automation:
    """What is done, step by step, when its hook is called."""

    name: str
    steps: tuple[Step, ...]


@dataclass(slots=True)
class StepRun:
    """One step of a run."""

    action: str
    state: StepState = StepState.WAITING
    detail: str = ""


@dataclass(slots=True)
class Run:
    """One call of a hook, and what came of it."""

    number: int
    automation: str
    time: datetime
    input: Any
    steps: list[StepRun] = field(default_factory=list)

    @property
    def state(self) -> str:
        """In one word."""
        failed = any(step.state is StepState.FAILED for step in self.steps)
        return "failed" if failed else "done"


class _StepFailed(Exception):
    """A step can't be done."""


# What each action needs.
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "enable-device": ("device",),
    "disable-device": ("device",),
    "send-sms": ("device", "text"),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {"send-sms": ("from",)}


def parse_automations(source: str) -> tuple[Automation, ...]:
    """A file's text; raises AutomationError."""
    if len(source) > MAX_SOURCE:
        raise AutomationError(f"longer than {MAX_SOURCE} characters")
    try:
        document = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise AutomationError(str(error)) from error
    unknown = sorted(set(document) - {"automation"})
    if unknown:
        raise AutomationError(f"wanted [[automation]], got {unknown[0][:40]!r}")
    tables = _tables(document.get("automation", []), "[[automation]]", _MAX_AUTOMATIONS)
    found = tuple(_automation(table, f"automation {at}") for at, table in enumerate(tables, 1))
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise AutomationError(f"there are two with the name {name!r}")
    return found


def _tables(value: object, where: str, most: int) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise AutomationError(f"{where}: wanted tables")
    if len(value) > most:
        raise AutomationError(f"{where}: more than {most}")
    return value


def _automation(table: dict[str, Any], where: str) -> Automation:
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise AutomationError(f"{where}: name: wanted a-z, 0-9 and -, at most 40, got {name!r}")
    unknown = sorted(set(table) - {"name", "step"})
    if unknown:
        raise AutomationError(f"{where}: wanted name and step, got {unknown[0][:40]!r}")
    steps = _tables(table.get("step", []), f"{where}: [[automation.step]]", _MAX_STEPS)
    if not steps:
        raise AutomationError(f"{where}: wanted at least one [[automation.step]]")
    return Automation(
        name, tuple(_step(step, f"{name}, step {at}") for at, step in enumerate(steps, 1))
    )


def _step(table: dict[str, Any], where: str) -> Step:
    action = table.get("action")
    if not isinstance(action, str) or action not in _ACTIONS:
        raise AutomationError(f"{where}: action: wanted {', '.join(_ACTIONS)}, got {action!r}")
    needed, optional = _ACTIONS[action], _OPTIONAL.get(action, ())
    for key in needed:
        if key not in table:
            raise AutomationError(f"{where}: {key} is missing")
    fields: dict[str, str] = {}
    for key, value in table.items():
        if key == "action":
            continue
        if key not in (*needed, *optional):
            raise AutomationError(f"{where}: {action} has no {key[:40]!r}")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise AutomationError(f"{where}: {key}: wanted a string")
        fields[key] = str(value)
    return Step(action, fields)


def filled(template: str, values: Any) -> str:
    """A template with the fields of what the hook was given; raises _StepFailed."""

    def value_of(match: re.Match[str]) -> str:
        found = values
        for part in match[1].split("."):
            if not isinstance(found, dict) or part not in found:
                raise _StepFailed(f"the hook was given no {match[1]}")
            found = found[part]
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise _StepFailed(f"{match[1]} is no string and no number")
        return str(found)

    return _FIELD.sub(value_of, template)


class Automations:
    """The automations of a platform, and their runs. `on_run` hears of each."""

    def __init__(self, platform: Platform, source: str = "") -> None:
        self.runs: deque[Run] = deque(maxlen=KEPT_RUNS)
        self.on_run: Callable[[Run], None] | None = None
        self._platform = platform
        self._numbers = itertools.count(1)
        self._begun: deque[datetime] = deque()
        self.define(source)

    def define(self, source: str) -> None:
        """Have these instead of what was there; raises AutomationError and leaves what was."""
        self.automations = parse_automations(source)
        self.source = source

    def named(self, name: str) -> Automation | None:
        """One of them."""
        return next((each for each in self.automations if each.name == name), None)

    def run(self, automation: Automation, given: Any) -> Run:
        """Do its steps, until one fails. Raises Refused beyond so many runs a minute."""
        steps = [StepRun(step.action) for step in automation.steps]
        now = self._platform.now()
        self._count(now)
        run = Run(next(self._numbers), automation.name, now, given, steps)
        own = self._is_own_receipt(given)
        for step, ran in zip(automation.steps, steps, strict=True):
            if own or any(each.state is StepState.FAILED for each in steps):
                ran.state = StepState.SKIPPED
                ran.detail = "a receipt of an automation's own SMS" if own else ""
                continue
            try:
                ran.detail = self._do(step, given)
                ran.state = StepState.DONE
            except (_StepFailed, Refused) as error:
                ran.state, ran.detail = StepState.FAILED, str(error)
        self.runs.append(run)
        if self.on_run is not None:
            self.on_run(run)
        return run

    def _count(self, now: datetime) -> None:
        """A hook that is a webhook, too, may call itself: by receipts, or by a device's answers."""
        while self._begun and now - self._begun[0] >= _MINUTE:
            self._begun.popleft()
        if len(self._begun) >= MAX_RUNS_A_MINUTE:
            wait_s = int((_MINUTE - (now - self._begun[0])).total_seconds()) + 1
            message = f"More than {MAX_RUNS_A_MINUTE} runs in a minute."
            raise Refused(ErrorKind.TOO_MANY_REQUESTS, message, wait_s=wait_s)
        self._begun.append(now)

    def _is_own_receipt(self, given: Any) -> bool:
        if not isinstance(given, dict) or "status" not in given:
            return False
        key = given.get("id")
        if isinstance(key, str) and re.fullmatch(r"[0-9]{1,15}", key):
            key = int(key)
        if not isinstance(key, int):
            return False
        messages = (device.messages.get(key) for device in self._platform.all_devices())
        return any(sms is not None and sms.via is Via.AUTOMATION for sms in messages)

    def _do(self, step: Step, given: Any) -> str:
        fields = {key: filled(template, given) for key, template in step.fields.items()}
        device = self._device(fields["device"])
        if step.action == "send-sms":
            text, sender = fields["text"], fields.get("from", "")
            sent = submit_text(self._platform, device, text, sender, Via.AUTOMATION)
            return f"{device.name}: SMS {', '.join(str(sms.id) for sms in sent)}"
        enable = step.action == "enable-device"
        status = DeviceStatus.ENABLED if enable else DeviceStatus.DISABLED
        self._platform.set_status(device, status)
        return f"{device.name} is {status.name.lower()}"

    def _device(self, key: str) -> Device:
        if not re.fullmatch(r"[0-9]{1,15}", key):
            raise _StepFailed(f"device: wanted its id, got {key[:40]!r}")
        return self._platform.device(int(key))
