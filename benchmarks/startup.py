"""How long it takes until a command is there, and until the daemon speaks to the modem.

    python -m benchmarks.startup [--json] [--rounds 10]

Seven processes start in turns, ten times each, and the median counts:

* python: `python -c pass`, the least there is;
* libraries: the same, importing what any such daemon of the standard library would;
* dataclasses: `import dataclasses, enum`; codec: the same, and `import modem.sms`;
* bare daemon: `libraries`, and a loop that opens the port and writes to it;
* help: `modem-helper --help`, to its end;
* run: `modem-helper run`, until its first AT command has reached the port; it is stopped then.

Memory is the peak of a process that ends, and the present one of a process that is stopped. Memory
of the former, and what imports take, is told by one more run each: the one reads its own VmHWM at
its end (wait4's peak would be the benchmark's, from which it was forked), the other runs with
`-X importtime`, which slows it by about a third.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.daemon import BenchmarkError, program, write_config
from benchmarks.figures import table
from benchmarks.process import Memory

LIBRARIES = "import asyncio, logging, sqlite3, tomllib, dataclasses"
FIRST_COMMAND_S = 30.0
_DATACLASSES = "import dataclasses, enum"
_CODEC = f"{_DATACLASSES}, modem.sms"
_BARE_DAEMON = f"""{LIBRARIES}, os, sys
async def main():
    os.write(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY), b"AT\\r")
    await asyncio.Event().wait()
asyncio.run(main())"""
_PEAK = """import atexit, sys
def tell():
    print(next(line for line in open("/proc/self/status") if "VmHWM" in line), file=sys.stderr)
atexit.register(tell)
"""
_HELP = "sys.argv[1:] = ['--help']; from cli import main; main()"
_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
_PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Result:
    """By name: seconds of each start, KiB, and seconds that imports took."""

    starts_s: Mapping[str, list[float]]
    rss_kib: Mapping[str, int]
    imports_s: Mapping[str, float]

    def json(self) -> dict[str, object]:
        """Milliseconds and KiB, each also in multiples of what it is measured against."""
        wall_ms = {name: 1000 * self._wall_s(name) for name in self.starts_s}
        rss_kib = self.rss_kib
        return {
            "machine": machine.described(),
            "rounds": len(self.starts_s["python"]),
            "wall_ms": {name: round(value, 1) for name, value in wall_ms.items()},
            "rss_kib": dict(rss_kib),
            "codec_above_dataclasses_ms": round(self._codec_ms(), 1),
            "import_ms": {name: round(1000 * value, 1) for name, value in self.imports_s.items()},
            "ratios": {
                "help_to_python": round(wall_ms["help"] / wall_ms["python"], 2),
                "help_to_libraries": round(wall_ms["help"] / wall_ms["libraries"], 2),
                "run_to_python": round(wall_ms["run"] / wall_ms["python"], 2),
                "run_to_bare_daemon": round(wall_ms["run"] / wall_ms["bare daemon"], 2),
                "run_rss_to_bare_daemon": round(rss_kib["run"] / rss_kib["bare daemon"], 2),
            },
        }

    def text(self) -> str:
        """The same for a reader."""
        python, libraries = (self._wall_s(name) for name in ("python", "libraries"))
        rows: list[tuple[str, ...]] = [
            ("", "ms", "x python", "x libraries", "RSS KiB", "import ms")
        ]
        for name in self.starts_s:
            wall_s = self._wall_s(name)
            ratios = (f"{wall_s / python:.2f}", f"{wall_s / libraries:.2f}")
            imports = f"{1000 * self.imports_s[name]:.0f}"
            rows.append((name, f"{1000 * wall_s:.1f}", *ratios, str(self.rss_kib[name]), imports))
        codec = f"codec above dataclasses and enum: {self._codec_ms():.1f} ms"
        return f"{table(rows)}\n\n{codec}\nmachine: {json.dumps(machine.described())}"

    def _codec_ms(self) -> float:
        return 1000 * (self._wall_s("codec") - self._wall_s("dataclasses"))

    def _wall_s(self, name: str) -> float:
        return statistics.median(self.starts_s[name])


class Port:
    """A pty whose far end waits for the first byte of each start."""

    def __init__(self) -> None:
        self._far, near = os.openpty()
        self._near = near  # keeps the pty alive between two starts
        self.name = os.ttyname(near)

    def close(self) -> None:
        """Take the pty away."""
        os.close(self._far)
        os.close(self._near)

    def until_spoken_to(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the first byte, and throw away what came."""
        ready, _, _ = select.select([self._far], [], [], FIRST_COMMAND_S)
        if not ready:
            raise BenchmarkError(f"{process.args!r} didn't speak to the port")
        os.read(self._far, 4096)


