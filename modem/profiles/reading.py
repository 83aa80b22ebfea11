"""A family's file: TOML text -> Profile. Pure; whoever has the file reads it.

    name = "my-modem"
    title = "My modem"
    extends = "ec25"                       # what isn't said here is as there; else generic
    cgmi = ["Maker"]                       # +CGMI, whole, without case
    cgmm = ['M1\\d\\d']                     # +CGMM, regular expressions

    [driver.reset]                         # each field: its value, and where it was found
    value = "AT+CFUN=1,1"
    level = "manual"                       # manual, transcript, code or forum
    source = "AT manual 1.0, 2.21"

    [simulator]
    boot_s = 3.0                           # or the value alone, for one's own use

    [simulator.commands."+XYZ"]            # a command: its forms, and where it was found
    run = { lines = ["+XYZ: {imei}"] }
    level = "manual"
    source = "AT manual 1.0, 9.3"

The fields and their types are those of `model`. A record such as `Said` is a table, or a list of
its fields in order.
"""

from __future__ import annotations

import re
import tomllib
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from modem.at.parameters import parse_ranges
from modem.errors import MisuseError
from modem.profiles.model import (
    CHARSETS,
    CONTEXT_NAMES,
    TEMPLATE_NAMES,
    DriverPart,
    OwnCommand,
    Profile,
    Said,
    SimulatorPart,
    Source,
    SourceLevel,
)

Part = TypeVar("Part", DriverPart, SimulatorPart)

_TOP = ("name", "title", "extends", "cgmi", "cgmm", "driver", "simulator")
_LOCATION_NAMES = ("stat", "area", "cell", "act")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_BRACES = re.compile(r"\{([^{}]*)\}")
# What the test form of a setting lists for each of its places: "(0-2),(0,1)", '("usbat","uart1")'
_ITEM = r'(?:\d{1,9}(?:-\d{1,9})?|"[^"]*")'
_RANGES = re.compile(rf"\({_ITEM}(?:,{_ITEM})*\)(?:,\({_ITEM}(?:,{_ITEM})*\))*")
_UNION = "MT"  # the one name of a memory that needs no size: ME and SM together
# Below this a line that is said again and again leaves a serial line no time for anything else.
_SHORTEST_MURMUR_S = 0.1
_CNMI_PLACES = 5
# What each oddity is about, and can't do without
_NEEDED = {
    "cpms_set_names": ("+CPMS",),
    "empty_slot_is_ok": ("+CMGR",),
    "cmgr_on_one_line": ("+CMGR",),
    "locked_memories": ("+CMGL", "+CMGR"),
}


class ProfileError(MisuseError):
    """A file that is no profile; `where` is the field's path in it."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        super().__init__(f"{where}: {problem}" if where else problem)


def read_profile(text: str, base: Callable[[str], Profile]) -> Profile:
    """The profile that a file holds; `base` finds what it extends. Raises ProfileError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError("", f"no TOML: {error}") from error
    _no_other_keys(table, _TOP, "")
    for wanted in ("name", "title"):
        if wanted not in table:
            raise ProfileError(wanted, "is missing")
    name = _converted(str, table["name"], "name")
    if not _NAME.fullmatch(name):
        raise ProfileError("name", f"wanted small letters, digits and -, got {name!r}")
    start = base(_converted(str, table.get("extends", "generic"), "extends"))
    sources = dict(start.sources)
    profile = Profile(
        name=name,
        title=_converted(str, table["title"], "title"),
        cgmi=_converted(tuple[str, ...], table.get("cgmi", []), "cgmi"),
        cgmm=_converted(tuple[str, ...], table.get("cgmm", []), "cgmm"),
        driver=_part(start.driver, table.get("driver", {}), "driver", sources),
        simulator=_part(start.simulator, table.get("simulator", {}), "simulator", sources),
        sources=sources,
    )
    _check(profile)
    return profile


def _part(start: Part, table: object, where: str, sources: dict[str, Source]) -> Part:
    """One part, from what it extends and the table."""
    hints = _hints(typing.cast(Any, type(start)))
    changes: dict[str, Any] = {}
    for key, entry in _table(table, where).items():
        path = f"{where}.{key}"
        if key not in hints:
            raise ProfileError(path, f"no such field; there are {', '.join(hints)}")
        if key == "commands":
            changes[key] = {**getattr(start, key), **_commands(entry, path, sources)}
            continue
        value = entry
        sources.pop(path, None)
        if isinstance(entry, dict) and "value" in entry:
            _no_other_keys(entry, ("value", "source", "level"), path)
            _note_source(entry, path, sources)
            value = entry["value"]
        changes[key] = _converted(hints[key], value, path)
        if isinstance(changes[key], Mapping):
            changes[key] = {**getattr(start, key), **changes[key]}
    return replace(start, **changes)


