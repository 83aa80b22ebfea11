"""Which modem, which of its ports, and who else is at it. Nothing is opened here."""

from __future__ import annotations

from apn_config.doctor import faults_modem as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.doctor.place import commands_of
from apn_config.who_drives import drivers_of
from modem import Role, UsbDevice

_AT = (Role.AT, Role.AT2, Role.PPP)


def choose(exam: Examination) -> str | None:
    """The port that is meant: asked for, configured, or that of the first modem on USB.

    Nothing else is opened: behind a converter may be a printer or a motor. Nor is anything where a
    port may be configured, and isn't known because the file can't be used.
    """
    asked = exam.order.port or exam.config.modem.port
    if asked is not None or exam.order.config_error is not None:
        return asked
    return likely(exam)


def likely(exam: Examination) -> str | None:
    """The port of the first modem on USB."""
    modems = (each for each in exam.usb if each.is_modem)
    return next((tty.device for each in modems for tty in each.in_order()), None)


def look(exam: Examination) -> None:
    """Tell what modems there are, and who may be at the port."""
    for device in exam.usb:
        if device.ttys:
            exam.findings.info(Topic.PORT, _words(device))
    if exam.status is not None and not exam.findings.failed(Topic.DAEMON):
        exam.port = exam.status["link"]["port"] or exam.port
    if exam.port is None and exam.order.config_error is not None:
        exam.findings.skipped(Topic.PORT, "which one is configured isn't known")
        return
    if exam.port is None:
        exam.findings.fault(faults.NO_MODEM, _nowhere(exam))
        return
    _others(exam, exam.port)


def _nowhere(exam: Examination) -> str:
    found = "neither on USB, nor named by --port or [modem] port"
    behind = [tty.device for each in exam.usb if each.is_converter for tty in each.ttys]
    return f"{found}; one may be behind {', '.join(behind)} (--port)" if behind else found


def _words(device: UsbDevice) -> str:
    """A device and its ports, in a line."""
    ports = ", ".join(
        f"{tty.device} (interface {tty.interface}{f': {tty.role.value}' if tty.role else ''})"
        for tty in sorted(device.ttys, key=lambda tty: tty.interface)
    )
    return f"{device.name} ({device.ids}, socket {device.socket}): {ports}"


def _others(exam: Examination, port: str) -> None:
    if exam.order.config_error is not None:
        return  # whom it is to go beside stands there
    drivers = drivers_of(port, exam.place.sysfs, exam.place.proc)
    applier = exam.config.apn.applier
    if drivers.modem_manager:
        # Beside appliers that go through it that is meant to be so.
        verdict = Verdict.WARNING if applier == "at" else Verdict.INFO
        exam.findings.fault(faults.MODEM_MANAGER, drivers.why, verdict=verdict)
        if applier == "at" and exam.config.path is not None:
            found = f'[apn] applier is "at", and {drivers.why}'
            exam.findings.fault(faults.APPLIER, found, fitting=drivers.fitting)
    if drivers.pppd and applier != "ppp":
        exam.findings.fault(faults.PPPD, f'pppd runs; [apn] applier is "{applier}"')
    if _gpsd_may_take(exam, port):
        exam.findings.fault(faults.GPSD, "gpsd runs")


def _gpsd_may_take(exam: Examination, port: str) -> bool:
    """Is it told to? By its udev rules it takes converters, too, and no modem."""
    device = device_of(exam)
    return any(
        (device is not None and device.is_converter)
        or _real(port) in {_real(word) for word in words if word.startswith("/dev/")}
        for words in commands_of(exam.place.proc, "gpsd")
    )


def device_of(exam: Examination) -> UsbDevice | None:
    """The USB device that the port belongs to."""
    real = _real(exam.port or "")
    return next(
        (each for each in exam.usb if any(_real(tty.device) == real for tty in each.ttys)), None
    )


def siblings(exam: Examination) -> tuple[str, ...]:
    """The other ports of the same modem that may take AT commands, the most likely first."""
    device, real = device_of(exam), _real(exam.port or "")
    if device is None or device.is_converter:  # whose ports are those of several things
        return ()
    return tuple(tty.device for tty in device.in_order() if _real(tty.device) != real)


def role_word(exam: Examination) -> str:
    """What the port is by its ids, for a sentence; "" where nobody knows."""
    device, real = device_of(exam), _real(exam.port or "")
    ttys = () if device is None else device.ttys
    role = next((tty.role for tty in ttys if _real(tty.device) == real), None)
    return "" if role is None or role in _AT else f" (by its USB ids it is for {role.value})"


def _real(device: str) -> str:
    from os.path import realpath

    return realpath(device)
