"""A fleet: simulated devices with a daemon each, one bulk `APN em`, and a webhook that fails.

    python -m benchmarks.fleet [--json] [--counts 20,200]

Every device is a simulated modem of one `modem-helper simulate --listen` and a `modem-helper run`
of its own. One `modem-helper emnify sms send` writes to all; each answers to the short number, and
the platform tells the webhook of each answer (POST) and of each receipt (PATCH). The webhook
answers 500 to half of all calls, by lot. What it accepted has to be one answer and one receipt of
each device: what is missing is `lost`, what came twice `doubled`.

CPU is user and system time from the bulk's start to the last call that was accepted; memory is PSS,
each process's share, at that moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from apn_config.control import ControlClient, ControlError
from benchmarks import daemon, machine
from benchmarks.daemon import BenchmarkError
from benchmarks.figures import Spread, table
from benchmarks.process import Memory, Work

COUNTS = (20, 200)
# So many daemons start beside each other.
_AT_ONCE = 8
_PATIENCE_S = 600.0
# Longer than a daemon or the platform would need to say something twice.
_QUIET_S = 5.0
_ANSWER = re.compile(r"OK APN em ip=\S+ .*")


@dataclass(slots=True)
class Webhook:
    """It accepts half of all calls, and notes what it accepted and when."""

    dice: random.Random = field(default_factory=lambda: random.Random(6))
    url: str = ""
    calls: int = 0
    answers: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    receipts: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """One call."""
        self.calls += 1
        body = await request.json()
        if self.dice.random() < 0.5:
            return web.Response(status=500)
        accepted = self.answers if request.method == "POST" else self.receipts
        accepted.append((asyncio.get_running_loop().time(), body))
        return web.Response(status=204)

    async def until(self, count: int) -> None:
        """Wait until each of so many devices has both accepted, and a while for what is too much.

        At the end of its patience what there is has to do.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while min(_devices(self.answers), _devices(self.receipts)) < count:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        await asyncio.sleep(_QUIET_S)


def _devices(accepted: list[tuple[float, dict[str, Any]]]) -> int:
    return len({body["endpoint"]["id"] for _, body in accepted})


