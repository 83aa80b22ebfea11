"""Syntaxes of commands: one file each, a pure function from a message to what it asks for.

A dialect's file is loaded when it is enabled. `known` tells all names, `dialect_named` gives one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from apn_config.dialects.dialect import Dialect

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

# By the name that the configuration knows, in the order in which the documentation lists them.
_BUILT_IN: dict[str, str] = {
    "plain": "plain",
    "signed": "signed",
    "omacp": "omacp",
    "teltonika": "teltonika",
    "teltonika-router": "teltonika_router",
    "queclink": "queclink",
    "ruptela": "ruptela",
    "concox": "concox",
    "coban": "coban",
    "meitrack": "meitrack",
    "suntech": "suntech",
    "calamp": "calamp",
    "digital-matter": "digital_matter",
    "airlink": "airlink",
    "aleos": "aleos",
    "robustel": "robustel",
    "digi": "digi",
    "2n": "two_n",
    "rayleigh": "rayleigh",
    "arnavi": "arnavi",
    "bitrek": "bitrek",
    "reachfar": "reachfar",
    "gotrack": "gotrack",
    "raw-at": "raw_at",
}
_GROUP = "modem_helper.dialects"


class UnknownDialect(Exception):
    """No dialect of that name is here, nor an entry point."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no dialect {name!r}; known are {', '.join(known())}")


class BrokenDialect(Exception):
    """An entry point that gives no dialect of its name."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"the entry point {name!r} of {_GROUP} {problem}")


def known() -> tuple[str, ...]:
    """The names of all dialects, those of entry points behind."""
    return (*_BUILT_IN, *(name for name in _others() if name not in _BUILT_IN))


def dialect_named(name: str) -> Dialect:
    """The dialect of that name. Raises UnknownDialect, and BrokenDialect for a foreign one."""
    if name in _BUILT_IN:
        found: Dialect = import_module(f"apn_config.dialects.{_BUILT_IN[name]}").DIALECT
        return found
    others = _others()
    if name not in others:
        raise UnknownDialect(name)
    return _loaded(others[name])


def _loaded(entry: EntryPoint) -> Dialect:
    """Raises BrokenDialect for whatever the import raises, too."""
    try:
        found = entry.load()
    except Exception as error:
        raise BrokenDialect(entry.name, f"can't be loaded: {error!r}") from error
    if not isinstance(found, Dialect):
        raise BrokenDialect(entry.name, "is no Dialect")
    # Passwords and rules go by the name that is configured.
    if found.name != entry.name:
        raise BrokenDialect(entry.name, f"is a Dialect of another name: {found.name!r}")
    return found


def _others() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {each.name: each for each in entry_points(group=_GROUP)}
