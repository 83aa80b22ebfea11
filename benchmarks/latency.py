"""From the bytes of +CMTI leaving the modem to the bytes of AT+CMGS arriving there, for a PING.

    python -m benchmarks.latency [--json] [--count 200] [--disk DIRECTORY]

The daemons are real processes on ptys. The simulated modems run in this process, and the times are
taken at their end of the wire, right before a write to the pty and right after a read from it. A
tap between the two would add a second pty with its own wake-ups to each direction; here the only
thing added is reading a clock. So the kernel's tty and its wake-ups, both ways, are in the figures.

Three clients take turns, each with a modem of its own, one message at a time:

* disk: the daemon, with its store on a real file system;
* memory: the same daemon with its store on tmpfs, where a commit syncs nothing;
* bare: two commands, no store and no checks (bare_client.py).

So `disk - memory` is the commit to disk, and `memory` without the modem's own time the program. The
modem's own time is that from reading a command to having written its answer, and that of writing
+CMTI. Messages come one by one with a pause before each, as they do in the field: the processor has
forgotten the program by then, and the same work takes several times as long as in a loop.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import bare_client, machine
from benchmarks.daemon import SHORT_NUMBER, program, running, write_config
from benchmarks.figures import Spread, table
from benchmarks.probe import Probe, Sample
from hil.simulate import Options, Simulation
from hil.station import Station
from modem import sms
from modem.simulator import NetworkSettings

MEMORY = Path("/dev/shm")
# What systems keep over a reboot, and so have on a disk.
DISK = Path("/var/tmp")
WARM_UP = 5
# What storing a PING and its answer appends to the -wal file: seven pages, each behind 24 octets
# (strace). SQLite begins the file anew after a thousand.
COMMIT_BYTES = 7 * (2048 + 24)
LOG_BYTES = 1000 * (2048 + 24)
# What the network takes to accept an answer comes behind what is measured.
_NETWORK = NetworkSettings(submit_s=0.005)


@dataclass(slots=True)
class Lane:
    """One of those that take turns. `answers` is false for one that says the same to everything."""

    name: str
    probe: Probe
    answers: bool
    samples: list[Sample] = field(default_factory=list)

    async def ping(self, tag: str) -> Sample:
        """One message there and back."""
        return await self.probe.ping(f"#{tag} PING", f"#{tag} OK PING" if self.answers else None)


@dataclass(frozen=True, slots=True)
class Result:
    """All samples, by lane, and the bare cost of a commit's write, in seconds."""

    lanes: Sequence[Lane]
    syncs_s: Sequence[float]
    disk: Path

    def json(self) -> dict[str, object]:
        """Milliseconds, and ratios of medians."""
        disk, memory, bare = self.lanes
        totals = {lane.name: _total(lane).median for lane in self.lanes}
        clients = {lane.name: _client(lane).median for lane in self.lanes}
        return {
            "machine": machine.described(),
            "file_system": machine.file_system(self.disk),
            "count": len(disk.samples),
            "latency_ms": {lane.name: _total(lane).json(3) for lane in self.lanes},
            "parts_ms": {
                "program": round(clients["memory"], 3),
                "commit_to_disk": round(clients["disk"] - clients["memory"], 3),
                "modem": round(_modem(disk).median, 3),
            },
            "fdatasync_ms": Spread.of([1000 * s for s in self.syncs_s]).json(3),
            "commands": {lane.name: list(_usual_commands(lane)) for lane in self.lanes},
            "round_trips": {lane.name: len(_usual_commands(lane)) for lane in self.lanes},
            "ratios": {
                "disk_to_memory": round(totals[disk.name] / totals[memory.name], 2),
                "memory_to_bare": round(totals[memory.name] / totals[bare.name], 2),
                "program_to_bare": round(clients[memory.name] / clients[bare.name], 2),
            },
        }

    def text(self) -> str:
        """The same for a reader."""
        found = self.json()
        rows: list[tuple[str, ...]] = [
            ("ms", "median", "p95", "max", "of it the modem's", "commands")
        ]
        for lane in self.lanes:
            total = _total(lane)
            figures = [f"{value:.3f}" for value in (total.median, total.p95, total.max)]
            commands = " ".join(_usual_commands(lane))
            rows.append((lane.name, *figures, f"{_modem(lane).median:.3f}", commands))
        sections = [
            f"+CMTI to AT+CMGS, {found['count']} PINGs each, store on {found['file_system']}"
        ]
        sections.append(table(rows))
        names = ("parts_ms", "fdatasync_ms", "ratios", "machine")
        sections += [f"{name}: {json.dumps(found[name])}" for name in names]
        return "\n\n".join(sections)