@asynccontextmanager
async def _webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    app = web.Application()
    app.router.add_route("*", "/", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield hook
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Platform:
    """The simulation: its ready line, and its process."""

    ready: dict[str, Any]
    pid: int

    async def use_webhook(self, url: str) -> None:
        """Have the policy of all devices tell it."""
        base = self.ready["api"]
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            token = {"application_token": self.ready["application_token"]}
            async with session.post(f"{base}/api/v1/authenticate", json=token) as answer:
                found = await answer.json()
            headers = {"Authorization": f"Bearer {found['auth_token']}"}
            path = f"{base}/api/v1/api_callback"
            async with session.post(path, json={"url": url}, headers=headers) as answer:
                callback = int(answer.headers["Location"].rpartition("/")[2])
            path = f"{base}/api/v1/service_profile"
            async with session.get(path, headers=headers) as answer:
                (profile,) = await answer.json()
            body = {"api_callback": {"id": callback}}
            async with session.patch(f"{path}/{profile['id']}", json=body, headers=headers):
                pass


@asynccontextmanager
async def _platform(home: Path, count: int, time_scale: str) -> AsyncIterator[Platform]:
    process = await asyncio.create_subprocess_exec(
        daemon.program(),
        *("simulate", "--listen", "127.0.0.1:0", "--modems", str(count)),
        *("--link", str(home / "modem0"), "--time-scale", time_scale, "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        assert process.stdout is not None
        yield Platform(json.loads(await process.stdout.readline()), process.pid)
    finally:
        process.terminate()
        await process.wait()


async def _start_daemon(
    stack: AsyncExitStack, home: Path, number: int, turn: asyncio.Semaphore
) -> int:
    """The daemon of one device; its process id, once it has its modem."""
    place = home / f"device{number}"
    place.mkdir()
    config = daemon.write_config(place, str(home / f"modem{number}"))
    async with turn:
        command = (daemon.program(), "run", "--config", str(config))
        running = daemon.running(*command, log=place / "log")
        process = await stack.enter_async_context(running)
        async with asyncio.timeout(_PATIENCE_S):
            while not await asyncio.to_thread(_has_its_modem, place / "control.sock"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    return process.pid


def _has_its_modem(socket: Path) -> bool:
    client = ControlClient.connect(socket)
    if client is None:
        return False
    try:
        return client.call("status", {})["modem"] is not None
    except ControlError:
        return False
    finally:
        client.close()


async def _bulk(platform: Platform) -> None:
    """One text to all devices."""
    environment = {
        **os.environ,
        "EMNIFY_API": platform.ready["api"],
        "EMNIFY_APPLICATION_TOKEN": platform.ready["application_token"],
    }
    process = await asyncio.create_subprocess_exec(
        daemon.program(),
        *("emnify", "sms", "send", "--filter", "status:0", "--from", daemon.SENDER),
        *("--text", "APN em", "--yes", "--json"),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    if process.returncode:
        raise BenchmarkError(f"the bulk ended with {process.returncode}: {errors.decode()}")


async def measure(count: int, time_scale: str) -> dict[str, object]:
    """One fleet's story, and what it took."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-")))
        hook = await stack.enter_async_context(_webhook())
        platform = await stack.enter_async_context(_platform(home, count, time_scale))
        await platform.use_webhook(hook.url)
        began_s = loop.time()
        turn = asyncio.Semaphore(_AT_ONCE)
        pids = await asyncio.gather(
            *(_start_daemon(stack, home, number, turn) for number in range(count))
        )
        started_s = loop.time() - began_s
        before = [Work.of(pid) for pid in (platform.pid, *pids)]
        began_s = loop.time()
        await _bulk(platform)
        sent_s = loop.time() - began_s
        await hook.until(count)
        took_s = max(time_s for time_s, _ in (*hook.answers, *hook.receipts)) - began_s
        works = [
            Work.of(pid).since(work).cpu_s
            for pid, work in zip((platform.pid, *pids), before, strict=True)
        ]
        memories = [Memory.of(pid).pss_kib for pid in (platform.pid, *pids)]
        return {
            "devices": count,
            **_judged(hook, platform),
            "webhook_calls": hook.calls,
            "start_s": round(started_s, 1),
            "bulk_s": round(sent_s, 2),
            "all_s": round(took_s, 1),
            "answer_s": Spread.of([time_s - began_s for time_s, _ in hook.answers]).json(1),
            "platform_cpu_s": round(works[0], 2),
            "daemons_cpu_s": round(sum(works[1:]), 1),
            "platform_mib": round(memories[0] / 1024, 1),
            "daemon_mib": round(sum(memories[1:]) / 1024 / count, 1),
        }


def _judged(hook: Webhook, platform: Platform) -> dict[str, object]:
    """How many answers and receipts are wrong, lost and doubled."""
    devices = {modem["endpoint"] for modem in platform.ready["modems"]}
    answers = Counter(body["endpoint"]["id"] for _, body in hook.answers)
    receipts = Counter(body["endpoint"]["id"] for _, body in hook.receipts)
    wrong = [body for _, body in hook.answers if not _ANSWER.fullmatch(body["payload"])]
    wrong += [body for _, body in hook.receipts if body["status"]["status"] != "DELIVERED"]
    return {
        "answers": len(hook.answers),
        "receipts": len(hook.receipts),
        "wrong": len(wrong),
        "lost": len(devices - set(answers)) + len(devices - set(receipts)),
        "doubled": sum(seen - 1 for seen in (*answers.values(), *receipts.values())),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fleet",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--time-scale", default="1", help="make the network so many times faster")
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)), help="how many devices")
    options = parser.parse_args()
    try:
        rows = [
            asyncio.run(measure(int(count), options.time_scale))
            for count in options.counts.split(",")
        ]
    except BenchmarkError as error:
        sys.exit(str(error))
    found = {"machine": machine.described(), "runs": rows}
    names = list(rows[0])
    text = table([names, *([str(row[name]) for name in names] for row in rows)])
    print(json.dumps(found) if options.json else f"{text}\n\n{json.dumps(found['machine'])}")
    if any(row[name] for row in rows for name in ("wrong", "lost", "doubled")):
        sys.exit("messages were wrong, lost or doubled")


if __name__ == "__main__":
    main()
