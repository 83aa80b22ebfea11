"""Our driver against each kind of modem and each fault: do all messages arrive, once?

    python -m tests.modem.fault_matrix --markdown > docs/fault-matrix.md

The driver is the real one, ModemKeeper and Modem, on in-memory links and a virtual clock; the
modems are simulated. The client below does what any user of the driver would: it reads what is
announced, looks through the storage at each start and every minute, deletes what it has read, knows
a repeated message by its key, and tries again to send what wasn't confirmed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypedDict
from unittest.mock import patch

from modem import (
    MessageDirect,
    MessageStored,
    Modem,
    ModemError,
    ModemEvent,
    ModemKeeper,
    PortMissing,
    sms,
)
from modem.link import Link, LinkUser
from modem.memory_link import memory_links
from modem.profiles import Profile, profile_named, profile_names
from modem.simulator import Action, Direction, Fault, FaultPlan, Network, SimulatedModem
from modem.simulator.endpoints.clockwork import Clockwork
from modem.simulator.endpoints.memory import MemoryEndpoint
from modem.simulator.endpoints.wire import Wire
from modem.values import StoredMessage
from tests.virtual_time import run

PORT = "tcp://simulated:1"
RECEIVED = tuple(f"to the device {number}" for number in range(10))
SENT = tuple(f"from the device {number}" for number in range(3))
SPACING_S = 4.0
SWEEP_S = 60.0
RETRY_S = 5.0
TRIES = 5
# A story takes two minutes; with the longest of silences and restarts, ten.
LIMIT_S = 1800.0

_IN = Direction.TO_MODEM
_CARD = r"\+(CPIN|CIMI|CRSM|CCID|ICCID|QCCID|CNUM)"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the messages; `faults` is how often something went wrong."""

    received: Counter[str]
    sent: Counter[str]
    left: int
    faults: int

    @property
    def complete(self) -> bool:
        """Did each message arrive once, is none left, and was each sent?"""
        return self.received == Counter(RECEIVED) and not self.left and set(self.sent) == set(SENT)


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, and what the driver is to make of it; `why` a message may be sent `again`."""

    name: str
    faults: tuple[Fault, ...] = ()
    again: bool = False
    why: str = ""

    @property
    def seeds(self) -> tuple[int, ...]:
        """What lots are drawn: several where one might miss."""
        by_lot = any(
            fault.probability < 1 or fault.action in (Action.DROP, Action.GARBLE)
            for fault in self.faults
        )
        return (1, 2, 3, 4, 5) if by_lot else (1,)

    def holds(self, result: Result) -> bool:
        """Did all arrive, each as often as is claimed?"""
        return result.complete and (self.again or max(result.sent.values()) == 1)


class _Again(TypedDict):
    again: bool
    why: str


_AGAIN = _Again(
    again=True, why="whether the network took a message can't be known then, so it is sent again"
)


def _lot(action: Action, **keys: Any) -> Fault:
    """Once in twenty, by lot, after the start."""
    return Fault(action, probability=0.05, after_s=10.0, **keys)


CASES: tuple[Case, ...] = (
    Case("nothing"),
    Case("every fifth answer 2 s late", (Fault(Action.DELAY, seconds=2, every=5),)),
    Case("every answer byte by byte", (Fault(Action.SPLIT, octets=1, seconds=0.002),)),
    Case("answers in bunches", (Fault(Action.GLUE, seconds=0.3, every=2),)),
    Case("a byte of an answer lost, 1 in 20", (_lot(Action.DROP),), **_AGAIN),
    Case("a byte of a command lost, 1 in 20", (_lot(Action.DROP, direction=_IN),), **_AGAIN),
    Case("ten bytes of an answer lost, 1 in 20", (_lot(Action.DROP, octets=10),), **_AGAIN),
    Case("an answer garbled, 1 in 20", (_lot(Action.GARBLE, octets=2),), **_AGAIN),
    Case("a command garbled, 1 in 20", (_lot(Action.GARBLE, octets=2, direction=_IN),), **_AGAIN),
    Case(
        "ten bytes of the list of memories lost",
        (Fault(Action.DROP, octets=10, prefix="AT+CPMS=?", nth=1),),
    ),
    Case("the echo is on again", (Fault(Action.ECHO, prefix="AT+CMGR", nth=2),)),
    Case("a prompt never comes", (Fault(Action.NO_PROMPT, nth=1, prefix="AT+CMGS"),)),
    Case("a final result 20 s late", (Fault(Action.LATE_FINAL, seconds=20, every=9, times=4),)),
    Case("a final result is missing", (Fault(Action.NO_FINAL, every=3, prefix="AT+CMGR"),)),
    Case("a deletion is not confirmed", (Fault(Action.NO_FINAL, every=4, prefix="AT+CMGD"),)),
    Case("an answer is missing, 1 in 20", (_lot(Action.NO_ANSWER),), **_AGAIN),
    Case("sent, but the OK is lost", (Fault(Action.NO_FINAL, nth=1, prefix="AT+CMGS"),), **_AGAIN),
    Case(
        "sent, but nothing is answered",
        (Fault(Action.NO_ANSWER, nth=1, prefix="AT+CMGS"),),
        **_AGAIN,
    ),
    Case("URCs inside answers", (Fault(Action.URC_BURST, every=2),)),
    Case("+CMTI comes twice", (Fault(Action.URC_TWICE),)),
    Case("+CMTI never comes", (Fault(Action.URC_LOST),)),
    Case("the card is busy at first", (Fault(Action.REFUSE, pattern=_CARD, for_s=15),)),
    Case("the card is busy now and then", (Fault(Action.REFUSE, code="CMS 314", every=7),)),
    Case("sending refused once", (Fault(Action.REFUSE, code="CMS 500", prefix="+CMGS", nth=1),)),
    Case("the list refused", (Fault(Action.REFUSE, code="CMS 500", prefix="AT+CMGL"),)),
    Case("the storage is full for a minute", (Fault(Action.STORAGE_FULL, after_s=20),)),
    Case("mute for 5 s", (Fault(Action.SILENT, seconds=5, prefix="AT+CMGR", every=4),)),
    Case("mute for two minutes", (Fault(Action.SILENT, seconds=120, prefix="AT+CMGR", nth=3),)),
    Case("a restart at a reading", (Fault(Action.REBOOT, prefix="AT+CMGR", nth=3),)),
    Case("a restart at a deletion", (Fault(Action.REBOOT, prefix="AT+CMGD", nth=2),)),
    Case("a restart at a sending", (Fault(Action.REBOOT, prefix="AT+CMGS", nth=2),)),
    Case("a restart out of the blue", (Fault(Action.REBOOT, after_s=30),)),
    Case("the port is gone for 8 s", (Fault(Action.UNPLUG, seconds=8, prefix="AT+CMGR", nth=4),)),
    Case(
        "it comes back under another name",
        (Fault(Action.UNPLUG, seconds=8, renamed=True, after_s=33),),
    ),
    Case("the SMS centre delivers again", (Fault(Action.DUPLICATE, every=2),)),
)


@dataclass
class Client:
    """A user of the driver."""

    received: Counter[str] = field(default_factory=Counter)
    _known: set[bytes] = field(default_factory=set)
    _announced: asyncio.Queue[MessageStored | MessageDirect] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self.keeper = ModemKeeper(PORT, on_event=self._hear, on_ready=self._look_through)

    def _hear(self, event: ModemEvent) -> None:
        if isinstance(event, MessageStored | MessageDirect):
            self._announced.put_nowait(event)

    async def _look_through(self, modem: Modem) -> None:
        await self._take(modem, await modem.stored_messages(every_memory=True))

    async def receive(self) -> None:
        """Read what is announced; look through everything now and then."""
        while True:
            event: MessageStored | MessageDirect | None = None
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_S):
                    event = await self._announced.get()
            modem = await self.keeper.modem()
            with suppress(ModemError):
                if isinstance(event, MessageDirect):
                    self._keep(event.pdu)
                    await modem.acknowledge()
                elif event is None or event.index is None:
                    await self._look_through(modem)
                elif (found := await modem.read_message(event.memory, event.index)) is not None:
                    await self._take(modem, [found])

    async def _take(self, modem: Modem, messages: Sequence[StoredMessage]) -> None:
        """Keep what can be read, then delete it; what can't stays for the next look."""
        for message in messages:
            if self._keep(message.pdu):
                await modem.delete_messages(message.memory, [message.index])

    def _keep(self, pdu: str) -> bool:
        """Keep a message, once; can it be read?"""
        try:
            decoded = sms.decode_pdu(pdu)
        except sms.PduError:
            return False
        if isinstance(decoded, sms.Deliver) and decoded.key not in self._known:
            self._known.add(decoded.key)
            self.received[decoded.text or ""] += 1
        return True

    async def send(self, text: str) -> None:
        """Send, until the network's taking it is confirmed, a few times at most."""
        (part,) = sms.compose("1234", text)
        for _ in range(TRIES):
            modem = await self.keeper.modem()
            try:
                await modem.send_sms(part)
            except ModemError:
                await asyncio.sleep(RETRY_S)
            else:
                return