def _commands(table: object, where: str, sources: dict[str, Source]) -> dict[str, OwnCommand]:
    found: dict[str, OwnCommand] = {}
    for name, entry in _table(table, where).items():
        path = f"{where}.{name.upper()}"
        forms = dict(_table(entry, path))
        sources.pop(path, None)
        _note_source(forms, path, sources)
        forms.pop("source", None)
        forms.pop("level", None)
        found[name.upper()] = _record(OwnCommand, forms, path)
    return found


def _note_source(table: Mapping[str, Any], path: str, sources: dict[str, Source]) -> None:
    """Where a value was found; a value of one's own needs no source, but not half of one."""
    if "source" not in table and "level" not in table:
        return
    for wanted in ("source", "level"):
        if wanted not in table:
            raise ProfileError(f"{path}.{wanted}", "is missing")
    sources[path] = Source(
        _converted(str, table["source"], f"{path}.source"),
        _converted(SourceLevel, table["level"], f"{path}.level"),
    )


# ---- from TOML's types to the model's


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _converted(kind: Any, value: object, where: str) -> Any:
    """`value` as the type that an annotation of the model names."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        (some,) = (each for each in arguments if each is not type(None))
        return _converted(some, value, where)
    if origin is tuple:
        return _tuple(arguments, value, where)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = arguments
        return {
            _key(key, name, where): _converted(item, each, f"{where}.{name}")
            for name, each in _table(value, where).items()
        }
    if is_dataclass(kind):
        return _record(typing.cast(type, kind), value, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind, value, where)
    return _plain(kind, value, where)


def _plain(kind: type, value: object, where: str) -> object:
    if kind is bytes and isinstance(value, str):
        return value.encode("latin-1", "replace")
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:  # a bool is no int here
        raise ProfileError(where, f"wanted {_words(kind)}, got {value!r}")
    return value


def _tuple(arguments: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ProfileError(where, f"wanted a list, got {value!r}")
    if arguments[-1] is Ellipsis:
        arguments = arguments[:1] * len(value)
    if len(arguments) != len(value):
        raise ProfileError(where, f"wanted {len(arguments)} values, got {len(value)}")
    pairs = zip(arguments, value, strict=True)
    return tuple(_converted(each, item, f"{where}[{i}]") for i, (each, item) in enumerate(pairs))


def _record(kind: type, value: object, where: str) -> Any:
    names = [each.name for each in fields(kind)]
    if isinstance(value, list):
        if len(value) > len(names):
            raise ProfileError(where, f"wanted {', '.join(names)}, got {len(value)} values")
        value = dict(zip(names, value, strict=False))
    table = _table(value, where)
    _no_other_keys(table, names, where)
    for each in fields(kind):
        needed = each.default is MISSING and each.default_factory is MISSING
        if needed and each.name not in table:
            raise ProfileError(f"{where}.{each.name}", "is missing")
    hints = _hints(kind)
    return kind(**{key: _converted(hints[key], table[key], f"{where}.{key}") for key in table})


def _member(kind: type[Enum], value: object, where: str) -> Enum:
    for member in kind:
        if member.value == value:
            return member
    known = ", ".join(repr(member.value) for member in kind)
    raise ProfileError(where, f"wanted one of {known}, got {value!r}")


def _key(kind: type, name: str, where: str) -> object:
    if kind is not int:
        return name
    if not (name.isascii() and name.isdigit()):
        raise ProfileError(f"{where}.{name}", "wanted a number as the key")
    return int(name)


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProfileError(where, f"wanted a table, got {value!r}")
    return value


def _no_other_keys(table: Mapping[str, Any], known: typing.Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            path = f"{where}.{key}" if where else key
            raise ProfileError(path, f"no such key; there are {', '.join(known)}")


def _words(kind: type) -> str:
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    return words.get(kind, kind.__name__)


# ---- what the types can't say


def _check(profile: Profile) -> None:
    for place, expression in enumerate(profile.cgmm):
        try:
            re.compile(expression)
        except re.error as error:
            raise ProfileError(f"cgmm[{place}]", f"no regular expression: {error}") from error
    part = profile.simulator
    _check_memories(part)
    _check_times(part)
    _check_settings(part)
    early = [said.line for said in part.boot_urcs if said.after_s < part.boot_s]
    if early:
        raise ProfileError("simulator.boot_urcs", f"{early[0]!r} is said before boot_s")
    _check_lines("simulator.ati", (*part.ati, *part.cgmr))
    _check_lines("simulator.located", (part.located,), frozenset(_LOCATION_NAMES))
    _check_lines("simulator.storage_full", (part.storage_full or "",), frozenset(("memory",)))
    _check_lines("simulator.background_urcs", _lines_of(part.background_urcs))
    for name, command in part.commands.items():
        _check_command(f"simulator.commands.{name}", command)


def _check_memories(part: SimulatorPart) -> None:
    for place, name in enumerate((part.default_memory, *part.aliases.values())):
        if name not in part.sizes:
            field = "aliases" if place else "default_memory"
            raise ProfileError(f"simulator.{field}", f"{name} has no size in simulator.sizes")
    known = {*part.sizes, *part.aliases, _UNION}
    for place, names in enumerate(part.memories):
        for name in names:
            if name not in known:
                wanted = ", ".join(sorted(known))
                raise ProfileError(f"simulator.memories[{place}]", f"{name} is none of {wanted}")


def _check_times(part: SimulatorPart) -> None:
    for field in ("boot_s", "sim_busy_s"):
        _check_span(f"simulator.{field}", getattr(part, field))
    for said in part.boot_urcs:
        _check_span("simulator.boot_urcs", said.after_s)
    for said in part.background_urcs:
        _check_span("simulator.background_urcs", said.after_s, _SHORTEST_MURMUR_S)


def _check_span(where: str, span_s: float, shortest_s: float = 0.0) -> None:
    if not shortest_s <= span_s < float("inf"):  # nor nan
        raise ProfileError(where, f"wanted {shortest_s:g} s or more, got {span_s:g}")


def _check_settings(part: SimulatorPart) -> None:
    if not part.technologies:
        raise ProfileError("simulator.technologies", "a modem needs one at least")
    if not part.message_formats or not {*part.message_formats} <= {0, 1}:
        raise ProfileError("simulator.message_formats", "wanted 0, 1 or both")
    if part.cmee not in range(3):
        raise ProfileError("simulator.cmee", f"wanted 0, 1 or 2, got {part.cmee}")
    _check_ranges("simulator.cnmi_test", part.cnmi_test)
    ranges = parse_ranges(part.cnmi_test)
    if len(ranges) != _CNMI_PLACES or not all(ranges):
        raise ProfileError("simulator.cnmi_test", f"wanted numbers for {_CNMI_PLACES} places")
    for name in part.charsets:
        if name not in CHARSETS:
            raise ProfileError("simulator.charsets", f"{name} is none of {', '.join(CHARSETS)}")
    if part.default_charset not in part.charsets:
        problem = f"{part.default_charset} isn't in simulator.charsets"
        raise ProfileError("simulator.default_charset", problem)
    for oddity, names in _NEEDED.items():
        for name in names:
            if getattr(part, oddity) and name in part.lacks:
                raise ProfileError("simulator.lacks", f"simulator.{oddity} needs {name}")


def _check_ranges(where: str, text: str) -> None:
    if not _RANGES.fullmatch(text):
        raise ProfileError(where, f'wanted a list such as (0-2),(0,3),("a"), got {text!r}')


def _check_command(where: str, command: OwnCommand) -> None:
    settings = {"setting": command.setting} if command.setting is not None else {}
    for field, kept in (
        *settings.items(),
        *((f"keys.{key}", k) for key, k in command.keys.items()),
    ):
        if kept.allowed:
            _check_ranges(f"{where}.{field}.allowed", kept.allowed)
    answers = (command.run, command.read, command.test, *command.set.values())
    for answer in (*answers, *command.shown.values()):
        if answer is None:
            continue
        _check_lines(where, (*answer.lines, *_lines_of(answer.then)))
        for said in answer.then:
            _check_span(where, said.after_s)
        if answer.lines and answer.final != "OK":
            raise ProfileError(where, "an answer that ends in something else has no lines")
    _check_lines(f"{where}.shows", (command.shows, command.lists), CONTEXT_NAMES)
    unknown = set(command.context) - CONTEXT_NAMES - {"-"}
    if unknown:
        known = ", ".join(sorted(CONTEXT_NAMES))
        raise ProfileError(f"{where}.context", f"wanted {known} or -, got {unknown.pop()!r}")
    ways = [bool(command.setting or command.set), bool(command.keys), bool(command.context)]
    if sum(ways) > 1:
        raise ProfileError(where, "setting and set, keys, context: only one of them")


def _lines_of(said: tuple[Said, ...]) -> tuple[str, ...]:
    return tuple(each.line for each in said)


def _check_lines(
    where: str, lines: tuple[str, ...], known: frozenset[str] = TEMPLATE_NAMES
) -> None:
    for line in lines:
        for name in _BRACES.findall(line):
            if name not in known:
                raise ProfileError(where, f"{{{name}}} is none of {', '.join(sorted(known))}")


__all__ = ["ProfileError", "read_profile"]
