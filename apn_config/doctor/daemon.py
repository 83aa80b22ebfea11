"""The running daemon: does it answer, has it its modem, and what does its status say?"""

from __future__ import annotations

import grp
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from apn_config.control import ControlClient, ControlError, Json
from apn_config.daemon_channel import DaemonChannel
from apn_config.doctor import faults_host as faults
from apn_config.doctor import faults_modem, faults_service
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.transaction import State
from modem import ChannelError

# Two tries of an answer that fails at first.
_WAITS_LONG_S = 300.0
_TROUBLES = {
    "silent": faults_modem.NO_ANSWER,
    "garbled": faults_modem.GARBLED,
    "gone": faults_modem.PORT_MISSING,
    "sim-busy": faults_modem.SIM_BUSY,
    "sim-absent": faults_modem.SIM_MISSING,
    "sim-locked": faults_modem.SIM_PIN,
}
_BUDGETS = {
    "radio-cycle": "radio_cycles_per_day",
    "reset": "resets_per_day",
    "power-cycle": "power_cycles_per_day",
}


async def ask(exam: Examination) -> Callable[[], None]:
    """Ask the daemon for its status, which then stands in the examination.

    The result tells what is to be told of it, in its turn.
    """
    findings, path = exam.findings, exam.config.control.socket
    if exam.order.elsewhere:
        return lambda: findings.skipped(Topic.DAEMON, "another port than its own is asked for")
    try:
        client = ControlClient.connect(path)
    except ControlError as error:
        return partial(findings.fault, faults.SOCKET_FORBIDDEN, str(error), or_join=_or_join(path))
    if client is None:
        return lambda: findings.info(Topic.DAEMON, "it doesn't run, so the port is asked itself")
    client.close()
    patience_s = exam.patience.status_s
    channel = DaemonChannel(path, patience_s=patience_s)
    exam.progress(f"asking the daemon, for {patience_s:g} s at most")
    try:
        status = await channel.call("status")
    except ChannelError as error:
        return partial(findings.fault, faults.DAEMON_MUTE, str(error))
    exam.status = status
    if modem_ready(status):
        with suppress(ChannelError):  # a daemon without store can't tell
            exam.kept = (await channel.call("apn.show")).get("last_good")
    return lambda: _tell(exam, status)


def changing(status: Json | None) -> bool:
    """Is the daemon amid an APN change, in which nothing is as it will be? On trial it is."""
    change = status and status.get("change")
    return change is not None and change["outcome"] != State.TRIAL.value


def modem_ready(status: Json) -> bool:
    """Has the daemon its modem, so that it can be asked?"""
    return status["link"]["phase"] == "ready" and status["modem"] is not None


def _or_join(path: Path) -> str:
    """What else than sudo helps; root's group is for nobody."""
    try:
        group = grp.getgrgid(path.stat().st_gid)
    except (OSError, KeyError):
        return ""
    name = group.gr_name
    return f", or join the socket's group: sudo usermod -aG {name} $USER" if group.gr_gid else ""


def _tell(exam: Examination, status: Json) -> None:
    try:
        _tell_status(exam, status)
    except (LookupError, TypeError, AttributeError) as error:
        found = f"its status isn't as it should be ({type(error).__name__}: {error})"
        exam.findings.fault(faults.DAEMON_VERSION, found)


def _tell_status(exam: Examination, status: Json) -> None:
    findings, daemon = exam.findings, status["daemon"]
    before = len(findings.told)
    if status["store"]["why"] is not None:
        findings.fault(faults.STORE_WAITS, status["store"]["why"])
    if status["store"]["replaced"]:
        times = status["store"]["replaced"]
        findings.fault(faults.STORE_REPLACED, f"{times} times within 24 hours")
    if status["config"]["error"] is not None:
        findings.fault(faults.NOT_RELOADED, status["config"]["error"])
    _tell_recovery(exam, status["recovery"])
    _tell_outbox(exam, status["outbox"])
    if not modem_ready(status):
        _tell_away(exam, status)
    if changing(status):
        findings.info(Topic.DAEMON, f"an APN change is under way ({status['change']['outcome']})")
    elif len(findings.told) == before:
        hours = daemon["uptime_s"] / 3600
        found = (
            f"it runs (pid {daemon['pid']}, for {hours:.1f} h) and is asked in place of the port"
        )
        findings.ok(Topic.DAEMON, found)
    for warning in (status["modem"] or {}).get("warnings", ()):
        _warning(exam, warning)


def _tell_away(exam: Examination, status: Json) -> None:
    """Why the daemon doesn't have its modem, as far as it has found out."""
    link, trouble = status["link"], (status["recovery"] or {}).get("trouble") or ""
    why = link["why"] or link["phase"]
    fault = _TROUBLES.get(trouble, faults.LINK_DOWN)
    if fault is faults_modem.SIM_PIN and "PUK" in why:
        fault = faults_modem.SIM_PUK
    exam.findings.fault(fault, f"the daemon says of {link['port']}: {why}", port=link["port"])


def _tell_recovery(exam: Examination, recovery: Json | None) -> None:
    if recovery is None:
        return
    if recovery["trouble"] is not None:
        last = recovery["remedies"][-1:]
        did = f"; {last[0]['rung']} {last[0]['ago_s']:.0f} s ago" if last else ""
        exam.findings.fault(faults.RECOVERY, f"trouble: {recovery['trouble']}{did}")
    for rung, use in (recovery["budgets"] or {}).items():
        if use["budget"] and use["used"] >= use["budget"]:
            found = f"{rung}: {use['used']} of {use['budget']} within 24 hours"
            exam.findings.fault(faults.BUDGET_SPENT, found, key=_BUDGETS.get(rung, "budgets"))


def _tell_outbox(exam: Examination, outbox: Json | None) -> None:
    if outbox is None or not outbox["pending"]:
        return
    oldest_s = outbox["oldest_s"] or 0.0
    found = f"{outbox['pending']}, the oldest for {oldest_s:.0f} s"
    verdict = Verdict.WARNING if oldest_s >= _WAITS_LONG_S else Verdict.INFO
    exam.findings.fault(faults.OUTBOX_WAITS, found, verdict=verdict)


def _warning(exam: Examination, warning: str) -> None:
    """What the start of the modem found; the service centre is looked at anew."""
    if "announced" in warning:
        exam.findings.fault(faults_service.NOT_ANNOUNCED, warning)
    elif "service centre" not in warning:
        exam.findings.info(Topic.MODEM, warning)