@dataclass
class _Bench:
    """The modem, and the port through which the driver finds it."""

    profile: Profile
    plan: FaultPlan
    faults: int = 0

    def __post_init__(self) -> None:
        self.network = Network(clock=asyncio.get_running_loop().time)
        self.modem = SimulatedModem(self.network, self.profile, start_apn="em", faults=self.plan)
        self.sent: list[str] = []
        self.modem.on_submission = lambda sent: self.sent.append(sent.text or "")
        self.modem.on_fault = lambda _name: self._count()
        self.endpoint = MemoryEndpoint(Wire(self.modem))

    def _count(self) -> None:
        self.faults += 1

    async def open_link(self, port: str, user: LinkUser, *, baud: int) -> Link:
        if not self.modem.plugged:
            raise PortMissing(port, f"{port} isn't there")
        ours, theirs = memory_links(user, self.endpoint)
        self.endpoint.attach(theirs)
        return ours

    @property
    def left(self) -> int:
        """Messages that are in the modem, or on their way to it."""
        memories = {id(self.modem.state.memories[name]): name for name in self.profile_memories}
        held = sum(
            message.status.name.startswith("REC")
            for name in memories.values()
            for _, message in self.modem.state.memories[name].items()
        )
        return held + len(self.modem.state.subscriber.waiting)

    @property
    def profile_memories(self) -> Sequence[str]:
        return [name for name in ("SM", "ME") if name in self.modem.state.memories]


