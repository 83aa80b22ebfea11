"""What a run leaves: the files of its directory, lines for the terminal, a row for the README."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from apn_config.config_reader import printable
from hil.report.compare import Comparison, Shift, compare
from hil.report.page import PAGE, page
from hil.report.values import RESULTS, Outcome, Run, directory_name
from hil.report.words import (
    count,
    measure_name,
    measured,
    modem_words,
    network_words,
    sms_words,
    verdict,
)

# Of each kind; more than that is read in the page.
LINES_MOST = 12


def new_directory(reports: Path, started: datetime, bench: str) -> Path:
    """A directory for a run that begins now, named after it. Raises OSError.

    Where several begin in one second, the later ones have a number behind it.
    """
    reports.mkdir(parents=True, exist_ok=True)
    name = directory_name(started, bench)
    for number in itertools.count(1):
        directory = reports / (name if number == 1 else f"{name}-{number}")
        with suppress(FileExistsError):
            directory.mkdir()
            return directory
    raise AssertionError


def write(run: Run, directory: Path, former: Run | None) -> Path:
    """Write `results.json` and `report.html` into the run's own directory; the page's path.

    Each is there whole or not at all. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    # The values first: whatever may be wrong with the page, they are there.
    _write_whole(directory / RESULTS, run.to_json())
    comparison = compare(run, former) if former is not None else None
    target = directory / PAGE
    _write_whole(target, page(run, comparison))
    return target


def _write_whole(path: Path, text: str) -> None:
    begun = path.with_name(f".{path.name}")
    try:
        begun.write_text(text, encoding="utf-8")
        begun.replace(path)
    except OSError:
        begun.unlink(missing_ok=True)
        raise


def summary(run: Run, comparison: Comparison | None, report: Path) -> list[str]:
    """Lines for the terminal, safe to print: what failed, what changed, what it cost, where."""
    lines = [verdict(run)]
    lines += _some("failed", [_with_reason(t.id, t.reason) for t in run.tests if t.outcome.bad])
    if comparison is not None:
        lines += _changes(comparison)
    lines += [f"missing   {why}" for why in run.missing.values()]
    lines.append(f"SMS       {sms_words(run)}")
    lines.append(f"report    {report}")
    return [printable(line) for line in lines]


def tried_on_row(run: Run) -> str:
    """The row for README's table "Tried on": modem, firmware, network, what."""
    profile = run.modem.get("profile", "")
    if run.simulated:
        cells = [f"simulated, {profile or modem_words(run)}", "-", "simulated"]
    else:
        cells = [modem_words(run), run.modem.get("revision", "") or "-", network_words(run)]
    return "| " + " | ".join(_cell(cell) for cell in (*cells, _what(run))) + " |"


def _changes(comparison: Comparison) -> Iterator[str]:
    for fact in comparison.facts:
        yield f"changed   {fact.name}: {fact.was} -> {fact.now}"
    changed = [f"{c.id}: {c.was.value} -> {c.now.value}" for c in comparison.changed]
    yield from _some("changed", changed)
    came = [_with_reason(f"{c.id}: skipped now", c.reason) for c in comparison.skips_came]
    yield from _some("changed", came)
    yield from _some("changed", [f"{c.id}: not skipped any more" for c in comparison.skips_went])
    yield from _some("slower", [_moved(s) for s in comparison.worse if s.word == "slower"])
    yield from _some("weaker", [_moved(s) for s in comparison.worse if s.word == "weaker"])
    yield from _some("new", list(comparison.new))
    yield from _some("gone", list(comparison.vanished))


def _some(word: str, found: list[str]) -> Iterator[str]:
    for line in found[:LINES_MOST]:
        yield f"{word:<9} {line}"
    if len(found) > LINES_MOST:
        yield f"{word:<9} ... and {len(found) - LINES_MOST} more"


def _moved(shift: Shift) -> str:
    was, now = measured(shift.name, shift.was), measured(shift.name, shift.now)
    return f"{shift.id}: {measure_name(shift.name)} {was} -> {now}"


def _with_reason(words: str, reason: str) -> str:
    return f"{words}: {reason}" if reason else words


def _what(run: Run) -> str:
    counts = run.counts()
    parts = [f"{counts[Outcome.PASSED]} of {count(len(run.tests), 'test')}"]
    bad = counts[Outcome.FAILED] + counts[Outcome.ERROR]
    if bad:
        parts.append(f"{bad} failed")
    if counts[Outcome.SKIPPED]:
        missing = f": {', '.join(run.missing)}" if run.missing else ""
        parts.append(f"{counts[Outcome.SKIPPED]} skipped{missing}")
    if run.stopped is not None:
        parts.append("the bench broke")
    return f"{', '.join(parts)}; {run.started.astimezone(UTC):%Y-%m-%d}"


def _cell(words: str) -> str:
    """Text within a Markdown table: no column, line, tag or link may come of it."""
    cell = printable(words).replace("&", "&amp;").replace("<", "&lt;")
    for mark in "\\|`*[]":
        cell = cell.replace(mark, "\\" + mark)
    return cell