@dataclass(frozen=True, slots=True)
class Ending:
    """A process that ends by itself: how it is started, and as code in a running interpreter."""

    command: tuple[str, ...]
    code: str

    def wall_s(self) -> float:
        """Seconds from its start to its end."""
        began_s = time.perf_counter()
        _output_of(*self.command)
        return time.perf_counter() - began_s

    def rss_kib(self) -> int:
        """The peak of its memory."""
        return int(_output_of(_PYTHON, "-c", _PEAK + self.code).split()[-2])

    def imports_s(self) -> float:
        """What its imports took."""
        return _import_s(_output_of(_PYTHON, "-X", "importtime", *self.command[1:]))


@dataclass(frozen=True, slots=True)
class Lasting:
    """A process that speaks to the port and stays: it is over when the first byte is there."""

    command: tuple[str, ...]
    port: Port

    def wall_s(self) -> float:
        """Seconds from its start to its first byte."""
        began_s = time.perf_counter()
        with _started(self.command) as process:
            self.port.until_spoken_to(process)
            return time.perf_counter() - began_s

    def rss_kib(self) -> int:
        """Its memory when it speaks."""
        with _started(self.command) as process:
            self.port.until_spoken_to(process)
            return Memory.of(process.pid).rss_kib

    def imports_s(self) -> float:
        """What its imports took until then."""
        with tempfile.TemporaryFile() as said:
            command = (_PYTHON, "-X", "importtime", *self.command[1:])
            with _started(command, said.fileno()) as process:
                self.port.until_spoken_to(process)
            said.seek(0)
            return _import_s(said.read().decode())


def _output_of(*command: str) -> str:
    """Run a command to its end; what it said on stderr."""
    ended = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=_environment(),
    )
    if ended.returncode:
        raise BenchmarkError(f"{command!r} ended with {ended.returncode}: {ended.stderr}")
    return ended.stderr


def _environment() -> dict[str, str]:
    """This one, but with byte code kept, as it is by every installation."""
    return {name: value for name, value in os.environ.items() if name != _NO_BYTE_CODE}


@contextmanager
def _started(
    command: Sequence[str], errors: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=errors, env=_environment()
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _import_s(said: str) -> float:
    """The sum of "import time: self [us] | cumulative | imported package"."""
    times_us = re.findall(r"^import time:\s+(\d+) \|", said, re.MULTILINE)
    return sum(map(int, times_us)) / 1e6


def measure(rounds: int) -> Result:
    """Start them all in turns. Raises BenchmarkError."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home, closing(Port()) as port:
        config = str(write_config(Path(home), port.name))
        cases: dict[str, Ending | Lasting] = {
            "python": Ending((_PYTHON, "-c", "pass"), "pass"),
            "libraries": Ending((_PYTHON, "-c", LIBRARIES), LIBRARIES),
            "dataclasses": Ending((_PYTHON, "-c", _DATACLASSES), _DATACLASSES),
            "codec": Ending((_PYTHON, "-c", _CODEC), _CODEC),
            "bare daemon": Lasting((_PYTHON, "-c", _BARE_DAEMON, port.name), port),
            "help": Ending((_PYTHON, program(), "--help"), _HELP),
            "run": Lasting((_PYTHON, program(), "run", "--config", config), port),
        }
        # The first round compiles what isn't compiled yet, and fills the page cache.
        rss_kib = {name: case.rss_kib() for name, case in cases.items()}
        imports_s = {name: case.imports_s() for name, case in cases.items()}
        starts_s: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(rounds):
            for name, case in cases.items():
                starts_s[name].append(case.wall_s())
    return Result(starts_s, rss_kib, imports_s)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.startup",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, default=10, help="starts of each (10)")
    options = parser.parse_args()
    result = measure(options.rounds)
    print(json.dumps(result.json()) if options.json else result.text())


if __name__ == "__main__":
    main()