async def _story(bench: _Bench) -> Result:
    client = Client()
    tasks = [asyncio.create_task(work) for work in (client.keeper.run(), client.receive())]
    try:
        async with asyncio.timeout(LIMIT_S):
            sending = asyncio.create_task(_send_all(client))
            tasks.append(sending)
            for text in RECEIVED:
                bench.modem.deliver("12345", text)
                await asyncio.sleep(SPACING_S)
            await sending
            while set(client.received) != set(RECEIVED) or bench.left:  # noqa: ASYNC110 -- no event
                await asyncio.sleep(1.0)
            await asyncio.sleep(2 * SWEEP_S)  # what comes too often comes by now
    except TimeoutError:
        pass  # the result shows what is missing
    for task in tasks:
        task.cancel()
    for done in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(done, Exception):
            raise done
    return Result(client.received, Counter(bench.sent), bench.left, bench.faults)


async def _send_all(client: Client) -> None:
    for text in SENT:
        await client.send(text)
        await asyncio.sleep(SPACING_S)


@cache
def try_case(profile_name: str, case: Case, seed: int) -> Result:
    """Play the story on such a modem, with those faults. It is the same each time."""

    async def main() -> Result:
        bench = _Bench(profile_named(profile_name), FaultPlan(case.faults, seed=seed))
        with Clockwork(bench.network), patch("modem.device.open_link", bench.open_link):
            return await _story(bench)

    return run(main())


def markdown() -> str:
    """The table: a row a fault, a column a kind of modem."""
    rows = [["what goes wrong", *profile_names()]]
    rows.append(["---"] * len(rows[0]))
    rows += [[case.name, *(_cell(name, case) for name in profile_names())] for case in CASES]
    notes: dict[str, list[str]] = {}
    for case in CASES:
        if case.why:
            notes.setdefault(case.why, []).append(case.name)
    return _PAGE.format(
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
        notes="\n".join(f"* {'; '.join(names)}: {why}." for why, names in notes.items()),
        receive=len(RECEIVED),
        send=len(SENT),
    )


def _cell(profile_name: str, case: Case) -> str:
    if not all(case.holds(try_case(profile_name, case, seed)) for seed in case.seeds):
        return "**lost**"
    return "again" if case.again else "ok"


_PAGE = """# What the driver bears

Our driver (`modem.Modem`, `modem.ModemKeeper`) on simulated modems, with what goes wrong in the
first column ([faults](simulator.md#faults)). {receive} messages are delivered to the device, and
{send} sent from it.

* ok: all arrived, each once, and none is left in the modem; all were sent, each once.
* again: all that, but a message may be sent twice.
* **lost**: a message didn't arrive, came twice, or wasn't sent.

Where a lot decides, five are drawn, and the worst counts. A digit of a PDU that becomes another
digit is told by nothing: a serial line has no checksum.

{table}

{notes}

The client in this test reads what is announced, looks through the storage at each start and every
minute, knows a repeated message by its key, and sends again what wasn't confirmed. The page is made
by `python -m tests.modem.fault_matrix --markdown` and held by `tests/modem/test_fault_matrix.py`.
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.modem.fault_matrix", description=__doc__)
    parser.add_argument("--markdown", action="store_true", required=True, help="print the page")
    parser.parse_args()
    logging.disable()  # the driver has much to say of all this
    print(markdown(), end="")  # noqa: T201


if __name__ == "__main__":
    main()
