"""Findings as text for people: on a terminal, and as a report that goes with a ticket. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from apn_config.display import safe
from apn_config.doctor.findings import Finding, Topic, Verdict

MARKS = {
    Verdict.OK: "✓",
    Verdict.INFO: "i",
    Verdict.WARNING: "!",
    Verdict.FAILED: "✗",
    Verdict.SKIPPED: "-",
}
ASCII_MARKS = {**MARKS, Verdict.OK: "+", Verdict.FAILED: "X"}
COLOURS = {
    Verdict.OK: "green",
    Verdict.INFO: "cyan",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "red",
    Verdict.SKIPPED: "bright_black",
}

# IMEI, IMSI, ICCID, telephone numbers; the same as octets, as +CRSM and UCS-2 have them; and
# whatever else has so many digits in a row.
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.])\+?[0-9A-Fa-f]*[0-9]{6}[0-9A-Fa-f]+(?![0-9A-Za-z.])|\+?[0-9]{8,}"
)
_KEPT = 4


def headline(finding: Finding) -> str:
    """The finding in a line, without its mark."""
    if finding.fault is None:
        return safe(finding.found)
    return f"{finding.fault.title}: {safe(finding.found)} [{finding.id}]"


def details(finding: Finding) -> Iterator[str]:
    """Why it matters and what to do, for what is wrong."""
    if finding.verdict in (Verdict.WARNING, Verdict.FAILED):
        yield finding.why
        yield f"-> {safe(finding.advice)}"


def summary(findings: Iterable[Finding], root: Finding | None) -> list[str]:
    """How many are wrong, and which to mend first."""
    listed = list(findings)
    failed = sum(each.verdict is Verdict.FAILED for each in listed)
    warned = sum(each.verdict is Verdict.WARNING for each in listed)
    if root is None:
        return [
            "Nothing is wrong."
            if not warned
            else f"Nothing has failed; {warned} {_plural('warning', warned)}."
        ]
    return [
        f"{failed} failed, {warned} {_plural('warning', warned)}.",
        f"Mend this first: {headline(root)}",
        f"  -> {safe(root.advice)}",
    ]


def masked(text: str) -> str:
    """Without the numbers of cards, modems and people: their last four digits stay."""
    return _NUMBER.sub(lambda found: f"...{found[0][-_KEPT:]}", text)


def report(
    findings: Iterable[Finding], root: Finding | None, head: Iterable[str], traffic: str
) -> str:
    """All that a ticket wants to know, without secrets and without whole numbers.

    `traffic` is masked already; it comes last, so that a transcript can be cut off there.
    """
    listed = list(findings)
    lines = [*head, "", *summary(listed, root), ""]
    for topic in Topic:
        found = [each for each in listed if each.topic is topic]
        lines += [topic.value] if found else []
        for each in found:
            lines.append(f"  {each.verdict.value:<8} {headline(each)}")
            lines += [f"  {'':8} {line}" for line in details(each)]
    lines += ["", "What passed on the port:", ""]
    return "".join(f"{masked(line)}\n" for line in lines) + traffic


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
