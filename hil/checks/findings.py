"""What a check found, as values. Nothing here looks at anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from apn_config.doctor.findings import Verdict as Verdict
from modem import ContextSettings, Identity


class Check(Enum):
    """What is looked at, in this order."""

    FILE = "file"
    PORT = "port"
    MODEM = "modem"
    SIM = "SIM"
    NETWORK = "network"
    SIGNAL = "signal"
    SMS = "SMS"
    APN = "APN"
    STORAGE = "storage"
    PLATFORM = "platform"
    DEVICE = "device"
    CARD = "card"
    POLICY = "policy"
    WEBHOOK = "webhook"
    RECEIVER = "receiver"
    POWER = "power"
    CABLE = "cable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and what to do about it ("" for nothing).

    `exit_code` is what a command ends with for it, 0 unless it failed. What a modem or the platform
    said may stand in the texts as it came.
    """

    check: Check
    verdict: Verdict
    found: str
    advice: str = ""
    exit_code: int = 0

    @property
    def message(self) -> str:
        """The finding in one line."""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.check.value}: {self.found}{advice}"


@dataclass(frozen=True, slots=True)
class ModemFacts:
    """The modem and its place in the network. `apn` is the context as it was found."""

    identity: Identity
    profile: str
    operator: str | None = None
    rat: str | None = None
    rssi_dbm: int | None = None
    apn: ContextSettings | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """All that was found; `modem` is None where its card or the port can't be used."""

    findings: tuple[Finding, ...]
    modem: ModemFacts | None

    def first_failure(self) -> Finding | None:
        """What keeps a run from beginning."""
        return next((item for item in self.findings if item.verdict is Verdict.FAILED), None)


class Findings:
    """Collects findings, and tells each at once."""

    def __init__(self, tell: Callable[[Finding], None]) -> None:
        self.told: tuple[Finding, ...] = ()
        self._tell = tell

    def ok(self, check: Check, found: str) -> None:
        """It can be used."""
        self._add(Finding(check, Verdict.OK, found))

    def warning(self, check: Check, found: str, advice: str = "") -> None:
        """A run may begin, and may suffer from it."""
        self._add(Finding(check, Verdict.WARNING, found, advice))

    def failed(self, check: Check, found: str, advice: str = "", exit_code: int = 1) -> None:
        """A run can't begin."""
        self._add(Finding(check, Verdict.FAILED, found, advice, exit_code))

    def skipped(self, check: Check, why: str) -> None:
        """It wasn't looked at."""
        self._add(Finding(check, Verdict.SKIPPED, why))

    def skip_rest(self, checks: Iterable[Check], why: str) -> None:
        """Of these, all that nothing was told of."""
        told = {finding.check for finding in self.told}
        for check in checks:
            if check not in told:
                self.skipped(check, why)

    def _add(self, finding: Finding) -> None:
        self.told += (finding,)
        self._tell(finding)
