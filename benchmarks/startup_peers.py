"""How long our daemon and three others take to start, and the memory that they hold, side by side.

    python -m benchmarks.startup_peers [--json] [--markdown FILE] [--rounds 10] [--settled 15]
                                       [--only NAME]

Others: gammu-smsd, smstools (smsd), ModemManager; `make clients` installs them. In turns, each is
started for its --help, and to the first byte that it sends to a modem's port. Memory is that of all
its processes, once it has worked on a simulated modem for a while. The page says the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.daemon import BenchmarkError, program, write_config
from benchmarks.figures import table
from benchmarks.peers_under_fire.programs import PATH, PROGRAMS, Program
from benchmarks.peers_under_fire.station import PROFILE, Station
from benchmarks.process import Memory
from benchmarks.startup import FIRST_COMMAND_S, Port

OURS = "modem-helper"
MANAGER = "ModemManager"
# By then each has identified the modem, and does what it does between two messages.
SETTLED_S = 15.0
_HELP = {
    OURS: ("--help",),
    "gammu-smsd": ("--help",),
    "smstools": ("-h",),
    MANAGER: ("--help",),
}
_PAGE = """\
# Start and memory beside other programs

Written by `python -m benchmarks.startup_peers --markdown FILE`. Our daemon, two others that receive
SMS, and ModemManager, each started {rounds} times, in turns; the median counts. In brackets: times
what ours takes.

{figures}

* **--help**: the whole process, to its end. Of ours the command as it is installed, byte code kept.
* **first AT command**: from the start of the process to the first byte at a pty that never answers.
  Our daemon has opened its store and its control socket by then. The others are configured as in
  [peers-under-fire](peers-under-fire.md). ModemManager gets the port in a file of events, since no
  udev is asked (`--initial-kernel-events`), on a message bus that is there before; it waits on
  purpose before it asks a new port.
* **memory**: of all processes of the program, {settled} s after its start, with a simulated
  `{profile}` that answers. RSS counts what processes share in full, PSS by share.

Ours is Python, the others are C: an interpreter, asyncio and SQLite are most of what it holds.

{missing}machine: {machine}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that was measured: seconds of each start, KiB."""

    name: str
    version: str
    help_s: list[float]
    first_s: list[float]
    memory: Memory

    def figures(self) -> dict[str, float]:
        """By the name of a column."""
        return {
            "help_ms": round(1000 * statistics.median(self.help_s), 1),
            "first_command_ms": round(1000 * statistics.median(self.first_s), 1),
            "rss_mib": round(self.memory.rss_kib / 1024, 1),
            "pss_mib": round(self.memory.pss_kib / 1024, 1),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """All of them, ours first; `missing` are names of programs that aren't installed."""

    peers: Sequence[Peer]
    missing: Sequence[str]
    rounds: int
    settled_s: float

    def json(self) -> dict[str, object]:
        """Figures of each, and each in multiples of ours."""
        return {
            "machine": _on(),
            "rounds": self.rounds,
            "versions": {peer.name: peer.version for peer in self.peers},
            "figures": {peer.name: peer.figures() for peer in self.peers},
            "to_ours": {peer.name: self._to_ours(peer) for peer in self.peers},
            "missing": list(self.missing),
        }

    def _to_ours(self, peer: Peer) -> dict[str, float]:
        ours = self.peers[0].figures()
        return {key: round(value / ours[key], 2) for key, value in peer.figures().items()}

    def rows(self) -> list[tuple[str, ...]]:
        """A table's, the first its heading."""
        found: list[tuple[str, ...]] = [
            ("program", "--help", "first AT command", "RSS", "PSS"),
        ]
        for peer in self.peers:
            ratios = self._to_ours(peer)
            cells = (
                f"{value:g} {'ms' if key.endswith('_ms') else 'MiB'} ({ratios[key]:.2f})"
                for key, value in peer.figures().items()
            )
            found.append((f"{peer.name} ({peer.version})", *cells))
        return found

    def markdown(self) -> str:
        """The page."""
        heading, *rows = (f"| {' | '.join(row)} |" for row in self.rows())
        missing = f"Not installed here: {', '.join(self.missing)}.\n\n" if self.missing else ""
        return _PAGE.format(
            rounds=self.rounds,
            figures="\n".join([heading, "|---|---|---|---|---|", *rows]),
            settled=f"{self.settled_s:g}",
            profile=PROFILE,
            missing=missing,
            machine=json.dumps(_on()),
        )


def _on() -> Mapping[str, str | int]:
    """The machine; what else ran on it has its part in all times."""
    return {**machine.described(), "load_average": f"{os.getloadavg()[2]:.1f}"}


class Starter:
    """Starts one program on a port, in a directory of its own; others need more than that."""

    def __init__(self, peer: Program, home: Path) -> None:
        self.name = peer.name
        self._peer = peer
        self._home = home
        self._count = 0

    def version(self) -> str | None:
        """As its package tells, None where it isn't installed."""
        found = self._peer.version()
        return found and found.removesuffix(" of Debian").split()[-1]

    def help(self) -> Sequence[str]:
        """The command that prints its help."""
        return (program() if self.name == OURS else self._peer.command[0], *_HELP[self.name])

    @contextmanager
    def command(self, port: str) -> Iterator[Sequence[str]]:
        """The command that drives the modem at `port`."""
        self._count += 1
        home = self._home / str(self._count)
        home.mkdir(parents=True)
        if self.name == OURS:
            # As it is installed: a script that runs the tree would compile cli.py at each start.
            yield (program(), "run", "--config", str(write_config(home, port)))
        else:
            yield self._peer.prepare(home, Path(port))


