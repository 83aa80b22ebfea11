"""A pty in the middle: real ptys on both sides of it."""

from __future__ import annotations

import asyncio
import itertools
import os
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from modem.errors import MisuseError, PortMissing
from modem.port_links import LinkError
from modem.transcript import passthrough
from modem.transcript.passthrough import LineListener, PassThrough
from modem.transcript.values import Way
from tests.modem.transcript.ptys import ModemPty, Program, run, until

EVERY_BYTE = bytes(range(256)) * 8


@dataclass
class Heard:
    """What a listener hears."""

    said: dict[Way, bytearray] = field(default_factory=lambda: {way: bytearray() for way in Way})
    notes: list[str] = field(default_factory=list)

    def passes(self, way: Way, data: bytes) -> None:
        self.said[way] += data

    async def notes_are(self, count: int) -> None:
        """Wait for so many."""
        await until(lambda: len(self.notes) == count)


@asynccontextmanager
async def in_the_middle(port: str, link: Path | None) -> AsyncIterator[Heard]:
    """A pass-through that runs while the block does."""
    heard = Heard()
    middle = PassThrough(port, LineListener(heard.passes, heard.notes.append), link=link)
    await middle.open()
    running = asyncio.create_task(middle.run())
    try:
        yield heard
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await middle.close()


def test_bytes_go_both_ways_unchanged_and_are_heard(tmp_path: Path) -> None:
    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            program = Program(str(link))
            program.say(EVERY_BYTE)
            await until(lambda: modem.listen() == EVERY_BYTE)
            modem.say(EVERY_BYTE)
            await until(lambda: program.listen() == EVERY_BYTE)
            assert heard.said == dict.fromkeys(Way, EVERY_BYTE)
            program.close()
            await until(lambda: len(heard.notes) == 2)
            assert heard.notes == ["a program opened the port", "the program closed the port"]
        assert not link.is_symlink()
        modem.pull()

    run(scenario())


def test_a_program_that_returns_finds_nothing_old(tmp_path: Path) -> None:
    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            modem.say(b"\r\nRING\r\n")
            await until(lambda: heard.said[Way.FROM_MODEM])
            program = Program(str(link))
            program.say(b"AT\r")
            modem.say(b"\r\nOK\r\n")
            await until(lambda: program.listen() == b"\r\nOK\r\n")
            modem.say(b"\r\nold\r\n")
            await until(lambda: heard.said[Way.FROM_MODEM].endswith(b"old\r\n"))
            program.close()
            await until(lambda: len(heard.notes) == 2)
            program = Program(str(link))
            modem.say(b"new")
            await until(lambda: program.listen() == b"new")
            program.close()
        modem.pull()

    run(scenario())


def test_the_speed_that_a_program_sets_is_the_port_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passthrough, "LOOK_S", 0.01)

    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            assert modem.baud_code() == termios.B115200
            program = Program(str(link))
            program.set_speed(termios.B9600)
            program.say(b"AT\r")
            await until(lambda: modem.listen() == b"AT\r")
            assert modem.baud_code() == termios.B9600
            program.set_speed(termios.B57600)  # and says nothing
            await until(lambda: modem.baud_code() == termios.B57600)
            assert heard.notes[1:] == ["the program sets 9600 baud", "the program sets 57600 baud"]
            program.close()
        modem.pull()

    run(scenario())


def test_dtr_drops_with_the_program_that_wants_it_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dtr: list[bool] = []
    monkeypatch.setattr(passthrough, "set_dtr", lambda _link, on: dtr.append(on))

    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            for hang_up, count in ((False, 2), (True, 4)):
                program = Program(str(link))
                program.set_speed(termios.B115200, hang_up=hang_up)
                await heard.notes_are(count - 1)
                program.close()
                await heard.notes_are(count)
        modem.pull()

    run(scenario())
    assert dtr == [True, True, False]


def test_a_modem_that_goes_and_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passthrough, "LOOK_S", 0.01)

    async def scenario() -> None:
        first, second = ModemPty(), ModemPty()
        port, link = tmp_path / "ttyUSB2", tmp_path / "modem0"
        port.symlink_to(first.port)
        async with in_the_middle(str(port), link) as heard:
            program = Program(str(link))
            await until(lambda: heard.notes)
            first.pull()
            await until(lambda: len(heard.notes) == 2)
            program.say(b"lost\r")  # nobody hears it, and nothing breaks
            await until(lambda: len(heard.notes) == 3)
            port.unlink()
            port.symlink_to(second.port)
            await until(lambda: len(heard.notes) == 4)
            program.say(b"AT\r")
            await until(lambda: second.listen() == b"AT\r")
            program.close()
        assert heard.said[Way.TO_MODEM] == b"AT\r"
        assert heard.notes[1].startswith(f"{port} is gone: ")
        assert heard.notes[2:4] == [
            f"what the program says is lost until {port} is back",
            f"{port} is back",
        ]
        second.pull()

    run(scenario())


