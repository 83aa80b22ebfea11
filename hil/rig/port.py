"""Where the bench's modem is now."""

from __future__ import annotations

from hil.bench import BenchModem
from modem import MisuseError, PortMissing
from modem.usb import find_ports


def port_of(modem: BenchModem) -> str:
    """The port to open. Raises PortMissing or MisuseError where USB hasn't just that one."""
    if modem.port is not None:
        return modem.port
    assert modem.usb is not None
    usb = modem.usb
    name = f"{usb.vendor}:{usb.product}, interface {usb.interface}"
    found = find_ports(usb.vendor, usb.product, usb.interface)
    if not found:
        raise PortMissing(name, "no such device is on USB; lsusb shows what is")
    if len(found) > 1:
        raise MisuseError(f"{name}: there are {' and '.join(found)}; name one by [modem] port")
    return found[0]
