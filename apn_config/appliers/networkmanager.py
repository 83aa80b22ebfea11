"""The APN by NetworkManager: the gsm connection of this modem is changed, and activated again.

Which modem is ours is known by its IMEI, which ModemManager has too. NetworkManager's own API
(https://networkmanager.dev/docs/api/latest/spec.html) is spoken to; nothing is done by nmcli.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from apn_config.appliers import Held, Service
from apn_config.appliers.bus import (
    Bus,
    CallRefused,
    Interfaces,
    Properties,
    dump,
    flag,
    listed,
    load,
    number,
    shown,
    system_bus,
    text,
)
from apn_config.appliers.errors import ApplierRefused, ApplierUnavailable
from apn_config.appliers.modemmanager import find_modem
from apn_config.appliers.nm_settings import (
    apn_of,
    has_secrets,
    keeps_no_password,
    touched,
    with_apn,
    with_former,
    with_secrets,
)
from apn_config.model import Apn
from modem import LiveContext, Modem, parse_address

logger = logging.getLogger(__name__)

NM = "org.freedesktop.NetworkManager"
_ROOT = "/org/freedesktop/NetworkManager"
_PROFILE = f"{NM}.Settings.Connection"
_ACTIVE = f"{NM}.Connection.Active"
_DEVICE = f"{NM}.Device"

_OBJECTS = "/org/freedesktop"

# NMDeviceState: below "disconnected" it isn't ready for anything.
_DISCONNECTED = 30
_ACTIVATED = 100
_FAILED = 120
# NMActiveConnectionState: below it is on its way up, above on its way down.
_UP = 2
# An activation that takes longer than 20 s is looked at again by the next call.
_LOOK_S = 0.5
_LOOKS = 40


@dataclass(frozen=True, slots=True)
class Device:
    """The modem as NetworkManager has it; `profile` is the path of the connection it is up with."""

    path: str
    state: int
    interface: str = ""
    modem_id: str = ""
    apn: str | None = None
    address: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A gsm connection, without its secrets."""

    path: str
    settings: Interfaces

    @property
    def id(self) -> str:
        """Its name, for people."""
        return text(self._connection, "id") or ""

    @property
    def uuid(self) -> str:
        """What it is known by for good."""
        return text(self._connection, "uuid") or ""

    @property
    def autoconnect(self) -> bool:
        """May NetworkManager activate it by itself? It may where nothing is said."""
        return "autoconnect" not in self._connection or flag(self._connection, "autoconnect")

    @property
    def bound_to_device(self) -> bool:
        """Is it for one modem or port only?"""
        return bool(self._device_id or self._interface)

    def fits(self, device: Device | None, iccid: str | None) -> bool:
        """Isn't it bound to another modem, port or card, as far as these are known?"""
        pairs = [(text(self.settings.get("gsm", {}), "sim-id"), iccid)]
        if device is not None:
            pairs += [(self._device_id, device.modem_id), (self._interface, device.interface)]
        return all(not bound or not ours or bound == ours for bound, ours in pairs)

    @property
    def _connection(self) -> Properties:
        return self.settings.get("connection", {})

    @property
    def _device_id(self) -> str | None:
        return text(self.settings.get("gsm", {}), "device-id")

    @property
    def _interface(self) -> str | None:
        return text(self._connection, "interface-name")


