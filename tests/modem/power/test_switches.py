"""Each kind of power switch: what it does to the world, and what it says when it can't."""

from __future__ import annotations

import asyncio
import logging
import os
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modem.power import PowerFailed, gpio, off_and_on, power_switch, program
from modem.power.gpio import KeySwitch
from modem.power.usb import UsbSwitch
from tests import virtual_time

# --- made from plain values -----------------------------------------------------------------------

WRONG = {
    "a kind that isn't": ("relay", {}, "no power switch is a 'relay'; there are command, usb"),
    "command without on": ("command", {"off": "x"}, "missing a required argument: 'on'"),
    "a key of another kind": ("usb", {"device": "1-1", "line": 1}, "unexpected keyword.*'line'"),
    "command, nothing": ("command", {"off": " ", "on": "x"}, "off: wanted a program"),
    "command, quotes": ("command", {"off": "x", "on": "a 'b"}, "on: no closing quotation"),
    "command, NUL": ("command", {"off": "x", "on": "a\0b"}, "on: wanted a program"),
    "usb, upwards": ("usb", {"device": "../1-1"}, "device: wanted a name such as 1-1.4"),
    "usb, a bus": ("usb", {"device": "usb1"}, "device: wanted"),
    "usb, an interface": ("usb", {"device": "1-1:1.0"}, "device: wanted"),
    "usb, a line feed": ("usb", {"device": "1-1\n"}, r"device: wanted .* got '1-1\\n'"),
    "usb, other digits": ("usb", {"device": "1-١"}, "device: wanted"),
    "usb, a number": ("usb", {"device": 1}, "device: wanted"),
    "uhubctl, an option": ("uhubctl", {"location": "-1", "port": 1}, "location: wanted"),
    "uhubctl, port 0": ("uhubctl", {"location": "1-1", "port": 0}, "port: wanted .* 1 to 255"),
    "uhubctl, text": ("uhubctl", {"location": "1-1", "port": "4"}, "port: wanted a number"),
    "gpio, a path": ("gpio", {"chip": "/dev/mem", "line": 1}, "chip: wanted"),
    "gpio, upwards": ("gpio", {"chip": "gpiochip0/../mem", "line": 1}, "chip: wanted"),
    "gpio, line -1": ("gpio", {"chip": "gpiochip0", "line": -1}, "line: wanted"),
    "gpio, true": ("gpio", {"chip": "gpiochip0", "line": True}, "line: wanted"),
}


@pytest.mark.parametrize(("kind", "parameters", "message"), WRONG.values(), ids=WRONG)
def test_wrong_parameters(kind: str, parameters: dict[str, str | float], message: str) -> None:
    with pytest.raises(PowerFailed, match=message):
        power_switch(kind, **parameters)


