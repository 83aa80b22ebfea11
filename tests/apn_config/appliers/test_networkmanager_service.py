"""The applier for NetworkManager: which connection it takes, what it sees, what goes wrong."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from apn_config.appliers import ApplierRefused, ApplierUnavailable, Service
from apn_config.model import Apn, AuthType, Credentials
from modem import LiveContext
from tests.apn_config.appliers.bus_server import Refusal
from tests.apn_config.appliers.fake_networkmanager import (
    ACTIVATION_S,
    NM,
    Settings,
    gsm,
    uuid_of,
)
from tests.apn_config.appliers.round_trips import (
    BOTH,
    LOGIN,
    SUE,
)
from tests.apn_config.appliers.worlds import NewNmWorld, NmWorld
from tests.virtual_time import run

NO_SERVICE = LiveContext(active=False)


# --- which connection -----------------------------------------------------------------------------

OURS = "89882390000000000017"


def _auto(name: str, on: bool, **properties: Any) -> Settings:
    return gsm(name, more={"connection": {"autoconnect": ("b", on)}}, **properties)


ETHERNET: Settings = {**gsm("eth"), "connection": {"id": ("s", "eth"), "type": ("s", "ethernet")}}


@pytest.mark.parametrize(
    ("connections", "named", "up", "expected"),
    [
        pytest.param([gsm("a")], None, None, "a", id="the only one"),
        pytest.param([ETHERNET, gsm("a")], None, None, "a", id="the only one for a modem"),
        pytest.param([gsm("a"), gsm("b")], "b", "a", "b", id="the one named by its id"),
        pytest.param([gsm("a"), gsm("b")], uuid_of("b"), None, "b", id="the one named by its UUID"),
        pytest.param([_auto("a", False), gsm("b")], None, "b", "b", id="the one that is up"),
        pytest.param(
            [gsm("a", sim_id=("s", "8949")), gsm("b", sim_id=("s", OURS))],
            None,
            None,
            "b",
            id="the one for our card",
        ),
        pytest.param(
            [gsm("a", device_id=("s", "another")), gsm("b", device_id=("s", "device-of-ours"))],
            None,
            None,
            "b",
            id="the one for our modem",
        ),
        pytest.param(
            [
                gsm("a", more={"connection": {"interface-name": ("s", "ttyACM0")}}),
                gsm("b", more={"connection": {"interface-name": ("s", "ttyUSB3")}}),
            ],
            None,
            None,
            "b",
            id="the one for our port",
        ),
        pytest.param(
            [gsm("a", device_id=("s", "another")), gsm("b")], None, None, "b", id="not a stranger's"
        ),
    ],
)
def test_finds_the_connection_of_the_modem(
    nm_world: NewNmWorld,
    connections: list[Settings],
    named: str | None,
    up: str | None,
    expected: str,
) -> None:
    async def scenario() -> None:
        async with nm_world(*connections, named=named) as w:
            if up is not None:
                w.manager.activate(up)
            await w.write(Apn("em", BOTH))
            changed = {
                settings["connection"]["id"][1]
                for settings in w.manager.connections.values()
                if settings["gsm"].get("apn") == ("s", "em")
            }
            assert changed == {expected}

    run(scenario())


@pytest.mark.parametrize(
    ("connections", "named", "up", "said"),
    [
        pytest.param([ETHERNET], None, None, "nmcli connection add type gsm", id="none"),
        pytest.param(
            [gsm("a"), gsm("b")], None, None, r"\((a, b|b, a)\).*apn\.connection", id="two"
        ),
        pytest.param(
            [gsm("a"), gsm("b")],
            None,
            "a",
            r"apn\.connection",
            id="one is up, and NetworkManager may bring up the other when that fails",
        ),
        pytest.param([gsm("a")], "b", "a", r"no gsm connection of the id or UUID b", id="no such"),
        pytest.param([gsm("a"), gsm("a")], "a", None, r"several gsm connections", id="same id"),
        pytest.param([ETHERNET], "eth", None, r"no gsm connection of the id or UUID eth", id="eth"),
        pytest.param([gsm("a", sim_id=("s", "8949"))], None, None, "no gsm", id="another card's"),
        pytest.param(
            [gsm("a\n\x1b[31m"), gsm("b" * 999)],
            None,
            None,
            r"a\?\?\[31m, b{120}\)|b{120}, a\?\?\[31m\)",
            id="names like that",
        ),
    ],
)
def test_refuses_where_it_cannot_tell(
    nm_world: NewNmWorld, connections: list[Settings], named: str | None, up: str | None, said: str
) -> None:
    async def scenario() -> None:
        async with nm_world(*connections, named=named) as w:
            if up is not None:
                w.manager.activate(up)
            before = copy.deepcopy(w.manager.connections)
            with pytest.raises(ApplierRefused, match=said):
                await w.read()
            with pytest.raises(ApplierRefused, match=said):
                await w.write(Apn("em"))
            assert w.manager.connections == before

    run(scenario())


def test_a_connection_that_we_may_not_see_is_no_candidate(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        async with nm_world(gsm("a"), gsm("b")) as w:
            w.manager.hidden.add(next(iter(w.manager.connections)))
            await w.write(Apn("em", BOTH))
            assert w.manager.settings("b")["gsm"]["apn"] == ("s", "em")

    run(scenario())


# --- service --------------------------------------------------------------------------------------


def test_the_change_takes_effect_by_an_activation(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        async with nm_world(gsm()) as w:
            w.manager.activate()
            await w.write(Apn("em", BOTH))
            await w.take_effect()
            assert w.manager.activations == ["modem"]
            assert await w.serving(activate=False) == Service(True, NO_SERVICE)
            await asyncio.sleep(ACTIVATION_S)
            expected = Service(True, LiveContext(True, "10.64.0.2", "em"))
            assert await w.serving(activate=False) == expected
            assert w.manager.activations == ["modem"]

    run(scenario())


@pytest.mark.parametrize(
    ("apn", "activate", "expected"),
    [
        pytest.param("em", False, Service(True, NO_SERVICE), id="not asked for"),
        pytest.param("em", True, Service(True, LiveContext(True, "10.64.0.2", "em")), id="known"),
        pytest.param("bad", True, Service(True, NO_SERVICE, refused=True), id="refused"),
    ],
)
def test_asks_for_service_where_there_is_none(
    nm_world: NewNmWorld, apn: str, activate: bool, expected: Service
) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(apn=apn)) as w:
            assert await w.serving(activate=activate) == expected
            assert len(w.manager.activations) == activate

    run(scenario())


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param({4: ["10.64.0.2"], 6: ["2001:db8::1"]}, "10.64.0.2", id="IPv4 first"),
        pytest.param({4: [], 6: ["fe80::1", "2001:db8::1"]}, "2001:db8::1", id="not of the link"),
        pytest.param({4: [], 6: ["fe80::1"]}, None, id="of the link alone"),
        pytest.param({4: ["0.0.0.0", "nonsense", ""], 6: ["::"]}, None, id="none"),
    ],
)
def test_the_address_is_one_by_which_data_comes(
    nm_world: NewNmWorld, addresses: dict[int, list[str]], expected: str | None
) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(apn="em")) as w:
            w.manager.activate()
            w.manager.addresses = addresses
            assert (await w.serving(activate=False)).context == LiveContext(True, expected, "em")

    run(scenario())


def test_an_activation_that_takes_long_is_no_refusal_and_is_not_repeated(
    nm_world: NewNmWorld,
) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(apn="em")) as w:
            w.manager.stuck = True
            assert await w.serving(activate=True) == Service(True, NO_SERVICE)
            assert await w.serving(activate=True) == Service(True, NO_SERVICE)
            assert w.manager.activations == ["modem"]

    run(scenario())


@pytest.mark.parametrize("state", [10, 20])
def test_a_device_that_is_not_ready_is_waited_for(nm_world: NewNmWorld, state: int) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(apn="em")) as w:
            w.manager.state = state
            assert await w.serving(activate=True) == Service(True, NO_SERVICE)
            with pytest.raises(ApplierUnavailable, match=f"state {state}"):
                await w.take_effect()

    run(scenario())


# --- what isn't there, and what is not as it should be --------------------------------------------


def _without_modem(w: NmWorld) -> None:
    w.modem_manager.imei = "490154203237518"


def _without_device(w: NmWorld) -> None:
    w.manager.udi = "/org/freedesktop/ModemManager1/Modem/7"


def _without_modem_manager(w: NmWorld) -> None:
    w.server.services = {NM: w.manager}


@pytest.mark.parametrize("take_away", [_without_modem, _without_device, _without_modem_manager])
def test_without_the_device_the_connection_is_still_there(
    nm_world: NewNmWorld, take_away: Callable[[NmWorld], None]
) -> None:
    async def scenario() -> None:
        async with nm_world(gsm()) as w:
            take_away(w)
            await w.write(Apn("em", BOTH))
            assert (await w.read()).apn.name == "em"
            with pytest.raises(ApplierUnavailable):
                await w.take_effect()
            with pytest.raises(ApplierUnavailable):
                await w.serving(activate=True)

    run(scenario())


@pytest.mark.parametrize(
    "connections",
    [
        pytest.param([gsm("a", device_id=("s", "another"))], id="another modem's"),
        pytest.param([gsm("a"), gsm("b")], id="several"),
    ],
)
@pytest.mark.parametrize("take_away", [_without_modem, _without_device, _without_modem_manager])
def test_without_the_device_it_waits_where_that_would_decide(
    nm_world: NewNmWorld, connections: list[Settings], take_away: Callable[[NmWorld], None]
) -> None:
    async def scenario() -> None:
        async with nm_world(*connections) as w:
            before = copy.deepcopy(w.manager.connections)
            take_away(w)
            for work in (w.read, lambda: w.write(Apn("em", BOTH))):
                with pytest.raises(ApplierUnavailable):
                    await work()
            assert w.manager.connections == before

    run(scenario())


def _works(w: NmWorld) -> list[Callable[[], Awaitable[object]]]:
    return [w.read, lambda: w.write(Apn("em", BOTH, SUE)), w.take_effect]


@pytest.mark.parametrize(
    ("member", "error", "kind"),
    [
        pytest.param(member, error, kind, id=f"{member} {error.rpartition('.')[2]}")
        for member in ("GetSettings", "GetSecrets", "Update", "ActivateConnection")
        for error, kind in (
            ("org.freedesktop.DBus.Error.ServiceUnknown", ApplierUnavailable),
            ("org.freedesktop.DBus.Error.NoReply", ApplierUnavailable),
            ("org.freedesktop.DBus.Error.UnknownMethod", ApplierUnavailable),
            ("org.freedesktop.DBus.Error.Spawn.ExecFailed", ApplierUnavailable),
            ("org.freedesktop.DBus.Error.AccessDenied", ApplierRefused),
            (f"{NM}.PermissionDenied", ApplierRefused),
            (f"{NM}.Settings.Connection.InvalidProperty", ApplierRefused),
            ("x.y", ApplierRefused),
        )
    ],
)
def test_an_error_tells_whether_another_try_may_help(
    nm_world: NewNmWorld,
    member: str,
    error: str,
    kind: type[Exception],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And it tells nothing of a password, whatever the service says."""

    async def scenario() -> None:
        async with nm_world(gsm(**LOGIN)) as w:
            w.manager.refuses[member] = Refusal(error, "old-word new-word")
            raised = []
            for work in _works(w):
                try:
                    await work()
                except (ApplierRefused, ApplierUnavailable) as caught:
                    raised.append(caught)
            assert raised
            if member != "GetSettings":  # a connection that can't be seen is none
                assert all(isinstance(each, kind) for each in raised)
            if member in ("GetSecrets", "Update"):
                assert not any("-word" in f"{each!r} {each}" for each in raised)

    with caplog.at_level(logging.DEBUG):
        run(scenario())
    assert "-word" not in caplog.text


