"""AtDriver: AT commands on a link, one at a time, each with its deadline, and URCs in order.

It joins the sans-IO engine to a link and a clock. It knows no command's meaning but one: after a
time-out it resynchronises the link (`modem/resync.py`), so that no late answer is ever taken for
the next command's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from modem.at import Command, Echo, Engine, Event, Noise, Prompt, Response, Urc
from modem.errors import CommandRefused, LinkLost, ModemSilent
from modem.resync import MARKER, PROBE, Resync

if TYPE_CHECKING:
    from modem.link import Link

logger = logging.getLogger(__name__)

# The prompt is the modem's own doing, without the network, and comes within milliseconds; Quectel's
# manuals wait 5 s. A modem that hasn't asked after 10 s took the line for something else.
PROMPT_TIMEOUT_S = 10.0

# How long each try of a resynchronisation waits. The marker is answered at once, unless the modem
# is still busy with the command that was given up; then more time helps, and more markers don't.
SYNC_WAITS_S = (2.0, 3.0, 5.0)

# What a modem was asked in vain it answers in one burst when it comes back, with gaps of
# milliseconds. Half a second without an answer means that there is none left.
QUIET_S = 0.5

# No modem keeps a resynchronisation going by ever new answers.
SYNC_TIMEOUT_S = 30.0

_ESC = b"\x1b"

# How much of a line a log or an error shows: a PDU's head, and no flood.
_SHOWN_CHARACTERS = 160


def _shown(text: str) -> str:
    return ascii(text[:_SHOWN_CHARACTERS])[1:-1]


class AtDriver:
    """Runs commands on a link and reports what the modem says unasked.

    `on_urc` is called synchronously, in the order of the bytes. `on_echo` is called when the modem
    echoes although `expect_echo(False)` was said: it restarted. `on_lost` is called after the
    pending command has failed.
    """

    def __init__(
        self,
        *,
        on_urc: Callable[[Urc], None],
        on_echo: Callable[[], None] | None = None,
        on_lost: Callable[[LinkLost], None] | None = None,
    ) -> None:
        self._on_urc = on_urc
        self._on_echo = on_echo
        self._on_lost = on_lost
        self._engine = Engine()
        self._link: Link | None = None
        self._lost = LinkLost("(no port)", "not opened yet")
        self._generation = 0  # counts losses: a caller belongs to the link at which it asked
        self._running_on = 0  # the generation of the caller that has the lock
        self._lock = asyncio.Lock()  # wakes its waiters in the order they came
        self._waiter: asyncio.Future[Response] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._resync: Resync | None = None
        self._echo_expected = True

    def attach(self, link: Link) -> None:
        """Use `link` from now on. What its last user left unfinished is cleared away first."""
        if self._link is not None:
            self._drop(LinkLost(self._link.port, f"{link.port} took its place"))
        self._engine = Engine()
        self._link = link
        self._resync = Resync.after(None)
        self._echo_expected = True

    def expect_echo(self, expected: bool) -> None:
        """Say whether the modem echoes; to be called after ATE0 or ATE1 succeeded."""
        self._echo_expected = expected

    async def execute(self, command: Command) -> Response:
        """Send a command and return its answer, which is an OK.

        The deadline runs from the write; the wait for commands before it doesn't count. Raises
        CommandRefused, ModemSilent, LinkLost, and MisuseError for what can't be sent.
        """
        generation = self._generation
        async with self._lock:
            self._running_on = generation
            self._require_link()
            if self._resync is not None:
                await self._resynchronise(self._resync)
            response = await self._exchange(command)
        final = response.final
        if not final.ok:
            raise CommandRefused(
                command.shown,
                final.kind.value,
                final.code,
                final.text[:_SHOWN_CHARACTERS],
                () if command.hides_answer else response.lines,
            )
        return response

    def write_blindly(self, line: str) -> None:
        """Write a line to a modem that can't be heard, without waiting for anything.

        The last try with one that is mute or answers nonsense: it may hear all the same.
        """
        escapes = self._resync is not None and self._resync.escapes
        logger.debug("-> %s, without waiting for an answer", _shown(line))
        self._write((_ESC if escapes else b"") + line.encode("ascii") + b"\r")

    async def close(self) -> None:
        """Close the link; pending and waiting commands fail with LinkLost."""
        link = self._link
        if link is None:
            return
        self._write(self._engine.cancel())  # the next user shall not find it at the prompt
        self._drop(LinkLost(link.port, "closed by this program"))
        await link.close()

    # --- one command ------------------------------------------------------------------------------

    def _require_link(self) -> None:
        if self._link is None or self._running_on != self._generation:
            raise LinkLost(self._lost.port, self._lost.reason)

    async def _exchange(self, command: Command) -> Response:
        engine = self._engine
        data = engine.send(command)
        waiter = self._new_waiter()
        limit_s = command.timeout_s
        if command.payload is not None:
            limit_s = min(limit_s, PROMPT_TIMEOUT_S)
        self._set_timer(command, limit_s)
        logger.debug("-> %s", command.shown)
        self._write(data)
        try:
            return await waiter
        finally:  # on a time-out, on cancellation, and when the link is lost
            self._end_wait()
            if engine.pending is not None and engine is self._engine:
                self._give_up(command)

    def _new_waiter(self) -> asyncio.Future[Response]:
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter

    def _end_wait(self) -> None:
        self._waiter = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self, command: Command, limit_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(limit_s, self._fail, ModemSilent(command.shown, limit_s))

    def _fail(self, error: ModemSilent | LinkLost) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    def _wake(self, response: Response) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(response)

    def _give_up(self, command: Command) -> None:
        logger.debug("gave up %s", command.shown)
        self._write(self._engine.cancel())
        self._resync = Resync.after(command)

    def _write(self, data: bytes) -> None:
        if data and self._link is not None:
            self._link.write(data)

    # --- what the link says -----------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes from the modem, in any portions."""
        engine = self._engine
        # While late answers may come, the engine has to be told after each of them that there is
        # one more: so it gets one line at a time.
        for piece in (data,) if self._resync is None else data.splitlines(keepends=True):
            engine.feed(piece)
            # A URC's handler may attach another link: the rest belongs to the old one.
            while engine is self._engine and (event := engine.next_event()) is not None:
                self._dispatch(event)

    def link_lost(self, error: LinkLost) -> None:
        """The link is gone: the pending command and all that wait for their turn fail."""
        self._drop(error)
        if self._on_lost is not None:
            self._on_lost(error)

    def _drop(self, error: LinkLost) -> None:
        self._link = None
        self._lost = error
        self._generation += 1
        self._fail(error)

    def _dispatch(self, event: Event) -> None:
        if isinstance(event, Response):
            self._on_response(event)
        elif isinstance(event, Urc):
            self._report(event)
        elif isinstance(event, Prompt):
            self._on_prompt(event.command)
        elif isinstance(event, Echo):
            self._on_echoed(event.command)
        else:
            self._on_noise(event)

    def _on_response(self, response: Response) -> None:
        if self._resync is not None:
            self._on_sync_response(self._resync, response)
            return
        self._log_response("<-", response)
        self._wake(response)

    def _report(self, urc: Urc) -> None:
        resync = self._resync
        if resync is not None and resync.disowns(urc):
            logger.debug("<- %s, late and discarded", _shown(urc.prefix))
            return
        hidden = resync is not None and resync.secret
        logger.debug("<- URC %s: %s", _shown(urc.prefix), "..." if hidden else _shown(urc.text))
        try:
            self._on_urc(urc)
        except Exception:  # the bytes behind it must not suffer
            logger.exception("the handler of %s failed", _shown(urc.prefix))

    def _on_prompt(self, command: Command) -> None:
        if self._waiter is None or self._waiter.done():
            return  # the caller was just told that it failed
        payload = self._engine.payload()
        logger.debug("-> %d bytes of payload", len(payload))
        self._set_timer(command, command.timeout_s)
        self._write(payload)

    def _on_echoed(self, command: Command) -> None:
        if self._echo_expected:
            return
        self._echo_expected = True  # it is known now, and reported once
        logger.debug("the modem echoes %s", command.shown)
        if self._on_echo is None:
            return
        try:
            self._on_echo()
        except Exception:  # the answer behind it must not suffer
            logger.exception("the handler of an echo failed")

    def _on_noise(self, noise: Noise) -> None:
        if not logger.isEnabledFor(logging.DEBUG):
            return
        pending = self._engine.pending
        secret = pending is not None and pending.hides_answer
        if self._resync is not None:
            secret = secret or self._resync.secret
        shown = "not shown" if secret else ascii(noise.data[:_SHOWN_CHARACTERS])
        logger.debug("<- noise (%s), %d bytes: %s", noise.why, len(noise.data), shown)

    def _log_response(self, arrow: str, response: Response) -> None:
        if not logger.isEnabledFor(logging.DEBUG):
            return
        if response.command.hides_answer:
            logger.debug("%s answer to %s: not shown", arrow, response.command.shown)
            return
        for line in response.lines:
            logger.debug("%s %s", arrow, _shown(line))
        final = response.final
        logger.debug("%s %s %s", arrow, final.kind.value, "" if final.code is None else final.code)

    # --- resynchronisation ------------------------------------------------------------------------

    def _on_sync_response(self, resync: Resync, response: Response) -> None:
        self._log_response("<- (resynchronising)", response)
        if resync.take(response):
            self._resync = None
        else:
            self._engine.send(resync.probe)  # not written: the answer to it is still to come
        self._wake(response)

    async def _resynchronise(self, resync: Resync) -> None:
        logger.debug("resynchronising")
        resync.heard = False
        try:
            async with asyncio.timeout(SYNC_TIMEOUT_S):
                in_step = await self._ask_marker(resync)
                if not in_step and resync.heard:
                    in_step = await self._ask_probe(resync)
        except TimeoutError:
            raise ModemSilent(MARKER.text, SYNC_TIMEOUT_S) from None
        self._require_link()
        if not in_step:
            raise ModemSilent(MARKER.text, sum(SYNC_WAITS_S))
        self._engine.cancel()
        self._resync = None
        logger.debug("in step again")

    async def _ask_marker(self, resync: Resync) -> bool:
        """Ask the marker until its answer comes. False when the modem refuses it, or is silent."""
        for wait_s in SYNC_WAITS_S:
            self._ask(resync, MARKER)
            while resync.owed:
                hinted = resync.answered or resync.refused
                if not await self._final_within(QUIET_S if hinted else wait_s):
                    break
            if resync.answered:
                return True
            if resync.refused:
                return False
        return False

    async def _ask_probe(self, resync: Resync) -> bool:
        """For a modem without the marker: `AT` until an OK that nothing follows."""
        for wait_s in SYNC_WAITS_S:
            self._ask(resync, PROBE)
            if not await self._final_within(wait_s):
                continue
            while await self._final_within(QUIET_S):
                pass
            if resync.last_ok:
                return True
        return False

    def _ask(self, resync: Resync, probe: Command) -> None:
        resync.ask(probe)
        # An answer to the try before may be coming in just now: it isn't cut off.
        if self._engine.pending is not probe:
            self._engine.cancel()
            self._engine.send(probe)
        escape = _ESC if resync.escapes else b""
        logger.debug("-> %s%s", "ESC " if escape else "", probe.text)
        self._write(escape + probe.text.encode("ascii") + b"\r")

    async def _final_within(self, limit_s: float) -> bool:
        """Wait for one more final result; False when none came in time."""
        self._require_link()  # it may have gone in the turn that brought the last result
        waiter = self._new_waiter()
        try:
            async with asyncio.timeout(limit_s):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._end_wait()
        return True
