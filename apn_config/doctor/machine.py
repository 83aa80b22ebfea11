"""The machine: its power, its USB, what else runs on it, its clock, its service manager."""

from __future__ import annotations

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from apn_config.doctor import faults_host as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.doctor.place import Place, text_of
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
    _usb(exam)
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


def _usb(exam: Examination) -> None:
    for device in exam.usb:
        if device.is_modem and device.undriven:
            exam.findings.fault(
                faults.USB_DRIVER,
                f"{device.name} ({device.ids}) is there, without a serial port",
                vendor=device.vendor,
                product=device.product,
            )
        if device.sleeps and (device.is_modem or device.is_converter):
            found = f"{device.name} ({device.ids}): power/control is auto"
            exam.findings.fault(faults.USB_AUTOSUSPEND, found, socket=device.socket)
    if running({"brltty"}, exam.place.proc):
        exam.findings.fault(faults.BRLTTY, "brltty runs")


def _console(exam: Examination, port: str | None) -> None:
    """The Pi's UART is its console by default: the kernel's words, and a login."""
    if port is None or "://" in port:
        return
    tty = Path(port).resolve().name
    for word in text_of(exam.place.proc / "cmdline").split():
        if word.startswith("console=") and word.removeprefix("console=").split(",")[0] == tty:
            found = f"the kernel's command line has {word}"
            exam.findings.fault(faults.SERIAL_CONSOLE, found, what=f"{word} from cmdline.txt")
            return
    if tty in _logins(exam.place.proc):
        found = f"a login (getty) waits on {tty}"
        exam.findings.fault(faults.SERIAL_CONSOLE, found, what=f"serial-getty@{tty}.service")


def _logins(proc: Path) -> set[str]:
    """The terminals that some getty was started for."""
    found: set[str] = set()
    for entry in proc.glob("[0-9]*"):
        if text_of(entry / "comm") in ("agetty", "getty", "login"):
            try:
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            except OSError:
                continue
            found |= {word.removeprefix("/dev/") for word in words}
    return found


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
