"""The applier for NetworkManager, with the real one: its settings, and a data connection.

The connection goes over the real ModemManager to a simulated modem. What a kernel with PPP, or a
modem with a network interface, would add to that isn't tried: see docs/beside-modemmanager.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, cast

import pytest

from apn_config.appliers import ApplierUnavailable, Service
from apn_config.appliers.bus import CallRefused, Interfaces, Variant, system_bus
from apn_config.appliers.networkmanager import NetworkManagerApplier
from apn_config.appliers.nm_settings import TOUCHED
from apn_config.model import Apn, AuthType, Credentials, PdpType
from modem import LiveContext
from tests.apn_config.appliers.fake_networkmanager import Settings, gsm, uuid_of
from tests.apn_config.appliers.round_trips import ROUND_TRIPS, RoundTrip
from tests.clients.bus import Bus, need_private_root, private_bus
from tests.clients.conftest import StartModem
from tests.clients.modem_manager import start_modem_manager
from tests.clients.network_manager import start_network_manager
from tests.clients.own_port import Driven

pytestmark = pytest.mark.clients

NM = "org.freedesktop.NetworkManager"
PROFILE = f"{NM}.Settings.Connection"
BOTH = PdpType.IPV4V6
JOE = Credentials(AuthType.CHAP, "joe", "a-word")
IMEI = "490154203237518"


@pytest.fixture(scope="module")
def settings_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """A bus with NetworkManager and no modem."""
    need_private_root()
    home = tmp_path_factory.mktemp("settings")
    with ExitStack() as stack:
        bus = stack.enter_context(private_bus(home / "bus"))
        start_network_manager(stack, home / "network-manager", bus)
        yield bus


def _ask(method: str, signature: str, *arguments: object, path: str, returns: str = "") -> Any:
    async def ask() -> Any:
        async with system_bus() as bus:
            return await bus.call(NM, path, method, signature, *arguments, returns=returns)

    return asyncio.run(ask())


def _add(settings: Settings) -> str:
    """Add a connection; its path."""
    variants = {
        part: {key: Variant(*value) for key, value in values.items()}
        for part, values in settings.items()
    }
    path = "/org/freedesktop/NetworkManager/Settings"
    method = f"{NM}.Settings.AddConnection"
    return cast(str, _ask(method, "a{sa{sv}}", variants, path=path, returns="o"))


def _path_of(name: str) -> str:
    """Where the connection of that name is: elsewhere after each start."""
    path, method = "/org/freedesktop/NetworkManager/Settings", f"{NM}.Settings.GetConnectionByUuid"
    return cast(str, _ask(method, "s", uuid_of(name), path=path, returns="o"))


def _settings(path: str) -> Interfaces:
    """All of a connection, its secrets too; what was saved when doesn't count."""
    found: Interfaces = _ask(f"{PROFILE}.GetSettings", "", path=path, returns="a{sa{sv}}")
    found["connection"].pop("timestamp", None)
    secrets: Interfaces = {"gsm": {}}
    with suppress(CallRefused):  # there are none
        secrets = _ask(f"{PROFILE}.GetSecrets", "s", "gsm", path=path, returns="a{sa{sv}}")
    return {**found, "gsm": {**found["gsm"], **secrets["gsm"]}}


def _plain(part: dict[str, Variant]) -> dict[str, tuple[str, Any]]:
    return {key: (value.signature, value.value) for key, value in part.items()}


@pytest.mark.parametrize("trip", ROUND_TRIPS)
def test_settings_are_written_and_restored(
    settings_bus: Bus, monkeypatch: pytest.MonkeyPatch, trip: RoundTrip
) -> None:
    """The same cases as with the stand-in for NetworkManager, which is to be like the real one."""
    monkeypatch.setenv(*next(iter(settings_bus.environment.items())))
    former: Settings = {
        **trip.former,
        "connection": {
            "id": ("s", "modem"),
            "type": ("s", "gsm"),
            "uuid": ("s", "12345678-1234-1234-1234-123456789abc"),
            "autoconnect": ("b", False),
        },
    }
    path = _add(former)
    try:
        before = _settings(path)
        applier = Driven(NetworkManagerApplier(), IMEI)
        held = applier.read()
        assert held.apn == trip.read
        applier.write(trip.wanted)
        after = _settings(path)
        for part in ("gsm", "ppp"):
            wanted = trip.parts.get(part, trip.former.get(part, {}))
            assert _plain(after.get(part, {})) == wanted
        for part in ("ipv4", "ipv6"):
            wanted = {**trip.former[part], **trip.parts.get(part, {})}
            assert after[part]["method"] == Variant(*wanted["method"])
        assert _untouched(after) == _untouched(before)
        assert applier.read().apn == trip.wanted
        applier.restore(held)
        assert _settings(path) == before
        assert applier.read() == held
    finally:
        _ask(f"{PROFILE}.Delete", "", path=path)


def _untouched(settings: Interfaces) -> Interfaces:
    return {part: settings[part] for part in settings if part not in TOUCHED}


def test_a_stranger_to_it_is_waited_for(settings_bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*next(iter(settings_bus.environment.items())))
    path = _add(gsm())
    try:
        applier = Driven(NetworkManagerApplier(), IMEI)
        assert applier.read().apn.name == "old.apn"
        with pytest.raises(ApplierUnavailable, match="ServiceUnknown"):
            applier.take_effect()
    finally:
        _ask(f"{PROFILE}.Delete", "", path=path)


SERVED = LiveContext(True, "10.64.0.2", "em")


def _is_up(seen: Service) -> bool:
    return seen.context.active


def _is_refused(seen: Service) -> bool:
    return seen.refused


def test_data_comes_by_the_apn_that_is_written_and_by_the_former_one_again(
    tmp_path: Path, start_modem: StartModem, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_private_root()
    modem = start_modem("ec25")
    with ExitStack() as stack:
        mmcli = start_modem_manager(stack, tmp_path, modem, "2c7c:0125")
        home = tmp_path / "network-manager"
        manager = start_network_manager(stack, home, mmcli.bus)
        monkeypatch.setenv(*next(iter(mmcli.bus.environment.items())))
        path = _add(gsm(apn="em", more={"connection": {"autoconnect": ("b", False)}}))
        before = _settings(path)
        applier = Driven(NetworkManagerApplier(), modem.imei, iccid=modem.iccid)
        assert not applier.serving(activate=False).context.active
        assert applier.until_serving(_is_up).context == SERVED

        held = applier.read()
        applier.write(Apn("nonsense", BOTH, JOE))
        assert applier.serving().context == SERVED  # it takes effect later
        applier.take_effect()
        seen = applier.until_serving(_is_refused)
        assert not seen.context.active

        manager.kill()
        with pytest.raises(ApplierUnavailable):
            applier.restore(held)
        start_network_manager(stack, home, mmcli.bus)
        assert applier.read().apn == Apn("nonsense", BOTH, JOE)
        applier.restore(held)
        assert _settings(_path_of("modem")) == before
        applier.take_effect()
        assert applier.until_serving(_is_up).context == SERVED
        assert "a-word" not in modem.trace
