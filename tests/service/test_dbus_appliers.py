"""A change by SMS on a device whose APN is NetworkManager's or ModemManager's; stand-ins for both.

What they make of the APN is theirs; the simulated modem is registered by another one all the time.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.apn_config.appliers.bus_server import BusServer, serving
from tests.apn_config.appliers.fake_modemmanager import MM, FakeModemManager, bearer
from tests.apn_config.appliers.fake_networkmanager import NM, FakeNetworkManager, gsm
from tests.service.bench import Bench, Play, Story, play, with_apn

ENDS = ("committed", "rolled-back")
KINDS = ("networkmanager", "modemmanager")
KNOWN = ("em", "other")
LOGIN: dict[str, Any] = {"username": ("s", "joe"), "password": ("s", "a-word")}


@dataclass
class System:
    """What the APN is in, and what was there before."""

    kind: str
    server: BusServer
    network_manager: FakeNetworkManager
    modem_manager: FakeModemManager

    @property
    def settings(self) -> Any:
        """All of it."""
        if self.kind == "networkmanager":
            return copy.deepcopy(self.network_manager.settings())
        return copy.deepcopy((self.modem_manager.settings, self.modem_manager.attach))

    @property
    def apns(self) -> tuple[str, str | None]:
        """The APN that is set, and the one that data goes by."""
        if self.kind == "networkmanager":
            found = self.network_manager.settings()["gsm"]["apn"][1]
            return found, self.network_manager.active_apn
        names = [each["apn"][1] for each in self.modem_manager.settings]
        return ",".join(names), self.modem_manager.active_apn


@asynccontextmanager
async def _system(
    kind: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[System]:
    modem = await bench.agent.keeper.modem()
    network_manager = FakeNetworkManager(gsm(apn="em", **LOGIN), knows=KNOWN)
    attach = {"profile-id": ("i", 1), **bearer("em")}
    modem_manager = FakeModemManager(modem.identity.imei, bearer("em"), attach=attach, knows=KNOWN)
    network_manager.activate()
    modem_manager.connect("em")
    services: dict[str, Any] = {MM: modem_manager}
    if kind == "networkmanager":
        services[NM] = network_manager
    async with serving(monkeypatch, bench.home, services) as server:
        yield System(kind, server, network_manager, modem_manager)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("apn", "answer", "kept"),
    [("other", "#1 OK APN other ip=10.64.0.", "other"), ("nosuch", "#1 ROLLBACK", "em")],
)
def test_a_good_apn_stays_and_a_bad_one_does_not(
    play: Play, monkeypatch: pytest.MonkeyPatch, kind: str, apn: str, answer: str, kept: str
) -> None:
    async def story(bench: Bench) -> None:
        async with _system(kind, bench, monkeypatch) as system:
            before = system.settings
            bench.send(f"#1 APN {apn}")
            text, _ = await bench.answer("#1 ")
            assert text.startswith(answer)
            await bench.until(lambda: bench.state in ENDS, "the end")
            assert system.apns == (kept, kept)
            assert kept != "em" or system.settings == before
            await bench.kill()

    play(story, config=with_apn(applier=kind))


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_else_sets_is_put_back(
    play: Play, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async def story(bench: Bench) -> None:
        async with _system(kind, bench, monkeypatch) as system:
            bench.send("#1 APN other")
            await bench.answer("#1 OK")
            await bench.until(lambda: bench.state == "committed", "the end")
            wanted = system.settings
            await bench.kill()
            if kind == "networkmanager":
                system.network_manager.settings()["gsm"]["apn"] = ("s", "em")
            else:
                system.modem_manager.restart()
            await bench.start()
            await bench.until(lambda: system.apns == ("other", "other"), "the drift is corrected")
            assert system.settings == wanted
            await bench.kill()

    play(story, config=with_apn(applier=kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_that_is_away_is_waited_for(
    play: Play, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async def story(bench: Bench) -> None:
        async with _system(kind, bench, monkeypatch) as system:
            there = system.server.services

            def leave(count: int) -> None:
                if count == 10:
                    system.server.services = {}

            system.server.on_call = leave
            bench.send("#1 APN other")
            await bench.until(lambda: not system.server.services, "it is away")
            await bench.passes(60)
            system.server.services = there
            await bench.answer("#1 OK")
            await bench.until(lambda: bench.state == "committed", "the end")
            assert system.apns == ("other", "other")
            await bench.kill()

    play(story, config=with_apn(applier=kind))


async def _killed_at(bench: Bench, system: System, number: int, apn: str) -> bool:
    """Kill the daemon at that call of a change, start it again; was there such a call?"""
    struck = asyncio.Event()
    system.server.on_call = lambda count: struck.set() if count == number else None
    bench.send(f"#1 APN {apn}")
    ended = asyncio.create_task(bench.answer("#1 "))
    striking = asyncio.create_task(struck.wait())
    await asyncio.wait([ended, striking], return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, striking):
        task.cancel()
    if struck.is_set():
        await bench.kill()
        await bench.start()
    return struck.is_set()


def _kill_at(play: Play, monkeypatch: pytest.MonkeyPatch, kind: str, apn: str, number: int) -> bool:
    seen = []

    async def story(bench: Bench) -> None:
        async with _system(kind, bench, monkeypatch) as system:
            before = system.settings
            seen.append(await _killed_at(bench, system, number, apn))
            await bench.until(lambda: bench.state in ENDS and bench.answers, "the end")
            await bench.passes(60)
            # One answer; the same one again where it was being sent at the time.
            assert len(set(bench.answers)) == 1
            kept = apn if bench.state == "committed" else "em"
            assert (bench.state == "committed") == (apn in KNOWN)
            assert system.apns == (kept, kept)
            assert kept != "em" or system.settings == before
            await bench.kill()

    play(story, config=with_apn(applier=kind))
    return seen[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("apn", ["other", "nosuch"])
@pytest.mark.parametrize("number", [8, 12, 16])
def test_a_daemon_that_is_killed(
    play: Play, monkeypatch: pytest.MonkeyPatch, kind: str, apn: str, number: int
) -> None:
    assert _kill_at(play, monkeypatch, kind, apn, number)


@pytest.mark.proof
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("apn", ["other", "nosuch"])
def test_a_daemon_that_is_killed_at_each_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, apn: str
) -> None:
    """All of a good one's; a bad one is looked at again and again until time is up."""
    for number in range(1, 80):
        home = tmp_path / str(number)
        home.mkdir()
        if not _kill_at(partial(_play, home, monkeypatch), monkeypatch, kind, apn, number):
            break
    assert number > 16


def _play(home: Path, monkeypatch: pytest.MonkeyPatch, story: Story, **options: object) -> None:
    play(story, home, monkeypatch, **options)
