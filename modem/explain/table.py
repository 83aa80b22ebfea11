"""All commands, and what is known of the one on a line."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from modem.explain.lines import requests
from modem.explain.model import CommandHelp

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def commands() -> tuple[CommandHelp, ...]:
    """All that are known, by domain: the line, the modem, card, networks, contexts, SMS, makers."""
    from modem.explain.tables import card, general, line, messages, network, packet, vendors

    domains = (line, general, card, network, packet, messages, vendors)
    return tuple(entry for domain in domains for entry in domain.TABLE)


@cache
def by_name() -> Mapping[str, CommandHelp]:
    """The same by name, in upper case."""
    return MappingProxyType({entry.name: entry for entry in commands()})


def help_for(line: str) -> CommandHelp | None:
    """What is known of the command on a line, of the last one where there are several."""
    found = requests(line)
    return by_name().get(found[-1].name) if found else None


def meaning(name: str, parameter: str, value: str) -> str:
    """What a value of a command's answer means, "" where that isn't known."""
    entry = by_name().get(name)
    if entry is None:
        return ""
    found = (each for each in (*entry.shown, *entry.parameters) if each.name == parameter)
    return next((words for each in found if (words := each.words_for(value))), "")
