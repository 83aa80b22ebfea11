"""NetworkManager as far as the applier sees it, with the habits that the real one (1.42) showed.

An Update replaces a connection, but one without any secret leaves the former ones in place; empty
texts and unknown properties are refused; an activation takes a while, and an active connection
that fails is gone. The tests with the real one hold the same, case by case.
"""

from __future__ import annotations

import asyncio
import copy
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from tests.apn_config.appliers.bus_server import (
    NOTHING,
    OBJECT_MANAGER,
    Answer,
    Call,
    Refusal,
)

NM = "org.freedesktop.NetworkManager"
ROOT = "/org/freedesktop/NetworkManager"
DEVICE = f"{ROOT}/Devices/2"
PROFILE = f"{NM}.Settings.Connection"
SECRETS = ("password", "pin")
ACTIVATION_S = 2.0
# The types of nm-settings-dbus(5), of what occurs here.
TYPES = {
    "connection": {"id": "s", "uuid": "s", "type": "s", "autoconnect": "b", "interface-name": "s"},
    "gsm": {
        "apn": "s",
        "username": "s",
        "password": "s",
        "password-flags": "u",
        "pin": "s",
        "pin-flags": "u",
        "home-only": "b",
        "auto-config": "b",
        "network-id": "s",
        "device-id": "s",
        "sim-id": "s",
        "mtu": "u",
    },
    "ppp": {
        **dict.fromkeys(("noauth", "refuse-eap", "refuse-pap", "refuse-chap"), "b"),
        **dict.fromkeys(("refuse-mschap", "refuse-mschapv2"), "b"),
        "lcp-echo-interval": "u",
    },
    "ipv4": {"method": "s", "dns": "au", "address-data": "aa{sv}"},
    "ipv6": {"method": "s", "dns": "aay", "addresses": "a(ayuay)"},
    "proxy": {},
}

Settings = dict[str, dict[str, tuple[str, Any]]]


def uuid_of(name: str) -> str:
    """A UUID for a connection of that name."""
    return str(uuid5(NAMESPACE_DNS, name))


def gsm(
    name: str = "modem", apn: str = "old.apn", more: Settings | None = None, **properties: Any
) -> Settings:
    """A connection's settings; `properties` are of gsm, with _ for -, as (type, value)."""
    settings: Settings = {
        "connection": {
            "id": ("s", name),
            "uuid": ("s", uuid_of(name)),
            "type": ("s", "gsm"),
            "autoconnect": ("b", True),
        },
        "gsm": {
            "apn": ("s", apn),
            **{key.replace("_", "-"): value for key, value in properties.items()},
        },
        "ipv4": {"method": ("s", "auto"), "dns": ("au", [0x01020304])},
        "ipv6": {
            "method": ("s", "auto"),
            "addresses": ("a(ayuay)", [(b"\1" * 16, 64, b"\0" * 16)]),
        },
        "proxy": {},
    }
    for part, values in (more or {}).items():
        settings[part] = {**settings.get(part, {}), **values}
    return settings


