"""ModemManager as far as the appliers see it, with the habits that the real one (1.20) showed.

Where a modem is driven by AT, the attach takes a name and no login, and ModemManager then misses
the login. A connected bearer leaves no port for the attach's settings, and a disabled modem takes
none. Bearers are forgotten with ModemManager. The tests with the real one hold the same.
"""

from __future__ import annotations

from typing import Any

from tests.apn_config.appliers.bus_server import (
    NOTHING,
    OBJECT_MANAGER,
    PROPERTIES,
    Answer,
    Call,
    Refusal,
)

MM = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
MODEM = f"{ROOT}/Modem/0"
ERROR = f"{MM}.Error"
LOGIN = ("allowed-auth", "user", "password")
TYPES = {
    **dict.fromkeys(("apn", "user", "password"), "s"),
    **dict.fromkeys(("ip-type", "allowed-auth"), "u"),
    "allow-roaming": "b",
    "profile-id": "i",
}

Properties = dict[str, tuple[str, Any]]


def bearer(apn: str = "old.apn", **more: Any) -> Properties:
    """The settings of a bearer; `more` with _ for -, as (type, value)."""
    extra = {key.replace("_", "-"): value for key, value in more.items()}
    return {"apn": ("s", apn), "ip-type": ("u", 1), **extra}


