"""The simulated platform as a server: API, portal and webhooks for the modems of a simulation."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from hil.emnify.simulator.automation import Automations
from hil.emnify.simulator.deliveries import Deliveries
from hil.emnify.simulator.platform import Platform, PlatformSettings
from hil.emnify.simulator.portal.app import Portal, add_portal
from hil.emnify.simulator.portal.live import Live, Traffic
from hil.emnify.simulator.records import Via
from hil.emnify.simulator.rest.app import add_api
from hil.emnify.simulator.rest.calls import Api
from hil.emnify.simulator.submission import submit_text
from hil.emnify.simulator.tokens import Tokens
from modem.simulator import Network

if TYPE_CHECKING:
    from hil.simulate import Station

# How long open streams are waited for at the end: they are cut.
_GOODBYE_S = 0.1


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where to listen (port 0: any that is free), and what is behind it.

    `automations` is TOML; `limited` says whether the documented request limits hold.
    """

    host: str = "127.0.0.1"
    port: int = 0
    platform: PlatformSettings = field(default_factory=PlatformSettings)
    automations: str = ""
    limited: bool = True


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
        device = self.platform.device_of(station.modem.state.subscriber)
        assert device is not None
        submit_text(self.platform, device, text, sender, Via.PORTAL)

    def described(self) -> dict[str, str]:
        """Its part of the ready line."""
        return {
            "api": self.api,
            "portal": self.portal,
            "application_token": self.application_token,
        }


class ListenError(Exception):
    """The address can't be had."""

    def __init__(self, address: str, error: OSError) -> None:
        self.in_use = error.errno == errno.EADDRINUSE
        self.forbidden = error.errno == errno.EACCES
        # A number below zero is getaddrinfo's, which has its own words.
        known = error.errno is not None and error.errno > 0
        words = os.strerror(error.errno) if known else error.strerror  # type: ignore[arg-type]
        reason = "is in use" if self.in_use else words
        super().__init__(f"{address} {reason}")


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
        add_api(app, Api(platform, tokens), limited=settings.limited)
        add_portal(app, Portal(platform, deliveries, automations, live, traffic))
        base = await _listen(stack, app, settings)
        yield Running(platform, deliveries, base, f"{base}/portal/", token)


async def _listen(stack: AsyncExitStack, app: web.Application, settings: ServerSettings) -> str:
    # A body that isn't as compressed as it says breaks aiohttp's own reading: taken as it is.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GOODBYE_S, auto_decompress=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.host, settings.port)
    address = f"{settings.host}:{settings.port}"
    try:
        await site.start()
    except OSError as error:
        raise ListenError(address, error) from error
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
