"""What goes wrong while the daemon is given commands: the driver's cases and more, as data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from random import Random
from typing import TYPE_CHECKING

from modem.simulator import Action, Fault, Operator, Welcome
from tests.modem.fault_matrix import CASES, Case

if TYPE_CHECKING:
    from tests.service.command_matrix import Device

LOTS = 6
MINUTE_S = 60.0
_FORBIDDEN = Operator("00102", "Forbidden Network", "Forbidden", welcome=Welcome.FORBIDDEN)
# A memory that holds most (a generic modem's ME) takes 100.
_BURST = 120
STRANGER = "999"


class Bears(Enum):
    """What a device may show of a trouble: no more than this, and nothing that is untrue."""

    AGAIN = "again"
    UNDONE = "undone"
    STALE = "stale"
    ERROR = "error"
    RESCUED = "rescued"

    @property
    def meaning(self) -> str:
        """In a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Bears.AGAIN: "an answer was sent twice, with the same text",
    Bears.UNDONE: "a change that works elsewhere was refused or rolled back; its answer says so, "
    "and the former APN is in force",
    Bears.STALE: "a change was refused since a later one had been applied before it",
    Bears.ERROR: "a reading command was answered `ERR reason=modem-error`",
    Bears.RESCUED: "the former APN had no service either in time, so older ones were tried",
}

