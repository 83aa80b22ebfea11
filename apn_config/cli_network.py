"""The commands about networks: show, scan, select."""

from __future__ import annotations

import sys

import click

from apn_config.cli import Target, ask, modem_command, show_json
from apn_config.control import Json


@click.group()
def network() -> None:
    """Show the network, look for others, or choose one."""


@network.command("show")
@modem_command
def network_show(target: Target, as_json: bool) -> None:
    """Show where the modem is registered, and how well it hears.

    \b
    Example:
      modem-helper network show
    """
    from apn_config.control import ControlError
    from apn_config.display import network_lines

    status = ask(target, "status")
    modem = status["modem"]
    if modem is None:
        raise ControlError(f"no modem: {status['link']['why'] or status['link']['phase']}", 8)
    keys = ("operator", "registration", "domains", "rat", "data_ready", "sms_ready", "sms")
    shown = {key: modem[key] for key in (*keys, "rssi_dbm", "rsrp_dbm", "rsrq_db")}
    if as_json:
        show_json(shown)
    else:
        click.echo("\n".join(network_lines(shown)))


@network.command("scan")
@modem_command
def network_scan(target: Target, as_json: bool) -> None:
    """Look for the networks in reach; that takes up to three minutes.

    The modem does nothing else meanwhile: answers wait, and so do messages. One client at a time
    searches (exit code 7). Ctrl-C gives it up.

    \b
    Example:
      modem-helper network scan
    """
    from apn_config.display import scan_lines

    with _Progress("Looking for networks") as progress:
        found = ask(target, "network.scan", {}, progress.hear)
    if as_json:
        show_json(found)
    else:
        click.echo("\n".join(scan_lines(found["networks"])))


@network.command("select")
@click.argument("plmn", metavar="PLMN|auto")
@modem_command
def network_select(target: Target, plmn: str, as_json: bool) -> None:
    """Use the network of that number (MCC and MNC), or let the modem choose (auto).

    Where it isn't to be had the modem chooses another one by itself, so the device stays reachable;
    the exit code is 1 then.

    \b
    Examples:
      modem-helper network select 26201
      modem-helper network select auto
    """
    from apn_config.display import chosen_line

    with _Progress("Registering") as progress:
        args = {} if plmn == "auto" else {"plmn": plmn}
        chosen = ask(target, "network.select", args, progress.hear)
    if as_json:
        show_json(chosen)
    else:
        click.echo(chosen_line(chosen))
    if chosen["wanted"] not in (None, chosen["plmn"]):
        sys.exit(1)


class _Progress:
    """How long it has taken, in one line of the terminal; nothing where stderr is none."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._shows = sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        self._show(f"{self._doing} ...")
        return self

    def __exit__(self, *_error: object) -> None:
        self._show("")

    def hear(self, event: Json) -> None:
        """Another second."""
        if "elapsed_s" in event:
            self._show(f"{self._doing} ... {event['elapsed_s']:.0f} s (up to 180 s)")

    def _show(self, text: str) -> None:
        if self._shows:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
