"""A port that comes back under another name: by a sysfs of our making, laid out as the kernel's."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from modem import usb
from modem.errors import PortMissing
from modem.recovery import FORGET_S
from modem.usb import UsbPort, find_ports, port_now, usb_port
from tests.modem.keeping import Bench
from tests.modem.scripted import settle

AT = UsbPort("1e0e", "9001", "02", "1-1.4")
DIAG = UsbPort("1e0e", "9001", "00", "1-1.4")
OTHER_SOCKET = UsbPort("1e0e", "9001", "02", "1-1.3")
CONVERTER = UsbPort("0403", "6001", "00", "1-1.2")


class Machine:
    """/dev and /sys of a machine, of which ports come and go."""

    def __init__(self, root: Path) -> None:
        self.dev = root / "dev"
        self.ttys = root / "sys/class/tty"
        self._hub = root / "sys/devices/usb1/1-1"
        for directory in (self.dev, self.ttys, self._hub):
            directory.mkdir(parents=True)

    def name(self, tty: str) -> str:
        return str(self.dev / tty)

    def plug(self, tty: str, port: UsbPort) -> str:
        """A tty of a USB device, as usb-serial (ttyUSB) or cdc-acm (ttyACM) registers it."""
        socket = self._hub / port.socket
        interface = socket / f"{port.socket}:1.{int(port.interface, 16)}"
        device = interface / tty if tty.startswith("ttyUSB") else interface
        device.mkdir(parents=True, exist_ok=True)
        (socket / "idVendor").write_text(f"{port.vendor}\n")
        (socket / "idProduct").write_text(f"{port.product}\n")
        (interface / "bInterfaceNumber").write_text(f"{port.interface}\n")
        (device / "tty" / tty).mkdir(parents=True)
        (device / "tty" / tty / "device").symlink_to("../..")
        (self.ttys / tty).symlink_to(device / "tty" / tty)
        (self.dev / tty).touch()
        return self.name(tty)

    def plug_uart(self, tty: str) -> str:
        """A tty of the machine itself."""
        (self.ttys / tty / "device").mkdir(parents=True)
        (self.dev / tty).touch()
        return self.name(tty)

    def unplug(self, tty: str) -> None:
        shutil.rmtree((self.ttys / tty).resolve())
        (self.ttys / tty).unlink()
        (self.dev / tty).unlink()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setattr(usb, "_TTYS", made.ttys)
    monkeypatch.setattr(usb, "_DEV", made.dev)
    return made


@pytest.mark.parametrize("tty", ["ttyUSB2", "ttyACM0"])
def test_a_usb_port_is_known(machine: Machine, tty: str) -> None:
    assert usb_port(machine.plug(tty, AT)) == AT


def test_a_link_to_a_port_is_that_port(machine: Machine) -> None:
    link = machine.dev / "serial-by-id-SimTech-if02"
    link.symlink_to(machine.plug("ttyUSB2", AT))
    assert usb_port(str(link)) == AT


@pytest.mark.parametrize("name", ["/dev/pts/3", "tcp://modem:7000", "/", "", "..", "/dev/ttyUSB9"])
def test_what_is_no_usb_port(machine: Machine, name: str) -> None:
    machine.plug_uart("ttyAMA0")
    assert usb_port(name) is None
    assert usb_port(machine.name("ttyAMA0")) is None


CASES = {
    "where it was": ({"ttyUSB2": AT}, "ttyUSB2"),
    "gone": ({}, "ttyUSB2"),
    "under another name": ({"ttyUSB0": DIAG, "ttyUSB3": AT}, "ttyUSB3"),
    "its name is another port of it": ({"ttyUSB2": DIAG, "ttyUSB4": AT}, "ttyUSB4"),
    "its name is another port of it, and it isn't there": ({"ttyUSB2": DIAG}, None),
    "its name is another device": ({"ttyUSB2": CONVERTER}, None),
    "in another socket": ({"ttyUSB2": OTHER_SOCKET}, "ttyUSB2"),
    "in another socket, but the known one is there": (
        {"ttyUSB2": OTHER_SOCKET, "ttyUSB7": AT},
        "ttyUSB7",
    ),
    "in another socket under another name": ({"ttyUSB5": OTHER_SOCKET}, "ttyUSB2"),
}


@pytest.mark.parametrize(("plugged", "found"), CASES.values(), ids=CASES)
def test_where_the_port_is_now(
    machine: Machine, plugged: dict[str, UsbPort], found: str | None
) -> None:
    for tty, port in plugged.items():
        machine.plug(tty, port)
    machine.plug_uart("ttyAMA0")
    assert port_now(machine.name("ttyUSB2"), AT) == (found and machine.name(found))
    assert port_now(machine.name("ttyUSB2"), None) == machine.name("ttyUSB2")
    assert port_now("tcp://modem:7000", AT) == "tcp://modem:7000"


FINDS: dict[str, tuple[dict[str, UsbPort], list[str]]] = {
    "none": ({"ttyUSB0": DIAG, "ttyUSB1": CONVERTER}, []),
    "one": ({"ttyUSB0": DIAG, "ttyUSB2": AT, "ttyACM0": CONVERTER}, ["ttyUSB2"]),
    "two alike": ({"ttyUSB2": OTHER_SOCKET, "ttyACM3": AT}, ["ttyACM3", "ttyUSB2"]),
}


@pytest.mark.parametrize(("plugged", "found"), FINDS.values(), ids=FINDS)
def test_ports_by_their_ids(
    machine: Machine, plugged: dict[str, UsbPort], found: list[str]
) -> None:
    for tty, port in plugged.items():
        machine.plug(tty, port)
    machine.plug_uart("ttyAMA0")
    assert find_ports("1e0e", "9001", "02") == tuple(map(machine.name, found))


def test_a_port_that_the_kernel_has_not_made_yet_is_not_found(machine: Machine) -> None:
    Path(machine.plug("ttyUSB3", AT)).unlink()
    assert find_ports("1e0e", "9001", "02") == ()


def test_a_name_that_the_kernel_has_not_made_yet_is_not_used(machine: Machine) -> None:
    Path(machine.plug("ttyUSB3", AT)).unlink()
    assert port_now(machine.name("ttyUSB2"), AT) == machine.name("ttyUSB2")


# --- the keeper -----------------------------------------------------------------------------------


class UsbBench(Bench):
    """A bench whose modem answers at the AT port, by whatever name, and nowhere else."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
        machine.plug("ttyUSB2", AT)
        super().__init__(monkeypatch, Path(machine.name("ttyUSB2")))
        self.names: list[str] = []

    async def open(self, port: str, user: object, *, baud: int) -> object:  # type: ignore[override]
        self.path = Path(port)
        self.names.append(Path(port).name)
        return await super().open(port, user, baud=baud)  # type: ignore[arg-type]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> UsbBench:
    return UsbBench(monkeypatch, machine)


