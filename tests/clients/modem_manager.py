"""ModemManager with a simulated modem, on a bus of its own and without udev.

It knows a modem's port by its name in /sys/class/tty and /dev alone, so it runs in mounts of its
own in which a pty has such a name; that takes root.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.clients.bus import Bus, need_private_root, private_bus, private_root
from tests.clients.programs import Finished, daemon, program, run, venv_python
from tests.clients.station import Station, until

_POLKIT = Path(__file__).parent / "with_polkit.py"

# A /dev and a /sys/class/tty of its own, each with that one port; the rule makes it a candidate.
PREPARE = """\
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
        self.bus = bus
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
        return run([self._mmcli, *arguments], self._home, more=self.bus.environment)

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


def start_polkit(stack: ExitStack, home: Path, bus: Bus, *denied: str) -> None:
    """A polkit that allows everything but these actions."""
    home.mkdir()
    python = venv_python("jeepney", "jeepney")
    command = [python, str(_POLKIT), *denied]
    stack.enter_context(daemon(command, home, lambda: "", more=bus.environment))
    bus.wait_for("org.freedesktop.PolicyKit1")


def start_modem_manager(
    stack: ExitStack, home: Path, modem: Station, usb_id: str, *denied: str
) -> Manager:
    """Start the bus, a polkit that denies these actions, and ModemManager; tell it of the port."""
    unshare = need_private_root()
    daemon_path = program("ModemManager", "modemmanager")
    bus = stack.enter_context(private_bus(home / "bus"))
    start_polkit(stack, home / "polkit", bus, *denied)
    work = home / "manager"
    work.mkdir()
    manager = Manager(bus, work, modem)
    command = [daemon_path, "--test-no-udev", "--no-auto-scan", "--debug"]
    command += [f"--log-file={work / 'ModemManager.log'}"]
    values = {"HOME": str(work), "PORT": modem.tty, "USB_ID": usb_id}
    command = private_root(unshare, PREPARE, command, values)
    stack.enter_context(daemon(command, work, manager.why, more=bus.environment))
    bus.wait_for("org.freedesktop.ModemManager1")
    manager("--report-kernel-event=action=add,subsystem=tty,name=ttySIM0,uid=sim")
    until(lambda: manager.shown("-L")["modem-list"], "the modem appears", 60, also=manager.why)
    return manager