@pytest.mark.parametrize("way", list(Way), ids=["to a slow modem", "to a slow program"])
def test_nothing_is_lost_where_the_other_side_is_slower(tmp_path: Path, way: Way) -> None:
    """It is the writer that waits, while what waits for the reader stays small."""
    data = EVERY_BYTE * 300  # 600 KiB: more than every buffer on the way

    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            program = Program(str(link))
            ends = [program.descriptor, modem.master]
            reader = program if way is Way.FROM_MODEM else modem
            writer = ends[1] if way is Way.FROM_MODEM else ends[0]
            left = memoryview(data)
            stuck = 0
            while left and stuck < 10:  # nobody reads
                try:
                    left = left[os.write(writer, left[:4096]) :]
                    stuck = 0
                except BlockingIOError:
                    stuck += 1
                await asyncio.sleep(0.005)
            assert len(left) > len(data) / 2
            while len(reader.listen()) < len(data):
                with suppress(BlockingIOError):
                    left = left[os.write(writer, left[:4096]) :]
                await asyncio.sleep(0)
            assert reader.heard == data
            assert heard.said[way] == data
            assert len(heard.notes) == 1
            program.close()
        modem.pull()

    run(scenario())


def test_while_one_side_is_held_the_other_is_looked_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that doesn't read writes more than the link to a slow modem may keep."""
    monkeypatch.setattr(passthrough, "HELD_LOOK_S", 0.2)
    data = EVERY_BYTE * 300

    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            program = Program(str(link))
            ends = (modem.master, program.descriptor)
            lefts = [memoryview(data), memoryview(data)]
            for turn in itertools.count():
                # The modem first, so that it has to wait before the program begins.
                for at, end in enumerate(ends[: 1 + (turn > 200)]):
                    with suppress(BlockingIOError):
                        lefts[at] = lefts[at][os.write(end, lefts[at][:65536]) :]
                if turn > 400:  # until then nobody reads
                    program.listen()
                    modem.listen()
                if min(len(program.heard), len(modem.heard)) == len(data):
                    break
                await asyncio.sleep(0)
            assert program.heard == data
            assert modem.heard == data
            assert heard.said == dict.fromkeys(Way, data)
            program.close()
        modem.pull()

    run(scenario())


def test_a_program_that_does_not_read_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passthrough, "UNREAD_S", 0.0)

    async def scenario() -> None:
        modem, link = ModemPty(), tmp_path / "modem0"
        async with in_the_middle(modem.port, link) as heard:
            program = Program(str(link))
            left = memoryview(EVERY_BYTE * 300)
            while len(heard.notes) < 2:
                with suppress(BlockingIOError):
                    left = left[os.write(modem.master, left[:4096]) :]
                await asyncio.sleep(0)
            await until(lambda: program.listen() and len(heard.notes) > 2)
            assert heard.notes[1:3] == [
                "the program doesn't read: what the modem says has to wait",
                "the program reads again",
            ]
            program.close()
        modem.pull()

    run(scenario())


def test_without_a_pty_it_only_listens() -> None:
    async def scenario() -> None:
        modem = ModemPty()
        async with in_the_middle(modem.port, None) as heard:
            modem.say(b"\r\nRING\r\n")
            await until(lambda: heard.said[Way.FROM_MODEM] == b"\r\nRING\r\n")
            assert modem.listen() == b""
        modem.pull()

    run(scenario())


@pytest.mark.parametrize(
    ("port", "link", "error"),
    [
        pytest.param("/dev/none", "modem0", PortMissing, id="no port"),
        pytest.param("rfc2217://x:1", "modem0", MisuseError, id="no port at all"),
        pytest.param(None, "none/modem0", LinkError, id="no place for the link"),
        pytest.param(None, "file", LinkError, id="a file in the link's place"),
    ],
)
def test_what_can_t_be_had(
    tmp_path: Path, port: str | None, link: str, error: type[Exception]
) -> None:
    (tmp_path / "file").write_text("precious")

    async def scenario() -> None:
        modem = ModemPty()
        with pytest.raises(error):
            async with in_the_middle(port or modem.port, tmp_path / link):
                pass
        # Nothing has it open any more.
        os.close(os.open(modem.port, os.O_RDWR | os.O_NOCTTY))
        modem.pull()

    run(scenario())
    assert (tmp_path / "file").read_text() == "precious"
