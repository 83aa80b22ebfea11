"""What to tell the user when a port can't be opened, with what to do about it.

These functions look into /proc, /dev and the user database, so they may block.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import termios
from pathlib import Path

from modem import discovery
from modem.errors import (
    Holder,
    MisuseError,
    ModemError,
    PortBusy,
    PortError,
    PortForbidden,
    PortMissing,
)


def open_error(port: str, error: OSError) -> ModemError:
    """What to tell of a failed open, with what to do about it."""
    number = error.errno
    if number is None and isinstance(error.__context__, termios.error):
        number = error.__context__.args[0]  # pyserial hides the number of a failed tcgetattr
    if number in (errno.EACCES, errno.EPERM):
        return _forbidden(port)
    if number in (errno.EBUSY, errno.EAGAIN):
        return busy(port, discovery.holders(port))
    if number in (errno.ENOTTY, errno.EINVAL):
        return MisuseError(f"{port} is no serial port")
    return _missing(port, os.strerror(number) if number else str(error))


def _missing(port: str, reason: str) -> PortError:
    others = ", ".join(found.stable for found in discovery.serial_ports()) or "none"
    return PortMissing(
        port,
        f"can't open {port}: {reason}; is the modem plugged in and switched on? "
        f"Serial ports here: {others} (ls /dev/serial/by-id shows names that stay)",
    )


def _forbidden(port: str) -> PortError:
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = str(os.geteuid())
    try:
        group = grp.getgrgid(Path(port).stat().st_gid).gr_name
    except (OSError, KeyError):
        group = "root"
    if group == "root":  # nobody should join it: the distribution's udev rule didn't run
        group = "dialout"
    return PortForbidden(
        port,
        f"{user} may not open {port}; add the user to the group {group}: "
        f"sudo usermod -aG {group} {user}, then log in again",
    )


def busy(port: str, users: tuple[Holder, ...]) -> PortError:
    """Who holds the port: `users`, or ModemManager, whose descriptors only root may see."""
    manager = any(user.name == "ModemManager" for user in users)
    if users:
        names = ", ".join(f"{user.name} (pid {user.pid})" for user in users)
    elif discovery.modem_manager_running():
        manager = True
        names = "ModemManager runs and probably holds it"
    else:
        names = f"another program holds it (sudo fuser {port} shows which)"
    if manager:
        names += (
            "; keep ModemManager off this port with the udev property ID_MM_PORT_IGNORE=1, "
            "or stop it: sudo systemctl stop ModemManager"
        )
    return PortBusy(port, f"{port} is in use: {names}", users)
