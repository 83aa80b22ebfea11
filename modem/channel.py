"""AT commands that somebody types: one line, its whole answer, and what the modem says unasked.

`LocalChannel` has the port to itself and looks for it again when it is lost; through a running
daemon the same is offered by whoever speaks to its control socket. No setting of the modem is
changed here: no echo is switched, nothing is initialised.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from modem.answers import AtAnswer, answer_of, refusal_of, urc_lines
from modem.commands.typed import typed_line
from modem.driver import AtDriver
from modem.errors import CommandRefused, LinkLost, PortError
from modem.link import Link
from modem.tap import Listener, Tap, TappedLink, TappedUser
from modem.transport import open_link

# How often a port that is gone is looked for.
LOOK_S = 0.5

_REFERENCE = re.compile(r"\+CMGS:\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkNews:
    """The port came (`why` is None) or went."""

    port: str
    why: str | None


OnUrc: TypeAlias = Callable[[tuple[str, ...]], None]
OnLink: TypeAlias = Callable[[LinkNews], None]
# Opens a channel, given who hears what comes unasked. Raises ModemError, ChannelError.
Connect: TypeAlias = Callable[[OnUrc, OnLink], Awaitable["AtChannel"]]


class ChannelError(Exception):
    """What a channel can't do, with the exit code of a one-shot command that ends in it."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)


class NeedsForce(ChannelError):
    """A line that isn't sent unless `force` says so; `why` is what it would do."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"{why}; --force sends it all the same", 4)


class AtChannel(Protocol):
    """Where lines can be typed. `port` is the modem's, `via` how it is reached."""

    port: str
    via: str

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        """Send a line and wait for its answer, an error of the modem's being one, too.

        `payload` is what is sent at the prompt of +CMGS and +CMGW. `force` sends what is minded
        otherwise (`NeedsForce`). Raises ModemError, ChannelError: MisuseError for what can't be
        sent.
        """

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        """Send an SMS; the message references of its parts. Raises as `execute`."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called for the bytes of both directions; the result ends that."""

    async def write(self, data: bytes) -> None:
        """Write bytes as they are; only a tap sees what is answered. Raises as `execute`."""

    async def close(self) -> None:
        """Let go of it."""


class LocalChannel:
    """A channel on a port of our own.

    `on_urc` is called with the lines of what the modem says unasked, `on_link` when the port goes
    and returns. `minds` tells why a line isn't sent without `force`; by default all are.
    """

    via = "direct"

    def __init__(
        self,
        port: str,
        *,
        baud: int = 115200,
        on_urc: OnUrc = lambda _lines: None,
        on_link: OnLink = lambda _news: None,
        minds: Callable[[str], str | None] = lambda _line: None,
        tap: Tap | None = None,
    ) -> None:
        self.port = port
        self._baud = baud
        self._on_link = on_link
        self._minds = minds
        self._tap = tap or Tap()
        self._driver = AtDriver(on_urc=lambda urc: on_urc(urc_lines(urc)), on_lost=self._lost)
        self._link: Link | None = None
        self._returning: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the port; nothing is sent. Raises PortError, MisuseError."""
        user = TappedUser(self._driver, self._tap)
        link = await open_link(self.port, user, baud=self._baud)
        self._link = TappedLink(link, self._tap)
        self._driver.attach(self._link)

    async def execute(
        self,
        line: str,
        *,
        payload: str | None = None,
        force: bool = False,
        timeout_s: float | None = None,
    ) -> AtAnswer:
        """As `AtChannel`."""
        command = typed_line(line, payload=payload, timeout_s=timeout_s)
        why = None if force else self._minds(line)
        if why is not None:
            raise NeedsForce(why)
        try:
            return answer_of(await self._driver.execute(command))
        except CommandRefused as error:
            return refusal_of(command, error)

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        """As `AtChannel`; a modem in text mode is put back into it afterwards."""
        from modem import sms

        try:
            # Parts that were sent shortly before to the same number must not be mixed with these.
            parts = sms.compose(number, text, reference=os.urandom(1)[0])
        except sms.ComposeError as error:
            raise ChannelError(str(error), exit_code=2) from None
        text_mode = "+CMGF: 1" in (await self.execute("AT+CMGF?")).lines
        if text_mode:
            await self._succeed("AT+CMGF=0")
        try:
            answers = [
                await self._succeed(f"AT+CMGS={part.tpdu_length}", payload=part.pdu)
                for part in parts
            ]
        finally:
            if text_mode:
                await self._succeed("AT+CMGF=1")
        found = (_REFERENCE.search(" ".join(answer.lines)) for answer in answers)
        return tuple(int(reference[1]) for reference in found if reference is not None)

    async def _succeed(self, line: str, payload: str | None = None) -> AtAnswer:
        answer = await self.execute(line, payload=payload, force=True)
        if not answer.ok:
            meaning = f" ({answer.name})" if answer.name else ""
            raise ChannelError(f"the modem refused {answer.line}: {answer.final}{meaning}")
        return answer

    def listen(self, listener: Listener) -> Callable[[], None]:
        """As `AtChannel`; the bytes are as they are, PINs included."""
        return self._tap.listen(listener)

    async def write(self, data: bytes) -> None:
        """As `AtChannel`."""
        if self._link is None:
            raise LinkLost(self.port, "not there")
        self._link.write(data)
        # Whatever comes of these bytes must not be taken for the next command's answer.
        self._driver.attach(self._link)

    async def close(self) -> None:
        """Close the port."""
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)
        await self._driver.close()

    def _lost(self, error: LinkLost) -> None:
        self._link = None
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
