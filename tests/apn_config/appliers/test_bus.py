"""Calls over a message bus: their deadlines, their types, and what is told of what goes wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.appliers import ApplierRefused, ApplierUnavailable
from apn_config.appliers.bus import (
    CALL_S,
    Bus,
    CallRefused,
    Variant,
    dump,
    flag,
    listed,
    load,
    number,
    shown,
    system_bus,
    text,
)
from tests.apn_config.appliers.bus_server import Answer, BusServer, Call, Refusal, serving
from tests.virtual_time import run

SERVICE = "org.example.Service"
METHOD = "org.example.Interface.Method"
# A header that announces two gigabytes.
ENDLESS = b"l\2\0\1\xff\xff\xff\x7f" + b"\0" * 99


class Replying:
    """A service that answers everything alike."""

    def __init__(self, answer: Answer | bytes | Exception | None) -> None:
        self._answer = answer

    def answer(self, call: Call) -> Answer | bytes | None:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


Work = Callable[[Bus, BusServer], Awaitable[None]]


@pytest.fixture
def with_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """with_bus(answer, work): run `work` on a bus with a service that answers so."""

    def do(answer: Answer | bytes | Exception | None, work: Work) -> None:
        async def scenario() -> None:
            services = {SERVICE: Replying(answer)}
            async with serving(monkeypatch, tmp_path, services) as server, system_bus() as bus:
                await work(bus, server)

        run(scenario())

    return do


VALUES = [
    pytest.param("s", "em", "em", id="text"),
    pytest.param("o", "/a/b", "/a/b", id="path"),
    pytest.param("ay", b"\0\xff", b"\0\xff", id="octets"),
    pytest.param("(uu)", (1, 2), [1, 2], id="struct"),
    pytest.param(
        "a{sv}",
        {"a": ("u", 7), "b": ("a{sv}", {"c": ("(ib)", (-1, True))}), "d": ("v", ("s", "deep"))},
        {
            "a": Variant("u", 7),
            "b": Variant("a{sv}", {"c": Variant("(ib)", [-1, True])}),
            "d": Variant("v", Variant("s", "deep")),
        },
        id="properties",
    ),
    pytest.param("a{u(ay)}", {1: (b"x",)}, {1: [b"x"]}, id="numbered"),
]


@pytest.mark.parametrize(("signature", "sent", "expected"), VALUES)
def test_a_value_comes_and_goes_and_is_kept_as_it_is(
    with_bus: Callable[..., None], signature: str, sent: Any, expected: Any
) -> None:
    async def work(bus: Bus, server: BusServer) -> None:
        found = await bus.call(SERVICE, "/a", METHOD, returns=signature)
        assert found == expected
        kept = load(dump(found))
        await bus.call(SERVICE, "/a", METHOD, signature, kept, returns=signature)
        assert server.calls[-1].signature == signature
        assert server.calls[-1].body == (sent,)

    with_bus((signature, (sent,)), work)


_LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
_ANY = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.builds(Variant, st.text(), inner)
    ),
)


@given(_ANY)
def test_what_is_kept_is_what_was_there(value: object) -> None:
    assert load(dump(value)) == value


@given(st.text())
def test_no_text_can_be_loaded_that_was_not_kept(kept: str) -> None:
    with suppress(ApplierRefused):
        # As text, since a NaN is no NaN's equal.
        again = dump(load(kept))
        assert dump(load(again)) == again


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        pytest.param(None, ApplierUnavailable, f"no answer to Method within {CALL_S:g} s", id="no"),
        pytest.param(ConnectionResetError(), ApplierUnavailable, "bus was lost", id="lost"),
        pytest.param(b"\0" * 64, ApplierUnavailable, "bus was lost", id="garbage"),
        pytest.param(ENDLESS, ApplierUnavailable, "no answer|lost", id="endless"),
        pytest.param(("s", ("x",)), ApplierRefused, "another type than u", id="another type"),
        pytest.param(("", ()), ApplierRefused, "another type than u", id="nothing"),
        pytest.param(("uu", (1, 2)), ApplierRefused, "another type than u", id="too much"),
    ],
)
def test_what_is_no_answer(
    with_bus: Callable[..., None],
    answer: Answer | bytes | Exception | None,
    kind: type[Exception],
    said: str,
) -> None:
    async def work(bus: Bus, server: BusServer) -> None:
        start_s = asyncio.get_running_loop().time()
        with pytest.raises(kind, match=said):
            await bus.call(SERVICE, "/a", METHOD, returns="u")
        assert asyncio.get_running_loop().time() - start_s <= CALL_S

    with_bus(answer, work)


def test_after_a_loss_nothing_waits_and_a_new_connection_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def scenario() -> None:
        service = Replying(ConnectionResetError())
        async with serving(monkeypatch, tmp_path, {SERVICE: service}) as server:
            async with system_bus() as bus:
                for _ in range(3):
                    with pytest.raises(ApplierUnavailable, match="bus was lost"):
                        await bus.call(SERVICE, "/a", METHOD)
            assert asyncio.get_running_loop().time() == 1000.0
            service._answer = ("", ())
            async with system_bus() as bus:
                await bus.call(SERVICE, "/a", METHOD)
            assert server.connections == 2

    run(scenario())


def test_a_cancelled_call_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with serving(monkeypatch, tmp_path, {SERVICE: Replying(None)}):

            async def ask() -> None:
                async with system_bus() as bus:
                    await bus.call(SERVICE, "/a", METHOD)

            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await ask()
            assert len(asyncio.all_tasks()) <= 2  # this one, and the server's for the connection

    run(scenario())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("unix:path=/nonexistent/bus", "No such file"),
        ("nonsense", "transport"),
        ("unix:path=/a b", "invalid characters"),
        ("carrier-pigeon:loft=1", "unknown"),
    ],
)
def test_a_bus_that_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    async def scenario() -> None:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with pytest.raises(ApplierUnavailable, match=f"can't be reached: .*{said}"):
            async with system_bus():
                pass

    run(scenario())


def test_a_bus_that_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def scenario() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        path = tmp_path / "bus"
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={path}")
        server = await asyncio.start_unix_server(silent, path)
        async with server:
            with pytest.raises(ApplierUnavailable, match="can't be reached"):
                async with system_bus():
                    pass
            await asyncio.sleep(1)  # its side of the connection ends

    run(scenario())


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*sys.modules]:
        if name.split(".")[0] == "dbus_fast":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dbus_fast", None)

    async def scenario() -> None:
        with pytest.raises(ApplierRefused, match=r"pip install 'modem-helper\[networkmanager\]'"):
            async with system_bus():
                pass

    run(scenario())


@pytest.mark.parametrize("secret", [False, True])
def test_an_error_is_told_without_what_may_quote_a_secret(
    with_bus: Callable[..., None], secret: bool
) -> None:
    async def work(bus: Bus, server: BusServer) -> None:
        with pytest.raises(CallRefused) as caught:
            await bus.call(SERVICE, "/a", METHOD, secret=secret)
        assert caught.value.is_a("Wrong")
        assert ("hunter2" in str(caught.value)) is not secret
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400

    with_bus(Refusal("org.example.Error.Wrong", "hunter2\n\x1b[31m" + "x" * 9999), work)


@pytest.mark.parametrize(
    ("variant", "as_text", "as_number", "as_flag"),
    [
        (Variant("s", "x"), "x", None, False),
        (Variant("o", "/x"), "/x", None, False),
        (Variant("u", 7), None, 7, False),
        (Variant("i", -7), None, -7, False),
        (Variant("b", True), None, None, True),
        (Variant("b", False), None, None, False),
        (Variant("as", ["x"]), None, None, False),
        (None, None, None, False),
    ],
    ids=str,
)
def test_a_property_of_another_type_is_none(
    variant: Variant | None, as_text: str | None, as_number: int | None, as_flag: bool
) -> None:
    properties = {} if variant is None else {"key": variant}
    assert text(properties, "key") == as_text
    assert number(properties, "key") == as_number
    assert flag(properties, "key") is as_flag
    assert listed(properties, "key", "as") == (["x"] if variant == Variant("as", ["x"]) else [])


@given(st.text())
def test_whatever_is_shown_is_printable_and_short(said: str) -> None:
    assert shown(said).isprintable()
    assert len(shown(said)) <= 120


def test_a_password_is_in_no_repr() -> None:
    assert "hunter2" not in repr({"password": Variant("s", "hunter2")})
