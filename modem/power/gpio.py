"""The modem's PWRKEY on a GPIO line, pressed by the kernel's character device (linux/gpio.h, v2).

One key for on and off: a press switches a module that runs off, and one that is off on (SIMCom,
Quectel). So `toggles`, and who presses looks afterwards whether it has to be pressed again.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import struct
from collections.abc import Callable
from pathlib import Path

from modem.power import OFF_S, PowerFailed, checked, checked_number

logger = logging.getLogger(__name__)

# _IOWR(0xB4, 7, struct gpio_v2_line_request) and _IOWR(0xB4, 15, struct gpio_v2_line_values), as
# ARM, x86 and RISC-V encode them.
GET_LINE = 0xC250B407
SET_VALUES = 0xC010B40F
# struct gpio_v2_line_request: offsets[64]; consumer; config: flags, num_attrs, padding[5], and ten
# attributes, of which the first is used: id, padding, values, mask; then num_lines,
# event_buffer_size, padding[5], fd.
REQUEST = struct.Struct("=256s 32s QI20x IIQQ 216x II20xi")
VALUES = struct.Struct("=QQ")  # struct gpio_v2_line_values: bits, mask
FLAG_OUTPUT = 1 << 3
ATTRIBUTE_OUTPUT_VALUES = 2
_CONSUMER = b"modem-helper"

# Switches every family on whose times are known (0.1 to 1 s), and a Quectel off (0.65 s). A SIM7600
# and an A7670 go off by 3 s (Waveshare's demo for its HAT, LilyGO's for its boards).
PRESS_S = 2.0

Ioctl = Callable[[int, int, bytearray], int]


class KeySwitch:
    """`chip` is gpiochip0 or its like, `line` the line's offset on it: on a Raspberry Pi the
    BCM number. The line is high for `press_s`; `off_s` is waited afterwards.
    """

    toggles = True

    def __init__(
        self,
        chip: str,
        line: int,
        press_s: float = PRESS_S,
        off_s: float = OFF_S,
        *,
        dev: Path = Path("/dev"),
        ioctl: Ioctl = fcntl.ioctl,
    ) -> None:
        self._chip = dev / checked("chip", chip, "gpiochip[0-9]{1,3}", "gpiochip0")
        self._line = checked_number("line", line, 0, 1023)
        self._press_s = press_s
        self._off_s = off_s
        self._ioctl = ioctl

    async def cycle(self) -> None:
        """Press the key once; a module that was running is off by it, one that was off starts."""
        try:
            line = self._take_high()
            try:
                await asyncio.sleep(self._press_s)
            finally:
                self._release(line)
        except OSError as error:
            raise PowerFailed(
                f"line {self._line} of {self._chip} can't be switched: {error.strerror}; does "
                "`gpioinfo` show it, is it free, and may this user open it (group gpio)?"
            ) from error
        logger.info("PWRKEY was pressed: what was running goes off, what was off starts")
        await asyncio.sleep(self._off_s)

    def _take_high(self) -> int:
        """Take the line as an output that is high; its descriptor."""
        request = bytearray(
            REQUEST.pack(
                *(struct.pack("=I", self._line), _CONSUMER),
                *(FLAG_OUTPUT, 1, ATTRIBUTE_OUTPUT_VALUES, 0, 1, 1),
                *(1, 0, -1),
            )
        )
        chip = os.open(self._chip, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._ioctl(chip, GET_LINE, request)
        finally:
            os.close(chip)
        return int(REQUEST.unpack(request)[-1])

    def _release(self, line: int) -> None:
        try:
            self._ioctl(line, SET_VALUES, bytearray(VALUES.pack(0, 1)))
        finally:
            os.close(line)
