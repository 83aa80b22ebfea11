"""The applier for ModemManager: what it changes, and that a cut anywhere leaves a way back."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from apn_config.appliers import ApplierRefused, Held
from apn_config.model import Apn, PdpType
from tests.apn_config.appliers.bus_server import Cut, Refusal
from tests.apn_config.appliers.cuts import cut_off, every_call
from tests.apn_config.appliers.fake_modemmanager import (
    ERROR,
    Properties,
    bearer,
)
from tests.apn_config.appliers.mm_trips import (
    ATTACH,
    JOE,
    JOE_BY_CHAP,
    JOE_BY_PAP,
    LOGIN,
    PLAIN,
    SOME_TRIPS,
    TRIPS,
    Trip,
)
from tests.apn_config.appliers.worlds import MmWorld, NewMmWorld
from tests.virtual_time import run


@asynccontextmanager
async def _begun(mm_world: NewMmWorld, trip: Trip) -> AsyncIterator[MmWorld]:
    async with mm_world(*trip.former, **copy.deepcopy(trip.options)) as w:
        if trip.connected is not None:
            w.manager.connect(trip.connected)
        yield w


def _sorted(settings: list[Properties]) -> list[str]:
    return sorted(str(sorted(each.items())) for each in settings)


@pytest.mark.parametrize("trip", TRIPS)
def test_writes_the_apn_and_restores_what_was(mm_world: NewMmWorld, trip: Trip) -> None:
    async def scenario() -> None:
        async with _begun(mm_world, trip) as w:
            held = await w.read()
            assert held.apn == trip.read
            await w.write(trip.wanted)
            assert w.manager.settings == [trip.bearer]
            assert w.manager.attach == trip.attach
            if trip.wanted.credentials is not None:
                assert (await w.read()).apn == trip.wanted
            await w.restore(held)
            assert _sorted(w.manager.settings) == _sorted(list(trip.former))
            assert w.manager.attach == trip.options.get("attach")
            assert await w.read() == held

    run(scenario())


@pytest.mark.parametrize("attach_login", [True, False])
def test_what_is_there_is_not_written_again(mm_world: NewMmWorld, attach_login: bool) -> None:
    """Each write of the attach switches the radio."""

    async def scenario() -> None:
        async with mm_world(bearer(), attach=ATTACH, attach_login=attach_login) as w:
            await w.write(Apn("em"))
            await w.take_effect()
            w.server.calls.clear()
            held = await w.read()
            await w.write(Apn("em"))
            await w.restore(held)
            assert set(w.server.members) == {"GetManagedObjects", "GetAll"}

    run(scenario())


def test_an_attach_that_was_lost_is_set_again(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(PLAIN, attach=ATTACH) as w:
            await w.write(Apn("em"))
            assert w.manager.attach is not None
            assert w.manager.attach["apn"] == ("s", "em")
            assert w.manager.settings == [PLAIN]

    run(scenario())


def test_a_refused_attach_is_told_once_the_bearer_is_there(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer(), attach=ATTACH) as w:
            held = await w.read()
            w.manager.refuses["SetInitialEpsBearerSettings"] = Refusal(f"{ERROR}.Core.InvalidArgs")
            with pytest.raises(ApplierRefused, match=r"Core\.InvalidArgs"):
                await w.write(Apn("em"))
            assert w.manager.settings == [PLAIN]
            await w.restore(held)
            assert w.manager.settings == [bearer()]

    run(scenario())


def test_a_bearer_is_forgotten_with_modem_manager_and_set_again(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer(), attach=ATTACH) as w:
            await w.write(Apn("em"))
            w.manager.restart()
            assert (await w.read()).apn == Apn("")
            await w.write(Apn("em"))
            await w.take_effect()
            assert w.manager.active_apn == "em"

    run(scenario())


def test_a_password_that_is_not_shown_is_unknown(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer(**LOGIN)) as w:
            w.manager.hides_passwords = True
            assert (await w.read()).apn == Apn("old.apn", credentials=None)

    run(scenario())


@pytest.mark.parametrize("undo", ["", "[]", '{"items": [["attach", 1]]}'])
def test_a_damaged_snapshot_is_refused(mm_world: NewMmWorld, undo: str) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            with pytest.raises(ApplierRefused, match="kept for a roll-back"):
                await w.restore(Held(Apn("em"), undo))
            assert w.manager.settings == [bearer()]

    run(scenario())


def test_without_a_snapshot_the_apn_is_restored(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            await w.restore(Held(Apn("em")))
            assert w.manager.settings == [PLAIN]

    run(scenario())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Apn("x")),
        ({"ip-type": ("u", 1)}, Apn("x")),
        ({"ip-type": ("u", 2)}, Apn("x", PdpType.IPV6)),
        ({"ip-type": ("u", 3)}, Apn("x", PdpType.IPV4V6)),
        ({"ip-type": ("u", 4)}, Apn("x", PdpType.IPV4V6)),
        ({"ip-type": ("u", 0xFFFFFFF7)}, Apn("x", PdpType.IPV4V6)),
        ({"ip-type": ("s", "ipv4v6")}, Apn("x")),
        ({"apn": ("u", 7)}, Apn("")),
        ({"allowed-auth": ("u", 1)}, Apn("x")),
        ({**LOGIN, "allowed-auth": ("u", 2)}, Apn("x", credentials=JOE_BY_PAP)),
        ({**LOGIN, "allowed-auth": ("u", 4)}, Apn("x", credentials=JOE_BY_CHAP)),
        ({**LOGIN, "allowed-auth": ("u", 3)}, Apn("x", credentials=JOE_BY_PAP)),
        ({**LOGIN, "allowed-auth": ("u", 6)}, Apn("x", credentials=JOE)),
        ({**LOGIN, "allowed-auth": ("u", 8)}, Apn("x", credentials=JOE)),
        ({"user": ("as", ["joe"]), "password": ("u", 1)}, Apn("x")),
    ],
    ids=str,
)
def test_what_a_bearer_says(mm_world: NewMmWorld, values: Properties, expected: Apn) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            path = next(iter(w.manager.bearers))
            w.manager.bearers[path] = {"apn": ("s", "x"), **values}
            assert (await w.read()).apn == expected

    run(scenario())


def test_a_bearer_without_ip_is_refused(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer(ip_type=("u", 8))) as w:
            with pytest.raises(ApplierRefused, match="isn't IP"):
                await w.read()

    run(scenario())


# --- cut off --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("trip", SOME_TRIPS)
def test_cut_off_at_any_call_it_can_be_done_again_or_undone(
    mm_world: NewMmWorld, trip: Trip, cut: Cut
) -> None:
    """A change that is cut off is done again; or it is undone, and that cut off, and done again."""

    async def scenario() -> None:
        for undone in (False, True):
            for at in every_call():
                async with _begun(mm_world, trip) as w:
                    held = await w.read()

                    async def work(w: MmWorld = w) -> None:
                        await w.write(trip.wanted)
                        await w.take_effect()

                    more = await cut_off(w.server, at, cut, work)
                    if not undone and trip.wanted.credentials is not None:
                        await work()
                        assert w.manager.settings == [trip.bearer]
                        assert w.manager.attach == trip.attach
                        assert w.manager.active_apn == "em"
                    else:
                        await cut_off(w.server, at, cut, partial(w.restore, held))
                        await w.restore(held)
                        await w.take_effect()
                        assert _sorted(w.manager.settings) == _sorted(list(trip.former))
                        assert w.manager.attach == trip.options.get("attach")
                    assert (w.manager.state, w.manager.power) >= (8, 3)
                if not more:
                    break
            assert at > 5

    run(scenario())
