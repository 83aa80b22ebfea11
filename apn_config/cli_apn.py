"""The commands about the APN: show, set, keep, history."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from apn_config.cli import ask, modem_options, read_config, show_json
from apn_config.control import Json

EXIT_ROLLED_BACK = 5
MAX_PASSWORD_FILE = 1024
# What `apn set` says of each state as the change enters it.
STATES = {
    "waiting": "Another change is under way; waiting for its end ...",
    "applying": "Applying ...",
    "verifying": "Verifying; this takes up to some minutes ...",
    "reapplying": "Refused; applying with user and password in the other order ...",
    "reverifying": "Verifying ...",
    "rolling-back": "It doesn't work; going back ...",
    "last-good": "Nor does the former one now; trying the last one that ever worked ...",
    "default": "Trying the configured default ...",
    "giving-up": "No APN has service; writing the former one back ...",
}


@click.group()
def apn() -> None:
    """Show or set the APN."""


@apn.command("show")
@modem_options
@click.option("--cid", type=int, help="Context; default: [apn] cid.")
def apn_show(
    config_path: Path | None,
    port: str | None,
    baud: int | None,
    socket: Path | None,
    as_json: bool,
    cid: int | None,
) -> None:
    """Show the APN, and what the network made of it. Never the password.

    \b
    Example:
      modem-helper apn show --json
    """
    from apn_config.display import apn_lines

    shown = ask(read_config(config_path, port, baud, socket), "apn.show", {"cid": cid})
    if as_json:
        show_json(shown)
    else:
        click.echo("\n".join(apn_lines(shown)))


@apn.command("set")
@click.argument("name", required=False)
@click.option("--rollback", is_flag=True, help="Go back to the last good APN, or end a trial.")
@click.option("--for", "trial", help="On trial: back by itself after 90s, 10m, 2h, unless kept.")
@click.option("--user", help='User; "" clears it.')
@click.option(
    "--password-file",
    type=click.File("rb"),
    help="File that holds the password; - reads it from stdin. Never on the command line.",
)
@click.option("--auth", type=click.Choice(["none", "pap", "chap"]), help="How both are given.")
@click.option("--type", "pdp_type", type=click.Choice(["ip", "ipv6", "ipv4v6"]), help="PDP type.")
@click.option("--cid", type=int, help="Context; default: [apn] cid.")
@modem_options
def apn_set(
    name: str | None,
    rollback: bool,
    trial: str | None,
    user: str | None,
    password_file: Any,
    auth: str | None,
    pdp_type: str | None,
    cid: int | None,
    config_path: Path | None,
    port: str | None,
    baud: int | None,
    socket: Path | None,
    as_json: bool,
) -> None:
    """Set the APN, see that it works, and go back to the former one if it doesn't.

    Exit code 5 means that it was rolled back.

    \b
    Example:
      modem-helper apn set em
      modem-helper apn set em --for 10m
      modem-helper apn set private.example --user u --password-file secret --auth pap
    """
    if (name is None) != rollback:
        raise click.UsageError("name an APN, or say --rollback")
    from apn_config.display import change_lines

    args: Json = {
        "apn": name,
        "user": user,
        "pass": None if password_file is None else _password(password_file),
        "auth": auth,
        "type": pdp_type,
        "cid": cid,
        "rollback": rollback,
        "for": trial,
    }
    try:
        target = read_config(config_path, port, baud, socket)
        change = ask(target, "apn.set", args, _ignore if as_json else _say_state)
    except KeyboardInterrupt:
        click.echo(
            "Interrupted in the middle; the daemon, or the next `apn set`, ends it.", err=True
        )
        raise
    if as_json:
        show_json(change)
    else:
        click.echo("\n".join(change_lines(change)))
    if change["outcome"] not in ("committed", "trial"):
        sys.exit(EXIT_ROLLED_BACK if change["outcome"] in ("rolled-back", "rescued") else 1)


@apn.command("keep")
@modem_options
def apn_keep(
    config_path: Path | None, port: str | None, baud: int | None, socket: Path | None, as_json: bool
) -> None:
    """Keep the APN that is on trial.

    \b
    Example:
      modem-helper apn keep
    """
    from apn_config.display import change_lines

    change = ask(read_config(config_path, port, baud, socket), "apn.keep")
    if as_json:
        show_json(change)
    else:
        click.echo("\n".join(change_lines(change)))


@apn.command("history")
@modem_options
@click.option("--count", type=click.IntRange(1, 500), default=20, show_default=True)
def apn_history(
    config_path: Path | None,
    port: str | None,
    baud: int | None,
    socket: Path | None,
    as_json: bool,
    count: int,
) -> None:
    """List the last changes, newest last, with what became of them.

    \b
    Example:
      modem-helper apn history --count 5
    """
    from apn_config.display import history_lines

    changes = ask(read_config(config_path, port, baud, socket), "apn.history", {"count": count})
    if as_json:
        show_json(changes)
    else:
        click.echo("\n".join(history_lines(changes)))


def _say_state(event: Json) -> None:
    text = STATES.get(str(event.get("state")))
    if text is not None:
        click.echo(text, err=True)


def _ignore(_event: Json) -> None:
    pass


def _password(file: BinaryIO) -> str:
    try:
        return file.read(MAX_PASSWORD_FILE).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.BadParameter("that file is no text", param_hint="--password-file") from None
