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


def known() -> tuple[str, ...]:
    """The names of all dialects, those of entry points behind."""
    return (*_BUILT_IN, *(name for name in _others() if name not in _BUILT_IN))


def dialect_named(name: str) -> Dialect:
    """The dialect of that name. Raises UnknownDialect, and whatever a foreign one's import does."""
    if name in _BUILT_IN:
        found = import_module(f"apn_config.dialects.{_BUILT_IN[name]}").DIALECT
    elif name in _others():
        found = _others()[name].load()
    else:
        raise UnknownDialect(name)
    if not isinstance(found, Dialect):
        raise TypeError(f"the entry point {name} of {_GROUP} is no Dialect")
    return found


def _others() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {each.name: each for each in entry_points(group=_GROUP)}
