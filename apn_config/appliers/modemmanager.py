"""The APN by ModemManager: the settings of the attach, and the bearer that carries data.

Which modem is ours is known by its IMEI. ModemManager's own API
(https://www.freedesktop.org/software/ModemManager/doc/latest/ModemManager/) is spoken to; nothing
is done by mmcli.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
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
    system_bus,
    text,
)
from apn_config.appliers.errors import ApplierError, ApplierRefused, ApplierUnavailable
from apn_config.appliers.mm_settings import (
    agree,
    apn_of,
    settings_of,
    with_roaming,
    without_login,
)
from apn_config.model import Apn
from modem import CommandRefused, LiveContext, Modem, parse_address, same_apn

logger = logging.getLogger(__name__)

MM = "org.freedesktop.ModemManager1"
_ROOT = "/org/freedesktop/ModemManager1"
_MODEM = f"{MM}.Modem"
_3GPP = f"{MM}.Modem.Modem3gpp"
_BEARER = f"{MM}.Bearer"

# MMModemState: below "disabled" the card is locked or the modem isn't ready.
_DISABLED = 3
_ENABLED = 6
_REGISTERED = 8
_POWER_LOW = 2  # MMModemPowerState
# ModemManager speaks some thirty commands to enable a modem, and switches the radio off and on to
# change the settings of the attach.
ENABLE_S = 60.0
# It goes on with what takes longer; the next look sees what became of it.
CONNECT_S = 20.0


@dataclass(frozen=True, slots=True)
class ModemObject:
    """A modem as ModemManager has it."""

    path: str
    interfaces: Interfaces

    @property
    def state(self) -> int:
        """MMModemState."""
        return number(self.interfaces.get(_MODEM, {}), "State") or 0

    @property
    def attach(self) -> Properties | None:
        """The settings of the initial EPS bearer, empty where it has none; None without LTE."""
        settings = self.interfaces.get(_3GPP, {}).get("InitialEpsBearerSettings")
        if settings is None or settings.signature != "a{sv}":
            return None
        return cast(Properties, settings.value)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A data connection that ModemManager has or may make."""

    path: str
    values: Properties

    @property
    def settings(self) -> Properties:
        """What it was made with; without the profile, which is ModemManager's own choice."""
        found = self.values.get("Properties")
        settings = cast(Properties, found.value) if found and found.signature == "a{sv}" else {}
        return {key: value for key, value in settings.items() if key != "profile-id"}

    @property
    def connected(self) -> bool:
        """Does it carry data now?"""
        return flag(self.values, "Connected")


class ModemManagerApplier:
    """Sets the APN of the bearer, and that of the attach where ModemManager can.

    The APN that is set is the bearer's. A bearer is forgotten when ModemManager or the modem
    restarts; nothing is set then, which is a drift like others.
    """

    async def read(self, modem: Modem, cid: int) -> Held:
        """The bearer's APN; the settings of bearers and attach are kept for a roll-back."""
        async with system_bus() as bus:
            found = await find_modem(bus, modem)
            bearers = await _bearers(bus, found)
        settings = [bearer.settings for bearer in bearers]
        undo = dump({"attach": found.attach or {}, "bearers": settings})
        return Held(apn_of(settings[0]) if settings else Apn(""), undo)

    async def write(self, modem: Modem, cid: int, apn: Apn) -> None:
        """One bearer with that APN, and the attach too."""
        async with system_bus() as bus:
            found = await find_modem(bus, modem)
            bearers = await _bearers(bus, found)
            attach = settings_of(apn, found.attach or {})
            bearer = settings_of(apn, bearers[0].settings if bearers else {})
            await _put(bus, found, bearers, attach, [with_roaming(bearer)])

    async def restore(self, modem: Modem, cid: int, held: Held) -> None:
        """The bearers and the attach as they were."""
        if held.undo is None:
            await self.write(modem, cid, held.apn)
            return
        attach, settings = _former(held.undo)
        async with system_bus() as bus:
            found = await find_modem(bus, modem)
            await _put(bus, found, await _bearers(bus, found), attach, settings)

    async def take_effect(self, modem: Modem) -> None:
        """Switch the radio off and on, and connect; what the network said is for `serving`."""
        async with system_bus() as bus:
            found = await find_modem(bus, modem)
            try:
                await _enable(bus, found, False)
                method = f"{_MODEM}.SetPowerState"
                await bus.call(MM, found.path, method, "u", _POWER_LOW, timeout_s=ENABLE_S)
            except CallRefused as error:
                # Modems that ModemManager drives by AT alone often can't; detached they are.
                if not error.is_a("Unsupported"):
                    raise
            finally:
                # A modem that is left disabled has no service, whatever APN it has.
                await _enable(bus, found, True)
            try:
                await _connect(bus, found)
            except ApplierError as error:
                logger.info("the bearer isn't connected yet: %s", error)

    async def serving(self, modem: Modem, cid: int, *, activate: bool) -> Service:
        """What the connected bearer has; one that ModemManager fails to connect was refused."""
        attached = await modem.attached()
        refused = False
        async with system_bus() as bus:
            found = await find_modem(bus, modem)
            bearers = await _bearers(bus, found)
            up = [bearer for bearer in bearers if bearer.connected]
            if activate and not up and found.state <= _REGISTERED:
                refused = await _is_refused(bus, found)
                up = [bearer for bearer in await _bearers(bus, found) if bearer.connected]
        if not up:
            return Service(attached, LiveContext(active=False), refused)
        return Service(attached, await _live(up[0], modem, cid))


