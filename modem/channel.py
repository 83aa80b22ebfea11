"""AT commands that somebody types: one line, its whole answer, and what the modem says unasked.

`LocalChannel` has the port to itself and looks for it again when it is lost; through a running
daemon the same is offered by whoever speaks to its control socket. No setting of the modem is
changed here: no echo is switched, nothing is initialised.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from modem.answers import AtAnswer, answer_of, refusal_of, urc_lines
from modem.commands.typed import typed_line
from modem.driver import AtDriver
from modem.errors import CommandRefused, LinkLost, PortError
from modem.tap import Tap, TappedLink, TappedUser
from modem.transport import open_link

# How often a port that is gone is looked for.
LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class LinkNews:
    """The port came (`why` is None) or went."""

    port: str
    why: str | None


class AtChannel(Protocol):
    """Where lines can be typed. `port` is the modem's."""

    port: str

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        """Send a line and wait for its answer, an error of the modem's being one, too.

        `payload` is what is sent at the prompt of +CMGS and +CMGW. `force` sends what the daemon
        would mind (`modem.explain.ground`). Raises ModemError: MisuseError for what can't be sent.
        """

    async def close(self) -> None:
        """Let go of it."""


class LocalChannel:
    """A channel on a port of our own.

    `on_urc` is called with the lines of what the modem says unasked, `on_link` when the port goes
    and returns.
    """

    def __init__(
        self,
        port: str,
        *,
        baud: int = 115200,
        on_urc: Callable[[tuple[str, ...]], None] = lambda _lines: None,
        on_link: Callable[[LinkNews], None] = lambda _news: None,
        tap: Tap | None = None,
    ) -> None:
        self.port = port
        self._baud = baud
        self._on_link = on_link
        self._tap = tap or Tap()
        self._driver = AtDriver(on_urc=lambda urc: on_urc(urc_lines(urc)), on_lost=self._lost)
        self._returning: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the port; nothing is sent. Raises PortError, MisuseError."""
        user = TappedUser(self._driver, self._tap)
        link = await open_link(self.port, user, baud=self._baud)
        self._driver.attach(TappedLink(link, self._tap))

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        """As `AtChannel`; nobody minds anything here."""
        command = typed_line(line, payload=payload, timeout_s=timeout_s)
        try:
            return answer_of(await self._driver.execute(command))
        except CommandRefused as error:
            return refusal_of(command, error)

    async def close(self) -> None:
        """Close the port."""
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)
        await self._driver.close()

    def _lost(self, error: LinkLost) -> None:
        self._on_link(LinkNews(self.port, error.reason))
        if self._returning is None or self._returning.done():
            self._returning = asyncio.create_task(self._return())

    async def _return(self) -> None:
        """Open the port again as soon as it is there."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.open()
            except PortError:
                continue
            self._on_link(LinkNews(self.port, None))
            return