class ManagerStarter(Starter):
    """ModemManager, on a bus and with a /dev of its own (tests/clients), which takes root."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        from tests.clients.bus import need_private_root, private_bus
        from tests.clients.modem_manager import start_polkit
        from tests.clients.programs import program as found

        self.name = MANAGER
        self._home = home
        self._count = 0
        home.mkdir()
        self._unshare = need_private_root()
        self._path = found(MANAGER, "modemmanager")
        self._bus = stack.enter_context(private_bus(home / "bus"))
        start_polkit(stack, home / "polkit", self._bus)

    def version(self) -> str | None:
        from tests.clients.programs import run

        said = run([self._path, "--version"], self._home).output
        return said.splitlines()[0].split()[-1]

    def help(self) -> Sequence[str]:
        return (self._path, *_HELP[MANAGER])

    @contextmanager
    def command(self, port: str) -> Iterator[Sequence[str]]:
        from tests.clients.bus import private_root
        from tests.clients.modem_manager import PREPARE
        from tests.clients.station import until

        self._count += 1
        home = self._home / str(self._count)
        home.mkdir()
        events = home / "events"
        events.write_text("action=add,subsystem=tty,name=ttySIM0,uid=sim\n")
        options = ["--test-no-udev", "--no-auto-scan", f"--initial-kernel-events={events}"]
        values = {"HOME": str(home), "PORT": str(Path(port).resolve()), "USB_ID": "1e0e:9001"}
        prepared = private_root(self._unshare, PREPARE, ["sleep", "infinity"], values)
        # What is mounted for it isn't part of its start.
        with _started(prepared) as place:
            until(lambda: _is_named(place.pid, "sleep"), "its /dev is there")
            enter = ["nsenter", f"--target={place.pid}", "--mount", "env"]
            environment = [f"{name}={value}" for name, value in self._bus.environment.items()]
            yield [*enter, *environment, self._path, *options]


def measure(rounds: int, settled_s: float, only: str = "") -> Result:
    """Start them all in turns. Raises BenchmarkError."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        starters, missing = _starters(home, stack, only)
        port = stack.enter_context(closing(Port()))
        helps: Mapping[str, list[float]] = {starter.name: [] for starter in starters}
        firsts: Mapping[str, list[float]] = {starter.name: [] for starter in starters}
        for number in range(rounds + 1):
            for starter in starters:
                help_s, first_s = _help_s(starter), _first_s(starter, port)
                # The first round compiles what isn't compiled yet, and fills the page cache.
                if number:
                    helps[starter.name].append(help_s)
                    firsts[starter.name].append(first_s)
        peers = [
            Peer(
                starter.name,
                starter.version() or "?",
                helps[starter.name],
                firsts[starter.name],
                _memory(starter, home, settled_s),
            )
            for starter in starters
        ]
    return Result(peers, missing, rounds, settled_s)


def _starters(home: Path, stack: ExitStack, only: str) -> tuple[list[Starter], list[str]]:
    wanted = [peer for peer in PROGRAMS if peer.name in _HELP and only in peer.name]
    known = [Starter(peer, home / peer.name) for peer in wanted]
    found = [starter for starter in known if starter.version() is not None]
    missing = [starter.name for starter in known if starter not in found]
    if only in MANAGER:
        import pytest

        try:
            found.append(ManagerStarter(home / MANAGER, stack))
        except pytest.skip.Exception as error:
            missing.append(f"{MANAGER} ({error})")
    return found, missing


@contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process and what it starts; killed at the end, since some would wait for the modem."""
    # Byte code is kept, as it is by every installation.
    kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**kept, "PATH": PATH},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _help_s(starter: Starter) -> float:
    began_s = time.perf_counter()
    with _started(starter.help()) as process:
        process.wait(FIRST_COMMAND_S)
        return time.perf_counter() - began_s


def _first_s(starter: Starter, port: Port) -> float:
    with starter.command(port.name) as command:
        began_s = time.perf_counter()
        with _started(command) as process:
            port.until_spoken_to(process)
            return time.perf_counter() - began_s


def _memory(starter: Starter, home: Path, settled_s: float) -> Memory:
    with (
        tempfile.TemporaryDirectory(dir=home) as place,
        Station(Path(place)) as station,
        starter.command(str(station.port)) as command,
        _started(command) as process,
    ):
        time.sleep(settled_s)
        if process.poll() is not None:
            raise BenchmarkError(f"{starter.name} ended with {process.returncode}")
        found = [Memory.of(pid) for pid in _tree(process.pid)]
    return Memory(sum(each.rss_kib for each in found), sum(each.pss_kib for each in found))


def _is_named(pid: int, name: str) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == name


def _tree(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _tree(int(child))


def main() -> None:
    """Measure and print, and write the page where one is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.startup_peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page")
    parser.add_argument("--rounds", type=int, default=10, help="starts of each (10)")
    parser.add_argument(
        "--settled",
        type=float,
        default=SETTLED_S,
        metavar="S",
        help=f"after so long memory is read ({SETTLED_S:g})",
    )
    parser.add_argument("--only", default="", metavar="NAME", help="programs of that name")
    options = parser.parse_args()
    try:
        result = measure(options.rounds, options.settled, options.only)
    except BenchmarkError as error:
        sys.exit(str(error))
    if options.markdown:
        options.markdown.write_text(result.markdown())
    print(json.dumps(result.json()) if options.json else table(result.rows()))


if __name__ == "__main__":
    main()
