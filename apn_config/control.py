"""The control socket: one JSON object a line, through which every command shares the daemon's
modem.

Request `{"id", "op", "args"}`, answer `{"id", "ok", "result" | "error"}`; an operation that streams
sends `{"id", "event"}` lines before. Secrets may stand in a request's args; nothing here logs args.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import select
import socket
import stat
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

logger = logging.getLogger(__name__)

# A request is a command and its arguments; an answer may list a full storage (255 messages).
MAX_LINE_BYTES = 1 << 20
MAX_CLIENTS = 32
# A command asks as soon as it is connected, and reads its answer as soon as it is there.
IDLE_S = 30.0
# How soon it is noticed that a client of an attended operation hung up.
LOOK_S = 0.25
# A path that can't be had may be had later: a directory is made, another daemon ends.
RETRY_S = 30.0
# A client of an attended operation that doesn't read what it is sent is let go.
MAX_UNREAD_BYTES = 4 << 20
# It asks a modem that may be mute: three commands' time-outs.
STATUS_S = 60.0
EXIT_BUSY = 7

Json: TypeAlias = dict[str, Any]
Emit: TypeAlias = Callable[[Json], None]
Operation: TypeAlias = Callable[[Json, Emit], Awaitable[Any]]


class ControlError(Exception):
    """The daemon said no, in the words and with the exit code that it gave."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)


