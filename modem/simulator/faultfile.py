"""Fault plans as TOML. Errors name the file, the fault and the key. No file is opened here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from modem.simulator.faults import Action, Direction, Fault, FaultError, FaultPlan

_TYPES: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "prefix": (str,),
    "pattern": (str,),
    "nth": (int,),
    "every": (int,),
    "times": (int,),
    "probability": (int, float),
    "after_s": (int, float),
    "for_s": (int, float),
    "direction": (str,),
    "seconds": (int, float),
    "octets": (int,),
    "code": (str,),
    "lines": (list,),
    "renamed": (bool,),
}
_WORDS: dict[tuple[type, ...], str] = {
    (str,): "a string",
    (int,): "a whole number",
    (int, float): "a number",
    (list,): "a list of strings",
    (bool,): "true or false",
}
_COUNTS = ("nth", "every", "times")
assert {field.name for field in fields(Fault)} == {"action", *_TYPES}


class FaultFileError(ValueError):
    """A plan that can't be read; the message is for the user."""


def parse_plan(text: str, source: str) -> FaultPlan:
    """A plan out of TOML: `seed`, and a table `[[fault]]` for each. Raises FaultFileError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultFileError(f"{source}: {error}") from error
    return plan_of(document, source)


def plan_of(document: Mapping[str, Any], source: str) -> FaultPlan:
    """The same out of what TOML or JSON was read into."""
    unknown = sorted(set(document) - {"seed", "fault"})
    if unknown:
        raise FaultFileError(f"{source}: {unknown[0]}: wanted seed and [[fault]] only")
    seed = document.get("seed", 0)
    if type(seed) is not int:
        raise FaultFileError(f"{source}: seed: wanted a whole number, got {seed!r}")
    tables = document.get("fault", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FaultFileError(f"{source}: fault: wanted tables, [[fault]]")
    plan = FaultPlan(
        tuple(_fault(table, f"{source}: fault {at}") for at, table in enumerate(tables, start=1)),
        seed,
    )
    names = plan.names()
    for at, name in enumerate(names, start=1):
        if name in names[: at - 1]:
            raise FaultFileError(f"{source}: fault {at}: name: there are two {name!r}")
    return plan


def _fault(table: Mapping[str, Any], place: str) -> Fault:
    try:
        action = Action(table.get("action"))
    except ValueError:
        known = ", ".join(action.value for action in Action)
        given = table.get("action")
        raise FaultFileError(f"{place}: action: wanted one of {known}; got {given!r}") from None
    place = f"{place} ({action.value})"
    try:
        values = {key: _value(key, value) for key, value in table.items() if key != "action"}
        return Fault(action, **values)
    except FaultError as error:
        raise FaultFileError(f"{place}: {error}") from error


def _value(key: str, value: object) -> Any:
    types = _TYPES.get(key)
    if types is None:
        raise FaultError(key, f"no such key; there are action, {', '.join(_TYPES)}")
    # A bool is an int in Python, and none in TOML.
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise FaultError(key, f"wanted {_WORDS[types]}, got {value!r}")
    if isinstance(value, int) and key in _COUNTS and value < 1:
        raise FaultError(key, f"wanted a number from 1, got {value}")
    if key == "direction":
        return _direction(value)
    if isinstance(value, list):
        if not all(isinstance(line, str) for line in value):
            raise FaultError(key, f"wanted a list of strings, got {value!r}")
        return tuple(value)
    return value


def _direction(value: object) -> Direction:
    try:
        return Direction(value)
    except ValueError:
        known = " or ".join(f'"{direction.value}"' for direction in Direction)
        raise FaultError("direction", f"wanted {known}, got {value!r}") from None
