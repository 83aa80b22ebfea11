"""The recipe of docs/beside-modemmanager.md: one AT port is ours, ModemManager keeps the others.

The packaged rule, and the one of the page, are tried with the real udev and the real ModemManager.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.clients.bus import need_private_root, private_bus, private_root
from tests.clients.conftest import StartModem
from tests.clients.modem_manager import Manager, start_polkit
from tests.clients.programs import daemon, program, run
from tests.clients.station import ROOT, until

pytestmark = pytest.mark.clients

PAGE = (ROOT / "docs" / "beside-modemmanager.md").read_text(encoding="utf-8")
RULE = (ROOT / "packaging/udev/60-modem-helper.rules").read_text(encoding="utf-8")
(OF_PAGE,) = re.findall(r"```udev\n(.*?)```", PAGE, re.DOTALL)
TABLE = re.findall(r"^\| (\w{4}):(\w{4}) \| .* \| (\d\d) \| (\d\d) \|$", PAGE, re.MULTILINE)
OURS, THEIRS = "02", "03"
# In ModemManager's rules since versions after 1.20.
NEWER = {("2c7c", "0121"), ("2c7c", "0512")}

# A modem on USB with two ports, as sysfs shows it; udev is told to take a tmpfs for one.
_DEVICES = """\
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev
mknod /dev/null c 1 3
mount -t tmpfs tmpfs /sys
usb=/sys/devices/usb1/1-1
mkdir -p /sys/class/tty /sys/bus/usb /sys/bus/usb-serial /sys/dev/char /run/udev
for number in 2 3; do
  interface="$usb/1-1:1.$number"
  tty="$interface/ttyUSB$number/tty/ttyUSB$number"
  mkdir -p "$tty"
  echo "0$number" > "$interface/bInterfaceNumber"
  echo DEVTYPE=usb_interface > "$interface/uevent"
  : > "$interface/ttyUSB$number/uevent"
  printf 'MAJOR=188\\nMINOR=%s\\nDEVNAME=ttyUSB%s\\n' "$number" "$number" > "$tty/uevent"
  echo "188:$number" > "$tty/dev"
  mknod "/dev/ttyUSB$number" c 188 "$number"
  ln -s /sys/class/tty "$tty/subsystem"
  ln -s /sys/bus/usb-serial "$interface/ttyUSB$number/subsystem"
  ln -s /sys/bus/usb "$interface/subsystem"
  ln -s "$tty" "/sys/class/tty/ttyUSB$number"
  ln -s "$tty" "/sys/dev/char/188:$number"
done
echo DEVTYPE=usb_device > "$usb/uevent"
echo "${USB_ID%:*}" > "$usb/idVendor"
echo "${USB_ID#*:}" > "$usb/idProduct"
ln -s /sys/bus/usb "$usb/subsystem"
mount -t tmpfs tmpfs /etc/udev
mkdir /etc/udev/rules.d
cp "$RULES" /etc/udev/rules.d/
export SYSTEMD_DEVICE_VERIFY_SYSFS=0
"""


BY_PLACE = OF_PAGE.replace("1-1.4:1.2", "1-1:1.2")
AT = "/dev/modem-helper/at"
AT_PLACE = f"{AT} {AT}-1-1"


def _ruled(how: str) -> list[tuple[str, str, str]]:
    """Vendor, product and interface of the rule's lines that say so."""
    device = r'ATTRS\{idVendor\}=="(\w+)", ATTRS\{idProduct\}=="(\w+)"'
    port = r'ENV\{.MODEM_HELPER_IF\}=="(\d\d)"'
    line = rf'^{device}, {port}, ENV\{{.MODEM_HELPER_AT\}}="{how}"$'
    return re.findall(line, RULE, re.MULTILINE)


def test_the_ports_of_the_table_are_those_of_the_rule() -> None:
    assert sorted(port[:3] for port in TABLE) == sorted(_ruled("ours"))


def test_the_ports_of_the_rule_are_those_of_modem_managers_rules() -> None:
    program("ModemManager", "modemmanager")
    files = Path("/usr/lib/udev/rules.d").glob("77-mm-*.rules")
    rules = "\n".join(path.read_text(encoding="utf-8") for path in files)

    def says(vendor: str, product: str, interface: str, kind: str) -> bool:
        device = f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}"'
        port = f'{device}, ENV{{.MM_USBIFNUM}}=="{interface}", SUBSYSTEM=="tty"'
        return f'{port}, ENV{{ID_MM_PORT_TYPE_AT_{kind}}}="1"' in rules

    for vendor, product, ours, theirs in TABLE:
        if (vendor, product) not in NEWER:
            assert says(vendor, product, ours, "PRIMARY")
            assert says(vendor, product, theirs, "SECONDARY")
    shared = _ruled("shared")
    assert len(shared) == 2
    assert all(says(*port, "PRIMARY") for port in shared)


