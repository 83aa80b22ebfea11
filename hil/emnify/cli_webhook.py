"""`modem-helper emnify webhook`: where a policy's SMS go, and a receiver for them."""

from __future__ import annotations

import asyncio
import re
import select
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.display import safe, table
from hil.cli_address import listen_address
from hil.emnify.cli_access import (
    JSON_OPTION,
    SECRET_VARIABLE,
    Access,
    api_command,
    libraries,
    secret_text,
    show_json,
)
from hil.emnify.events import Event, MoSms
from hil.emnify.models import ServiceProfile, as_json

if TYPE_CHECKING:
    from hil.emnify.client import Client

_SECRET_OPTION = click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"The key that signs. Default: the environment's {SECRET_VARIABLE}, if it is set.",
)


def _path(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9/._~-]*", value):
        raise click.BadParameter(f"wanted a path such as /sms, got {value!r}")
    return value


@click.group()
def webhook() -> None:
    """Say where a policy's SMS and receipts go, or receive them."""


@webhook.command("set")
@click.argument("policy", type=click.IntRange(min=1))
@click.argument("url")
@_SECRET_OPTION
@api_command
def set_webhook(access: Access, policy: int, url: str, secret_file: Path | None) -> None:
    """Have the SMS and receipts of a policy's devices go to a URL.

    POLICY is an id that `emnify policies` shows. What the policy had before is deleted.
    """
    if not re.fullmatch(r"https?://[^\s/]+\S*", url):
        raise click.BadParameter(f"wanted a URL such as https://example.com/sms, got {url!r}")
    secret = secret_text(secret_file, "--secret-file", SECRET_VARIABLE)

    async def work(client: Client) -> ServiceProfile:
        await client.set_webhook(policy, url, secret)
        return await _with_url(client, policy)

    _show(access, access.run(work))


@webhook.command("show")
@click.argument("policy", type=click.IntRange(min=1))
@api_command
def show_webhook(access: Access, policy: int) -> None:
    """Show where the SMS of a policy's devices go."""

    async def work(client: Client) -> ServiceProfile:
        return await _with_url(client, policy)

    _show(access, access.run(work))


@webhook.command("clear")
@click.argument("policy", type=click.IntRange(min=1))
@api_command
def clear_webhook(access: Access, policy: int) -> None:
    """Leave the SMS of a policy's devices to the portal and the API."""

    async def work(client: Client) -> ServiceProfile:
        await client.clear_webhook(policy)
        return await client.service_profile(policy)

    _show(access, access.run(work))


async def _with_url(client: Client, policy: int) -> ServiceProfile:
    """The policy; where it names its callback by id only, with that one's URL."""
    found = await client.service_profile(policy)
    if found.callback_id is None or found.callback_url:
        return found
    urls = {callback.id: callback.url for callback in await client.callbacks()}
    return replace(found, callback_url=urls.get(found.callback_id, ""))


def _show(access: Access, found: ServiceProfile) -> None:
    value = {
        "policy": found.id,
        "name": found.name,
        "interface": found.interface,
        "url": found.callback_url or None,
        "callback": found.callback_id,
        "secret": found.secret_id,
    }
    rows: list[tuple[str, object]] = [
        ("policy", f"{found.id} {found.name}"),
        ("interface", found.interface),
        ("webhook", found.callback_url or found.callback_id or "none"),
        ("signed", "no" if found.secret_id is None else f"with secret {found.secret_id}"),
    ]
    access.show(value, table(rows))


@webhook.command()
@click.option(
    "--listen",
    "address",
    type=listen_address,
    default="127.0.0.1:8089",
    show_default=True,
    metavar="[HOST:]PORT",
    help="Where to listen; port 0 takes a free one.",
)
@click.option("--path", callback=_path, default="/", show_default=True, help="Path of the URL.")
@_SECRET_OPTION
@JSON_OPTION
def listen(address: tuple[str, int], path: str, secret_file: Path | None, as_json: bool) -> None:
    """Receive SMS from devices and receipts, a line each, until Ctrl-C.

    Before the internet it belongs behind a proxy with TLS and time-outs (nginx, Caddy ...).

    An SMS is acknowledged once its line is written, and the parts of a long one once they are held
    in memory, to be joined; what isn't acknowledged, the platform repeats. Repeats since the start
    are dropped.

    \b
    Example:
      modem-helper emnify webhook listen --secret-file key --json >> events.jsonl
    """
    secret = secret_text(secret_file, "--secret-file", SECRET_VARIABLE)
    if secret is None:
        click.echo("warning: without a secret, whoever reaches the port is believed", err=True)
    failed = asyncio.run(_listen(address, path, secret, as_json))
    if failed is not None:
        raise failed


async def _listen(
    address: tuple[str, int], path: str, secret: str | None, as_json: bool
) -> OSError | None:
    """Until SIGINT or SIGTERM, or until lines can't be written any more: then that error."""
    with libraries():
        from hil.emnify.webhook import Receiver, listening

    ended = asyncio.Event()
    failed: OSError | None = None
    loop = asyncio.get_running_loop()

    def take(event: Event) -> None:
        nonlocal failed
        if not _is_read():  # a write would hold up everything
            raise _NobodyReads
        hold_signals(False)  # a line may be longer than the room there is: then they end it
        try:
            show_json(event_json(event)) if as_json else click.echo(event_line(event))
        except OSError as error:
            failed = error
            ended.set()
            raise
        finally:
            hold_signals(True)

    def hold_signals(yes: bool) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            if yes and not ended.is_set():
                loop.add_signal_handler(number, end, number)
            else:
                loop.remove_signal_handler(number)

    def end(number: int) -> None:
        ended.set()
        loop.remove_signal_handler(number)  # a second one ends it at once

    hold_signals(True)
    async with listening(Receiver(take, secret=secret), *address, path) as url:
        click.echo(f"Listening at {url}", err=True)
        await ended.wait()
    return failed


class _NobodyReads(Exception):
    """The pipe that lines go to is full: the platform will repeat."""


def _is_read() -> bool:
    """Can a line be written now? A pipe says yes while a page of it is free."""
    try:
        return bool(select.select([], [sys.stdout.fileno()], [], 0)[1])
    except (OSError, ValueError):  # no descriptor, or one that is closed: the write tells
        return True


def event_json(event: Event) -> dict[str, Any]:
    """A line of `webhook listen --json`."""
    value: dict[str, Any] = as_json(event)
    value.pop("part", None)
    return {"event": "mo" if isinstance(event, MoSms) else "receipt", **value}


def event_line(event: Event) -> str:
    """A line of `webhook listen` for people."""
    device = f"{safe(event.device_name)} ({safe(event.device_id)})"
    if isinstance(event, MoSms):
        way = f"{safe(event.source)} -> {safe(event.dest)}"
        lacks = f" [parts missing: {', '.join(map(str, event.missing))}]" if event.missing else ""
        when = safe(as_json(event.submitted))
        return f"{when} SMS {safe(event.id)} {device} {way}{lacks}: {safe(event.text)}"
    when = safe(as_json(event.final or event.submitted))
    return f"{when} receipt {safe(event.id)} {device}: {event.status.text}"