class NetworkManagerApplier:
    """Changes the gsm connection that belongs to the modem.

    `connection` is its id or UUID, for where it can't be told.
    """

    def __init__(self, connection: str | None = None) -> None:
        self._named = connection

    async def read(self, modem: Modem, cid: int) -> Held:
        """The connection's APN; all that a change touches is kept for a roll-back."""
        async with system_bus() as bus:
            profile = await self._profile(bus, modem)
            secrets: Properties | None = None
            try:
                secrets = await _secrets(bus, profile)
            except CallRefused as error:
                logger.info("the password of the connection can't be read: %s", error)
        settings = with_secrets(profile.settings, secrets or {})
        apn = apn_of(settings, secrets_known=secrets is not None)
        return Held(apn, dump({"uuid": profile.uuid, "settings": touched(settings)}))

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """Change the connection for good: the APN and what goes with it, and nothing else."""
        async with system_bus() as bus:
            profile = await self._profile(bus, modem)
            found = with_secrets(profile.settings, await _secrets(bus, profile))
            await _update(bus, profile, found, with_apn(found, apn))

    async def restore(self, modem: Modem, cid: int, held: Held) -> None:
        """Bring back all that a change touches; ApplierRefused where the connection is gone."""
        if held.undo is None:
            await self.write(modem, cid, held.apn)
            return
        uuid, former = _former(held.undo)
        async with system_bus() as bus:
            profile = next((one for one in await _profiles(bus) if one.uuid == uuid), None)
            if profile is None:
                raise ApplierRefused(f"NetworkManager has no gsm connection {shown(uuid)} any more")
            found = with_secrets(profile.settings, await _secrets(bus, profile))
            await _update(bus, profile, found, with_former(found, former))

    async def take_effect(self, modem: Modem) -> None:
        """Activate the connection anew; NetworkManager brings down first what is up."""
        async with system_bus() as bus:
            await self._activate(bus, modem, await _device(bus, modem))

    async def serving(self, modem: Modem, cid: int, *, activate: bool) -> Service:
        """What NetworkManager made of the connection; one that fails to come up was refused."""
        attached = await modem.attached()
        refused = False
        async with system_bus() as bus:
            device = await _device(bus, modem)
            if activate and device.state in (_DISCONNECTED, _FAILED):
                refused = await _fails(bus, await self._activate(bus, modem, device))
                device = await _device(bus, modem)
        if device.state != _ACTIVATED:
            return Service(attached, LiveContext(active=False), refused)
        return Service(attached, LiveContext(True, device.address, device.apn))

    async def _profile(self, bus: Bus, modem: Modem) -> Profile:
        """The connection; that of another modem must not be taken for it while ours is away."""
        profiles = await _profiles(bus)
        told = self._named is not None or not profiles
        if told or (len(profiles) == 1 and not profiles[0].bound_to_device):
            return choose(profiles, None, modem.identity.iccid, self._named)
        device = await _device(bus, modem)
        return choose(profiles, device, modem.identity.iccid, None)

    async def _activate(self, bus: Bus, modem: Modem, device: Device) -> str:
        """Begin an activation; the path of the active connection that comes of it."""
        if device.state < _DISCONNECTED:
            raise ApplierUnavailable(
                f"NetworkManager can't use the modem now (state {device.state}): nmcli device"
            )
        profile = await self._profile(bus, modem)
        paths = (profile.path, device.path, "/")
        method = f"{NM}.ActivateConnection"
        return cast(str, await bus.call(NM, _ROOT, method, "ooo", *paths, returns="o"))


def choose(
    profiles: list[Profile], device: Device | None, iccid: str | None, named: str | None
) -> Profile:
    """The connection that belongs to the modem. ApplierRefused where that can't be told.

    That the device is up with one decides only where NetworkManager wouldn't bring up another by
    itself: after a failure it tries the next, and the roll-back would change that one.
    """
    if named is not None:
        found = [one for one in profiles if named in (one.id, one.uuid)]
        if len(found) == 1:
            return found[0]
        number_of = "several gsm connections" if found else "no gsm connection"
        raise ApplierRefused(
            f"NetworkManager has {number_of} of the id or UUID {named} (apn.connection)"
        )
    fitting = [one for one in profiles if one.fits(device, iccid)]
    up = [one for one in fitting if device is not None and one.path == device.profile]
    rivals = [one for one in fitting if one.autoconnect and one not in up]
    candidates = up if up and not rivals else fitting
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise ApplierRefused(
            "NetworkManager has no gsm connection for this modem; to make one: "
            "nmcli connection add type gsm con-name modem ifname '*' apn em"
        )
    names = ", ".join(shown(one.id) for one in candidates)
    raise ApplierRefused(
        f"NetworkManager has several gsm connections for this modem ({names}): "
        "name one of them with the key apn.connection"
    )


