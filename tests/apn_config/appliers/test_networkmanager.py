"""The applier for NetworkManager: what it changes, and that a cut anywhere leaves a way back."""

from __future__ import annotations

import asyncio
import copy
from functools import partial

import pytest

from apn_config.appliers import ApplierRefused, Held
from apn_config.model import Apn
from modem import LiveContext
from tests.apn_config.appliers.bus_server import Cut, Refusal
from tests.apn_config.appliers.cuts import cut_off, every_call
from tests.apn_config.appliers.fake_networkmanager import (
    ACTIVATION_S,
    NM,
    gsm,
    uuid_of,
)
from tests.apn_config.appliers.round_trips import (
    BOTH,
    LOGIN,
    NO,
    OFF,
    ROUND_TRIPS,
    SOME_ROUND_TRIPS,
    SUE,
    RoundTrip,
)
from tests.apn_config.appliers.worlds import NewNmWorld, NmWorld
from tests.virtual_time import run

# --- what is read, written and restored -----------------------------------------------------------


@pytest.mark.parametrize("trip", ROUND_TRIPS)
def test_writes_the_apn_and_nothing_else_and_restores_all_of_it(
    nm_world: NewNmWorld, trip: RoundTrip
) -> None:
    async def scenario() -> None:
        async with nm_world(trip.former) as w:
            held = await w.read()
            assert held.apn == trip.read
            await w.write(trip.wanted)
            assert w.manager.settings() == {**trip.former, **trip.parts}
            assert (await w.read()).apn == trip.wanted
            await w.restore(held)
            assert w.manager.settings() == trip.former
            assert await w.read() == held

    run(scenario())


def test_what_is_there_is_not_written_again(nm_world: NewNmWorld) -> None:
    """NetworkManager writes a file for each update, which wears a card's flash."""

    async def scenario() -> None:
        async with nm_world(gsm(apn="em", **LOGIN)) as w:
            held = await w.read()
            await w.write(held.apn)
            await w.restore(held)
            assert {"Update", "ClearSecrets"}.isdisjoint(w.server.members)

    run(scenario())


def test_restores_the_connection_that_was_read_whatever_is_up_now(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        one, other = gsm("one", autoconnect=NO), gsm("other")
        del one["gsm"]["autoconnect"]
        async with nm_world(one, named="one") as w:
            held = await w.read()
            await w.write(Apn("em", BOTH))
            w.manager.connections["/other"] = copy.deepcopy(other)
            w.manager.activate("other")
            await w.restore(held)
            assert w.manager.settings("one") == one
            assert w.manager.settings("other") == other

    run(scenario())


def test_a_connection_that_is_gone_cannot_be_restored(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        async with nm_world(gsm("gone"), gsm("other"), named="gone") as w:
            held = await w.read()
            del w.manager.connections[next(iter(w.manager.connections))]
            with pytest.raises(ApplierRefused, match=f"{uuid_of('gone')} any more"):
                await w.restore(held)
            assert w.manager.settings("other") == gsm("other")

    run(scenario())


@pytest.mark.parametrize("undo", ["", "[]", '{"items": [["uuid", "x"]]}', '{"type": "s"}'])
def test_a_damaged_snapshot_is_refused(nm_world: NewNmWorld, undo: str) -> None:
    async def scenario() -> None:
        async with nm_world(gsm()) as w:
            with pytest.raises(ApplierRefused, match="kept for a roll-back"):
                await w.restore(Held(Apn("em"), undo))
            assert w.manager.settings() == gsm()

    run(scenario())


def test_a_password_goes_back_to_the_agent_that_had_it(nm_world: NewNmWorld) -> None:
    """Clearing the secrets would make NetworkManager tell agents to forget theirs."""

    async def scenario() -> None:
        async with nm_world(gsm(username=("s", "joe"), password_flags=("u", 1))) as w:
            held = await w.read()
            await w.write(Apn("em", BOTH, SUE))
            await w.restore(held)
            assert "ClearSecrets" not in w.server.members
            assert "password" not in w.manager.settings()["gsm"]

    run(scenario())


def test_a_kind_of_address_that_stays_keeps_its_method(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        by_hand = {"method": ("s", "manual"), "dns": ("au", [1])}
        async with nm_world({**gsm(), "ipv4": by_hand, "ipv6": OFF}) as w:
            await w.write(Apn("em", BOTH))
            assert w.manager.settings()["ipv4"] == by_hand
            assert w.manager.settings()["ipv6"] == {"method": ("s", "auto")}

    run(scenario())


def test_without_a_snapshot_the_apn_is_restored(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        async with nm_world(gsm()) as w:
            await w.restore(Held(Apn("em", BOTH)))
            assert w.manager.settings()["gsm"] == {"apn": ("s", "em")}

    run(scenario())


def test_secrets_that_may_not_be_read_are_unknown(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(**LOGIN)) as w:
            w.manager.refuses["GetSecrets"] = Refusal(f"{NM}.Settings.PermissionDenied")
            held = await w.read()
            assert held.apn == Apn("old.apn", BOTH, None)
            with pytest.raises(ApplierRefused, match="polkit rule"):
                await w.write(Apn("em", BOTH, SUE))
            assert w.manager.settings() == gsm(**LOGIN)

    run(scenario())


# --- cut off --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("trip", SOME_ROUND_TRIPS)
def test_cut_off_at_any_call_it_can_be_done_again_or_undone(
    nm_world: NewNmWorld, trip: RoundTrip, cut: Cut
) -> None:
    async def scenario() -> None:
        for at in every_call():
            async with nm_world(trip.former) as w:
                held = await w.read()

                async def work(w: NmWorld = w) -> None:
                    await w.write(trip.wanted)
                    await w.take_effect()

                more = await cut_off(w.server, at, cut, work)
                half_way = copy.deepcopy(w.manager.settings())
                await work()
                assert w.manager.settings() == {**trip.former, **trip.parts}

                w.manager.connections[next(iter(w.manager.connections))] = half_way
                await cut_off(w.server, at, cut, partial(w.restore, held))
                await w.restore(held)
                assert w.manager.settings() == trip.former
            if not more:
                break
        assert at > 7

    run(scenario())


@pytest.mark.parametrize("cut", Cut)
def test_a_look_that_is_cut_off_tells_nothing_and_can_be_repeated(
    nm_world: NewNmWorld, cut: Cut
) -> None:
    async def scenario() -> None:
        for at in every_call():
            async with nm_world(gsm(apn="em")) as w:
                more = await cut_off(w.server, at, cut, partial(w.serving, activate=True))
                for _ in range(2):  # the first may find an activation under way
                    seen = await w.serving(activate=True)
                    await asyncio.sleep(ACTIVATION_S)
                assert seen.context == LiveContext(True, "10.64.0.2", "em")
            if not more:
                break
        assert at > 5

    run(scenario())
