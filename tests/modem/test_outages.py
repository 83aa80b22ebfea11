"""Three days of each kind of outage: no remedy more often than a day allows, and the modem is used
as soon as it is well again.

The keeper is the real one, on a virtual clock; the modem is simulated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from modem import PER_DAY, Modem, ModemKeeper, PortMissing, Rung, Trouble
from modem.ladder import DAY_S, STEADY_S
from modem.link import Link, LinkUser
from modem.memory_link import memory_links
from modem.profiles import SIM7600
from modem.simulator import Action, Direction, Fault, FaultPlan, Network, SimulatedModem
from modem.simulator.endpoints.clockwork import Clockwork
from modem.simulator.endpoints.memory import MemoryEndpoint
from modem.simulator.endpoints.wire import Wire
from tests.virtual_time import run

PORT = "tcp://simulated:1"
DAYS = 3
RESET = SIM7600.driver.reset
RADIO_OFF = SIM7600.driver.radio_off
CARD = r"\+(CPIN|CIMI|CRSM|CCID)"


@dataclass
class Outdoors:
    """A simulated modem whose power can be switched, and a keeper on it."""

    toggles: bool = False
    used: list[tuple[Rung, float]] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    heard: str = ""
    seen: set[Trouble] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.network = Network(clock=self.loop.time)
        self.modem = SimulatedModem(self.network, SIM7600, start_apn="em")
        wire = Wire(self.modem)
        wire.on_traffic = self._watch
        self.endpoint = MemoryEndpoint(wire)
        self.keeper = ModemKeeper(
            PORT, on_event=lambda _event: None, on_ready=self._on_ready, power=self
        )

    def provoke(self) -> None:
        """Have the keeper notice what is wrong with a modem that it left alone."""
        self.endpoint.disconnect()

    async def open_link(self, port: str, user: LinkUser, *, baud: int) -> Link:
        if not self.modem.plugged:
            raise PortMissing(port, f"{port} isn't there")
        ours, theirs = memory_links(user, self.endpoint)
        self.endpoint.attach(theirs)
        return ours

    async def _on_ready(self, modem: Modem) -> None:
        await modem.stored_messages(every_memory=False)
        self.ready.append(self.loop.time())

    def _watch(self, direction: Direction, data: bytes) -> None:
        """What the modem was told, whatever the keeper thinks that it did."""
        if direction is Direction.TO_MODEM:
            *lines, self.heard = (self.heard + data.decode("latin-1")).split("\r")
            for line in lines:
                rung = {RESET: Rung.RESET, RADIO_OFF: Rung.RADIO_CYCLE}.get(line.strip("\x1b"))
                if rung is not None:
                    self.used.append((rung, self.loop.time()))

    async def cycle(self) -> None:
        """The power: off and on."""
        self.used.append((Rung.POWER_CYCLE, self.loop.time()))
        await asyncio.sleep(5.0)
        self.modem.restart()

    def count(self, rung: Rung) -> int:
        return sum(used is rung for used, _ in self.used)

    def most_in_a_day(self, rung: Rung) -> int:
        """The most in any 24 hours."""
        times = [at_s for used, at_s in self.used if used is rung]
        return max(
            (sum(0 <= at_s - begin_s < DAY_S for at_s in times) for begin_s in times), default=0
        )

    async def until_ready(self, limit_s: float) -> float:
        """How long it takes to be ready, for the first time or again."""
        began_s = self.loop.time()
        async with asyncio.timeout(limit_s):
            await self.keeper.modem()
        return self.loop.time() - began_s


@asynccontextmanager
async def outdoors(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outdoors]:
    """The keeper at work, with the modem ready once, so that its family is known."""
    made = Outdoors()
    monkeypatch.setattr("modem.device.open_link", made.open_link)
    with Clockwork(made.network):
        keeping = asyncio.create_task(made.keeper.run())
        await made.until_ready(120.0)
        due = made.keeper._remedies.due

        def noted(trouble: Trouble) -> Rung | None:
            made.seen.add(trouble)
            return due(trouble)

        monkeypatch.setattr(made.keeper._remedies, "due", noted)
        yield made
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


# --- what goes on for days ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outage:
    """What goes wrong, what it is taken for, and the most remedies of it in three days.

    `act` does it, for ever; `plan` is what the modem does besides. `well_s` is how soon the modem
    is ready again once all is well, its own start of 10 s included.
    """

    trouble: Trouble
    remedies: dict[Rung, int]
    plan: FaultPlan = FaultPlan()  # noqa: RUF009 -- frozen
    act: Callable[[Outdoors], Coroutine[None, None, None]] | None = None
    well_s: float = 42.0


def always(action: Action, **keys: object) -> FaultPlan:
    return FaultPlan((Fault(action, **keys),))  # type: ignore[arg-type]


async def gone(bench: Outdoors) -> None:
    bench.modem.unplug()
    await asyncio.Event().wait()


async def restarting(bench: Outdoors) -> None:
    while True:
        await asyncio.sleep(60.0)
        bench.modem.restart()


async def coming_and_going(bench: Outdoors) -> None:
    while True:
        await asyncio.sleep(100.0)
        bench.modem.unplug()
        await asyncio.sleep(20.0)
        bench.modem.plug()


async def sending_in_vain(bench: Outdoors) -> None:
    while True:
        await asyncio.sleep(300.0)
        bench.keeper.no_sms("+CMS ERROR 38 (network out of order)")


async def well_for_an_hour_now_and_then(bench: Outdoors) -> None:
    """As soon as a remedy is forgotten, the next one is needed: the budget alone holds it."""
    while True:
        bench.modem.set_faults(always(Action.NO_ANSWER))
        bench.provoke()
        await asyncio.sleep(600.0)
        bench.modem.set_faults(FaultPlan())
        await asyncio.sleep(STEADY_S + 120.0)


async def full(bench: Outdoors) -> None:
    while True:
        bench.modem.line.say("+SMS FULL")
        await asyncio.sleep(120.0)


TWICE_A_DAY = {Rung.RESET: 9, Rung.POWER_CYCLE: 7}
OUTAGES = {
    "mute": Outage(Trouble.SILENT, TWICE_A_DAY, always(Action.NO_ANSWER), well_s=22.0),
    "garbled": Outage(Trouble.SILENT, TWICE_A_DAY, always(Action.GARBLE, octets=40), well_s=22.0),
    "refusing": Outage(
        Trouble.REFUSING,
        {Rung.RADIO_CYCLE: 9} | TWICE_A_DAY,
        always(Action.REFUSE, pattern=r"\+CMEE|\+CGMI", code="ERROR"),
    ),
    "mute in the middle of a start": Outage(
        Trouble.SILENT, TWICE_A_DAY, always(Action.NO_FINAL, prefix="AT+CGMI")
    ),
    "a busy card": Outage(
        Trouble.SIM_BUSY, TWICE_A_DAY, always(Action.REFUSE, pattern=CARD, code="CME 14")
    ),
    "no card": Outage(
        Trouble.SIM_ABSENT,
        {Rung.POWER_CYCLE: 3},
        always(Action.REFUSE, pattern=CARD, code="CME 10"),
    ),
    "no SMS in it": Outage(
        Trouble.NO_RECEPTION,
        {Rung.RESET: 3},
        always(Action.REFUSE, prefix="+CMGF", code="ERROR"),
        well_s=312.0,
    ),
    # Now and then it is mute for so long at its restart that the start gives up.
    "restarting at each start": Outage(
        Trouble.REBOOTING, TWICE_A_DAY, always(Action.REBOOT, prefix="AT+CMGF")
    ),
    "restarting every minute": Outage(
        Trouble.REBOOTING, {Rung.POWER_CYCLE: 7}, act=restarting, well_s=22.0
    ),
    "a port that is gone": Outage(Trouble.GONE, {Rung.POWER_CYCLE: 7}, act=gone, well_s=14.0),
    "a port that comes and goes": Outage(
        Trouble.REBOOTING, {Rung.POWER_CYCLE: 7}, act=coming_and_going, well_s=14.0
    ),
    "no SMS goes out": Outage(
        Trouble.NO_SMS, {Rung.RADIO_CYCLE: 9} | TWICE_A_DAY, act=sending_in_vain, well_s=22.0
    ),
    "well for an hour now and then": Outage(
        Trouble.SILENT,
        {Rung.RESET: 3 * PER_DAY[Rung.RESET], Rung.POWER_CYCLE: 3 * PER_DAY[Rung.POWER_CYCLE]},
        act=well_for_an_hour_now_and_then,
    ),
    "a storage that stays full": Outage(Trouble.STORAGE_FULL, {}, act=full, well_s=22.0),
}


async def endure(bench: Outdoors, outage: Outage, days: float) -> None:
    """The outage, and its end."""
    bench.modem.set_faults(outage.plan)
    if outage.plan.faults:
        bench.modem.restart()
    acting = None if outage.act is None else asyncio.create_task(outage.act(bench))
    await asyncio.sleep(days * DAY_S)
    assert outage.trouble in bench.seen
    if acting is not None:
        acting.cancel()
    bench.modem.set_faults(FaultPlan())
    bench.modem.plug()
    assert await bench.until_ready(outage.well_s + 10.0) <= outage.well_s


def check(days: float, outage: Outage, monkeypatch: pytest.MonkeyPatch) -> Outdoors:
    async def story() -> Outdoors:
        async with outdoors(monkeypatch) as bench:
            await endure(bench, outage, days)
            return bench

    bench = run(story())
    for rung, per_day in PER_DAY.items():
        assert bench.most_in_a_day(rung) <= per_day, rung
        assert bench.count(rung) <= outage.remedies.get(rung, 0), rung
    return bench


each_outage = pytest.mark.parametrize("outage", OUTAGES.values(), ids=list(OUTAGES))


@each_outage
def test_an_hour_of(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = check(1 / 24, outage, monkeypatch)
    assert all(bench.count(rung) for rung in outage.remedies), "a remedy was never tried"


@pytest.mark.proof
@each_outage
def test_three_days_of(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> None:
    check(DAYS, outage, monkeypatch)
