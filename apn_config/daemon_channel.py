"""AT lines through a running daemon: serialised with its own commands, on its modem."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apn_config.control import MAX_LINE_BYTES, Json
from modem import AtAnswer, ChannelError, LinkNews, NeedsForce
from modem.transcript import Way

# A daemon that ended is looked for so often: it may be restarted or upgraded.
LOOK_S = 0.5
# The exit code of what the daemon's policy refuses.
_REFUSED = 4
# What the daemon's `at` says behind its reason; here somebody may be asked instead.
_ADVICE = "; --force sends it all the same"


class DaemonAway(ChannelError):
    """The daemon itself gives no answer, whatever its modem does."""


class DaemonChannel:
    """A `modem.AtChannel` on the daemon's modem.

    `on_urc` is called with the lines of what the modem says unasked, `on_link` when the modem or
    the daemon goes and returns; the same news may come several times. An operation may take
    `patience_s`, or as long as the daemon likes.
    """

    via = "through the daemon"

    def __init__(
        self,
        path: Path,
        *,
        on_urc: Callable[[tuple[str, ...]], None] = lambda _lines: None,
        on_link: Callable[[LinkNews], None] = lambda _news: None,
        patience_s: float | None = None,
    ) -> None:
        self.port = "the daemon's modem"
        self._path = path
        self._on_urc = on_urc
        self._on_link = on_link
        self._patience_s = patience_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._name = secrets.token_hex(8)
        self._turn = asyncio.Lock()
        self._numbers = itertools.count(1)

    async def open(self) -> None:
        """Find the daemon, and hear from now on what its modem says. Raises ChannelError."""
        status = await self.call("status")
        self.port = status["link"]["port"] or self.port
        # The daemon takes its ground back when the console that was let on it has gone.
        watch = {"console": self._name}
        self._start(self._follow("watch", watch, self._hear, self._away))

    async def call(self, op: str, args: Json | None = None) -> Any:
        """One operation, one at a time. Raises ChannelError, DaemonAway."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._patience_s):
                    return await self._converse(op, args or {}, lambda _event: None)
            except TimeoutError:
                message = f"the daemon gave no answer to {op} for {self._patience_s} s"
                raise DaemonAway(message, 8) from None

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        """As `AtChannel`; the daemon minds what would take its ground."""
        args: Json = {"line": line, "force": force, "console": self._name}
        if payload is not None:
            args["payload"] = payload
        if timeout_s is not None:
            args["timeout_s"] = timeout_s
        try:
            answer = await self.call("at", args)
        except ChannelError as error:
            if error.exit_code == _REFUSED and not force:
                raise NeedsForce(str(error).removesuffix(_ADVICE)) from None
            raise
        return AtAnswer(**{**answer, "lines": tuple(answer["lines"])})

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        """As `AtChannel`."""
        sent = await self.call("sms.send", {"to": number, "text": text})
        return tuple(sent["references"])

    def listen(self, listener: Callable[[Way, bytes], None]) -> Callable[[], None]:
        """As `AtChannel`; the daemon masks numbers, texts and secrets."""

        def pass_on(event: Json) -> None:
            listener(Way(event["way"]), event["data"].encode("latin-1"))

        task = self._start(self._follow("record", {}, pass_on, lambda _why: None))
        return lambda: _end(task)

    async def write(self, data: bytes) -> None:
        """Never: what raw bytes do to the daemon's modem nobody can tell."""
        raise ChannelError("raw bytes need the port itself; stop the daemon first", _REFUSED)

    async def close(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _follow(
        self, op: str, args: Json, hear: Callable[[Json], None], away: Callable[[str], None]
    ) -> None:
        """An endless operation, through one daemon after the other."""
        while True:
            try:
                await self._converse(op, args, hear)
            except ChannelError as error:
                away(str(error))
            await asyncio.sleep(LOOK_S)

    async def _converse(self, op: str, args: Json, on_event: Callable[[Json], None]) -> Any:
        reader, writer = await self._connect()
        request = {"id": next(self._numbers), "op": op, "args": args}
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            await writer.drain()
            return await _result(reader, on_event)
        except (OSError, ValueError) as error:
            raise DaemonAway(f"the daemon's socket failed: {error}", 8) from None
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_unix_connection(self._path, limit=MAX_LINE_BYTES)
        except OSError as error:
            why = error.strerror or str(error)
            code = 6 if isinstance(error, PermissionError) else 8
            raise DaemonAway(f"no daemon answers at {self._path}: {why}", code) from None

    def _hear(self, event: Json) -> None:
        if "urc" in event:
            self._on_urc(tuple(event["urc"]["lines"]))
        elif "link" in event:
            link = event["link"]
            ready = link["phase"] == "ready"
            self._on_link(LinkNews(self.port, None if ready else link["why"] or link["phase"]))

    def _away(self, why: str) -> None:
        self._on_link(LinkNews(self.port, why))


async def _result(reader: asyncio.StreamReader, on_event: Callable[[Json], None]) -> Any:
    while line := await reader.readline():
        message = json.loads(line)
        if "event" in message:
            on_event(message["event"])
        elif message["ok"]:
            return message["result"]
        else:
            error = message["error"]
            raise ChannelError(error["message"], error["exit_code"])
    raise DaemonAway("the daemon ended before it answered", 8)


def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
