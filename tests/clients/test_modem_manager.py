"""ModemManager on a bus of its own, without udev: finds the modem, sends, receives, connects.

It knows a modem's port by its name in /sys/class/tty and /dev alone, so it runs in mounts of its
own in which a pty has such a name; that takes root.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.clients.bus import Bus, need_private_root, private_bus, private_root
from tests.clients.conftest import StartModem
from tests.clients.programs import Finished, daemon, program, run, venv_python
from tests.clients.station import Station, until

pytestmark = pytest.mark.clients

POLKIT = Path(__file__).parent / "with_polkit.py"

# A /dev and a /sys/class/tty of its own, each with that one port; the rule makes it a candidate.
_PREPARE = """\
mkdir "$HOME/dev"
mount --rbind /dev "$HOME/dev"
mount -t tmpfs tmpfs /dev
for file in null zero random urandom; do
  touch "/dev/$file"
  mount --bind "$HOME/dev/$file" "/dev/$file"
done
touch /dev/ttySIM0
mount --bind "$HOME/dev/${PORT#/dev/}" /dev/ttySIM0
mount -t tmpfs tmpfs /sys/class/tty
bus=/sys/class/tty/.bus/usb
device=/sys/class/tty/.devices/1-1
interface="$device/1-1:1.2"
mkdir -p "$bus/drivers/option" "$interface/ttySIM0"
ln -s "$interface/ttySIM0" /sys/class/tty/ttySIM0
ln -s /sys/class/tty "$interface/ttySIM0/subsystem"
ln -s "$bus" "$interface/subsystem"
ln -s "$bus" "$device/subsystem"
ln -s "$bus/drivers/option" "$interface/driver"
echo "${USB_ID%:*}" > "$device/idVendor"
echo "${USB_ID#*:}" > "$device/idProduct"
echo 02 > "$interface/bInterfaceNumber"
echo ff > "$interface/bInterfaceClass"
echo 00 > "$interface/bInterfaceSubClass"
echo 00 > "$interface/bInterfaceProtocol"
cp -a /usr/lib/udev/rules.d "$HOME/rules.d"
mount --bind "$HOME/rules.d" /usr/lib/udev/rules.d
echo 'ENV{ID_MM_DEVICE_PROCESS}="1"' > /usr/lib/udev/rules.d/78-mm-sim.rules
"""


class Manager:
    """ModemManager with one modem, asked by mmcli."""

    def __init__(self, bus: Bus, home: Path, modem: Station) -> None:
        self._bus = bus
        self._home = home
        self._modem = modem
        self._mmcli = program("mmcli", "modemmanager")

    def __call__(self, *arguments: str) -> str:
        """What mmcli prints; a failure fails the test."""
        finished = self.run(*arguments)
        assert finished.code == 0, f"{arguments}: {finished.output}\n{self.why()}"
        return finished.output

    def run(self, *arguments: str) -> Finished:
        """How mmcli ended, well or not."""
        return run([self._mmcli, *arguments], self._home, more=self._bus.environment)

    def shown(self, *arguments: str) -> Any:
        """What mmcli shows, from its JSON."""
        return json.loads(self(*arguments, "-J"))

    @property
    def modem(self) -> Any:
        """All that it knows of the modem."""
        return self.shown("-m", "any")["modem"]

    def until_state(self, state: str) -> None:
        """Wait for a state of the modem."""
        until(
            lambda: self.modem["generic"]["state"] == state, f"the modem is {state}", also=self.why
        )

    def messages(self) -> list[Any]:
        """All the messages that it knows."""
        paths = self.shown("-m", "any", "--messaging-list-sms")["modem.messaging.sms"]
        return [self.shown("-s", path)["sms"] for path in paths]

    def why(self) -> str:
        """What helps to understand a failure."""
        log = self._home / "ModemManager.log"
        text = log.read_text(errors="replace")[-6000:] if log.exists() else ""
        return f"{text}\n{self._modem.why()}"


def _start(stack: ExitStack, home: Path, modem: Station, usb_id: str) -> Manager:
    """Start the bus, a polkit that allows everything, and ModemManager; tell it of the port."""
    unshare = need_private_root()
    daemon_path = program("ModemManager", "modemmanager")
    python = venv_python("jeepney", "jeepney")
    bus = stack.enter_context(private_bus(home / "bus"))
    work = home / "manager"
    (home / "polkit").mkdir()
    work.mkdir()
    manager = Manager(bus, work, modem)
    stack.enter_context(
        daemon([python, str(POLKIT)], home / "polkit", lambda: "", more=bus.environment)
    )
    bus.wait_for("org.freedesktop.PolicyKit1")
    command = [daemon_path, "--test-no-udev", "--no-auto-scan", "--debug"]
    command += [f"--log-file={work / 'ModemManager.log'}"]
    values = {"HOME": str(work), "PORT": modem.tty, "USB_ID": usb_id}
    command = private_root(unshare, _PREPARE, command, values)
    stack.enter_context(daemon(command, work, manager.why, more=bus.environment))
    bus.wait_for("org.freedesktop.ModemManager1")
    manager("--report-kernel-event=action=add,subsystem=tty,name=ttySIM0,uid=sim")
    until(lambda: manager.shown("-L")["modem-list"], "the modem appears", 60, also=manager.why)
    return manager


@pytest.mark.parametrize(
    ("profile", "usb_id", "plugin"),
    [("ec25", "2c7c:0125", "quectel"), ("sim7600", "1e0e:9001", "simtech")],
)
def test_finds_sends_receives_and_connects(
    tmp_path: Path, start_modem: StartModem, profile: str, usb_id: str, plugin: str
) -> None:
    need_private_root()
    modem = start_modem(profile)
    with ExitStack() as stack:
        mmcli = _start(stack, tmp_path, modem, usb_id)
        assert mmcli.modem["generic"]["plugin"] == plugin
        _identity_and_network(mmcli, modem)
        _messages(mmcli, modem)
        _connection(mmcli, modem)


def _identity_and_network(mmcli: Manager, modem: Station) -> None:
    found = mmcli.modem
    assert found["3gpp"]["imei"] == modem.imei
    mmcli("-m", "any", "--enable")
    mmcli.until_state("registered")
    assert mmcli.modem["3gpp"]["registration-state"] == "roaming"
    assert mmcli.modem["3gpp"]["operator-name"] == "Simulated Network"
    assert mmcli.modem["generic"]["own-numbers"] == [f"+{modem.msisdn}"]
    assert int(mmcli.modem["generic"]["signal-quality"]["value"]) > 0


def _messages(mmcli: Manager, modem: Station) -> None:
    modem.deliver("+4917200001", "for ModemManager")
    until(mmcli.messages, "a message", also=mmcli.why)
    (message,) = mmcli.messages()
    assert message["content"]["text"] == "for ModemManager"
    assert message["content"]["number"] == "+4917200001"

    created = mmcli(
        "-m", "any", "--messaging-create-sms=text='Hello of mmcli',number='+491701234567'"
    )
    path = created.split()[-1]
    mmcli("-s", path, "--send")
    assert modem.sent_texts("491701234567") == ["Hello of mmcli"]


def _connection(mmcli: Manager, modem: Station) -> None:
    refused = mmcli.run("-m", "any", "--simple-connect=apn=nonsense")
    assert refused.code != 0
    assert "NoCarrier" in refused.output
    mmcli("-m", "any", "--simple-connect=apn=em")
    mmcli.until_state("connected")
    bearers = [mmcli.shown("-b", path)["bearer"] for path in mmcli.modem["generic"]["bearers"]]
    connected = [each for each in bearers if each["status"]["connected"] == "yes"]
    assert [each["properties"]["apn"] for each in connected] == ["em"]
    mmcli("-m", "any", "--simple-disconnect")
    mmcli.until_state("registered")
    modem.deliver("+4917200002", "after the connection")
    until(lambda: len(mmcli.messages()) == 3, "another message", also=mmcli.why)