@pytest.mark.parametrize(
    ("kind", "parameters", "toggles"),
    [
        ("command", {"off": "relay off", "on": "relay on", "off_s": 1}, False),
        ("usb", {"device": "1-1.4.2", "off_s": 2.5}, False),
        ("uhubctl", {"location": "2", "port": 4}, False),
        ("gpio", {"chip": "gpiochip4", "line": 6, "press_s": 3.0, "off_s": 20}, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_right_parameters(kind: str, parameters: dict[str, str | float], toggles: bool) -> None:
    assert power_switch(kind, **parameters).toggles is toggles


# --- off and on -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["well", "off fails", "cancelled"])
def test_on_comes_in_any_case(how: str) -> None:
    done: list[tuple[bool, float]] = []

    async def switch(on: bool) -> None:
        done.append((on, asyncio.get_running_loop().time() - 1000.0))
        if how == "off fails" and not on:
            raise PowerFailed("no")

    async def story() -> None:
        cycling = asyncio.create_task(off_and_on(switch, 5.0))
        await asyncio.sleep(2.0)
        if how == "cancelled":
            cycling.cancel()
        (result,) = await asyncio.gather(cycling, return_exceptions=True)
        wanted = {"well": type(None), "off fails": PowerFailed}
        assert isinstance(result, wanted.get(how, asyncio.CancelledError))

    virtual_time.run(story())
    after_s = {"well": 5.0, "off fails": 0.0, "cancelled": 2.0}[how]
    assert done == [(False, 0.0), (True, after_s)]


@pytest.mark.parametrize("failures", [1, 2, 3])
def test_on_is_tried_again(failures: int) -> None:
    tried: list[bool] = []

    async def switch(on: bool) -> None:
        tried.append(on)
        if on and tried.count(True) <= failures:
            raise PowerFailed("no")

    async def story() -> None:
        (result,) = await asyncio.gather(off_and_on(switch, 5.0), return_exceptions=True)
        assert isinstance(result, PowerFailed) == (failures == 3)

    virtual_time.run(story())
    assert tried.count(True) == min(failures + 1, 3)


# --- programs -------------------------------------------------------------------------------------


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def noting(tmp_path: Path, notes: Path) -> Path:
    """A program that notes what it was given."""
    code = f"import sys; open({str(notes)!r}, 'a').write(repr(sys.argv[1:]) + '\\n')"
    return script(tmp_path / "noting", code)


def cycle(kind: str, **parameters: str | float) -> None:
    asyncio.run(power_switch(kind, **parameters).cycle())


def test_a_command_gets_its_words_as_they_are(noting: Path, notes: Path) -> None:
    cycle("command", off=f"{noting} off '$HOME; rm' \"a b\" | &", on=f"{noting} on", off_s=0)
    assert notes.read_text().splitlines() == ["['off', '$HOME; rm', 'a b', '|', '&']", "['on']"]


def test_a_command_that_fails_is_told_and_switched_on_again(
    tmp_path: Path, noting: Path, notes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing = script(tmp_path / "failing", "print('\\x1b[2J no relay' + 'x' * 100000); exit(3)")
    with pytest.raises(PowerFailed, match=r"failing ended with code 3; see \[recovery.power\] off"):
        cycle("command", off=f"{failing} a-secret", on=f"{noting} on", off_s=0)
    assert notes.read_text() == "['on']\n"
    assert "?[2J no relay" in caplog.text
    assert len(caplog.text) < 1000
    assert "a-secret" not in caplog.text


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(PowerFailed, match="relay can't be run: No such file or directory; see"):
        cycle("command", off="/nonexistent/relay a-secret", on="/nonexistent/relay", off_s=0)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import time; time.sleep(60)", id="hangs"),
        pytest.param(
            "import subprocess; subprocess.Popen(['sleep', '60'])", id="leaves-its-output-open"
        ),
        pytest.param("while True: print('y' * 1000)", id="talks-for-ever"),
    ],
)
def test_a_command_that_does_not_end_is_ended(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "TIMEOUT_S", 0.3)
    hanging = script(tmp_path / "hanging", code)
    with pytest.raises(PowerFailed, match=r"hanging didn't end within 0\.3 s"):
        asyncio.run(program.run((str(hanging),), "see there"))


def test_uhubctl_is_called_as_its_manual_says(
    tmp_path: Path, noting: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noting.rename(tmp_path / "uhubctl")
    monkeypatch.setenv("PATH", str(tmp_path))
    cycle("uhubctl", location="1-1.2", port=4, off_s=0)
    assert notes.read_text().splitlines() == [
        "['-l', '1-1.2', '-p', '4', '-a', 'off']",
        "['-l', '1-1.2', '-p', '4', '-a', 'on']",
    ]


def test_uhubctl_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PowerFailed, match=r"uhubctl can't be run: No such file.*apt install"):
        cycle("uhubctl", location="1-1", port=4, off_s=0)


# --- the authorized flag --------------------------------------------------------------------------


def test_usb_is_let_go_and_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flag = tmp_path / "1-1.4" / "authorized"
    flag.parent.mkdir()
    flag.write_text("1")
    seen: list[str] = []

    async def wait(_seconds: float) -> None:
        seen.append(flag.read_text())

    monkeypatch.setattr("modem.power.asyncio.sleep", wait)
    asyncio.run(UsbSwitch("1-1.4", devices=tmp_path).cycle())
    assert [*seen, flag.read_text()] == ["0", "1"]


def test_a_usb_device_that_is_gone_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "1-1.4").mkdir()
    with pytest.raises(PowerFailed, match=f"no USB device 1-1.4; ls {tmp_path} shows them"):
        asyncio.run(UsbSwitch("1-1.4", 0, devices=tmp_path).cycle())
    assert not list((tmp_path / "1-1.4").iterdir())


def test_a_flag_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "1-1.4" / "authorized").mkdir(parents=True)  # as little to be written as root's
    with pytest.raises(PowerFailed, match=r"can't write .*; only root may, or whom a udev rule"):
        asyncio.run(UsbSwitch("1-1.4", 0, devices=tmp_path).cycle())


# --- PWRKEY ---------------------------------------------------------------------------------------

# struct gpio_v2_line_request of linux/gpio.h, as gcc lays it out: name -> offset.
SIZE = 592
OFFSETS, CONSUMER, FLAGS, NUM_ATTRS = 0, 256, 288, 296
ATTR_ID, ATTR_VALUES, ATTR_MASK = 320, 328, 336
NUM_LINES, EVENT_BUFFER_SIZE, FD = 560, 564, 588


