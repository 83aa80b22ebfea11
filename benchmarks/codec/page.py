"""What was found of the codecs, to read: a table, a page and a chart."""

from __future__ import annotations

import statistics

from benchmarks import barchart, machine
from benchmarks.barchart import Bar, Panel
from benchmarks.codec.corpus import KINDS, PER_KIND
from benchmarks.codec.peers import OURS
from benchmarks.codec.report import DIRECTIONS, Result, Row, spread
from benchmarks.figures import table

_TITLES = {"decode": "Decode", "encode": "Encode"}
_PARTS = {"one PDU": "told how, nothing split", "octets": "no PDUs"}
_INTRODUCTION = f"""\
# The SMS codec beside others

How many PDUs a second `modem.sms` and other libraries decode and encode, and how much of it is
right. Written by `python -m benchmarks.codec --svg FILE --markdown FILE`; its `--help` says how it
is measured. What each library reads or writes otherwise than the standard has it is in the
differential tests (`tests/modem/sms/peers`), clause by clause.

The set is {PER_KIND * len(KINDS):,} PDUs, {PER_KIND} of each kind: GSM 7-bit of 160 septets, 3 % of
them extension characters (gsm7), UCS-2 of 70 characters (ucs2), 140 octets (8bit), and parts of
longer texts (parts). Of each PDU all read text or data, number, timestamp, class and concatenation.
Rates are PDUs a second of processor time, the median of the rounds and its ends; "ours is x" is how
many times as fast `modem.sms` is on the kinds that the library can. Speed counts where nothing is
wrong.
"""


def text(result: Result) -> str:
    """For a terminal."""
    sections = []
    for direction in DIRECTIONS:
        sections += [f"{direction}: PDUs a second", table(_cells(result, direction))]
    sections += ["\n".join(_judgements(result)), "\n".join(_notes(result)), _machine(result)]
    return "\n\n".join(sections)


def markdown(result: Result, chart: str | None) -> str:
    """A page for the documentation; `chart` is where the picture is, seen from there."""
    sections = [_INTRODUCTION.rstrip()]
    if chart:
        sections.append(f"![SMS PDUs a second, each library]({chart})")
    for direction in DIRECTIONS:
        heading, *rows = _cells(result, direction)
        rule = ("---", *["--:"] * (len(heading) - 1))
        lines = ["| " + " | ".join(cells) + " |" for cells in (heading, rule, *rows)]
        sections += [f"## {_TITLES[direction]}", "\n".join(lines)]
    for title, lines in (("Aims", _judgements(result)), ("Notes", _notes(result))):
        sections += [f"## {title}", "\n".join(f"* {line}" for line in lines)]
    sections.append(_machine(result))
    return "\n\n".join(sections) + "\n"


def svg(result: Result) -> str:
    """The chart."""
    panels = [
        Panel(_TITLES[direction], [_bar(row, direction) for row in _shown(result, direction)])
        for direction in DIRECTIONS
    ]
    below = (
        "Mixed set; of encoders, the kinds of message they can. "
        "Striped: not all of it is right. Hollow: a part of the job."
    )
    return barchart.svg("SMS PDUs a second, one process", panels, below)


def _cells(result: Result, direction: str) -> list[tuple[str, ...]]:
    """The table: a heading, and a line for each library."""
    wrong = "wrong PDUs" if direction == "decode" else "wrong messages"
    made = ("PDUs made",) if direction == "encode" else ()
    heading = ("library", "all", "min..max", *KINDS, "ours is x", wrong, *made)
    rows = [_row(result, row, direction) for row in _shown(result, direction)]
    return [heading, *(cells[: len(heading)] for cells in rows)]


def _shown(result: Result, direction: str) -> list[Row]:
    """All libraries, but of those that do a part of the job only where they do it."""
    return [row for row in result.rows if row.peer.job == "whole" or row.way(direction).rounds]


def _row(result: Result, row: Row, direction: str) -> tuple[str, ...]:
    way = row.way(direction)
    if not way.rounds:
        return (row.peer.name, _absent(row), *[""] * (len(KINDS) + 4))
    rates = spread(way.rates())
    ratio = statistics.median(result.ratios(row, direction))
    return (
        row.peer.name,
        f"{rates['median']:,.0f}",
        f"{rates['min']:,.0f}..{rates['max']:,.0f}",
        *(f"{_median(row, direction, kind):,.0f}" if kind in way.pdus else "-" for kind in KINDS),
        "" if row.peer.name == OURS else f"{ratio:.2f}",
        "makes none" if row.peer.job == "octets" else f"{way.wrong} of {way.of}",
        str(way.made),
    )


def _median(row: Row, direction: str, *kinds: str) -> float:
    return statistics.median(row.way(direction).rates(*kinds))


def _absent(row: Row) -> str:
    return "not there" if row.missing else "can't"


def _judgements(result: Result) -> list[str]:
    """What is aimed at, and what came out."""
    lines = []
    for goal in result.goals():
        against = "in pure Python" if goal.language == "Python" else f"in {goal.language}"
        if goal.ratio is None:
            lines.append(f"{goal.direction}: no library {against} that is right was there")
        else:
            lines.append(
                f"{goal.direction}: {goal.ratio:.2f} times as fast as {goal.against}, the fastest "
                f"{against} that is right (aim: {goal.aim:g})"
            )
    return lines


def _notes(result: Result) -> list[str]:
    """What there is to say of each library."""
    lines = []
    for row in result.rows:
        if row.missing:
            lines.append(f"{row.peer.name} isn't there: {row.missing}")
            continue
        said = [f"{row.peer.name} {row.version}", *filter(None, [row.peer.note])]
        for direction in DIRECTIONS:
            if row.way(direction).wrong:
                counts = ", ".join(f"{n} {what}" for what, n in row.way(direction).by.items() if n)
                said.append(f"wrong in {_TITLES[direction].lower()}: {counts}")
        lines.append("; ".join(said))
    return lines


def _machine(result: Result) -> str:
    found = machine.described()
    shown = ", ".join(f"{name} {value}" for name, value in found.items())
    return f"{len(result.rows[0].decode.rounds)} rounds on: {shown}"


def _bar(row: Row, direction: str) -> Bar:
    way = row.way(direction)
    if not way.rounds:
        return Bar(row.peer.name, None, _absent(row))
    rate = _median(row, direction)
    shown = f"{rate:,.0f}"
    if row.peer.job != "whole":
        return Bar(row.peer.name, rate, shown, "part", _PARTS[row.peer.job])
    if way.wrong:
        return Bar(row.peer.name, rate, shown, "wrong", f"{way.wrong} of {way.of} wrong")
    return Bar(row.peer.name, rate, shown, "ours" if row.peer.name == OURS else "other")