@pytest.mark.parametrize(
    ("rule", "usb_id", "interface", "links", "ignored"),
    [
        pytest.param(RULE, "2c7c:0125", OURS, AT_PLACE, True, id="our port"),
        pytest.param(RULE, "2c7c:0125", THEIRS, "", False, id="the port beside it"),
        pytest.param(RULE, "1e0e:9001", OURS, AT_PLACE, True, id="another make's"),
        pytest.param(RULE, "1e0e:9205", OURS, AT_PLACE, False, id="one that is needed by both"),
        pytest.param(RULE, "1bc7:1031", OURS, "", False, id="another interface of another make's"),
        pytest.param(RULE, "1e0e:9011", OURS, "", False, id="an unknown modem's"),
        pytest.param(BY_PLACE, "1e0e:9011", OURS, AT, True, id="our port by its place"),
        pytest.param(BY_PLACE, "1e0e:9011", THEIRS, "", False, id="the place beside it"),
    ],
)
def test_udev_marks_the_one_port(
    tmp_path: Path, rule: str, usb_id: str, interface: str, links: str, ignored: bool
) -> None:
    unshare = need_private_root()
    rules = tmp_path / "60-modem-helper.rules"
    rules.write_text(rule)
    device = f"/sys/class/tty/ttyUSB{int(interface)}"
    command = [program("udevadm", "udev"), "test", "--action=add", device]
    values = {"USB_ID": usb_id, "RULES": str(rules)}
    finished = run(private_root(unshare, _DEVICES, command, values), tmp_path)
    assert finished.code == 0, finished.output
    said = finished.output.splitlines()
    assert f"DEVPATH=/devices/usb1/1-1/1-1:1.{int(interface)}" in finished.output
    assert ("ID_MM_PORT_IGNORE=1" in said) is ignored
    found = next((line for line in said if line.startswith("DEVLINKS=")), "DEVLINKS=")
    assert sorted(found.removeprefix("DEVLINKS=").split()) == sorted(links.split())
    complaints = [line for line in said if f"{rules.name}:" in line and "LINK" not in line]
    assert complaints == []


# What ModemManager sees of the same modem: each interface's port is a simulated modem.
_PORTS = """\
mkdir "$HOME/dev"
mount --rbind /dev "$HOME/dev"
mount -t tmpfs tmpfs /dev
for file in null zero random urandom; do
  touch "/dev/$file"
  mount --bind "$HOME/dev/$file" "/dev/$file"
done
mount -t tmpfs tmpfs /sys/class/tty
bus=/sys/class/tty/.bus/usb
device=/sys/class/tty/.devices/1-1
mkdir -p "$bus/drivers/option" "$device"
ln -s "$bus" "$device/subsystem"
echo "${USB_ID%:*}" > "$device/idVendor"
echo "${USB_ID#*:}" > "$device/idProduct"
for number in 2 3; do
  eval "port=\\$PORT$number"
  touch "/dev/ttySIM$number"
  mount --bind "$HOME/dev/${port#/dev/}" "/dev/ttySIM$number"
  interface="$device/1-1:1.$number"
  mkdir -p "$interface/ttySIM$number"
  ln -s "$interface/ttySIM$number" "/sys/class/tty/ttySIM$number"
  ln -s /sys/class/tty "$interface/ttySIM$number/subsystem"
  ln -s "$bus" "$interface/subsystem"
  ln -s "$bus/drivers/option" "$interface/driver"
  echo "0$number" > "$interface/bInterfaceNumber"
  echo ff > "$interface/bInterfaceClass"
  echo 00 > "$interface/bInterfaceSubClass"
  echo 00 > "$interface/bInterfaceProtocol"
done
cp -a /usr/lib/udev/rules.d "$HOME/rules.d"
mount --bind "$HOME/rules.d" /usr/lib/udev/rules.d
echo 'ENV{ID_MM_DEVICE_PROCESS}="1"' > /usr/lib/udev/rules.d/78-mm-sim.rules
cp "$RULES" /usr/lib/udev/rules.d/
"""


@pytest.mark.parametrize("ruled", [True, False], ids=["with the rule", "without it"])
def test_modem_manager_leaves_the_one_port_alone(
    tmp_path: Path, start_modem: StartModem, ruled: bool
) -> None:
    """Both ports are simulated modems of their own, so that each tells whether it was spoken to.

    Without udev, ModemManager reads the rules itself: from 78-mm-*.rules. 1.20 ends at a
    line that makes a link or gives a group.
    """
    unshare = need_private_root()
    daemon_path = program("ModemManager", "modemmanager")
    ours, theirs = start_modem("ec25"), start_modem("ec25")
    rules = tmp_path / "78-mm-modem-helper.rules"
    lines = RULE.splitlines(keepends=True)
    known = [line for line in lines if "SYMLINK" not in line and "GROUP" not in line]
    rules.write_text("".join(known) if ruled else "")
    work = tmp_path / "manager"
    work.mkdir()
    values = {
        "HOME": str(work),
        "PORT2": ours.tty,
        "PORT3": theirs.tty,
        "USB_ID": "2c7c:0125",
        "RULES": str(rules),
    }
    command = [daemon_path, "--test-no-udev", "--no-auto-scan", "--debug"]
    command += [f"--log-file={work / 'ModemManager.log'}"]
    with ExitStack() as stack:
        bus = stack.enter_context(private_bus(tmp_path / "bus"))
        start_polkit(stack, tmp_path / "polkit", bus)
        manager = Manager(bus, work, theirs)
        isolated = private_root(unshare, _PORTS, command, values)
        stack.enter_context(daemon(isolated, work, manager.why, more=bus.environment))
        bus.wait_for("org.freedesktop.ModemManager1")
        for number in (2, 3):
            event = f"action=add,subsystem=tty,name=ttySIM{number},uid=sim"
            manager(f"--report-kernel-event={event}")
        until(lambda: manager.shown("-L")["modem-list"], "the modem appears", 60, also=manager.why)
        ports = manager.modem["generic"]["ports"]
        if ruled:
            assert ports == ["ttySIM2 (ignored)", "ttySIM3 (at)"]
            assert manager.modem["generic"]["primary-port"] == "ttySIM3"
            assert manager.modem["3gpp"]["imei"] == theirs.imei
            assert ours.trace == ""
        else:
            assert ports == ["ttySIM2 (at)", "ttySIM3 (at)"]
            assert ours.trace != ""
