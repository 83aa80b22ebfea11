"""What a message costs in a store that has grown: side by side with an empty one.

    python -m benchmarks.growth [--json] [--rows 0 3000 1000000] [--messages 200] [--disk DIR]

For each number of messages, with as many answers, a store is made, and opened by this process, on
the file system of DIR. A message is what the daemon commits for a PING: it is stored together with
its answer, and the answer is marked as taken, each commit on the disk (synchronous=FULL). Page
reads are counted by the kernel (pread of the database and its -wal file); those of a checkpoint,
which moves some 80 messages from the -wal file to the database, are told apart.

Keys are random, so a page of their index is read for most messages once the index is larger than
the cache of 2 MB. A store that is up to 16 MB large is checked whole when it is opened.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from apn_config.store import Store
from benchmarks import machine
from benchmarks.figures import Spread, table
from benchmarks.stores import Answering, grow, moment, page_reads

ROWS = (0, 3000, 1_000_000)
CHECKPOINT_EVERY = 80


@dataclass(frozen=True, slots=True)
class Result:
    """One store: its size, what opening, messages and a sweep took, and the pages read."""

    rows: int
    file_bytes: int
    open_s: float
    message_s: Spread
    message_cpu_s: Spread
    sweep_s: float
    first_reads: int
    reads: Spread
    checkpoint_reads: float

    def json(self) -> dict[str, object]:
        """Milliseconds, bytes and counts."""
        return {
            "rows": self.rows,
            "file_bytes": self.file_bytes,
            "open_ms": round(1000 * self.open_s, 2),
            "message_ms": _milliseconds(self.message_s).json(3),
            "message_cpu_ms": _milliseconds(self.message_cpu_s).json(3),
            "sweep_ms": round(1000 * self.sweep_s, 2),
            "page_reads": {
                "first": self.first_reads,
                **self.reads.json(1),
                "checkpoint": round(self.checkpoint_reads, 1),
            },
        }


def _milliseconds(spread: Spread) -> Spread:
    return Spread(1000 * spread.median, 1000 * spread.p95, 1000 * spread.max)


def measure(path: Path, rows: int, messages: int) -> Result:
    """Make a store of that many rows at `path`, and use it."""
    grow(path, rows)
    page_reads()
    of_counting = -page_reads() + page_reads()
    took_s: list[float] = []
    cpu_s: list[float] = []
    reads: list[int] = []
    checkpoints: list[int] = []
    began_s = time.perf_counter()
    with Store.open(path, moment(0)) as store:
        open_s = time.perf_counter() - began_s
        answering = Answering(store)
        for number in range(messages):
            before, began_s, began_cpu_s = page_reads(), time.perf_counter(), time.thread_time()
            answering.ping(number)
            cpu_s.append(time.thread_time() - began_cpu_s)
            took_s.append(time.perf_counter() - began_s)
            reads.append(page_reads() - before - of_counting)
            if number % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1:
                before = page_reads()
                store.truncate_wal()
                checkpoints.append(page_reads() - before - of_counting)
        began_s = time.perf_counter()
        with store.transaction():
            store.housekeeping(moment(0))
            store.inbox.open_parts()
        sweep_s = time.perf_counter() - began_s
    return Result(
        rows,
        path.stat().st_size,
        open_s,
        Spread.of(took_s),
        Spread.of(cpu_s),
        sweep_s,
        reads[0],
        Spread.of(reads[1:]),
        sum(checkpoints) / max(1, len(checkpoints)),
    )


def text(results: Sequence[Result]) -> str:
    """Side by side."""
    lines: list[tuple[str, Callable[[Result], float], str]] = [
        ("messages, and answers", lambda each: each.rows, ","),
        ("file, MB", lambda each: each.file_bytes / 1e6, ".2f"),
        ("opening, ms", lambda each: 1000 * each.open_s, ".1f"),
        ("a message, ms: median", lambda each: 1000 * each.message_s.median, ".2f"),
        ("  95 of 100 below", lambda each: 1000 * each.message_s.p95, ".2f"),
        ("  median of CPU time", lambda each: 1000 * each.message_cpu_s.median, ".2f"),
        ("a sweep's part, ms", lambda each: 1000 * each.sweep_s, ".2f"),
        ("page reads: first message", lambda each: each.first_reads, "g"),
        ("  median of the others", lambda each: each.reads.median, "g"),
        ("  95 of 100 below", lambda each: each.reads.p95, "g"),
        ("  most", lambda each: each.reads.max, "g"),
        ("  of a checkpoint", lambda each: each.checkpoint_reads, ".0f"),
    ]
    return table(
        [(name, *(f"{value(each):{form}}" for each in results)) for name, value, form in lines]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help="sizes (0 3000 1000000)")
    parser.add_argument("--messages", type=int, default=200, help="how many messages (200)")
    parser.add_argument("--disk", type=Path, help="a directory on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.disk) as name:
        home = Path(name)
        results = [measure(home / f"{rows}.db", rows, options.messages) for rows in options.rows]
        disk = machine.file_system(home)
    where = {**machine.described(), "file_system": disk}
    if options.json:
        print(json.dumps({"machine": where, "stores": [each.json() for each in results]}))
    else:
        print(f"{text(results)}\n\nmachine: {json.dumps(where)}")


if __name__ == "__main__":
    main()
