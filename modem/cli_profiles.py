"""The command `profiles`: which modem families are known, and where each value was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from modem.profiles import Profile

_PARTS = ("driver", "simulator")


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a profile. Without a source the value is the generic one."""

    field: str
    value: Any
    source: str | None
    level: str | None


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The families, for the shell's completion."""
    from modem.profiles import profile_names

    return [name for name in profile_names() if name.startswith(incomplete)]


@click.command()
@click.argument("name", required=False, shell_complete=_names)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
def profiles(name: str | None, as_json: bool) -> None:
    """Show the modem families that are known, or all of NAME with the source of each value.

    A profile is matched by what a modem answers to AT+CGMI and AT+CGMM; any other modem is taken by
    the standard. A value without a source is the standard's, too.

    \b
    Examples:
      modem-helper profiles
      modem-helper profiles ec25
      modem-helper profiles ec25 --json
    """
    from modem.profiles import profile_named, profile_names

    if name is None:
        families = [profile_named(each) for each in profile_names()]
        click.echo(_as_json(families) if as_json else _table(families))
        return
    profile = profile_named(name)
    click.echo(_as_json([profile]) if as_json else _drawn(profile, list(rows(profile))))


def _as_json(families: list[Profile]) -> str:
    return json.dumps({"profiles": [complete(profile) for profile in families]})


def complete(profile: Profile) -> dict[str, Any]:
    """A family in one object, with all its fields."""
    return {
        "name": profile.name,
        "title": profile.title,
        "cgmi": list(profile.cgmi),
        "cgmm": list(profile.cgmm),
        "fields": [_row_values(row) for row in rows(profile)],
    }


def rows(profile: Profile) -> Iterator[Row]:
    """Every field of both parts, in the order of the model; a command is a field of its own."""
    for part in _PARTS:
        record = getattr(profile, part)
        for each in fields(record):
            value = getattr(record, each.name)
            if each.name == "commands":
                for name, command in value.items():
                    yield _row(profile, f"{part}.commands.{name}", _plain(command))
            else:
                yield _row(profile, f"{part}.{each.name}", _plain(value))


def _row(profile: Profile, path: str, value: Any) -> Row:
    source = profile.sources.get(path)
    if source is None:
        return Row(path, value, None, None)
    return Row(path, value, source.text, source.level.value)


def _row_values(row: Row) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(row)}


def _plain(value: Any) -> Any:
    """A value as JSON has it: keys are text, and a record has what it says itself."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if is_dataclass(value):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if getattr(value, each.name) != _default(each)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _table(families: list[Profile]) -> str:
    wide = max(len(family.name) for family in families)
    lines = [f"{family.name:{wide}}  {family.title}" for family in families]
    return "\n".join([*lines, "", "modem-helper profiles NAME shows one of them."])


def _drawn(profile: Profile, found: list[Row]) -> str:
    lines = [f"{profile.name}: {profile.title}"]
    if profile.cgmi:
        lines.append(f"matches +CGMI {', '.join(profile.cgmi)} and +CGMM {', '.join(profile.cgmm)}")
    for sourced in (True, False):
        chosen = [row for row in found if (row.source is not None) == sourced]
        if chosen:
            lines += ["", "Particular to it:" if sourced else "By the standard:"]
        for row in chosen:
            lines.append(f"  {row.field} = {json.dumps(row.value, ensure_ascii=False)}")
            if row.source is not None:
                lines.append(f"      {row.level}: {row.source}")
    return "\n".join(lines)
