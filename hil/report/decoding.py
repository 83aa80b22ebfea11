"""From JSON to frozen dataclasses, by their annotations; a wrong value is named by its place."""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import ClassVar, TypeVar, cast, get_args, get_origin, get_type_hints

Decoded = TypeVar("Decoded")


class ResultsError(Exception):
    """Results that can't be read: `where` in them ("tests[3].outcome", or "" for all), and why."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}" if where else problem)


def decoded(kind: type[Decoded], value: object) -> Decoded:
    """The value as an instance of a dataclass. Raises ResultsError."""
    return cast("Decoded", _decoded(kind, value, ""))


def _decoded(kind: object, value: object, where: str) -> object:
    origin = get_origin(kind)
    if origin is types.UnionType:
        inner, _none = get_args(kind)  # only `X | None` is in use
        return None if value is None else _decoded(inner, value, where)
    if origin is tuple and isinstance(value, list):
        inner = get_args(kind)[0]
        return tuple(_decoded(inner, item, f"{where}[{at}]") for at, item in enumerate(value))
    if origin is Mapping and isinstance(value, dict):
        inner = get_args(kind)[1]
        return {key: _decoded(inner, item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(kind, type):
        return _scalar(kind, value, where)
    raise ResultsError(where, f"a value of another shape was wanted, got {_shown(value)}")


def _scalar(kind: type, value: object, where: str) -> object:
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        return _fields(kind, value, where)
    try:
        if issubclass(kind, Enum):
            return kind(value)
        if kind is datetime and isinstance(value, str):
            return _aware(datetime.fromisoformat(value))
        if kind is float and type(value) in (int, float):
            return _finite(float(cast("float", value)))
    except (ValueError, OverflowError):
        raise ResultsError(where, f"no {kind.__name__}: {_shown(value)}") from None
    if type(value) is not kind:
        raise ResultsError(where, f"wanted {kind.__name__}, got {_shown(value)}")
    return value


def _fields(kind: type, value: Mapping[str, object], where: str) -> object:
    hints = {
        name: hint
        for name, hint in get_type_hints(kind).items()
        if get_origin(hint) is not ClassVar
    }
    for name in hints.keys() ^ value.keys():
        raise ResultsError(f"{where}.{name}".lstrip("."), "missing" if name in hints else "unknown")
    return kind(
        **{
            name: _decoded(hint, value[name], f"{where}.{name}".lstrip("."))
            for name, hint in hints.items()
        }
    )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 40 else text[:37] + "..."
