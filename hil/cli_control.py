"""`modem-helper sim-control`: what a script says to simulated modems, through their socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

Show = Callable[[Any], str]

_MODEM = click.option(
    "--modem",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Which modem, as `simulate` numbers them.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


@click.group("sim-control")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_context
def sim_control(context: click.Context, path: Path) -> None:
    """Do something to modems that `modem-helper simulate --control PATH` runs.

    \b
    Example:
      modem-helper simulate --link /tmp/modem0 --control /tmp/sim &
      modem-helper sim-control /tmp/sim deliver --from 12345 "APN em"
      modem-helper sim-control /tmp/sim coverage off
      modem-helper sim-control /tmp/sim state --json
    """
    context.obj = path


def _call(path: Path, op: str, args: dict[str, Any], *, as_json: bool, show: Show) -> None:
    """Ask, and print the answer. Raises ControlError, which has its exit code."""
    from apn_config.control import ControlClient, ControlError

    client = ControlClient.connect(path)
    if client is None:
        raise ControlError(
            f"nobody listens at {path}; start modem-helper simulate --control {path}", exit_code=3
        )
    try:
        result = client.call(op, args)
    finally:
        client.close()
    click.echo(json.dumps(result) if as_json else show(result))


def _shown(state: dict[str, Any]) -> str:
    """A modem's state, a line a key; what holds further keys is JSON."""
    return "\n".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in state.items()
    )


@sim_control.command()
@_MODEM
@click.option("--from", "sender", metavar="NUMBER", help="Who sends it: a number or a name.")
@click.option("--pdu", is_flag=True, help="TEXT is a whole PDU in hex, its SMSC first.")
@click.argument("text")
@_JSON
@click.pass_obj
def deliver(
    path: Path, modem: int, sender: str | None, pdu: bool, text: str, as_json: bool
) -> None:
    """Deliver an SMS to a modem."""
    if pdu == (sender is not None):
        raise click.UsageError("wanted either --from or --pdu")
    message = {"pdu": text} if pdu else {"from": sender, "text": text}
    args = {"modem": modem, **message}
    _call(path, "deliver", args, as_json=as_json, show=lambda found: "\n".join(found["pdus"]))


@sim_control.command()
@_MODEM
@click.argument("state", type=click.Choice(["on", "off"]))
@_JSON
@click.pass_obj
def coverage(path: Path, modem: int, state: str, as_json: bool) -> None:
    """Give the signal, or take it away."""
    _call(path, "coverage", {"modem": modem, "on": state == "on"}, as_json=as_json, show=_shown)


@sim_control.command()
@_MODEM
@_JSON
@click.pass_obj
def reboot(path: Path, modem: int, as_json: bool) -> None:
    """Switch a modem off and on."""
    _call(path, "reboot", {"modem": modem}, as_json=as_json, show=_shown)


@sim_control.command()
@_MODEM
@_JSON
@click.pass_obj
def unplug(path: Path, modem: int, as_json: bool) -> None:
    """Take a modem's port away; the modem goes on."""
    _call(path, "unplug", {"modem": modem}, as_json=as_json, show=_shown)


@sim_control.command()
@_MODEM
@click.option("--renamed", is_flag=True, help="It comes back under another name.")
@_JSON
@click.pass_obj
def plug(path: Path, modem: int, renamed: bool, as_json: bool) -> None:
    """Give a modem's port back."""
    args = {"modem": modem, "renamed": renamed}
    _call(path, "plug", args, as_json=as_json, show=_shown)


@sim_control.command()
@click.option("--to", metavar="NUMBER", help="Only what is sent to this number.")
@click.option("--count", type=click.IntRange(min=1), help="So many messages; else all from now on.")
@click.option("--none", is_flag=True, help="Refuse nothing any more.")
@click.argument("code", type=click.IntRange(1, 0xFFFF), required=False)
@_JSON
@click.pass_obj
def refuse(
    path: Path, to: str | None, count: int | None, none: bool, code: int | None, as_json: bool
) -> None:
    """Have the network refuse what modems send, with +CMS ERROR: CODE."""
    if none == (code is not None):
        raise click.UsageError("wanted either CODE or --none")
    args = {"code": code, "to": to, "count": count}
    _call(path, "refuse", args, as_json=as_json, show=_shown)


@sim_control.command()
@_MODEM
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
@_JSON
@click.pass_obj
def faults(path: Path, modem: int, file: TextIO | None, as_json: bool) -> None:
    """Set what goes wrong from now on, or count what went wrong so far."""
    import tomllib

    from modem.simulator import FaultFileError, parse_plan

    args: dict[str, Any] = {"modem": modem}
    if file is not None:
        try:
            text = file.read()
            parse_plan(text, file.name)
        except (FaultFileError, UnicodeDecodeError) as error:
            raise click.BadParameter(str(error)) from error
        args["plan"] = tomllib.loads(text)
    _call(path, "faults", args, as_json=as_json, show=lambda found: _shown(found["faults"]))


@sim_control.command()
@click.option("--modem", type=click.IntRange(min=0), metavar="N", help="This one only.")
@_JSON
@click.pass_obj
def state(path: Path, modem: int | None, as_json: bool) -> None:
    """Show modems: port, network, storage, faults so far."""
    args = {} if modem is None else {"modem": modem}
    _call(path, "state", args, as_json=as_json, show=lambda found: _all_shown(found["modems"]))


def _all_shown(modems: list[dict[str, Any]]) -> str:
    return "\n\n".join(map(_shown, modems))
