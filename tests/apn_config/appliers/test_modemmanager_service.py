"""The applier for ModemManager: what service it sees, and what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from apn_config.appliers import ApplierError, ApplierRefused, ApplierUnavailable, Service
from apn_config.model import Apn
from modem import LiveContext
from tests.apn_config.appliers.bus_server import Refusal
from tests.apn_config.appliers.fake_modemmanager import (
    ERROR,
    Properties,
    bearer,
)
from tests.apn_config.appliers.mm_trips import (
    ATTACH,
    LOGIN,
    PLAIN,
    SUE,
)
from tests.apn_config.appliers.worlds import MmWorld, NewMmWorld
from tests.virtual_time import run

NO_SERVICE = LiveContext(active=False)


# --- service --------------------------------------------------------------------------------------


@pytest.mark.parametrize("can_low_power", [True, False])
def test_the_change_takes_effect_by_the_radio_and_connects(
    mm_world: NewMmWorld, can_low_power: bool
) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            w.manager.connect("old.apn")
            w.manager.can_low_power = can_low_power
            await w.write(Apn("em"))
            assert w.manager.active_apn is None
            w.server.calls.clear()
            await w.take_effect()
            done = [each for each in w.server.members if not each.startswith("Get")]
            assert done == ["Enable", "SetPowerState", "Enable", "Connect"]
            assert w.manager.active_apn == "em"
            assert w.manager.power == 3
            expected = Service(True, LiveContext(True, "10.64.0.9", "em"))
            assert await w.serving(activate=False) == expected

    run(scenario())


@pytest.mark.parametrize("name", ["Core.Unauthorized", "Core.WrongState", "Core.Failed"])
def test_a_modem_is_enabled_again_whatever_its_power_says(mm_world: NewMmWorld, name: str) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            w.manager.refuses["SetPowerState"] = Refusal(f"{ERROR}.{name}", "no")
            with suppress(ApplierError):
                await w.take_effect()
            assert w.manager.state >= 8

    run(scenario())


def test_a_refused_bearer_is_no_failure_of_the_radio_cycle(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer("bad")) as w:
            await w.take_effect()
            assert w.manager.state == 8

    run(scenario())


@pytest.mark.parametrize(
    ("settings", "activate", "expected"),
    [
        pytest.param(PLAIN, False, Service(True, NO_SERVICE), id="not asked for"),
        pytest.param(
            PLAIN, True, Service(True, LiveContext(True, "10.64.0.9", "em")), id="known to it"
        ),
        pytest.param(bearer("bad"), True, Service(True, NO_SERVICE, refused=True), id="refused"),
        pytest.param(
            bearer("em", allow_roaming=("b", False)),
            True,
            Service(True, NO_SERVICE, refused=True),
            id="not abroad",
        ),
    ],
)
def test_asks_for_service_where_there_is_none(
    mm_world: NewMmWorld, settings: Properties, activate: bool, expected: Service
) -> None:
    async def scenario() -> None:
        async with mm_world(settings) as w:
            assert await w.serving(activate=activate) == expected
            assert w.server.members.count("Connect") == activate

    run(scenario())


def test_nothing_is_asked_for_without_a_bearer_or_while_it_is_being_connected(
    mm_world: NewMmWorld,
) -> None:
    async def scenario() -> None:
        async with mm_world() as w:
            assert await w.serving(activate=True) == Service(True, NO_SERVICE)
        async with mm_world(PLAIN) as w:
            w.manager.state = 10
            assert await w.serving(activate=True) == Service(True, NO_SERVICE)
            assert "Connect" not in w.server.members

    run(scenario())


def test_a_service_that_says_nothing_is_no_refusal(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(PLAIN) as w:
            w.manager.refuses["Connect"] = Refusal(f"{ERROR}.Core.InProgress")
            assert await w.serving(activate=True) == Service(True, NO_SERVICE)

    run(scenario())


@pytest.mark.parametrize(
    ("addressed", "profile_id", "lives", "expected"),
    [
        pytest.param(True, -1, {}, ("10.64.0.9", "em"), id="ModemManager knows it"),
        pytest.param(
            False, 4, {4: LiveContext(True, "10.1.1.1", "em2")}, ("10.1.1.1", "em2"), id="the modem"
        ),
        pytest.param(
            False, -1, {1: LiveContext(True, "10.1.1.1", "EM")}, ("10.1.1.1", "EM"), id="same name"
        ),
        pytest.param(
            False, -1, {1: LiveContext(True, "10.1.1.1", "ims")}, (None, "em"), id="another context"
        ),
        pytest.param(
            False, -1, {1: LiveContext(True, "10.1.1.1", None)}, (None, "em"), id="who knows"
        ),
        pytest.param(False, 4, {1: LiveContext(True, "10.1.1.1")}, (None, "em"), id="not defined"),
    ],
)
def test_where_the_address_comes_from(
    mm_world: NewMmWorld,
    addressed: bool,
    profile_id: int,
    lives: dict[int, LiveContext],
    expected: tuple[str | None, str],
) -> None:
    async def scenario() -> None:
        async with mm_world(PLAIN) as w:
            w.manager.connect("em")
            w.manager.addressed, w.manager.profile_id = addressed, profile_id
            w.own_port.lives = lives
            seen = (await w.serving(activate=False)).context
            assert (seen.active, seen.address, seen.apn) == (True, *expected)

    run(scenario())


# --- what isn't there, and what is not as it should be --------------------------------------------


def _works(w: MmWorld) -> list[Callable[[], Awaitable[object]]]:
    async def look() -> None:
        await w.serving(activate=False)

    return [w.read, lambda: w.write(Apn("em", credentials=SUE)), w.take_effect, look]


def _other_modem(w: MmWorld) -> None:
    w.manager.imei = "490154203237518"


def _no_modem(w: MmWorld) -> None:
    w.manager.modems = 0


def _no_service(w: MmWorld) -> None:
    w.server.services = {}


def _odd_modem(w: MmWorld) -> None:
    w.manager.overrides = {"EquipmentIdentifier": ("u", 862636)}


@pytest.mark.parametrize("take_away", [_other_modem, _no_modem, _no_service, _odd_modem])
def test_without_our_modem_it_waits(
    mm_world: NewMmWorld, take_away: Callable[[MmWorld], None]
) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            take_away(w)
            for work in _works(w):
                with pytest.raises(ApplierUnavailable):
                    await work()
            assert w.manager.settings == [bearer()]

    run(scenario())


def test_two_modems_of_one_imei_are_refused(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer()) as w:
            w.manager.modems = 2
            with pytest.raises(ApplierRefused, match="several modems"):
                await w.read()

    run(scenario())


@pytest.mark.parametrize("state", [-1, 2])
def test_a_modem_that_is_not_ready_is_waited_for(mm_world: NewMmWorld, state: int) -> None:
    async def scenario() -> None:
        async with mm_world(bearer(), attach=ATTACH) as w:
            w.manager.state = state
            with pytest.raises(ApplierUnavailable, match=f"state {state}"):
                await w.take_effect()
            with pytest.raises(ApplierUnavailable, match=f"state {state}"):
                await w.write(Apn("em"))

    run(scenario())


@pytest.mark.parametrize(
    ("member", "error", "kind"),
    [
        pytest.param(member, error, kind, id=f"{member} {error.rpartition('.')[2]}")
        for member in ("GetAll", "Enable", "CreateBearer", "SetPowerState")
        for error, kind in (
            ("org.freedesktop.DBus.Error.ServiceUnknown", ApplierUnavailable),
            ("org.freedesktop.DBus.Error.NoReply", ApplierUnavailable),
            (f"{ERROR}.Core.WrongState", ApplierUnavailable),
            (f"{ERROR}.Serial.ResponseTimeout", ApplierUnavailable),
            (f"{ERROR}.Core.Unauthorized", ApplierRefused),
            (f"{ERROR}.Core.InvalidArgs", ApplierRefused),
        )
    ],
)
def test_an_error_tells_whether_another_try_may_help(
    mm_world: NewMmWorld,
    member: str,
    error: str,
    kind: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And it tells nothing of a password where there is one."""

    async def scenario() -> None:
        async with mm_world(bearer(), attach=ATTACH) as w:
            w.manager.refuses[member] = Refusal(error, "old-word new-word")
            raised = []
            for work in _works(w):
                try:
                    await work()
                except (ApplierRefused, ApplierUnavailable) as caught:
                    raised.append(caught)
            assert raised
            assert all(isinstance(each, kind) for each in raised)
            if member in ("GetAll", "CreateBearer"):
                assert not any("-word" in f"{each!r} {each}" for each in raised)

    with caplog.at_level(logging.DEBUG):
        run(scenario())
    assert "-word" not in caplog.text


def test_no_password_stands_in_a_repr(mm_world: NewMmWorld) -> None:
    async def scenario() -> None:
        async with mm_world(bearer(**LOGIN)) as w:
            held = await w.read()
            assert "old-word" in (held.undo or "")
            assert "-word" not in repr(held)

    run(scenario())
