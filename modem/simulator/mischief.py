"""A fault plan while it runs: what fits, what is due, what happened; and bytes that go wrong.

Time is the agenda's and chance the plan's seed, so a run can be repeated. What the actions on
commands, URCs and messages do to a modem is `core`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random

from modem.simulator.agenda import Agenda, Appointment
from modem.simulator.faults import Action, Fault, FaultPlan, Occasion, comparable
from modem.simulator.storage import Memory, Status, Stored
from modem.sms import compose


@dataclass(slots=True)
class Running:
    """One fault of a plan that runs."""

    fault: Fault
    name: str
    chance: Random
    start: str
    pattern: re.Pattern[str]
    fitted: int = 0
    happened: int = 0

    def fits(self, text: str) -> bool:
        """Does the occasion's text fit?"""
        return comparable(text).startswith(self.start) and bool(self.pattern.search(text))

    def is_due(self, elapsed_s: float) -> bool:
        """Count an occasion that fits; does the fault happen at it?"""
        fault = self.fault
        if elapsed_s < fault.after_s:
            return False
        if fault.for_s is not None and elapsed_s >= fault.after_s + fault.for_s:
            return False
        self.fitted += 1
        if fault.nth and self.fitted != fault.nth:
            return False
        if fault.every and self.fitted % fault.every:
            return False
        if fault.times and self.happened >= fault.times:
            return False
        return fault.probability >= 1.0 or self.chance.random() < fault.probability


@dataclass(slots=True)
class Mischief:
    """A plan since it was set; `note` hears of each fault that happens, by name."""

    plan: FaultPlan
    agenda: Agenda
    note: Callable[[str], None]
    running: tuple[Running, ...] = ()
    _by_occasion: dict[Occasion, tuple[Running, ...]] = field(default_factory=dict)
    _begun_s: float = 0.0
    _timers: list[Appointment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._begun_s = self.agenda.now_s
        self.running = tuple(
            Running(
                fault,
                name,
                Random(f"{self.plan.seed}/{name}"),  # noqa: S311 -- to be repeated, not secret
                fault.start,
                re.compile(fault.pattern, re.IGNORECASE),
            )
            for fault, name in zip(self.plan.faults, self.plan.names(), strict=True)
        )
        waiting = [running for running in self.running if not running.fault.by_time]
        for occasion in {running.fault.occasion for running in waiting}:
            self._by_occasion[occasion] = tuple(
                running for running in waiting if running.fault.occasion is occasion
            )

    def begin(self, act: Callable[[Fault], None]) -> None:
        """Have `act` called for the faults that come by time alone."""

        def happen(running: Running) -> None:
            self._count(running)
            act(running.fault)

        for running in self.running:
            if running.fault.by_time:
                timer = self.agenda.after(running.fault.after_s, partial(happen, running))
                self._timers.append(timer)

    def end(self) -> None:
        """Nothing more of it happens."""
        self._by_occasion.clear()
        for timer in self._timers:
            timer.cancel()

    def strike(self, occasion: Occasion, text: str) -> Iterator[Running]:
        """The faults that happen now, counted."""
        for running in self._by_occasion.get(occasion, ()):
            elapsed_s = self.agenda.now_s - self._begun_s
            if running.fits(text) and running.is_due(elapsed_s):
                self._count(running)
                yield running

    def _count(self, running: Running) -> None:
        running.happened += 1
        self.note(running.name)

    def counts(self) -> dict[str, int]:
        """How often each fault has happened."""
        return {running.name: running.happened for running in self.running}


class Way:
    """One direction of the line. Bytes stay in order whatever befalls them; at most `limit` wait.

    `strike` tells what befalls a portion, `pass_on` gets what comes of it.
    """

    def __init__(
        self,
        agenda: Agenda,
        limit: int,
        strike: Callable[[], Iterator[Running]],
        pass_on: Callable[[bytes], None],
    ) -> None:
        self._agenda = agenda
        self._limit = limit
        self._strike = strike
        self._pass_on = pass_on
        self._clear_s = float("-inf")  # when the last of what waits has passed
        self._waiting = 0
        self._glued: bytearray | None = None
        self._generation = 0  # counts `clear`

    def send(self, data: bytes) -> None:
        """A portion."""
        if self._glued is not None:
            self._glued += data[: max(0, self._limit - self._waiting - len(self._glued))]
            return
        pieces, gap_s, delay_s = [data], 0.0, 0.0
        for running in self._strike():
            fault = running.fault
            if fault.action is Action.GLUE:
                self._glue(b"".join(pieces), fault.span_s)
                return
            if fault.action is Action.DELAY:
                delay_s += fault.span_s
            elif fault.action is Action.SPLIT:
                whole, gap_s = b"".join(pieces), fault.span_s
                starts = range(0, len(whole), fault.size)
                pieces = [whole[start : start + fault.size] for start in starts]
            else:
                pieces = [_spoilt(running, piece) for piece in pieces]
        for number, piece in enumerate(pieces):
            self._send_piece(piece, delay_s + gap_s * number, gap_s if number else 0.0)

    def hold(self, span_s: float) -> None:
        """From now on for so long nothing passes; what comes waits."""
        self._clear_s = max(self._clear_s, self._agenda.now_s + span_s)

    def clear(self) -> None:
        """Forget what waits, and let pass what comes."""
        self._generation += 1
        self._clear_s = float("-inf")
        self._waiting = 0
        self._glued = None

    def _send_piece(self, data: bytes, delay_s: float = 0.0, gap_s: float = 0.0) -> None:
        """Pass it on after `delay_s`, and `gap_s` after what went before."""
        if not data:
            return
        now_s = self._agenda.now_s
        due_s = max(now_s + delay_s, self._clear_s + gap_s)
        if due_s <= now_s and not self._waiting:
            self._pass_on(data)
            return
        if self._waiting + len(data) > self._limit:
            return
        self._clear_s = due_s
        self._waiting += len(data)
        self._later(due_s - now_s, data)

    def _later(self, span_s: float, data: bytes) -> None:
        generation = self._generation

        def arrive() -> None:
            if generation == self._generation:
                self._waiting -= len(data)
                self._pass_on(data)

        self._agenda.after(span_s, arrive)

    def _glue(self, data: bytes, span_s: float) -> None:
        self._glued = bytearray(data)
        generation = self._generation

        def arrive() -> None:
            if generation == self._generation and self._glued is not None:
                glued, self._glued = bytes(self._glued), None
                self._send_piece(glued)

        self._agenda.after(span_s, arrive)


def _spoilt(running: Running, data: bytes) -> bytes:
    """The portion with bytes lost, or become others, somewhere in it."""
    size = min(running.fault.size, len(data))
    start = running.chance.randrange(len(data) - size + 1)
    if running.fault.action is Action.DROP:
        return data[:start] + data[start + size :]
    spoilt = data[start : start + size]
    garbled = bytes((byte + 1 + running.chance.randrange(255)) % 256 for byte in spoilt)
    return data[:start] + garbled + data[start + size :]


def occupy(memory: Memory) -> Callable[[], None]:
    """Fill what is free of a memory with drafts; what is returned removes those that are left."""
    (part,) = compose("1234", "a draft")
    drafts: dict[int, Stored] = {}
    while True:
        draft = Stored(Status.STO_UNSENT, part.pdu, part.tpdu_length)
        index = memory.put(draft)
        if index is None:
            break
        drafts[index] = draft

    def release() -> None:
        for index, draft in drafts.items():
            if memory.get(index) is draft:
                memory.remove(index)

    return release
