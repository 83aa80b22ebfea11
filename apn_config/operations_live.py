"""The operations of whoever works at the modem beside the daemon: AT lines, and what passes.

No PIN word, password or PIN leaves here: answers and URCs go through `message_secrets`, what is
recorded through the transcript's masking.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import asdict
from typing import Any, Never

from apn_config import arguments
from apn_config.agent import Agent
from apn_config.batch import Taken
from apn_config.control import ControlError, Emit, Json, Operation
from apn_config.desk import EXIT_REFUSED, Desk
from apn_config.message_secrets import without_secrets
from apn_config.operations_network import is_search
from apn_config.operations_sms import inbox_json, stored_json
from apn_config.veil import Veil
from apn_config.vitals import idle
from modem import (
    MessageDirect,
    MessageStored,
    Modem,
    ModemError,
    ModemEvent,
    ModemKeeper,
    urc_lines,
)

# How soon a change of the link is told, and what waits for the rest of its line is given up.
LOOK_S = 0.25
HELD_S = 2.0
# Who watches has seen enough of a modem that says more than this between two looks.
MAX_WAITING = 1000
GROUND_LOST = "somebody's command changed its settings"


class LiveOperations:
    """The operations by name. `ENDLESS` ones run until their client hangs up."""

    ENDLESS = frozenset({"watch", "record"})

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._consoles: dict[str, Modem | None] = {}  # by name, with the modem that it disturbed
        self.table: Mapping[str, Operation] = {
            "at": self._at,
            "watch": self._watch,
            "record": self._record,
        }

    # --- AT lines -----------------------------------------------------------------------------

    async def _at(self, args: Json, _emit: Emit) -> Json:
        from modem import ground

        line, payload = arguments.text(args, "line"), arguments.optional_text(args, "payload")
        force, timeout_s = arguments.flag(args, "force"), arguments.timeout_s(args)
        console = arguments.optional_text(args, "console")
        minds = None if self._desk.alone else ground(line)
        if minds is not None and not force:
            raise ControlError(f"{minds}; --force sends it all the same", EXIT_REFUSED)
        agent = self._desk.agent
        async with AsyncExitStack() as held:
            # First the turn, which another client's search may have for minutes.
            modem = await held.enter_async_context(self._desk.turn(search=is_search(line)))
            if minds is not None:
                # Not between two commands that rely on the same slots, or are of the same answer.
                await held.enter_async_context(agent.intake.at_work)
                await held.enter_async_context(agent.sending)
            try:
                answer = await modem.run_at(line, payload=payload, timeout_s=timeout_s)
            finally:
                if minds is not None:
                    self._lose_ground(modem, console)
        lines = without_secrets(answer.lines, agent.veil)
        return {**asdict(answer), "lines": list(lines)}

    def _lose_ground(self, modem: Modem, console: str | None) -> None:
        """Set the modem up again, unless a console is there that wants what it did."""
        modem.forget_memory()
        if console in self._consoles:
            self._consoles[console] = modem
        else:
            modem.begin_anew(GROUND_LOST)

    # --- what the modem says ------------------------------------------------------------------

    async def _watch(self, args: Json, emit: Emit) -> Never:
        """URCs, the link's phases, and messages as they are taken.

        While a `console` watches, what was changed by force under its name is let stand. A client
        that had seen messages before names the last by `after`, and is told of those since.
        """
        console = arguments.optional_text(args, "console")
        after = arguments.whole(args, "after", 0, 2**53) if "after" in args else None
        agent = self._desk.agent
        if console is None:
            await self._look_on(agent, after, emit)
        self._consoles[console] = None
        try:
            await self._look_on(agent, after, emit)
        finally:
            modem = self._consoles.pop(console, None)
            if modem is not None:
                modem.begin_anew(GROUND_LOST)

    async def _look_on(self, agent: Agent, after: int | None, emit: Emit) -> Never:
        waiting: deque[Callable[[], Any]] = deque(maxlen=MAX_WAITING)
        veil = agent.veil
        missed: frozenset[int] = frozenset()
        woken = asyncio.Event()

        def remember(tell: Callable[[], Any]) -> None:
            waiting.append(tell)
            woken.set()

        def hear(event: ModemEvent) -> None:
            remember(lambda: self._show_untaken(event, veil, emit))

        def take(taken: Taken) -> None:
            remember(
                lambda: _show_taken(
                    agent, [each for each in taken.whole if each not in missed], emit
                )
            )

        with ExitStack() as listening, idle():
            listening.callback(agent.tap.hear(lambda urc: _show_urc(urc_lines(urc), veil, emit)))
            listening.callback(agent.taken.listen(take))
            if self._desk.alone:
                listening.callback(agent.events.listen(hear))
            if after is not None:
                missed = await _show_missed(agent, after, emit)
            told: Json | None = None
            while True:
                link = _link(agent.keeper)
                if link != told:
                    emit({"link": link})
                    told = link
                woken.clear()
                while waiting:
                    await waiting.popleft()()
                try:
                    async with asyncio.timeout(LOOK_S):
                        await woken.wait()
                except TimeoutError:
                    continue

    async def _show_untaken(self, event: ModemEvent, veil: Veil, emit: Emit) -> None:
        """A message that nobody takes: it stays in the modem, or unacknowledged."""
        if isinstance(event, MessageDirect):
            emit({"sms": stored_json(event.pdu, None, None, veil)})
        elif isinstance(event, MessageStored) and event.index is not None:
            with suppress(ModemError, ControlError):  # it is there for the next one to read
                modem = await self._desk.modem()
                found = await modem.read_message(event.memory, event.index)
                if found is not None:
                    emit({"sms": stored_json(found.pdu, found.memory, found.index, veil)})

    # --- what passes --------------------------------------------------------------------------

    async def _record(self, _args: Json, emit: Emit) -> Never:
        """The bytes of both directions, masked, each with the seconds since the beginning."""
        from modem.transcript import Chunk, Masker, Way

        loop, masker = asyncio.get_running_loop(), Masker()
        began_s = heard_s = loop.time()

        def show(steps: Iterable[object]) -> None:
            for step in steps:
                if isinstance(step, Chunk):
                    data = step.data.decode("latin-1")
                    emit({"at_s": round(step.at_s, 6), "way": step.way.value, "data": data})

        def passes(way: Way, data: bytes) -> None:
            nonlocal heard_s
            heard_s = loop.time()
            show(masker.feed(Chunk(heard_s - began_s, way, data)))

        with ExitStack() as listening, idle():
            listening.callback(self._desk.agent.tap.listen(passes))
            while True:
                await asyncio.sleep(LOOK_S)
                if loop.time() - heard_s >= HELD_S:
                    show(masker.flush())


def _link(keeper: ModemKeeper) -> Json:
    state = keeper.state
    return {"phase": state.phase.value, "why": state.why}


def _show_urc(lines: tuple[str, ...], veil: Veil, emit: Emit) -> None:
    emit({"urc": {"lines": list(without_secrets(lines, veil))}})


async def _show_missed(agent: Agent, after: int, emit: Emit) -> frozenset[int]:
    """Tell of what came since; the ids."""
    rows = await agent.db.run(lambda store: store.inbox.whole_since(after))
    for row in rows:
        emit({"sms": inbox_json(row, agent.veil)})
    return frozenset(row.id for row in rows)


async def _show_taken(agent: Agent, whole: Collection[int], emit: Emit) -> None:
    rows = await agent.db.run(lambda store: [store.inbox.get(each) for each in whole])
    for row in rows:
        if row is not None:
            emit({"sms": inbox_json(row, agent.veil)})
