"""The modem of a bench: does it answer, is its card usable, has it a network and SMS?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from apn_config.config_reader import ConfigError
from apn_config.doctor.findings import end_of
from apn_config.doctor.network import WEAK_DBM, states_of
from hil.bench import Bench, Capability
from hil.checks.findings import Check, Findings, ModemFacts
from hil.checks.pin import OnePin
from hil.checks.port import open_modem
from modem import ContextSettings, Modem, ModemError, Registration, Signal, SimError, same_apn

_CHECKS = (
    *(Check.MODEM, Check.SIM, Check.NETWORK, Check.SIGNAL),
    *(Check.SMS, Check.APN, Check.STORAGE),
)
_POLL_S = 1.0


async def examine_modem(bench: Bench, findings: Findings) -> ModemFacts | None:
    """Open the port, look, and close it; None where the modem's start doesn't come to its end."""
    modem = await open_modem(bench, findings)
    if modem is None:
        findings.skip_rest(_CHECKS, "needs the port")
        return None
    try:
        if not await _initialised(modem, bench, findings):
            return None
        return await _looked_at(modem, bench, findings)
    finally:
        await modem.close()


async def _initialised(modem: Modem, bench: Bench, findings: Findings) -> bool:
    try:
        await modem.initialise(pin_for=OnePin(bench))
    except (SimError, ConfigError) as error:
        findings.ok(Check.MODEM, modem.profile.title)
        findings.failed(Check.SIM, str(error), "", error.exit_code)
        findings.skip_rest(_CHECKS, "needs the SIM")
    except ModemError as error:
        findings.failed(Check.MODEM, str(error), "", error.exit_code)
        findings.skip_rest(_CHECKS, "needs the modem")
    else:
        _tell_identity(modem, findings)
        return True
    return False


def _tell_identity(modem: Modem, findings: Findings) -> None:
    who, warnings = modem.identity, modem.setup.warnings
    name = f"{who.manufacturer} {who.model} ({who.revision}), profile {modem.profile.name}"
    if warnings:
        findings.warning(Check.MODEM, f"{name}: {'; '.join(warnings)}")
    else:
        findings.ok(Check.MODEM, name)
    findings.ok(Check.SIM, f"ICCID {end_of(who.iccid)}, IMSI {end_of(who.imsi)}")


async def _looked_at(modem: Modem, bench: Bench, findings: Findings) -> ModemFacts:
    facts = ModemFacts(modem.identity, modem.profile.name)
    try:
        apn = await modem.read_context(bench.apn.cid)
        registration = await _registered(modem, bench.patience_s)
        signal = await modem.signal()
        facts = replace(
            facts,
            operator=await modem.operator(),
            rat=registration.rat,
            rssi_dbm=signal.rssi_dbm,
            apn=apn,
        )
        _tell_network(facts, registration, bench, findings)
        _tell_signal(signal, findings)
        _tell_sms(modem, registration, findings)
        _tell_apn(apn, modem.port, bench, findings)
        await _tell_storage(modem, findings)
    except ModemError as error:
        findings.failed(Check.MODEM, str(error), "", error.exit_code)
        findings.skip_rest(_CHECKS, "needs the modem")
    return facts


async def _registered(modem: Modem, patience_s: float) -> Registration:
    """The registration, as soon as there is one, or after so long."""
    loop = asyncio.get_running_loop()
    give_up_s = loop.time() + patience_s
    while True:
        found = await modem.registration()
        if found.registered or loop.time() >= give_up_s:
            return found
        await asyncio.sleep(_POLL_S)


def _tell_network(
    facts: ModemFacts, registration: Registration, bench: Bench, findings: Findings
) -> None:
    if registration.registered:
        where = "roaming" if registration.roaming else "at home"
        operator, rat = facts.operator or "an unknown network", facts.rat or "?"
        findings.ok(Check.NETWORK, f"{operator}, {rat}, {where}")
        return
    states = states_of(registration)
    apn = facts.apn.apn if facts.apn and facts.apn.apn else "none"
    if registration.denied:
        found = f"the network refuses this SIM ({states})"
        advice = (
            "is it activated, its device enabled, and may it roam here? A network also refuses "
            f"who asks for an APN that it doesn't know: the context has {apn}"
        )
    elif facts.rssi_dbm is None:
        found = f"no coverage within {bench.patience_s:g} s ({states})"
        advice = "is the antenna connected (the main one), and is there a network of these bands?"
    else:
        found = f"not registered within {bench.patience_s:g} s ({states})"
        advice = f"wait, or raise [bench] patience_s; the context has the APN {apn}"
    findings.failed(Check.NETWORK, found, advice)


def _tell_signal(signal: Signal, findings: Findings) -> None:
    if signal.rssi_dbm is None:
        findings.warning(Check.SIGNAL, "the modem doesn't tell")
    elif signal.rssi_dbm < WEAK_DBM:
        findings.warning(Check.SIGNAL, f"{signal.rssi_dbm} dBm is weak", "mend the antenna's place")
    else:
        findings.ok(Check.SIGNAL, f"{signal.rssi_dbm} dBm")


def _tell_sms(modem: Modem, registration: Registration, findings: Findings) -> None:
    if not registration.registered:
        findings.skipped(Check.SMS, "needs the network")
    elif not registration.sms_ready:
        findings.failed(
            Check.SMS,
            "the network gives this modem no SMS (registered for data only)",
            "try another radio technology, or ask the operator for SMS over LTE",
        )
    elif not modem.setup.service_centre:
        findings.warning(Check.SMS, "no service centre is set (+CSCA)", "sending may fail")
    elif registration.sms_unproven:
        findings.warning(Check.SMS, "registered for data; whether SMS works, only one can tell")
    else:
        findings.ok(Check.SMS, f"ready, service centre {modem.setup.service_centre}")


def _tell_apn(apn: ContextSettings, port: str, bench: Bench, findings: Findings) -> None:
    expected, name = bench.apn.expected, apn.apn or "none"
    if expected is None or same_apn(apn.apn, expected):
        findings.ok(Check.APN, f"{name} in context {apn.cid}")
    else:
        # Half of the tests would fail for that one reason.
        tell = findings.failed if bench.has(Capability.DATA) else findings.warning
        tell(
            Check.APN,
            f"context {apn.cid} has {name}, and {expected} is expected",
            f"modem-helper apn set {expected} --port {port}",
        )


async def _tell_storage(modem: Modem, findings: Findings) -> None:
    state = await modem.storage()
    if state is None:
        findings.ok(Check.STORAGE, "none: messages are delivered directly")
    elif state.used:
        findings.warning(
            Check.STORAGE,
            f"{state.used} of {state.total} in {state.memory}",
            "a run deletes what was received; whoever wants it reads it before (modem-helper sms "
            "list)",
        )
    else:
        findings.ok(Check.STORAGE, f"{state.used} of {state.total} in {state.memory}")
