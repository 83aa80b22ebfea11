"""The command `at`: AT lines, one by one, with their whole answers."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from apn_config.cli import Target, modem_options, read_config, show_json
from modem import AtAnswer


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sent, and how."""

    lines: tuple[str, ...]
    payload: str | None
    force: bool
    timeout_s: float | None


@click.command()
@click.argument("lines", metavar="LINE...", nargs=-1, required=True)
@modem_options
@click.option("--payload", help="What is sent at the prompt of +CMGS or +CMGW: a PDU, or a text.")
@click.option("--force", is_flag=True, help="Send also what would take the daemon's ground.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    metavar="SECONDS",
    help="How long each answer may take. Default: 60, and 180 for AT+...=?.",
)
def at(
    lines: tuple[str, ...],
    config_path: Path | None,
    port: str | None,
    baud: int | None,
    socket: Path | None,
    as_json: bool,
    payload: str | None,
    force: bool,
    timeout_s: float | None,
) -> None:
    """Send AT lines, and print the answers; on a terminal they are explained, too.

    Nothing else is sent, and no setting is changed, but to clear the line of what its last user
    left on it. With a daemon the lines take their turn with its own; what would take its ground
    (AT+CMGF=1, AT+CNMI=...) is refused without --force, exit code 4. The first line that fails is
    the last that is sent.

    \b
    Examples:
      modem-helper at AT+CSQ
      modem-helper at ATI "AT+CPIN?" --json
    """
    target = read_config(config_path, port, baud, socket)
    order = Order(lines, payload, force, timeout_s)
    show = _show_json if as_json else _print
    if not asyncio.run(_send(target, order, show)):
        sys.exit(1)


async def _send(target: Target, order: Order, show: Callable[[AtAnswer], None]) -> bool:
    """Send line by line; were all answered with OK? Raises ModemError, ChannelError."""
    from apn_config.typing_at import connect_to

    channel = await connect_to(target)(lambda _lines: None, lambda _news: None)
    try:
        for line in order.lines:
            answer = await channel.execute(
                line, payload=order.payload, force=order.force, timeout_s=order.timeout_s
            )
            show(answer)
            if not answer.ok:
                return False
    finally:
        await channel.close()
    return True


def _show_json(answer: AtAnswer) -> None:
    from modem.console import answer_json

    show_json(answer_json(answer))


def _print(answer: AtAnswer) -> None:
    """The modem's lines: to a pipe as they are, to a terminal made safe and explained."""
    if not sys.stdout.isatty():
        click.echo("\n".join((*answer.lines, answer.final)))
        return
    from modem.console import printable
    from modem.explain import explain

    for line in (*answer.lines, answer.final):
        click.echo(printable(line))
    plain = bool(os.environ.get("NO_COLOR"))
    for line in explain(answer.line, answer.lines, answer.final):
        text = f"  {printable(line)}"
        click.echo(text if plain else click.style(text, dim=True))
