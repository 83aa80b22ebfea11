"""The control socket as a stranger may use it: what is at its path, and what is sent to it."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from apn_config.control import ControlClient, ControlError, ControlServer, Emit, Json


async def echo(args: Json, emit: Emit) -> Json:
    emit({"step": 1})
    return args


async def fail(_args: Json, _emit: Emit) -> Json:
    raise ControlError("no", exit_code=4)


OPERATIONS = {"echo": echo, "fail": fail}


async def said(path: Path, line: bytes) -> list[Any]:
    """What the server answers to a line, to the end of the conversation."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    writer.write_eof()
    lines = (await reader.read()).splitlines()
    writer.close()
    await writer.wait_closed()
    return [json.loads(found) for found in lines]


def test_a_file_at_the_path_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("precious")
    with pytest.raises(FileExistsError, match="no socket"):
        asyncio.run(ControlServer(path, OPERATIONS).start())
    assert path.read_text() == "precious"


def test_a_dead_daemon_s_socket_is_replaced_and_a_living_one_s_is_not(tmp_path: Path) -> None:
    path = tmp_path / "run" / "control.sock"

    async def main() -> None:
        first, second = ControlServer(path, OPERATIONS), ControlServer(path, OPERATIONS)
        await first.start()
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        with pytest.raises(FileExistsError, match="another daemon"):
            await second.start()
        path.rename(tmp_path / "kept")
        await first.close()
        (tmp_path / "kept").rename(path)
        await second.start()
        assert await said(path, b'{"id": 7, "op": "echo", "args": {"a": 1}}\n') == [
            {"id": 7, "event": {"step": 1}},
            {"id": 7, "ok": True, "result": {"a": 1}},
        ]
        await second.close()
        assert not path.exists()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        pytest.param(b"no json\n", 2, "one JSON object", id="no JSON"),
        pytest.param(b"[" * 100_000 + b"\n", 2, "one JSON object", id="nested too deeply"),
        pytest.param(b"[]\n", 2, "op", id="no object"),
        pytest.param(b'{"op": 1}\n', 2, "string", id="op is no text"),
        pytest.param(b'{"op": "nope"}\n', 2, "echo, fail", id="unknown op"),
        pytest.param(b'{"op": "echo", "args": []}\n', 2, "args", id="args is no object"),
        pytest.param(b'{"op": "fail"}\n', 4, "no", id="a refusal with its code"),
    ],
)
def test_faulty_requests(tmp_path: Path, line: bytes, code: int, words: str) -> None:
    path = tmp_path / "control.sock"

    async def main() -> None:
        server = ControlServer(path, OPERATIONS)
        await server.start()
        (answer,) = await said(path, line)
        assert answer["ok"] is False
        assert answer["error"]["exit_code"] == code
        assert words in answer["error"]["message"]
        await server.close()

    asyncio.run(main())


def test_a_daemon_that_hangs_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apn_config.control.STATUS_S", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        client = ControlClient.connect(tmp_path / "socket")
        assert client is not None
        with pytest.raises(ControlError, match="didn't answer") as told:
            client.call("status")
        client.close()
    assert told.value.exit_code == 8


def test_nobody_listens(tmp_path: Path) -> None:
    assert ControlClient.connect(tmp_path / "nothing") is None


# --- operations that a client attends -------------------------------------------------------------


