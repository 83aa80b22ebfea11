"""How much the daemon writes to the disk, for the sake of SD cards: for a message, and for a day.

    python -m benchmarks.wear [--json] [--pings 200] [--changes 10] [--rows 3000] [--disk DIR]
                              [--device NAME]

The daemon is a real process on a simulated modem's pty, its store with so many rows on the file
system of DIR. It answers PINGs, then changes the APN there and back. A day without messages is
what its sweeps do to the store: every ten minutes, on a clock that jumps.

* written: the bytes of the calls that write (wchar of proc_pid_io(5)). What goes to the port is
  among them, some 100 bytes a message;
* dirtied: the pages of 4 KiB that the kernel has to bring to the disk for it (write_bytes). A page
  that is written and synced twice counts twice;
* device: what the whole disk was given, with the file system's own journal (/sys/class/block/NAME),
  where NAME is given; for a disk on which nothing else happens.

One commit is two pages of 2 KiB at least and one fsync. A PING is two commits.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from apn_config.store import Store
from benchmarks import machine
from benchmarks.daemon import SENDER, BenchmarkError, program, running, write_config
from benchmarks.figures import table
from benchmarks.probe import ANSWER_S, Probe
from benchmarks.stores import grow, moment
from hil.simulate import Options, Simulation
from modem.simulator import NetworkSettings

SWEEP_S = 600.0
DAY_S = 86400.0
SECTOR_BYTES = 512
# What stands behind an answer, such as the deletion in the modem and its last commit.
SETTLE_S = 0.5
NETWORK = NetworkSettings(apns=("em", "other"), time_scale=20.0)
_CONFIG = """
[apn]
verify_timeout_s = 20
[recovery]
radio_cycles_per_day = 1000
"""


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes so far, or between two moments; `device` is None where none was named."""

    written: int
    dirtied: int
    device: int | None

    @classmethod
    def by(cls, pid: int, device: str | None) -> Written:
        """By a process, and by the whole disk."""
        with Path(f"/proc/{pid}/io").open() as file:
            io = dict(line.split(": ") for line in file)
        sectors = None
        if device is not None:
            os.sync()
            sectors = int(Path(f"/sys/class/block/{device}/stat").read_text().split()[6])
        return cls(
            int(io["wchar"]),
            int(io["write_bytes"]),
            None if sectors is None else sectors * SECTOR_BYTES,
        )

    def each(self, before: Written, count: int) -> Written:
        """What was written since `before`, for each of `count` things."""
        given = None
        if self.device is not None and before.device is not None:
            given = (self.device - before.device) // count
        written, dirtied = self.written - before.written, self.dirtied - before.dirtied
        return Written(written // count, dirtied // count, given)


Result = Mapping[str, Written]


async def measure(home: Path, pings: int, changes: int, rows: int, device: str | None) -> Result:
    """What a PING, a change and an idle day write. Raises BenchmarkError."""
    store = home / "store" / "modem-helper.db"
    grow(store, rows)
    found: dict[str, Written] = {}
    async with AsyncExitStack() as stack:
        simulation = await stack.enter_async_context(
            Simulation(Options(network=NETWORK, start_apn="em"), complain=print)
        )
        station = simulation.stations[0]
        probe = Probe(station, "the daemon")
        simulation.on_submission = lambda _station, sent: probe.answers.put_nowait(sent)
        config = write_config(home, station.pty.port)
        with config.open("a") as file:
            file.write(_CONFIG)
        daemon = await stack.enter_async_context(
            running(program(), "run", "--config", str(config), log=home / "log")
        )
        await probe.ready()
        before = Written.by(daemon.pid, device)
        for number in range(pings):
            await probe.ping(f"#{number} PING", f"#{number} OK PING")
        found["a PING"] = Written.by(daemon.pid, device).each(before, pings)
        before = Written.by(daemon.pid, device)
        for number in range(changes):
            apn = ("other", "em")[number % 2]
            station.modem.deliver(SENDER, f"#{number} APN {apn}")
            answer = await asyncio.wait_for(probe.answers.get(), ANSWER_S)
            if not (answer.text or "").startswith(f"#{number} OK APN {apn}"):
                raise BenchmarkError(f"the change was answered {answer.text!r}")
            await asyncio.sleep(SETTLE_S)
        found["an APN change"] = Written.by(daemon.pid, device).each(before, changes)
    found["an idle day"] = idle_day(store, device)
    return found


def idle_day(path: Path, device: str | None) -> Written:
    """A day of sweeps that find nothing, in this process."""
    with Store.open(path, moment(0)) as store:
        before = Written.by(os.getpid(), device)
        for number in range(int(DAY_S / SWEEP_S)):
            with store.transaction():
                store.housekeeping(moment(SWEEP_S * number))
                store.inbox.open_parts()
        return Written.by(os.getpid(), device).each(before, 1)


def text(result: Result) -> str:
    """For a reader: bytes."""
    rows = [("bytes for", "written", "dirtied", "device")]
    for name, each in result.items():
        device = "-" if each.device is None else f"{each.device:,}"
        rows.append((name, f"{each.written:,}", f"{each.dirtied:,}", device))
    return table(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.wear",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--pings", type=int, default=200, help="how many PINGs (200)")
    parser.add_argument("--changes", type=int, default=10, help="how many APN changes (10)")
    parser.add_argument("--rows", type=int, default=3000, help="messages in the store (3000)")
    parser.add_argument("--device", help="the disk of DIR, such as mmcblk0: count all it is given")
    parser.add_argument("--disk", type=Path, help="a directory on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.disk) as name:
        home = Path(name)
        work = measure(home, options.pings, options.changes, options.rows, options.device)
        result = asyncio.run(work)
        where = {**machine.described(), "file_system": machine.file_system(home)}
    if options.json:
        bytes_of = {
            key: {"written": each.written, "dirtied": each.dirtied, "device": each.device}
            for key, each in result.items()
        }
        print(json.dumps({"machine": where, "rows": options.rows, "bytes": bytes_of}))
    else:
        print(f"{text(result)}\n\nmachine: {json.dumps(where)}")


if __name__ == "__main__":
    main()
