"""A USB device's `authorized` flag: the kernel lets go of the device, and takes it anew.

It cuts no power. What it mends is a USB connection that hangs, and drivers that do
(Documentation/usb/authorization.rst of the kernel).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from modem.power import OFF_S, PowerFailed, checked, off_and_on

DEVICES = Path("/sys/bus/usb/devices")


class UsbSwitch:
    """`device` is its place in the tree of hubs, as `ls /sys/bus/usb/devices` shows it: 1-1.4."""

    toggles = False

    def __init__(self, device: str, off_s: float = OFF_S, *, devices: Path = DEVICES) -> None:
        self._device = checked("device", device, r"[0-9]{1,3}-[0-9]{1,3}(\.[0-9]{1,3})*", "1-1.4")
        self._path = devices / self._device / "authorized"
        self._off_s = off_s

    async def cycle(self) -> None:
        """Off and on again."""
        await off_and_on(self._switch, self._off_s)

    async def _switch(self, on: bool) -> None:
        # The kernel answers once all drivers have let go of the device.
        await asyncio.get_running_loop().run_in_executor(None, self._write, "1" if on else "0")

    def _write(self, flag: str) -> None:
        try:
            with self._path.open("r+") as file:
                file.write(flag)
        except FileNotFoundError:
            raise PowerFailed(
                f"there is no USB device {self._device}; ls {self._path.parents[1]} shows them"
            ) from None
        except OSError as error:
            raise PowerFailed(
                f"can't write {self._path}: {error.strerror}; only root may, or whom a udev rule "
                "lets"
            ) from error