class Attended:
    """An endless operation, and what became of it."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()
        self.emit: Emit = lambda _event: None

    async def run(self, args: Json, emit: Emit) -> object:
        self.emit = emit
        self.begun.set()
        try:
            if args.get("short"):
                return "done"
            return await asyncio.Event().wait()
        finally:
            self.ended.set()


@asynccontextmanager
async def attending(path: Path, **args: object) -> AsyncIterator[tuple[Attended, Any, Any]]:
    """A server, and a client that has begun the operation."""
    attended = Attended()
    server = ControlServer(path, {"endless": attended.run, **OPERATIONS}, attended={"endless"})
    await server.start()
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(json.dumps({"id": 1, "op": "endless", "args": args}).encode() + b"\n")
    await attended.begun.wait()
    try:
        yield attended, reader, writer
    finally:
        writer.close()
        await server.close()


@pytest.mark.parametrize("how", ["hangs up", "the server ends"])
def test_an_attended_operation_ends_with_its_client(tmp_path: Path, how: str) -> None:
    async def main() -> None:
        async with attending(tmp_path / "socket") as (attended, reader, writer):
            attended.emit({"step": 1})
            assert json.loads(await reader.readline()) == {"id": 1, "event": {"step": 1}}
            if how == "hangs up":
                writer.close()
                await asyncio.wait_for(attended.ended.wait(), 5)
            attended.emit({"step": 2})  # nobody hears it, and nobody minds
        await asyncio.wait_for(attended.ended.wait(), 5)

    asyncio.run(main())


def test_an_attended_operation_that_ends_has_a_result(tmp_path: Path) -> None:
    async def main() -> None:
        async with attending(tmp_path / "socket", short=True) as (_attended, reader, writer):
            assert json.loads(await reader.readline()) == {"id": 1, "ok": True, "result": "done"}
            writer.write(b'{"id": 2, "op": "echo"}\n')
            assert json.loads(await reader.readline())["id"] == 2

    asyncio.run(main())


def test_what_is_asked_during_an_attended_operation_is_answered_behind_it(tmp_path: Path) -> None:
    async def main() -> None:
        asked = Attended()
        release = asyncio.Event()

        async def waits(args: Json, emit: Emit) -> object:
            asked.begun.set()
            await release.wait()
            return "waited"

        server = ControlServer(tmp_path / "s", {"waits": waits, **OPERATIONS}, attended={"waits"})
        await server.start()
        reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
        # Both at once; and all is said: a client that only listens is there still.
        writer.write(b'{"id": 1, "op": "waits"}\n{"id": 2, "op": "echo"}\n')
        writer.write_eof()
        await asked.begun.wait()
        asyncio.get_running_loop().call_later(0.6, release.set)  # longer than a look for it
        answers = [json.loads(line) for line in (await reader.read()).splitlines()]
        assert [(each["id"], each.get("result")) for each in answers if "ok" in each] == [
            (1, "waited"),
            (2, {}),
        ]
        writer.close()
        await server.close()

    asyncio.run(main())


def test_answers_that_nobody_reads_keep_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apn_config.control.IDLE_S", 0.05)

    begun = asyncio.Event()

    async def big(_args: Json, _emit: Emit) -> str:
        begun.set()
        return "x" * 3_000_000

    async def main() -> None:
        server = ControlServer(tmp_path / "socket", {"big": big})
        await server.start()
        _reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b'{"op": "big"}\n' * 2)
        async with asyncio.timeout(5):
            await begun.wait()
            await asyncio.gather(*server._clients)
        writer.close()
        await server.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b'{"id": 1, "ok": tr', id="half a line"),
        pytest.param(b'{"id": 1, "event": {"a": 1}}\n{"id": 1, "ev', id="half an event"),
        pytest.param(b"", id="nothing"),
        pytest.param(None, id="not even read"),
    ],
)
def test_a_daemon_that_dies_in_the_middle_is_an_error_like_others(
    tmp_path: Path, said: bytes | None
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        client = ControlClient.connect(tmp_path / "socket")
        assert client is not None
        theirs, _ = listener.accept()
        if said is None:
            theirs.close()
        else:
            theirs.sendall(said)
            theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(ControlError, match="the daemon ended"):
            client.call("watch")
        theirs.close()
        client.close()


def test_an_answer_that_can_t_be_printed_is_the_printer_s_error(tmp_path: Path) -> None:
    def print_it(_event: Json) -> None:
        raise BrokenPipeError

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        client = ControlClient.connect(tmp_path / "socket")
        assert client is not None
        theirs, _ = listener.accept()
        theirs.sendall(b'{"id": 1, "event": {}}\n')
        with pytest.raises(BrokenPipeError):
            client.call("watch", on_event=print_it)
        theirs.close()
        client.close()


def test_a_client_that_does_not_read_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apn_config.control.MAX_UNREAD_BYTES", 100_000)

    async def main() -> None:
        async with attending(tmp_path / "socket") as (attended, _reader, _writer):
            async with asyncio.timeout(5):
                while not attended.ended.is_set():
                    attended.emit({"data": "x" * 1000})
                    await asyncio.sleep(0)

    asyncio.run(main())


def test_no_more_clients_than_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apn_config.control.MAX_CLIENTS", 1)

    async def main() -> None:
        async with attending(tmp_path / "socket") as (attended, _reader, writer):
            other = await asyncio.to_thread(ControlClient.connect, tmp_path / "socket")
            assert other is not None
            with pytest.raises(ControlError, match="1 clients speak") as told:
                await asyncio.to_thread(other.call, "echo")
            assert told.value.exit_code == 7
            other.close()
            writer.close()
            await asyncio.wait_for(attended.ended.wait(), 5)

    asyncio.run(main())