def _total(lane: Lane) -> Spread:
    return Spread.of([1000 * sample.total_s for sample in lane.samples])


def _client(lane: Lane) -> Spread:
    return Spread.of([1000 * sample.client_s for sample in lane.samples])


def _modem(lane: Lane) -> Spread:
    return Spread.of([1000 * sample.modem_s for sample in lane.samples])


def _usual_commands(lane: Lane) -> tuple[str, ...]:
    return Counter(sample.commands for sample in lane.samples).most_common(1)[0][0]


async def measure(count: int, disk: Path) -> Result:
    """Run `count` messages through each lane, in turns. Raises BenchmarkError."""
    async with _lanes(disk) as (lanes, home):
        for lane in lanes:
            await lane.probe.ready()
        for number in range(WARM_UP):
            for lane in lanes:
                await lane.ping(f"W{number}")
        syncs_s = []
        with (home / "sync").open("wb", buffering=0) as scratch:
            for number in range(count):
                for lane in lanes:
                    lane.samples.append(await lane.ping(str(number)))
                syncs_s.append(_sync(scratch.fileno(), number * COMMIT_BYTES % LOG_BYTES))
    return Result(lanes, syncs_s, disk)


def _sync(scratch: int, offset: int) -> float:
    """Seconds to write as much as a commit does, and have it on the disk."""
    began_s = time.perf_counter()
    os.pwrite(scratch, bytes(COMMIT_BYTES), offset)
    os.fdatasync(scratch)
    return time.perf_counter() - began_s


@asynccontextmanager
async def _lanes(disk: Path) -> AsyncIterator[tuple[list[Lane], Path]]:
    """The three, running; and a directory on the disk that is measured."""
    async with AsyncExitStack() as stack:
        homes = {
            name: Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=parent))
            )
            for name, parent in (("disk", disk), ("memory", MEMORY))
        }
        simulation = await stack.enter_async_context(
            Simulation(Options(network=_NETWORK, modems=3), complain=print)
        )
        names = (*homes, "bare")
        probes = [
            Probe(station, name) for station, name in zip(simulation.stations, names, strict=True)
        ]
        simulation.on_submission = lambda station, sent: probes[station.number].answers.put_nowait(
            sent
        )
        for (_, home), station in zip(homes.items(), simulation.stations, strict=False):
            config = write_config(home, station.pty.port)
            await stack.enter_async_context(
                running(program(), "run", "--config", str(config), log=home / "log")
            )
        log = homes["memory"] / "bare-log"
        await stack.enter_async_context(running(*_bare(simulation.stations[2]), log=log))
        lanes = [
            Lane(name, probe, name != "bare") for name, probe in zip(names, probes, strict=True)
        ]
        yield lanes, homes["disk"]


def _bare(station: Station) -> tuple[str, ...]:
    (part,) = sms.compose(SHORT_NUMBER, "OK PING")
    script = str(Path(bare_client.__file__))
    return (sys.executable, "-SE", script, station.pty.port, str(part.tpdu_length), part.pdu)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.latency",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--count", type=int, default=200, help="messages for each (200)")
    parser.add_argument(
        "--disk", type=Path, default=DISK, help=f"directory on the disk to measure ({DISK})"
    )
    options = parser.parse_args()
    result = asyncio.run(measure(options.count, options.disk))
    print(json.dumps(result.json()) if options.json else result.text())


if __name__ == "__main__":
    main()
