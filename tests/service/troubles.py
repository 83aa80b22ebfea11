"""What goes wrong while the daemon is given commands: the driver's cases and more, as data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
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
_SPOILT = (
    "what the modem refuses, or takes for something else, ends a change; the answer tells that it "
    "is rolled back"
)
# What cases of the driver's matrix cost a command; the others cost nothing.
_COSTS: dict[str, tuple[frozenset[Bears], str]] = {}


def _of_driver(case: Case) -> Trouble:
    bears, why = _COSTS.get(case.name, (frozenset[Bears](), ""))
    return Trouble(case.name, case.faults, None, bears, case.seeds, why)


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


async def _reordered(bench: Device, _chance: Random) -> None:
    bench.simulated.set_coverage(False)
    await asyncio.sleep(0.75 * MINUTE_S)
    bench.simulated.state.subscriber.waiting.reverse()
    bench.simulated.set_coverage(True)


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


def _at_first(name: str, action: Action, pattern: str, *bears: Bears) -> Trouble:
    return Trouble(name, (Fault(action, pattern=pattern, nth=1),), None, frozenset(bears))


def _at_some_moment(
    name: str, happens: Happening, *bears: Bears, why: str = "", lots: int = LOTS
) -> Trouble:
    return Trouble(name, (), happens, frozenset(bears), tuple(range(1, lots + 1)), why)


TROUBLES: tuple[Trouble, ...] = (
    *(_of_driver(case) for case in CASES),
    # the steps of a change
    Trouble(
        "ten bytes of what the context is set to lost, 1 in 3",
        (Fault(Action.DROP, octets=10, prefix="AT+CGDCONT?", every=3),),
        lots=(1, 2, 3, 4, 5),
    ),
    _at_first("the writing of the APN isn't answered", Action.NO_ANSWER, _WRITE),
    _at_first("the writing of the APN is refused once", Action.REFUSE, _WRITE, Bears.UNDONE),
    _at_first("a restart at the writing of the APN", Action.REBOOT, _WRITE),
    _at_first("leaving the network isn't answered", Action.NO_ANSWER, _LEAVE),
    _at_first("coming back to it isn't answered", Action.NO_ANSWER, _RETURN),
    _at_first("coming back to it is refused once", Action.REFUSE, _RETURN, Bears.UNDONE),
    _at_first("a restart at coming back", Action.REBOOT, _RETURN),
    _at_first("mute for 30 s at coming back", Action.SILENT, _RETURN),
    _at_first("the port is gone for 5 s at coming back", Action.UNPLUG, _RETURN),
    # the network
    _at_some_moment("registration denied for two minutes", _denied),
    _at_some_moment("every APN refused for two minutes", _apns_refused),
    _at_some_moment("no coverage for three minutes", _uncovered(3 * MINUTE_S)),
    _at_some_moment("no coverage for twenty minutes", _uncovered(20 * MINUTE_S)),
    _at_some_moment("thrown out by the network", _thrown_out),
    _at_some_moment("a SIM refresh", _refresh),
    _at_some_moment("a SIM refresh with another IMSI", _other_imsi),
    # messages
    _at_some_moment(f"{_BURST} messages of strangers at once", _burst),
    _at_some_moment("all messages once more, ten minutes later", _once_more),
    _at_some_moment("messages come in reverse order", _reordered, Bears.STALE),
    _at_some_moment("sending refused three times: CMS 38", _refused(38, count=3)),
    _at_some_moment("sending refused three times: CMS 331", _refused(331, count=3)),
    _at_some_moment("sending refused twice, for good by its code: CMS 69", _refused(69, count=2)),
    _at_some_moment("sending refused for two minutes: CMS 42", _refused(42, for_s=2 * MINUTE_S)),
    _at_some_moment("sending refused for ten minutes: CMS 38", _refused(38, for_s=10 * MINUTE_S)),
    _at_some_moment("no service for two minutes, then refused once", _no_service_then_a_refusal),
    # cable and power
    _at_some_moment("a restart at a random moment", _restart),
    _at_some_moment("four restarts in a row", _restarts),
    _at_some_moment("the port is gone for a minute", _unplugged),
    _at_some_moment("the daemon is killed", _killed),
    _at_some_moment("the power fails", _power_cut),
)
