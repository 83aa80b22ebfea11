"""The applier for NetworkManager, with python-dbusmock's template for it and a modem added to that.

The template keeps connections and activates them at once. It knows no modems and no secrets, and
there is none for ModemManager's bearers; what it can't tell is tried with the real ones.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from apn_config.appliers.bus import Variant, system_bus
from apn_config.appliers.networkmanager import NetworkManagerApplier
from apn_config.model import Apn, PdpType
from modem import LiveContext
from tests.clients.bus import private_bus
from tests.clients.own_port import Driven
from tests.clients.programs import daemon, program

pytestmark = pytest.mark.clients

NM = "org.freedesktop.NetworkManager"
MM = "org.freedesktop.ModemManager1"
NM_ROOT = "/org/freedesktop/NetworkManager"
MM_ROOT = "/org/freedesktop/ModemManager1"
MODEM = f"{MM_ROOT}/Modem/3"
DEVICE = f"{NM_ROOT}/Devices/9"
IMEI = "490154203237518"
ADD = "org.freedesktop.DBus.Mock.AddObject"
BOTH = PdpType.IPV4V6


def _python_with_dbusmock() -> str:
    """Debian's Python, for which the package is."""
    python = "/usr/bin/python3"
    tried = subprocess.run([python, "-c", "import dbusmock"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("dbusmock is missing: sudo apt-get install python3-dbusmock")
    return python


def _ask(service: str, path: str, method: str, *rest: object, returns: str = "") -> Any:
    async def ask() -> Any:
        async with system_bus() as bus:
            signature, arguments = (str(rest[0]), rest[1:]) if rest else ("", ())
            return await bus.call(service, path, method, signature, *arguments, returns=returns)

    return asyncio.run(ask())


def _add(service: str, manager: str, path: str, interface: str, **values: tuple[str, Any]) -> None:
    properties = {name: Variant(*value) for name, value in values.items()}
    _ask(service, manager, ADD, "ssa{sv}a(ssss)", path, interface, properties, [])


@pytest.fixture
def mocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The template, with one modem's device; and a ModemManager that has that modem."""
    program("dbus-daemon", "dbus")
    command = [_python_with_dbusmock(), "-m", "dbusmock", "--system"]
    with ExitStack() as stack:
        bus = stack.enter_context(private_bus(tmp_path / "bus"))
        monkeypatch.setenv(*next(iter(bus.environment.items())))
        for service, arguments in (
            (NM, ["--template", "networkmanager"]),
            (MM, ["--is-object-manager", MM, MM_ROOT, MM]),
        ):
            home = tmp_path / service
            home.mkdir()
            stack.enter_context(
                daemon([*command, *arguments], home, lambda: "", more=bus.environment)
            )
            bus.wait_for(service)
        _add(MM, MM_ROOT, MODEM, f"{MM}.Modem", EquipmentIdentifier=("s", IMEI), State=("i", 8))
        _add(
            NM,
            "/org/freedesktop",
            DEVICE,
            f"{NM}.Device",
            Udi=("s", MODEM),
            Interface=("s", "ttyUSB3"),
            State=("u", 30),
            StateReason=("(uu)", [30, 0]),
            ActiveConnection=("o", "/"),
        )
        yield


def test_finds_changes_activates_and_restores(mocked: None) -> None:
    settings = {
        "connection": {"id": Variant("s", "modem"), "type": Variant("s", "gsm")},
        "gsm": {"apn": Variant("s", "old.apn")},
    }
    added = _ask(
        NM,
        f"{NM_ROOT}/Settings",
        f"{NM}.Settings.AddConnection",
        "a{sa{sv}}",
        settings,
        returns="o",
    )
    applier = Driven(NetworkManagerApplier(), IMEI)
    held = applier.read()
    assert held.apn.name == "old.apn"
    applier.write(Apn("em", BOTH))
    found = _ask(NM, added, f"{NM}.Settings.Connection.GetSettings", returns="a{sa{sv}}")
    assert found["gsm"]["apn"] == Variant("s", "em")
    assert found["connection"]["id"] == Variant("s", "modem")
    assert applier.serving(activate=False).context == LiveContext(active=False)
    applier.take_effect()
    assert applier.serving(activate=False).context.active
    applier.restore(held)
    assert applier.read().apn.name == "old.apn"
