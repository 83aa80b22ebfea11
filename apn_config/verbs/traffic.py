"""How much data has passed through the modem's network interface since it appeared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apn_config.interface import SYSFS, InterfaceUnknownError, interface_of, ppp_interfaces

_UNITS = ("k", "M", "G", "T", "P")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Octets, as the kernel counts them."""

    received: int
    sent: int


def traffic_of(port: str, interface: str | None = None, sysfs: Path = SYSFS) -> Traffic | None:
    """The counters of that interface, else of the one of the modem's USB device, else of the only
    one that a pppd made. None where none is known.
    """
    name = interface or _interface_of(port, sysfs)
    if name is None:
        return None
    folder = sysfs / "class/net" / name / "statistics"
    received, sent = (_number(folder / file) for file in ("rx_bytes", "tx_bytes"))
    return None if received is None or sent is None else Traffic(received, sent)


def shown_octets(octets: int) -> str:
    """In decimal units, with two or three digits that tell something: 999, 1.2k, 35M."""
    if octets < 1000:
        return str(octets)
    value = float(octets)
    for unit in _UNITS:
        value /= 1000
        if value < 9.95:
            return f"{value:.1f}{unit}"
        if value < 999.5:
            return f"{value:.0f}{unit}"
    return f"{value:.0f}{_UNITS[-1]}"


def _interface_of(port: str, sysfs: Path) -> str | None:
    try:
        return interface_of(port, sysfs)
    except InterfaceUnknownError:
        names = ppp_interfaces(sysfs)
        return names[0] if len(names) == 1 else None


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
