"""Which modem, which of its ports, and who else is at it. Nothing is opened here."""

from __future__ import annotations

from apn_config.doctor import faults_modem as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.who_drives import drivers_of
from modem import Role, UsbDevice, running

_AT = (Role.AT, Role.AT2, Role.PPP)


def choose(exam: Examination) -> str | None:
    """The port that is meant: asked for, configured, or that of the first modem on USB."""
    asked = exam.order.port or exam.config.modem.port
    if asked is not None:
        return asked
    for device in exam.usb:
        if device.is_modem and device.ttys:
            return device.in_order()[0].device
    converters = [each for each in exam.usb if each.is_converter and each.ttys]
    return converters[0].ttys[0].device if converters else None


def look(exam: Examination) -> None:
    """Tell what modems there are, and who may be at the port."""
    for device in exam.usb:
        if device.ttys:
            exam.findings.info(Topic.PORT, _words(device))
    if exam.status is not None:
        exam.port = exam.status["link"]["port"] or exam.port
    if exam.port is None:
        exam.findings.fault(faults.NO_MODEM, "neither on USB, nor named by --port or [modem] port")
        return
    _others(exam, exam.port)


def _words(device: UsbDevice) -> str:
    """A device and its ports, in a line."""
    ports = ", ".join(
        f"{tty.device} (interface {tty.interface}{f': {tty.role.value}' if tty.role else ''})"
        for tty in sorted(device.ttys, key=lambda tty: tty.interface)
    )
    return f"{device.name} ({device.ids}, socket {device.socket}): {ports}"


def _others(exam: Examination, port: str) -> None:
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
    if running({"gpsd"}, exam.place.proc) and "://" not in port:
        exam.findings.fault(faults.GPSD, "gpsd runs")


def device_of(exam: Examination) -> UsbDevice | None:
    """The USB device that the port belongs to."""
    real = _real(exam.port or "")
    return next(
        (each for each in exam.usb if any(_real(tty.device) == real for tty in each.ttys)), None
    )


def siblings(exam: Examination) -> tuple[str, ...]:
    """The other ports of the same device, those that most likely take AT commands first."""
    device, real = device_of(exam), _real(exam.port or "")
    if device is None:
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
