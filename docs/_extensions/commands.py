"""The reference of the command line, from click's own commands."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

import cli

PROGRAM = "modem-helper"


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Each command with its full name, groups before what is in them."""
    context = click.Context(cli.app, info_name=PROGRAM)
    for name in cli.app.list_commands(context):
        command = cli.app.get_command(context, name)
        if command is not None:
            yield from _below(f"{PROGRAM} {name}", command)


def _below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for inner, each in command.commands.items():
            yield from _below(f"{name} {inner}", each)


def examples(command: click.Command) -> list[str]:
    """The lines of its help's example."""
    return [line for part in _paragraphs(command) for line in _example(part)]


def page() -> str:
    """All commands as Markdown."""
    return "\n".join(line for name, command in every_command() for line in _entry(name, command))


def _entry(name: str, command: click.Command) -> Iterator[str]:
    level = "##" if name.count(" ") == 1 else "###"
    yield f"{level} {name}\n"
    context = click.Context(command, info_name=name)
    yield f"```text\n{name} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    for part in _paragraphs(command):
        lines = _example(part)
        yield "```text\n" + "\n".join(lines) + "\n```\n" if lines else f"{_prose(part)}\n"
    options = [found for each in command.params if (found := each.get_help_record(context))]
    if options:
        yield "| option | |"
        yield "|---|---|"
        for option, meaning in options:
            yield f"| `{_cell(option)}` | {_prose(_cell(meaning))} |"
        yield ""


def _paragraphs(command: click.Command) -> list[str]:
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    return [part for part in re.split(r"\n\s*\n", text) if part.strip()]


def _example(part: str) -> list[str]:
    """The lines of a paragraph that click is told to leave as it is; its heading is left out."""
    if not part.startswith("\b"):
        return []
    lines = [line.strip() for line in part.splitlines()[1:]]
    return lines[1:] if lines[0].rstrip(":") in ("Example", "Examples") else lines


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _prose(text: str) -> str:
    """Help is plain text: nothing of it may be taken for markup but words in backticks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([<>*_\[\]])", r"\\\1", part) for part in parts
    )