def test_the_port_is_followed_to_its_new_name_and_back(bench: UsbBench, machine: Machine) -> None:
    async def story() -> None:
        for tty in ("ttyUSB2", "ttyUSB3", "ttyUSB2"):
            modem = await bench.keeper.modem()
            await settle()
            assert Path(modem.port).name == tty == Path(bench.keeper.state.port).name
            machine.unplug(tty)
            bench.link.break_wire("the device is gone")
            await asyncio.sleep(8.0)
            machine.plug("ttyUSB3" if tty == "ttyUSB2" else "ttyUSB2", AT)
            starts = len(bench.ready)
            await bench.until(lambda: len(bench.ready) > starts, limit_s=2.0)  # noqa: B023

    bench.run(story)


def test_another_port_of_that_name_is_left_alone(bench: UsbBench, machine: Machine) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        machine.unplug("ttyUSB2")
        bench.link.break_wire("the device is gone")
        machine.plug("ttyUSB2", DIAG)
        await asyncio.sleep(0.9 * FORGET_S)
        assert len(bench.opened) == 1
        failure = await bench.keeper.failure()
        assert isinstance(failure, PortMissing)
        assert "another device" in str(failure)
        machine.plug("ttyUSB6", AT)
        await bench.until(lambda: len(bench.ready) == 2, limit_s=2.0)
        assert bench.names == ["ttyUSB2", "ttyUSB6"]

    bench.run(story)


def test_a_modem_of_another_kind_is_believed_after_a_while(
    bench: UsbBench, machine: Machine
) -> None:
    async def story() -> None:
        await bench.keeper.modem()
        await settle()
        machine.unplug("ttyUSB2")
        bench.link.break_wire("the device is gone")
        machine.plug("ttyUSB2", UsbPort("2c7c", "0125", "02", "1-1.4"))
        await bench.until(lambda: len(bench.ready) == 2, limit_s=FORGET_S + 5.0)

    bench.run(story)


def test_a_port_that_never_answered_as_a_modem_is_not_remembered(
    bench: UsbBench, machine: Machine
) -> None:
    """At boot the name may be another port's for a moment."""

    async def story() -> None:
        answers, bench.script.answers = bench.script.answers, {}
        await asyncio.sleep(60.0)
        machine.unplug("ttyUSB2")
        bench.link.break_wire("the device is gone")
        machine.plug("ttyUSB2", DIAG)
        bench.script.answers = answers
        await bench.until(lambda: len(bench.ready) == 1, limit_s=60.0)

    bench.run(story)
