"""`modem-helper emnify policies` and `policy`: what devices may do with SMS, and where these go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from apn_config.display import columns, table
from hil.emnify.cli_access import Access, api_command
from hil.emnify.models import SMS_MO, SMS_MT, ServiceProfile, as_json

if TYPE_CHECKING:
    from hil.emnify.client import Client

_WORDS = {True: "yes", False: "no", None: "?"}
_ON_OFF = click.Choice(["on", "off"])


@click.command()
@api_command
def policies(access: Access) -> None:
    """List the service policies: what devices may do with SMS, and where these go."""

    async def work(client: Client) -> tuple[ServiceProfile, ...]:
        return await client.service_profiles()

    found = access.run(work)
    access.show(as_json(found), _list_lines(found))


def _list_lines(found: tuple[ServiceProfile, ...]) -> Iterable[str]:
    if not found:
        return ["There is no policy."]
    rows = [
        (p.id, p.name, *_switches(p), p.interface, p.callback_url or p.callback_id, _signed(p))
        for p in found
    ]
    names = ("MO", "MT", "P2P inside", "P2P outside")
    return columns(("id", "name", *names, "interface", "webhook", "secret"), rows)


def _switches(found: ServiceProfile) -> tuple[str, str, str, str]:
    flags = (found.sms_mo, found.sms_mt, found.sms_p2p_int, found.sms_p2p_ext)
    mo, mt, inside, outside = (_WORDS[flag] for flag in flags)
    return mo, mt, inside, outside


def _signed(found: ServiceProfile) -> str:
    return "yes" if found.secret_id else "no"


@click.group()
def policy() -> None:
    """Show or change a service policy."""


@policy.command()
@click.argument("policy_id", type=click.IntRange(min=1), metavar="ID")
@api_command
def show(access: Access, policy_id: int) -> None:
    """Show a policy."""

    async def work(client: Client) -> ServiceProfile:
        return await client.service_profile(policy_id)

    _show(access, access.run(work))


@policy.command("set")
@click.argument("policy_id", type=click.IntRange(min=1), metavar="ID")
@click.option("--mo", type=_ON_OFF, help="Devices may send SMS.")
@click.option("--mt", type=_ON_OFF, help="Devices may receive SMS.")
@click.option("--p2p-inside", type=_ON_OFF, help="They may write to each other.")
@click.option("--p2p-outside", type=_ON_OFF, help="They may write to numbers of others.")
@api_command
def change(
    access: Access,
    policy_id: int,
    mo: str | None,
    mt: str | None,
    p2p_inside: str | None,
    p2p_outside: str | None,
) -> None:
    """Say what the devices of a policy may do with SMS.

    \b
    Example:
      modem-helper emnify policy set 400001 --mt on --p2p-outside off
    """
    services = {SMS_MO: mo, SMS_MT: mt}
    fields = {"sms_p2p_int": p2p_inside, "sms_p2p_ext": p2p_outside}
    if not any((*services.values(), *fields.values())):
        raise click.UsageError("wanted at least one of --mo, --mt, --p2p-inside, --p2p-outside")

    async def work(client: Client) -> ServiceProfile:
        for service, wanted in services.items():
            if wanted is not None:
                await client.set_service(policy_id, service, on=wanted == "on")
        changes = {name: wanted == "on" for name, wanted in fields.items() if wanted is not None}
        if changes:
            await client.patch_service_profile(policy_id, changes)
        return await client.service_profile(policy_id)

    _show(access, access.run(work))


def _show(access: Access, found: ServiceProfile) -> None:
    mo, mt, inside, outside = _switches(found)
    rows: list[tuple[str, object]] = [
        ("policy", f"{found.id} {found.name}"),
        ("SMS MO", mo),
        ("SMS MT", mt),
        ("P2P inside", inside),
        ("P2P outside", outside),
        ("interface", found.interface),
        ("webhook", found.callback_url or found.callback_id),
        ("signed", _signed(found)),
    ]
    access.show(as_json(found), table(rows))
