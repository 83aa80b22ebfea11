"""Network interfaces: which one belongs to a modem's port, and what address one has.

All of it reads sysfs and /proc, or asks the kernel, for some microseconds. Nothing here changes
anything.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from ipaddress import IPv6Address
from pathlib import Path

SYSFS = Path("/sys")
# linux/if.h, linux/if_arp.h, linux/sockios.h
MAX_NAME = 15
_ARPHRD_PPP = 512
_SIOCGIFADDR = 0x8915
_IF_INET6 = Path("/proc/net/if_inet6")
_GLOBAL_SCOPE = "00"


class InterfaceUnknownError(Exception):
    """Nobody can tell which interface is meant; the message says what to configure."""


def interface_of(port: str, sysfs: Path = SYSFS) -> str:
    """The network interface of the USB device that a modem's port belongs to.

    Of several the one that has an address. Raises InterfaceUnknownError.
    """
    names = _interfaces_of(port, sysfs)
    if len(names) > 1:
        names = [name for name in names if address_of(name) is not None] or names
    if len(names) == 1:
        return names[0]
    found = f"several ({', '.join(names)})" if names else "none"
    raise InterfaceUnknownError(
        f"the USB device of {port} has {found} where one network interface was wanted; name it "
        "as apn.probe.interface"
    )


def ppp_interfaces(sysfs: Path = SYSFS) -> tuple[str, ...]:
    """The interfaces that a pppd made."""
    return tuple(
        sorted(
            entry.parent.name
            for entry in (sysfs / "class/net").glob("*/type")
            if _text(entry) == str(_ARPHRD_PPP)
        )
    )


def address_of(name: str) -> str | None:
    """The interface's IPv4 address, else its global IPv6 one; None where it has neither."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16s240x", name.encode()[:MAX_NAME])
        try:
            answer = fcntl.ioctl(any_socket, _SIOCGIFADDR, request)
        except OSError:  # no such interface, or none with an IPv4 address
            return _ipv6_address_of(name)
    return socket.inet_ntoa(answer[20:24])


def _interfaces_of(port: str, sysfs: Path) -> list[str]:
    """A modem's tty hangs below one USB interface of the device, its network one below another."""
    node = Path(port).resolve().name
    for subsystem in ("tty", "wwan"):
        try:
            device = (sysfs / "class" / subsystem / node / "device").resolve(strict=True)
        except (OSError, RuntimeError):
            continue
        for parent in device.parents:
            if (parent / "idVendor").exists():
                return sorted(entry.name for entry in parent.glob("*:*/net/*"))
    return []


def _ipv6_address_of(name: str) -> str | None:
    """From lines "address index prefix scope flags name", in hexadecimal."""
    for line in _text(_IF_INET6).splitlines():
        words = line.split()
        if len(words) == 6 and words[5] == name and words[3] == _GLOBAL_SCOPE:
            return str(IPv6Address(int(words[0], 16)))
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
