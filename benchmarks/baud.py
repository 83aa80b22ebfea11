"""Reading 100 stored messages over a line of 115,200 baud: how much longer than the bytes need.

    python -m benchmarks.baud [--json] [--baud 115200] [--gsmmodem PYTHON] [--only NAME]

The simulated modem is in this process, on a pty whose bytes take the time of a serial line, ten
bits each, both ways; each client is a process of its own. `needed` is the bytes that a client
exchanged, both directions, at that speed: a line is idle the rest of the time. Measured is the
reading alone for the driver and for python-gsmmodem-new, the whole line traffic of a `gammu
getallsms`, which can't be cut. A peer that isn't installed has a row that says so. PYTHON is an
interpreter that has python-gsmmodem-new; without it this one is tried, then .venv-clients.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import machine
from benchmarks.figures import table
from hil.simulate import Options, Simulation
from modem.profiles import GENERIC
from modem.simulator import Direction
from modem.simulator.endpoints.wire import BITS_PER_BYTE

BAUD = 115_200
MESSAGES = 100
TIMEOUT_S = 300.0
_CLIENTS_PYTHON = Path(__file__).parents[1] / ".venv-clients/bin/python"
_FIGURES = ("read", "bytes", "seconds", "needed", "ratio")
_TEXT = "Message {number} of a hundred, long enough to be like those that people and machines send."

# Each prints when its reading began and ended (CLOCK_MONOTONIC), and how many messages it read.
_DRIVER = """
import asyncio, sys, time
from modem import Modem

async def main():
    modem = await Modem.open(sys.argv[1], on_event=lambda event: None)
    await modem.initialise()
    begun = time.monotonic()
    found = await modem.stored_messages(every_memory=False)
    print(begun, time.monotonic(), len(found))
    await modem.close()

asyncio.run(main())
"""
_GSMMODEM = """
import sys, time
from gsmmodem.modem import GsmModem

modem = GsmModem(sys.argv[1], 115200)
modem.connect()
begun = time.monotonic()
found = modem.listStoredSms(memory="ME")
print(begun, time.monotonic(), len(found))
modem.close()
"""


@dataclass(slots=True)
class Tap:
    """When bytes went over the line."""

    passed: list[tuple[float, int]] = field(default_factory=list)

    def note(self, _way: Direction, data: bytes) -> None:
        """Bytes, now."""
        self.passed.append((asyncio.get_running_loop().time(), len(data)))

    def bytes_between(self, begun_s: float, ended_s: float) -> int:
        """How many, both ways."""
        return sum(count for time_s, count in self.passed if begun_s <= time_s <= ended_s)


@dataclass(frozen=True, slots=True)
class Client:
    """A program that reads all messages; `own_times` says that it tells when it did.

    Without a command it isn't installed.
    """

    name: str
    command: Sequence[str]
    own_times: bool = True


async def _measure(client: Client, baud: int) -> dict[str, object]:
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="baud-")))
        options = Options(profile=GENERIC, link=home / "modem0", baud=baud, start_apn="em")
        simulation = await stack.enter_async_context(Simulation(options, complain=print))
        (station,) = simulation.stations
        for number in range(MESSAGES):
            station.modem.deliver("12345", _TEXT.format(number=number))
        tap = Tap()
        station.wire.on_traffic = tap.note
        (home / "gammurc").write_text(
            f"[gammu]\ndevice = {home / 'modem0'}\nconnection = at{baud}\nlogformat = nothing\n"
        )
        command = [part.format(port=home / "modem0", home=home) for part in client.command]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        async with asyncio.timeout(TIMEOUT_S):
            output, _ = await process.communicate()
        if process.returncode:
            raise SystemExit(f"{client.name} ended with {process.returncode}")
    if client.own_times:
        first, last, count = output.split()[-3:]
        begun_s, ended_s, read = float(first), float(last), int(count)
    else:
        begun_s, ended_s = tap.passed[0][0], tap.passed[-1][0]
        read = output.count(b"Message ")
    moved = tap.bytes_between(begun_s, ended_s)
    needed_s = moved * BITS_PER_BYTE / baud
    return {
        "client": client.name,
        "read": read,
        "bytes": moved,
        "seconds": round(ended_s - begun_s, 3),
        "needed": round(needed_s, 3),
        "ratio": round((ended_s - begun_s) / needed_s, 3),
    }


def _clients(gsmmodem: str | None) -> list[Client]:
    """The driver, and its peers."""
    python = _python_with_gsmmodem(gsmmodem)
    gammu = shutil.which("gammu")
    return [
        Client("modem-helper", (sys.executable, "-c", _DRIVER, "{port}")),
        Client("python-gsmmodem-new", (python, "-c", _GSMMODEM, "{port}") if python else ()),
        Client(
            "gammu",
            (gammu, "-c", "{home}/gammurc", "getallsms") if gammu else (),
            own_times=False,
        ),
    ]


def _python_with_gsmmodem(wanted: str | None) -> str | None:
    """The interpreter that was named, or the first of the usual ones that can import it."""
    for python in (wanted,) if wanted else (sys.executable, str(_CLIENTS_PYTHON)):
        try:
            tried = subprocess.run(
                [python, "-c", "import gsmmodem"], check=False, capture_output=True
            )
        except FileNotFoundError:
            continue
        if tried.returncode == 0:
            return python
    return None


def _row(client: Client, baud: int) -> dict[str, object]:
    if not client.command:
        return {"client": client.name, "installed": False}
    return asyncio.run(_measure(client, baud))


def _shown(rows: Sequence[dict[str, object]]) -> str:
    cells = [
        [str(row["client"]), *(str(row[name]) for name in _FIGURES)]
        if "read" in row
        else [str(row["client"]), "not installed", *[""] * (len(_FIGURES) - 1)]
        for row in rows
    ]
    return table([["client", *_FIGURES], *cells])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.baud",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--baud", type=int, default=BAUD, help=f"the line's speed ({BAUD})")
    parser.add_argument("--gsmmodem", metavar="PYTHON", help="what runs python-gsmmodem-new")
    parser.add_argument("--only", metavar="NAME", help="this client alone")
    options = parser.parse_args()
    clients = [
        client for client in _clients(options.gsmmodem) if options.only in (None, client.name)
    ]
    rows = [_row(client, options.baud) for client in clients]
    found = {"machine": machine.described(), "baud": options.baud, "clients": rows}
    print(
        json.dumps(found) if options.json else f"{_shown(rows)}\n\n{json.dumps(found['machine'])}"
    )


if __name__ == "__main__":
    main()
