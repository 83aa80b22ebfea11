"""Our daemon and others that receive SMS, under kill -9 and faults: what is lost or doubled.

    python -m benchmarks.peers_under_fire [--json] [--markdown FILE] [--svg FILE]
                                          [--kills 60] [--patience 30] [--seed 1] [--only NAME]

Others: gammu-smsd, smstools, python-gsmmodem-new (`make clients` installs them). Each has a
simulated modem of its own that goes on when it is killed, and one program runs at a time. The page
says how it is counted. It takes about 25 minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.daemon import BenchmarkError
from benchmarks.peers_under_fire import page, station, trials
from benchmarks.peers_under_fire.programs import PROGRAMS, Program
from benchmarks.peers_under_fire.report import Cell, Kills, Result, Tried

KILLS = 60
PATIENCE_S = 30.0
SEED = 1
_MODULE = "python -m benchmarks.peers_under_fire"


def measure(programs: Sequence[Program], kills: int, patience_s: float, seed: int) -> Result:
    """Run all that are installed, one after the other."""
    begun_s = time.monotonic()
    tried = [_tried(program) for program in programs]
    there = [program for program, found in zip(programs, tried, strict=True) if found.version]
    killed: list[Kills] = []
    cells: list[Cell] = []
    for program in there:
        first_s = trials.first_message_s(program)
        killed.append(trials.kill_at_random(program, kills, first_s, seed, patience_s))
        _say(f"{program.name}: {killed[-1].ways}")
        for trouble in trials.TROUBLES:
            cells.append(trials.disturb(program, trouble, seed, patience_s))
            _say(f"{program.name}: {trouble.name}: {cells[-1].told()}")
    command = f"{_MODULE} --kills {kills} --patience {patience_s:g} --seed {seed}"
    took_s = round(time.monotonic() - begun_s)
    # What else ran on the machine has its part in all times.
    on = {**machine.described(), "load average": f"{os.getloadavg()[2]:.1f}"}
    return Result(tried, killed, cells, on, command, patience_s, took_s)


def _tried(program: Program) -> Tried:
    version = program.version()
    notes = program.notes if version else f"To install it: {program.install}"
    return Tried(program.name, version, notes, program.files)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def method() -> dict[str, object]:
    """The numbers of how it is measured, for the page."""
    return {
        "aim_ms": f"{1000 * trials.AIM_S:g}",
        "life": trials.LIFE,
        "starts": trials.STARTS,
        "quiet": f"{trials.QUIET_EMPTY_S:g}",
        "probe": f"{trials.PROBE_S:g}",
        "burst": trials.BURST,
        "spacing_ms": f"{1000 * trials.SPACING_S:g}",
        "slow_ms": f"{1000 * trials.SLOW_S:g}",
        "tail": f"{trials.TAIL_S:g}",
        "restart": f"{trials.RESTART_S:g}",
        "full": trials.OVERFLOW,
        "room": station.ROOM,
        "profile": station.PROFILE,
        "baud": station.BAUD,
        "scale": station.TIME_SCALE,
        "file_system": machine.file_system(Path(tempfile.gettempdir())).partition(" ")[0],
    }


def main() -> None:
    """Measure and print, and write what is asked for."""
    parser = argparse.ArgumentParser(
        prog=_MODULE,
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write a bar chart")
    parser.add_argument("--kills", type=int, default=KILLS, help=f"of each program ({KILLS})")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_S,
        metavar="S",
        help=f"how long one may do nothing before it is called stuck ({PATIENCE_S:g})",
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"of all lots ({SEED})")
    parser.add_argument("--only", default="", metavar="NAME", help="programs of that name")
    options = parser.parse_args()
    programs = [program for program in PROGRAMS if options.only in program.name]
    try:
        result = measure(programs, options.kills, options.patience, options.seed)
    except BenchmarkError as error:
        sys.exit(str(error))
    if options.svg:
        options.svg.write_text(page.svg(result))
    text = page.markdown(result, options.svg and options.svg.name, method())
    if options.markdown:
        options.markdown.write_text(text)
    print(json.dumps(result.json()) if options.json else text)


if __name__ == "__main__":
    main()
