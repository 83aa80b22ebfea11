"""The simulated platform as a server: API, portal and webhooks for the modems of a simulation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from hil.emnify.listening import listening_at
from hil.emnify.simulator.automation import Automations
from hil.emnify.simulator.deliveries import Deliveries
from hil.emnify.simulator.organisation import PlatformSettings
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.portal.app import Portal, add_portal
from hil.emnify.simulator.portal.live import Live, Traffic
from hil.emnify.simulator.records import Device, Via
from hil.emnify.simulator.rest.app import add_api
from hil.emnify.simulator.rest.calls import Api
from hil.emnify.simulator.submission import submit_text
from hil.emnify.simulator.tokens import Tokens
from hil.station import Station
from modem.simulator import Network


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where to listen (port 0: any that is free), and what is behind it.

    `automations` is TOML; `request_limits`: the documented ones hold.
    """

    host: str = "127.0.0.1"
    port: int = 0
    platform: PlatformSettings = field(default_factory=PlatformSettings)
    automations: str = ""
    request_limits: bool = True


@dataclass(frozen=True, slots=True)
class Running:
    """A platform that listens: its base URLs, and a token for its API."""

    platform: Platform
    deliveries: Deliveries
    api: str
    portal: str
    application_token: str

    @property
    def on_loopback(self) -> bool:
        """Can this machine alone reach it?"""
        return ip_address(urlsplit(self.api).hostname or "").is_loopback

    def send_to(self, station: Station, text: str, sender: str) -> None:
        """An SMS to the device of a modem, as in the portal; raises Refused."""
        submit_text(self.platform, self.device_of(station), text, sender, Via.PORTAL)

    def device_of(self, station: Station) -> Device:
        """The device that has a modem's card."""
        device = self.platform.device_of(station.modem.state.subscriber)
        assert device is not None
        return device

    def described(self) -> dict[str, str]:
        """Its part of the ready line."""
        return {
            "api": self.api,
            "portal": self.portal,
            "application_token": self.application_token,
        }


@asynccontextmanager
async def serve_platform(
    network: Network, stations: Iterable[Station], settings: ServerSettings
) -> AsyncIterator[Running]:
    """A platform with these modems as its devices, while the context lasts. Raises ListenError."""
    platform = Platform(network, settings.platform)
    since_s = asyncio.get_running_loop().time()
    traffic = {platform.add_station(station).id: Traffic(station, since_s) for station in stations}
    tokens = Tokens(settings.platform.organisation_id, settings.platform.organisation)
    token = tokens.create("Made at start", platform.now())
    async with AsyncExitStack() as stack:
        deliveries = Deliveries(platform)
        stack.push_async_callback(deliveries.close)
        automations = Automations(platform, settings.automations)
        live = Live(platform, deliveries, automations)
        looking = asyncio.get_running_loop().create_task(live.look())
        stack.push_async_callback(_ended, looking)
        app = web.Application()
        add_api(app, Api(platform, tokens), request_limits=settings.request_limits)
        add_portal(app, Portal(platform, deliveries, automations, live, traffic))
        listening = listening_at(app, settings.host, settings.port)
        base = await stack.enter_async_context(listening)
        yield Running(platform, deliveries, base, f"{base}/portal/", token)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
