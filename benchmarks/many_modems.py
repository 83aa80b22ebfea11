"""What a simulated modem costs beside others: 10, 100, 1,000 of them in one process, on TCP.

    python -m benchmarks.many_modems [--json] [--counts 10,100,1000] [--seconds 60]

Each modem receives one SMS a second, in real time, spread evenly over the second. A client process
holds one connection to each, reads every message when it is announced (+CMGR) and deletes it
(+CMGD). The simulator has one core, the client another where there is one. CPU is user and system
time of the simulator's process while messages come; memory is what its RSS grew by from before the
first modem to the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks import machine, many_modems_client
from benchmarks.figures import table
from benchmarks.process import Memory, Work
from modem.simulator import Network, NetworkSettings, SimulatedModem, identity
from modem.simulator.endpoints import Clockwork, TcpEndpoint, Wire, system_epoch

COUNTS = (10, 100, 1000)
# How long the last messages may take to be read and deleted.
PATIENCE_S = 30.0
_LOOK_S = 0.05
_SENDER = "12345"


class Fleet:
    """Modems on TCP, each of which gets a message a second."""

    def __init__(self, count: int) -> None:
        self.modems: list[SimulatedModem] = []
        self.endpoints: list[TcpEndpoint] = []
        self.delivered = 0
        self._count = count
        self._loop = asyncio.get_running_loop()

    async def start(self, stack: AsyncExitStack) -> None:
        """Have them all listen."""
        network = Network(
            NetworkSettings(apns=("em",)), clock=self._loop.time, epoch=system_epoch()
        )
        stack.enter_context(Clockwork(network))
        for number in range(self._count):
            modem = SimulatedModem(network, who=identity(0, number), start_apn="em")
            endpoint = TcpEndpoint(Wire(modem), "127.0.0.1", 0)
            await endpoint.plug_in()
            stack.push_async_callback(endpoint.unplug)
            self.modems.append(modem)
            self.endpoints.append(endpoint)

    async def deliver(self, seconds: int) -> float:
        """A message a second to each; how late the latest delivery was."""
        begun_s = self._loop.time()
        latest_s = 0.0
        for number in range(seconds * self._count):
            due_s = begun_s + number / self._count
            # Those that are due by now go out together: a timer is good to a millisecond only.
            if due_s > self._loop.time():
                await asyncio.sleep(due_s - self._loop.time())
            latest_s = max(latest_s, self._loop.time() - due_s)
            self.modems[number % self._count].deliver(_SENDER, f"message {number}")
            self.delivered += 1
            if number % 16 == 15:
                await asyncio.sleep(0)
        return latest_s

    def left(self) -> int:
        """How many messages are still in the modems, or on their way to them."""
        reports = (modem.state for modem in self.modems)
        return sum(
            state.memories[state.settings.memories[2]].used + len(state.subscriber.waiting)
            for state in reports
        )

    async def emptied(self) -> None:
        """Wait until all is read and deleted, or for PATIENCE_S."""
        give_up_s = self._loop.time() + PATIENCE_S
        while self.left() and self._loop.time() < give_up_s:  # noqa: ASYNC110 -- no event tells
            await asyncio.sleep(_LOOK_S)


async def _measure(count: int, seconds: int) -> dict[str, object]:
    """One process's figures; the client is a child of it."""
    async with AsyncExitStack() as stack:
        before = Memory.of(os.getpid())
        fleet = Fleet(count)
        await fleet.start(stack)
        client = await asyncio.create_subprocess_exec(
            sys.executable,
            "-SE",
            str(Path(many_modems_client.__file__)),
            *(endpoint.address for endpoint in fleet.endpoints),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert client.stdin is not None
        assert client.stdout is not None
        await client.stdout.readline()  # all connected, all announcing
        begun, begun_s = Work.of(os.getpid()), asyncio.get_running_loop().time()
        latest_s = await fleet.deliver(seconds)
        await fleet.emptied()
        work = Work.of(os.getpid()).since(begun)
        took_s = asyncio.get_running_loop().time() - begun_s
        memory = Memory.of(os.getpid())
        client.stdin.close()
        read = json.loads(await client.stdout.readline())
        await client.wait()
        return {
            "modems": count,
            "seconds": seconds,
            "delivered": fleet.delivered,
            "read": read["read"],
            "different": read["different"],
            "left": fleet.left(),
            "took_s": round(took_s, 2),
            "latest_ms": round(1000 * latest_s, 1),
            "cpu_s": round(work.cpu_s, 2),
            "cpu_percent": round(100 * work.cpu_s / took_s, 1),
            "cpu_us_a_message": round(1e6 * work.cpu_s / fleet.delivered, 1),
            "client_cpu_s": read["cpu_s"],
            "kib_a_modem": round((memory.rss_kib - before.rss_kib) / count, 1),
        }


def _in_a_process(count: int, seconds: int) -> dict[str, object]:
    """Each count in a fresh process: what one leaves behind isn't the next one's."""
    command = [sys.executable, "-m", "benchmarks.many_modems", "--one", str(count)]
    result = subprocess.run(
        [*command, "--seconds", str(seconds)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, object] = json.loads(result.stdout)
    return found


def _settle() -> None:
    """One core for this process, and files enough: two for each modem."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[0]})
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _text(rows: list[dict[str, object]]) -> str:
    names = list(rows[0])
    return table([names, *([str(row[name]) for name in names] for row in rows)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.many_modems",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)), help="how many modems")
    parser.add_argument("--seconds", type=int, default=60, help="how long messages come (60)")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        _settle()
        print(json.dumps(asyncio.run(_measure(options.one, options.seconds))))
        return
    counts = [int(count) for count in options.counts.split(",")]
    rows = [_in_a_process(count, options.seconds) for count in counts]
    found = {"machine": machine.described(), "runs": rows}
    print(json.dumps(found) if options.json else f"{_text(rows)}\n\n{json.dumps(found['machine'])}")


if __name__ == "__main__":
    main()