class Chip:
    """The kernel's side: notes each call, and gives a descriptor for the line."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.calls: list[tuple[float, int, bytes]] = []
        self.line = -1
        self.fails: OSError | None = None
        self._clock = clock

    def ioctl(self, descriptor: int, request: int, data: bytearray) -> int:
        os.fstat(descriptor)  # it is open
        if self.fails is not None:
            raise self.fails
        self.calls.append((self._clock(), request, bytes(data)))
        if request == 0xC250B407:
            self.line = os.open("/dev/null", os.O_RDWR)
            data[FD : FD + 4] = struct.pack("=i", self.line)
        else:
            assert descriptor == self.line
        return 0

    @property
    def line_is_open(self) -> bool:
        try:
            os.fstat(self.line)
        except OSError:
            return False
        return True


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "gpiochip0").touch()
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    yield tmp_path
    assert len(list(descriptors.iterdir())) == before, "a descriptor was left open"


def word(data: bytes, offset: int, form: str = "=I") -> int:
    (value,) = struct.unpack_from(form, data, offset)
    return int(value)


def test_the_key_is_pressed_for_its_time(dev: Path) -> None:
    async def story() -> Chip:
        loop = asyncio.get_running_loop()
        chip = Chip(loop.time)
        began_s = loop.time()
        await KeySwitch("gpiochip0", 6, 3.0, 20.0, dev=dev, ioctl=chip.ioctl).cycle()
        assert loop.time() - began_s == 23.0
        return chip

    chip = virtual_time.run(story())
    (pressed_s, taken, request), (released_s, set_values, values) = chip.calls
    assert released_s - pressed_s == 3.0
    assert not chip.line_is_open
    # _IOWR(0xB4, 0x07, struct gpio_v2_line_request), _IOWR(0xB4, 0x0F, struct gpio_v2_line_values)
    assert (taken, set_values) == (0xC250B407, 0xC010B40F)
    assert taken >> 16 & 0x3FFF == SIZE == len(request) == gpio.REQUEST.size
    assert set_values >> 16 & 0x3FFF == len(values)
    assert word(request, OFFSETS) == 6
    assert request[CONSUMER:FLAGS].rstrip(b"\0") == b"modem-helper"
    assert word(request, FLAGS, "=Q") == 1 << 3  # GPIO_V2_LINE_FLAG_OUTPUT
    assert word(request, NUM_ATTRS) == 1
    assert word(request, ATTR_ID) == 2  # GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES
    assert word(request, ATTR_VALUES, "=Q") == 1
    assert word(request, ATTR_MASK, "=Q") == 1
    assert word(request, NUM_LINES) == 1
    # The kernel refuses a request whose padding isn't zero.
    known = {OFFSETS, FLAGS, NUM_ATTRS, ATTR_ID, ATTR_VALUES, ATTR_MASK, NUM_LINES}
    rest = [at for at in range(0, SIZE, 4) if at not in known and not CONSUMER <= at < FLAGS]
    assert all(word(request, at) == 0 for at in rest if at != FD)
    assert struct.unpack("=QQ", values) == (0, 1)  # low, for line 0 of the request


def test_a_press_that_is_cut_short_lets_the_key_go(dev: Path) -> None:
    async def story() -> Chip:
        chip = Chip(asyncio.get_running_loop().time)
        pressing = asyncio.create_task(
            KeySwitch("gpiochip0", 6, 3.0, dev=dev, ioctl=chip.ioctl).cycle()
        )
        await asyncio.sleep(1.0)
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)
        return chip

    chip = virtual_time.run(story())
    assert [request for _, request, _ in chip.calls] == [gpio.GET_LINE, gpio.SET_VALUES]
    assert not chip.line_is_open


@pytest.mark.parametrize("there", [True, False], ids=["the line is taken", "no chip"])
def test_a_line_that_can_not_be_had(dev: Path, there: bool) -> None:
    async def story() -> None:
        chip = Chip(asyncio.get_running_loop().time)
        chip.fails = OSError(16, "Device or resource busy")
        name = "gpiochip0" if there else "gpiochip1"
        await KeySwitch(name, 6, dev=dev, ioctl=chip.ioctl).cycle()

    why = "Device or resource busy" if there else "No such file or directory"
    with pytest.raises(PowerFailed, match=f"line 6 of .*gpiochip. can't be switched: {why}; does"):
        virtual_time.run(story())


def test_it_says_what_a_press_means(dev: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        chip = Chip(asyncio.get_running_loop().time)
        await KeySwitch("gpiochip0", 6, dev=dev, ioctl=chip.ioctl).cycle()

    with caplog.at_level(logging.INFO):
        virtual_time.run(story())
    assert "what was running goes off, what was off starts" in caplog.text
