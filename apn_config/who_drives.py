"""Who else drives the modem, and which applier fits that. It reads /proc, sysfs and udev's data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modem import ignored_by_modem_manager, running

_PROGRAMS = frozenset({"ModemManager", "NetworkManager", "pppd"})
SYSFS = Path("/sys")
# The kernel's subsystems of UARTs that aren't plugged in: a Pi's ttyAMA0 and ttyS0, a PC's ttyS0.
_BOARDS_OWN = frozenset({"amba", "platform", "pnp", "serial-base"})


@dataclass(frozen=True, slots=True)
class Drivers:
    """The programs that may drive a modem, those that run; `net_driver` is the kernel's, for its
    network interface (qmi_wwan, cdc_mbim, cdc_ether, ...), None where it has none.
    """

    modem_manager: bool = False
    network_manager: bool = False
    pppd: bool = False
    net_driver: str | None = None

    @property
    def fitting(self) -> str:
        """The applier that doesn't work against whoever drives the modem."""
        if self.modem_manager:
            return "networkmanager" if self.network_manager else "modemmanager"
        return "ppp" if self.pppd else "at"

    @property
    def why(self) -> str:
        """What speaks for it, in a line."""
        if self.modem_manager and self.network_manager:
            return "ModemManager runs this modem, and NetworkManager keeps its connection"
        if self.modem_manager:
            return "ModemManager runs this modem"
        if self.pppd:
            return "pppd makes the connection, with the APN of its own files"
        with_driver = f" (its network interface has {self.net_driver})" if self.net_driver else ""
        return f"nobody else seems to run this modem{with_driver}"


def drivers_of(port: str, sysfs: Path = SYSFS, proc: Path | None = None) -> Drivers:
    """Who runs here, and may drive the modem on that port. Blocks for some milliseconds."""
    found = running(_PROGRAMS, proc)
    return Drivers(
        modem_manager="ModemManager" in found
        and _is_looked_at(port, sysfs)
        and not ignored_by_modem_manager(port),
        network_manager="NetworkManager" in found,
        pppd="pppd" in found,
        net_driver=_net_driver(port, sysfs),
    )


def _is_looked_at(port: str, sysfs: Path) -> bool:
    """Does ModemManager ask at such a port for a modem? Of a board's own UART it has to be told.

    (ModemManager's mm-filter.c: ttys of the platform are left alone unless udev tags them.) One
    that isn't there may be any.
    """
    if "://" in port:
        return False
    device = sysfs / "class/tty" / Path(port).resolve().name / "device"
    try:
        return (device / "subsystem").resolve(strict=True).name not in _BOARDS_OWN
    except OSError:
        return True


def _net_driver(port: str, sysfs: Path) -> str | None:
    from apn_config.interface import InterfaceUnknownError, interface_of

    try:
        interface = interface_of(port, sysfs)
        return (sysfs / "class/net" / interface / "device/driver").readlink().name
    except (InterfaceUnknownError, OSError):
        return None
