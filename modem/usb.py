"""Where a USB modem's port is now: its name in /dev may be another after each restart of the modem.

The kernel numbers ttyUSB in the order in which interfaces appear, so a modem may come back under
another name, and its name may come back as another port of it, such as the diagnostic one. What
stays is the socket that it is plugged into and the number of the interface. (The serial number is
of no use: modems of one make may all have the same.)

It reads a few files of sysfs that the kernel answers from memory, without asking the device.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TTYS = Path("/sys/class/tty")
_DEV = Path("/dev")


@dataclass(frozen=True, slots=True)
class UsbPort:
    """A port of a USB device: ids and number of the interface in the kernel's hex digits.

    `socket` is where in the tree of hubs it is plugged in: "1-1.4" is bus 1, port 1, and behind a
    hub there port 4.
    """

    vendor: str
    product: str
    interface: str
    socket: str

    def fits(self, other: UsbPort) -> bool:
        """Is it that port of such a device, in whatever socket?"""
        return (self.vendor, self.product, self.interface) == (
            other.vendor,
            other.product,
            other.interface,
        )


def usb_port(name: str) -> UsbPort | None:
    """What a device file, or a link to one, is; None where it isn't there or isn't on USB."""
    return _usb_port(os.path.basename(os.path.realpath(name)))  # noqa: PTH119 -- no Path needed


def port_now(configured: str, known: UsbPort | None) -> str | None:
    """The name under which the port is to be opened now.

    `known` is what the configured name was when a modem answered there. The same port of the same
    kind of modem in another socket is believed. None: the name is another device's now, and the
    modem's isn't there.
    """
    if known is None or "://" in configured:
        return configured
    found = usb_port(configured)
    if found == known:
        return configured
    for tty in sorted(_TTYS.glob("tty[A-Z]*")):
        if _usb_port(tty.name) == known and (_DEV / tty.name).exists():
            return str(_DEV / tty.name)
    return configured if found is None or found.fits(known) else None


def find_ports(vendor: str, product: str, interface: str) -> tuple[str, ...]:
    """The device files of that interface of all such devices, in whatever socket; hex digits."""
    wanted = (vendor, product, interface)
    return tuple(
        str(_DEV / tty.name)
        for tty in sorted(_TTYS.glob("tty[A-Z]*"))
        if (found := _usb_port(tty.name)) is not None
        and (found.vendor, found.product, found.interface) == wanted
        and (_DEV / tty.name).exists()
    )


def _usb_port(tty: str) -> UsbPort | None:
    device = (_TTYS / tty / "device").resolve()
    # ttyACM is a child of the interface, ttyUSB of a port of it.
    for interface in (device, device.parent):
        number = _read(interface / "bInterfaceNumber")
        if number:
            socket = interface.parent
            ids = (_read(socket / "idVendor"), _read(socket / "idProduct"))
            return UsbPort(*ids, number, socket.name)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
