"""A channel without a modem: what a line is answered is written down before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from modem.answers import AtAnswer
from modem.channel import ChannelError, LinkNews, NeedsForce, OnLink, OnUrc
from modem.tap import Listener, Tap


def ok(*lines: str) -> AtAnswer:
    """An answer that ends in OK."""
    return AtAnswer("", lines, "OK", True)


def refused(final: str, code: int | None = None, name: str | None = None) -> AtAnswer:
    """An answer that is an error."""
    return AtAnswer("", (), final, False, code, name)


@dataclass(slots=True)
class Sent:
    """What was given to `execute`."""

    line: str
    payload: str | None = None
    force: bool = False


@dataclass
class ScriptedChannel:
    """An AtChannel: `answers` by line, an exception among them is raised, None waits for `go_on`.

    A line in `minded` needs force.
    """

    answers: Mapping[str, AtAnswer | Exception | None] = field(default_factory=dict)
    minded: Mapping[str, str] = field(default_factory=dict)
    port: str = "/dev/ttyUSB2"
    via: str = "direct"
    sent: list[Sent] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    closed: bool = False
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    tap: Tap = field(default_factory=Tap)
    on_urc: OnUrc = lambda _lines: None
    on_link: OnLink = lambda _news: None

    async def connect(self, on_urc: OnUrc, on_link: OnLink) -> ScriptedChannel:
        """As `modem.channel.Connect`."""
        self.on_urc, self.on_link = on_urc, on_link
        return self

    def goes(self, why: str | None) -> None:
        """The port goes, or comes where there is no reason."""
        self.on_link(LinkNews(self.port, why))

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        self.sent.append(Sent(line, payload, force))
        if line in self.minded and not force:
            raise NeedsForce(self.minded[line])
        answer = self.answers.get(line, ok())
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await self.go_on.wait()
            answer = ok()
        return replace(answer, line=line)

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        if number == "0":
            raise ChannelError("the network refused it")
        self.messages.append((number, text))
        return (7, 8)

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self.tap.listen(listener)

    async def write(self, data: bytes) -> None:
        self.written.append(data)

    async def close(self) -> None:
        self.closed = True
