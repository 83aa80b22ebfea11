"""Which serial ports there are, and which other processes drive one.

All of it reads /proc, /dev and sysfs and may block for some milliseconds: call it from an executor.
Nothing here opens a port.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from modem.errors import Holder

_PROC = Path("/proc")
_BY_ID = Path("/dev/serial/by-id")
_CHAR_DEVICES = Path("/sys/dev/char")
_UDEV_DATA = Path("/run/udev/data")

# Unix98 pty slaves are /dev/pts/N with these majors and N = minor + 256 * (major - 136)
# (Documentation/admin-guide/devices.txt of the kernel).
_PTY_MAJORS = range(136, 144)


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port of this machine.

    `device` is the kernel's name, which may change at the next plugging; `stable` is its link under
    /dev/serial/by-id, or `device` again where there is none.
    """

    device: str
    stable: str
    description: str
    usb: bool


def pty_index(rdev: int) -> int | None:
    """N of /dev/pts/N for the device number of a pty's slave end, None for any other device."""
    if os.major(rdev) not in _PTY_MAJORS:
        return None
    return (os.major(rdev) - _PTY_MAJORS.start) * 256 + os.minor(rdev)


def may_be_serial(rdev: int) -> bool:
    """Can a character device be a serial port, as far as sysfs tells without opening it?

    Opening has effects: /dev/watchdog would reset the machine. A modem's AT port is a tty or, with
    the kernel's WWAN framework, a wwan device; a pty has no entry in sysfs.
    """
    device = _CHAR_DEVICES / f"{os.major(rdev)}:{os.minor(rdev)}"
    try:
        subsystem = (device / "subsystem").readlink().name
    except OSError:
        return True
    return subsystem in ("tty", "wwan")


def holders(port: str, proc: Path | None = None) -> tuple[Holder, ...]:
    """The other processes that have `port` open, as far as /proc lets this user see them.

    A process that holds the master end of a pty is the modem and no user of it. What isn't a
    character device has no holders.
    """
    try:
        found = Path(port).stat()
    except OSError:
        return ()
    if not stat.S_ISCHR(found.st_mode):
        return ()
    pty = pty_index(found.st_rdev)
    return tuple(
        Holder(int(process.name), _name_of(process))
        for process in _processes(proc)
        if process.name != str(os.getpid())
        and _has_open(process, found.st_rdev)
        and not (pty is not None and _has_master(process, pty))
    )


def running(names: Container[str], proc: Path | None = None) -> frozenset[str]:
    """Which of these programs are in the process table; /proc/PID/comm is readable for every user.

    A name has fifteen characters there at most.
    """
    return frozenset(name for name in map(_name_of, _processes(proc)) if name in names)


def modem_manager_running() -> bool:
    """Is there a ModemManager in the process table?"""
    return bool(running({"ModemManager"}))


def ignored_by_modem_manager(port: str) -> bool:
    """Do udev's rules keep ModemManager off the whole device of `port` (ID_MM_DEVICE_IGNORE)?"""
    try:
        rdev = Path(port).stat().st_rdev
        known = (_UDEV_DATA / f"c{os.major(rdev)}:{os.minor(rdev)}").read_text("utf-8", "replace")
    except OSError:
        return False
    return "E:ID_MM_DEVICE_IGNORE=1" in known.splitlines()


def serial_ports() -> tuple[SerialPort, ...]:
    """The machine's serial ports, those on USB first."""
    # Loaded here: listing is for error texts and the first configuration, not for the daemon.
    from serial.tools import list_ports

    stable = _stable_names()
    found = (
        SerialPort(
            device=info.device,
            stable=stable.get(os.path.realpath(info.device), info.device),
            description=info.description or "",
            usb=info.vid is not None,
        )
        for info in list_ports.comports()
    )
    return tuple(sorted(found, key=lambda port: (not port.usb, port.device)))


def _stable_names() -> dict[str, str]:
    try:
        return {os.path.realpath(link): str(link) for link in sorted(_BY_ID.iterdir())}
    except OSError:  # the directory exists only while a USB serial device is plugged in
        return {}


def _processes(proc: Path | None = None) -> Iterator[Path]:
    home = proc or _PROC
    try:
        names = os.listdir(home)  # noqa: PTH208 -- the names, without a Path for each
    except OSError:  # no /proc here: nobody can be seen
        return
    for name in names:
        if name.isascii() and name.isdigit():
            yield home / name


def _name_of(process: Path) -> str:
    try:
        name = (process / "comm").read_bytes().decode("utf-8", "replace").strip()
    except OSError:  # it ended meanwhile
        return "?"
    # A process names itself as it likes; control characters stay out of our messages.
    return "".join(char if char.isprintable() else "?" for char in name)


def _descriptors(process: Path) -> Iterator[tuple[str, str]]:
    """Number and target of each descriptor of a process that lies under /dev.

    The link's text is read first, since a stat of whatever is open could hang on a dead network
    file system.
    """
    try:
        numbers = os.listdir(process / "fd")  # noqa: PTH208 -- the names alone
    except OSError:  # another user's process, or it ended
        return
    for number in numbers:
        try:
            target = os.readlink(f"{process}/fd/{number}")  # noqa: PTH115 -- many, so cheaply
        except OSError:
            continue
        if target.startswith("/dev/"):
            yield number, target


def _has_open(process: Path, rdev: int) -> bool:
    return any(_rdev(f"{process}/fd/{number}") == rdev for number, _ in _descriptors(process))


def _rdev(path: str) -> int | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_rdev if stat.S_ISCHR(found.st_mode) else None


def _has_master(process: Path, index: int) -> bool:
    """Does the process hold the master end of /dev/pts/`index`?"""
    wanted = f"tty-index:\t{index}"
    for number, target in _descriptors(process):
        if not target.endswith("/ptmx"):
            continue
        try:
            lines = (process / "fdinfo" / number).read_text("ascii", "replace").splitlines()
        except OSError:
            continue
        if wanted in lines:
            return True
    return False
