"""`modem-helper emnify`: the group, and the devices of an account. The rest is beside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from apn_config.display import columns, table
from hil.emnify.cli_access import FILTER_OPTION, Access, api_command
from hil.emnify.cli_policies import policies, policy
from hil.emnify.cli_sms import sms
from hil.emnify.cli_webhook import webhook
from hil.emnify.models import Connectivity, Device, as_json
from hil.emnify.reading import Json, inner, text

if TYPE_CHECKING:
    from hil.emnify.client import Client


@click.group()
def emnify() -> None:
    """Speak to the emnify platform: devices, SMS, webhooks.

    \b
    Example:
      export EMNIFY_APPLICATION_TOKEN=$(cat token)
      modem-helper emnify devices --filter tags:pump
      modem-helper emnify sms send --device 700001 --from 12345 --text "APN em"
      modem-helper emnify webhook set 4711 https://example.com/sms --secret-file key
      modem-helper emnify webhook listen --secret-file key
    """


emnify.add_command(sms)
emnify.add_command(policies)
emnify.add_command(policy)
emnify.add_command(webhook)


@emnify.command()
@FILTER_OPTION
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")
@api_command
def devices(access: Access, filters: dict[str, str], limit: int | None) -> None:
    """List devices.

    \b
    Example:
      modem-helper emnify devices --filter status:0 --limit 20
    """

    async def work(client: Client) -> list[Device]:
        from hil.emnify.client import PER_PAGE

        per_page = min(limit or PER_PAGE, PER_PAGE)
        found: list[Device] = []
        async for device in client.devices(filters, per_page=per_page):
            found.append(device)
            if len(found) == limit:
                break
        return found

    found = access.run(work)
    access.show(as_json(found), _device_lines(found))


def _device_lines(found: list[Device]) -> Iterable[str]:
    if not found:
        return ["There is no such device."]
    rows = [(d.id, d.name, d.status, d.iccid, d.msisdn, d.ip_address, d.policy) for d in found]
    return columns(("id", "name", "status", "ICCID", "MSISDN", "address", "policy"), rows)


@emnify.group()
def device() -> None:
    """Show, enable, disable or reset a device."""


@device.command()
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@api_command
def show(access: Access, device_id: int) -> None:
    """Show a device, its SIM and its connectivity."""

    async def work(client: Client) -> tuple[Device, Connectivity]:
        return await client.device(device_id), await client.connectivity(device_id)

    found, connectivity = access.run(work)
    value = {**as_json(found), "connectivity": as_json(connectivity)}
    access.show(value, table(_rows(found, connectivity)))


def _rows(found: Device, connectivity: Connectivity) -> list[tuple[str, object]]:
    return [
        ("id", found.id),
        ("name", found.name),
        ("status", found.status),
        ("connectivity", connectivity.status),
        ("network", _network(connectivity.location)),
        ("SIM", found.sim_status),
        ("ICCID", found.iccid),
        ("IMSI", found.imsi),
        ("MSISDN", found.msisdn),
        ("IMEI", found.imei),
        ("address", found.ip_address),
        ("policy", f"{found.policy} ({found.policy_id})" if found.policy_id else None),
        ("tags", found.tags),
    ]


def _network(location: Json | None) -> str:
    """The operator's name; that it stands under this key is how the portal names it."""
    operator = inner(location).get("operator")
    return text(inner(operator).get("name") or operator)


@device.command()
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@click.option("--sim", is_flag=True, help="Activate its SIM, too.")
@api_command
def enable(access: Access, device_id: int, sim: bool) -> None:
    """Enable a device."""
    _switch(access, device_id, True, sim)


@device.command()
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@click.option("--sim", is_flag=True, help="Suspend its SIM, too: else it is billed.")
@api_command
def disable(access: Access, device_id: int, sim: bool) -> None:
    """Disable a device."""
    _switch(access, device_id, False, sim)


def _switch(access: Access, device_id: int, enabled: bool, sim: bool) -> None:
    async def work(client: Client) -> Device:
        await client.set_enabled(device_id, enabled, sim=sim)
        return await client.device(device_id)

    found = access.run(work)
    access.show(as_json(found), _device_lines([found]))


@device.command()
@click.argument("device_id", type=click.IntRange(min=1), metavar="ID")
@api_command
def reset(access: Access, device_id: int) -> None:
    """Have the network forget where a device is, and its data session: it attaches anew."""

    async def work(client: Client) -> None:
        await client.reset_connectivity(device_id)

    access.run(work)
    access.show({"device": device_id}, [f"Device {device_id}: connectivity is reset."])