async def _profiles(bus: Bus) -> list[Profile]:
    """All gsm connections that we may see."""
    found = []
    for path, interfaces in (await bus.objects(NM, _OBJECTS)).items():
        if _PROFILE not in interfaces:
            continue
        with suppress(CallRefused):
            settings = await bus.call(NM, path, f"{_PROFILE}.GetSettings", returns="a{sa{sv}}")
            if text(settings.get("connection", {}), "type") == "gsm":
                found.append(Profile(path, settings))
    return found


async def _secrets(bus: Bus, profile: Profile) -> Properties:
    """The password and the PIN, as far as NetworkManager has them."""
    method = f"{_PROFILE}.GetSecrets"
    try:
        found = await bus.call(
            NM, profile.path, method, "s", "gsm", returns="a{sa{sv}}", secret=True
        )
    except CallRefused as error:
        if error.is_a("NoSecrets"):
            return {}
        raise
    return cast(Interfaces, found).get("gsm", {})


async def _update(bus: Bus, profile: Profile, found: Interfaces, wanted: Interfaces) -> None:
    """Replace the connection, where that changes anything.

    An update without any secret leaves the former ones in place, so they are cleared behind it.
    """
    if wanted != found:
        method = f"{_PROFILE}.Update"
        await bus.call(NM, profile.path, method, "a{sa{sv}}", wanted, secret=True)
    if has_secrets(found) and not has_secrets(wanted) and not keeps_no_password(wanted):
        await bus.call(NM, profile.path, f"{_PROFILE}.ClearSecrets")


async def _device(bus: Bus, modem: Modem) -> Device:
    """The modem's device. ApplierUnavailable where ModemManager or NetworkManager has none."""
    manager_path = (await find_modem(bus, modem)).path
    objects = await bus.objects(NM, _OBJECTS)
    paths = [
        path
        for path, interfaces in objects.items()
        if text(interfaces.get(_DEVICE, {}), "Udi") == manager_path
    ]
    if not paths:
        raise ApplierUnavailable("NetworkManager has no device for the modem: nmcli device")
    interfaces = objects[paths[0]]
    device = interfaces[_DEVICE]
    active = objects.get(text(device, "ActiveConnection") or "", {}).get(_ACTIVE, {})
    more = interfaces.get(f"{_DEVICE}.Modem", {})
    return Device(
        path=paths[0],
        state=number(device, "State") or 0,
        interface=text(device, "Interface") or "",
        modem_id=text(more, "DeviceId") or "",
        apn=text(more, "Apn") or None,
        address=_address(objects, device),
        profile=text(active, "Connection"),
    )


def _address(objects: dict[str, Interfaces], device: Properties) -> str | None:
    """The first address that isn't of the link alone."""
    for version in (4, 6):
        path = text(device, f"Ip{version}Config") or ""
        config = objects.get(path, {}).get(f"{NM}.IP{version}Config", {})
        for item in listed(config, "AddressData", "aa{sv}"):
            address = parse_address(text(item, "address") or "")
            if address is not None and not ip_address(address).is_link_local:
                return address
    return None


async def _fails(bus: Bus, active: str) -> bool:
    """Wait for an activation: has it failed? One that takes longer hasn't."""
    for _ in range(_LOOKS):
        found = (await bus.objects(NM, _OBJECTS)).get(active, {}).get(_ACTIVE, {})
        state = number(found, "State")
        if state is None or state > _UP:
            return True
        if state == _UP:
            return False
        await asyncio.sleep(_LOOK_S)
    return False


def _former(undo: str) -> tuple[str, Interfaces]:
    """What `read` kept. ApplierRefused for anything else."""
    match load(undo):
        case {"uuid": str(uuid), "settings": dict(settings)}:
            return uuid, cast(Interfaces, settings)
    raise ApplierRefused("the connection that was kept for a roll-back can't be read")
