"""Who else drives the modem, and which applier fits that."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config import who_drives
from apn_config.who_drives import Drivers, drivers_of

FITTING = {
    "nobody": (Drivers(), "at"),
    "a network interface alone": (Drivers(net_driver="qmi_wwan"), "at"),
    "NetworkManager alone": (Drivers(network_manager=True), "at"),
    "ModemManager": (Drivers(modem_manager=True), "modemmanager"),
    "both": (Drivers(modem_manager=True, network_manager=True), "networkmanager"),
    "pppd": (Drivers(pppd=True), "ppp"),
    "pppd below ModemManager": (Drivers(modem_manager=True, pppd=True), "modemmanager"),
}


@pytest.mark.parametrize(("drivers", "applier"), FITTING.values(), ids=FITTING)
def test_fitting(drivers: Drivers, applier: str) -> None:
    assert drivers.fitting == applier
    assert drivers.why


def modem_in(sysfs: Path) -> str:
    """A QMI modem: its AT port on interface 2, its network on interface 4 of one USB device."""
    device = sysfs / "devices/usb1/1-1"
    tty = device / "1-1:1.2/ttyUSB2/tty/ttyUSB2"
    tty.mkdir(parents=True)
    (device / "idVendor").write_text("2c7c\n")
    net = device / "1-1:1.4/net/wwan0"
    net.mkdir(parents=True)
    for name, target in (("class/tty", tty), ("class/net", net)):
        link = sysfs / name / target.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    (tty / "device").symlink_to(device / "1-1:1.2/ttyUSB2")
    (net / "device").symlink_to(device / "1-1:1.4")
    driver = sysfs / "bus/usb/drivers/qmi_wwan"
    driver.mkdir(parents=True)
    (device / "1-1:1.4/driver").symlink_to(driver)
    return "/dev/ttyUSB2"


def test_what_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = frozenset({"ModemManager", "NetworkManager"})
    monkeypatch.setattr(who_drives, "running", lambda names, _proc: there & names)
    monkeypatch.setattr(who_drives, "ignored_by_modem_manager", lambda _port: False)
    found = drivers_of(modem_in(tmp_path), tmp_path)
    assert found == Drivers(True, True, False, "qmi_wwan")


def test_a_device_that_modem_manager_is_kept_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who_drives, "running", lambda _names, _proc: frozenset({"ModemManager"}))
    monkeypatch.setattr(who_drives, "ignored_by_modem_manager", lambda _port: True)
    assert drivers_of("/dev/ttyUSB9", tmp_path) == Drivers()


@pytest.mark.parametrize(
    ("port", "subsystem", "seen"),
    [
        ("/dev/ttyAMA0", "amba", False),
        ("/dev/ttyS0", "platform", False),
        ("/dev/ttyUSB2", "usb-serial", True),
        ("/dev/ttyUSB2", None, True),
        ("tcp://127.0.0.1:7000", None, False),
    ],
)
def test_which_ports_modem_manager_looks_at(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    port: str,
    subsystem: str | None,
    seen: bool,
) -> None:
    monkeypatch.setattr(who_drives, "running", lambda _names, _proc: frozenset({"ModemManager"}))
    monkeypatch.setattr(who_drives, "ignored_by_modem_manager", lambda _port: False)
    if subsystem is not None:
        device = tmp_path / "class/tty" / Path(port).name / "device"
        device.mkdir(parents=True)
        (tmp_path / "bus" / subsystem).mkdir(parents=True)
        (device / "subsystem").symlink_to(tmp_path / "bus" / subsystem)
    assert drivers_of(port, tmp_path).modem_manager is seen
