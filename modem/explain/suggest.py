"""Completion of a command line: names, forms, and values with their meanings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from modem.explain.lines import last_command, marked
from modem.explain.model import CommandHelp, Parameter, Suggestion
from modem.explain.table import by_name, commands

Offered = Mapping[str, Sequence[Sequence[str]]]

_NAME = re.compile(r"[+^$#*%!&]?[A-Za-z0-9]*")
_FORM_WORDS = {"?": "what it is now", "=?": "which values it takes", "=": "set it"}


def suggestions(text: str, offered: Offered) -> tuple[Suggestion, ...]:
    """What may follow `text`, which is all that stands before the cursor.

    `offered` has the values by parameter that a modem gave for a command's test form, by the
    command's name in upper case; they go before those of the table.
    """
    begun = text.lstrip()
    if begun[:2].upper() != "AT":
        return ()
    typed = last_command(begun[2:]).lstrip()
    name, rest = _split_name(typed)
    lower = begun[:2] == "at"
    if rest.startswith("=") and not rest.startswith("=?"):
        return tuple(_values(name, rest[1:], offered))
    if rest and marked(name):
        return ()
    if rest or not marked(typed):
        return (*_basic_values(typed), *_names(typed, lower=lower))
    return (*_forms(name), *_names(typed, lower=lower))


def _split_name(typed: str) -> tuple[str, str]:
    match = _NAME.match(typed)
    end = match.end() if match else 0
    return typed[:end].upper(), typed[end:].lstrip()


def _names(typed: str, *, lower: bool) -> Iterator[Suggestion]:
    """The names that begin so, in their alphabet; the one that stands there already isn't one."""
    wanted = typed.upper()
    for entry in sorted(commands(), key=_order):
        if entry.name.startswith(wanted) and entry.name != wanted:
            name = entry.name.lower() if lower else entry.name
            yield Suggestion(name, len(typed), entry.summary)


def _order(entry: CommandHelp) -> tuple[bool, bool, str]:
    """The standards' commands first, then the makers', the line's letters last."""
    name = entry.name
    return name[0].isalpha() or name[0] == "&", not name.startswith("+"), name


def _forms(name: str) -> Iterator[Suggestion]:
    """What may follow a whole name."""
    entry = by_name().get(name)
    if entry is None:
        return
    behind = [form.removeprefix(f"AT{name}") for form in entry.forms]
    sets = any(form.startswith("=") and form != "=?" for form in behind)
    for form, words in _FORM_WORDS.items():
        if form in behind or (form == "=" and sets):
            yield Suggestion(form, 0, words)


def _values(name: str, typed: str, offered: Offered) -> Iterator[Suggestion]:
    """The values of the parameter that is being typed."""
    pieces = _fields(typed)
    place, begun = len(pieces) - 1, pieces[-1].lstrip()
    entry = by_name().get(name)
    parameters = entry.parameters if entry is not None else ()
    parameter = parameters[place] if place < len(parameters) else Parameter("")
    for value, words in _candidates(parameter, offered.get(name, ()), place):
        if _begins(value, begun):
            yield Suggestion(value, len(begun), words)
    if place == 0 and not begun and entry is not None and f"AT{name}=?" in entry.forms:
        yield Suggestion("?", 0, _FORM_WORDS["=?"])


def _candidates(
    parameter: Parameter, offered: Sequence[Sequence[str]], place: int
) -> Iterator[tuple[str, str]]:
    """Values and their meanings: the modem's where it offered some, else the table's."""
    values = offered[place] if place < len(offered) else ()
    single = [value for value in values if not _is_range(value)]
    if not single:
        for value, words in parameter.values:
            yield value, words
    for value in single:
        yield value, parameter.words_for(value) or parameter.meaning


def _is_range(value: str) -> bool:
    low, dash, high = value.partition("-")
    return bool(dash) and low.isdigit() and high.isdigit()


def _begins(value: str, begun: str) -> bool:
    """Is it what is being typed, with or without its quotes? A value that is whole is none."""
    wanted = begun.casefold()
    return value.casefold() != wanted and (
        value.casefold().startswith(wanted) or value.strip('"').casefold().startswith(wanted)
    )


def _fields(text: str) -> list[str]:
    """The parameters that are typed so far, the last one perhaps not whole."""
    fields, quoted = [""], False
    for character in text:
        if character == '"':
            quoted = not quoted
        if character == "," and not quoted:
            fields.append("")
        else:
            fields[-1] += character
    return fields


def _basic_values(typed: str) -> Iterator[Suggestion]:
    """The numbers behind E, V, &D and their like."""
    entry = by_name().get(typed.upper()) if typed else None
    for parameter in entry.parameters[:1] if entry is not None else ():
        for value, words in parameter.values:
            if value.isdigit():
                yield Suggestion(value, 0, words)