class FakeModemManager:
    """One modem, and a network that knows some APNs.

    `attach` None is a modem whose attach ModemManager can't set. `attach_login`: it can set, and
    tell, user and password of it.
    """

    def __init__(
        self,
        imei: str,
        *bearers: Properties,
        attach: Properties | None = None,
        attach_login: bool = True,
        knows: tuple[str, ...] = ("em", "old.apn"),
    ) -> None:
        self.imei = imei
        self.knows = knows
        self.attach = attach
        self.state = 8
        self.power = 3
        self.can_low_power = True
        self.modems = 1
        self.addressed = True
        self.hides_passwords = False
        self.profile_id = -1
        self.refuses: dict[str, Refusal] = {}
        self.overrides: Properties = {}
        self.bearers: dict[str, Properties] = {}
        self.connected: str | None = None
        self._attach_login = attach_login
        self._made = 0
        for settings in bearers:
            self._create(dict(settings))

    @property
    def settings(self) -> list[Properties]:
        """The bearers, without ModemManager's own additions."""
        return list(self.bearers.values())

    def connect(self, apn: str) -> None:
        """Have a bearer be connected."""
        self.connected = next(
            path for path, each in self.bearers.items() if each["apn"] == ("s", apn)
        )
        self.state = 11

    def restart(self) -> None:
        """ModemManager starts again."""
        self.bearers.clear()
        self.connected, self.state = None, 3

    @property
    def active_apn(self) -> str | None:
        """The APN that data goes by."""
        apn: str | None = None if self.connected is None else self.bearers[self.connected]["apn"][1]
        return apn

    def answer(self, call: Call) -> Answer:
        """The service."""
        if call.member in self.refuses:
            raise self.refuses[call.member]
        if (call.interface, call.member) == (OBJECT_MANAGER, "GetManagedObjects"):
            assert call.path == ROOT
            modems = {f"{ROOT}/Modem/{number}": self._modem() for number in range(self.modems)}
            return "a{oa{sa{sv}}}", (modems,)
        if (call.interface, call.member) == (PROPERTIES, "GetAll"):
            assert call.body == (f"{MM}.Bearer",)
            if call.path not in self.bearers:
                raise Refusal("org.freedesktop.DBus.Error.UnknownMethod", "Object does not exist")
            return "a{sv}", (self._bearer(call.path),)
        assert call.path == MODEM, call
        method = _METHODS[call.interface, call.member, call.signature]
        answer: Answer = method(self, *call.body)
        return answer

    # --- methods ------------------------------------------------------------------------------

    def _enable(self, on: bool) -> Answer:
        if on and self.state < 6:
            self.state, self.power = 8, 3
        if not on:
            self.connected, self.state = None, 3
        return NOTHING

    def _set_power(self, state: int) -> Answer:
        if not self.can_low_power:
            raise Refusal(f"{ERROR}.Core.Unsupported")
        if self.state != 3:
            raise Refusal(f"{ERROR}.Core.WrongState")
        self.power = state
        return NOTHING

    def _create_bearer(self, settings: Properties) -> Answer:
        if self.connected is not None:
            raise Refusal(f"{ERROR}.Serial.OpenFailed", "port is connected")
        return "o", (self._create(settings),)

    def _create(self, settings: Properties) -> str:
        for key, (signature, _) in settings.items():
            if TYPES.get(key) != signature:
                raise Refusal(f"{ERROR}.Core.InvalidArgs", f"unexpected key '{key}'")
        path = f"{ROOT}/Bearer/{self._made}"
        self._made += 1
        self.bearers = {path: settings, **self.bearers}  # the newest first, as there
        return path

    def _delete_bearer(self, path: str) -> Answer:
        if path not in self.bearers:
            raise Refusal(f"{ERROR}.Core.InvalidArgs", "no bearer found")
        del self.bearers[path]
        if self.connected == path:
            self.connected, self.state = None, 8
        return NOTHING

    def _set_attach(self, settings: Properties) -> Answer:
        if self.attach is None:
            raise Refusal(f"{ERROR}.Core.Unsupported")
        if self.state < 6:
            raise Refusal(f"{ERROR}.Core.WrongState", "modem not enabled yet")
        if self.connected is not None:
            raise Refusal(f"{ERROR}.Core.Connected", "No AT port available to run command")
        assert "allow-roaming" not in settings
        login = {key for key in LOGIN if key in settings} - {"allowed-auth"}
        if login and not self._attach_login:
            raise Refusal(f"{ERROR}.Core.Failed", "settings were not updated")
        shown = LOGIN if self._attach_login else ()
        self.attach = {
            "profile-id": ("i", 1),
            **{key: settings[key] for key in ("apn", "ip-type", *shown) if key in settings},
        }
        return NOTHING

    def _connect(self, settings: Properties) -> Answer:
        self._enable(True)
        path = next((path for path, each in self.bearers.items() if each == settings), None)
        if path is None:
            path = self._create(settings)
        if settings["apn"][1] not in self.knows:
            raise Refusal(f"{ERROR}.Connection.NoCarrier")
        if settings.get("allow-roaming") == ("b", False):
            raise Refusal(f"{ERROR}.Core.Unauthorized", "not allowed while roaming")
        self.connected, self.state = path, 11
        return "o", (path,)

    # --- properties ---------------------------------------------------------------------------

    def _modem(self) -> dict[str, Properties]:
        attach = {} if self.attach is None else self.attach
        return {
            f"{MM}.Modem": {
                "EquipmentIdentifier": ("s", self.imei),
                "State": ("i", self.state),
                "Bearers": ("ao", list(self.bearers)),
                **self.overrides,
            },
            f"{MM}.Modem.Modem3gpp": {
                "Imei": ("s", self.imei),
                "InitialEpsBearerSettings": ("a{sv}", attach),
            },
        }

    def _bearer(self, path: str) -> Properties:
        up = path == self.connected
        settings = {"profile-id": ("i", -1), **self.bearers[path]}
        if self.hides_passwords:
            settings.pop("password", None)
        config: Properties = {"method": ("u", 2 if up else 0)}
        if up and self.addressed:
            config["address"] = ("s", "10.64.0.9")
        return {
            "Connected": ("b", up),
            "ProfileId": ("i", self.profile_id if up else -1),
            "Ip4Config": ("a{sv}", config),
            "Ip6Config": ("a{sv}", {"method": ("u", 0)}),
            "Properties": ("a{sv}", settings),
        }


_METHODS: dict[tuple[str, str, str], Any] = {
    (f"{MM}.Modem", "Enable", "b"): FakeModemManager._enable,
    (f"{MM}.Modem", "SetPowerState", "u"): FakeModemManager._set_power,
    (f"{MM}.Modem", "CreateBearer", "a{sv}"): FakeModemManager._create_bearer,
    (f"{MM}.Modem", "DeleteBearer", "o"): FakeModemManager._delete_bearer,
    (f"{MM}.Modem.Modem3gpp", "SetInitialEpsBearerSettings", "a{sv}"): FakeModemManager._set_attach,
    (f"{MM}.Modem.Simple", "Connect", "a{sv}"): FakeModemManager._connect,
}
