"""A replay on a real pty and on a TCP port."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from modem.transcript import format as text_format
from modem.transcript.errors import ReplayDiffers
from modem.transcript.replay import replay_of
from modem.transcript.stage import Stage, play_on_pty, play_on_tcp
from tests.modem.transcript.ptys import Program, run, until

SESSION = text_format.read(
    r"""
<< "\r\nRDY\r\n"
>> "AT\r"
-- 0.01
<< "\r\nOK\r\n"
""",
    "it",
)
ALL = b"\r\nRDY\r\n\r\nOK\r\n"


def stage(*, strict: bool, once: bool) -> Stage:
    return Stage(lambda: replay_of(SESSION, strict=strict), once=once)


async def played_to_a_program(port: str) -> None:
    program = Program(port)
    program.say(b"AT\r")
    await until(lambda: program.listen() == ALL)
    program.close()


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "tolerant"])
def test_on_a_pty_once(tmp_path: Path, strict: bool) -> None:
    link = tmp_path / "modem0"
    names: list[str] = []

    async def scenario() -> None:
        playing = asyncio.create_task(
            play_on_pty(stage(strict=strict, once=True), link, names.append)
        )
        await until(lambda: names)
        await played_to_a_program(names[0])
        await playing

    run(scenario())
    assert names == [str(link)]
    assert not link.is_symlink()


def test_another_program_gets_it_anew(tmp_path: Path) -> None:
    names: list[str] = []

    async def scenario() -> None:
        playing = asyncio.create_task(
            play_on_pty(stage(strict=True, once=False), tmp_path / "modem0", names.append)
        )
        await until(lambda: names)
        for _ in range(2):
            await played_to_a_program(names[0])
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)

    run(scenario())


def test_what_differs_ends_it() -> None:
    names: list[str] = []

    async def scenario() -> None:
        playing = asyncio.create_task(
            play_on_pty(stage(strict=True, once=False), None, names.append)
        )
        await until(lambda: names)
        program = Program(names[0])
        program.say(b"ATI\r")
        with pytest.raises(ReplayDiffers, match="line 1 of the host differs"):
            await playing
        program.close()

    run(scenario())
    assert names[0].startswith("/dev/pts/")


def test_on_tcp_one_at_a_time() -> None:
    names: list[str] = []

    async def scenario() -> None:
        playing = asyncio.create_task(
            play_on_tcp(stage(strict=False, once=True), "127.0.0.1", 0, names.append)
        )
        await until(lambda: names)
        host, _, port = names[0].removeprefix("tcp://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        other, other_writer = await asyncio.open_connection(host, int(port))
        with suppress(ConnectionResetError):
            assert await other.read() == b""
        other_writer.close()
        writer.write(b"at\r")
        assert await reader.readexactly(len(ALL)) == ALL
        writer.close()
        await writer.wait_closed()
        await playing

    run(scenario())