class BadRequest(ControlError):
    """A request that isn't one; the message says what was wanted."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=2)


class ControlServer:
    """Listens at a path, whose permissions are `mode`, and runs the operations of a table.

    Those that are `attended`, endless ones among them, end when the client hangs up; what it asks
    meanwhile is answered after them.
    """

    def __init__(
        self,
        path: Path,
        operations: Mapping[str, Operation],
        *,
        attended: Collection[str] = (),
        mode: int = 0o660,
    ) -> None:
        self._path = path
        self._operations = operations
        self._attended = attended
        self._mode = mode
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises OSError where the path can't be used.

        A socket file that nobody answers at is a dead daemon's and is replaced.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if await _somebody_listens(self._path):
            raise FileExistsError(f"another daemon listens at {self._path}")
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                raise FileExistsError(f"{self._path} is there and is no socket")
            self._path.unlink()
        # The umask closes the moment between bind and chmod, in which anybody might connect.
        umask = os.umask(0o777 & ~self._mode)
        try:
            self._server = await asyncio.start_unix_server(
                self._accept, self._path, limit=MAX_LINE_BYTES
            )
        finally:
            os.umask(umask)

    async def close(self) -> None:
        """Stop listening, end the conversations, and take the socket file away."""
        if self._server is None:
            return
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        # A turn of the loop, in which their connections are closed.
        await asyncio.sleep(0)
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MAX_CLIENTS:
            why = f"{MAX_CLIENTS} clients speak to the daemon already; try again"
            writer.write(_line({"id": None, **_failed(why, EXIT_BUSY)}))
            writer.close()
            return
        client = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)
        # Also where it is cancelled before it has begun.
        client.add_done_callback(lambda _task: writer.close())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await _request_line(reader):
                await self._answer(line, writer)
                async with asyncio.timeout(IDLE_S):
                    await writer.drain()
        except TimeoutError:
            writer.transport.abort()
            logger.debug("a control client that doesn't read was dropped")
        except (ConnectionError, ValueError):
            # The client is gone, or its line is over the limit: nothing can be answered any more.
            logger.debug("a control client was dropped")

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        identity: object = None

        def send(message: Json) -> None:
            if writer.is_closing():
                return
            writer.write(_line({"id": identity, **message}))
            if writer.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
                writer.transport.abort()

        try:
            request = _parse(line)
            identity = request.get("id")
            operation = self._operations.get(request["op"])
            if operation is None:
                known = ", ".join(sorted(self._operations))
                raise BadRequest(f"no operation {str(request['op'])[:40]!r}; there are {known}")
            doing = operation(request["args"], lambda event: send({"event": event}))
            if request["op"] in self._attended:
                result = await _while_attended(doing, writer)
            else:
                result = await doing
        except _HungUp:
            raise
        except Exception as error:
            code = getattr(error, "exit_code", None)
            if not isinstance(code, int):
                logger.exception("a control operation failed")
                send(_failed("internal error", 1))
                return
            send(_failed(str(error), code))
        else:
            send({"ok": True, "result": result})


class _HungUp(ConnectionError):
    """The client is gone while its operation was at work."""


async def _while_attended(doing: Awaitable[Any], writer: asyncio.StreamWriter) -> Any:
    """Do it for as long as the client is there. Raises what it failed with, _HungUp."""
    working = asyncio.ensure_future(doing)
    try:
        while not (await asyncio.wait({working}, timeout=LOOK_S))[0]:
            if _is_gone(writer):
                raise _HungUp
        return working.result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _is_gone(writer: asyncio.StreamWriter) -> bool:
    """Did the client hang up? One that has said all it wanted to, and listens, is there still:
    what is read can't tell them apart.
    """
    if writer.is_closing():
        return True
    poll = select.poll()
    poll.register(writer.get_extra_info("socket").fileno(), 0)  # a hang-up is told unasked
    return bool(poll.poll(0))


def _line(message: Json) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _failed(message: str, exit_code: int) -> Json:
    return {"ok": False, "error": {"message": message, "exit_code": exit_code}}


async def offer_control(
    path: Path,
    table: Mapping[str, Operation],
    moved: asyncio.Event,
    listening: Callable[[], None] = lambda: None,
    *,
    attended: Collection[str] = (),
) -> None:
    """Serve the control socket until `moved` or cancelled; `listening` is called once it is there.

    The daemon does its work without it, too; it is tried again now and then.
    """
    server = ControlServer(path, table, attended=attended)
    while not moved.is_set():
        try:
            await server.start()
        except OSError as error:
            logger.error("no control socket at %s: %s", path, error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await moved.wait()
            continue
        listening()
        try:
            await moved.wait()
        finally:
            await server.close()


async def _request_line(reader: asyncio.StreamReader) -> bytes:
    """The next request, b"" at the end. Who keeps silent makes room for others."""
    try:
        async with asyncio.timeout(IDLE_S):
            return await reader.readline()
    except TimeoutError:
        return b""


def _parse(line: bytes) -> Json:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRequest('wanted one JSON object a line, {"id", "op", "args"}') from None
    if not isinstance(request, dict) or not isinstance(request.get("op"), str):
        raise BadRequest('wanted {"id", "op", "args"} with a string as op')
    args = request.setdefault("args", {})
    if not isinstance(args, dict):
        raise BadRequest("args has to be an object")
    return request


async def _somebody_listens(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    await _hang_up(writer)
    return True


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


class ControlClient:
    """One conversation with the daemon, for one-shot commands."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = connection.makefile("rb")

    @classmethod
    def connect(cls, path: Path) -> ControlClient | None:
        """A conversation with the daemon at `path`; None where nobody listens.

        Raises ControlError (6) where somebody does and this user may not speak to it.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(os.fspath(path))
        except PermissionError:
            connection.close()
            message = f"no permission on {path}; use sudo, or the group that the socket belongs to"
            raise ControlError(message, exit_code=6) from None
        except OSError:
            connection.close()
            return None
        return cls(connection)

    def call(self, op: str, args: Json | None = None, on_event: Emit | None = None) -> Any:
        """Ask for an operation and wait for its answer. Raises ControlError.

        A daemon always has a status; for all else the network may take its time.
        """
        self._connection.settimeout(STATUS_S if op == "status" else None)
        for message in self._ask({"id": 1, "op": op, "args": args or {}}):
            if "event" in message:
                if on_event is not None:
                    on_event(message["event"])
            elif message["ok"]:
                return message["result"]
            else:
                error = message["error"]
                raise ControlError(error["message"], error["exit_code"])
        raise ControlError("the daemon ended before it answered")

    def _ask(self, request: Json) -> Iterator[Json]:
        """All that the daemon says to a request, to the end of the conversation."""
        try:
            with contextlib.suppress(BrokenPipeError):  # it may have said why it hung up
                self._connection.sendall(_line(request))
            for line in self._lines:
                yield json.loads(line)
        except TimeoutError:
            raise ControlError(
                f"the daemon didn't answer within {STATUS_S:g} s; look at its log", exit_code=8
            ) from None
        except (OSError, ValueError):
            raise ControlError("the daemon ended in the middle of its answer") from None

    def close(self) -> None:
        """End the conversation."""
        self._lines.close()
        self._connection.close()
