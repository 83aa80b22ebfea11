"""How a run is told: as a page with tables, as a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from benchmarks.barchart import Bar, Panel
from benchmarks.barchart import svg as chart
from benchmarks.peers_under_fire.report import OUTCOMES, Cell, Kills, Result, kinder

_OURS = "modem-helper"

_PAGE = """\
# Programs that receive SMS, under kill -9 and faults

Our daemon and other programs that receive SMS, each on a [simulated modem](simulator.md) that
outlives it, with the same messages, the same seeds and the same rules. Written by
`python -m benchmarks.peers_under_fire --markdown FILE --svg FILE`.

* A message is **handed over** when the program's user has it: in the program's own inbox (files, or
  our store), or by its hook, which appends the text to a file and syncs it. Both are counted; where
  one number is shown, it is that of the way with fewer lost, then fewer doubled.
* **lost**: neither handed over nor in the modem. **doubled**: handed over more than once. **left**:
  in the modem, or waiting at the network for room there, at the end. **altered**: texts handed over
  that nobody sent; the message itself is lost then.

## kill -9

{chart}{kills}

Two messages for each kill, at a steady pace. All processes of the program are killed at once, and
it is started again at once. Half of the kills come within {aim_ms} ms, by lot, after a message's
PDU was seen on the line; half at a moment, by lot, of a life of up to {life} times the span from a
start to the first message handed over ("first message", the median of {starts} starts). Then it
runs undisturbed until the modem is empty and each message was handed over, or until nothing has
changed for {patience} s ({quiet} s where the modem is empty). kill -9 leaves the kernel's page
cache as it is: this says nothing of a power cut.

## Faults

{faults}

* stuck: with messages left in the modem and the fault over, nothing was handed over for
  {patience} s, nor one more message within {probe} s.
{remarks}

How often the plan's faults came; by lot, or by the number of commands that a program sends:

{happened}

Each program has handed over one message before the fault begins. Then {burst} messages come, one
every {spacing_ms} ms (every {slow_ms} ms where a fault comes 1 in 10 or 1 in 4), with the fault on
for their time and {tail} s more, and it runs undisturbed as above. A program that ends by itself
is started again after {restart} s. The modem restarts, and the cable goes, between two messages;
the port comes back under the same name. For the full storage the program is stopped, {full}
messages come where {room} have room, and it is started.

## Programs and configurations

The modem is a simulated `{profile}` at {baud} baud, whose network and start are {scale} times as
fast as real ones. It gives a new message the first free place of its memory. `@home@` is a
directory of the program's own on {file_system}, `@port@` the port.

{programs}

Measured with `{command}` in {took} minutes, on: {machine}
"""


def svg(result: Result) -> str:
    """Lost and doubled after the kills, the kinder way of each program."""

    def bars(outcome: str) -> list[Bar]:
        return [
            Bar(
                found.program,
                float(number := getattr(found.ways[way := kinder(found.ways)], outcome)),
                str(number),
                "ours" if found.program == _OURS else "other",
                way,
            )
            for found in result.kills
        ]

    kills = result.kills[0].kills
    sent = next(iter(result.kills[0].ways.values())).sent
    panels = [Panel(f"{outcome}, of {sent}", bars(outcome)) for outcome in ("lost", "doubled")]
    return chart(f"Messages after {kills} times kill -9", panels, "Fewer is better.")


def markdown(result: Result, chart_name: str | None, method: dict[str, object]) -> str:
    """The page. `method` are the numbers of how it was measured."""
    picture = f"![Messages lost and doubled]({chart_name})\n\n" if chart_name else ""
    return _PAGE.format(
        chart=picture,
        kills=_kills(result.kills),
        faults=_matrix(result, Cell.told),
        happened=_matrix(result, lambda cell: str(cell.happened)),
        remarks="\n".join(_remarks(result)),
        programs="\n\n".join(_programs(result)),
        patience=f"{result.patience_s:g}",
        command=result.command,
        took=f"{result.took_s / 60:.0f}",
        machine=", ".join(f"{name} {value}" for name, value in result.machine.items()),
        **method,
    )


def _kills(kills: Sequence[Kills]) -> str:
    heading = ("program", "way", "kills", "messages", *OUTCOMES, "first message", "in all")
    rows = [
        (
            found.program,
            way,
            found.kills,
            count.sent,
            *(getattr(count, outcome) for outcome in OUTCOMES),
            f"{found.first_s:.2f} s",
            f"{found.took_s:.0f} s",
        )
        for found in kills
        for way, count in found.ways.items()
    ]
    return _table(heading, rows)


def _matrix(result: Result, shown: Callable[[Cell], str]) -> str:
    names = [tried.name for tried in result.tried if tried.version]
    rows = []
    for trouble in result.troubles:
        cells = (result.cell(name, trouble) for name in names)
        rows.append((trouble, *("" if cell is None else shown(cell) for cell in cells)))
    return _table(("what goes wrong", *names), rows)


def _remarks(result: Result) -> list[str]:
    """What the matrix doesn't show: the other way where it differs, and ends."""
    found = []
    for cell in result.cells:
        shown = kinder(cell.ways)
        for way, count in cell.ways.items():
            if count != cell.ways[shown]:
                found.append(f"* {cell.program}, {cell.trouble}: by {way} {count.told()}.")
        if cell.ended:
            times = "once" if cell.ended == 1 else f"{cell.ended} times"
            found.append(f"* {cell.program}, {cell.trouble}: ended by itself, {times}.")
    return found


def _programs(result: Result) -> list[str]:
    found = []
    for tried in result.tried:
        told = f"### {tried.name}\n\n{tried.version or 'not installed'}. {tried.notes}".rstrip()
        files = [f"`{name}`\n\n```\n{text.rstrip()}\n```" for name, text in tried.files.items()]
        found += [told, *(files if tried.version else ())]
    return found


def _table(heading: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
