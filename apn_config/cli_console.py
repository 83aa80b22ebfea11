"""The command `console`: a terminal that knows the AT language, or lines from a pipe."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import click

from apn_config.cli import modem_options, read_config

_HOW_TO_GET = (
    "This is the plain console; with history, completion and colours it needs prompt_toolkit:"
    " pip install 'modem-helper[console]'"
)


@click.command()
@modem_options
@click.option("--plain", is_flag=True, help="Lines in, lines out, as from a pipe.")
@click.option("--no-color", "no_colour", is_flag=True, help="No colours; so does NO_COLOR=1.")
@click.option(
    "--script",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Send the lines of a file and check the answers: docs/console.md.",
)
@click.option(
    "--force", is_flag=True, help="Send also what would be asked about first (plain and script)."
)
def console(
    config_path: Path | None,
    port: str | None,
    baud: int | None,
    socket: Path | None,
    as_json: bool,
    plain: bool,
    no_colour: bool,
    script: Path | None,
    force: bool,
) -> None:
    """Type AT commands at the modem; answers are explained.

    With a daemon the lines take their turn with its own commands. In a pipe each line is sent, and
    the answers are printed as they came; the exit code is 1 if any failed.

    \b
    Examples:
      modem-helper console --port /dev/ttyUSB2
      echo ATI | modem-helper console --plain
      modem-helper console --script check.at
    """
    from apn_config.typing_at import connect_to
    from modem.explain import harm

    # What fails is told on the screen, once.
    logging.getLogger().addHandler(logging.NullHandler())
    connect = connect_to(read_config(config_path, port, baud, socket), harm)
    if script is None and not as_json and not plain and _is_screen():
        from modem.console import run_screen

        colours = not no_colour and not os.environ.get("NO_COLOR")
        asyncio.run(run_screen(connect, colours=colours))
        return
    from modem.console import Plain, lines_of_stdin

    if sys.stdout is None:
        raise click.ClickException("standard output is closed")
    doing = Plain(sys.stdout, sys.stderr or StringIO(), as_json=as_json, force=force)

    async def work() -> int:
        if script is not None:
            return await doing.run_script(connect, script)
        with lines_of_stdin() as lines:
            return await doing.run(connect, lines)

    sys.exit(asyncio.run(work()))


def _is_screen() -> bool:
    """Is this a terminal that can be drawn on, and is the library there that does it?"""
    # One that was closed by who started us is None.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        return False
    if os.environ.get("TERM", "").lower() in ("dumb", "unknown"):
        return False
    if find_spec("prompt_toolkit") is None:
        click.echo(_HOW_TO_GET, err=True)
        return False
    return True
