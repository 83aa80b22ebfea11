"""oFono over TCP, with its driver for the phone simulator: powers up, registers, sends, receives.

Its other drivers look for USB devices by udev. It keeps its configuration and state in fixed
places, so it runs in mounts of its own; that takes root.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients.bus import Bus, need_private_root, private_bus, private_root
from tests.clients.conftest import StartModem
from tests.clients.programs import Daemon, daemon, program
from tests.clients.station import Station, ask, until

pytestmark = pytest.mark.clients

_CONFIG = """\
[phonesim]
Driver=phonesim
Address={host}
Port={port}
"""
# Debian's package brings both directories.
_PREPARE = """\
mount -t tmpfs tmpfs /var/lib/ofono
mount --bind "$HOME/etc" /etc/ofono
"""
_PATH = "/phonesim"


class Ofono:
    """oFono with one modem, called over its bus; its signals are written down."""

    def __init__(self, bus: Bus, running: Daemon, signals: Daemon) -> None:
        self._bus = bus
        self._running = running
        self._signals = signals

    def call(self, method: str, *arguments: str, path: str = _PATH) -> str:
        """Call a method of oFono, for example Modem.GetProperties."""
        return self._bus.call("org.ofono", path, f"org.ofono.{method}", *arguments)

    def has(self, interface: str, key: str, value: str, *, path: str = _PATH) -> bool:
        """Has a property that value?"""
        words = self.call(f"{interface}.GetProperties", path=path).split()
        place = words.index(f'"{key}"') if f'"{key}"' in words else len(words)
        return f'"{value}"' in words[place : place + 4] or value in words[place : place + 4]

    def until(self, interface: str, key: str, value: str) -> None:
        """Wait until a property has that value."""
        until(
            lambda: (
                f"org.ofono.{interface}" in self.call("Modem.GetProperties")
                and self.has(interface, key, value)
            ),
            f"{interface}.{key} is {value}",
            also=self._running.why,
        )

    def tells(self, text: str) -> None:
        """Wait for a signal with that text in it."""
        self._signals.shows(text)


def _start(stack: ExitStack, home: Path, modem: Station) -> Ofono:
    unshare = need_private_root()
    ofonod = program("ofonod", "ofono")
    monitor = program("dbus-monitor", "dbus")
    bus = stack.enter_context(private_bus(home / "bus"))
    work, listening = home / "ofono", home / "signals"
    (work / "etc").mkdir(parents=True)
    listening.mkdir()
    host, port = modem.tcp.split(":")
    (work / "etc" / "phonesim.conf").write_text(_CONFIG.format(host=host, port=port))
    match = "type='signal',interface='org.ofono.MessageManager'"
    signals = stack.enter_context(
        daemon([monitor, "--system", match], listening, lambda: "", more=bus.environment)
    )
    command = private_root(unshare, _PREPARE, [ofonod, "-n", "-d"], {"HOME": str(work)})
    running = stack.enter_context(daemon(command, work, modem.why, more=bus.environment))
    bus.wait_for("org.ofono")
    ofono = Ofono(bus, running, signals)
    until(lambda: _PATH in ofono.call("Manager.GetModems", path="/"), "it has a modem")
    return ofono


@pytest.mark.parametrize("profile", ["generic", "sim7600", "ec25"])
def test_registers_sends_and_receives(
    tmp_path: Path, start_modem: StartModem, profile: str
) -> None:
    need_private_root()
    modem = start_modem(profile, "--tcp", "127.0.0.1:0")
    ask(modem.port, "ATE0")  # this driver expects a modem that doesn't echo, and doesn't say so
    with ExitStack() as stack:
        ofono = _start(stack, tmp_path, modem)
        ofono.call("Modem.SetProperty", "string:Powered", "variant:boolean:true")
        ofono.until("SimManager", "SubscriberIdentity", modem.imsi)
        ofono.call("Modem.SetProperty", "string:Online", "variant:boolean:true")
        ofono.until("NetworkRegistration", "Status", "roaming")
        ofono.until("MessageManager", "ServiceCenterAddress", "+883990000001")

        modem.deliver("+4917200001", "for oFono \N{EURO SIGN}")
        ofono.tells('string "for oFono \N{EURO SIGN}"')
        ofono.tells('string "+4917200001"')

        ofono.call("MessageManager.SendMessage", "string:+491701234567", "string:Hello of oFono")
        until(lambda: modem.sent_texts("491701234567") == ["Hello of oFono"], "it is sent")

        _connect(ofono)
        assert modem.stored() == []


def _connect(ofono: Ofono) -> None:
    for name in ("RoamingAllowed", "Powered"):
        ofono.call("ConnectionManager.SetProperty", f"string:{name}", "variant:boolean:true")
    ofono.until("ConnectionManager", "Attached", "true")
    path = ofono.call("ConnectionManager.AddContext", "string:internet").split('"')[1]
    for name, value in (("AccessPointName", "string:em"), ("Active", "boolean:true")):
        ofono.call("ConnectionContext.SetProperty", f"string:{name}", f"variant:{value}", path=path)
    assert ofono.has("ConnectionContext", "Active", "true", path=path)
