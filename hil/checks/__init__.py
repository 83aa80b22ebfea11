"""What is usable on a bench, found out before a run and by `modem-helper hil check`.

    examined = await examine(load(path), lambda finding: print(finding))

Nothing is switched, sent or set here, but for what the start of a modem sets anyway; one PIN may be
given, once (`hil.checks.pin`). The port is closed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

from apn_config.config_reader import ConfigError
from apn_config.config_recovery import PowerConfig
from hil.bench import Bench, Capability
from hil.checks.findings import Check, Examined, Finding, Findings, ModemFacts, Verdict
from hil.checks.modem import examine_modem
from hil.checks.platform import examine_platform
from hil.power import switch_of
from modem import PowerFailed, PowerSwitch

__all__ = ["Check", "Examined", "Finding", "ModemFacts", "Verdict", "examine"]

_CONFIGURATION = 78


async def examine(
    bench: Bench, tell: Callable[[Finding], None], *, receiver: bool = True
) -> Examined:
    """Look at all of it, in order; `tell` gets each finding as soon as it is known.

    Without `receiver` the webhook's isn't tried: in the middle of a run it listens already.
    """
    findings = Findings(tell)
    for note in bench.notes:
        findings.warning(Check.FILE, note)
    if not bench.notes:
        findings.ok(Check.FILE, str(bench.path))
    modem = await examine_modem(bench, findings)
    card = None if modem is None else modem.identity
    await examine_platform(bench, findings, card, receiver=receiver)
    for check, switch, capability in (
        (Check.POWER, bench.power, Capability.POWER),
        (Check.CABLE, bench.cable, Capability.CABLE),
    ):
        _examine_switch(findings, check, switch, bench.missing(capability))
    found = Examined(findings.told, modem)
    if found.first_failure() is None:
        _examine_secrets(bench, findings)
    return Examined(findings.told, modem)


def _examine_secrets(bench: Bench, findings: Findings) -> None:
    """Those that nothing wanted so far; a run reads all, to keep them out of its report."""
    secrets: list[Callable[[], str | None]] = [bench.pin]
    if bench.has(Capability.PLATFORM):
        secrets += [each.token for each in (bench.platform,) if each is not None]
        secrets += [each.secret for each in (bench.webhook,) if each is not None]
    for secret in secrets:
        try:
            secret()
        except ConfigError as error:
            findings.failed(Check.FILE, str(error), "", _CONFIGURATION)


def _examine_switch(
    findings: Findings,
    check: Check,
    config: PowerConfig | PowerSwitch | None,
    missing: str | None,
) -> None:
    """Can it be made? Whether it switches shows when it is switched."""
    if config is None or missing is not None:
        findings.skipped(check, missing or "the bench has none")
        return
    try:
        switch_of(config)
    except PowerFailed as error:
        findings.failed(check, str(error), f"mend [{check.value}]", _CONFIGURATION)
    else:
        kind = config.kind if isinstance(config, PowerConfig) else "given by the lab"
        findings.ok(check, f"{kind}, not tried")
