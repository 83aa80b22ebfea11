"""The modems of a sysfs of our making."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.usb_roles import Role, may_be_modem, role_of
from modem.usb_tree import usb_devices


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")


def device(root: Path, socket: str, ids: str, *, ttys: dict[int, str], driver: bool = True) -> Path:
    """A device whose interfaces have these ttys, ttyACM where the kernel puts them."""
    home = root / "sys/bus/usb/devices" / socket
    write(home / "idVendor", ids[:4])
    write(home / "idProduct", ids[5:])
    for number in range(4):
        interface = home / f"{socket}:1.{number}"
        write(interface / "bInterfaceNumber", f"{number:02x}")
        write(interface / "bInterfaceClass", "ff")
        if driver:
            (interface / "driver").mkdir()
        name = ttys.get(number)
        if name is not None:
            place = interface / name if name.startswith("ttyUSB") else interface / "tty" / name
            place.mkdir(parents=True)
    return home


def test_a_modem_has_its_ports_in_the_order_in_which_to_ask(tmp_path: Path) -> None:
    device(
        tmp_path,
        "1-1.4",
        "2c7c:0125",
        ttys={0: "ttyUSB0", 1: "ttyUSB1", 2: "ttyUSB2", 3: "ttyUSB3"},
    )
    (found,) = usb_devices(tmp_path / "sys", Path("/dev"))
    assert (found.ids, found.socket, found.is_modem, found.undriven) == (
        "2c7c:0125", "1-1.4", True, False,
    )  # fmt: skip
    assert [tty.device for tty in found.in_order()] == ["/dev/ttyUSB2", "/dev/ttyUSB3"]
    assert [tty.role for tty in found.ttys] == [Role.DIAG, Role.GNSS, Role.AT, Role.AT2]


def test_acm_ports_are_found_below_their_interface(tmp_path: Path) -> None:
    device(tmp_path, "1-1", "1546:1102", ttys={0: "ttyACM0"})
    (found,) = usb_devices(tmp_path / "sys", Path("/dev"))
    assert [tty.device for tty in found.ttys] == ["/dev/ttyACM0"]


def test_a_modem_without_driver_is_told(tmp_path: Path) -> None:
    device(tmp_path, "1-1", "2c7c:0700", ttys={}, driver=False)
    (found,) = usb_devices(tmp_path / "sys", Path("/dev"))
    assert found.undriven


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("bInterfaceSubClass", "42", id="ADB"),
        pytest.param("interface", "MTP", id="MTP"),
    ],
)
def test_a_telephone_wants_no_driver(tmp_path: Path, name: str, text: str) -> None:
    home = device(tmp_path, "1-1", "12d1:107e", ttys={}, driver=False)
    for interface in home.glob("*:*"):
        write(interface / name, text)
    (found,) = usb_devices(tmp_path / "sys", Path("/dev"))
    assert not found.undriven


def test_what_is_no_modem_and_has_no_port_is_left_out(tmp_path: Path) -> None:
    device(tmp_path, "1-2", "046d:c31c", ttys={})
    device(tmp_path, "usb1", "1d6b:0002", ttys={})
    assert usb_devices(tmp_path / "sys", Path("/dev")) == ()


def test_a_converter_is_shown_as_such_and_may_sleep(tmp_path: Path) -> None:
    home = device(tmp_path, "1-3", "0403:6001", ttys={0: "ttyUSB4"})
    write(home / "power/control", "auto")
    write(home / "product", "evil\x1b[2J")
    (found,) = usb_devices(tmp_path / "sys", Path("/dev"))
    assert (found.is_converter, found.is_modem, found.sleeps) == (True, False, True)
    assert found.name.isprintable()


def test_a_machine_without_usb(tmp_path: Path) -> None:
    assert usb_devices(tmp_path, tmp_path) == ()


@pytest.mark.parametrize(
    ("ids", "interface", "role"),
    [
        ("1e0e:9001", "02", Role.AT),
        ("1e0e:9001", "00", Role.DIAG),
        ("1e0e:9001", "0f", None),
        ("1e0e:ffff", "02", None),
        ("1e2d:005b", "08", Role.DIAG),
        ("1e0e:9001", "zz", None),
    ],
)
def test_roles(ids: str, interface: str, role: Role | None) -> None:
    vendor, product = ids.split(":")
    assert role_of(vendor, product, interface) is role


@pytest.mark.parametrize(
    ("ids", "modem"),
    [
        ("2c7c:beef", True),
        ("05c6:908b", True),
        ("05c6:0001", False),
        ("8087:0a2b", False),
        ("046d:c31c", False),
    ],
)
def test_which_ids_are_a_modem(ids: str, modem: bool) -> None:
    vendor, product = ids.split(":")
    assert may_be_modem(vendor, product) is modem
