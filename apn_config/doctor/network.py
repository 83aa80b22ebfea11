"""The network: is the modem registered, and if not, why not?"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from apn_config.doctor import faults_service as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Mend, Topic, Verdict
from modem import CommandRefused, Registration, Selection, Signal

_BY_HAND, _LEFT, _BY_HAND_FIRST = 1, 2, 4  # <mode> of +COPS
_DENIED = 3  # <stat> of +CEREG
# What +CEER says of a card that the network doesn't want (3GPP TS 24.301 9.9.3.9, 2, 3 and 6).
_CARD_REFUSED = re.compile(r"illegal|IMSI unknown", re.IGNORECASE)
# One bar: an SMS may need several tries there.
WEAK_DBM = -105


async def look(exam: Examination) -> None:
    """Wait for a registration, and look for what is in its way. Raises ModemError, ControlError."""
    survey = exam.questions
    selection = await survey.selection()
    if selection.mode == _LEFT:
        exam.findings.fault(faults.LEFT_NETWORK, "+COPS is 2")
        return
    registration = await _registered(exam)
    signal = await survey.signal()
    if registration.registered:
        await _tell_registered(exam, registration, signal, await survey.selection())
    else:
        await _tell_missing(exam, registration, signal, selection)


def states_of(registration: Registration) -> str:
    """The domains in words, such as "CREG searching, CEREG denied"."""
    return ", ".join(
        f"{name} {state.name}"
        for name, state in (
            ("CREG", registration.cs),
            ("CGREG", registration.ps),
            ("CEREG", registration.eps),
        )
        if state is not None
    )


async def _registered(exam: Examination) -> Registration:
    """The registration, as soon as there is one, or after so long."""
    loop = asyncio.get_running_loop()
    began_s, patience_s = loop.time(), exam.patience.registration_s
    while True:
        found = await exam.questions.registration()
        waited_s = loop.time() - began_s
        if found.registered or waited_s >= patience_s or _is_other_service(found):
            return found
        exam.progress(f"waiting for the network, {waited_s:.0f} of {patience_s:g} s")
        await asyncio.sleep(exam.patience.poll_s)


def _is_other_service(found: Registration) -> bool:
    """Registered for restricted local operator services (state 11): it won't become another."""
    return any(state is not None and state.stat == 11 for state in (found.cs, found.ps, found.eps))


async def _tell_registered(
    exam: Examination, registration: Registration, signal: Signal, selection: Selection
) -> None:
    where = "roaming" if registration.roaming else "at home"
    name = selection.operator or "an unknown network"
    exam.rat = registration.rat or selection.rat
    found = f"{name}, {exam.rat or 'technology unknown'}, {where}{_strength(signal)}"
    exam.findings.ok(Topic.NETWORK, found)
    if signal.rssi_dbm is not None and signal.rssi_dbm < WEAK_DBM:
        exam.findings.fault(faults.WEAK_SIGNAL, f"{signal.rssi_dbm} dBm")
    if selection.mode in (_BY_HAND, _BY_HAND_FIRST):
        _tell_by_hand(exam, selection, Verdict.INFO)
    await _tell_locks(exam, Verdict.INFO)
    if registration.data_ready and await exam.questions.attached() is False:
        exam.findings.fault(faults.DETACHED, "+CGATT is 0")


async def _tell_missing(
    exam: Examination, registration: Registration, signal: Signal, selection: Selection
) -> None:
    states = states_of(registration)
    cause = await exam.questions.cause()
    why = f"{states}; the modem says: {cause}" if cause else states
    if selection.mode in (_BY_HAND, _BY_HAND_FIRST):
        _tell_by_hand(exam, selection, Verdict.WARNING)
    await _tell_roaming(exam)
    await _tell_locks(exam, Verdict.WARNING)
    if _is_other_service(registration):
        exam.findings.info(Topic.NETWORK, f"a network without service for this SIM ({states})")
    elif registration.denied:
        fault = faults.DENIED
        if not _may_be_apn(exam, registration, cause):
            fault = replace(fault, blames=faults.BLAMES_BUT_APN)
        exam.findings.fault(fault, f"refused ({why})", apn=await _attach_apn(exam))
    elif signal == Signal():
        exam.findings.fault(faults.NO_SIGNAL, f"no signal ({why})")
    else:
        waited = f"not registered within {exam.patience.registration_s:g} s"
        exam.findings.fault(faults.SEARCHING, f"{waited}{_strength(signal)} ({why})")


def _may_be_apn(exam: Examination, registration: Registration, cause: str | None) -> bool:
    """Is it LTE that refuses, where the attach carries the configured APN, and not the card?"""
    return (
        exam.config.path is not None
        and registration.eps is not None
        and registration.eps.stat == _DENIED
        and exam.config.apn.cid == exam.questions.profile.driver.attach_cid
        and not (cause and _CARD_REFUSED.search(cause))
    )


def _strength(signal: Signal) -> str:
    """How strong it is heard, behind a comma; "" where the modem doesn't know."""
    if signal.rssi_dbm is not None:
        return f", {signal.rssi_dbm} dBm"
    return "" if signal.rsrp_dbm is None else f", RSRP {signal.rsrp_dbm} dBm"


def _tell_by_hand(exam: Examination, selection: Selection, verdict: Verdict) -> None:
    name = selection.operator or "one that isn't there"
    found = f"+COPS is {selection.mode}: {name}"
    exam.findings.fault(faults.MANUAL_NETWORK, found, verdict=verdict)


async def _tell_roaming(exam: Examination) -> None:
    setting = exam.questions.profile.driver.roaming
    if setting is None or await exam.questions.holds(setting) is not False:
        return
    exam.findings.fault(
        faults.ROAMING_OFF,
        f"{setting.query.removeprefix('AT')} isn't {setting.wanted}",
        mend=Mend((setting.command,)),
        command=setting.command,
    )


async def _tell_locks(exam: Examination, verdict: Verdict) -> None:
    setting = exam.questions.profile.driver.any_technology
    if setting is None or await exam.questions.holds(setting) is not False:
        return
    exam.findings.fault(
        faults.TECHNOLOGY_LOCKED,
        f"{setting.query.removeprefix('AT')} isn't {setting.wanted}",
        verdict=verdict,
        command=setting.command.replace('"', '\\"'),
    )


async def _attach_apn(exam: Examination) -> str:
    cid = exam.questions.profile.driver.attach_cid
    try:
        contexts = await exam.questions.contexts()
    except CommandRefused:
        return "unknown"
    return next((each.apn for each in contexts if each.cid == cid), "") or "none"
