"""What goes wrong in the field: found, named, and told with what to do about it.

    examined = await examine(order, tell=print, progress=lambda _doing: None)

Nothing is changed here: no setting, no PIN, no message. What may be changed `repair` does, after
it. Every wait has its end (`Patience`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apn_config.daemon_channel import DaemonAway, DaemonChannel
from apn_config.doctor import (
    answer,
    apn,
    card,
    configuration,
    daemon,
    faults_host,
    faults_modem,
    machine,
    modem,
    network,
    ports,
    sms,
)
from apn_config.doctor.examination import Examination, Order, Patience
from apn_config.doctor.findings import (
    Finding,
    Findings,
    Topic,
    Verdict,
    exit_code_of,
    root_of,
)
from apn_config.doctor.place import Place
from modem import (
    ChannelError,
    CommandRefused,
    Identity,
    ModemError,
    ProtocolError,
    Survey,
    Tap,
    usb_devices,
)

__all__ = [
    "Examined",
    "Finding",
    "Order",
    "Patience",
    "Place",
    "Topic",
    "Verdict",
    "examine",
    "exit_code_of",
    "root_of",
]

# What a modem or a daemon that fails in the middle is told by.
TROUBLES = (ModemError, ChannelError)
# The exit code of an operation that the daemon doesn't have.
_BAD_REQUEST = 2

_CHECKS: tuple[tuple[Topic, Callable[[Examination], Awaitable[None]]], ...] = (
    (Topic.MODEM, modem.look),
    (Topic.SIM, card.look),
    (Topic.NETWORK, network.look),
    (Topic.SMS, sms.look),
    (Topic.APN, apn.look),
)


@dataclass(frozen=True, slots=True)
class Examined:
    """All that was found, on which port, and of which modem as far as it told.

    `asked_daemon`: not the port was asked, but the daemon that has it.
    """

    findings: tuple[Finding, ...]
    port: str | None
    identity: Identity | None
    asked_daemon: bool


async def examine(
    order: Order,
    *,
    tell: Callable[[Finding], None] = lambda _finding: None,
    progress: Callable[[str], None] = lambda _doing: None,
    tap: Tap | None = None,
) -> Examined:
    """Look at all of it, in the order of what needs what; `tell` gets each finding at once.

    `progress` gets what is being done where it takes time, `tap` what passes on the line.
    """
    exam = Examination(order, Findings(tell), progress, tap or Tap())
    tell_daemon = await daemon.ask(exam)
    await asyncio.to_thread(_look_at_machine, exam)
    tell_daemon()
    await asyncio.to_thread(ports.look, exam)
    try:
        await _open(exam)
        if exam.survey is not None:
            await _look_at_modem(exam, exam.survey)
        _skip(exam)
    finally:
        if exam.local is not None:
            await exam.local.close()
    return Examined(exam.findings.told, exam.port, exam.identity, exam.status is not None)


def _look_at_machine(exam: Examination) -> None:
    exam.usb = usb_devices(exam.place.sysfs, exam.place.dev)
    exam.port = ports.choose(exam)
    machine.look(exam, exam.port)
    configuration.look(exam)
    configuration.look_at_store(exam)


async def _open(exam: Examination) -> None:
    """Leave a survey to ask on: through the daemon, or on the port."""
    if exam.findings.failed(Topic.DAEMON, Topic.PORT) is not None or exam.port is None:
        return
    if exam.status is not None:
        # In the midst of an APN change the modem is not as it will be, and not to be disturbed.
        if daemon.modem_ready(exam.status) and not daemon.changing(exam.status):
            path, patience_s = exam.config.control.socket, exam.patience.daemon_s
            exam.survey = Survey(DaemonChannel(path, patience_s=patience_s))
            exam.findings.ok(Topic.PORT, f"{exam.port}, which the daemon has")
        return
    try:
        await answer.look(exam)
    except ModemError as error:
        answer.tell_port(exam, error)


async def _look_at_modem(exam: Examination, survey: Survey) -> None:
    try:
        async with survey.numbered_errors() as exam.error_reports:
            for topic, look in _CHECKS:
                if exam.findings.may_look(topic):
                    await _look(exam, topic, look)
            await modem.compare_clocks(exam)
    except ProtocolError as error:
        # The answer came, and not as the modem sent it.
        exam.findings.fault(faults_modem.GARBLED, str(error))
    except DaemonAway as error:
        exam.findings.fault(faults_host.DAEMON_MUTE, str(error))
    except (ModemError, ChannelError) as error:
        if isinstance(error, ChannelError) and error.exit_code == _BAD_REQUEST:
            exam.findings.fault(faults_host.DAEMON_VERSION, str(error))
        else:
            exam.findings.fault(faults_modem.UNSTEADY, str(error))


async def _look(
    exam: Examination, topic: Topic, look: Callable[[Examination], Awaitable[None]]
) -> None:
    try:
        await look(exam)
    except CommandRefused as error:
        exam.findings.skipped(topic, f"the modem doesn't tell: {error}")


def _skip(exam: Examination) -> None:
    """Say of each topic that wasn't reached why."""
    missing = exam.findings.failed(Topic.DAEMON, Topic.PORT, Topic.ANSWER, Topic.MODEM, Topic.SIM)
    why = f"needs the {(missing or Topic.APN).value}"
    if daemon.changing(exam.status):
        why = "an APN change is under way; it ends within minutes"
    elif exam.port is None:
        why = f"needs the {Topic.PORT.value}"
    for topic in (Topic.ANSWER, *(topic for topic, _ in _CHECKS), Topic.DATA):
        if exam.findings.has(topic) or (topic is Topic.ANSWER and exam.survey is not None):
            continue
        exam.findings.skipped(topic, why)
