"""What is heard on a port before anything is known of it."""

from __future__ import annotations

import asyncio
import os
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import pytest

from modem.errors import PortMissing
from modem.listening import Heard, Speech, listen_to, speak_plainly, speech_of
from modem.simulator import NetworkSettings, parse_plan
from modem.simulator.endpoints.thread import SimulatorThread


@pytest.mark.parametrize(
    ("data", "speech"),
    [
        pytest.param(b"AT\r\r\nOK\r\n", Speech.WORDS, id="echo and OK"),
        pytest.param(b"\r\nOK\r\n", Speech.WORDS, id="OK"),
        pytest.param(b"\r\nERROR\r\n", Speech.WORDS, id="ERROR"),
        pytest.param(b"\r\n+CME ERROR: 14\r\n", Speech.WORDS, id="an error by number"),
        pytest.param(b"AT\r0\r", Speech.NUMBERS, id="ATV0 with echo"),
        pytest.param(b"0\r", Speech.NUMBERS, id="ATV0"),
        pytest.param(b"4\r", Speech.NUMBERS, id="ATV0, ERROR"),
        pytest.param(b"\r\n0\r\n", None, id="a line with 0 is no result"),
        pytest.param(b"AT\r", None, id="the echo"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"\r\nRDY\r\n", None, id="a boot"),
        pytest.param(b"$GPGGA,,,,,,0,,,,,,,,*66\r\n", Speech.POSITIONS, id="NMEA"),
        pytest.param(b"$GNRMC,,V,,,,,,,,,,N*4D\r\n", Speech.POSITIONS, id="NMEA of several"),
        pytest.param(b"$QCPDPP: 1\r\n", None, id="an AT line that begins like it"),
        pytest.param(b"\x80\xfe\x00\xe0\x06\x9e", Speech.RUBBISH, id="another speed"),
        pytest.param(b"\x00", None, id="a break"),
        pytest.param(b"NOOK\r\n", None, id="OK within a word"),
    ],
)
def test_what_bytes_are(data: bytes, speech: Speech | None) -> None:
    assert speech_of(data) is speech


@pytest.mark.parametrize(
    ("before", "heard"),
    [
        pytest.param([b"ATE0"], Heard(Speech.WORDS), id="well"),
        pytest.param([b"ATE1"], Heard(Speech.WORDS, echoes=True), id="with echo"),
        pytest.param([b"ATV0"], Heard(Speech.NUMBERS, echoes=True), id="in numbers"),
        pytest.param([b"ATQ1"], Heard(Speech.NO_RESULTS, echoes=True), id="quiet, with echo"),
        pytest.param([b"ATE0Q1"], Heard(Speech.NO_RESULTS), id="quiet, without echo"),
    ],
)
def test_on_a_port(before: list[bytes], heard: Heard) -> None:
    with SimulatorThread(NetworkSettings(time_scale=100)) as simulator:
        modem = simulator.add_modem()
        for line in before:
            simulator.run(partial(modem.modem.feed, line + b"\r"))
        assert asyncio.run(listen_to(modem.port, patience_s=1.0)) == heard
        asyncio.run(speak_plainly(modem.port))
        assert asyncio.run(listen_to(modem.port)) == Heard(Speech.WORDS)


def test_silence_has_an_end() -> None:
    with SimulatorThread() as simulator:
        modem = simulator.add_modem()
        modem.set_faults(parse_plan('[[fault]]\naction = "drop"\noctets = 4096\n', "plan"))
        assert asyncio.run(listen_to(modem.port, patience_s=0.1)) == Heard(Speech.NOTHING)


def test_at_another_speed_there_is_rubbish() -> None:
    with SimulatorThread() as simulator:
        modem = simulator.add_modem(only_baud=9600)
        found = asyncio.run(listen_to(modem.port, baud=115200, patience_s=0.1))
        assert found.speech is Speech.RUBBISH
        assert asyncio.run(listen_to(modem.port, baud=9600)).speech is Speech.WORDS


def test_a_port_that_is_not_there() -> None:
    with pytest.raises(PortMissing):
        asyncio.run(listen_to("/dev/ttyUSB97"))


@contextmanager
def behind(answer: Callable[[bytes], bytes], at_first: bytes = b"") -> Iterator[str]:
    """A pty behind which something answers what it hears; it gives the port."""
    master, slave = os.openpty()
    tty.setraw(slave)

    def work() -> None:
        with suppress(OSError):
            os.write(master, at_first)
            while data := os.read(master, 4096):
                os.write(master, answer(data))

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.write(slave, b"!")
        os.close(slave)
        worker.join(1)
        os.close(master)


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        pytest.param(lambda _: b"Temp: 22.3\r\n", Heard(Speech.TEXT), id="a sensor"),
        pytest.param(lambda typed: typed, Heard(Speech.NOTHING, echoes=True), id="RX on TX"),
        pytest.param(
            lambda typed: typed + b"\r\nPassword: ", Heard(Speech.TEXT, echoes=True), id="a login"
        ),
        pytest.param(
            lambda typed: b"echo:Unknown command\nok\n", Heard(Speech.TEXT), id="a printer"
        ),
        pytest.param(
            lambda typed: b'echo:Unknown command: "' + typed.strip() + b'"\nok\n',
            Heard(Speech.TEXT),
            id="a printer that quotes what it doesn't know",
        ),
    ],
)
def test_what_is_no_modem(answer: Callable[[bytes], bytes], heard: Heard) -> None:
    with behind(answer) as port:
        assert asyncio.run(listen_to(port, patience_s=0.4)) == heard


def test_a_boot_is_no_name() -> None:
    said = iter([b"\r\nRDY\r\n", b"\r\n+CFUN: 1\r\n", b"", b"\r\nRING\r\n"])
    with behind(lambda _: next(said, b"")) as port:
        assert asyncio.run(listen_to(port, patience_s=0.4)) == Heard(Speech.TEXT)


def test_a_burst_does_not_hide_the_answer() -> None:
    burst = b'\r\n+CMTI: "ME",7\r\n' * 500

    def answer(typed: bytes) -> bytes:
        return burst + b"\r\nOK\r\n"

    with behind(answer) as port:
        assert asyncio.run(listen_to(port, patience_s=1.0)).speech is Speech.WORDS
