"""AT lines through a running daemon: serialised with its own commands, on its modem."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apn_config.control import MAX_LINE_BYTES, ControlError, Json
from modem import AtAnswer, LinkNews

# A daemon that ended is looked for so often: it may be restarted or upgraded.
LOOK_S = 0.5


class DaemonChannel:
    """A `modem.AtChannel` on the daemon's modem.

    `on_urc` is called with the lines of what the modem says unasked, `on_link` when the modem or
    the daemon goes and returns.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_urc: Callable[[tuple[str, ...]], None] = lambda _lines: None,
        on_link: Callable[[LinkNews], None] = lambda _news: None,
    ) -> None:
        self.port = "the daemon's modem"
        self._path = path
        self._on_urc = on_urc
        self._on_link = on_link
        self._watching: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._numbers = itertools.count(1)

    async def open(self) -> None:
        """Find the daemon, and hear from now on what its modem says. Raises ControlError."""
        status = await self.call("status")
        self.port = status["link"]["port"] or self.port
        self._watching = asyncio.create_task(self._watch())

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        """As `AtChannel`. Raises ControlError, with exit code 4 for what needs `force`."""
        args: Json = {"line": line, "force": force}
        if payload is not None:
            args["payload"] = payload
        if timeout_s is not None:
            args["timeout_s"] = timeout_s
        answer = await self.call("at", args)
        return AtAnswer(**{**answer, "lines": tuple(answer["lines"])})

    async def call(self, op: str, args: Json | None = None) -> Any:
        """Another operation of the daemon's. Raises ControlError."""
        async with self._turn:
            reader, writer = await self._connect()
            try:
                return await self._ask(reader, writer, op, args or {}, lambda _event: None)
            finally:
                writer.close()

    async def close(self) -> None:
        """Hang up."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_unix_connection(self._path, limit=MAX_LINE_BYTES)
        except OSError as error:
            why = error.strerror or str(error)
            raise ControlError(f"no daemon answers at {self._path}: {why}", exit_code=8) from None

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        op: str,
        args: Json,
        on_event: Callable[[Json], None],
    ) -> Any:
        request = {"id": next(self._numbers), "op": op, "args": args}
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            await writer.drain()
            while line := await reader.readline():
                message = json.loads(line)
                if "event" in message:
                    on_event(message["event"])
                elif message["ok"]:
                    return message["result"]
                else:
                    error = message["error"]
                    raise ControlError(error["message"], error["exit_code"])
        except (OSError, ValueError) as error:
            raise ControlError(f"the daemon's socket failed: {error}", exit_code=8) from None
        raise ControlError("the daemon ended before it answered", exit_code=8)

    async def _watch(self) -> None:
        """Hear the modem, through one daemon after the other."""
        while True:
            try:
                reader, writer = await self._connect()
                try:
                    await self._ask(reader, writer, "watch", {}, self._hear)
                finally:
                    writer.close()
            except ControlError as error:
                self._on_link(LinkNews(self.port, str(error)))
            await asyncio.sleep(LOOK_S)

    def _hear(self, event: Json) -> None:
        if "urc" in event:
            self._on_urc(tuple(event["urc"]["lines"]))
        elif "link" in event:
            ready = event["link"]["phase"] == "ready"
            why = None if ready else event["link"]["why"] or event["link"]["phase"]
            self._on_link(LinkNews(self.port, why))
