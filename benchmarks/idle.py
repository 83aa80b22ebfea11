"""What the daemon costs while nothing happens: a minute of waiting, as the kernel counts it.

    python -m benchmarks.idle [--json] [--seconds 60]

The daemon is a real process on a simulated modem's pty, and has answered a PING before, so all that
it ever loads is there. Nothing should wake it then but the sweep, every ten minutes. Beside it
waits a bare asyncio process that does nothing at all, for the ratio of memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.daemon import program, running, write_config
from benchmarks.figures import table
from benchmarks.probe import Probe
from benchmarks.process import Memory, Work
from hil.simulate import Options, Simulation

BARE = "import asyncio; asyncio.run(asyncio.Event().wait())"


@dataclass(frozen=True, slots=True)
class Result:
    """What both did in `seconds`, and what memory they held at the end."""

    seconds: float
    work: Work
    memory: Memory
    bare_work: Work
    bare_memory: Memory

    def json(self) -> dict[str, object]:
        """Milliseconds, counts and KiB."""
        return {
            "machine": machine.described(),
            "seconds": self.seconds,
            "daemon": _json(self.work, self.memory),
            "bare_asyncio": _json(self.bare_work, self.bare_memory),
            "ratios": {
                "rss_to_bare": round(self.memory.rss_kib / self.bare_memory.rss_kib, 2),
                "pss_to_bare": round(self.memory.pss_kib / self.bare_memory.pss_kib, 2),
            },
        }

    def text(self) -> str:
        """The same for a reader."""
        ours, bare = _json(self.work, self.memory), _json(self.bare_work, self.bare_memory)
        rows = [(f"in {self.seconds:g} s", "daemon", "bare asyncio")]
        rows += [(name, str(ours[name]), str(bare[name])) for name in ours]
        return f"{table(rows)}\n\nmachine: {json.dumps(machine.described())}"


def _json(work: Work, memory: Memory) -> dict[str, float]:
    counted = asdict(work)
    return {"cpu_ms": round(1000 * counted.pop("cpu_s"), 3), **counted, **asdict(memory)}


async def measure(seconds: float) -> Result:
    """Wait beside an idle daemon. Raises BenchmarkError."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        simulation = await stack.enter_async_context(Simulation(Options(), complain=print))
        station = simulation.stations[0]
        probe = Probe(station, "the daemon")
        simulation.on_submission = lambda _station, sent: probe.answers.put_nowait(sent)
        config = write_config(home, station.pty.port)
        daemon = await stack.enter_async_context(
            running(program(), "run", "--config", str(config), log=home / "log")
        )
        bare = await stack.enter_async_context(
            running(sys.executable, "-c", BARE, log=home / "bare-log")
        )
        await probe.ready()
        await probe.ping("#0 PING", "#0 OK PING")
        await probe.silence(1.0)
        before, bare_before = Work.of(daemon.pid), Work.of(bare.pid)
        await asyncio.sleep(seconds)
        return Result(
            seconds,
            Work.of(daemon.pid).since(before),
            Memory.of(daemon.pid),
            Work.of(bare.pid).since(bare_before),
            Memory.of(bare.pid),
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.idle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to wait (60)")
    options = parser.parse_args()
    result = asyncio.run(measure(options.seconds))
    print(json.dumps(result.json()) if options.json else result.text())


if __name__ == "__main__":
    main()
