"""What the doctor finds, as values; and which fault of several is to be mended first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum


class Topic(Enum):
    """What is looked at, in this order: each needs what stands before it."""

    SYSTEM = "system"
    CONFIG = "configuration"
    STORE = "store"
    DAEMON = "daemon"
    PORT = "port"
    ANSWER = "answer"
    MODEM = "modem"
    SIM = "SIM"
    NETWORK = "network"
    SMS = "SMS"
    APN = "APN"
    DATA = "data"


# What can't be looked at where something failed there.
NEEDS: dict[Topic, tuple[Topic, ...]] = {
    Topic.ANSWER: (Topic.PORT,),
    Topic.MODEM: (Topic.PORT, Topic.ANSWER),
    Topic.SIM: (Topic.PORT, Topic.ANSWER, Topic.MODEM),
    Topic.NETWORK: (Topic.PORT, Topic.ANSWER, Topic.MODEM, Topic.SIM),
    Topic.SMS: (Topic.PORT, Topic.ANSWER, Topic.MODEM, Topic.SIM),
    Topic.APN: (Topic.PORT, Topic.ANSWER, Topic.MODEM, Topic.SIM),
    Topic.DATA: (Topic.PORT, Topic.ANSWER, Topic.MODEM, Topic.SIM, Topic.NETWORK),
}


class Verdict(Enum):
    """OK; worth knowing; may do harm; does harm; not looked at."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, as the catalogue has it.

    `why` tells why it matters, `advice` what to do about it; {port} and the like in it are filled
    in. `blames` are faults that bring this one about, so they are to be mended before it. `mends`
    says what `--fix` does, "" where it does nothing.
    """

    id: str
    topic: Topic
    verdict: Verdict
    title: str
    why: str
    advice: str
    mends: str = ""
    exit_code: int = 1
    blames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mend:
    """What `--fix` may do about a finding: AT lines, or, with `plainly`, have the modem answer in
    words again.
    """

    lines: tuple[str, ...] = ()
    plainly: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `id` is the fault's, or the topic's word where there is none.

    Numbers of cards and modems stand in `found` with their last digits only.
    """

    topic: Topic
    verdict: Verdict
    found: str
    fault: Fault | None = None
    advice: str = ""
    mend: Mend | None = None

    @property
    def id(self) -> str:
        """A word that stays the same over versions."""
        return self.topic.value.lower() if self.fault is None else self.fault.id

    @property
    def why(self) -> str:
        """Why it matters, "" for what is well."""
        return "" if self.fault is None else self.fault.why

    @property
    def exit_code(self) -> int:
        """What a command ends with for it; 0 unless it failed."""
        return self.fault.exit_code if self.fault and self.verdict is Verdict.FAILED else 0


class Findings:
    """Collects findings, and tells each at once."""

    def __init__(self, tell: Callable[[Finding], None] = lambda _finding: None) -> None:
        self.told: tuple[Finding, ...] = ()
        self._tell = tell

    def ok(self, topic: Topic, found: str) -> None:
        """All is well there."""
        self._add(Finding(topic, Verdict.OK, found))

    def info(self, topic: Topic, found: str) -> None:
        """Worth knowing."""
        self._add(Finding(topic, Verdict.INFO, found))

    def skipped(self, topic: Topic, why: str) -> None:
        """It wasn't looked at."""
        self._add(Finding(topic, Verdict.SKIPPED, why))

    def fault(
        self,
        fault: Fault,
        found: str,
        *,
        advice: str | None = None,
        verdict: Verdict | None = None,
        mend: Mend | None = None,
        **words: object,
    ) -> None:
        """A fault of the catalogue; `words` fill its advice, `advice` and `verdict` replace its
        own.
        """
        text = fault.advice.format(**words) if advice is None else advice
        self._add(Finding(fault.topic, verdict or fault.verdict, found, fault, text, mend))

    def failed(self, *topics: Topic) -> Topic | None:
        """The first of these topics in which something failed."""
        bad = {each.topic for each in self.told if each.verdict is Verdict.FAILED}
        return next((topic for topic in topics if topic in bad), None)

    def has(self, topic: Topic) -> bool:
        """Was anything told of it?"""
        return any(each.topic is topic for each in self.told)

    def may_look(self, topic: Topic) -> bool:
        """Is what the topic needs there? Where it isn't, that is told."""
        missing = self.failed(*NEEDS.get(topic, ()))
        if missing is not None:
            self.skipped(topic, f"needs the {missing.value}")
        return missing is None

    def _add(self, finding: Finding) -> None:
        self.told += (finding,)
        self._tell(finding)


def root_of(findings: Iterable[Finding]) -> Finding | None:
    """What is to be mended first: the first failure that no other fault found brings about.

    Where the one that does so is a mere warning by itself, it is the root all the same.
    """
    listed = [each for each in findings if each.fault is not None]
    troubles = (Verdict.FAILED, Verdict.WARNING)
    by_id = {each.id: each for each in reversed(listed) if each.verdict in troubles}
    order = list(Topic)
    failures = sorted(
        (each for each in listed if each.verdict is Verdict.FAILED),
        key=lambda each: order.index(each.topic),
    )
    for failure in failures:
        return _blamed(failure, by_id, frozenset())
    return None


def _blamed(finding: Finding, by_id: dict[str, Finding], seen: frozenset[str]) -> Finding:
    """Whatever brings this one about, as far back as it goes."""
    assert finding.fault is not None
    for cause in finding.fault.blames:
        if cause in by_id and cause not in seen:
            return _blamed(by_id[cause], by_id, seen | {finding.id})
    return finding


def exit_code_of(findings: Iterable[Finding]) -> int:
    """0 where nothing failed, else the code of the first failure that has one of its own."""
    listed = list(findings)
    root = root_of(listed)
    if root is None:
        return 0
    return root.exit_code or next(each.exit_code for each in listed if each.exit_code)


def end_of(number: str | None) -> str:
    """The last digits of a card's or a modem's number: enough to tell it from others."""
    return f"...{number[-4:]}" if number else "unknown"
