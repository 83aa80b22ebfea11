"""A soak's report as a picture and a page."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from benchmarks.machine import described
from tests.service.soak_picture import Panel, picture

if TYPE_CHECKING:
    from tests.service.soak import Report

_KIB = 1024
_MIB = 1024 * 1024


def picture_of(report: Report) -> str:
    """The hours in panels."""
    samples = report.samples
    last = samples[-1]
    faults = [0, *(sample.faults for sample in samples)]
    memory, log = max(s.rss_bytes for s in samples), max(s.wal_bytes for s in samples)
    panels = (
        Panel(
            "Memory of the process: daemon, simulated modem and test",
            f"at most {memory / _MIB:.1f} MiB; once warm {_per_hour(report, 'rss_bytes')}",
            [sample.rss_bytes for sample in samples],
        ),
        Panel(
            "Database (blue), its log of writes (grey)",
            f"{last.database_bytes / _KIB:.0f} KiB, the log at most {log / _KIB:.0f} KiB",
            [sample.database_bytes for sample in samples],
            [sample.wal_bytes for sample in samples],
        ),
        Panel(
            "Commands answered",
            f"{report.answered} of {report.answered + last.waiting}",
            [sample.answered for sample in samples],
        ),
        Panel(
            "Commands that wait for their answers",
            f"at most {max(sample.waiting for sample in samples)}",
            [sample.waiting for sample in samples],
        ),
        Panel(
            "Faults between two looks",
            f"{last.faults} in all",
            [after - before for before, after in itertools.pairwise(faults)],
        ),
    )
    title = f"{report.plan.hours:g} simulated hours, {report.plan.commands} commands"
    below = f"a look each {report.plan.hours * 60 / len(samples):g} min; docs/soak.md says how"
    return picture(title, below, [sample.hour for sample in samples], panels)


def _minutes(minutes: float) -> str:
    return "a minute" if minutes < 1.5 else f"{minutes:.0f} minutes"


def page_of(report: Report) -> str:
    """The page beside it."""
    plan, machine = report.plan, described()
    strangers = plan.commands - report.answered - len(report.unanswered)
    return _PAGE.format(
        hours=plan.hours,
        commands=plan.commands,
        seed=plan.seed,
        took=_minutes(report.took_s / 60),
        machine=f"{machine['processor']}, Python {machine['python']}",
        strangers=strangers,
        answered=report.answered,
        again=report.again,
        words=", ".join(f"{count} {word}" for word, count in report.words.most_common()),
        changes=report.changes,
        wrong="\n".join(f"* **{text}**" for text in report.wrong) or "Nothing is wrong.",
        rss=_per_hour(report, "rss_bytes"),
        database=_per_hour(report, "database_bytes"),
        log=max(sample.wal_bytes for sample in report.samples) / _KIB,
        faults="\n".join(f"| {name} | {count} |" for name, count in report.faults.most_common()),
    )


def _per_hour(report: Report, name: str) -> str:
    return f"{report.slope(name) / _KIB:+.1f} KiB an hour"


_PAGE = """# A day under faults

![the hours in panels](soak.svg)

{hours:g} hours of the whole daemon in {took} ({machine}), all in
one process: the daemon, a simulated modem (SIM7600, LTE only) and its network, on a virtual clock.
{commands} commands come at random moments, with all kinds of verbs, APNs that work, APNs that don't
and words that make no sense; and at random comes all that can go wrong with the bytes of a line, a
modem, a network, a cable, and the power of both. The store is a file on a disk, with its fsyncs.

{wrong}

* **Answered**: {answered} commands, each with one text ({words}); {again} of them were sent
  again, where nobody can know whether the network took them. The {strangers} of strangers weren't
  answered, and did nothing.
* **Applied once**: {changes} answers tell of the APN. What the context was set to, value by value,
  is what they tell, each change once, in their order.
* **At the end**: registered, with an APN that works; nothing is left in the modem, in the network
  or to do in the store; the watchdog is fed.
* **Flat**: after the first third, the memory of the process changes by {rss}
  and the database by {database}; its log of writes, which is cut when a change
  ends, had {log:.0f} KiB at most.

What was set for it: 10,000 radio cycles a day, since a day with hundreds of changes needs as many;
else the defaults, all deadlines among them. Rows are kept for 4 hours (30 days by default), 100
changes (1000) and 2000 lines of the journal (5000), so that one day shows them go.

| what went wrong | how often |
|---|---|
{faults}

The page and the picture are made by `python -m tests.service.soak --write docs` (seed {seed}). What
they claim is asserted by `tests/service/test_soak.py`: the whole of it by `make proof`, half an
hour with a hundred commands by `make test`.
"""
