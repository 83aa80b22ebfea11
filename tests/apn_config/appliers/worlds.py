"""An applier with all that it works with: a bus, stand-ins for the services, the own AT port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from apn_config.appliers import Applier, Held, Service
from apn_config.appliers.modemmanager import ModemManagerApplier
from apn_config.appliers.networkmanager import NetworkManagerApplier
from apn_config.model import Apn
from modem import CommandRefused, LiveContext
from tests.apn_config.appliers.bus_server import BusServer, serving
from tests.apn_config.appliers.bus_server import Service as BusService
from tests.apn_config.appliers.fake_modemmanager import MM, FakeModemManager, Properties
from tests.apn_config.appliers.fake_networkmanager import NM, FakeNetworkManager, Settings
from tests.apn_config.appliers.stand_ins import IDENTITY, FakeModem, Steps


@dataclass
class OwnPort(FakeModem):
    """The daemon's own AT port: what it tells of the contexts by number."""

    lives: dict[int, LiveContext] = field(default_factory=dict)

    async def live_context(self, cid: int) -> LiveContext:
        """A context that isn't defined is an error, as with a modem."""
        if cid not in self.lives:
            raise CommandRefused("AT+CGCONTRDP", "CME", 30)
        return self.lives[cid]


@dataclass
class World:
    """The applier, and its calls with the modem filled in."""

    server: BusServer
    applier: Applier
    modem_manager: FakeModemManager
    own_port: OwnPort = field(default_factory=lambda: OwnPort(Steps()))

    async def read(self) -> Held:
        """What is set."""
        return await self.applier.read(self.own_port.as_modem(), 1)

    async def write(self, apn: Apn) -> None:
        """Set it."""
        await self.applier.write(self.own_port.as_modem(), 1, apn)

    async def restore(self, held: Held) -> None:
        """Bring it back."""
        await self.applier.restore(self.own_port.as_modem(), 1, held)

    async def take_effect(self) -> None:
        """Have it seen."""
        await self.applier.take_effect(self.own_port.as_modem())

    async def serving(self, *, activate: bool) -> Service:
        """What service there is."""
        return await self.applier.serving(self.own_port.as_modem(), 1, activate=activate)


@dataclass
class NmWorld(World):
    """With NetworkManager."""

    manager: FakeNetworkManager = field(default_factory=FakeNetworkManager)


@dataclass
class MmWorld(World):
    """With ModemManager alone."""

    @property
    def manager(self) -> FakeModemManager:
        """It."""
        return self.modem_manager


NewNmWorld: TypeAlias = Callable[..., AbstractAsyncContextManager[NmWorld]]
NewMmWorld: TypeAlias = Callable[..., AbstractAsyncContextManager[MmWorld]]


def nm_worlds(monkeypatch: pytest.MonkeyPatch, home: Path) -> NewNmWorld:
    """async with new(connection, ..., named=None)."""

    @asynccontextmanager
    async def new(*connections: Settings, named: str | None = None) -> AsyncIterator[NmWorld]:
        manager = FakeNetworkManager(*connections)
        modem_manager = FakeModemManager(IDENTITY.imei)
        services: dict[str, BusService] = {NM: manager, MM: modem_manager}
        async with serving(monkeypatch, home, services) as server:
            applier = NetworkManagerApplier(named)
            yield NmWorld(server, applier, modem_manager, manager=manager)

    return new


def mm_worlds(monkeypatch: pytest.MonkeyPatch, home: Path) -> NewMmWorld:
    """async with new(bearer, ..., attach=..., attach_login=...)."""

    @asynccontextmanager
    async def new(*bearers: Properties, **options: Any) -> AsyncIterator[MmWorld]:
        manager = FakeModemManager(IDENTITY.imei, *bearers, **options)
        async with serving(monkeypatch, home, {MM: manager}) as server:
            yield MmWorld(server, ModemManagerApplier(), manager)

    return new