async def find_modem(bus: Bus, modem: Modem) -> ModemObject:
    """Our modem in ModemManager, by its IMEI. ApplierUnavailable where it has none such."""
    imei = modem.identity.imei
    found = [
        ModemObject(path, interfaces)
        for path, interfaces in (await bus.objects(MM, _ROOT)).items()
        if imei and imei == text(interfaces.get(_MODEM, {}), "EquipmentIdentifier")
    ]
    if not found:
        raise ApplierUnavailable(
            "ModemManager has no modem with the IMEI of ours: mmcli --list-modems; "
            "if none is listed, a udev rule may hide more of it than the one port"
        )
    if len(found) > 1:
        raise ApplierRefused("ModemManager has several modems with the IMEI of ours")
    return found[0]


async def _bearers(bus: Bus, found: ModemObject) -> list[Bearer]:
    """All of the modem, the connected one first."""
    paths = listed(found.interfaces.get(_MODEM, {}), "Bearers", "ao")
    bearers = [Bearer(path, await bus.properties(MM, path, _BEARER)) for path in paths]
    return sorted(bearers, key=lambda bearer: not bearer.connected)


async def _put(
    bus: Bus, found: ModemObject, there: list[Bearer], attach: Properties, wanted: list[Properties]
) -> None:
    """Have these bearers and no others, and the attach's settings where the modem has such.

    With a single AT port, a connected bearer leaves none to do anything else by, so all are deleted
    first. They are made also where the attach was refused: without one there is no way back to
    service.
    """
    refusal = None
    attach_differs = found.attach is not None and not agree(found.attach, attach)
    settings = [bearer.settings for bearer in there]
    if not attach_differs and _same(settings, wanted):
        return
    for bearer in there:
        await bus.call(MM, found.path, f"{_MODEM}.DeleteBearer", "o", bearer.path)
    if attach_differs:
        refusal = await _set_attach(bus, found, attach)
    for each in reversed(wanted):  # ModemManager lists the newest first
        method = f"{_MODEM}.CreateBearer"
        await bus.call(MM, found.path, method, "a{sv}", each, returns="o", secret=True)
    if refusal is not None:
        raise refusal


def _same(some: list[Properties], others: list[Properties]) -> bool:
    """Are they the same, in whatever order?"""
    return all(one in others for one in some) and all(one in some for one in others)


async def _set_attach(bus: Bus, found: ModemObject, attach: Properties) -> CallRefused | None:
    """Set the initial EPS bearer, which switches the radio off and on; the refusal, if it is one.

    Where ModemManager can't do that for the modem, the attach stays as it is, which is none.
    """
    if found.state < _ENABLED:
        await _enable(bus, found, True)
    refusal = None
    # By AT, ModemManager 1.20 sets a name and no login, and then misses the login (Core.Failed).
    method = f"{_3GPP}.SetInitialEpsBearerSettings"
    for settings in (attach, without_login(attach)):
        try:
            await bus.call(
                MM, found.path, method, "a{sv}", settings, timeout_s=ENABLE_S, secret=True
            )
        except CallRefused as error:
            if error.is_a("Unsupported"):
                return None
            refusal = error
        else:
            return None
    return refusal


async def _enable(bus: Bus, found: ModemObject, on: bool) -> None:
    """Enable or disable the modem. ApplierUnavailable where it isn't ready for that."""
    if found.state < _DISABLED:
        raise ApplierUnavailable(
            f"ModemManager can't use the modem now (state {found.state}): mmcli --modem=any"
        )
    await bus.call(MM, found.path, f"{_MODEM}.Enable", "b", on, timeout_s=ENABLE_S)


async def _connect(bus: Bus, found: ModemObject) -> None:
    """Connect the bearer that is set, once the modem is registered; nothing where none is set."""
    bearers = await _bearers(bus, found)
    if bearers:
        await bus.call(
            MM,
            found.path,
            f"{_MODEM}.Simple.Connect",
            "a{sv}",
            bearers[0].settings,
            returns="o",
            timeout_s=CONNECT_S,
            secret=True,
        )


async def _is_refused(bus: Bus, found: ModemObject) -> bool:
    """Try to connect: did the network say no? Whether it is connected now isn't told."""
    try:
        await _connect(bus, found)
    except CallRefused as error:
        logger.info("the bearer was refused: %s", error)
        return True
    except ApplierUnavailable as error:
        logger.info("the bearer isn't connected yet: %s", error)
    return False


async def _live(bearer: Bearer, modem: Modem, cid: int) -> LiveContext:
    """What a connected bearer has.

    An address that the host gets by DHCP or PPP is the modem's to tell, and so is the name that the
    network uses: ModemManager has the one that it asked for.
    """
    asked = text(bearer.settings, "apn")
    profile = number(bearer.values, "ProfileId") or 0
    try:
        seen = await modem.live_context(profile if profile > 0 else cid)
    except CommandRefused:
        seen = LiveContext(active=False)
    if profile <= 0 and not same_apn(seen.apn or "", asked or ""):
        seen = LiveContext(active=False)  # it isn't known which context is the bearer's
    return LiveContext(True, _address(bearer.values) or seen.address, seen.apn or asked)


def _address(values: Properties) -> str | None:
    for key in ("Ip4Config", "Ip6Config"):
        config = values.get(key)
        if config is not None and config.signature == "a{sv}":
            address = parse_address(text(cast(Properties, config.value), "address") or "")
            if address is not None:
                return address
    return None


def _former(undo: str) -> tuple[Properties, list[Properties]]:
    """What `read` kept. ApplierRefused for anything else."""
    match load(undo):
        case {"attach": dict(attach), "bearers": list(bearers)}:
            return cast(Properties, attach), cast(list[Properties], bearers)
    raise ApplierRefused("the bearers that were kept for a roll-back can't be read")
