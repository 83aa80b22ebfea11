"""A session: a typed line goes to the modem, its answer is shown and explained, and so is what the
modem says unasked. Who reads keys and draws is another's affair (`screen`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import TypeAlias

from modem.answers import AtAnswer
from modem.channel import AtChannel, ChannelError, Connect, LinkNews, NeedsForce
from modem.commands.secrets import is_secret
from modem.console.values import Entry, Kind, Show, is_private, lines_of, shown_line
from modem.errors import ModemError
from modem.transcript.values import Way

# Asks the user: yes or no.
Ask: TypeAlias = Callable[[str], Awaitable[bool]]

_CSQ = re.compile(r"\+CSQ:\s*(\d+)")
# 3GPP TS 27.007 8.5: -113 dBm and 2 dB a step; 99 is unknown.
_CSQ_BEST = 31


class Session:
    """What happens between a user and a modem. `show` gets what is to be seen, in order."""

    def __init__(self, show: Show, ask: Ask, clock: Callable[[], datetime]) -> None:
        self.show = show
        self._ask = ask
        self._clock = clock
        self._channel: AtChannel | None = None
        self._turn = asyncio.Lock()
        self._hearers: list[Callable[[Sequence[str]], None]] = []
        self._end_raw: Callable[[], None] | None = None
        self._peeking = False
        self._hides = False
        self._owed = False  # the answer to a private line, perhaps with its echo, may still come
        self.running: str | None = None
        self.began: datetime | None = None
        self.loss: str | None = None
        self.signal_dbm: int | None = None

    async def open(self, connect: Connect) -> None:
        """Have a channel. Raises ModemError, ChannelError."""
        self._channel = await connect(self._heard, self._link_news)

    async def close(self) -> None:
        """Let go of the channel."""
        if self._channel is not None:
            await self._channel.close()

    @property
    def channel(self) -> AtChannel:
        """The channel, which was opened."""
        assert self._channel is not None
        return self._channel

    @property
    def busy(self) -> bool:
        """Does a command run?"""
        return self._turn.locked()

    @asynccontextmanager
    async def turn(self, line: str) -> AsyncIterator[None]:
        """The modem is this line's alone; it is what runs, and since when."""
        async with self._turn:
            self.running, self.began = shown_line(line), self._clock()
            try:
                yield
            finally:
                self.running = self.began = None

    def say(self, kind: Kind, *texts: str) -> None:
        """Show lines of one kind."""
        self.show(lines_of(kind, *texts))

    def hear(self, hearer: Callable[[Sequence[str]], None]) -> Callable[[], None]:
        """Have `hearer` told what the modem says unasked; the result ends that."""
        self._hearers.append(hearer)
        return lambda: self._hearers.remove(hearer)

    # --- lines --------------------------------------------------------------------------------

    async def send(self, entry: Entry) -> bool:
        """Send a line, show its answer; was it an OK? Errors are shown, none is raised.

        The caller has the `turn`.
        """
        self._end_peeking()
        self._owed |= _hides(entry.line)
        try:
            answer = await self._execute(entry)
        except (ModemError, ChannelError) as error:
            self.say(Kind.ERROR, str(error))
            return False
        if answer is None:
            self.say(Kind.NOTE, "not sent")
            return False
        self._owed = False
        self._show_answer(answer)
        return answer.ok

    async def _execute(self, entry: Entry) -> AtAnswer | None:
        """The answer; None where the user was asked and doesn't want it sent."""
        try:
            return await self.channel.execute(entry.line, payload=entry.payload)
        except NeedsForce as need:
            why = need.why[:1].upper() + need.why[1:]
            if not await self._ask(f"{why}. Send it all the same?"):
                return None
        return await self.channel.execute(entry.line, payload=entry.payload, force=True)

    def _show_answer(self, answer: AtAnswer) -> None:
        from modem.explain import explain

        for line in answer.lines:
            if (found := _CSQ.match(line)) is not None:
                steps = int(found[1])
                self.signal_dbm = 2 * steps - 113 if steps <= _CSQ_BEST else None
        if self.raw:
            return  # the bytes were shown as they came
        self.say(Kind.ANSWER, *answer.lines)
        self.say(Kind.OK if answer.ok else Kind.REFUSED, answer.final)
        self.say(Kind.MEANING, *explain(answer.line, answer.lines, answer.final))

    async def ask_quietly(self, line: str, timeout_s: float) -> AtAnswer | None:
        """The answer to a harmless line, unseen; None where a command runs or it fails."""
        if self.busy or self.loss is not None:
            return None
        async with self._turn:
            with suppress(ModemError, ChannelError):
                return await self.channel.execute(line, timeout_s=timeout_s)
        return None

    # --- what comes unasked -------------------------------------------------------------------

    def _heard(self, lines: tuple[str, ...]) -> None:
        from modem.explain import explain_urc

        for hearer in tuple(self._hearers):
            hearer(lines)
        if self.raw:
            return
        time = f"{self._clock():%H:%M:%S}"
        self.say(Kind.URC, *(f"{time} {line}" for line in lines))
        self.say(Kind.MEANING, *explain_urc(lines))

    def _link_news(self, news: LinkNews) -> None:
        """The modem can be used, or no more; the same news twice is none."""
        if news.why == self.loss:
            return
        self.loss = news.why
        time = f"{self._clock():%H:%M:%S}"
        if news.why is None:
            self.say(Kind.NOTE, f"{time} {news.port} is ready")
        else:
            self.say(Kind.LOSS, f"{time} {news.port} is not ready: {news.why}")

    # --- raw bytes ----------------------------------------------------------------------------

    @property
    def raw(self) -> bool:
        """Are bytes shown as they pass, instead of lines?"""
        return self._end_raw is not None

    def set_raw(self, on: bool) -> None:
        """Show bytes as they pass, or lines."""
        if on and self._end_raw is None:
            self._end_raw = self.channel.listen(self._passes)
        elif not on and self._end_raw is not None:
            self._end_raw()
            self._end_raw = None

    async def write(self, data: bytes) -> None:
        """Send bytes as they are, and show bytes until the next line is sent."""
        if not self.raw:
            self.set_raw(True)
            self._peeking = True
        try:
            await self.channel.write(data)
        except (ModemError, ChannelError) as error:
            self._end_peeking()
            self.say(Kind.ERROR, str(error))

    def _end_peeking(self) -> None:
        if self._peeking:
            self._peeking = False
            self.set_raw(False)

    def _passes(self, way: Way, data: bytes) -> None:
        """Bytes; those of a private command and what is answered to it are only counted."""
        if way is Way.TO_MODEM:
            self._hides = self._owed or _hides(data.decode("latin-1").strip())
        if self._hides:
            self.say(Kind.RAW, f"{way.value} {len(data)} bytes, not shown: they may hold a secret")
            return
        for piece in data.splitlines(keepends=True):
            self.say(Kind.RAW, f"{way.value} {ascii(piece)[1:]}")


def _hides(line: str) -> bool:
    """Are the line's bytes, or those of its answer, not for the screen?"""
    return is_private(line) or is_secret(line)
