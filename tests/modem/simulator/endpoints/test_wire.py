"""The wire's pace, on a virtual clock, and the in-memory endpoint."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from modem.errors import LinkLost
from modem.memory_link import memory_links
from modem.simulator import Network, NetworkSettings, SimulatedModem
from modem.simulator.endpoints import Clockwork, Direction, MemoryEndpoint, Wire
from tests.virtual_time import run


def new_modem(**settings: float) -> SimulatedModem:
    network = Network(
        NetworkSettings(**settings),  # type: ignore[arg-type]
        clock=asyncio.get_running_loop().time,
    )
    return SimulatedModem(network, start_apn="em")


@dataclass
class Client:
    """A host that notes when bytes come."""

    received: bytearray = field(default_factory=bytearray)
    times: list[float] = field(default_factory=list)

    def data_received(self, data: bytes) -> None:
        self.received += data
        self.times.append(asyncio.get_running_loop().time())

    def link_lost(self, error: LinkLost) -> None:
        raise AssertionError(error)


class AnyPort:
    """A port whose cable is never touched."""

    def connect(self, *, renamed: bool) -> None:
        raise AssertionError

    def disconnect(self) -> None:
        raise AssertionError


PORT, OTHER = AnyPort(), AnyPort()


@pytest.mark.parametrize("baud", [9600, 115200, 921600])
def test_both_directions_take_the_time_of_the_line(baud: int) -> None:
    async def main() -> None:
        client = Client()
        wire = Wire(new_modem(), baud=baud)
        wire.attach(client.data_received)
        wire.receive(b"ATE0\r", PORT)
        await asyncio.sleep(1)
        client.received.clear()
        sent_s = asyncio.get_running_loop().time()
        wire.receive(b"AT+CLAC\r", PORT)
        await asyncio.sleep(3)
        whole_s = (len(b"AT+CLAC\r") + len(client.received)) * 10 / baud
        assert len(client.received) > 500
        assert client.times[-1] - sent_s == pytest.approx(whole_s, rel=0.02)

    run(main())


@pytest.mark.parametrize("baud", [9600, 115200])
def test_what_the_host_says_takes_its_time_too(baud: int) -> None:
    async def main() -> None:
        client = Client()
        wire = Wire(new_modem(), baud=baud)
        wire.attach(client.data_received)
        wire.receive(b"ATE0\r", PORT)
        await asyncio.sleep(1)
        client.received.clear()
        sent_s = asyncio.get_running_loop().time()
        line = b"AT" + b"\x00" * 1000 + b"\r"  # a modem skips what is no character
        for start in range(0, len(line), 100):
            wire.receive(line[start : start + 100], PORT)
        await asyncio.sleep(3)
        assert bytes(client.received) == b"\r\nOK\r\n"
        whole_s = (len(line) + len(client.received)) * 10 / baud
        assert client.times[-1] - sent_s == pytest.approx(whole_s, rel=0.001)

    run(main())


def test_hanging_up_comes_behind_what_is_under_way() -> None:
    async def main() -> None:
        wire = Wire(new_modem(), baud=9600)
        hung_up: list[str] = []
        wire.modem.hang_up = lambda: hung_up.append(wire.modem.line.last)  # type: ignore[method-assign]
        wire.receive(b"AT+CSQ\r", PORT)
        wire.hang_up(PORT)
        assert hung_up == []
        await asyncio.sleep(1)
        wire.hang_up(PORT)
        assert hung_up == ["AT+CSQ", "AT+CSQ"]

    run(main())


@pytest.mark.parametrize("baud", [None, 9600], ids=["at once", "paced"])
def test_only_the_port_that_dialled_hangs_up(baud: int | None) -> None:
    async def main() -> None:
        client = Client()
        wire = Wire(new_modem(), baud=baud)
        wire.attach(client.data_received)
        with Clockwork(wire.modem.network):
            wire.receive(b"ATE0\r", OTHER)
            wire.receive(b"ATD*99#\r", PORT)
            wire.receive(b"x", OTHER)  # heard as data, or while it dials: no other one's call
            wire.hang_up(OTHER)
            await asyncio.sleep(5)
            assert (wire.connects(PORT), wire.connects(OTHER)) == (True, False)
            wire.hang_up(OTHER)
            assert b"NO CARRIER" not in client.received
            wire.hang_up(PORT)
            await asyncio.sleep(1)
            assert client.received.endswith(b"\r\nCONNECT 150000000\r\n\r\nNO CARRIER\r\n")

    run(main())


def test_what_the_modem_says_while_ports_hear_it_comes_behind_at_every_port() -> None:
    async def main() -> list[bytes]:
        wire = Wire(new_modem())
        heard: list[bytes] = []

        def hang_up(_data: bytes) -> None:
            if wire.connects(PORT):
                wire.hang_up(PORT)

        wire.attach(hang_up)
        wire.attach(heard.append)
        with Clockwork(wire.modem.network):
            wire.receive(b"ATE0D*99#\r", PORT)
            await asyncio.sleep(5)
        return heard

    said = b"".join(run(main()))
    assert said.endswith(b"\r\nCONNECT 150000000\r\n\r\nNO CARRIER\r\n")


def test_without_a_speed_the_answer_is_there_at_once() -> None:
    async def main() -> bytes:
        client = Client()
        wire = Wire(new_modem())
        wire.attach(client.data_received)
        wire.receive(b"AT\r", PORT)
        return bytes(client.received)

    assert run(main()) == b"AT\r\r\nOK\r\n"


def test_traffic_is_seen_in_order() -> None:
    seen: list[tuple[Direction, bytes]] = []

    async def main() -> None:
        wire = Wire(new_modem())
        wire.on_traffic = lambda way, data: seen.append((way, data))
        wire.receive(b"ATE0\r", PORT)
        wire.receive(b"AT\r", PORT)

    run(main())
    assert seen == [
        (Direction.TO_MODEM, b"ATE0\r"),
        (Direction.FROM_MODEM, b"ATE0\r\r\nOK\r\n"),
        (Direction.TO_MODEM, b"AT\r"),
        (Direction.FROM_MODEM, b"\r\nOK\r\n"),
    ]


def test_congestion_is_told_and_ends() -> None:
    async def main() -> list[float]:
        wire = Wire(new_modem(), baud=9600)
        relieved: list[float] = []
        wire.receive(b"x" * 5000, PORT)
        assert wire.congested
        wire.when_relieved(lambda: relieved.append(asyncio.get_running_loop().time()))
        start_s = asyncio.get_running_loop().time()
        await asyncio.sleep(10)
        assert not wire.congested
        return [time_s - start_s for time_s in relieved]

    (relieved_s,) = run(main())
    assert relieved_s == pytest.approx((5000 - 4095) * 10 / 9600, rel=0.01)


def test_memory_endpoint_and_clockwork() -> None:
    """A registration that takes two seconds, told to a host on an in-memory link."""

    async def main() -> tuple[bytes, float]:
        client = Client()
        modem = new_modem()
        endpoint = MemoryEndpoint(Wire(modem))
        host, line = memory_links(client, endpoint)
        endpoint.attach(line)
        with Clockwork(modem.network):
            start_s = asyncio.get_running_loop().time()
            host.write(b"ATE0+CREG=1;+CFUN=4\r")
            await asyncio.sleep(0.1)
            host.write(b"AT+CFUN=1\r")
            await asyncio.sleep(10)
            taken_s = client.times[-1] - start_s
        await host.close()
        await asyncio.sleep(0.1)
        modem.restart()  # nobody hears this
        return bytes(client.received), taken_s

    received, taken_s = run(main())
    assert received.endswith(b"\r\n+CREG: 2\r\n\r\n+CREG: 5\r\n")
    assert taken_s == pytest.approx(2.1)


def test_clockwork_keeps_up_with_a_deadline_that_comes_closer() -> None:
    async def main() -> list[str]:
        happened: list[str] = []
        network = Network(clock=asyncio.get_running_loop().time)

        def follow() -> None:
            network.agenda.after(3, lambda: happened.append("5"))

        with Clockwork(network):
            network.agenda.after(100, lambda: happened.append("late"))
            soon = network.agenda.after(1, lambda: happened.append("cancelled"))
            network.agenda.after(2, follow)
            soon.cancel()
            await asyncio.sleep(50)
        await asyncio.sleep(100)  # behind the end of the context nothing happens
        return happened

    assert run(main()) == ["5"]
