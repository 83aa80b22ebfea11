"""The bench's port: can it be opened, and who else is at it?"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from apn_config.config import Config
from apn_config.control import ControlClient, ControlError
from apn_config.who_drives import drivers_of
from hil.bench import Bench, BenchModem
from hil.checks.findings import Check, Findings
from modem import MisuseError, Modem, ModemError, PortBusy, PortError, PortMissing
from modem.usb import find_ports

# Where the daemon of this machine listens, unless it was told otherwise.
_DAEMON = Config().control.socket
_CONFIGURATION = 78


def port_of(modem: BenchModem) -> str:
    """The port to open. Raises PortMissing or MisuseError where USB hasn't just that one."""
    if modem.port is not None:
        return modem.port
    assert modem.usb is not None
    usb = modem.usb
    name = f"{usb.vendor}:{usb.product}, interface {usb.interface}"
    found = find_ports(usb.vendor, usb.product, usb.interface)
    if not found:
        raise PortMissing(name, "no such device is on USB; lsusb shows what is")
    if len(found) > 1:
        raise MisuseError(f"{name}: there are {' and '.join(found)}; name one by [modem] port")
    return found[0]


async def open_modem(bench: Bench, findings: Findings) -> Modem | None:
    """The modem on its open port; None where it can't be opened, which is told."""
    try:
        port = port_of(bench.modem)
        modem = await Modem.open(port, baud=bench.modem.baud, on_event=lambda _event: None)
    except MisuseError as error:
        findings.failed(Check.PORT, str(error), f"mend [modem] in {bench.path}", _CONFIGURATION)
        return None
    except ModemError as error:
        advice = _daemon_advice() if isinstance(error, PortBusy) else ""
        found = str(error)
        if isinstance(error, PortError) and error.port not in found:
            found = f"{error.port}: {found}"
        findings.failed(Check.PORT, found, advice, error.exit_code)
        return None
    drivers = await asyncio.get_running_loop().run_in_executor(None, drivers_of, port)
    if drivers.modem_manager:
        findings.warning(
            Check.PORT,
            f"{port} can be opened, but {drivers.why} and may talk to it meanwhile",
            "stop it (sudo systemctl stop ModemManager), or keep it off this device "
            "(docs/beside-modemmanager.md)",
        )
    else:
        findings.ok(Check.PORT, port)
    return modem


def _daemon_advice() -> str:
    """What to do about a daemon of ours that runs here, as every installed one does."""
    try:
        client = ControlClient.connect(_DAEMON)
    except ControlError:  # somebody listens, and this user may not ask
        return "the daemon runs here; stop it for the test: sudo systemctl stop modem-helper"
    if client is None:
        return "stop that program for the test"
    with suppress(OSError):
        client.close()
    return "the daemon runs here; stop it for the test: sudo systemctl stop modem-helper"
