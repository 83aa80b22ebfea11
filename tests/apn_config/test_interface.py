"""Which interface belongs to a modem, on a sysfs of files; and addresses, on the real kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config import interface
from apn_config.interface import InterfaceUnknownError, address_of, interface_of, ppp_interfaces


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    """A SIM7600 at 1-1.4 with a tty on each of three interfaces, as the kernel shows it, and
    another modem with the same at 1-1.3.
    """
    for device, first in (("1-1.4", 0), ("1-1.3", 4)):
        usb = tmp_path / "devices/platform/soc/usb1/1-1" / device
        usb.mkdir(parents=True)
        (usb / "idVendor").write_text("1e0e\n")
        for number in range(3):
            tty = usb / f"{device}:1.{number}" / f"ttyUSB{first + number}"
            tty.mkdir(parents=True)
            node = tmp_path / "class/tty" / tty.name
            node.mkdir(parents=True)
            (node / "device").symlink_to(tty)
    hub = tmp_path / "devices/platform/soc/usb1/1-1"
    (hub / "idVendor").write_text("0424\n")
    return tmp_path


def _net(sysfs: Path, device: str, name: str) -> None:
    (sysfs / f"devices/platform/soc/usb1/1-1/{device}/{device}:1.5/net" / name).mkdir(parents=True)


def test_finds_the_interface_of_the_same_device(sysfs: Path) -> None:
    _net(sysfs, "1-1.4", "wwan0")
    _net(sysfs, "1-1.3", "wwan1")
    assert interface_of("/dev/ttyUSB2", sysfs) == "wwan0"
    assert interface_of("/dev/ttyUSB6", sysfs) == "wwan1"


def test_follows_the_links_of_a_stable_name(sysfs: Path, tmp_path: Path) -> None:
    _net(sysfs, "1-1.4", "wwan0")
    (tmp_path / "ttyUSB2").touch()
    (tmp_path / "modem").symlink_to("ttyUSB2")
    assert interface_of(str(tmp_path / "modem"), sysfs) == "wwan0"


def test_finds_the_interface_of_a_wwan_port(sysfs: Path) -> None:
    port = sysfs / "devices/platform/soc/usb1/1-1/1-1.4/1-1.4:1.5/wwan/wwan0/wwan0at0"
    port.mkdir(parents=True)
    _net(sysfs, "1-1.4", "wwan0")
    node = sysfs / "class/wwan/wwan0at0"
    node.mkdir(parents=True)
    (node / "device").symlink_to(port)
    assert interface_of("/dev/wwan0at0", sysfs) == "wwan0"


def test_of_several_takes_the_one_with_an_address(
    sysfs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("wwan0", "wwan1"):
        _net(sysfs, "1-1.4", name)
    monkeypatch.setattr(interface, "address_of", {"wwan1": "10.0.0.1"}.get)
    assert interface_of("/dev/ttyUSB2", sysfs) == "wwan1"


@pytest.mark.parametrize(
    ("names", "port", "why"),
    [
        pytest.param((), "/dev/ttyUSB2", "has none", id="no network interface"),
        pytest.param(("a0", "b0"), "/dev/ttyUSB2", r"has several \(a0, b0\)", id="several"),
        pytest.param(("wwan0",), "/dev/ttyAMA0", "has none", id="no USB device"),
        pytest.param(("wwan0",), "/dev/ttyUSB9", "has none", id="a port that isn't there"),
        pytest.param(("wwan0",), "tcp://127.0.0.1:7000", "has none", id="no device at all"),
    ],
)
def test_says_what_to_configure(sysfs: Path, names: tuple[str, ...], port: str, why: str) -> None:
    for name in names:
        _net(sysfs, "1-1.4", name)
    with pytest.raises(InterfaceUnknownError, match=f"{why}.*apn.probe.interface"):
        interface_of(port, sysfs)


def test_ppp_interfaces_are_known_by_their_type(tmp_path: Path) -> None:
    for name, kind in (("ppp1", 512), ("eth0", 1), ("modem", 512)):
        (tmp_path / "class/net" / name).mkdir(parents=True)
        (tmp_path / "class/net" / name / "type").write_text(f"{kind}\n")
    assert ppp_interfaces(tmp_path) == ("modem", "ppp1")
    assert ppp_interfaces(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("name", "address"),
    [("lo", "127.0.0.1"), ("nosuchinterface", None), ("x" * 40, None), ("", None)],
)
def test_asks_the_kernel_for_an_address(name: str, address: str | None) -> None:
    assert address_of(name) == address


def test_an_interface_may_have_an_ipv6_address_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "if_inet6"
    table.write_text(
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "fe80000000000000000000000000aaaa 03 40 20 80    wwan7\n"
        "20010db8000000000000000000000007 03 40 00 80    wwan7\n"
        "nonsense\n"
    )
    monkeypatch.setattr(interface, "_IF_INET6", table)
    assert address_of("wwan7") == "2001:db8::7"
    assert address_of("wwan8") is None
