"""The USB modems of this machine, each with all of its ports, out of sysfs.

`modem.usb` follows one port that is known; this lists them all, for whoever looks for a modem. It
reads some files that the kernel answers from memory, and opens no port.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from modem.usb_roles import CONVERTERS, MAKERS, Role, may_be_modem, role_of

SYSFS = Path("/sys")
DEV = Path("/dev")

_VENDOR_SPECIFIC = "ff"
# A telephone's: ADB and fastboot (ff/42/01, ff/42/03), and files by MTP.
_DEBUGGING = "42"
_FILES = "MTP"
_MAX_NAME = 64
_TTY = re.compile(r"tty[A-Z]+[0-9]+")


@dataclass(frozen=True, slots=True)
class UsbTty:
    """One serial port of a USB device; `device` is its file."""

    device: str
    interface: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A USB device that is a modem by its ids, or has serial ports.

    `socket` is where it is plugged in ("1-1.4"), `undriven` says that interfaces of its maker's own
    kind have no driver while it has no port at all, `sleeps` that the kernel may suspend it.
    """

    vendor: str
    product: str
    socket: str
    name: str
    ttys: tuple[UsbTty, ...]
    undriven: bool
    sleeps: bool

    @property
    def ids(self) -> str:
        """Vendor and product, as lsusb shows them."""
        return f"{self.vendor}:{self.product}"

    @property
    def is_modem(self) -> bool:
        """Is it one, by its ids?"""
        return may_be_modem(self.vendor, self.product)

    @property
    def is_converter(self) -> bool:
        """Is it a converter to a serial line, with who knows what behind it?"""
        return self.vendor in CONVERTERS

    def in_order(self) -> tuple[UsbTty, ...]:
        """Its ports that may take AT commands, those that most likely do first."""
        ranks = {Role.AT: 0, Role.AT2: 1, Role.PPP: 2, None: 3}
        able = (tty for tty in self.ttys if tty.role in ranks)
        return tuple(sorted(able, key=lambda tty: (ranks[tty.role], tty.interface)))


def usb_devices(sysfs: Path = SYSFS, dev: Path = DEV) -> tuple[UsbDevice, ...]:
    """All that may be modems, in the order of their sockets."""
    try:
        entries = sorted((sysfs / "bus/usb/devices").iterdir())
    except OSError:  # a machine without USB
        return ()
    found = (_device(entry, dev) for entry in entries if (entry / "idVendor").exists())
    return tuple(each for each in found if each.ttys or each.is_modem)


def _device(entry: Path, dev: Path) -> UsbDevice:
    vendor, product = _read(entry / "idVendor"), _read(entry / "idProduct")
    interfaces = sorted(each for each in entry.glob("*:*") if (each / "bInterfaceNumber").exists())
    ttys = tuple(tty for each in interfaces for tty in _ttys(each, vendor, product, dev))
    own_kind = [each for each in interfaces if _may_be_port(each)]
    driven = any((each / "driver").exists() for each in own_kind)
    name = _read(entry / "product") or f"{MAKERS.get(vendor, 'USB device')} {vendor}:{product}"
    return UsbDevice(
        vendor=vendor,
        product=product,
        socket=entry.name,
        name=name,
        ttys=ttys,
        undriven=bool(own_kind) and not driven and not ttys,
        sleeps=_read(entry / "power/control") == "auto",
    )


def _may_be_port(interface: Path) -> bool:
    """Is it of its maker's own kind, as ports for AT commands are?"""
    return (
        _read(interface / "bInterfaceClass") == _VENDOR_SPECIFIC
        and _read(interface / "bInterfaceSubClass") != _DEBUGGING
        and _read(interface / "interface") != _FILES
    )


def _ttys(interface: Path, vendor: str, product: str, dev: Path) -> list[UsbTty]:
    number = _read(interface / "bInterfaceNumber")
    role = role_of(vendor, product, number)
    # ttyACM is below the interface's "tty"; ttyUSB is below the interface itself.
    names = {
        each.name
        for pattern in ("tty*", "tty/tty*")
        for each in interface.glob(pattern)
        if _TTY.fullmatch(each.name)
    }
    return [UsbTty(str(dev / name), number, role) for name in sorted(names)]


def _read(path: Path) -> str:
    try:
        text = path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
    return "".join(each if each.isprintable() else "?" for each in text)[:_MAX_NAME]
