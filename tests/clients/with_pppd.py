"""A stand-in for pppd, where the kernel has no PPP: gives NetworkManager a TUN interface as ppp0.

It does what pppd's plugin nm-pppd-plugin.so does once the other side has given it an address, and
nothing that goes to the other side: no LCP, no login, no data.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import signal
import socket
import struct
import sys
from typing import Any

jeepney: Any = importlib.import_module("jeepney")  # not where types are checked
jeepney_io: Any = importlib.import_module("jeepney.io.blocking")

ADDRESS, PEER = "10.64.0.2", "10.64.0.1"
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001
_RUNNING = 8  # NM_PPP_STATUS_RUNNING
NAME = "ppp0"


def number(address: str) -> int:
    """An address as NetworkManager has it: its octets in the network's order."""
    value: int = struct.unpack("=I", socket.inet_aton(address))[0]
    return value


def main() -> None:
    """Make the interface, tell NetworkManager of it, and stay until it says to end."""
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH", NAME.encode(), _IFF_TUN_NO_PI))
    path = sys.argv[sys.argv.index("ipparam") + 1]
    service = "org.freedesktop.NetworkManager"
    manager = jeepney.DBusAddress(path, service, f"{service}.PPP")
    config = {
        "interface": ("s", NAME),
        "address": ("u", number(ADDRESS)),
        "prefix": ("u", 32),
        "gateway": ("u", number(PEER)),
    }
    with jeepney_io.open_dbus_connection(bus=os.environ["DBUS_SYSTEM_BUS_ADDRESS"]) as connection:
        for method, signature, body in (
            ("NeedSecrets", "", ()),
            ("SetState", "u", (_RUNNING,)),
            ("SetIfindex", "i", (socket.if_nametoindex(NAME),)),
            ("SetIp4Config", "a{sv}", (config,)),
        ):
            call = jeepney.new_method_call(manager, method, signature, body)
            connection.send_and_get_reply(call)
        while True:
            signal.pause()


main()