class FakeNetworkManager:
    """Connections, one modem's device, and a network that knows some APNs."""

    def __init__(self, *connections: Settings, knows: tuple[str, ...] = ("em", "old.apn")) -> None:
        self.connections = {
            f"{ROOT}/Settings/{index}": copy.deepcopy(each)
            for index, each in enumerate(connections, 1)
        }
        self.knows = knows
        self.udi = "/org/freedesktop/ModemManager1/Modem/0"
        self.state = 30
        self.stuck = False
        self.modem_id = "device-of-ours"
        self.activations: list[str] = []
        self.refuses: dict[str, Refusal] = {}
        self.hidden: set[str] = set()
        self.addresses: dict[int, list[str]] = {4: ["10.64.0.2"], 6: []}
        self.overrides: dict[str, dict[str, tuple[str, Any]]] = {}
        self._active: str | None = None
        self._decided_s = 0.0

    def settings(self, name: str = "modem") -> Settings:
        """What is stored of a connection, its secrets too."""
        return next(each for each in self.connections.values() if _id(each) == name)

    def activate(self, name: str = "modem") -> None:
        """Have the device be up with a connection."""
        self._active = next(path for path, each in self.connections.items() if _id(each) == name)
        self.state = 100

    @property
    def active_apn(self) -> str | None:
        """The APN that data goes by."""
        self.go_on()
        if self.state != 100 or self._active is None:
            return None
        apn: str = self.connections[self._active]["gsm"]["apn"][1]
        return apn

    def answer(self, call: Call) -> Answer:
        """The service."""
        if call.member in self.refuses:
            raise self.refuses[call.member]
        if (call.interface, call.member) == (OBJECT_MANAGER, "GetManagedObjects"):
            assert call.path == "/org/freedesktop"
            self.go_on()
            return "a{oa{sa{sv}}}", (self._objects(),)
        if call.interface == NM and call.member == "ActivateConnection":
            return self._activate(*call.body)
        assert call.interface == PROFILE, call
        if call.path not in self.connections:
            raise Refusal("org.freedesktop.DBus.Error.UnknownMethod", "Object does not exist")
        return self._of_connection(call)

    def _of_connection(self, call: Call) -> Answer:
        settings = self.connections[call.path]
        if call.path in self.hidden:
            raise Refusal(f"{PROFILE.rpartition('.')[0]}.PermissionDenied")
        if call.member == "GetSettings":
            bare = {
                part: {key: value for key, value in values.items() if key not in SECRETS}
                for part, values in settings.items()
            }
            return "a{sa{sv}}", (bare,)
        if call.member == "GetSecrets":
            assert call.body == ("gsm",)
            secrets = _secrets(settings)
            if not secrets:
                raise Refusal(f"{NM}.AgentManager.NoSecrets")
            return "a{sa{sv}}", ({"gsm": secrets, "ppp": {}},)
        if call.member == "ClearSecrets":
            for key in SECRETS:
                settings["gsm"].pop(key, None)
            return NOTHING
        assert (call.member, call.signature) == ("Update", "a{sa{sv}}")
        self._update(call.path, copy.deepcopy(call.body[0]))
        return NOTHING

    def _update(self, path: str, wanted: Settings) -> None:
        for part, values in wanted.items():
            for key, (signature, value) in values.items():
                if TYPES[part].get(key) != signature or value == "":
                    raise Refusal(f"{PROFILE}.InvalidProperty", f"{part}.{key}: {value!r}")
        if "auto-config" in wanted["gsm"] and "apn" in wanted["gsm"]:
            raise Refusal(f"{PROFILE}.InvalidProperty", "gsm.auto-config")
        for part in ("ipv4", "ipv6"):
            if wanted[part]["method"][1] == "disabled" and len(wanted[part]) > 1:
                raise Refusal(f"{PROFILE}.InvalidProperty", f"{part}: not allowed for disabled")
        if not _secrets(wanted):
            wanted["gsm"].update(_secrets(self.connections[path]))
        if wanted["gsm"].get("password-flags", ("u", 0))[1] & 3:
            wanted["gsm"].pop("password", None)
        self.connections[path] = wanted

    def _activate(self, profile: str, device: str, specific: str) -> Answer:
        assert (device, specific) == (DEVICE, "/")
        name = _id(self.connections[profile])
        self.activations.append(name)
        self._active = profile
        self.state = 40
        self._decided_s = asyncio.get_running_loop().time() + ACTIVATION_S
        return "o", (self._active_path(),)

    def _active_path(self) -> str:
        return f"{ROOT}/ActiveConnection/{len(self.activations)}"

    def go_on(self) -> None:
        """An activation that had its time succeeds or fails."""
        if self.stuck or self.state != 40 or self._active is None:
            return
        if asyncio.get_running_loop().time() < self._decided_s:
            return
        apn = self.connections[self._active]["gsm"].get("apn", ("s", ""))[1]
        if apn in self.knows:
            self.state = 100
        else:
            self.state, self._active = 30, None

    def _objects(self) -> dict[str, Any]:
        up = self.state == 100
        device = {
            "Udi": ("s", self.udi),
            "Interface": ("s", "ttyUSB3"),
            "State": ("u", self.state),
            "ActiveConnection": ("o", self._active_path() if self._active else "/"),
            "Ip4Config": ("o", f"{ROOT}/IP4Config/1" if up else "/"),
            "Ip6Config": ("o", f"{ROOT}/IP6Config/1" if up else "/"),
            **self.overrides.get("device", {}),
        }
        modem = {
            "DeviceId": ("s", self.modem_id),
            "Apn": ("s", self.active_apn or ""),
            **self.overrides.get("modem", {}),
        }
        objects: dict[str, Any] = {
            ROOT: {NM: {"Version": ("s", "1.42.4")}},
            f"{ROOT}/Devices/1": {f"{NM}.Device": {"Udi": ("s", ""), "State": ("u", 100)}},
            DEVICE: {f"{NM}.Device": device, f"{NM}.Device.Modem": modem},
            **{path: {PROFILE: {"Unsaved": ("b", False)}} for path in self.connections},
        }
        for version, addresses in self.addresses.items():
            data = [{"address": ("s", address), "prefix": ("u", 32)} for address in addresses]
            objects[f"{ROOT}/IP{version}Config/1"] = {
                f"{NM}.IP{version}Config": {"AddressData": ("aa{sv}", data)}
            }
        if self._active is not None:
            state = ("u", 2 if up else 1)
            active = {"Connection": ("o", self._active), "State": state}
            objects[self._active_path()] = {f"{NM}.Connection.Active": active}
        return objects


def _id(settings: Settings) -> str:
    name: str = settings["connection"]["id"][1]
    return name


def _secrets(settings: Settings) -> dict[str, tuple[str, Any]]:
    return {key: value for key, value in settings["gsm"].items() if key in SECRETS}
