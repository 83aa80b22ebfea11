"""Who holds a port, told from a process table of our making and from the real one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modem import discovery
from modem.errors import Holder

HOLD_OPEN = """
import os, sys
descriptors = [os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)]
print("ready", flush=True)
sys.stdin.read()
"""

HOLD_BOTH_ENDS = """
import os, sys
master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def pty() -> Iterator[str]:
    """The slave's name of a pty whose both ends this process holds."""
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_our_own_process_is_no_holder(pty: str) -> None:
    assert discovery.holders(pty) == ()


def test_another_process_is_named(pty: str, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    link.symlink_to(pty)
    with python(HOLD_OPEN, pty) as process:
        assert first_line(process) == "ready"
        name = Path(f"/proc/{process.pid}/comm").read_text().strip()
        assert discovery.holders(pty) == (Holder(process.pid, name),)
        assert discovery.holders(str(link)) == (Holder(process.pid, name),)
        process.communicate("")


def test_the_holder_of_the_master_is_the_modem_and_no_user() -> None:
    with python(HOLD_BOTH_ENDS) as modem:
        port = first_line(modem)
        assert discovery.holders(port) == ()
        with python(HOLD_OPEN, port) as user:
            assert first_line(user) == "ready"
            assert [holder.pid for holder in discovery.holders(port)] == [user.pid]
            user.communicate("")
        modem.communicate("")


@pytest.mark.parametrize("port", ["/dev/does-not-exist", "/tmp", ""])
def test_what_is_no_device_has_no_holders(port: str) -> None:
    assert discovery.holders(port) == ()


@pytest.mark.parametrize(
    ("names", "running"),
    [
        pytest.param(["systemd", "ModemManager"], True, id="runs"),
        pytest.param(["systemd", "bash"], False, id="does-not-run"),
        pytest.param([], False, id="no-processes"),
    ],
)
def test_modem_manager_is_found_by_its_name(
    names: list[str], running: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pid, name in enumerate(names, start=1):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "comm").write_text(name + "\n")
    (tmp_path / "self").mkdir()
    (tmp_path / "99").mkdir()  # it ended between the listing and the reading
    monkeypatch.setattr(discovery, "_PROC", tmp_path)
    assert discovery.modem_manager_running() is running


KNOWN_TO_UDEV = {
    "ignored": ("S:serial\nE:ID_MM_DEVICE_IGNORE=1\nG:systemd\n", True),
    "a port alone": ("E:ID_MM_PORT_IGNORE=1\n", False),
    "not ignored": ("E:ID_MM_DEVICE_IGNORE=0\n", False),
    "a longer value": ("E:ID_MM_DEVICE_IGNORE=10\n", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("data", "ignored"), KNOWN_TO_UDEV.values(), ids=KNOWN_TO_UDEV)
def test_what_udev_keeps_modem_manager_off(
    data: str, ignored: bool, pty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rdev = Path(pty).stat().st_rdev
    (tmp_path / f"c{os.major(rdev)}:{os.minor(rdev)}").write_text(data)
    monkeypatch.setattr(discovery, "_UDEV_DATA", tmp_path)
    assert discovery.ignored_by_modem_manager(pty) is ignored


def test_a_port_that_udev_does_not_know(pty: str, tmp_path: Path) -> None:
    assert not discovery.ignored_by_modem_manager(str(tmp_path / "absent"))
    assert not discovery.ignored_by_modem_manager("tcp://127.0.0.1:7000")


def test_without_proc_nobody_is_seen(pty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_PROC", Path("/nonexistent"))
    assert discovery.holders(pty) == ()
    assert discovery.modem_manager_running() is False


@pytest.mark.parametrize(
    ("rdev", "index"),
    [
        pytest.param(os.makedev(136, 0), 0, id="first"),
        pytest.param(os.makedev(137, 3), 259, id="second-major"),
        pytest.param(os.makedev(188, 2), None, id="ttyUSB2"),
        pytest.param(os.makedev(4, 64), None, id="ttyS0"),
    ],
)
def test_the_index_of_a_pty(rdev: int, index: int | None) -> None:
    assert discovery.pty_index(rdev) == index


def test_the_index_of_a_real_pty(pty: str) -> None:
    assert discovery.pty_index(Path(pty).stat().st_rdev) == int(Path(pty).name)


@pytest.mark.parametrize(
    ("subsystem", "serial"),
    [("tty", True), ("wwan", True), ("mem", False), ("watchdog", False), (None, True)],
)
def test_sysfs_tells_what_cannot_be_a_serial_port(
    subsystem: str | None, serial: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if subsystem is not None:
        (tmp_path / "188:2").mkdir()
        (tmp_path / "188:2" / "subsystem").symlink_to(f"../../../class/{subsystem}")
    monkeypatch.setattr(discovery, "_CHAR_DEVICES", tmp_path)
    assert discovery.may_be_serial(os.makedev(188, 2)) is serial


def test_usb_ports_come_first_under_the_name_that_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from serial.tools import list_ports
    from serial.tools.list_ports_common import ListPortInfo

    device = tmp_path / "ttyUSB2"
    device.touch()
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    stable = by_id / "usb-SimTech_SIM7600-if02-port0"
    stable.symlink_to(device)
    usb, uart = ListPortInfo(str(device)), ListPortInfo("/dev/ttyAMA0")
    usb.vid, usb.description = 0x1E0E, "SimTech SIM7600"
    monkeypatch.setattr(discovery, "_BY_ID", by_id)
    monkeypatch.setattr(list_ports, "comports", lambda: [uart, usb])

    found = discovery.serial_ports()

    assert [(port.device, port.stable, port.usb) for port in found] == [
        (str(device), str(stable), True),
        ("/dev/ttyAMA0", "/dev/ttyAMA0", False),
    ]
    assert found[0].description == "SimTech SIM7600"


def test_no_usb_port_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    from serial.tools import list_ports

    monkeypatch.setattr(discovery, "_BY_ID", Path("/nonexistent"))
    monkeypatch.setattr(list_ports, "comports", list)
    assert discovery.serial_ports() == ()
