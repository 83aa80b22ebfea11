"""The bridge from an exporter's telnet port to plain TCP, with a far end of our own.

That ser2net and labgrid agree is shown by the tests beside this one.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.lab.bridge import Bridge, Telnet
from tests.clients.station import until

WILL, WONT, DO, DONT = b"\xff\xfb", b"\xff\xfc", b"\xff\xfd", b"\xff\xfe"
# What ser2net 4.3.11 says first where labgrid's exporter started it.
GREETING = bytes.fromhex("fffb03 fffd03 fffb01 fffe01 fffd00 fffb00 fffd2c")
ANSWER = DO + b"\x03" + WILL + b"\x03" + DONT + b"\x01" + WILL + b"\x00" + DO + b"\x00"
ANSWER += WONT + b"\x2c"


@pytest.mark.parametrize(
    ("received", "data", "answers"),
    [
        pytest.param(b"\r\nOK\r\n", b"\r\nOK\r\n", b"", id="data"),
        pytest.param(b"a\xff\xffb", b"a\xffb", b"", id="an escaped octet"),
        pytest.param(GREETING, b"", ANSWER, id="ser2net's greeting"),
        pytest.param(GREETING * 2, b"", ANSWER, id="asked again"),
        pytest.param(WONT + b"\x2c" + DONT + b"\x2c", b"", b"", id="refusals"),
        pytest.param(b"a\xff\xf1b", b"ab", b"", id="a command without an option"),
        pytest.param(b"a\xff\xfa\x2c\x65\x01\xff\xf0b", b"ab", b"", id="of an option"),
        pytest.param(b"\xff\xfa\x2c\xff\xff\xf0\xff\xf0b", b"b", b"", id="escaped within"),
        pytest.param(b"\xff\xfa\xff\xf0b", b"b", b"", id="an empty one"),
        pytest.param(b"a\xff", b"a", b"", id="cut in an escape"),
    ],
)
@pytest.mark.parametrize("octets", [1, 2, 1000])
def test_telnet_is_taken_apart(received: bytes, data: bytes, answers: bytes, octets: int) -> None:
    telnet, heard, said = Telnet(), b"", b""
    for start in range(0, len(received), octets):
        found, answer = telnet.feed(received[start : start + octets])
        heard, said = heard + found, said + answer
    assert (heard, said) == (data, answers)


@given(st.binary(), st.binary())
def test_any_data_survives_telnet(first: bytes, second: bytes) -> None:
    telnet = Telnet()
    assert telnet.feed(Telnet.build(first)) == (first, b"")
    assert telnet.feed(GREETING)[0] == b""
    assert telnet.feed(Telnet.build(second)) == (second, b"")


class Exporter:
    """A listener that moves, as an exporter's does when the modem comes back."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self.move()

    def move(self) -> None:
        self.listener = self._opened.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        self.listener.settimeout(5)

    def address(self) -> tuple[str, int]:
        host, port = self.listener.getsockname()
        return host, port

    def accept(self) -> socket.socket:
        far, _ = self.listener.accept()
        far.settimeout(5)
        return self._opened.enter_context(far)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def exporter(opened: ExitStack) -> Exporter:
    return Exporter(opened)


@pytest.fixture
def bridge(opened: ExitStack, exporter: Exporter) -> Bridge:
    return opened.enter_context(Bridge(exporter.address))


def near_end(bridge: Bridge, opened: ExitStack) -> socket.socket:
    host, _, port = bridge.port.removeprefix("tcp://").partition(":")
    return opened.enter_context(socket.create_connection((host, int(port)), 5))


def heard(end: socket.socket, octets: int) -> bytes:
    found = b""
    while len(found) < octets and (more := end.recv(octets - len(found))):
        found += more
    return found


def test_it_carries_both_ways(bridge: Bridge, exporter: Exporter, opened: ExitStack) -> None:
    near, far = near_end(bridge, opened), exporter.accept()
    far.sendall(GREETING + b"\r\nRDY\xff\xff\r\n")
    assert heard(near, 8) == b"\r\nRDY\xff\r\n"
    assert heard(far, len(ANSWER)) == ANSWER
    near.sendall(b"AT\xff\r")
    assert heard(far, 5) == b"AT\xff\xff\r"


def test_a_port_that_moved_is_found(bridge: Bridge, exporter: Exporter, opened: ExitStack) -> None:
    near, far = near_end(bridge, opened), exporter.accept()
    far.close()
    assert heard(near, 1) == b""  # a lost link for whoever has it open
    exporter.move()
    near, far = near_end(bridge, opened), exporter.accept()
    far.sendall(b"+CREG: 1")
    assert heard(near, 8) == b"+CREG: 1"


def test_who_closes_closes_the_exporters_port(
    bridge: Bridge, exporter: Exporter, opened: ExitStack
) -> None:
    near, far = near_end(bridge, opened), exporter.accept()
    near.close()
    assert heard(far, 1) == b""


def test_no_exporter_is_a_lost_link(
    bridge: Bridge, exporter: Exporter, opened: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    exporter.listener.close()
    exporter.address = lambda: ("127.0.0.1", 9)  # type: ignore[method-assign]
    assert heard(near_end(bridge, opened), 1) == b""
    until(lambda: "exporter's port ended" in caplog.text, "it is logged")


def test_its_end_ends_its_connections(exporter: Exporter, opened: ExitStack) -> None:
    with Bridge(exporter.address) as bridge:
        near, far = near_end(bridge, opened), exporter.accept()
        near.sendall(b"AT")
        assert heard(far, 2) == b"AT"
    assert heard(near, 1) == b""
    assert heard(far, 1) == b""
    with pytest.raises(ConnectionRefusedError):
        near_end(bridge, opened)