Happening = Callable[["Device", Random], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Faults of the modem from the first, and what happens once, at a moment that is drawn."""

    name: str
    faults: tuple[Fault, ...] = ()
    happens: Happening | None = None
    bears: frozenset[Bears] = frozenset()
    lots: tuple[int, ...] = (1,)
    why: str = ""


# --- the driver's cases ---------------------------------------------------------------------------

_TAKEN = "whether the network took an answer can't be known then, so it is sent again"
_TAKEN_FOR_ANOTHER = (
    "the modem refuses a spoilt command, or does another one: the change is given up, and said so"
)
_LATE = "a message that can't be read at once may be read after the next one"
_THRICE = "a command that the modem fails three times in a row is answered so"
_REFUSED = "the modem's refusal is believed: the change is given up, and said so"
# What cases of the driver's matrix cost; the others cost nothing.
_COSTS: dict[str, tuple[set[Bears], str]] = {
    "a byte of an answer lost, 1 in 20": ({Bears.AGAIN}, _TAKEN),
    "ten bytes of an answer lost, 1 in 20": (
        {Bears.AGAIN, Bears.STALE},
        f"{_TAKEN}; {_LATE}",
    ),
    "an answer garbled, 1 in 20": ({Bears.AGAIN, Bears.STALE}, f"{_TAKEN}; {_LATE}"),
    "an answer is missing, 1 in 20": (
        {Bears.AGAIN, Bears.UNDONE, Bears.ERROR},
        f"{_TAKEN}; {_THRICE}",
    ),
    "sent, but the OK is lost": ({Bears.AGAIN}, _TAKEN),
    "sent, but nothing is answered": ({Bears.AGAIN}, _TAKEN),
    "a byte of a command lost, 1 in 20": (
        {Bears.UNDONE, Bears.STALE, Bears.ERROR},
        f"{_TAKEN_FOR_ANOTHER}; {_LATE}; {_THRICE}",
    ),
    "a command garbled, 1 in 20": ({Bears.UNDONE}, _TAKEN_FOR_ANOTHER),
}


def _of_driver(case: Case) -> Trouble:
    bears, why = _COSTS.get(case.name, (set[Bears](), ""))
    return Trouble(case.name, case.faults, None, frozenset(bears), case.seeds, why)


# --- the network ----------------------------------------------------------------------------------


async def _denied(bench: Device, _chance: Random) -> None:
    """No network that is heard wants this card; a modem looks again by itself."""
    network = bench.network
    before = network.settings
    network.settings = replace(before, operators=(_FORBIDDEN,))
    bench.simulated.be_detached()
    await asyncio.sleep(2 * MINUTE_S)
    network.settings = before
    if bench.simulated.state.functionality == 1:
        bench.simulated.state.subscriber.start()


async def _apns_refused(bench: Device, _chance: Random) -> None:
    """The network refuses every APN: LTE alone is no registration then, and T3402 runs."""
    before = bench.network.settings
    bench.network.settings = replace(before, apns=())
    bench.simulated.be_detached()
    await asyncio.sleep(2 * MINUTE_S)
    bench.network.settings = before


def _uncovered(span_s: float) -> Happening:
    async def happens(bench: Device, _chance: Random) -> None:
        bench.simulated.set_coverage(False)
        await asyncio.sleep(span_s)
        bench.simulated.set_coverage(True)

    return happens


async def _thrown_out(bench: Device, _chance: Random) -> None:
    bench.simulated.be_detached()


async def _refresh(bench: Device, _chance: Random) -> None:
    bench.simulated.refresh_card()


async def _other_imsi(bench: Device, chance: Random) -> None:
    """As emnify's applet does."""
    imsi = f"29501{chance.randrange(10**10):010}"
    bench.simulated.refresh_card(imsi=imsi)


# --- messages -------------------------------------------------------------------------------------


async def _burst(bench: Device, _chance: Random) -> None:
    """Strangers fill the storage; what they command is not obeyed."""
    for number in range(_BURST):
        bench.send(f"#{number} APN nosuch", STRANGER)


async def _once_more(bench: Device, _chance: Random) -> None:
    await asyncio.sleep(10 * MINUTE_S)
    for pdu in tuple(bench.pdus):
        bench.simulated.deliver_pdu(pdu)


async def _overtaken(bench: Device, _chance: Random) -> None:
    """Three wait; they come in reverse order, and the oldest a minute after the others."""
    bench.simulated.set_coverage(False)
    waiting = bench.simulated.state.subscriber.waiting
    with suppress(TimeoutError):
        async with asyncio.timeout(MINUTE_S):
            while len(waiting) < 3:  # noqa: ASYNC110 -- no event tells of it
                await asyncio.sleep(1.0)
    oldest = waiting.popleft() if waiting else None
    waiting.reverse()
    bench.simulated.set_coverage(True)
    await asyncio.sleep(MINUTE_S)
    if oldest is not None:
        bench.simulated.deliver_pdu(oldest)


async def _no_service_then_a_refusal(bench: Device, _chance: Random) -> None:
    """A refusal is believed when it comes thrice; what was tried without a network counts not."""
    bench.network.smsc.refuse(331)
    await asyncio.sleep(2 * MINUTE_S)
    bench.network.smsc.refuse(304, count=1)


def _refused(code: int, *, count: int | None = None, for_s: float = 0.0) -> Happening:
    async def happens(bench: Device, _chance: Random) -> None:
        bench.network.smsc.refuse(code, count=count)
        if count is None:
            await asyncio.sleep(for_s)
            bench.network.smsc.relent()

    return happens


# --- cable and power ------------------------------------------------------------------------------


async def _restart(bench: Device, _chance: Random) -> None:
    bench.simulated.restart()


async def _restarts(bench: Device, chance: Random) -> None:
    for _ in range(4):
        bench.simulated.restart()
        await asyncio.sleep(chance.uniform(1.0, 20.0))


async def _unplugged(bench: Device, _chance: Random) -> None:
    bench.simulated.unplug()
    await asyncio.sleep(MINUTE_S)
    bench.simulated.plug()


async def _killed(bench: Device, chance: Random) -> None:
    await bench.kill()
    await asyncio.sleep(chance.uniform(0.0, 10.0))
    await bench.start()


async def _power_cut(bench: Device, chance: Random) -> None:
    """Host and modem together."""
    bench.simulated.restart()
    await _killed(bench, chance)


# --- all ------------------------------------------------------------------------------------------


# What a change does, in the ways of all families (modem.profiles.Reattach)
_WRITE = r"CGDCONT=\d,"
_LEAVE = r"CFUN=4|COPS=2|CGATT=0"
_RETURN = r"CFUN=1|COPS=0|CGATT=1"


def _at_first(name: str, action: Action, pattern: str, *bears: Bears, why: str = "") -> Trouble:
    fault = Fault(action, pattern=pattern, nth=1)
    return Trouble(name, (fault,), None, frozenset(bears), why=why)


def _at_some_moment(
    name: str, happens: Happening, *bears: Bears, why: str = "", lots: int = LOTS
) -> Trouble:
    return Trouble(name, (), happens, frozenset(bears), tuple(range(1, lots + 1)), why)


_NO_NETWORK = "a change that meets this is given up, as with an APN that is wrong"
_OVERTAKEN = "of two changes the one that was sent later holds, however late the other comes"

TROUBLES: tuple[Trouble, ...] = (
    *(_of_driver(case) for case in CASES),
    # the steps of a change
    Trouble(
        "ten bytes of what the context is set to lost, 1 in 3",
        (Fault(Action.DROP, octets=10, prefix="AT+CGDCONT?", every=3),),
        lots=(1, 2, 3, 4, 5),
    ),
    _at_first("the writing of the APN isn't answered", Action.NO_ANSWER, _WRITE),
    _at_first(
        "the writing of the APN is refused once", Action.REFUSE, _WRITE, Bears.UNDONE, why=_REFUSED
    ),
    _at_first("a restart at the writing of the APN", Action.REBOOT, _WRITE),
    _at_first("leaving the network isn't answered", Action.NO_ANSWER, _LEAVE),
    _at_first("coming back to it isn't answered", Action.NO_ANSWER, _RETURN),
    _at_first(
        "coming back to it is refused once", Action.REFUSE, _RETURN, Bears.UNDONE, why=_REFUSED
    ),
    _at_first("a restart at coming back", Action.REBOOT, _RETURN),
    _at_first("mute for 30 s at coming back", Action.SILENT, _RETURN),
    _at_first("the port is gone for 5 s at coming back", Action.UNPLUG, _RETURN),
    # the network
    _at_some_moment("registration denied for two minutes", _denied, Bears.UNDONE, why=_NO_NETWORK),
    _at_some_moment(
        "every APN refused for two minutes", _apns_refused, Bears.UNDONE, why=_NO_NETWORK
    ),
    _at_some_moment("no coverage for three minutes", _uncovered(3 * MINUTE_S)),
    _at_some_moment(
        "no coverage for twenty minutes",
        _uncovered(20 * MINUTE_S),
        *(Bears.UNDONE, Bears.RESCUED),
        why=_NO_NETWORK,
    ),
    _at_some_moment("thrown out by the network", _thrown_out),
    _at_some_moment("a SIM refresh", _refresh),
    _at_some_moment("a SIM refresh with another IMSI", _other_imsi),
    # messages
    _at_some_moment(f"{_BURST} messages of strangers at once", _burst),
    _at_some_moment("all messages once more, ten minutes later", _once_more),
    _at_some_moment("messages overtake each other", _overtaken, Bears.STALE, why=_OVERTAKEN),
    _at_some_moment("sending refused three times: CMS 38", _refused(38, count=3)),
    _at_some_moment("sending refused three times: CMS 331", _refused(331, count=3)),
    _at_some_moment("sending refused twice, for good by its code: CMS 69", _refused(69, count=2)),
    _at_some_moment("sending refused for two minutes: CMS 42", _refused(42, for_s=2 * MINUTE_S)),
    _at_some_moment(
        "sending refused for ten minutes: CMS 38",
        _refused(38, for_s=10 * MINUTE_S),
        Bears.UNDONE,
        why="a change is proven by the network's taking its answer within five minutes",
    ),
    _at_some_moment("no service for two minutes, then refused once", _no_service_then_a_refusal),
    # cable and power
    _at_some_moment("a restart at a random moment", _restart),
    _at_some_moment("four restarts in a row", _restarts),
    _at_some_moment("the port is gone for a minute", _unplugged),
    _at_some_moment("the daemon is killed", _killed),
    _at_some_moment("the power fails", _power_cut),
)
