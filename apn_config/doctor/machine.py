"""The machine: its power, its USB, what else runs on it, its clock, its service manager."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from apn_config.doctor import faults_host as faults
from apn_config.doctor import ports
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.doctor.place import Place, processes_of, text_of
from modem import running

# Before this program was written: a clock without battery begins anew in 1970, or at an image's
# date.
_EARLIEST_YEAR = 2025
_RESTARTS_MANY = 3
# Bits of the Pi's firmware: raspberrypi.com/documentation, vcgencmd get_throttled.
_LOW_NOW, _LOW_ONCE = 1 << 0, 1 << 16
_THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"


def look(exam: Examination, port: str | None) -> None:
    """All that needs no modem. `port` is the one that is meant, if any is."""
    exam.findings.info(Topic.SYSTEM, system_words(exam.place))
    _power(exam)
    _usb(exam, port)
    _console(exam, port)
    _clock(exam)
    _service(exam)


def system_words(place: Place) -> str:
    """Program, Python, kernel, machine: what a ticket wants to know."""
    try:
        program = version("modem-helper")
    except PackageNotFoundError:  # run from its source
        program = "(from source)"
    board = text_of(place.proc / "device-tree/model").strip("?\0") or platform.machine()
    system = re.search(r'^PRETTY_NAME="?([^"\n]*)', text_of(Path("/etc/os-release")), re.MULTILINE)
    name = system[1] if system else platform.system()
    python = platform.python_version()
    return f"modem-helper {program}, Python {python}, {name}, kernel {platform.release()}, {board}"


def _power(exam: Examination) -> None:
    told = text_of(exam.place.sysfs / _THROTTLED)
    try:
        bits = int(told, 16) if told else 0
    except ValueError:
        bits = 0
    alarm = any(
        text_of(each.parent / "in0_lcrit_alarm") == "1"
        for each in (exam.place.sysfs / "class/hwmon").glob("*/name")
        if text_of(each) == "rpi_volt"
    )
    if bits & _LOW_NOW or alarm:
        found = "the supply voltage is too low now"
        exam.findings.fault(faults.UNDERVOLTAGE, found, verdict=Verdict.FAILED)
    elif bits & _LOW_ONCE:
        exam.findings.fault(faults.UNDERVOLTAGE, "it was too low since the machine started")


def _usb(exam: Examination, port: str | None) -> None:
    used = ports.device_of(exam)
    for device in exam.usb:
        if device.is_modem and device.undriven:
            exam.findings.fault(
                faults.USB_DRIVER,
                f"{device.name} ({device.ids}) is there, without a serial port",
                vendor=device.vendor,
                product=device.product,
            )
        if device.sleeps and (device.is_modem or device is used):
            found = f"{device.name} ({device.ids}): power/control is auto"
            exam.findings.fault(faults.USB_AUTOSUSPEND, found, socket=device.socket)
    # It takes no modem's own port, nor a UART.
    there = port is not None and Path(port).exists()
    at_risk = used.is_converter if used is not None else not there
    if at_risk and running({"brltty"}, exam.place.proc):
        exam.findings.fault(faults.BRLTTY, "brltty runs")


def _console(exam: Examination, port: str | None) -> None:
    """The Pi's UART is its console by default: the kernel's words, and a login."""
    if port is None or "://" in port:
        return
    path = Path(port).resolve()
    tty = path.name
    for word in text_of(exam.place.proc / "cmdline").split():
        if word.startswith("console=") and word.removeprefix("console=").split(",")[0] == tty:
            found = f"the kernel's command line has {word}"
            exam.findings.fault(faults.SERIAL_CONSOLE, found, what=f"{word} from cmdline.txt")
            return
    if _has_login(exam.place.proc, path):
        found = f"a login (getty) waits on {tty}"
        exam.findings.fault(faults.SERIAL_CONSOLE, found, what=f"serial-getty@{tty}.service")


def _has_login(proc: Path, port: Path) -> bool:
    """Has some getty the port as its terminal?

    Its command line doesn't tell: Debian's serial-getty@.service gives it the port as its input.
    """
    try:
        device = port.stat().st_rdev
    except OSError:
        return False
    # As the kernel's new_encode_dev writes it: the minor's low octet, the major, the rest.
    minor = os.minor(device)
    wanted = (minor & 0xFF) | os.major(device) << 8 | (minor & ~0xFF) << 12
    return device != 0 and any(
        # proc(5): state, ppid, pgrp, session and tty_nr follow the name in its brackets.
        text_of(each / "stat").rpartition(")")[2].split()[4:5] == [str(wanted)]
        for each in processes_of(proc, "agetty", "getty", "login")
    )


def _clock(exam: Examination) -> None:
    now = exam.place.now()
    if now.year < _EARLIEST_YEAR:
        exam.findings.fault(faults.CLOCK_WRONG, f"the clock says {now:%Y-%m-%d}")
    elif not exam.place.clock_synced():
        exam.findings.fault(faults.CLOCK_UNSYNCED, f"the clock says {now:%Y-%m-%d %H:%M} UTC")


def _service(exam: Examination) -> None:
    state = exam.place.service()
    if state.get("LoadState") != "loaded":
        return
    restarts = state.get("NRestarts", "0")
    if state.get("ActiveState") == "failed":
        why = state.get("Result", "unknown")
        exam.findings.fault(faults.SERVICE_FAILED, f"modem-helper.service has failed: {why}")
    elif restarts.isdecimal() and int(restarts) >= _RESTARTS_MANY:
        exam.findings.fault(faults.SERVICE_RESTARTS, f"restarted {restarts} times")
    else:
        exam.findings.ok(Topic.SYSTEM, f"modem-helper.service is {state.get('ActiveState')}")
