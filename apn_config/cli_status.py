"""The command `status`: how a running daemon stands, once or for as long as one looks."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

import click

from apn_config.cli import daemon, daemon_command, show_json
from apn_config.control import ControlError, Json

MESSAGES = 5


@click.command()
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(0.2, 3600),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="How often --watch looks; each look asks the modem.",
)
@daemon_command
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def status(socket: Path, watch: bool, every_s: float, as_json: bool) -> None:
    """Show how the running daemon stands: link, network, signal, APN, answers, messages.

    Without a daemon the exit code is 8; `info` opens the port then. With --watch a terminal shows a
    picture, a file or a pipe gets a line whenever something has changed, with --json each look.

    \b
    Examples:
      modem-helper status
      modem-helper status --watch
      modem-helper status --watch --json | jq .modem.rssi_dbm
    """
    if watch:
        _watch(socket, every_s, as_json)
        return
    from apn_config.status_view import SignalHistory, picture

    found, messages = _look(socket)
    if as_json:
        show_json(found)
    else:
        columns = 10_000 if not sys.stdout.isatty() else _columns()
        click.echo("\n".join(picture(found, messages, SignalHistory(), columns)))


def _look(socket: Path) -> tuple[Json, list[Json]]:
    """The status and the last messages. Raises ControlError (8) where no daemon runs."""
    client = daemon(socket)
    try:
        found = client.call("status")
        if found["store"]["why"] is not None:
            return found, []
        return found, client.call("sms.list", {"taken": True, "count": MESSAGES})["inbox"]
    finally:
        client.close()


def _watch(socket: Path, every_s: float, as_json: bool) -> None:
    """Look for ever. A daemon that ends is waited for; one that isn't there at first isn't."""
    daemon(socket).close()
    show = _json if as_json else _Picture().show if sys.stdout.isatty() else _Lines().show
    while True:
        try:
            found, messages = _look(socket)
        except (ControlError, OSError) as error:
            show(str(error), [])
        else:
            show(found, messages)
        time.sleep(every_s)


def _json(found: Json | str, _messages: list[Json]) -> None:
    if not isinstance(found, str):
        show_json(found)


class _Lines:
    """A line whenever something has changed."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, found: Json | str, _messages: list[Json]) -> None:
        from apn_config.display import safe
        from apn_config.status_view import line

        said = safe(found) if isinstance(found, str) else line(found)
        if said != self._last:
            click.echo(f"{datetime.now().astimezone():%H:%M:%S}  {said}")
            self._last = said


class _Picture:
    """The picture, drawn again in its place."""

    def __init__(self) -> None:
        from apn_config.status_view import SignalHistory
        from apn_config.terminal import Canvas

        self._history = SignalHistory()
        self._canvas = Canvas(lambda text: click.echo(text, nl=False))
        self._last: list[str] = []

    def show(self, found: Json | str, messages: list[Json]) -> None:
        from apn_config.display import safe
        from apn_config.status_view import clipped, picture

        columns = self._canvas.columns
        if isinstance(found, str):
            self._history.add(None)
            trouble = clipped(f"{safe(found)}; looking again ...", columns)
            self._canvas.draw([trouble, "", *self._last])
            return
        modem = found["modem"]
        self._history.add(None if modem is None else modem["rssi_dbm"])
        self._last = picture(found, messages, self._history, columns)
        self._canvas.draw([*self._last, "", clipped(_footer(), columns)])


def _footer() -> str:
    return f"{datetime.now().astimezone():%H:%M:%S}  Ctrl-C ends this."


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size()[0]