@pytest.mark.parametrize(
    ("where", "values"),
    [
        ("device", {"State": ("s", "100")}),
        ("device", {"State": ("b", True)}),
        ("device", {"Ip4Config": ("u", 4)}),
        ("device", {"ActiveConnection": ("u", 4)}),
        ("device", {"ActiveConnection": ("o", "/somewhere/else")}),
        ("modem", {"Apn": ("u", 4), "DeviceId": ("as", ["x"])}),
    ],
    ids=str,
)
def test_values_of_another_type_are_none(
    nm_world: NewNmWorld, where: str, values: dict[str, tuple[str, Any]]
) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(apn="em")) as w:
            w.manager.activate()
            w.manager.overrides[where] = values
            seen = await w.serving(activate=False)
            assert seen.context.apn in (None, "em")
            assert (await w.read()).apn.name == "em"

    run(scenario())


@pytest.mark.parametrize(
    ("part", "values", "expected"),
    [
        ("gsm", {"apn": ("u", 4)}, Apn("", BOTH)),
        ("gsm", {"username": ("as", ["joe"])}, Apn("old.apn", BOTH)),
        ("gsm", {"password-flags": ("s", "1")}, Apn("old.apn", BOTH)),
        ("ppp", {"refuse-pap": ("s", "yes")}, Apn("old.apn", BOTH)),
        ("ipv4", {"method": ("u", 1)}, Apn("old.apn", BOTH)),
    ],
    ids=str,
)
def test_settings_of_another_type_are_none(
    nm_world: NewNmWorld, part: str, values: dict[str, tuple[str, Any]], expected: Apn
) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(more={part: values})) as w:
            assert (await w.read()).apn == expected

    run(scenario())


def test_a_connection_without_ip_is_refused(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        off = {"method": ("s", "disabled")}
        async with nm_world({**gsm(), "ipv4": off, "ipv6": off}) as w:
            with pytest.raises(ApplierRefused, match="IPv4 and IPv6"):
                await w.read()

    run(scenario())


def test_no_password_stands_in_a_repr(nm_world: NewNmWorld) -> None:
    async def scenario() -> None:
        async with nm_world(gsm(**LOGIN)) as w:
            held = await w.read()
            assert "old-word" in (held.undo or "")
            assert "-word" not in repr(held)
            assert held.apn.credentials == Credentials(AuthType.EITHER, "joe", "old-word")
            assert replace(held, undo=None) != held

    run(scenario())
