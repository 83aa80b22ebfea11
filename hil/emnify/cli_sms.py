"""`modem-helper emnify sms`: the group, and what lists, shows, cancels and watches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from apn_config.display import columns, safe, table
from hil.emnify.cli_access import Access, api_command, show_json
from hil.emnify.cli_send import send
from hil.emnify.models import Sms, as_json

if TYPE_CHECKING:
    from hil.emnify.client import Client


@click.group()
def sms() -> None:
    """Send SMS to devices, and see what became of them."""


sms.add_command(send)


@sms.command("list")
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@api_command
def list_sms(access: Access, device_id: int) -> None:
    """List the SMS to and from a device, the newest last."""

    async def work(client: Client) -> tuple[Sms, ...]:
        return await client.sms_list(device_id)

    found = sorted(access.run(work), key=lambda item: item.id)
    access.show(as_json(found), _sms_lines(found))


def _sms_lines(found: Iterable[Sms]) -> list[str]:
    rows = [
        (s.id, s.direction, as_json(s.submit_date), _peer(s), s.status.text, s.payload)
        for s in found
    ]
    if not rows:
        return ["There is no SMS."]
    return columns(("id", "way", "submitted", "from or to", "status", "text"), rows)


def _peer(found: Sms) -> str:
    """Who a device sees as the sender, or whom it sent to."""
    return found.source_address if found.direction == "MT" else found.dest_address


@sms.command("show")
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@click.argument("sms_id", type=click.IntRange(min=1), metavar="SMS")
@api_command
def show_sms(access: Access, device_id: int, sms_id: int) -> None:
    """Show one SMS."""

    async def work(client: Client) -> Sms:
        return await client.sms(device_id, sms_id)

    value = as_json(access.run(work))
    access.show(value, table([(key.replace("_", " "), item) for key, item in value.items()]))


@sms.command()
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@click.argument("sms_id", type=click.IntRange(min=1), metavar="SMS")
@api_command
def cancel(access: Access, device_id: int, sms_id: int) -> None:
    """Take back an SMS that is buffered and not yet delivered."""

    async def work(client: Client) -> None:
        await client.cancel_sms(device_id, sms_id)

    access.run(work)
    access.show({"device": device_id, "sms": sms_id}, [f"SMS {sms_id} is cancelled."])


@sms.command("watch")
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@api_command
def watch_sms(access: Access, device_id: int) -> None:
    """Show new SMS of a device, and what becomes of them, until Ctrl-C.

    It asks the platform every five seconds; `webhook listen` is told at once.
    """

    async def work(client: Client) -> None:
        from hil.emnify.watching import watch

        async for found in watch(client, device_id):
            if access.as_json:
                show_json(as_json(found))
            else:
                click.echo(_line(found))

    access.run(work)


def _line(found: Sms) -> str:
    when = as_json(found.final_date or found.delivery_date or found.submit_date)
    arrow = "->" if found.direction == "MT" else "<-"
    status = f" {found.status.text}" if found.direction == "MT" else ""
    return f"{safe(when)} {arrow} {safe(_peer(found))} {found.id}{status}: {safe(found.payload)}"
