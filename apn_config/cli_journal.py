"""The command `journal`: what happened, in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from apn_config.cli import Target, ask, daemon, modem_command, show_json
from apn_config.control import ControlError, Json

# How often a journal that is followed is looked at; the daemon reads its own cache for that.
LOOK_S = 1.0


@click.command()
@click.option("-n", "--count", type=click.IntRange(1, 500), default=20, show_default=True)
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens, until Ctrl-C.")
@modem_command
def journal(target: Target, count: int, follow: bool, as_json: bool) -> None:
    """Show what happened: messages, commands, changes, answers, remedies.

    Numbers are masked, and texts aren't in it. With --json each entry is a line.

    \b
    Examples:
      modem-helper journal -n 50
      modem-helper journal --follow
    """
    from apn_config.journal_words import line

    socket = target.config.control.socket
    if follow:
        daemon(socket).close()  # where none runs nothing would ever come
    entries = ask(target, "journal", {"count": count})
    for entry in entries:
        show_json(entry) if as_json else click.echo(line(entry))
    if not entries and not as_json and not follow:
        click.echo("Nothing has happened yet.")
    if follow:
        for entry in _following(socket, entries[-1]["id"] if entries else 0):
            show_json(entry) if as_json else click.echo(line(entry))


def _following(socket: Path, known: int) -> Iterator[Json]:
    """The entries behind that one, as they are written, through one daemon after the other."""
    while True:
        time.sleep(LOOK_S)
        try:
            client = daemon(socket)
            try:
                entries = client.call("journal", {"after": known, "count": 500})
            finally:
                client.close()
        except (ControlError, OSError):
            continue  # it ends, or begins anew
        yield from entries
        known = entries[-1]["id"] if entries else known
